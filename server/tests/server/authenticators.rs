//! Signing in with an authenticator app.

use reqwest::StatusCode;
use serde_json::{Value, json};
use seva_services::ports::Secret;
use seva_testkit::contracts::code_shown;
use tower_sessions::SessionStore as _;

use crate::support::{Browser, PASSWORD, TestApp, spawn_web};

const EMAIL: &str = "doctor0@clinic.example";
const LIST: &str = "/api/v1/transcriptions";

/// Turns an authenticator on; gives its secret.
async fn turn_on(app: &TestApp, doctor: &Browser) -> Secret {
    let begun = doctor.post("/api/v1/auth/authenticator", &json!({})).await;
    assert_eq!(begun.status(), StatusCode::OK);
    let begun: Value = begun.json().await.unwrap();
    let secret = begun["secret"].as_str().unwrap();
    let uri = begun["uri"].as_str().unwrap();
    assert!(uri.contains(secret), "{uri}");
    let secret = Secret::new(secret.as_bytes().to_vec());
    let confirm = async |password: &str| {
        let code = code_shown(&secret, 0);
        let body = json!({ "current_password": password, "confirmation_code": code.as_str() });
        let confirmed = doctor.post("/api/v1/auth/authenticator/confirm", &body);
        confirmed.await
    };
    let wrong = confirm("Wrong-Pass-1").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let wrong: Value = wrong.json().await.unwrap();
    assert!(wrong["error"]["fields"]["current_password"].is_string());
    assert_eq!(confirm(PASSWORD).await.status(), StatusCode::OK);
    app.rows().let_steps_pass().await;
    secret
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_asks_for_the_code_and_opens_nothing_before_it() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    assert_eq!(doctor.read("/api/v1/auth/authenticator").await["on"], false);
    let secret = turn_on(&app, &doctor).await;
    assert_eq!(doctor.read("/api/v1/auth/authenticator").await["on"], true);

    let browser = app.stranger();
    let answer = async |code: &str| {
        let body = json!({ "confirmation_code": code });
        browser.post("/api/v1/auth/challenge", &body).await
    };
    assert_eq!(answer("000000").await.status(), StatusCode::UNAUTHORIZED);
    let login = json!({ "email": EMAIL, "password": PASSWORD });
    let asked = browser.post("/api/v1/auth/login", &login).await;
    assert_eq!(asked.status(), StatusCode::OK);
    let asked: Value = asked.json().await.unwrap();
    assert_eq!(asked["challenge"], "AUTHENTICATOR_CODE");
    assert!(asked["user"].is_null());
    assert_eq!(browser.get(LIST).await.status(), StatusCode::UNAUTHORIZED);

    let code = code_shown(&secret, 0);
    let wrong = ["000000", "111111", "222222", "333333"]
        .into_iter()
        .find(|wrong| (-2..=2).all(|ahead| code_shown(&secret, ahead).as_str() != *wrong))
        .unwrap();
    let refused = answer(wrong).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["error"]["code"], "CODE_MISMATCH");
    assert_eq!(browser.get(LIST).await.status(), StatusCode::UNAUTHORIZED);
    let before = browser.cookies().unwrap();
    let signed_in = answer(code.as_str()).await;
    assert_eq!(signed_in.status(), StatusCode::OK);
    let signed_in: Value = signed_in.json().await.unwrap();
    assert_eq!(signed_in["user"]["email"], EMAIL);
    assert_ne!(browser.cookies().unwrap(), before, "a new session");
    browser.read(LIST).await;
    assert_eq!(
        answer(code.as_str()).await.status(),
        StatusCode::UNAUTHORIZED,
        "the challenge is answered once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_forms_set_it_up_ask_for_it_and_turn_it_off() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let submit = async |action: &str, fields: &str| {
        let done = doctor.submit("/profile", action, fields).await;
        done.headers()["location"].to_str().unwrap().to_owned()
    };
    assert_eq!(
        submit("/fn/begin_authenticator", "").await,
        "/profile#authenticator"
    );
    let page = doctor.open("/profile").await.text().await.unwrap();
    assert!(
        page.contains("QR code for your authenticator app"),
        "{page}"
    );
    let key = page.split_once("setup__key\">").unwrap().1;
    let key = key.split_once('<').unwrap().0.replace(' ', "");
    let secret = Secret::new(key.into_bytes());
    let shown = || format!("confirmation_code={}", code_shown(&secret, 0).as_str());
    let proven = format!("{}&current_password={PASSWORD}", shown());
    assert_eq!(
        submit("/fn/confirm_authenticator", &proven).await,
        "/profile?authenticator=on#authenticator"
    );
    app.rows().let_steps_pass().await;
    let page = doctor.open("/profile").await.text().await.unwrap();
    assert!(!page.contains("setup__key"), "the secret is shown no more");

    let browser = app.stranger();
    let fields = format!("email=doctor0%40clinic.example&password={PASSWORD}&next=%2Fdictations");
    let asked = browser.submit("/sign-in", "/fn/sign_in", &fields).await;
    assert_eq!(asked.headers()["location"], "/sign-in/challenge");
    let page = browser
        .open("/sign-in/challenge")
        .await
        .text()
        .await
        .unwrap();
    for part in ["inputmode=\"numeric\"", "autocomplete=\"one-time-code\""] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let page = "/sign-in/challenge";
    let half = browser.submit(page, "/fn/answer_code", "confirmation_code=12345");
    assert_eq!(half.await.headers()["location"], page);
    let again = browser.bare(reqwest::Method::GET, page);
    let again = again
        .header("accept", "text/html")
        .header("referer", format!("{}{page}", app.address));
    let again = again.send().await.unwrap().text().await.unwrap();
    assert!(
        again.contains("Enter the six digits of the code."),
        "{again}"
    );
    let signed_in = browser
        .submit("/sign-in/challenge", "/fn/answer_code", &shown())
        .await;
    assert_eq!(signed_in.headers()["location"], "/dictations");
    browser.read(LIST).await;

    let wrong = submit("/fn/remove_authenticator", "current_password=Wrong-Pass-1").await;
    assert_eq!(wrong, "/profile");
    let removal = format!("current_password={PASSWORD}");
    assert_eq!(
        submit("/fn/remove_authenticator", &removal).await,
        "/profile?authenticator=off#authenticator"
    );
    app.stranger().sign_in(EMAIL).await;
}

