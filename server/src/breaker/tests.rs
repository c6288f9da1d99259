#![allow(clippy::unwrap_used)]
use std::{
    collections::VecDeque,
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use proptest::prelude::*;
use seva_services::ports::{
    EntityExtractor, FoundEntity, ObjectError, ObjectStore, PortError, PortFailure,
};

use super::*;

/// What becomes of a call that is admitted.
#[derive(Clone, Copy, Debug)]
enum End {
    Answered,
    Failed,
    Abandoned,
}

/// A step of somebody who calls now and then.
#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(u64),
    Call(End),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![
        1 => Just(End::Answered),
        6 => Just(End::Failed),
        1 => Just(End::Abandoned),
    ];
    let step = prop_oneof![
        1 => (0_u64..40_000).prop_map(Step::Wait),
        3 => end.prop_map(Step::Call),
    ];
    proptest::collection::vec(step, 1..300)
}

/// Asks, and tells the breaker what came of it, as a watched port does.
fn call(breaker: &Breaker, end: End, now: Instant) -> Result<Admitted, Duration> {
    let admitted = breaker.admit(now)?;
    match end {
        End::Answered => breaker.answered(),
        End::Failed => breaker.failed(now),
        End::Abandoned if admitted == Admitted::ToFindOut => breaker.abandoned(now),
        End::Abandoned => {}
    }
    Ok(admitted)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A service is left alone exactly after so many failures in a row, and for
    /// exactly so long after the last one; then one call at a time finds out.
    #[test]
    fn a_service_is_asked_unless_it_failed_again_and_again_a_moment_ago(steps in steps()) {
        let breaker = Breaker::new("test");
        let mut now = Instant::now();
        let mut in_a_row = 0;
        let mut failed_at = now;
        for step in steps {
            let end = match step {
                Step::Wait(millis) => {
                    now += Duration::from_millis(millis);
                    continue;
                }
                Step::Call(end) => end,
            };
            let is_closed = in_a_row < FAILURES;
            let left_alone_for = (failed_at + PAUSE).saturating_duration_since(now);
            let expected = if is_closed {
                Ok(Admitted::Freely)
            } else if left_alone_for.is_zero() {
                Ok(Admitted::ToFindOut)
            } else {
                Err(left_alone_for)
            };
            let state = match expected {
                Ok(Admitted::Freely) => State::Closed,
                Ok(Admitted::ToFindOut) => State::HalfOpen,
                Err(_) => State::Open,
            };
            prop_assert_eq!(breaker.state(now), state);
            let admitted = call(&breaker, end, now);
            prop_assert_eq!(admitted, expected);
            match (admitted, end) {
                (Err(_), _) | (Ok(_), End::Abandoned) => {}
                (Ok(_), End::Answered) => in_a_row = 0,
                (Ok(_), End::Failed) => {
                    in_a_row += 1;
                    failed_at = now;
                }
            }
        }
    }

    /// However many ask while nobody knows whether the service is back, one of them
    /// is let through each time that a pause has passed.
    #[test]
    fn one_call_at_a_time_finds_out(waits in proptest::collection::vec(0_u64..10_000, 1..300)) {
        let breaker = Breaker::new("test");
        let opened = Instant::now();
        for _ in 0..FAILURES {
            breaker.failed(opened);
        }
        let mut now = opened;
        let mut admitted = Vec::new();
        for wait in waits {
            now += Duration::from_millis(wait);
            match breaker.admit(now) {
                Ok(how) => {
                    prop_assert_eq!(how, Admitted::ToFindOut);
                    admitted.push(now);
                }
                Err(again_in) => prop_assert!(again_in <= PAUSE),
            }
        }
        for (earlier, later) in [opened].iter().chain(&admitted).zip(&admitted) {
            prop_assert!(*later - *earlier >= PAUSE);
        }
        breaker.answered();
        prop_assert_eq!(breaker.admit(now), Ok(Admitted::Freely));
    }
}

