//! The API against its own description: schemathesis makes requests from the document that a
//! real server serves, and looks whether the answers are as it says.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::e2e::{self, ServerBuild};
use crate::paths::Paths;
use crate::server::Family;
use crate::shell;
use crate::test::TestDatabase;

/// The demonstration's doctor, who exists on this machine only.
const EMAIL: &str = "doctor@demo.seva";
const PASSWORD: &str = "Demo-Doctor-1";
/// What a program may do that is to try everything.
const SCOPES: [&str; 5] = [
    "read:dictations",
    "write:dictations",
    "read:prescriptions",
    "write:prescriptions",
    "sign:prescriptions",
];
/// The same requests each time.
const SEED: &str = "20261122";
/// The longest that a program goes on with its token, in seconds.
const LONGEST: &str = "60";
/// The longest that a person goes on, in seconds.
const LONGEST_OF_PERSON: &str = "20";
/// What takes a session, so that a token is refused by all of it. Nobody guesses the
/// password: it is neither changed, nor does a session end.
const FOR_PEOPLE: [&str; 8] = [
    "listAccessTokens",
    "createAccessToken",
    "revokeAccessToken",
    "changePassword",
    "getAuthenticator",
    "beginAuthenticator",
    "confirmAuthenticator",
    "removeAuthenticator",
];
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
/// A stream of events has no end that could be waited for.
const ENDLESS: &str = "followTranscription";

/// What it takes.
pub(crate) struct Settings<'a> {
    pub(crate) database: &'a TestDatabase,
    pub(crate) speech_model: &'a Path,
    /// A Python environment with schemathesis.
    pub(crate) schemathesis: &'a Path,
    pub(crate) server: ServerBuild,
}

/// Tries the API as a program does, and as a page does. Each has a server of its own, with
/// an empty database and no files: neither uses up what the other may do, nor takes away
/// what it shows.
pub(crate) fn stage(paths: &Paths, settings: &Settings<'_>) -> Result<String> {
    let (program, site) = e2e::build(paths, settings.server)?;
    let tries: [(&str, Try); 2] = [("api", as_program as Try), ("api_person", as_person)];
    for (name, attempt) in tries {
        let database_url = settings.database.create(&format!("seva_{name}"))?;
        let family = Family::Local {
            database_url: &database_url,
            speech_model: settings.speech_model,
            demo: true,
        };
        let (server, log) = e2e::start(paths, &program, &site, name, family)?;
        let tried = attempt(paths, settings, &server.url());
        tried.with_context(|| e2e::log_is(&log))?;
    }
    Ok("schemathesis, as a program and as a person".to_owned())
}

/// Tries the API of the server at an address.
type Try = fn(&Paths, &Settings<'_>, &str) -> Result<()>;

/// Tries all routes with a token that may do everything.
fn as_program(paths: &Paths, settings: &Settings<'_>, url: &str) -> Result<()> {
    let cookie = sign_in(url)?;
    let new = json!({ "name": "schemathesis", "scopes": SCOPES, "expires_in_days": 1 });
    let made = post(url, "/api/v1/auth/tokens", Some(&cookie), &new)?;
    let token = made.body["secret"].as_str();
    let token = token.context("the answer has no token")?;
    let mut command = schemathesis(paths, settings, url);
    command
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--exclude-operation-id", ENDLESS])
        .args(["--max-time", LONGEST]);
    shell::run(&mut command)
}

/// Tries the routes that no token opens, as a page does.
fn as_person(paths: &Paths, settings: &Settings<'_>, url: &str) -> Result<()> {
    let cookie = sign_in(url)?;
    let mut command = schemathesis(paths, settings, url);
    command
        .args(["--header", &format!("Cookie: {cookie}")])
        .args(["--header", &format!("Origin: {url}")])
        .args(["--max-time", LONGEST_OF_PERSON]);
    for operation in FOR_PEOPLE {
        command.args(["--include-operation-id", operation]);
    }
    shell::run(&mut command)?;
    // Without a session all would have been refused alike.
    let listed = post(
        url,
        "/api/v1/prescriptions/search",
        Some(&cookie),
        &json!({}),
    );
    listed.map(drop).context("the session is over")
}

fn schemathesis(paths: &Paths, settings: &Settings<'_>, url: &str) -> Command {
    let mut command = Command::new(settings.schemathesis.join("bin/python"));
    command
        .args([
            "-c",
            "from schemathesis.cli import schemathesis; schemathesis()",
            "run",
        ])
        .arg(format!("{url}/api/openapi.json"))
        .args(["--checks", CHECKS])
        .args(["--phases", "coverage,fuzzing,stateful"])
        .args(["--seed", SEED, "--workers", "1"])
        .args(["--request-timeout", "20", "--generation-database", "none"])
        .args(["--no-color", "--continue-on-failure"])
        // It would look for a configuration from there upwards.
        .current_dir(paths.data().join("api"));
    command
}

/// Signs in; gives the cookie.
fn sign_in(url: &str) -> Result<String> {
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    let signed_in = post(url, "/api/v1/auth/login", None, &credentials)?;
    signed_in.cookie.context("the sign-in set no cookie")
}

struct Answer {
    /// `name=value` of the cookie that it sets.
    cookie: Option<String>,
    body: Value,
}

/// Sends JSON to a server on this machine, as one of its own pages would.
fn post(url: &str, path: &str, cookie: Option<&str>, body: &Value) -> Result<Answer> {
    let host = url
        .strip_prefix("http://")
        .context("it is on this machine")?;
    let cookie = cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"));
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {url}\r\n{cookie}\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    read(path, &answer)
}

fn read(path: &str, answer: &str) -> Result<Answer> {
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("the answer broke off")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        bail!("{path} was answered with {status}");
    }
    let cookie = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_cookie = name.eq_ignore_ascii_case("set-cookie");
        let value = value.split(';').next()?.trim();
        is_cookie.then(|| value.to_owned())
    });
    Ok(Answer {
        cookie,
        body: serde_json::from_str(body).context("the answer is not JSON")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_has_a_cookie_and_a_body() {
        let text = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                    Set-Cookie: seva=abc; HttpOnly; Path=/\r\n\r\n{\"secret\":\"x\"}";
        let answer = read("/", text).unwrap();
        assert_eq!(answer.cookie.as_deref(), Some("seva=abc"));
        assert_eq!(answer.body["secret"], "x");
        assert!(read("/", "HTTP/1.1 401 Unauthorized\r\n\r\n{}").is_err());
        assert!(read("/", "HTTP/1.1 200 OK").is_err());
    }
}
