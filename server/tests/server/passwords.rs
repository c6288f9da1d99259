//! Passwords that are forgotten, reset and changed, and the sessions that end.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{PASSWORD, mailed_code, spawn_web};

const EMAIL: &str = "doctor0@clinic.example";
const OTHER: &str = "Other-Pass-2";
const LIST: &str = "/api/v1/transcriptions";

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_and_every_session_ends() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let stranger = app.stranger();
    let address = json!({ "email": EMAIL });
    let sent = stranger.post("/api/v1/auth/forgot", &address).await;
    assert_eq!(sent.status(), StatusCode::OK);
    let unknown = json!({ "email": "nobody@clinic.example" });
    let unknown = stranger.post("/api/v1/auth/forgot", &unknown).await;
    assert_eq!(
        sent.text().await.unwrap(),
        unknown.text().await.unwrap(),
        "nobody learns who has an account"
    );
    doctor.read(LIST).await;

    let code = mailed_code(&app.mail(), EMAIL);
    let reset = async |code: &str, password: &str| {
        let body = json!({ "email": EMAIL, "confirmation_code": code, "password": password });
        stranger.post("/api/v1/auth/reset", &body).await
    };
    let weak = reset(&code, "short").await;
    assert_eq!(weak.status(), StatusCode::BAD_REQUEST);
    let weak: Value = weak.json().await.unwrap();
    assert!(weak["error"]["fields"]["password"].is_string());
    let wrong = if code == "000000" { "111111" } else { "000000" };
    assert_eq!(reset(wrong, OTHER).await.status(), StatusCode::BAD_REQUEST);
    doctor.read(LIST).await;

    assert_eq!(reset(&code, OTHER).await.status(), StatusCode::OK);
    assert_eq!(doctor.get(LIST).await.status(), StatusCode::UNAUTHORIZED);
    let old = json!({ "email": EMAIL, "password": PASSWORD });
    let old = stranger.post("/api/v1/auth/login", &old).await;
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);
    doctor.sign_in_as(EMAIL, OTHER).await;
    doctor.read(LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_other_sessions_alone() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let elsewhere = app.stranger();
    elsewhere.sign_in(EMAIL).await;
    let change = async |old: &str| {
        let body = json!({ "old_password": old, "password": OTHER });
        doctor.post("/api/v1/auth/password", &body).await
    };
    let wrong = change("Wrong-Pass-1").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let wrong: Value = wrong.json().await.unwrap();
    assert!(wrong["error"]["fields"]["old_password"].is_string());
    elsewhere.read(LIST).await;

    assert_eq!(change(PASSWORD).await.status(), StatusCode::OK);
    doctor.read(LIST).await;
    assert_eq!(elsewhere.get(LIST).await.status(), StatusCode::UNAUTHORIZED);
    elsewhere.sign_in_as(EMAIL, OTHER).await;
    let nobody = app.stranger();
    let body = json!({ "old_password": OTHER, "password": PASSWORD });
    let refused = nobody.post("/api/v1/auth/password", &body).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_forms_lead_to_a_new_password() {
    let app = spawn_web().await;
    app.doctor().await;
    let browser = app.stranger();
    let forgot = browser
        .submit(
            "/forgot-password",
            "/fn/forgot_password",
            "email=doctor0%40clinic.example",
        )
        .await;
    assert_eq!(forgot.headers()["location"], "/reset-password?sent=1");
    let page = browser.open("/reset-password?sent=1").await;
    let page = page.text().await.unwrap();
    assert!(page.contains("a code is on its way"), "{page}");
    assert!(page.contains(EMAIL), "{page}");

    let code = mailed_code(&app.mail(), EMAIL);
    let fields =
        format!("email=doctor0%40clinic.example&confirmation_code={code}&password={OTHER}");
    let reset = browser
        .submit("/reset-password", "/fn/reset_password", &fields)
        .await;
    assert_eq!(reset.headers()["location"], "/sign-in?reset=1");
    let again = browser
        .submit("/reset-password", "/fn/reset_password", &fields)
        .await;
    assert_eq!(again.headers()["location"], "/reset-password");
    let page = browser.bare(reqwest::Method::GET, "/reset-password");
    let page = page
        .header("accept", "text/html")
        .header("referer", format!("{}/reset-password", app.address));
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("The code is wrong."), "{page}");
    browser.sign_in_as(EMAIL, OTHER).await;

    let fields = format!("old_password={OTHER}&password={PASSWORD}");
    let changed = browser
        .submit("/profile", "/fn/change_password", &fields)
        .await;
    assert_eq!(changed.headers()["location"], "/profile?changed=1#password");
    let page = browser
        .open("/profile?changed=1")
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("Your password is changed."), "{page}");
}

/// An address that a stranger registered, or that awaits its code for long.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_leads_to_both_codes_with_and_without_script() {
    let app = spawn_web().await;
    let taken = "somebody@clinic.example";
    let account = json!({ "email": taken, "password": PASSWORD, "full_name": "Somebody Else" });
    let registered = app.stranger().post("/api/v1/auth/register", &account).await;
    assert_eq!(registered.status(), StatusCode::CREATED);

    let owner = app.stranger();
    let fields = format!("email=somebody%40clinic.example&password={OTHER}&full_name=Asha");
    let refused = owner.submit("/register", "/fn/register", &fields).await;
    assert_eq!(refused.headers()["location"], "/register");
    let page = owner.bare(reqwest::Method::GET, "/register");
    let page = page
        .header("accept", "text/html")
        .header("referer", format!("{}/register", app.address));
    let page = page.send().await.unwrap().text().await.unwrap();
    for link in ["href=\"/forgot-password\"", "href=\"/confirm\""] {
        assert!(page.contains(link), "{link} in {page}");
    }
    for path in ["/forgot-password", "/reset-password"] {
        let page = owner.open(path).await.text().await.unwrap();
        assert!(page.contains("href=\"/confirm\""), "{path}: {page}");
    }
    // The address is known where the code is asked for.
    let page = owner.open("/confirm").await.text().await.unwrap();
    assert!(page.contains(taken), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_in_can_ask_who_they_are() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let me = doctor.read("/api/v1/auth/me").await;
    assert_eq!(me["email"], EMAIL);
    let nobody = app.stranger().get("/api/v1/auth/me").await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let resend = json!({ "email": EMAIL });
    let resent = app.stranger().post("/api/v1/auth/resend", &resend).await;
    assert_eq!(resent.status(), StatusCode::OK);
}