/// An extractor that fails as it is told, then answers.
#[derive(Default)]
struct Scripted {
    failures: Mutex<VecDeque<PortFailure>>,
    calls: AtomicUsize,
    hangs: bool,
}

impl Scripted {
    fn failing(failures: impl IntoIterator<Item = PortFailure>) -> Arc<Self> {
        Arc::new(Self {
            failures: Mutex::new(failures.into_iter().collect()),
            ..Self::default()
        })
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl EntityExtractor for Scripted {
    async fn extract(&self, _: &str) -> Result<Vec<FoundEntity>, PortError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.hangs {
            pending::<()>().await;
        }
        match self.failures.lock().unwrap().pop_front() {
            Some(failure) => Err(PortError::new("extractor", "extract", failure, "scripted")),
            None => Ok(Vec::new()),
        }
    }
}

fn watched(port: &Arc<Scripted>, breaker: &Arc<Breaker>) -> Arc<Watched<dyn EntityExtractor>> {
    let port: Arc<dyn EntityExtractor> = port.clone();
    Watched::new(port, "extractor", Some(Arc::clone(breaker)))
}

const TIMES: usize = FAILURES as usize;

#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_is_not_asked_until_it_may_be_back() {
    let port = Scripted::failing([PortFailure::TimedOut; TIMES + 1]);
    let breaker = Breaker::new("extractor");
    let extractor = watched(&port, &breaker);
    for _ in 0..TIMES {
        let error = extractor.extract("").await.unwrap_err();
        assert_eq!(
            (error.failure, error.again_in()),
            (PortFailure::TimedOut, None)
        );
    }
    for _ in 0..3 {
        let error = extractor.extract("").await.unwrap_err();
        assert_eq!(error.failure, PortFailure::Unavailable);
        assert_eq!(error.again_in(), Some(PAUSE));
    }
    assert_eq!(port.calls(), TIMES);

