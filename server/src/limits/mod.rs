//! How much one caller may ask for, and how long an answer may take.
//!
//! Requests, and event streams that are open, are counted in this process: with several
//! processes behind one name, each lets a caller have the whole allowance, and a request
//! costs no query. Sign-ins are counted in the database, for all processes together: there
//! each one counts, and a password takes longer than a row.

mod address;
mod bucket;
mod streams;

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use app::server_fns::session::TypedSession;
use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderValue, Method, StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::Response,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ipnet::IpNet;
use seva_model::{AppError, ErrorCode, UserId};
use seva_services::ports::Secret;
use seva_store::{
    PgPool,
    sign_in_limits::{self, SignInLimit},
};
use sha2::Sha256;
use tower_sessions::Session;

use self::{
    bucket::Buckets,
    streams::{Place, Streams},
};
use crate::{config::LimitsConfig, refused::Audience, rest::upload};

/// The window in which sign-ins are counted.
const SIGN_IN_WINDOW: Duration = Duration::from_secs(15 * 60);
/// When to come back where nobody knows better: the identity providers count in
/// windows of minutes.
const USUAL_WAIT: HeaderValue = HeaderValue::from_static("300");

/// When to come back for one more stream: a dictation is complete within about a minute.
const STREAM_WAIT: HeaderValue = HeaderValue::from_static("60");

/// Where passwords and codes are tried, and accounts and mails asked for.
const SIGN_IN_ROUTES: [&str; 15] = [
    "/api/v1/auth/register",
    "/api/v1/auth/confirm",
    "/api/v1/auth/resend",
    "/api/v1/auth/login",
    "/api/v1/auth/challenge",
    "/api/v1/auth/forgot",
    "/api/v1/auth/reset",
    "/fn/register",
    "/fn/confirm_email",
    "/fn/resend_code",
    "/fn/sign_in",
    "/fn/answer_code",
    "/fn/answer_password",
    "/fn/forgot_password",
    "/fn/reset_password",
];

/// Counts callers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Limits(Arc<Inner>);

struct Inner {
    users: Option<Buckets<UserId>>,
    places: Option<Buckets<IpAddr>>,
    sign_ins: Option<NonZeroU32>,
    streams: Streams,
    trusted_proxies: Vec<IpNet>,
    pool: PgPool,
    key: [u8; 32],
}

impl Limits {
    /// `secret` goes into the digests under which addresses are counted; all processes
    /// have the same.
    pub(crate) fn new(config: &LimitsConfig, pool: PgPool, secret: &Secret) -> Self {
        Self(Arc::new(Inner {
            users: config.requests_per_user.map(Buckets::new),
            places: config.requests_per_address.map(Buckets::new),
            sign_ins: config.sign_ins_per_address,
            streams: Streams::new(config.streams_per_user),
            trusted_proxies: config.trusted_proxies.clone(),
            pool,
            key: digest(secret.expose(), b"limits of sign-ins"),
        }))
    }

    /// Counts a request of somebody who is signed in, or whose token says who it is.
    /// When it is one too many: how long until the next one.
    pub(crate) fn admit_user(&self, user: UserId) -> Result<(), Duration> {
        let users = self.0.users.as_ref();
        users.map_or(Ok(()), |users| users.take(user, Instant::now()))
    }

    /// A place for one more event stream of somebody, to be kept as long as it is open.
    ///
    /// # Errors
    /// The answer to whoever has as many as there may be.
    pub(crate) fn admit_stream(&self, user: UserId) -> Result<Place, Box<Response>> {
        let taken = self.0.streams.take(user);
        taken.map_err(|most| Box::new(too_many_streams(most)))
    }

    fn admit_place(&self, place: IpAddr) -> Result<(), Duration> {
        let places = self.0.places.as_ref();
        places.map_or(Ok(()), |places| places.take(place, Instant::now()))
    }

