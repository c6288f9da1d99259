//! The API against its own description: schemathesis makes requests from the document that a
//! real server serves, and looks whether the answers are as it says.

mod guest;
mod material;
mod request;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::json;

use self::request::Caller;

use crate::e2e::{self, ServerBuild};
use crate::paths::Paths;
use crate::server::Family;
use crate::setup;
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
/// The longest that somebody goes on who is not signed in, in seconds.
const LONGEST_OF_GUEST: &str = "10";
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

/// Sets up and tries the API.
pub(crate) fn run(paths: &Paths) -> Result<()> {
    let setup = setup::for_testing(paths)?;
    let database = TestDatabase::start(paths, setup.base.postgres.as_ref())?;
    let settings = Settings {
        database: &database,
        speech_model: &setup.base.speech_model,
        schemathesis: &setup.schemathesis,
        server: ServerBuild::OfRun,
    };
    stage(paths, &settings).map(drop)
}

/// Tries the API as a program does, as a page does, and as whoever is not signed in. Each
/// has a server of its own, with an empty database and no files: none uses up what another
/// may do, nor takes away what it shows.
pub(crate) fn stage(paths: &Paths, settings: &Settings<'_>) -> Result<String> {
    let (program, site) = e2e::build(paths, settings.server)?;
    let tries: [(&str, Try); 3] = [
        ("api", as_program as Try),
        ("api_person", as_person),
        ("api_guest", as_guest),
    ];
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
    Ok("schemathesis, as a program, as a person and as a guest".to_owned())
}

/// Tries the API of the server at an address.
type Try = fn(&Paths, &Settings<'_>, &str) -> Result<()>;

/// Tries all routes with a token that may do everything, on what is there and on what is not.
fn as_program(paths: &Paths, settings: &Settings<'_>, url: &str) -> Result<()> {
    let doctor = sign_in(url)?;
    let new = json!({ "name": "schemathesis", "scopes": SCOPES, "expires_in_days": 1 });
    let made = doctor.post("/api/v1/auth/tokens", &new)?;
    let token = made["secret"].as_str();
    let token = token.context("the answer has no token")?;
    let known = material::make(paths, &doctor)?;
    let mut command = schemathesis(paths, settings, url, &known)?;
    command
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--exclude-operation-id", ENDLESS])
        .args(["--max-time", LONGEST]);
    shell::run(&mut command)
}

/// Tries the routes that no token opens, as a page does.
fn as_person(paths: &Paths, settings: &Settings<'_>, url: &str) -> Result<()> {
    let doctor = sign_in(url)?;
    let mut command = schemathesis(paths, settings, url, "")?;
    command
        .args(["--header", &format!("Cookie: {}", doctor.cookie)])
        .args(["--header", &format!("Origin: {url}")])
        .args(["--max-time", LONGEST_OF_PERSON]);
    for operation in FOR_PEOPLE {
        command.args(["--include-operation-id", operation]);
    }
    shell::run(&mut command)?;
    // Without a session all would have been refused alike.
    let listed = doctor.post("/api/v1/prescriptions/search", &json!({}));
    listed.map(drop).context("the session is over")
}

/// Tries what leads to a session, without one. Accounts have limits of their own: what comes
/// after them is answered as the document says, too.
fn as_guest(paths: &Paths, settings: &Settings<'_>, url: &str) -> Result<()> {
    let known = guest::make(&sign_in(url)?)?;
    let mut command = schemathesis(paths, settings, url, &known)?;
    let requests = paths.data().join("api/guest.har");
    command
        .args(["--header", &format!("Origin: {url}")])
        .args(["--max-time", LONGEST_OF_GUEST])
        .arg("--report-har-path")
        .arg(&requests);
    for operation in guest::OPERATIONS {
        command.args(["--include-operation-id", operation]);
    }
    shell::run(&mut command)?;
    guest::check(&requests)
}

/// The command, with a configuration of its own.
fn schemathesis(
    paths: &Paths,
    settings: &Settings<'_>,
    url: &str,
    configuration: &str,
) -> Result<Command> {
    let folder: PathBuf = paths.data().join("api");
    let file = folder.join("schemathesis.toml");
    fs::write(&file, configuration).with_context(|| file.display().to_string())?;
    let mut command = Command::new(settings.schemathesis.join("bin/python"));
    command
        .args([
            "-c",
            "from schemathesis.cli import schemathesis; schemathesis()",
            "--config-file",
        ])
        .arg(&file)
        .arg("run")
        .arg(format!("{url}/api/openapi.json"))
        .args(["--checks", CHECKS])
        .args(["--phases", "coverage,fuzzing,stateful"])
        .args(["--seed", SEED, "--workers", "1"])
        .args(["--request-timeout", "20", "--generation-database", "none"])
        // Whatever is behind a redirect is described elsewhere.
        .args(["--max-redirects", "0"])
        .args(["--no-color", "--continue-on-failure"])
        .current_dir(folder);
    Ok(command)
}

fn sign_in(url: &str) -> Result<Caller> {
    Caller::sign_in(url, &json!({ "email": EMAIL, "password": PASSWORD }))
}
