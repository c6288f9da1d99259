//! Cognito's answers of "no", in the words of the port.

use std::{error::Error, future::Future};

use aws_sdk_cognitoidentityprovider::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use seva_services::ports::{IdentityError, PortError, PortFailure};

use super::SERVICE;

/// Waits for an answer of Cognito.
pub(super) async fn ask<T, E>(
    operation: &'static str,
    sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<T, Refusal>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let mut hint = Hint::None;
    let heard = async {
        sent.await
            .inspect_err(|error| hint = Hint::read(error.message().unwrap_or_default()))
    };
    let result = SERVICE.call(operation, heard).await;
    result.map_err(|port| Refusal { port, hint })
}

/// One code stands for several things, and only the message tells them apart. Of
/// the message itself, which may quote an address, nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    None,
    /// The lock after wrong passwords.
    TooManyPasswords,
    /// The app client's secret is missing, wrong, or one too many.
    ClientSecret,
    /// The access token is over.
    AccessToken,
    /// The pool takes no such address.
    Address,
}

impl Hint {
    fn read(message: &str) -> Self {
        let message = message.to_lowercase();
        let has = |words: &str| message.contains(words);
        if has("attempts exceeded") {
            Self::TooManyPasswords
        } else if ["secret hash", "secret_hash", "secrethash"]
            .into_iter()
            .any(has)
        {
            Self::ClientSecret
        } else if has("access token") {
            Self::AccessToken
        } else if has("email address format") || has("should be an email") {
            Self::Address
        } else {
            Self::None
        }
    }
}

/// What Cognito refused.
#[derive(Debug)]
pub(super) struct Refusal {
    port: PortError,
    hint: Hint,
}

impl Refusal {
    /// Cognito's name of the error.
    pub(super) fn code(&self) -> &str {
        self.port.code.as_deref().unwrap_or_default()
    }

    /// Whether an access token was shown that is over.
    pub(super) fn is_of_access_token(&self) -> bool {
        self.hint == Hint::AccessToken
    }

    /// Whether the pool takes no such address.
    pub(super) fn is_of_address(&self) -> bool {
        self.code() == "InvalidParameterException" && self.hint == Hint::Address
    }

    /// Whether this process's own credentials as an app client are wrong.
    pub(super) fn is_of_client(&self) -> bool {
        self.hint == Hint::ClientSecret
    }

    /// Whether the person, or what the person showed, is refused: what that is
    /// called depends on the operation.
    pub(super) fn is_of_person(&self) -> bool {
        let code = matches!(
            self.code(),
            "NotAuthorizedException" | "UserNotFoundException"
        );
        code && !self.is_of_client() && self.hint != Hint::TooManyPasswords
    }

    /// As the port says it, where `person` is what a refused person means here.
    pub(super) fn or(self, person: IdentityError) -> IdentityError {
        if self.is_of_person() {
            return person;
        }
        if self.is_of_client() {
            return self.into_port().into();
        }
        match self.code() {
            "NotAuthorizedException"
            | "TooManyRequestsException"
            | "LimitExceededException"
            | "TooManyFailedAttemptsException" => IdentityError::TooManyAttempts,
            "UserNotConfirmedException" => IdentityError::NotConfirmed,
            "PasswordResetRequiredException" => IdentityError::PasswordResetRequired,
            "UsernameExistsException" | "AliasExistsException" => IdentityError::AlreadyRegistered,
            "InvalidPasswordException" | "PasswordHistoryPolicyViolationException" => {
                IdentityError::WeakPassword
            }
            "CodeMismatchException" | "EnableSoftwareTokenMFAException" => {
                IdentityError::CodeMismatch
            }
            "ExpiredCodeException" => IdentityError::CodeExpired,
            "CodeDeliveryFailureException" => IdentityError::CodeNotDelivered,
            _ => self.into_port().into(),
        }
    }

    /// For the log, with what the message told.
    pub(super) fn into_port(self) -> PortError {
        let port = self.port;
        match (port.code.as_deref(), self.hint) {
            (_, Hint::ClientSecret) => PortError {
                failure: PortFailure::Denied,
                source: "the app client's secret is missing, wrong, or not wanted".into(),
                ..port
            },
            (Some("ForbiddenException"), _) => PortError {
                failure: PortFailure::Denied,
                ..port
            },
            _ => port,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str, message: &str) -> Refusal {
        let port = PortError {
            code: Some(code.to_owned()),
            ..PortError::new("cognito", "test", PortFailure::Broken, "refused")
        };
        Refusal {
            port,
            hint: Hint::read(message),
        }
    }

    fn read(code: &str, message: &str) -> String {
        format!("{:?}", refusal(code, message).or(IdentityError::Refused))
    }

    #[test]
    fn every_code_has_a_meaning() {
        for (code, expected) in [
            ("NotAuthorizedException", IdentityError::Refused),
            ("UserNotFoundException", IdentityError::Refused),
            ("UserNotConfirmedException", IdentityError::NotConfirmed),
            (
                "PasswordResetRequiredException",
                IdentityError::PasswordResetRequired,
            ),
            ("CodeMismatchException", IdentityError::CodeMismatch),
            (
                "EnableSoftwareTokenMFAException",
                IdentityError::CodeMismatch,
            ),
            ("ExpiredCodeException", IdentityError::CodeExpired),
            ("UsernameExistsException", IdentityError::AlreadyRegistered),
            ("AliasExistsException", IdentityError::AlreadyRegistered),
            ("InvalidPasswordException", IdentityError::WeakPassword),
            (
                "PasswordHistoryPolicyViolationException",
                IdentityError::WeakPassword,
            ),
            ("TooManyRequestsException", IdentityError::TooManyAttempts),
            ("LimitExceededException", IdentityError::TooManyAttempts),
            (
                "TooManyFailedAttemptsException",
                IdentityError::TooManyAttempts,
            ),
            (
                "CodeDeliveryFailureException",
                IdentityError::CodeNotDelivered,
            ),
        ] {
            assert_eq!(read(code, ""), format!("{expected:?}"), "{code}");
        }
    }

    #[test]
    fn a_lock_and_a_wrong_client_secret_are_no_wrong_password() {
        assert_eq!(
            read("NotAuthorizedException", "Password attempts exceeded"),
            "TooManyAttempts"
        );
        for message in [
            "Unable to verify secret hash for client 1h57kf5cpq17m0eml12EXAMPLE",
            "Client 1h57 is configured with secret but SECRET_HASH was not received",
        ] {
            let refusal = refusal("NotAuthorizedException", message);
            let IdentityError::Port(error) = refusal.or(IdentityError::Refused) else {
                panic!("{message}");
            };
            assert_eq!(error.failure, PortFailure::Denied);
        }
        let forbidden = refusal(
            "ForbiddenException",
            "Request not allowed due to WAF block.",
        );
        assert_eq!(forbidden.into_port().failure, PortFailure::Denied);
    }
}
