//! Requests to a server on this machine, as one of its own pages makes them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Somebody who is signed in.
pub(super) struct Caller {
    url: String,
    /// `name=value`.
    pub(super) cookie: String,
}

impl Caller {
    pub(super) fn sign_in(url: &str, credentials: &Value) -> Result<Self> {
        let body = (JSON, credentials.to_string().into_bytes());
        let answer = send(url, "POST /api/v1/auth/login", "", Some(body))?;
        Ok(Self {
            url: url.to_owned(),
            cookie: answer.cookie.context("the sign-in set no cookie")?,
        })
    }

    pub(super) fn get(&self, path: &str) -> Result<Value> {
        self.send(&format!("GET {path}"), "", None)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let body = (JSON, body.to_string().into_bytes());
        self.send(&format!("POST {path}"), "", Some(body))
    }

    /// Changes the first version of what was made.
    pub(super) fn post_on_first(&self, path: &str, body: &Value) -> Result<Value> {
        let body = (JSON, body.to_string().into_bytes());
        let on_first = "If-Match: \"1\"\r\n";
        self.send(&format!("POST {path}"), on_first, Some(body))
    }

    /// Sends a form with one file.
    pub(super) fn upload(&self, path: &str, field: &str, file: &[u8]) -> Result<Value> {
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; \
             filename=\"file\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = "multipart/form-data; boundary=a-form-of-the-tests";
        self.send(&format!("POST {path}"), "", Some((kind, body)))
    }

    fn send(&self, request: &str, headers: &str, body: Option<(&str, Vec<u8>)>) -> Result<Value> {
        let headers = format!("Cookie: {}\r\n{headers}", self.cookie);
        Ok(send(&self.url, request, &headers, body)?.body)
    }
}

const JSON: &str = "application/json";
const BOUNDARY: &str = "a-form-of-the-tests";

struct Answer {
    /// `name=value` of the cookie that it sets.
    cookie: Option<String>,
    body: Value,
}

/// `request` is the method and the path; `headers` are whole lines.
fn send(url: &str, request: &str, headers: &str, body: Option<(&str, Vec<u8>)>) -> Result<Answer> {
    let host = url
        .strip_prefix("http://")
        .context("it is on this machine")?;
    let mut head = format!("{request} HTTP/1.1\r\nHost: {host}\r\nOrigin: {url}\r\n");
    head += headers;
    let (kind, body) = body.unwrap_or((JSON, Vec::new()));
    head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
    head += "Connection: close\r\n\r\n";
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    read(request, &answer)
}

fn read(request: &str, answer: &str) -> Result<Answer> {
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("the answer broke off")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        bail!("{request} was answered with {status}");
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
        let answer = read("GET /", text).unwrap();
        assert_eq!(answer.cookie.as_deref(), Some("seva=abc"));
        assert_eq!(answer.body["secret"], "x");
        assert!(read("GET /", "HTTP/1.1 401 Unauthorized\r\n\r\n{}").is_err());
        assert!(read("GET /", "HTTP/1.1 200 OK").is_err());
    }
}
