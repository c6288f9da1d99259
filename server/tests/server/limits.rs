//! How much one caller may ask for, and how long an answer may take.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{
    Body, Method, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use seva_model::TranscriptionStatus;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
};

use crate::support::{
    Browser, PASSWORD, recordings, spawn_curt_web, spawn_hasty_web, spawn_web_with,
};

const ME: &str = "/api/v1/auth/me";
const LOGIN: &str = "/api/v1/auth/login";
/// A proxy on this machine says where requests come from.
const PROXY: (&str, &str) = ("SEVA_TRUSTED_PROXIES", "127.0.0.1");

/// A request that the proxy passes on for somebody elsewhere.
async fn from(who: &Browser, address: &str, path: &str) -> Response {
    let request = who.request(Method::GET, path);
    let request = request.header("x-forwarded-for", address);
    request.send().await.unwrap()
}

async fn try_to_sign_in(who: &Browser, address: &str, email: &str) -> Response {
    who.request(Method::POST, LOGIN)
        .header("x-forwarded-for", address)
        .json(&json!({ "email": email, "password": "Wrong-Pass-1" }))
        .send()
        .await
        .unwrap()
}

/// Refused in the API's words; gives the seconds to wait.
async fn too_many(response: Response) -> u64 {
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait = response.headers()["retry-after"].to_str().unwrap();
    let wait = wait.parse().unwrap();
    assert!(response.headers().contains_key("content-security-policy"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["success"], false);
    assert_eq!(body["error"]["code"], "RATE_LIMITED");
    wait
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_gets_what_it_may_have_in_an_hour() {
    let app = spawn_web_with(&[PROXY, ("SEVA_REQUESTS_PER_ADDRESS", "3")]).await;
    let stranger = app.stranger();
    for _ in 0..3 {
        let answer = from(&stranger, "203.0.113.7", ME).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let wait = too_many(from(&stranger, "203.0.113.7", ME).await).await;
    assert!((1..=1200).contains(&wait), "{wait}");
    // However it pretends to be elsewhere: the proxy adds what it saw.
    let forged = from(&stranger, "198.51.100.1, 203.0.113.7", ME).await;
    too_many(forged).await;

    // Others, this machine, and whoever asks for its health.
    for address in ["203.0.113.8", "2001:db8::1"] {
        let answer = from(&stranger, address, ME).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    for _ in 0..5 {
        assert_eq!(stranger.get(ME).await.status(), StatusCode::UNAUTHORIZED);
        let health = from(&stranger, "203.0.113.7", "/health/live").await;
        assert_eq!(health.status(), StatusCode::OK);
    }
    // One house is one network of IPv6.
    for host in 2..4 {
        let answer = from(&stranger, &format!("2001:db8::{host}"), ME).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    too_many(from(&stranger, "2001:db8::ffff", ME).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_read_why_they_have_to_wait() {
    let app = spawn_web_with(&[PROXY, ("SEVA_REQUESTS_PER_ADDRESS", "1")]).await;
    let stranger = app.stranger();
    from(&stranger, "203.0.113.7", ME).await;
    let sentence = "Too many requests came from your network. Wait 60 minutes and try again.";

    let page = stranger
        .bare(Method::GET, "/sign-in")
        .header("accept", "text/html")
        .header("x-forwarded-for", "203.0.113.7");
    let page = page.send().await.unwrap();
    assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
    let kind = page.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/html"), "{kind}");
    assert!(page.text().await.unwrap().contains(sentence));

    let script = stranger
        .request(Method::POST, "/fn/signed_in_user")
        .header("x-forwarded-for", "203.0.113.7");
    let script = script.send().await.unwrap();
    assert_eq!(script.status(), StatusCode::TOO_MANY_REQUESTS);
    let error: seva_model::AppError = script.json().await.unwrap();
    assert_eq!(error.message, sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_believed_about_an_address_who_is_not_a_proxy_of_ours() {
    let app = spawn_web_with(&[("SEVA_REQUESTS_PER_ADDRESS", "1")]).await;
    let stranger = app.stranger();
    for _ in 0..3 {
        let answer = from(&stranger, "203.0.113.7", ME).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_gets_what_it_may_have_in_an_hour_wherever_it_is() {
    let app = spawn_web_with(&[PROXY, ("SEVA_REQUESTS_PER_USER", "4")]).await;
    let (asha, ravi) = (app.doctor().await, app.doctor().await);
    for host in 0..4 {
        let answer = from(&asha, &format!("203.0.113.{host}"), ME).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let wait = too_many(from(&asha, "203.0.113.9", ME).await).await;
    assert!((1..=900).contains(&wait), "{wait}");
    assert_eq!(ravi.get(ME).await.status(), StatusCode::OK);
    assert_eq!(
        app.stranger().get(ME).await.status(),
        StatusCode::UNAUTHORIZED
    );
}

/// However many servers there are: an address has so many tries with all of them.
#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_of_an_address_are_counted_by_all_servers_together() {
    let limited = [PROXY, ("SEVA_SIGN_INS_PER_ADDRESS", "4")];
    let app = spawn_web_with(&limited).await;
    let other = app.beside(&limited).await;
    let servers = [app.stranger(), other.stranger()];
    for number in 0..4 {
        let email = format!("nobody{number}@clinic.example");
        let refused = try_to_sign_in(&servers[number % 2], "203.0.113.7", &email).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    for server in &servers {
        let refused = try_to_sign_in(server, "203.0.113.7", "nobody9@clinic.example").await;
        let wait = too_many(refused).await;
        assert!((1..=900).contains(&wait), "{wait}");
        // What is no sign-in goes on, and so does everybody elsewhere.
        let me = from(server, "203.0.113.7", ME).await;
        assert_eq!(me.status(), StatusCode::UNAUTHORIZED);
        let elsewhere = try_to_sign_in(server, "203.0.113.8", "nobody@clinic.example").await;
        assert_eq!(elsewhere.status(), StatusCode::UNAUTHORIZED);
    }
    let in_clear = "sign_in_limits l WHERE l::text LIKE '%203.0%' OR l::text LIKE '%nobody%'";
    assert_eq!(app.rows().count(in_clear).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_for_one_account_are_counted_wherever_they_come_from() {
    let app = spawn_web_with(&[PROXY]).await;
    let email = "asha@clinic.example";
    app.stranger().open_account(email, &app.mail()).await;
    let other = app.beside(&[PROXY]).await;
    let servers = [app.stranger(), other.stranger()];
    for host in 0..10 {
        let address = format!("203.0.113.{host}");
        let refused = try_to_sign_in(&servers[host % 2], &address, email).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    for server in &servers {
        too_many(try_to_sign_in(server, "203.0.113.99", email).await).await;
        let right = json!({ "email": email, "password": PASSWORD });
        too_many(server.post(LOGIN, &right).await).await;
    }
}

/// Whatever takes too long is given up, but for what takes as long as it takes: an
/// upload by a slow line, and a stream.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_is_given_up_and_others_go_on() {
    let app = spawn_hasty_web(Duration::from_secs(3)).await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let mut events = doctor.events(&id, None).await;
    events.next().await.unwrap();

    let recording = Bytes::from(recordings::short());
    let (sender, mut chunks) = mpsc::channel::<Bytes>(1);
    let body = futures::stream::poll_fn(move |context| {
        let chunk = chunks.poll_recv(context);
        chunk.map(|chunk| chunk.map(Ok::<_, std::io::Error>))
    });
    let part = Part::stream(Body::wrap_stream(body)).file_name("b.m4a");
    let slow = doctor.send_form(Form::new().part("audio_file", part));
    let slowly = async {
        sender.send(recording.slice(..1000)).await.unwrap();
        // Nobody can cancel it while this lasts.
        let hold = app.rows().hold_dictation(&id).await;
        let cancel = format!("/api/v1/transcriptions/{id}/cancel");
        let given_up = doctor.post(&cancel, &json!({})).await;
        assert_eq!(given_up.status(), StatusCode::SERVICE_UNAVAILABLE);
        let given_up: Value = given_up.json().await.unwrap();
        assert_eq!(given_up["error"]["code"], "SERVICE_UNAVAILABLE");
        hold.rollback().await.unwrap();
        sender.send(recording.slice(1000..)).await.unwrap();
        drop(sender);
        doctor.post(&cancel, &json!({})).await
    };
    let (uploaded, cancelled) = tokio::join!(slow, slowly);
    assert_eq!(uploaded.status(), StatusCode::ACCEPTED);
    // It may have been cancelled after all; then it is in no state to be once more.
    let cancelled = cancelled.status();
    assert!([StatusCode::OK, StatusCode::CONFLICT].contains(&cancelled));
    let last = events.rest().await.pop().unwrap();
    assert_eq!(last.status, TranscriptionStatus::Cancelled);
}

/// Who opens a connection and says nothing, or breaks off within a request's head, or has
/// been answered and asks no more, does not keep it.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_request_is_closed() {
    let app = spawn_curt_web(Duration::from_millis(300)).await;
    let host = app.address.strip_prefix("http://").unwrap();
    let whole = format!("GET /health/live HTTP/1.1\r\nHost: {host}\r\n\r\n");
    for (sent, answered) in [
        ("", false),
        ("PRI * HTTP/2", false),
        ("GET /health/live HTTP/1.1\r\nHost: ", false),
        (&whole, true),
    ] {
        let mut connection = TcpStream::connect(host).await.unwrap();
        connection.write_all(sent.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        connection.read_to_end(&mut said).await.unwrap();
        assert_eq!(said.starts_with(b"HTTP/1.1 200"), answered, "{sent:?}");
    }
}