/// As a server of another version kept it.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_that_can_not_be_read_is_over() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    turn_on(&app, &doctor).await;
    let browser = app.stranger();
    let login = json!({ "email": EMAIL, "password": PASSWORD });
    let asked = browser.post("/api/v1/auth/login", &login).await;
    assert_eq!(asked.status(), StatusCode::OK);
    let awaited = browser.open("/sign-in/challenge").await;
    assert_eq!(awaited.status(), StatusCode::OK);

    let cookies = browser.cookies().unwrap();
    let id = cookies.strip_prefix("seva=").unwrap().parse().unwrap();
    let store = app.sessions().await;
    let mut session = store.load(&id).await.unwrap().unwrap();
    let pending = json!({ "kind": "AUTHENTICATOR_CODE", "email": EMAIL, "state": "thread" });
    let kept = json!({ "pending": pending, "next": null });
    assert!(session.data.insert("challenge".to_owned(), kept).is_some());
    store.save(&session).await.unwrap();

    let over = browser.open("/sign-in/challenge").await;
    assert_eq!(over.headers()["location"], "/sign-in?ended=1");
    let answer = json!({ "confirmation_code": "000000" });
    let refused = browser.post("/api/v1/auth/challenge", &answer).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let again = browser.post("/api/v1/auth/login", &login).await;
    assert_eq!(again.status(), StatusCode::OK, "and begins anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_that_is_over_leads_back_with_its_sentence() {
    let app = spawn_web().await;
    let nobody = app.stranger().open("/sign-in/challenge").await;
    assert_eq!(nobody.status(), StatusCode::FOUND);
    assert_eq!(nobody.headers()["location"], "/sign-in?ended=1");

    let doctor = app.doctor().await;
    let secret = turn_on(&app, &doctor).await;
    let browser = app.stranger();
    let fields = format!("email=doctor0%40clinic.example&password={PASSWORD}");
    let asked = browser.submit("/sign-in", "/fn/sign_in", &fields).await;
    assert_eq!(asked.headers()["location"], "/sign-in/challenge");
    // A new password ends it, though the code is right.
    let change = json!({ "old_password": PASSWORD, "password": "Other-Pass-2" });
    let changed = doctor.post("/api/v1/auth/password", &change).await;
    assert_eq!(changed.status(), StatusCode::OK);
    let shown = format!("confirmation_code={}", code_shown(&secret, 0).as_str());
    let over = browser
        .submit("/sign-in/challenge", "/fn/answer_code", &shown)
        .await;
    assert_eq!(over.headers()["location"], "/sign-in?ended=1");
    let page = browser.open("/sign-in?ended=1").await.text().await.unwrap();
    assert!(page.contains("took too long or was ended"), "{page}");
    assert_eq!(browser.get(LIST).await.status(), StatusCode::UNAUTHORIZED);
}
