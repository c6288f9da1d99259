//! A sign-in in several steps: what Cognito asks for after the password.

use std::collections::HashMap;

use aws_sdk_cognitoidentityprovider::{
    operation::{
        initiate_auth::InitiateAuthOutput, respond_to_auth_challenge::RespondToAuthChallengeOutput,
    },
    types::{AuthenticationResultType, ChallengeNameType},
};
use serde::{Deserialize, Serialize};
use seva_model::{EmailAddress, SignInChallenge};
use seva_services::ports::{
    ChallengeAnswer, IdentityError, PendingChallenge, PortError, SignInStep,
};

use super::{
    CognitoIdentity, SERVICE,
    refusals::{Refusal, ask},
};

const RESPOND: &str = "RespondToAuthChallenge";

/// How Cognito answers a step of a sign-in.
pub(super) struct Outcome {
    tokens: Option<AuthenticationResultType>,
    asks_for: Option<ChallengeNameType>,
    session: Option<String>,
    parameters: HashMap<String, String>,
}

impl From<InitiateAuthOutput> for Outcome {
    fn from(output: InitiateAuthOutput) -> Self {
        Self {
            tokens: output.authentication_result,
            asks_for: output.challenge_name,
            session: output.session,
            parameters: output.challenge_parameters.unwrap_or_default(),
        }
    }
}

impl From<RespondToAuthChallengeOutput> for Outcome {
    fn from(output: RespondToAuthChallengeOutput) -> Self {
        Self {
            tokens: output.authentication_result,
            asks_for: output.challenge_name,
            session: output.session,
            parameters: output.challenge_parameters.unwrap_or_default(),
        }
    }
}

/// What [`PendingChallenge::state`] holds.
#[derive(Serialize, Deserialize)]
struct Thread {
    session: String,
    /// Whom the answer, and the hash over it, is of: the pool's own name of the
    /// person, where it gave one.
    username: String,
}

impl CognitoIdentity {
    /// Goes on after an answer of Cognito.
    pub(super) async fn step(
        &self,
        email: &EmailAddress,
        username: &str,
        outcome: Outcome,
    ) -> Result<SignInStep, IdentityError> {
        if let Some(tokens) = &outcome.tokens {
            return Ok(SignInStep::Done(self.person(tokens).await?));
        }
        let (asks_for, thread) = open(outcome, username)?;
        if let Asked::Choice(method) = asks_for {
            let chosen = self
                .respond(
                    &ChallengeNameType::SelectMfaType,
                    &thread,
                    ("ANSWER", method.as_str()),
                )
                .await
                .map_err(|refusal| refusal.or(IdentityError::SignInOver))?;
            // Nothing to choose the second time.
            let (asks_for, thread) = open(chosen, &thread.username)?;
            return pending(email, &asks_for, &thread);
        }
        pending(email, &asks_for, &thread)
    }

