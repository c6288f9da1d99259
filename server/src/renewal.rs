//! What the identity provider gave at a sign-in, renewed before it ends.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use app::server_fns::session::TypedSession;
use seva_model::{AppError, ErrorCode, UserId};
use seva_services::{Services, SessionKey, ports::ProviderTokens};
use time::OffsetDateTime;
use tower_sessions::Session;

/// So long before their end tokens are renewed.
const BEFORE_END: time::Duration = time::Duration::seconds(60);
/// A provider that failed is left alone for so long, by each session.
const PAUSE: Duration = Duration::from_secs(30);
/// A renewal that takes longer failed: a request waits for it before its own work, and
/// all other requests of the session wait behind it. Longer than a call that is counted
/// as one that hangs (`breaker`), or that would never be noticed here.
const PATIENCE: Duration = Duration::from_secs(12);

/// Who renews tokens.
pub(crate) trait Provider: Clone + Send + Sync + 'static {
    /// New tokens for old ones; `NotSignedIn` when the sign-in is over.
    fn renew(
        &self,
        user: UserId,
        tokens: &ProviderTokens,
    ) -> impl Future<Output = Result<ProviderTokens, AppError>> + Send;
}

impl Provider for Services {
    async fn renew(
        &self,
        user: UserId,
        tokens: &ProviderTokens,
    ) -> Result<ProviderTokens, AppError> {
        self.refresh_tokens(user, tokens).await
    }
}

/// Renews tokens, once for all requests that a session makes to this process at
/// the same time. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Renewal<P = Services> {
    provider: P,
    patience: Duration,
    turns: Arc<Mutex<HashMap<SessionKey, Arc<Turn>>>>,
}

/// Requests of one session take turns; the next one sees what the last one did.
#[derive(Default)]
struct Turn {
    held: tokio::sync::Mutex<()>,
    failed_at: Mutex<Option<Instant>>,
}

impl Turn {
    fn is_paused(&self) -> bool {
        let failed_at = *self
            .failed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|at| at.elapsed() < PAUSE)
    }

    fn pause(&self) {
        *self
            .failed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl<P: Provider> Renewal<P> {
    pub(crate) fn new(provider: P) -> Self {
        Self {
            provider,
            patience: PATIENCE,
            turns: Arc::default(),
        }
    }

    /// Renews what is about to end. When the provider says that the sign-in is
    /// over, so is the one in the session. When it does not answer, the session
    /// goes on: a doctor at work is not put out by a failure elsewhere.
    pub(crate) async fn keep(&self, session: &Session) -> Result<(), AppError> {
        if due(session).await?.is_none() {
            return Ok(());
        }
        let Some(key) = TypedSession::new(session.clone()).key() else {
            return Ok(());
        };
        let turn = self.turn(key);
        let _held = turn.held.lock().await;
        // Another request may have done it, or ended the session.
        session.load().await.map_err(|error| unavailable(&error))?;
        let Some((user, tokens)) = due(session).await? else {
            return Ok(());
        };
        if turn.is_paused() {
            return Ok(());
        }
        let typed = TypedSession::new(session.clone());
        let renewing = self.provider.renew(user, &tokens);
        match tokio::time::timeout(self.patience, renewing).await {
            Ok(Ok(tokens)) => typed.set_tokens(&tokens).await?,
            Ok(Err(error)) if error.code == ErrorCode::NotSignedIn => {
                tracing::info!(user_id = %user, "the identity provider ended a sign-in");
                typed.end_sign_in().await?;
            }
            Ok(Err(_)) | Err(_) => {
                turn.pause();
                return Ok(());
            }
        }
        // Those who wait read it from there.
        session.save().await.map_err(|error| unavailable(&error))
    }

    fn turn(&self, key: SessionKey) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1 || turn.is_paused());
        Arc::clone(turns.entry(key).or_default())
    }
}

/// Who is signed in and with which tokens, if those are about to end.
async fn due(session: &Session) -> Result<Option<(UserId, ProviderTokens)>, AppError> {
    let typed = TypedSession::new(session.clone());
    let Some(user) = typed.user_id().await? else {
        return Ok(None);
    };
    let tokens = typed.tokens().await?;
    let tokens =
        tokens.filter(|tokens| tokens.expires_at - OffsetDateTime::now_utc() <= BEFORE_END);
    Ok(tokens.map(|tokens| (user, tokens)))
}

