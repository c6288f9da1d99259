//! The steps of a sign-in after the password.

use leptos::prelude::*;
use seva_model::SignInChallenge;

use crate::UiError;

/// What is still asked of somebody who signs in. When nothing is, it leads to
/// where a sign-in begins.
#[server(prefix = "/fn", endpoint = "open_challenge")]
pub async fn open_challenge() -> Result<Option<SignInChallenge>, UiError> {
    let open = super::session().await?.challenge().await?;
    if open.is_none() {
        leptos_axum::redirect(ENDED);
    }
    Ok(open.map(|open| open.pending.challenge.kind))
}

/// Answers a challenge with a code.
#[server(prefix = "/fn", endpoint = "answer_code")]
pub async fn answer_code(confirmation_code: String) -> Result<(), UiError> {
    use seva_services::ports::ChallengeAnswer;

    let read = |kind: SignInChallenge| Ok(ChallengeAnswer::Code(kind.code(&confirmation_code)?));
    Ok(answer(read).await?)
}

/// Answers a challenge with a password of one's own.
#[server(prefix = "/fn", endpoint = "answer_password")]
pub async fn answer_password(password: String) -> Result<(), UiError> {
    use seva_model::Password;
    use seva_services::ports::ChallengeAnswer;

    let read = |_| Ok(ChallengeAnswer::NewPassword(Password::new(password)?));
    Ok(answer(read).await?)
}

/// Whether the identity provider just ended the sign-in; asking once forgets it.
#[server(prefix = "/fn", endpoint = "was_signed_out")]
pub async fn was_signed_out() -> Result<bool, UiError> {
    Ok(super::session().await?.take_sign_in_over().await?)
}

#[cfg(feature = "ssr")]
pub(super) use on_server::go_on;
#[cfg(feature = "ssr")]
use on_server::{ENDED, answer};

#[cfg(feature = "ssr")]
mod on_server {
    use seva_model::{AppError, ErrorCode, SignInChallenge};
    use seva_services::{SignInOutcome, ports::ChallengeAnswer};

    use crate::{
        format,
        server_fns::{
            services, session,
            session::{OpenChallenge, TypedSession},
        },
    };

    /// Where a sign-in begins anew, with the sentence that says why.
    pub(super) const ENDED: &str = "/sign-in?ended=1";

    /// Signs in and opens `next`, a path of this site, or Today; or leads to the
    /// page that asks for one more answer.
    pub(crate) async fn go_on(
        session: &TypedSession,
        outcome: SignInOutcome,
        next: Option<&str>,
    ) -> Result<(), AppError> {
        let next = format::own_path(next);
        match outcome {
            SignInOutcome::SignedIn {
                user,
                tokens,
                epoch,
            } => {
                session.sign_in(user.id, tokens.as_ref(), epoch).await?;
                leptos_axum::redirect(next.unwrap_or("/"));
            }
            SignInOutcome::Challenge(pending) => {
                let next = next.map(str::to_owned);
                let open = OpenChallenge { pending, next };
                session.set_challenge(Some(&open)).await?;
                leptos_axum::redirect("/sign-in/challenge");
            }
        }
        Ok(())
    }

    /// Reads the answer to what is asked and gives it. A sign-in that is over
    /// begins anew.
    pub(super) async fn answer(
        read: impl FnOnce(SignInChallenge) -> Result<ChallengeAnswer, AppError>,
    ) -> Result<(), AppError> {
        let session = session().await?;
        let Some(open) = session.challenge().await? else {
            leptos_axum::redirect(ENDED);
            return Ok(());
        };
        let answer = read(open.pending.challenge.kind)?;
        match services()?.answer_challenge(&open.pending, &answer).await {
            Ok(outcome) => go_on(&session, outcome, open.next.as_deref()).await,
            Err(error) if error.code == ErrorCode::NotSignedIn => {
                session.set_challenge(None).await?;
                leptos_axum::redirect(ENDED);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
