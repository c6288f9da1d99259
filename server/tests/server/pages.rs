//! What every answer says to a browser.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{spawn_web, spawn_web_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_carries_its_policy_and_its_scripts_carry_the_policys_nonce() {
    let app = spawn_web().await;
    let page = app.stranger().open("/sign-in").await;
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
    let again = app.stranger().open("/sign-in").await;
    assert_ne!(
        again.headers()["content-security-policy"],
        policy.as_str(),
        "a nonce is used once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_needs_an_account_leads_to_the_sign_in() {
    let app = spawn_web().await;
    let page = app.stranger().open("/dictations").await;
    assert!(page.status().is_redirection(), "{}", page.status());
    assert!(
        page.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("/sign-in")
    );
    let doctor = app.doctor().await;
    assert_eq!(doctor.open("/dictations").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_page_is_a_page_that_says_so() {
    let app = spawn_web().await;
    let page = app.doctor().await.open("/no-such-page").await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
}

#[tokio::test(flavor = "multi_thread")]
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

#[tokio::test(flavor = "multi_thread")]
async fn files_whose_names_hold_a_hash_are_kept_for_ever_and_sent_compressed() {
    // Pages read the hashes from it, the one that says "not found" too.
    let hashes = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(hashes.path(), "js: 1234\nwasm: 1234\ncss: 1234\n").unwrap();
    let app = spawn_web_with(&[
        ("LEPTOS_HASH_FILES", "true"),
        ("LEPTOS_HASH_FILE_NAME", hashes.path().to_str().unwrap()),
    ])
    .await;
    let package = app.site().join("pkg");
    std::fs::create_dir_all(&package).unwrap();
    std::fs::write(package.join("seva.1234.js"), "export {}").unwrap();
    std::fs::write(package.join("seva.1234.js.br"), "compressed").unwrap();
    std::fs::write(app.site().join("icon.svg"), "<svg/>").unwrap();

    let browser = app.stranger();
    let get = |path| {
        browser
            .request(Method::GET, path)
            .header("accept-encoding", "br")
            .send()
    };
    let script = get("/pkg/seva.1234.js").await.unwrap();
    assert_eq!(script.headers()["content-encoding"], "br");
    assert_eq!(script.headers()["content-type"], "text/javascript");
    let keep = "public, max-age=31536000, immutable";
    assert_eq!(script.headers()["cache-control"], keep);
    assert_eq!(script.text().await.unwrap(), "compressed");

    let missing = get("/pkg/seva.0000.js").await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(missing.headers()["cache-control"], "no-cache");
    let icon = get("/icon.svg").await.unwrap();
    assert_eq!(icon.headers()["cache-control"], "public, max-age=86400");
    let outside = get("/../secrets/session.key").await.unwrap();
    assert_eq!(outside.status(), StatusCode::NOT_FOUND);
}
