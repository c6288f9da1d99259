//! How long somebody stays signed in.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{PASSWORD, spawn_web, spawn_web_with};

const ME: &str = "/api/v1/auth/me";

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_in_use_is_over_a_week_after_its_sign_in() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    app.rows().age_sessions(167).await;
    assert_eq!(doctor.get(ME).await.status(), StatusCode::OK);
    app.rows().age_sessions(1).await;
    assert_eq!(doctor.get(ME).await.status(), StatusCode::UNAUTHORIZED);
    // A new sign-in begins a new one.
    doctor.sign_in("doctor0@clinic.example").await;
    assert_eq!(doctor.get(ME).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_limits_of_a_session_are_configured() {
    let app = spawn_web_with(&[
        ("SEVA_SESSION_IDLE_MINUTES", "30"),
        ("SEVA_SESSION_HOURS", "8"),
    ])
    .await;
    let doctor = app.doctor().await;
    let login = json!({ "email": "doctor0@clinic.example", "password": PASSWORD });
    let signed_in = doctor.post("/api/v1/auth/login", &login).await;
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("Max-Age=1800"), "{cookie}");
    let idle = "sessions WHERE user_id IS NOT NULL AND expires_at <= now() + interval '30 minutes'";
    assert_eq!(app.rows().count(idle).await, 1);

    app.rows().age_sessions(8).await;
    assert_eq!(doctor.get(ME).await.status(), StatusCode::UNAUTHORIZED);
}
