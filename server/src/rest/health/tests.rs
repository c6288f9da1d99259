#![allow(clippy::unwrap_used)]
use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::{json, to_value};
use seva_services::ports::{PortError, PortFailure, Secret};

use super::*;

/// Property 44: whatever hangs, the answer comes within five seconds.
#[tokio::test(start_paused = true)]
async fn property_44_a_check_that_hangs_is_given_up() {
    let began = tokio::time::Instant::now();
    let (hangs, passes) = tokio::join!(
        check("hangs", std::future::pending()),
        check("passes", async { true }),
    );
    assert!(began.elapsed() < Duration::from_secs(5));
    let (status, body) = report(&[hangs, passes]);
    let body = to_value(body).unwrap();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        body["checks"],
        json!({ "hangs": "timed out", "passes": "ok" })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Properties 42 and 43: healthy and 200 when all checks pass, else 503; each
    /// check is told with its state and its duration.
    #[test]
    fn property_42_and_43_each_check_is_told(
        checks in proptest::collection::vec((0_usize..3, 0_u64..5_000_000), 0..5),
    ) {
        const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
        const STATES: [&str; 3] = [OK, "failed", "timed out"];
        let checked: Vec<_> = NAMES
            .into_iter()
            .zip(&checks)
            .map(|(name, (state, micros))| Checked {
                name,
                state: STATES[*state],
                took: Duration::from_micros(*micros),
            })
            .collect();
        let (status, body) = report(&checked);
        let body = to_value(body).unwrap();
        let healthy = checks.iter().all(|(state, _)| *state == 0);
        prop_assert_eq!(status == StatusCode::OK, healthy);
        prop_assert_eq!(status == StatusCode::SERVICE_UNAVAILABLE, !healthy);
        let word = if healthy { "healthy" } else { "unhealthy" };
        prop_assert_eq!(&body["status"], word);
        prop_assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        prop_assert_eq!(body["checks"].as_object().unwrap().len(), checks.len());
        for (name, (state, micros)) in NAMES.into_iter().zip(&checks) {
            prop_assert_eq!(&body["checks"][name], STATES[*state]);
            let told = body["durations_ms"][name].as_f64().unwrap();
            prop_assert!((told * 1000.0 - *micros as f64).abs() < 1.0);
        }
    }
}

/// Has no key at all.
struct Empty;

#[async_trait]
impl SecretSource for Empty {
    async fn key(&self, _: &str) -> Result<Secret, PortError> {
        Err(PortError::new("secrets", "key", PortFailure::NotFound, ""))
    }
}

#[tokio::test]
async fn the_store_is_asked_once_in_ten_seconds() {
    let checks = Checks::new(Arc::new(Empty), vec![]);
    assert!(checks.objects(async { true }).await);
    assert!(
        checks.objects(async { false }).await,
        "the last answer still counts"
    );
    let long_ago = Instant::now().checked_sub(OBJECTS_EVERY).unwrap();
    *checks.objects.lock().await = Some((long_ago, true));
    assert!(!checks.objects(async { false }).await);
}

#[tokio::test]
async fn only_keys_that_are_needed_are_asked_for() {
    assert!(Checks::new(Arc::new(Empty), vec![]).secrets().await);
    assert!(
        !Checks::new(Arc::new(Empty), vec!["session"])
            .secrets()
            .await
    );
}