    /// Answers a question that was put to somebody.
    pub(super) async fn answered(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError> {
        let Ok(thread) = serde_json::from_str::<Thread>(&challenge.state) else {
            return Err(IdentityError::SignInOver);
        };
        let (name, parameter, value) = match (challenge.kind, answer) {
            (SignInChallenge::AuthenticatorCode, ChallengeAnswer::Code(code)) => (
                ChallengeNameType::SoftwareTokenMfa,
                "SOFTWARE_TOKEN_MFA_CODE",
                code.as_str(),
            ),
            (SignInChallenge::EmailCode, ChallengeAnswer::Code(code)) => {
                (ChallengeNameType::EmailOtp, "EMAIL_OTP_CODE", code.as_str())
            }
            (SignInChallenge::NewPassword, ChallengeAnswer::NewPassword(password)) => (
                ChallengeNameType::NewPasswordRequired,
                "NEW_PASSWORD",
                password.expose(),
            ),
            // An answer to another question.
            _ => return Err(IdentityError::SignInOver),
        };
        let outcome = self.respond(&name, &thread, (parameter, value)).await;
        let outcome = outcome.map_err(|refusal| refused(refusal, challenge.kind))?;
        self.step(&challenge.email, &thread.username, outcome).await
    }

    async fn respond(
        &self,
        challenge: &ChallengeNameType,
        thread: &Thread,
        (parameter, value): (&str, &str),
    ) -> Result<Outcome, Refusal> {
        let sent = self
            .client
            .respond_to_auth_challenge()
            .client_id(&self.settings.client_id)
            .challenge_name(challenge.clone())
            .session(&thread.session)
            .challenge_responses("USERNAME", &thread.username)
            .challenge_responses(parameter, value);
        let sent = match self.secret_hash(&thread.username) {
            Some(hash) => sent.challenge_responses("SECRET_HASH", hash),
            None => sent,
        };
        ask(RESPOND, sent.send()).await.map(Outcome::from)
    }
}

/// A refused answer. The session of a sign-in lives for minutes; one that is over
/// is told from a wrong code by its code alone.
fn refused(refusal: Refusal, kind: SignInChallenge) -> IdentityError {
    match (refusal.code(), kind) {
        // The code an authenticator shows was used before: the next one will do.
        ("ExpiredCodeException", SignInChallenge::AuthenticatorCode) => IdentityError::CodeMismatch,
        // It was turned off in the meantime.
        ("SoftwareTokenMFANotFoundException" | "MFAMethodNotFoundException", _) => {
            IdentityError::SignInOver
        }
        _ => refusal.or(IdentityError::SignInOver),
    }
}

/// What is to be answered next.
enum Asked {
    /// By the person.
    Of(SignInChallenge),
    /// By this process: which of several ways it shall be.
    Choice(ChallengeNameType),
}

fn open(outcome: Outcome, username: &str) -> Result<(Asked, Thread), PortError> {
    let Some(name) = outcome.asks_for else {
        return Err(SERVICE.broken(RESPOND, "neither tokens nor a question"));
    };
    let asked = asked(&name, &outcome.parameters)
        .ok_or_else(|| SERVICE.broken(RESPOND, NoPageFor(name)))?;
    let Some(session) = outcome.session else {
        return Err(SERVICE.broken(RESPOND, "a question without a session"));
    };
    let username = outcome
        .parameters
        .get("USER_ID_FOR_SRP")
        .map_or(username, String::as_str)
        .to_owned();
    Ok((asked, Thread { session, username }))
}

fn asked(name: &ChallengeNameType, parameters: &HashMap<String, String>) -> Option<Asked> {
    Some(match name {
        ChallengeNameType::SoftwareTokenMfa => Asked::Of(SignInChallenge::AuthenticatorCode),
        ChallengeNameType::EmailOtp => Asked::Of(SignInChallenge::EmailCode),
        ChallengeNameType::NewPasswordRequired => Asked::Of(SignInChallenge::NewPassword),
        ChallengeNameType::SelectMfaType => {
            // An authenticator before a mail: nothing has to arrive. The list is
            // JSON in a string.
            let offered = parameters.get("MFAS_CAN_CHOOSE")?;
            let offered: Vec<String> = serde_json::from_str(offered).ok()?;
            let ways = [
                ChallengeNameType::SoftwareTokenMfa,
                ChallengeNameType::EmailOtp,
            ];
            let way = ways
                .into_iter()
                .find(|way| offered.iter().any(|name| name == way.as_str()));
            Asked::Choice(way?)
        }
        _ => return None,
    })
}

/// The pool is set to something this product has no page for.
#[derive(Debug, thiserror::Error)]
#[error("the pool asks for {0}: have it ask for an authenticator, a mailed code or nothing")]
struct NoPageFor(ChallengeNameType);

fn pending(
    email: &EmailAddress,
    asked: &Asked,
    thread: &Thread,
) -> Result<SignInStep, IdentityError> {
    let Asked::Of(kind) = asked else {
        return Err(SERVICE.broken(RESPOND, "a choice after a choice").into());
    };
    let state = serde_json::to_string(thread).map_err(|error| SERVICE.broken(RESPOND, error))?;
    Ok(SignInStep::Challenge(PendingChallenge {
        kind: *kind,
        email: email.clone(),
        state,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(list: &str) -> Option<Asked> {
        let parameters = HashMap::from([("MFAS_CAN_CHOOSE".to_owned(), list.to_owned())]);
        asked(&ChallengeNameType::SelectMfaType, &parameters)
    }

    #[test]
    fn an_authenticator_is_chosen_before_a_mail() {
        let both = offered(r#"["EMAIL_OTP","SOFTWARE_TOKEN_MFA","SMS_MFA"]"#);
        assert!(matches!(
            both,
            Some(Asked::Choice(ChallengeNameType::SoftwareTokenMfa))
        ));
        let mail = offered(r#"["SMS_MFA","EMAIL_OTP"]"#);
        assert!(matches!(
            mail,
            Some(Asked::Choice(ChallengeNameType::EmailOtp))
        ));
        assert!(offered(r#"["SMS_MFA"]"#).is_none());
        assert!(offered("SMS_MFA").is_none());
    }
}
