//! A provider that hands out tokens, as one in the cloud does: they are kept, renewed
//! and shown to nobody. And it asks for more than a password.

mod provider;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use seva_model::SignInChallenge;
use seva_services::ports::Identity;

use self::provider::{HandsOutTokens, MAILED, MARK, OWN};
use crate::support::{Browser, PASSWORD, TestApp, spawn_web_exchanging};

const LIST: &str = "/api/v1/transcriptions";

/// A server whose provider hands out tokens that are good for so many seconds.
async fn spawn(lifetime: u32) -> (TestApp, Arc<HandsOutTokens>) {
    let mut provider = None;
    let app = spawn_web_exchanging(|ports| {
        let hands_out = Arc::new(HandsOutTokens {
            inner: Arc::clone(&ports.identity),
            refreshes: AtomicU32::new(0),
            lifetime: AtomicU32::new(lifetime),
            over: AtomicBool::new(false),
            signed_out: AtomicU32::new(0),
            down: AtomicBool::new(false),
            asked: Mutex::default(),
        });
        ports.identity = Arc::clone(&hands_out) as Arc<dyn Identity>;
        provider = Some(hands_out);
    })
    .await;
    (app, provider.unwrap())
}

/// All of an answer: status line, headers and body.
async fn whole(response: Response) -> String {
    let head = format!("{:?} {:?}", response.status(), response.headers());
    format!("{head}\n{}", response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn property_6_no_token_ever_reaches_the_browser() {
    let (app, provider) = spawn(3600).await;
    app.doctor().await;
    let browser = app.stranger();
    let fields = format!("email=doctor0%40clinic.example&password={PASSWORD}");
    let login = json!({ "email": "doctor0@clinic.example", "password": PASSWORD });
    let mut answers = vec![
        whole(browser.submit("/sign-in", "/fn/sign_in", &fields).await).await,
        whole(browser.post("/api/v1/auth/login", &login).await).await,
    ];
    for page in ["/", "/profile", "/api/v1/auth/me", LIST] {
        let opened = browser.open(page).await;
        assert_eq!(opened.status(), StatusCode::OK, "{page}");
        answers.push(whole(opened).await);
    }
    answers.push(browser.cookies().unwrap());
    let out = browser.post("/api/v1/auth/logout", &json!({})).await;
    answers.push(whole(out).await);
    for answer in answers {
        assert!(!answer.contains(MARK), "{answer}");
    }
    // They were there all the time.
    assert_eq!(provider.signed_out.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn property_8_requests_at_the_same_time_renew_the_tokens_once() {
    let (app, provider) = spawn(30).await;
    let doctor = app.doctor().await;
    let requests = (0..6).map(|_| doctor.read(LIST));
    futures::future::join_all(requests).await;
    assert_eq!(provider.refreshes.load(Ordering::SeqCst), 1);
    doctor.read(LIST).await;
    assert_eq!(provider.refreshes.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn property_8_a_sign_in_that_the_provider_ended_leads_to_the_door_with_its_sentence() {
    let (app, provider) = spawn(30).await;
    let doctor = app.doctor().await;
    provider.over.store(true, Ordering::SeqCst);
    let page = doctor.open("/dictations").await;
    assert_eq!(page.headers()["location"], "/sign-in?next=/dictations");
    assert_eq!(doctor.get(LIST).await.status(), StatusCode::UNAUTHORIZED);
    let door = || async { doctor.open("/sign-in").await.text().await.unwrap() };
    assert!(door().await.contains("Your sign-in has ended."));
    assert!(!door().await.contains("Your sign-in has ended."));
}

#[tokio::test(flavor = "multi_thread")]
async fn property_12_a_sign_out_ends_the_session_even_when_the_provider_does_not_answer() {
    let (app, provider) = spawn(3600).await;
    let doctor = app.doctor().await;
    provider.down.store(true, Ordering::SeqCst);
    let kept = doctor.cookies().unwrap();
    let out = doctor.post("/api/v1/auth/logout", &json!({})).await;
    assert_eq!(out.status(), StatusCode::OK);
    let out = out.text().await.unwrap();
    assert!(out.contains("could not be told"), "{out}");
    let with_cookie = app
        .stranger()
        .bare(Method::GET, LIST)
        .header("cookie", kept);
    let refused = with_cookie.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);

    doctor.sign_in("doctor0@clinic.example").await;
    doctor.read(LIST).await;
    let out = doctor.submit("/profile", "/fn/sign_out", "").await;
    assert_eq!(out.headers()["location"], "/sign-in?out=here");
    assert_eq!(doctor.get(LIST).await.status(), StatusCode::UNAUTHORIZED);
    let page = doctor.open("/sign-in?out=here").await.text().await.unwrap();
    assert!(page.contains("could not be told"), "{page}");
    assert_eq!(provider.signed_out.load(Ordering::SeqCst), 0);
}

/// Signs in without script as far as the question; then gives one answer after the
/// other to `action`, each with where it leads and the sentence that is there.
async fn answer_without_script(
    kind: SignInChallenge,
    action: &str,
    answers: &[(&str, &str, &str)],
) -> (TestApp, Browser) {
    let (app, provider) = spawn(3600).await;
    app.doctor().await;
    provider.asked.lock().unwrap().kind = Some(kind);
    let browser = app.stranger();
    let page = "/sign-in/challenge";
    for (fields, leads_to, sentence) in answers {
        let shown = browser.open(page).await;
        if shown.status() != StatusCode::OK {
            let fields = format!("email=doctor0%40clinic.example&password={PASSWORD}");
            let asked = browser.submit("/sign-in", "/fn/sign_in", &fields).await;
            assert_eq!(asked.headers()["location"], page);
        }
        let answered = whole(browser.submit(page, action, fields).await).await;
        assert!(
            answered.contains(&format!("\"location\": \"{leads_to}\"")),
            "{fields}: {answered}"
        );
        let next = browser.bare(Method::GET, leads_to);
        let next = next
            .header("accept", "text/html")
            .header("referer", format!("{}{page}", app.address));
        let next = whole(next.send().await.unwrap()).await;
        assert!(next.contains(sentence), "{fields}: {next}");
        assert!(!answered.contains(MARK) && !next.contains(MARK));
    }
    (app, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_a_mailed_code_of_eight_digits_is_answered() {
    let (page, ended) = ("/sign-in/challenge", "/sign-in?ended=1");
    let answers = [
        (
            "confirmation_code=12345",
            page,
            "Enter all digits of the code, six to eight of them.",
        ),
        (
            "confirmation_code=111111",
            page,
            "sign in again for a new one.",
        ),
        ("confirmation_code=654321", ended, "took too long"),
        ("confirmation_code=1234+5678", "/", "Today"),
    ];
    let kind = SignInChallenge::EmailCode;
    let (_app, browser) = answer_without_script(kind, "/fn/answer_code", &answers).await;
    browser.read(LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_a_given_password_is_replaced_by_ones_own() {
    let page = "/sign-in/challenge";
    let right = format!("password={OWN}");
    let answers = [
        ("password=short", page, "The password also needs"),
        ("password=Given-Pass-1", page, "too easy to guess"),
        (right.as_str(), "/", "Today"),
    ];
    let kind = SignInChallenge::NewPassword;
    let (_app, browser) = answer_without_script(kind, "/fn/answer_password", &answers).await;
    browser.read(LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_asks_for_the_same() {
    let (app, provider) = spawn(3600).await;
    app.doctor().await;
    let browser = app.stranger();
    let login = json!({ "email": "doctor0@clinic.example", "password": PASSWORD });
    for (kind, name, wrong, right) in [
        (
            SignInChallenge::EmailCode,
            "EMAIL_CODE",
            json!({ "confirmation_code": "111111" }),
            json!({ "confirmation_code": MAILED }),
        ),
        (
            SignInChallenge::NewPassword,
            "NEW_PASSWORD",
            json!({ "password": "short" }),
            json!({ "password": OWN }),
        ),
    ] {
        provider.asked.lock().unwrap().kind = Some(kind);
        let asked = browser.post("/api/v1/auth/login", &login).await;
        let asked: Value = asked.json().await.unwrap();
        assert_eq!(asked["challenge"], name);
        let refused = browser.post("/api/v1/auth/challenge", &wrong).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        let refused: Value = refused.json().await.unwrap();
        let field = wrong.as_object().unwrap().keys().next().unwrap();
        assert!(refused["error"]["fields"][field].is_string(), "{refused}");
        let signed_in = browser.post("/api/v1/auth/challenge", &right).await;
        assert_eq!(signed_in.status(), StatusCode::OK);
        browser.read(LIST).await;
    }
}
