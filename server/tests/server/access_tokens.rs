//! Programs with an access token, as they meet the API.

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, mailed_code, recordings, spawn_web, spawn_web_with};

const TOKENS: &str = "/api/v1/auth/tokens";
const ALL: [&str; 5] = [
    "read:dictations",
    "write:dictations",
    "read:prescriptions",
    "write:prescriptions",
    "sign:prescriptions",
];

/// A program: no cookie, no origin, a token.
pub(crate) struct Program {
    browser: Browser,
    secret: String,
    pub(crate) id: String,
}

impl Program {
    pub(crate) async fn of(app: &TestApp, doctor: &Browser, scopes: &[&str]) -> Self {
        let body = json!({ "name": "Ward sync", "scopes": scopes, "expires_in_days": 7 });
        let made = doctor.post(TOKENS, &body).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        Self {
            browser: app.stranger(),
            secret: made["secret"].as_str().unwrap().to_owned(),
            id: made["token"]["id"].as_str().unwrap().to_owned(),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.browser.bare(method, path);
        request.bearer_auth(&self.secret)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }
}

async fn refused(response: Response, status: StatusCode, code: &str) -> String {
    assert_eq!(response.status(), status);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["success"], false);
    assert_eq!(body["error"]["code"], code);
    body["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_does_what_its_token_says_without_cookie_or_origin() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let program = Program::of(
        &app,
        &doctor,
        &["read:prescriptions", "write:prescriptions"],
    )
    .await;
    let body = json!({ "patient_name": "Imran", "medications": [{ "name": "Metformin" }] });
    let made = program
        .request(Method::POST, "/api/v1/prescriptions")
        .json(&body);
    let made = made.send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    assert!(!made.headers().contains_key("set-cookie"));
    let made: Value = made.json().await.unwrap();
    let path = format!(
        "/api/v1/prescriptions/{}",
        made["prescription_id"].as_str().unwrap()
    );
    assert_eq!(program.get(&path).await.status(), StatusCode::OK);
    // It is the doctor's own.
    assert_eq!(doctor.get(&path).await.status(), StatusCode::OK);
    let me: Value = program.get("/api/v1/auth/me").await.json().await.unwrap();
    assert_eq!(me["email"], "doctor0@clinic.example");

