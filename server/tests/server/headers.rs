//! What every answer tells a browser, whatever it answers.

use reqwest::{Method, Response};
use serde_json::json;

use crate::support::{TestApp, spawn_web, spawn_web_with};

/// Answers of every kind: pages, the API, files, refusals, machines' questions.
async fn answers(app: &TestApp) -> Vec<(&'static str, Response)> {
    let package = app.site().join("pkg");
    std::fs::create_dir_all(&package).unwrap();
    std::fs::write(package.join("seva.js"), "export {}").unwrap();
    std::fs::write(app.site().join("icon.svg"), "<svg/>").unwrap();
    let stranger = app.stranger();
    let foreign = stranger
        .bare(Method::POST, "/fn/sign_out")
        .header("origin", "https://evil.example");
    let wrong = json!({ "email": "x" });
    vec![
        ("a page", stranger.open("/sign-in").await),
        ("a redirect", stranger.open("/dictations").await),
        ("no page", stranger.open("/no-such-page").await),
        ("not signed in", stranger.get("/api/v1/auth/me").await),
        ("wrong", stranger.post("/api/v1/auth/login", &wrong).await),
        (
            "another method",
            stranger
                .request(Method::PUT, "/api/v1/auth/me")
                .send()
                .await
                .unwrap(),
        ),
        ("no link", stranger.get("/files/none").await),
        ("a script", stranger.get("/pkg/seva.js").await),
        ("no script", stranger.get("/pkg/none.js").await),
        ("an icon", stranger.get("/icon.svg").await),
        ("another site", foreign.send().await.unwrap()),
        ("health", stranger.get("/health").await),
        ("live", stranger.get("/health/live").await),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let app = spawn_web().await;
    for (what, answer) in answers(&app).await {
        let header = |name: &str| {
            let value = answer.headers().get(name);
            let value = value.unwrap_or_else(|| panic!("{what}: {name} is missing"));
            value.to_str().unwrap().to_owned()
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{what}: {policy}"
        );
        assert!(policy.starts_with("default-src '"), "{what}: {policy}");
        let rest = policy.replace("'wasm-unsafe-eval'", "");
        assert!(!rest.contains("unsafe"), "{what}: {policy}");
        assert!(
            !policy.contains('*') && !policy.contains("http"),
            "{what}: {policy}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(header("referrer-policy"), "same-origin", "{what}");
        let permissions = header("permissions-policy");
        assert!(permissions.contains("microphone=(self)"), "{what}");
        assert!(permissions.contains("camera=()"), "{what}");
        assert_eq!(
            header("cross-origin-opener-policy"),
            "same-origin",
            "{what}"
        );
        assert_eq!(
            header("cross-origin-resource-policy"),
            "same-origin",
            "{what}"
        );
        assert!(!header("x-request-id").is_empty(), "{what}");
        assert!(
            !answer.headers().contains_key("strict-transport-security"),
            "{what}: there is no TLS on this machine"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_every_answer_insists_on_it() {
    let app = spawn_web_with(&[("SEVA_BASE_URL", "https://seva.example")]).await;
    for (what, answer) in answers(&app).await {
        let insists = answer.headers().get("strict-transport-security");
        let insists = insists.unwrap_or_else(|| panic!("{what} does not insist on TLS"));
        assert_eq!(insists, "max-age=31536000", "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_the_nonce_of_its_policy_and_no_other_page_has() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let mut seen = std::collections::BTreeSet::new();
    let pages = (0..40).map(|_| async {
        let page = doctor.open("/prescriptions").await;
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        let nonce = policy.split("'nonce-").nth(1).expect(policy);
        let nonce = nonce.split('\'').next().unwrap().to_owned();
        (nonce, page.text().await.unwrap())
    });
    for (nonce, page) in futures::future::join_all(pages).await {
        let inline = page.matches("<script").count();
        assert!(inline > 0);
        let named = format!("nonce=\"{nonce}\"");
        assert_eq!(
            page.matches("nonce=\"").count(),
            page.matches(&named).count()
        );
        assert!(page.contains(&named));
        assert!(seen.insert(nonce));
    }
}
