//! Pages of other sites, and what they may ask.

use reqwest::{Method, Response, StatusCode, header::HeaderMap};
use serde_json::Value;

use crate::support::{Browser, TestApp, spawn_web, spawn_web_with};

const FRIEND: &str = "https://app.clinic.example";
const STRANGER: &str = "https://evil.example";
const LIST: &str = "/api/v1/transcriptions";
const LOGOUT: &str = "/api/v1/auth/logout";

async fn open_to_friends() -> TestApp {
    let origins = "https://app.clinic.example, http://localhost:5173";
    spawn_web_with(&[("SEVA_CORS_ORIGINS", origins)]).await
}

async fn ask(who: &Browser, method: Method, path: &str, origin: &str) -> Response {
    let request = who.bare(method, path).header("origin", origin);
    request.send().await.unwrap()
}

/// What a browser asks before it lets a page send more than a form could.
async fn preflight(who: &Browser, path: &str, origin: &str) -> Response {
    let request = who
        .bare(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type,if-match");
    request.send().await.unwrap()
}

/// All that a header says, on however many lines.
fn text(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter();
    let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
    values.join(", ")
}

fn assert_shared(headers: &HeaderMap, origin: &str) {
    assert_eq!(text(headers, "access-control-allow-origin"), origin);
    assert_eq!(text(headers, "access-control-allow-credentials"), "true");
    assert!(text(headers, "vary").to_lowercase().contains("origin"));
}

fn assert_not_shared(headers: &HeaderMap) {
    for (name, value) in headers {
        assert!(
            !name.as_str().starts_with("access-control-"),
            "{name}: {value:?}"
        );
    }
}

/// Property 45: only configured origins; everybody else is refused.
#[tokio::test(flavor = "multi_thread")]
async fn property_45_only_configured_origins_may_use_the_api() {
    let app = open_to_friends().await;
    let doctor = app.doctor().await;
    for origin in [FRIEND, "http://localhost:5173"] {
        let list = ask(&doctor, Method::GET, LIST, origin).await;
        assert_eq!(list.status(), StatusCode::OK);
        assert_shared(list.headers(), origin);
        let allowed = preflight(&doctor, LIST, origin).await;
        assert!(allowed.status().is_success());
        assert_shared(allowed.headers(), origin);
    }
    for origin in [
        STRANGER,
        "null",
        "http://app.clinic.example",
        "https://app.clinic.example:8443",
        "https://app.clinic.example.evil.example",
        "https://evil-app.clinic.example",
    ] {
        for refused in [
            preflight(&doctor, LIST, origin).await,
            ask(&doctor, Method::GET, LIST, origin).await,
            ask(&doctor, Method::POST, LOGOUT, origin).await,
        ] {
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin}");
            assert_not_shared(refused.headers());
            let refused: Value = refused.json().await.unwrap();
            assert_eq!(refused["error"]["code"], "FORBIDDEN");
        }
    }
    // Still signed in.
    doctor.read(LIST).await;
}

/// Property 46: with the doctor's cookie or a token, for changes too.
#[tokio::test(flavor = "multi_thread")]
async fn property_46_credentials_are_allowed() {
    let app = open_to_friends().await;
    let doctor = app.doctor().await;
    let allowed = preflight(&doctor, "/api/v1/prescriptions", FRIEND).await;
    let headers = allowed.headers();
    assert_shared(headers, FRIEND);
    let methods = text(headers, "access-control-allow-methods");
    for method in ["GET", "POST", "PUT", "DELETE"] {
        assert!(methods.contains(method), "{methods}");
    }
    let allowed = text(headers, "access-control-allow-headers");
    for name in [
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
    ] {
        assert!(allowed.contains(name), "{allowed}");
    }
    for (name, value) in headers {
        assert_ne!(value, "*", "{name}");
    }

    let ended = ask(&doctor, Method::POST, LOGOUT, FRIEND).await;
    assert_eq!(ended.status(), StatusCode::OK);
    assert_shared(ended.headers(), FRIEND);
    // The page can read why it is refused, and which request it was.
    let refused = ask(&doctor, Method::GET, LIST, FRIEND).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_shared(refused.headers(), FRIEND);
    let readable = text(refused.headers(), "access-control-expose-headers");
    assert!(readable.contains("x-request-id") && readable.contains("etag"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_server_functions_are_this_sites_alone() {
    let app = open_to_friends().await;
    let doctor = app.doctor().await;
    for path in ["/fn/sign_out", "/dictations/upload"] {
        let refused = ask(&doctor, Method::POST, path, FRIEND).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
        assert_not_shared(refused.headers());
        let asked = preflight(&doctor, path, FRIEND).await;
        assert_not_shared(asked.headers());
    }
    let page = ask(&doctor, Method::GET, "/dictations", FRIEND).await;
    assert_not_shared(page.headers());
    doctor.read(LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_configured_origin_the_api_is_this_sites_and_programs() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let refused = ask(&doctor, Method::GET, LIST, FRIEND).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let refused = preflight(&doctor, LIST, FRIEND).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_not_shared(refused.headers());

    let own = doctor.get(LIST).await;
    assert_eq!(own.status(), StatusCode::OK);
    assert_not_shared(own.headers());
    let program = doctor.bare(Method::GET, LIST).send().await.unwrap();
    assert_eq!(program.status(), StatusCode::OK);
}