    let sign = program.request(Method::POST, &format!("{path}/finalize"));
    let sign = sign.header("if-match", "\"1\"").send().await.unwrap();
    let sentence = refused(sign, StatusCode::FORBIDDEN, "FORBIDDEN").await;
    assert!(sentence.contains("sign:prescriptions"), "{sentence}");
    // What was said goes into a draft: whoever may not read it may not have it drafted.
    let draft = json!({ "transcription_id": "0190b6a8-7b0e-7e60-8c8e-2f2c1d0a0b11" });
    let draft = program
        .request(Method::POST, "/api/v1/prescriptions")
        .json(&draft);
    let draft = draft.send().await.unwrap();
    let sentence = refused(draft, StatusCode::FORBIDDEN, "FORBIDDEN").await;
    assert!(sentence.contains("read:dictations"), "{sentence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_the_api_and_nothing_else() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let program = Program::of(&app, &doctor, &ALL).await;
    // Neither pages nor their server functions.
    let page = program
        .request(Method::GET, "/profile")
        .header("accept", "text/html");
    assert_eq!(page.send().await.unwrap().status(), StatusCode::FOUND);
    let function = program.request(Method::POST, "/fn/signed_in_user");
    let function = function.send().await.unwrap();
    assert_eq!(function.status(), StatusCode::UNAUTHORIZED);
    // Nothing that would let it outlive its end.
    for (method, path) in [
        (Method::GET, TOKENS.to_owned()),
        (Method::DELETE, format!("{TOKENS}/{}", program.id)),
        (Method::POST, "/api/v1/auth/logout".to_owned()),
        (Method::GET, "/api/v1/auth/authenticator".to_owned()),
    ] {
        let answer = program.request(method, &path).send().await.unwrap();
        refused(answer, StatusCode::FORBIDDEN, "FORBIDDEN").await;
    }
    let body = json!({ "name": "More", "scopes": ALL, "expires_in_days": 365 });
    let more = program
        .request(Method::POST, TOKENS)
        .json(&body)
        .send()
        .await
        .unwrap();
    refused(more, StatusCode::FORBIDDEN, "FORBIDDEN").await;
    assert_eq!(app.rows().count("access_tokens").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_no_good_is_refused_with_a_sentence_even_beside_a_cookie() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let program = Program::of(&app, &doctor, &["read:dictations"]).await;
    let list = "/api/v1/transcriptions";
    assert_eq!(program.get(list).await.status(), StatusCode::OK);

    let revoked = doctor.request(Method::DELETE, &format!("{TOKENS}/{}", program.id));
    assert_eq!(revoked.send().await.unwrap().status(), StatusCode::OK);
    let answer = program.get(list).await;
    assert_eq!(
        answer.headers()["www-authenticate"],
        "Bearer error=\"invalid_token\""
    );
    let sentence = refused(answer, StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN").await;
    assert!(sentence.contains("was revoked"), "{sentence}");
    assert_eq!(
        app.rows().audited(&program.id, "access_token.create").await,
        1
    );
    assert_eq!(
        app.rows().audited(&program.id, "access_token.revoke").await,
        1
    );

    let unknown = format!("seva_pat_{}", "0".repeat(64));
    for token in ["x", &program.secret, &unknown] {
        let with_cookie = doctor.request(Method::GET, list).bearer_auth(token);
        let answer = with_cookie.send().await.unwrap();
        refused(answer, StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN").await;
    }
    // A proxy's own password is none of our business.
    let basic = doctor
        .request(Method::GET, list)
        .basic_auth("proxy", Some("secret"));
    assert_eq!(basic.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_beside_a_good_token_counts_for_nothing() {
    let app = spawn_web().await;
    let (doctor, other) = (app.doctor().await, app.doctor().await);
    let program = Program::of(&app, &other, &["read:dictations"]).await;
    let me = doctor
        .request(Method::GET, "/api/v1/auth/me")
        .bearer_auth(&program.secret);
    let me: Value = me.send().await.unwrap().json().await.unwrap();
    assert_eq!(me["email"], "doctor1@clinic.example");
    // The other site that a browser would name makes no difference to a program.
    let draft = doctor
        .bare(Method::POST, "/api/v1/prescriptions")
        .header("sec-fetch-site", "cross-site")
        .bearer_auth(&program.secret)
        .json(&json!({ "patient_name": "Imran" }));
    let sentence = refused(
        draft.send().await.unwrap(),
        StatusCode::FORBIDDEN,
        "FORBIDDEN",
    )
    .await;
    assert!(sentence.contains("write:prescriptions"), "{sentence}");
}

/// Some routes change something and answer with the whole of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_may_not_read_is_in_no_answer() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    app.register(&app.user(0).await, "Asha Verma", "MH-12345")
        .await;
    let dictation = doctor.dictate("visit.m4a", recordings::short()).await;
    let rows = app.rows();
    rows.end_without_entities(&dictation, "Nila takes metformin.")
        .await;
    let list = "/api/v1/prescriptions";
    let body = json!({ "patient_name": "Nila", "medications": [{ "name": "Metformin" }] });
    let made: Value = doctor.post(list, &body).await.json().await.unwrap();
    let id = made["prescription_id"].as_str().unwrap();
    let prescription = format!("{list}/{id}");

    let writes = [
        "write:dictations",
        "write:prescriptions",
        "sign:prescriptions",
    ];
    let writer = Program::of(&app, &doctor, &writes).await;
    let post = async |path: &str| {
        let request = writer.request(Method::POST, path);
        request.header("if-match", "\"1\"").send().await.unwrap()
    };
    for (path, missing) in [
        (
            format!("/api/v1/transcriptions/{dictation}/extract"),
            "read:dictations",
        ),
        (format!("{prescription}/finalize"), "read:prescriptions"),
    ] {
        let answer = post(&path).await;
        let sentence = refused(answer, StatusCode::FORBIDDEN, "FORBIDDEN").await;
        assert!(sentence.contains(missing), "{path}: {sentence}");
    }
    assert_eq!(rows.audited(&dictation, "transcription.extract").await, 0);
    assert_eq!(rows.audited(id, "prescription.finalize").await, 0);

    let copied = post(&format!("{prescription}/copy")).await;
    assert_eq!(copied.status(), StatusCode::CREATED);
    let put = writer
        .request(Method::PUT, &prescription)
        .header("if-match", "\"1\"")
        .json(&json!({ "patient_name": "Imran" }));
    let put = put.send().await.unwrap();
    assert_eq!(put.status(), StatusCode::OK);
    for answer in [copied, put] {
        let answer = answer.text().await.unwrap();
        assert!(!answer.contains("Nila") && !answer.contains("Metformin"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_tells_a_programs_signature_from_the_doctors() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    app.register(&app.user(0).await, "Asha Verma", "MH-12345")
        .await;
    let scopes = [
        "read:prescriptions",
        "write:prescriptions",
        "sign:prescriptions",
    ];
    let program = Program::of(&app, &doctor, &scopes).await;
    for token in [program.id.as_str(), "-"] {
        let request = |method, path: &str| {
            if token == "-" {
                doctor.request(method, path)
            } else {
                program.request(method, path)
            }
        };
        let body = json!({ "patient_name": "Imran", "medications": [{ "name": "Metformin" }] });
        let made = request(Method::POST, "/api/v1/prescriptions").json(&body);
        let made: Value = made.send().await.unwrap().json().await.unwrap();
        let id = made["prescription_id"].as_str().unwrap();
        let path = format!("/api/v1/prescriptions/{id}/finalize");
        let signed = request(Method::POST, &path).header("if-match", "\"1\"");
        assert_eq!(signed.send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(
            app.rows().acts(id).await,
            [
                format!("prescription.create {token}"),
                format!("prescription.finalize {token}"),
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_takes_all_tokens_with_it() {
    let app = spawn_web().await;
    let (doctor, other) = (app.doctor().await, app.doctor().await);
    let scopes = ["read:dictations"];
    let one = Program::of(&app, &doctor, &scopes).await;
    let two = Program::of(&app, &doctor, &scopes).await;
    let of_other = Program::of(&app, &other, &scopes).await;
    let email = "doctor0@clinic.example";
    let stranger = app.stranger();
    let address = json!({ "email": email });
    let forgot = stranger.post("/api/v1/auth/forgot", &address).await;
    assert_eq!(forgot.status(), StatusCode::OK);
    let list = "/api/v1/transcriptions";
    assert_eq!(one.get(list).await.status(), StatusCode::OK, "not yet");

    let code = mailed_code(&app.mail(), email);
    let body = json!({ "email": email, "confirmation_code": code, "password": "Another-Pass-2" });
    let reset = stranger.post("/api/v1/auth/reset", &body).await;
    assert_eq!(reset.status(), StatusCode::OK);
    for program in [&one, &two] {
        let answer = program.get(list).await;
        let sentence = refused(answer, StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN").await;
        assert!(sentence.contains("was revoked"), "{sentence}");
        let revoked = app.rows().audited(&program.id, "access_token.revoke").await;
        assert_eq!(revoked, 1);
    }
    assert_eq!(of_other.get(list).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_leaves_tokens_as_they_are() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let program = Program::of(&app, &doctor, &["read:dictations"]).await;
    let body = json!({ "old_password": crate::support::PASSWORD, "password": "Another-Pass-2" });
    let changed = doctor.post("/api/v1/auth/password", &body).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert_eq!(
        program.get("/api/v1/transcriptions").await.status(),
        StatusCode::OK
    );
    let listed = doctor.read(TOKENS).await;
    assert_eq!(listed["tokens"][0]["name"], "Ward sync");
    assert!(listed["tokens"][0]["last_used_at"].is_string());
    assert!(!listed.to_string().contains(&program.secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_new_token_is_said_by_field() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let body = json!({ "name": " ", "scopes": ["read:everything"], "expires_in_days": 366 });
    let answer = doctor.post(TOKENS, &body).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let body: Value = answer.json().await.unwrap();
    let fields = body["error"]["fields"].as_object().unwrap();
    let named: Vec<_> = fields.keys().map(String::as_str).collect();
    assert_eq!(named, ["expires_in_days", "name", "scopes"]);
    assert_eq!(app.rows().count("access_tokens").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_tokens_count_against_their_owner() {
    let app = spawn_web_with(&[("SEVA_REQUESTS_PER_USER", "6")]).await;
    let doctor = app.doctor().await;
    let one = Program::of(&app, &doctor, &["read:dictations"]).await;
    let two = Program::of(&app, &doctor, &["read:dictations"]).await;
    let mut refusals = 0;
    for _ in 0..4 {
        for program in [&one, &two] {
            let answer = program.get("/api/v1/transcriptions").await;
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                assert!(answer.headers().contains_key("retry-after"));
                refusals += 1;
            }
        }
    }
    assert!(refusals >= 2, "{refusals} of eight, of six in all");
    // Somebody else's tokens have an allowance of their own.
    let other = app.doctor().await;
    let third = Program::of(&app, &other, &["read:dictations"]).await;
    assert_eq!(
        third.get("/api/v1/transcriptions").await.status(),
        StatusCode::OK
    );
}
