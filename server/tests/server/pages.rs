//! What every answer says to a browser.

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::spawn_web;

#[tokio::test]
async fn a_page_carries_its_policy_and_its_scripts_carry_the_policys_nonce() {
    let app = spawn_web().await;
    let page = app.stranger().get("/sign-in").await;
    assert_eq!(page.status(), StatusCode::OK);
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    for rule in [
        "'wasm-unsafe-eval'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(
        !policy.contains("script-src 'self' 'unsafe-inline'"),
        "{policy}"
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert!(header("permissions-policy").contains("microphone=(self)"));
    assert_eq!(header("cache-control"), "no-store");

    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(nonce.len() >= 16, "{nonce}");
    let html = page.text().await.unwrap();
    let scripts: Vec<_> = html
        .match_indices("<script")
        .map(|(at, _)| &html[at..])
        .collect();
    assert!(!scripts.is_empty(), "the page hydrates");
    for script in scripts {
        let tag = &script[..script.find('>').unwrap()];
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
    }
    let again = app.stranger().get("/sign-in").await;
    assert_ne!(
        again.headers()["content-security-policy"],
        policy.as_str(),
        "a nonce is used once"
    );
}

#[tokio::test]
async fn a_page_that_needs_an_account_leads_to_the_sign_in() {
    let app = spawn_web().await;
    let page = app.stranger().get("/dictations").await;
    assert!(page.status().is_redirection(), "{}", page.status());
    assert!(
        page.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("/sign-in")
    );
    let doctor = app.doctor().await;
    assert_eq!(doctor.get("/dictations").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_page_is_a_page_that_says_so() {
    let app = spawn_web().await;
    let page = app.doctor().await.get("/no-such-page").await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
}

#[tokio::test]
async fn health_tells_each_check() {
    let app = spawn_web().await;
    let answer = app.stranger().get("/health").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let health: Value = answer.json().await.unwrap();
    assert_eq!(health["status"], "healthy");
    for check in ["database", "object_store", "secrets"] {
        assert_eq!(health["checks"][check], "ok", "{check}");
    }
    assert!(health["timestamp"].as_str().unwrap().ends_with('Z'));
}