    // It is not back; and a pause later it is.
    tokio::time::advance(PAUSE).await;
    let error = extractor.extract("").await.unwrap_err();
    assert_eq!(error.failure, PortFailure::TimedOut);
    assert!(
        extractor
            .extract("")
            .await
            .unwrap_err()
            .again_in()
            .is_some()
    );
    tokio::time::advance(PAUSE).await;
    for _ in 0..3 {
        extractor.extract("").await.unwrap();
    }
    assert_eq!(port.calls(), TIMES + 4);
    assert_eq!(breaker.state(Instant::now()), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn what_stays_wrong_is_an_answer() {
    let lasting = [
        PortFailure::Denied,
        PortFailure::NotFound,
        PortFailure::Broken,
    ];
    let port = Scripted::failing(lasting.into_iter().cycle().take(3 * TIMES));
    let breaker = Breaker::new("extractor");
    let extractor = watched(&port, &breaker);
    for _ in 0..3 * TIMES {
        assert_eq!(extractor.extract("").await.unwrap_err().again_in(), None);
    }
    assert_eq!(port.calls(), 3 * TIMES);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_finds_out_leaves_that_to_the_next_one() {
    let breaker = Breaker::new("extractor");
    for _ in 0..FAILURES {
        breaker.failed(Instant::now());
    }
    tokio::time::advance(PAUSE).await;
    let hangs = Arc::new(Scripted {
        hangs: true,
        ..Scripted::default()
    });
    let hanging = watched(&hangs, &breaker);
    let second = Duration::from_secs(1);
    assert!(
        tokio::time::timeout(second, hanging.extract(""))
            .await
            .is_err()
    );
    assert_eq!(hangs.calls(), 1);

    let answers = watched(&Scripted::failing([]), &breaker);
    answers.extract("").await.unwrap();
    assert_eq!(breaker.state(Instant::now()), State::Closed);
}

/// Nobody waits long enough to hear the service's own time-outs out.
#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_is_left_alone_by_those_who_gave_up() {
    let hangs = Arc::new(Scripted {
        hangs: true,
        ..Scripted::default()
    });
    let breaker = Breaker::new("extractor");
    let extractor = watched(&hangs, &breaker);
    let give_up = async |after| {
        let asked = tokio::time::timeout(after, extractor.extract(""));
        assert!(asked.await.is_err(), "it hangs");
    };
    // Browsers that went away.
    for _ in 0..2 * FAILURES {
        give_up(HANGS - Duration::from_millis(1)).await;
    }
    assert_eq!(breaker.state(Instant::now()), State::Closed);
    for _ in 0..FAILURES {
        give_up(HANGS).await;
    }
    assert_eq!(breaker.state(Instant::now()), State::Open);
    let error = extractor.extract("").await.unwrap_err();
    assert_eq!(error.again_in(), Some(PAUSE));
    assert_eq!(hangs.calls(), 3 * TIMES);

    // Whoever finds out and gives up has found out.
    tokio::time::advance(PAUSE).await;
    give_up(HANGS).await;
    assert_eq!(breaker.state(Instant::now()), State::Open);
}

#[tokio::test(start_paused = true)]
async fn what_takes_as_long_as_what_it_carries_may_be_given_up() {
    let breaker = Breaker::new("extractor");
    let extractor = watched(&Scripted::failing([]), &breaker);
    for _ in 0..2 * FAILURES {
        let hour = pending::<Result<(), PortError>>();
        let carried = extractor.carry("carry", hour);
        assert!(tokio::time::timeout(60 * HANGS, carried).await.is_err());
    }
    assert_eq!(breaker.state(Instant::now()), State::Closed);
}

/// Speech that can't be fetched says nothing of the service that hears it.
#[tokio::test(start_paused = true)]
async fn a_service_that_another_one_keeps_from_answering_has_not_failed() {
    struct Behind(Arc<Watched<dyn EntityExtractor>>);

    #[async_trait]
    impl EntityExtractor for Behind {
        async fn extract(&self, text: &str) -> Result<Vec<FoundEntity>, PortError> {
            self.0.extract(text).await
        }
    }

    let inner = Breaker::new("objects");
    for _ in 0..FAILURES {
        inner.failed(Instant::now());
    }
    let behind = Behind(watched(&Scripted::failing([]), &inner));
    let behind: Arc<dyn EntityExtractor> = Arc::new(behind);
    let outer = Breaker::new("extractor");
    let extractor = Watched::new(behind, "extractor", Some(Arc::clone(&outer)));
    for _ in 0..2 * FAILURES {
        let error = extractor.extract("").await.unwrap_err();
        assert!(error.again_in().is_some());
    }
    assert_eq!(outer.state(Instant::now()), State::Closed);
}

#[tokio::test]
async fn a_port_of_this_machine_is_always_asked() {
    let port = Scripted::failing([PortFailure::Unavailable; 2 * TIMES]);
    let extractor: Arc<dyn EntityExtractor> = port.clone();
    let extractor = Watched::new(extractor, "extractor", None);
    for _ in 0..2 * TIMES {
        assert_eq!(extractor.extract("").await.unwrap_err().again_in(), None);
    }
    assert_eq!(port.calls(), 2 * TIMES);
}

#[tokio::test]
async fn an_object_that_is_not_there_is_an_answer() {
    let home = tempfile::tempdir().unwrap();
    let key = seva_services::ports::Secret::new(vec![1; 32]);
    let links = seva_local::DownloadLinks::new("http://127.0.0.1", &key);
    let objects = seva_local::DirectoryObjects::open(home.path(), &key, links).unwrap();
    let objects: Arc<dyn ObjectStore> = Arc::new(objects);
    let breaker = Breaker::new("objects");
    let objects = Watched::new(objects, "objects", Some(Arc::clone(&breaker)));
    for _ in 0..2 * FAILURES {
        let missing = objects.open("audio/nobody/nothing.m4a", None).await;
        assert!(matches!(missing, Err(ObjectError::NotFound)));
    }
    assert_eq!(breaker.state(Instant::now()), State::Closed);
}
