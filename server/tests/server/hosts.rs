//! Under which names the server answers.

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::support::{Browser, spawn_web, spawn_web_with};

async fn ask(who: &Browser, method: Method, path: &str, host: &str) -> Response {
    let request = who.bare(method, path).header("host", host);
    let request = request.header("origin", format!("http://{host}"));
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_name_that_points_to_this_machine_gets_nothing() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    std::fs::create_dir_all(app.site().join("pkg")).unwrap();
    std::fs::write(app.site().join("pkg/seva.js"), "export {}").unwrap();
    for (method, path) in [
        (Method::GET, "/sign-in"),
        (Method::GET, "/dev/mailbox"),
        (Method::GET, "/no-such-file"),
        (Method::GET, "/pkg/seva.js"),
        (Method::GET, "/files/any"),
        (Method::GET, "/api/v1/transcriptions"),
        (Method::POST, "/api/v1/auth/login"),
        (Method::POST, "/fn/sign_out"),
    ] {
        let refused = ask(&doctor, method, path, "evil.example:3000").await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{path}");
        assert!(refused.headers().contains_key("content-security-policy"));
        let mut body: Value = refused.json().await.unwrap();
        // A page's script reads the error of server functions.
        if !path.starts_with("/fn/") {
            body = body["error"].take();
        }
        assert_eq!(body["code"], "VALIDATION_FAILED");
        let sentence = format!(
            "SEVA does not answer under this name. Open {} instead.",
            app.address
        );
        assert_eq!(body["message"], sentence, "{path}");
    }
    let health = ask(&doctor, Method::GET, "/health", "evil.example:3000").await;
    assert_eq!(health.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_name_of_this_machine_is_answered() {
    let app = spawn_web_with(&[("SEVA_BASE_URL", "http://localhost:8080")]).await;
    for host in ["localhost:8080", "127.0.0.1:3000", "[::1]", "LocalHost"] {
        let page = ask(&app.stranger(), Method::GET, "/sign-in", host).await;
        assert_eq!(page.status(), StatusCode::OK, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_the_proxy_and_its_certificate_decide_about_names() {
    let app = spawn_web_with(&[("SEVA_BASE_URL", "https://seva.example")]).await;
    let page = ask(&app.stranger(), Method::GET, "/sign-in", "seva.example").await;
    assert_eq!(page.status(), StatusCode::OK);
    let inner = ask(&app.stranger(), Method::GET, "/sign-in", "upstream:3000").await;
    assert_eq!(inner.status(), StatusCode::OK);
}
