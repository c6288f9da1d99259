//! Registration, sign-in, the cookie, and who may change something.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{PASSWORD, mailed_code, spawn_web, spawn_web_with};

const EMAIL: &str = "asha@clinic.example";
const LIST: &str = "/api/v1/transcriptions";

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_registers_confirms_with_the_mailed_code_signs_in_and_out() {
    let app = spawn_web().await;
    let doctor = app.stranger();
    assert_eq!(doctor.get(LIST).await.status(), StatusCode::UNAUTHORIZED);

    let body = json!({ "email": EMAIL, "password": PASSWORD, "full_name": "Dr. Asha Verma" });
    let registered = doctor.post("/api/v1/auth/register", &body).await;
    assert_eq!(registered.status(), StatusCode::CREATED);
    let registered: Value = registered.json().await.unwrap();
    assert_eq!(registered["success"], true);

    let login = json!({ "email": EMAIL, "password": PASSWORD });
    let too_early = doctor.post("/api/v1/auth/login", &login).await;
    assert_eq!(too_early.status(), StatusCode::FORBIDDEN);
    let too_early: Value = too_early.json().await.unwrap();
    assert_eq!(too_early["error"]["code"], "EMAIL_NOT_CONFIRMED");

    let code = mailed_code(&app.mail(), EMAIL);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let confirm = |code: &str| json!({ "email": EMAIL, "confirmation_code": code });
    let refused = doctor.post("/api/v1/auth/confirm", &confirm(wrong)).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let confirmed = doctor.post("/api/v1/auth/confirm", &confirm(&code)).await;
    assert_eq!(confirmed.status(), StatusCode::OK);

    let signed_in = doctor.post("/api/v1/auth/login", &login).await;
    assert_eq!(signed_in.status(), StatusCode::OK);
    let signed_in: Value = signed_in.json().await.unwrap();
    assert_eq!(signed_in["user"]["email"], EMAIL);
    assert_eq!(signed_in["user"]["id"], registered["user_id"]);
    assert_eq!(doctor.read(LIST).await["transcriptions"], json!([]));

    let cookies = doctor.cookies().unwrap();
    let signed_out = doctor.post("/api/v1/auth/logout", &json!({})).await;
    assert_eq!(signed_out.status(), StatusCode::OK);
    assert_eq!(doctor.get(LIST).await.status(), StatusCode::UNAUTHORIZED);
    // The session itself is over, not only the cookie.
    let kept = app
        .stranger()
        .bare(Method::GET, LIST)
        .header("cookie", cookies);
    assert_eq!(
        kept.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_names_every_wrong_field_and_says_which_request_it_was() {
    let app = spawn_web().await;
    let body = json!({ "email": "nobody", "password": "short", "full_name": "" });
    let refused = app.stranger().post("/api/v1/auth/register", &body).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let id = refused.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["success"], false);
    assert_eq!(refused["error"]["code"], "VALIDATION_FAILED");
    assert_eq!(refused["error"]["request_id"], id);
    assert!(
        refused["error"]["timestamp"]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
    let fields: Vec<_> = refused["error"]["fields"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(fields, ["email", "full_name", "password"]);

    let not_json = app
        .stranger()
        .request(Method::POST, "/api/v1/auth/login")
        .body("{");
    let not_json = not_json
        .header("content-type", "application/json")
        .send()
        .await
        .unwrap();
    assert_eq!(not_json.status(), StatusCode::BAD_REQUEST);
    let not_json: Value = not_json.json().await.unwrap();
    assert_eq!(not_json["error"]["code"], "VALIDATION_FAILED");

    let long = json!({ "email": "x".repeat(2 << 20) });
    let long = app.stranger().post("/api/v1/auth/login", &long).await;
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let long: Value = long.json().await.unwrap();
    assert_eq!(long["error"]["code"], "BODY_TOO_LARGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_and_unknown_address_answer_alike() {
    let app = spawn_web().await;
    app.stranger().open_account(EMAIL, &app.mail()).await;
    let mut answers = Vec::new();
    for (email, password) in [(EMAIL, "Wrong-Pass-1"), ("other@clinic.example", PASSWORD)] {
        let body = json!({ "email": email, "password": password });
        let refused = app.stranger().post("/api/v1/auth/login", &body).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        let refused: Value = refused.json().await.unwrap();
        answers.push((
            refused["error"]["code"].clone(),
            refused["error"]["message"].clone(),
        ));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, "AUTHENTICATION_FAILED");
}

async fn cookie_of(app: &crate::support::TestApp, origin: &str) -> String {
    let doctor = app.stranger();
    // The account is made without a cookie, which any origin may do.
    let open = |path: &'static str, body: Value| {
        doctor
            .bare(Method::POST, path)
            .header("origin", origin)
            .json(&body)
            .send()
    };
    let body = json!({ "email": EMAIL, "password": PASSWORD, "full_name": "Dr. Asha Verma" });
    open("/api/v1/auth/register", body).await.unwrap();
    let code = mailed_code(&app.mail(), EMAIL);
    let body = json!({ "email": EMAIL, "confirmation_code": code });
    open("/api/v1/auth/confirm", body).await.unwrap();
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let signed_in = open("/api/v1/auth/login", body).await.unwrap();
    assert_eq!(signed_in.status(), StatusCode::OK);
    signed_in.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_this_machine_the_cookie_is_closed_to_scripts_and_to_other_sites() {
    let app = spawn_web().await;
    let cookie = cookie_of(&app, &app.address).await;
    assert!(cookie.starts_with("seva="), "{cookie}");
    let flags: Vec<_> = cookie.split("; ").skip(1).collect();
    assert!(flags.contains(&"HttpOnly"), "{cookie}");
    assert!(flags.contains(&"SameSite=Lax"), "{cookie}");
    assert!(flags.contains(&"Path=/"), "{cookie}");
    assert!(flags.contains(&"Max-Age=43200"), "{cookie}");
    assert!(!flags.contains(&"Secure"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_the_cookie_belongs_to_the_host_alone() {
    let app = spawn_web_with(&[("SEVA_BASE_URL", "https://seva.example")]).await;
    let cookie = cookie_of(&app, "https://seva.example").await;
    assert!(cookie.starts_with("__Host-seva="), "{cookie}");
    let flags: Vec<_> = cookie.split("; ").skip(1).collect();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(flags.contains(&flag), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_gives_a_new_session_and_ends_the_one_before() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let before = doctor.cookies().unwrap();
    doctor.sign_in("doctor0@clinic.example").await;
    let after = doctor.cookies().unwrap();
    assert_ne!(before, after);
    let planted = app
        .stranger()
        .bare(Method::GET, LIST)
        .header("cookie", before);
    assert_eq!(
        planted.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    doctor.read(LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_change_nothing_with_a_doctors_cookie() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let logout = || doctor.bare(Method::POST, "/api/v1/auth/logout");
    for foreign in [
        logout().header("origin", "https://evil.example"),
        logout().header("origin", "null"),
        logout().header("sec-fetch-site", "cross-site"),
        logout().header("sec-fetch-site", "same-site"),
        logout(),
    ] {
        let refused = foreign.send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        let refused: Value = refused.json().await.unwrap();
        assert_eq!(refused["error"]["code"], "FORBIDDEN");
    }
    // Still signed in; and the own site may.
    doctor.read(LIST).await;
    let own = logout()
        .header("sec-fetch-site", "same-origin")
        .send()
        .await
        .unwrap();
    assert_eq!(own.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_function_is_protected_as_the_api_is() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let foreign = doctor
        .bare(Method::POST, "/fn/sign_out")
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    doctor.read(LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_is_shown_on_this_machine_only() {
    let here = spawn_web().await;
    here.stranger().open_account(EMAIL, &here.mail()).await;
    let page = here.stranger().open("/dev/mailbox").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains(EMAIL));

    let public = spawn_web_with(&[("SEVA_BASE_URL", "https://seva.example")]).await;
    let page = public.stranger().open("/dev/mailbox").await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
}
