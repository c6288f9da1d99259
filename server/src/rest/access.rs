//! Who calls, and how far a caller may go.
//!
//! A person has a session, and may do everything that is theirs. A program shows an
//! access token in `Authorization: Bearer`, on the API only, and may do what the token's
//! scopes say. A handler names what it needs by the extractor that it takes.

use app::server_fns::session::TypedSession;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{AUTHORIZATION, COOKIE, WWW_AUTHENTICATE},
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use seva_model::{AppError, ErrorCode, Scope, UserId};
use seva_services::{SessionKey, TokenHolder, acting};

use crate::{errors::ApiError, limits, refused::Audience, state::AppState};

/// What RFC 6750 says of a token that is not good.
const NO_GOOD: HeaderValue = HeaderValue::from_static("Bearer error=\"invalid_token\"");

/// Finds out whose token a request to the API shows, and refuses it when that is no
/// good. The cookie of such a request counts for nothing, so there is none that another
/// site could make use of.
pub(crate) async fn by_token(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = shown(&request).map(str::to_owned) else {
        return next.run(request).await;
    };
    let holder = match state.services.holder_of(&token).await {
        Ok(holder) => holder,
        Err(error) => return no_good(error),
    };
    if let Err(wait) = state.limits.admit_user(holder.user_id) {
        return limits::too_many(Audience::Api, "your account", wait);
    }
    request.headers_mut().remove(COOKIE);
    let token = holder.id;
    request.extensions_mut().insert(holder);
    // What is done now is written down as done by the token.
    acting::with_token(token, next.run(request)).await
}

/// The token of a request to the API. Other kinds of credentials are not ours: a proxy
/// may ask for a password of its own.
fn shown(request: &Request) -> Option<&str> {
    if !request.uri().path().starts_with("/api/") {
        return None;
    }
    let mut credentials = request.headers().get_all(AUTHORIZATION).iter();
    credentials.find_map(|value| bearer(value.to_str().ok()?))
}

fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.trim().split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim_start())
}

fn no_good(error: AppError) -> Response {
    let is_of_token = error.code == ErrorCode::NotSignedIn;
    let mut response = ApiError(error).into_response();
    if is_of_token {
        response.headers_mut().insert(WWW_AUTHENTICATE, NO_GOOD);
    }
    response
}

/// Whether a request showed a token that is good.
pub(crate) fn is_by_token(request: &Request) -> bool {
    request.extensions().get::<TokenHolder>().is_some()
}

/// Who calls: somebody with a session, or the holder of a token.
#[derive(Clone)]
pub(crate) enum Grant {
    /// May do all that is theirs.
    Person {
        /// Who it is.
        user: UserId,
        /// The session that says so.
        session: Option<SessionKey>,
    },
    /// May do what the token says.
    Holder(TokenHolder),
}

impl Grant {
    /// In whose name it is done, if the caller may do that.
    ///
    /// # Errors
    /// `FORBIDDEN`, with the scope that a token is lacking.
    pub(crate) fn permits(&self, scope: Scope) -> Result<UserId, AppError> {
        match self {
            Self::Person { user, .. } => Ok(*user),
            Self::Holder(holder) => holder.permits(scope),
        }
    }

    /// In whose name whatever is done.
    pub(crate) const fn user_id(&self) -> UserId {
        match self {
            Self::Person { user, .. } => *user,
            Self::Holder(holder) => holder.user_id,
        }
    }

    /// Whether what the caller showed is still good, for an answer that goes on for long:
    /// the session is there, or the token. When that can't be found out, it is not.
    pub(crate) async fn is_still_good(&self, state: &AppState) -> bool {
        match self {
            Self::Person { user, session } => {
                let Some(session) = session else {
                    return false;
                };
                let open = state.sessions.is_open(*session, *user).await;
                open.unwrap_or_else(|error| {
                    tracing::error!(%error, "a session could not be looked at");
                    false
                })
            }
            // A failure is in the log.
            Self::Holder(holder) => {
                let good = state.services.is_token_good(holder.id).await;
                good.unwrap_or(false)
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Grant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if let Some(holder) = parts.extensions.get::<TokenHolder>() {
            return Ok(Self::Holder(holder.clone()));
        }
        let session = session(parts, state).await?;
        Ok(Self::Person {
            user: session.require_user().await?,
            session: session.key(),
        })
    }
}

/// Who calls, whatever a token may do.
#[derive(Clone, Copy)]
pub(crate) struct Caller(pub(crate) UserId);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let grant = Grant::from_request_parts(parts, state).await?;
        Ok(Self(grant.user_id()))
    }
}

/// An extractor for each set of scopes: who lacks one of them is refused.
macro_rules! callers {
    ($($(#[$doc:meta])* $name:ident = $($scope:ident)&+,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name(pub(crate) UserId);

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let grant = Grant::from_request_parts(parts, state).await?;
                $(grant.permits(Scope::$scope)?;)+
                Ok(Self(grant.user_id()))
            }
        }
    )+};
}

callers! {
    /// Who may read the dictations that are theirs.
    DictationReader = ReadDictations,
    /// Who may begin, change and delete dictations.
    DictationWriter = WriteDictations,
    /// Who may change a dictation and is answered with the whole of it.
    DictationEditor = WriteDictations & ReadDictations,
    /// Who may read the prescriptions that are theirs.
    PrescriptionReader = ReadPrescriptions,
    /// Who may write, change and delete drafts.
    PrescriptionWriter = WritePrescriptions,
    /// Who may sign in the doctor's name, and read what is signed: the answer has all of it.
    Signer = SignPrescriptions & ReadPrescriptions,
}

/// The session of a person's request, signed in or not. A token has none.
pub(crate) struct CallerSession(pub(crate) TypedSession);

impl<S: Send + Sync> FromRequestParts<S> for CallerSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if parts.extensions.get::<TokenHolder>().is_some() {
            return Err(AppError::new(
                ErrorCode::Forbidden,
                "An access token can't do this. Sign in with a password instead.",
            )
            .into());
        }
        session(parts, state).await.map(Self)
    }
}

async fn session<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<TypedSession, ApiError> {
    let session = TypedSession::from_request_parts(parts, state).await;
    session.map_err(|(_, reason): (StatusCode, &str)| {
        tracing::error!(reason, "no session layer");
        AppError::internal().into()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::body::Body;

    use super::*;

    fn token_of(path: &str, credentials: &[&str]) -> Option<String> {
        let mut request = axum::http::Request::builder().uri(path);
        for value in credentials {
            request = request.header(AUTHORIZATION, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        shown(&request).map(str::to_owned)
    }

    #[test]
    fn a_token_is_looked_at_on_the_api_alone() {
        let given = ["Bearer abc"];
        let token = Some("abc".to_owned());
        assert_eq!(token_of("/api/v1/auth/me", &given), token);
        for path in ["/", "/prescriptions", "/fn/sign_out", "/files/x", "/health"] {
            assert_eq!(token_of(path, &given), None, "{path}");
        }
        assert_eq!(token_of("/api/v1/auth/me", &["bearer   abc"]), token);
        assert_eq!(
            token_of("/api/v1/auth/me", &["Basic eA==", "BEARER abc"]),
            token
        );
        assert_eq!(token_of("/api/v1/auth/me", &["Basic eA=="]), None);
        assert_eq!(token_of("/api/v1/auth/me", &["abc"]), None);
        assert_eq!(token_of("/api/v1/auth/me", &[]), None);
    }
}
