//! The ports, with each call watched: measured, and not made while its service is left
//! alone.

use std::{future::Future, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use seva_model::{
    ConfirmationCode, EmailAddress, Language, Password, Registration, Segment, Specialty,
    TranscriptionId,
};
use seva_services::{
    SessionKey,
    ports::{
        ByteRange, ChallengeAnswer, EntityExtractor, Forgotten, FoundEntity, Identity,
        IdentityError, Mail, Mailer, ObjectBody, ObjectError, ObjectStore, PendingChallenge,
        PortError, PortFailure, ProviderTokens, Registered, Secret, SecretSource, Sessions,
        SignInStep, SignedIn, Transcriber, TranscriberError, TranscriberEvent,
        TranscriptionRequest,
    },
};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Admitted, Breaker, HANGS};

/// What becomes of a call that is not made.
const NOT_ASKED: &str = "not_asked";

/// A port that is watched. What is not in the cloud has no breaker: it is this very
/// machine, and leaving it alone helps nobody.
pub(crate) struct Watched<P: ?Sized> {
    port: Arc<P>,
    service: &'static str,
    breaker: Option<Arc<Breaker>>,
}

impl<P: ?Sized> Watched<P> {
    /// Watches a port; `service` names it in metrics.
    pub(super) fn new(
        port: Arc<P>,
        service: &'static str,
        breaker: Option<Arc<Breaker>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            port,
            service,
            breaker,
        })
    }

    /// Makes a call that is answered soon, or else hangs.
    async fn call<T, E: Failure>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        self.watch(operation, Some(HANGS), call).await
    }

    /// Makes a call that takes as long as what it carries: that it was given up says
    /// nothing of the service.
    pub(super) async fn carry<T, E: Failure>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        self.watch(operation, None, call).await
    }

    async fn watch<T, E: Failure>(
        &self,
        operation: &'static str,
        hangs_after: Option<Duration>,
        call: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let asking = match self.ask(hangs_after) {
            Ok(asking) => asking,
            Err(again_in) => {
                self.count(operation, NOT_ASKED, Instant::now());
                return Err(PortError::not_asked(self.service, operation, again_in).into());
            }
        };
        let began = Instant::now();
        let span = tracing::info_span!("port", service = self.service, operation);
        let done = call.instrument(span).await;
        let verdict = done
            .as_ref()
            .map_or_else(Failure::verdict, |_| Verdict::Done);
        asking.ended(verdict);
        self.count(operation, name(verdict), began);
        done
    }

    fn ask(&self, hangs_after: Option<Duration>) -> Result<Asking<'_>, Duration> {
        let breaker = self.breaker.as_deref();
        let now = Instant::now();
        let admitted = match breaker {
            Some(breaker) => breaker.admit(now)?,
            None => Admitted::Freely,
        };
        Ok(Asking {
            breaker,
            admitted,
            hangs_at: hangs_after.map(|after| now + after),
        })
    }

    fn count(&self, operation: &'static str, outcome: &'static str, began: Instant) {
        metrics::histogram!(
            crate::metrics::PORT_CALLS,
            "service" => self.service,
            "operation" => operation,
            "outcome" => outcome
        )
        .record(began.elapsed());
    }
}

/// A call that is under way. Whoever drops it soon, because the browser went away or
/// the worker stops, learns nothing of the service; whoever waited in vain does.
struct Asking<'a> {
    breaker: Option<&'a Breaker>,
    admitted: Admitted,
    /// From then on the service is taken for one that does not answer.
    hangs_at: Option<Instant>,
}

impl Asking<'_> {
    fn ended(mut self, verdict: Verdict<'_>) {
        let Some(breaker) = self.breaker.take() else {
            return;
        };
        let now = Instant::now();
        match verdict {
            // Another service, which this one needs, is left alone.
            Verdict::Failed(error) if error.again_in().is_some() => {
                self.admitted.nothing_learnt(breaker, now);
            }
            Verdict::Cancelled => self.admitted.nothing_learnt(breaker, now),
            Verdict::Failed(error) if error.may_retry() => breaker.failed(now),
            // What would fail again is an answer, too.
            Verdict::Done | Verdict::Refused | Verdict::Failed(_) => breaker.answered(),
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let Some(breaker) = self.breaker else {
            return;
        };
        let now = Instant::now();
        if self.hangs_at.is_some_and(|at| now >= at) {
            breaker.failed(now);
        } else {
            self.admitted.nothing_learnt(breaker, now);
        }
    }
}

impl Admitted {
    /// The call ended, and nobody knows what became of the service.
    fn nothing_learnt(self, breaker: &Breaker, now: Instant) {
        if self == Self::ToFindOut {
            breaker.abandoned(now);
        }
    }
}

/// What a result says of the service.
#[derive(Clone, Copy)]
pub(super) enum Verdict<'a> {
    Done,
    /// It answered, and said no.
    Refused,
    Failed(&'a PortError),
    /// Whoever asked stopped asking.
    Cancelled,
}

fn name(verdict: Verdict<'_>) -> &'static str {
    let error = match verdict {
        Verdict::Done => return "ok",
        Verdict::Refused => return "refused",
        Verdict::Cancelled => return "cancelled",
        Verdict::Failed(error) => error,
    };
    match error.failure {
        _ if error.again_in().is_some() => NOT_ASKED,
        PortFailure::Throttled => "throttled",
        PortFailure::TimedOut => "timed_out",
        PortFailure::Unavailable => "unavailable",
        PortFailure::Denied => "denied",
        PortFailure::NotFound => "not_found",
        PortFailure::Broken => "broken",
    }
}

/// An error of a port.
pub(super) trait Failure: From<PortError> {
    fn verdict(&self) -> Verdict<'_>;
}

impl Failure for PortError {
    fn verdict(&self) -> Verdict<'_> {
        Verdict::Failed(self)
    }
}