fn unavailable(error: &tower_sessions::session::Error) -> AppError {
    tracing::error!(%error, "the session store does not answer");
    AppError::unavailable()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use seva_services::SignInEpoch;
    use seva_store::{
        SealedSessionStore,
        users::{self, IdentityUser},
    };
    use seva_testkit::TestDatabase;

    use super::*;

    /// Gives tokens for an hour, or fails as it is told.
    #[derive(Clone, Default)]
    struct Scripted {
        calls: Arc<AtomicUsize>,
        fails: Arc<Mutex<Option<AppError>>>,
        hangs: bool,
    }

    impl Provider for Scripted {
        async fn renew(
            &self,
            _user: UserId,
            tokens: &ProviderTokens,
        ) -> Result<ProviderTokens, AppError> {
            self.calls.fetch_add(1, Ordering::SeqCst);
            if self.hangs {
                std::future::pending::<()>().await;
            }
            // Let all others come as far as they can.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            match self.fails.lock().unwrap().clone() {
                Some(error) => Err(error),
                None => Ok(ProviderTokens {
                    access: format!("{}, renewed", tokens.access),
                    expires_at: OffsetDateTime::now_utc() + time::Duration::hours(1),
                    ..tokens.clone()
                }),
            }
        }
    }

    struct World {
        store: Arc<SealedSessionStore>,
        database: TestDatabase,
    }

    impl World {
        async fn new() -> Self {
            let database = TestDatabase::new().await;
            seva_store::migrate(database.pool()).await.unwrap();
            let store = Arc::new(SealedSessionStore::new(database.pool().clone(), &[7; 32]));
            Self { store, database }
        }

        async fn user(&self) -> UserId {
            let person = IdentityUser {
                subject: "a",
                email: &"a@clinic.example".parse().unwrap(),
                full_name: &"Dr A".parse().unwrap(),
            };
            let mut tx = self.database.pool().begin().await.unwrap();
            let user = users::upsert_by_subject(&mut tx, &person).await.unwrap();
            tx.commit().await.unwrap();
            user.id
        }

        /// A stored session whose tokens end so many seconds from now.
        async fn session(&self, seconds: i64) -> tower_sessions::session::Id {
            let user = self.user().await;
            let session = Session::new(None, self.store.clone(), None);
            let tokens = ProviderTokens {
                access: "access".to_owned(),
                id: "id".to_owned(),
                refresh: "refresh".to_owned(),
                expires_at: OffsetDateTime::now_utc() + time::Duration::seconds(seconds),
            };
            let typed = TypedSession::new(session.clone());
            let epoch = SignInEpoch::default();
            typed.sign_in(user, Some(&tokens), epoch).await.unwrap();
            session.save().await.unwrap();
            session.id().unwrap()
        }

        /// What a request with the session's cookie sees.
        fn request(&self, id: tower_sessions::session::Id) -> Session {
            Session::new(Some(id), self.store.clone(), None)
        }

        async fn access(&self, id: tower_sessions::session::Id) -> Option<String> {
            let typed = TypedSession::new(self.request(id));
            Some(typed.tokens().await.unwrap()?.access)
        }
    }

    #[tokio::test]
    async fn requests_at_the_same_time_renew_once_and_all_see_it() {
        let world = World::new().await;
        let id = world.session(59).await;
        let provider = Scripted::default();
        let renewal = Renewal::new(provider.clone());
        let requests: Vec<_> = (0..8).map(|_| world.request(id)).collect();
        let keeping = requests.iter().map(|session| renewal.keep(session));
        for kept in futures::future::join_all(keeping).await {
            kept.unwrap();
        }
        assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
        for session in requests {
            let tokens = TypedSession::new(session).tokens().await.unwrap();
            assert_eq!(tokens.unwrap().access, "access, renewed");
        }
        assert_eq!(world.access(id).await.unwrap(), "access, renewed");
        renewal.keep(&world.request(id)).await.unwrap();
        assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn tokens_with_time_left_stay_as_they_are() {
        let world = World::new().await;
        let id = world.session(90).await;
        let provider = Scripted::default();
        let renewal = Renewal::new(provider.clone());
        renewal.keep(&world.request(id)).await.unwrap();
        assert_eq!(provider.calls.load(Ordering::SeqCst), 0);
        assert_eq!(world.access(id).await.unwrap(), "access");
    }

    #[tokio::test]
    async fn a_sign_in_that_is_over_ends_the_session_and_is_told_once() {
        let world = World::new().await;
        let id = world.session(-5).await;
        let provider = Scripted::default();
        *provider.fails.lock().unwrap() = Some(AppError::sign_in_over());
        let session = world.request(id);
        Renewal::new(provider).keep(&session).await.unwrap();
        assert!(world.access(id).await.is_none(), "the session is gone");
        let typed = TypedSession::new(session);
        assert!(typed.user_id().await.unwrap().is_none());
        assert!(typed.tokens().await.unwrap().is_none());
        assert!(typed.take_sign_in_over().await.unwrap());
        assert!(!typed.take_sign_in_over().await.unwrap());
    }

    #[tokio::test]
    async fn a_provider_that_fails_is_left_alone_for_a_while_and_puts_nobody_out() {
        let world = World::new().await;
        let id = world.session(-5).await;
        let provider = Scripted::default();
        *provider.fails.lock().unwrap() = Some(AppError::unavailable());
        let renewal = Renewal::new(provider.clone());
        for _ in 0..3 {
            let session = world.request(id);
            renewal.keep(&session).await.unwrap();
            assert!(
                TypedSession::new(session)
                    .user_id()
                    .await
                    .unwrap()
                    .is_some()
            );
        }
        assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_provider_that_hangs_holds_up_the_requests_of_a_session_once() {
        let world = World::new().await;
        let id = world.session(-5).await;
        let provider = Scripted {
            hangs: true,
            ..Scripted::default()
        };
        let renewal = Renewal {
            patience: Duration::from_millis(1),
            ..Renewal::new(provider.clone())
        };
        let requests: Vec<_> = (0..8).map(|_| world.request(id)).collect();
        let keeping = requests.iter().map(|session| renewal.keep(session));
        for kept in futures::future::join_all(keeping).await {
            kept.unwrap();
        }
        assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
        assert_eq!(
            world.access(id).await.unwrap(),
            "access",
            "nobody is put out"
        );
    }
}