    /// Counts a sign-in, in the database. That it can't be counted keeps nobody out:
    /// without the database nobody is signed in anyway.
    async fn admit_sign_in(&self, place: IpAddr) -> Result<(), Duration> {
        let Some(most) = self.0.sign_ins else {
            return Ok(());
        };
        let limit = SignInLimit {
            most: most.get(),
            window: SIGN_IN_WINDOW,
        };
        let name = digest(&self.0.key, place.to_string().as_bytes());
        match sign_in_limits::admit(&self.0.pool, &name, limit).await {
            Ok(None) => Ok(()),
            Ok(Some(wait)) => Err(wait),
            Err(error) => {
                tracing::error!(%error, "a sign-in could not be counted");
                Ok(())
            }
        }
    }

    /// What a request is counted under by where it comes from, if that says anything.
    fn place_of(&self, request: &Request) -> Option<IpAddr> {
        let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
        let trusted = &self.0.trusted_proxies;
        address::place(address::client(peer.ip(), request.headers(), trusted))
    }
}

fn digest(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// Refuses what is too much for one address: of requests, and of sign-ins.
pub(crate) async fn per_address(
    State(limits): State<Limits>,
    request: Request,
    next: Next,
) -> Response {
    let Some(place) = limits.place_of(&request) else {
        return next.run(request).await;
    };
    let mut admitted = limits.admit_place(place);
    if admitted.is_ok() && tries_to_sign_in(&request) {
        admitted = limits.admit_sign_in(place).await;
    }
    match admitted {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(Audience::of(&request), "your network", wait),
    }
}

fn tries_to_sign_in(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    request.method() == Method::POST
        && route.is_some_and(|route| SIGN_IN_ROUTES.contains(&route.as_str()))
}

/// Refuses what is too much for one account. The session is read for it, as it would
/// be by whatever comes next.
pub(crate) async fn per_user(
    State(limits): State<Limits>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    // That it can't be read is told by whoever needs it.
    let user = TypedSession::new(session).user_id().await.ok().flatten();
    match user.map_or(Ok(()), |user| limits.admit_user(user)) {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(Audience::of(&request), "your account", wait),
    }
}

/// Says that it was too much, and when to come back.
pub(crate) fn too_many(audience: Audience, whose: &str, wait: Duration) -> Response {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let until = match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    let mut response = audience.refuse(AppError::new(
        ErrorCode::RateLimited,
        format!("Too many requests came from {whose}. Wait {until} and try again."),
    ));
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

fn too_many_streams(most: NonZeroU32) -> Response {
    let mut response = Audience::Api.refuse(AppError::new(
        ErrorCode::RateLimited,
        format!(
            "You follow {most} dictations at once already, which is the most. Close a page that \
             follows one, or wait until one is complete."
        ),
    ));
    response.headers_mut().insert(RETRY_AFTER, STREAM_WAIT);
    response
}

/// Says when to come back, where whoever refused did not.
pub(crate) async fn retry_after(mut response: Response) -> Response {
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response
            .headers_mut()
            .entry(RETRY_AFTER)
            .or_insert(USUAL_WAIT);
    }
    response
}

/// Gives a request up that takes too long to answer. What the answer streams after
/// its head is not counted, and an upload takes as long as the network does: it is given up
/// when it stands still.
pub(crate) async fn in_time(
    State(longest): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    if upload::is_one(&request) {
        return next.run(request).await;
    }
    let audience = Audience::of(&request);
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(seconds = longest.as_secs(), "a request took too long");
            audience.refuse(AppError::new(
                ErrorCode::ServiceUnavailable,
                "This took too long and was given up. Look whether it was done before you try \
                 it again.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_refusal_says_how_long_to_wait_in_words_and_in_a_header() {
        for (wait, header) in [
            (Duration::from_nanos(1), "1"),
            (Duration::from_millis(1500), "2"),
            (Duration::from_secs(90), "90"),
            (Duration::from_secs(91), "91"),
        ] {
            let response = too_many(Audience::Api, "your account", wait);
            assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(response.headers()[RETRY_AFTER], header);
        }
    }

    #[test]
    fn digests_of_addresses_differ_by_key_and_by_address() {
        let digests = [
            digest(&[1; 32], b"203.0.113.9"),
            digest(&[2; 32], b"203.0.113.9"),
            digest(&[1; 32], b"203.0.113.8"),
        ];
        assert!(digests[0] != digests[1] && digests[0] != digests[2]);
        assert_eq!(digests[0], digest(&[1; 32], b"203.0.113.9"));
    }
}