impl Failure for IdentityError {
    fn verdict(&self) -> Verdict<'_> {
        match self {
            Self::Port(error) => Verdict::Failed(error),
            _ => Verdict::Refused,
        }
    }
}

impl Failure for ObjectError {
    fn verdict(&self) -> Verdict<'_> {
        match self {
            Self::Port(error) => Verdict::Failed(error),
            Self::NotFound | Self::RangeNotSatisfiable { .. } => Verdict::Refused,
        }
    }
}

impl Failure for TranscriberError {
    fn verdict(&self) -> Verdict<'_> {
        match self {
            Self::Port(error) => Verdict::Failed(error),
            Self::Refused(_) => Verdict::Refused,
            Self::Cancelled => Verdict::Cancelled,
        }
    }
}

#[async_trait]
impl ObjectStore for Watched<dyn ObjectStore> {
    async fn put_file(&self, key: &str, file: &Path, mime: &str) -> Result<(), ObjectError> {
        let call = self.port.put_file(key, file, mime);
        self.carry("put file", call).await
    }

    async fn put_bytes(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), ObjectError> {
        let call = self.port.put_bytes(key, bytes, mime);
        self.call("put bytes", call).await
    }

    async fn open(&self, key: &str, range: Option<ByteRange>) -> Result<ObjectBody, ObjectError> {
        self.call("open", self.port.open(key, range)).await
    }

    async fn fetch_to(&self, key: &str, file: &Path) -> Result<(), ObjectError> {
        self.carry("fetch", self.port.fetch_to(key, file)).await
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        self.call("delete", self.port.delete(key)).await
    }

    async fn check(&self) -> Result<(), PortError> {
        self.call("check", self.port.check()).await
    }

    async fn download_link(&self, key: &str, file_name: &str) -> Result<String, ObjectError> {
        let call = self.port.download_link(key, file_name);
        self.call("link", call).await
    }
}

#[async_trait]
impl Transcriber for Watched<dyn Transcriber> {
    async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: mpsc::Sender<TranscriberEvent>,
        cancel: CancellationToken,
    ) -> Result<Vec<Segment>, TranscriberError> {
        let call = self.port.transcribe(request, news, cancel);
        self.carry("transcribe", call).await
    }

    /// The adapter knows them by itself: no service is asked.
    async fn languages(&self) -> &'static [Language] {
        self.port.languages().await
    }

    fn leaves_traces(&self, specialty: Specialty) -> bool {
        self.port.leaves_traces(specialty)
    }

    async fn forget(&self, id: TranscriptionId) -> Result<Forgotten, PortError> {
        self.call("forget", self.port.forget(id)).await
    }
}

#[async_trait]
impl EntityExtractor for Watched<dyn EntityExtractor> {
    async fn extract(&self, text: &str) -> Result<Vec<FoundEntity>, PortError> {
        self.call("extract", self.port.extract(text)).await
    }
}

#[async_trait]
impl Mailer for Watched<dyn Mailer> {
    async fn send(&self, mail: &Mail) -> Result<(), PortError> {
        self.call("send", self.port.send(mail)).await
    }
}

#[async_trait]
impl SecretSource for Watched<dyn SecretSource> {
    async fn key(&self, name: &str) -> Result<Secret, PortError> {
        self.call("key", self.port.key(name)).await
    }
}

#[async_trait]
impl Identity for Watched<dyn Identity> {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        self.call("register", self.port.register(registration))
            .await
    }

    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        self.call("confirm", self.port.confirm(email, code)).await
    }

    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.call("resend code", self.port.resend_code(email)).await
    }

    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<SignInStep, IdentityError> {
        let call = self.port.authenticate(email, password);
        self.call("authenticate", call).await
    }

    async fn answer(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError> {
        self.call("answer", self.port.answer(challenge, answer))
            .await
    }

    async fn refresh(
        &self,
        subject: &str,
        tokens: &ProviderTokens,
    ) -> Result<ProviderTokens, IdentityError> {
        self.call("refresh", self.port.refresh(subject, tokens))
            .await
    }

    async fn forgot_password(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.call("forgot password", self.port.forgot_password(email))
            .await
    }

    async fn reset_password(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<Sessions, IdentityError> {
        let call = self.port.reset_password(email, code, password);
        self.call("reset password", call).await
    }

    async fn change_password(
        &self,
        person: SignedIn<'_>,
        old: &Password,
        new: &Password,
        keep: Option<SessionKey>,
    ) -> Result<Sessions, IdentityError> {
        let call = self.port.change_password(person, old, new, keep);
        self.call("change password", call).await
    }

    async fn has_authenticator(&self, person: SignedIn<'_>) -> Result<bool, IdentityError> {
        self.call("has authenticator", self.port.has_authenticator(person))
            .await
    }

    async fn begin_authenticator(&self, person: SignedIn<'_>) -> Result<Secret, IdentityError> {
        self.call("begin authenticator", self.port.begin_authenticator(person))
            .await
    }

    async fn confirm_authenticator(
        &self,
        person: SignedIn<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let call = self.port.confirm_authenticator(person, code);
        self.call("confirm authenticator", call).await
    }

    async fn remove_authenticator(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        let call = self.port.remove_authenticator(person);
        self.call("remove authenticator", call).await
    }

    async fn sign_out(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        self.call("sign out", self.port.sign_out(person)).await
    }
}
