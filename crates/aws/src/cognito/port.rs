//! The port, call by call.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::{
    AuthFlowType, SoftwareTokenMfaSettingsType, VerifySoftwareTokenResponseType,
};
use seva_model::{ConfirmationCode, EmailAddress, Password, Registration};
use seva_services::{
    SessionKey,
    ports::{
        ChallengeAnswer, Identity, IdentityError, PendingChallenge, ProviderTokens, Registered,
        Secret, Sessions, SignInStep, SignedIn,
    },
};

use super::{
    CognitoIdentity, SERVICE, attribute,
    refusals::{Refusal, ask},
    tokens_of, username,
};

const AUTHENTICATOR: &str = "SOFTWARE_TOKEN_MFA";

#[async_trait]
impl Identity for CognitoIdentity {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        let Some(username) = username(&registration.email) else {
            return Err(IdentityError::CodeNotDelivered);
        };
        let password = acceptable(&registration.password).ok_or(IdentityError::WeakPassword)?;
        let mut sent = self
            .client
            .sign_up()
            .client_id(&self.settings.client_id)
            .set_secret_hash(self.secret_hash(username))
            .username(username)
            .password(password)
            .user_attributes(attribute("email", username)?)
            .user_attributes(attribute("name", registration.full_name.as_str())?);
        if let Some(role) = &self.settings.role {
            sent = sent.user_attributes(attribute("custom:role", role)?);
        }
        match ask("SignUp", sent.send()).await {
            Ok(answer) => Ok(Registered {
                subject: answer.user_sub,
                confirmation_required: !answer.user_confirmed,
            }),
            // Cognito has stricter thoughts about addresses than this product.
            Err(refusal) if refusal.is_of_address() => Err(IdentityError::CodeNotDelivered),
            Err(refusal) => Err(in_vain(refusal)),
        }
    }

    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let username = username(email).ok_or(IdentityError::CodeMismatch)?;
        let sent = self
            .client
            .confirm_sign_up()
            .client_id(&self.settings.client_id)
            .set_secret_hash(self.secret_hash(username))
            .username(username)
            .confirmation_code(code.as_str())
            .send();
        let answer = ask("ConfirmSignUp", sent).await;
        answer.map_err(|refusal| refusal.or(IdentityError::CodeMismatch))?;
        Ok(())
    }

    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        let Some(username) = username(email) else {
            return Ok(());
        };
        let sent = self
            .client
            .resend_confirmation_code()
            .client_id(&self.settings.client_id)
            .set_secret_hash(self.secret_hash(username))
            .username(username)
            .send();
        silent(ask("ResendConfirmationCode", sent).await.err())
    }

    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<SignInStep, IdentityError> {
        let username = username(email).ok_or(IdentityError::Refused)?;
        // Cognito takes an empty one for a broken request.
        if password.expose().is_empty() {
            return Err(IdentityError::Refused);
        }
        let sent = self
            .client
            .initiate_auth()
            .client_id(&self.settings.client_id)
            .auth_flow(AuthFlowType::UserPasswordAuth)
            .auth_parameters("USERNAME", username)
            .auth_parameters("PASSWORD", password.expose());
        let sent = match self.secret_hash(username) {
            Some(hash) => sent.auth_parameters("SECRET_HASH", hash),
            None => sent,
        };
        let answer = ask("InitiateAuth", sent.send()).await;
        let outcome = answer.map_err(|refusal| refusal.or(IdentityError::Refused))?;
        self.step(email, username, outcome.into()).await
    }

    async fn answer(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError> {
        if let ChallengeAnswer::NewPassword(password) = answer {
            acceptable(password).ok_or(IdentityError::WeakPassword)?;
        }
        self.answered(challenge, answer).await
    }

    async fn refresh(
        &self,
        subject: &str,
        tokens: &ProviderTokens,
    ) -> Result<ProviderTokens, IdentityError> {
        let sent = self
            .client
            .initiate_auth()
            .client_id(&self.settings.client_id)
            .auth_flow(AuthFlowType::RefreshTokenAuth)
            .auth_parameters("REFRESH_TOKEN", &tokens.refresh);
        // In this flow the hash is of the subject, whatever name was signed in with.
        let sent = match self.secret_hash(subject) {
            Some(hash) => sent.auth_parameters("SECRET_HASH", hash),
            None => sent,
        };
        let answer = ask("InitiateAuth", sent.send()).await.map_err(over)?;
        let Some(result) = answer.authentication_result() else {
            return Err(IdentityError::SignInOver);
        };
        let refresh = result.refresh_token().unwrap_or(&tokens.refresh);
        let (claimed, renewed) = self.verified("refresh", result, refresh).await?;
        if claimed.subject != subject {
            let error = SERVICE.broken("refresh", "the new tokens are of somebody else");
            return Err(error.into());
        }
        Ok(renewed)
    }

    async fn forgot_password(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        let Some(username) = username(email) else {
            return Ok(());
        };
        let sent = self
            .client
            .forgot_password()
            .client_id(&self.settings.client_id)
            .set_secret_hash(self.secret_hash(username))
            .username(username)
            .send();
        silent(ask("ForgotPassword", sent).await.err())
    }

    async fn reset_password(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<Sessions, IdentityError> {
        let username = username(email).ok_or(IdentityError::CodeMismatch)?;
        let password = acceptable(password).ok_or(IdentityError::WeakPassword)?;
        let sent = self
            .client
            .confirm_forgot_password()
            .client_id(&self.settings.client_id)
            .set_secret_hash(self.secret_hash(username))
            .username(username)
            .confirmation_code(code.as_str())
            .password(password)
            .send();
        let answer = ask("ConfirmForgotPassword", sent).await;
        answer.map_err(|refusal| match refusal.code() {
            // Nobody could have been sent a code.
            "UserNotConfirmedException" => IdentityError::CodeMismatch,
            _ => refusal.or(IdentityError::CodeMismatch),
        })?;
        Ok(Sessions::Open)
    }

    async fn change_password(
        &self,
        person: SignedIn<'_>,
        old: &Password,
        new: &Password,
        _keep: Option<SessionKey>,
    ) -> Result<Sessions, IdentityError> {
        let tokens = tokens_of(person)?;
        // None that was ever set looks like this.
        let old = acceptable(old).ok_or(IdentityError::Refused)?;
        let new = acceptable(new).ok_or(IdentityError::WeakPassword)?;
        let sent = self
            .client
            .change_password()
            .access_token(&tokens.access)
            .previous_password(old)
            .proposed_password(new)
            .send();
        let answer = ask("ChangePassword", sent).await;
        answer.map_err(|refusal| {
            if refusal.is_of_access_token() {
                IdentityError::SignInOver
            } else {
                refusal.or(IdentityError::Refused)
            }
        })?;
        Ok(Sessions::Open)
    }

    async fn has_authenticator(&self, person: SignedIn<'_>) -> Result<bool, IdentityError> {
        let tokens = tokens_of(person)?;
        let sent = self.client.get_user().access_token(&tokens.access).send();
        let user = ask("GetUser", sent).await.map_err(over)?;
        let mut ways = user.user_mfa_setting_list().iter();
        Ok(ways.any(|way| way == AUTHENTICATOR))
    }

    async fn begin_authenticator(&self, person: SignedIn<'_>) -> Result<Secret, IdentityError> {
        let tokens = tokens_of(person)?;
        let sent = self
            .client
            .associate_software_token()
            .access_token(&tokens.access)
            .send();
        let answer = ask("AssociateSoftwareToken", sent).await.map_err(over)?;
        let secret = answer.secret_code.ok_or_else(|| {
            SERVICE.broken("AssociateSoftwareToken", "there is no secret in the answer")
        })?;
        Ok(Secret::new(secret.into_bytes()))
    }

    /// Cognito mails nothing about it, and SEVA, which has no mail of its own there,
    /// does not either.
    async fn confirm_authenticator(
        &self,
        person: SignedIn<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let tokens = tokens_of(person)?;
        let sent = self
            .client
            .verify_software_token()
            .access_token(&tokens.access)
            .user_code(code.as_str())
            .send();
        let answer = ask("VerifySoftwareToken", sent).await.map_err(over)?;
        if answer.status() != Some(&VerifySoftwareTokenResponseType::Success) {
            return Err(IdentityError::CodeMismatch);
        }
        self.prefer_authenticator(tokens, true).await
    }

    async fn remove_authenticator(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        self.prefer_authenticator(tokens_of(person)?, false).await
    }

    async fn sign_out(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        let Some(tokens) = person.tokens else {
            return Ok(());
        };
        let mut sent = self
            .client
            .revoke_token()
            .client_id(&self.settings.client_id)
            .token(&tokens.refresh);
        if let Some(secret) = &self.settings.client_secret {
            let secret = std::str::from_utf8(secret.expose())
                .map_err(|error| SERVICE.broken("RevokeToken", error))?;
            sent = sent.client_secret(secret);
        }
        match ask("RevokeToken", sent.send()).await {
            Ok(_) => Ok(()),
            // The app client is set not to revoke one sign-in by itself.
            Err(refusal)
                if matches!(
                    refusal.code(),
                    "UnsupportedOperationException" | "UnsupportedTokenTypeException"
                ) =>
            {
                self.sign_out_everywhere(tokens).await
            }
            Err(refusal) => Err(refusal.into_port().into()),
        }
    }
}

impl CognitoIdentity {
    async fn prefer_authenticator(
        &self,
        tokens: &ProviderTokens,
        wanted: bool,
    ) -> Result<(), IdentityError> {
        let settings = SoftwareTokenMfaSettingsType::builder()
            .enabled(wanted)
            .preferred_mfa(wanted)
            .build();
        let sent = self
            .client
            .set_user_mfa_preference()
            .access_token(&tokens.access)
            .software_token_mfa_settings(settings)
            .send();
        ask("SetUserMFAPreference", sent).await.map_err(over)?;
        Ok(())
    }

    async fn sign_out_everywhere(&self, tokens: &ProviderTokens) -> Result<(), IdentityError> {
        let sent = self
            .client
            .global_sign_out()
            .access_token(&tokens.access)
            .send();
        match ask("GlobalSignOut", sent).await {
            Err(refusal) if !refusal.is_of_person() => Err(refusal.into_port().into()),
            // Or it was over before.
            _ => Ok(()),
        }
    }
}

/// Something was asked in the name of somebody whose account changed its state, or
/// whose sign-in has ended.
fn over(refusal: Refusal) -> IdentityError {
    match refusal.code() {
        "PasswordResetRequiredException"
        | "RefreshTokenReuseException"
        | "UserNotConfirmedException" => IdentityError::SignInOver,
        _ => refusal.or(IdentityError::SignInOver),
    }
}

/// A registration, where no person is known yet that could be refused.
fn in_vain(refusal: Refusal) -> IdentityError {
    if refusal.is_of_person() {
        // Such as a pool that lets nobody register by themselves.
        refusal.into_port().into()
    } else {
        refusal.or(IdentityError::Refused)
    }
}

/// Nobody learns from a mail that is not sent whether there is an account: an
/// unknown one, one that was confirmed, one that was not, one that is disabled.
fn silent(refusal: Option<Refusal>) -> Result<(), IdentityError> {
    let Some(refusal) = refusal else {
        return Ok(());
    };
    let code = refusal.code();
    let no_mail = matches!(
        code,
        "InvalidParameterException" | "UserNotConfirmedException"
    );
    if refusal.is_of_person() || no_mail && !refusal.is_of_client() {
        Ok(())
    } else {
        Err(refusal.or(IdentityError::Refused))
    }
}

/// The password, where Cognito reads it as one: it takes none that begins or ends
/// with white space, and none of several lines.
fn acceptable(password: &Password) -> Option<&str> {
    let text = password.expose();
    let edges = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    let fits = text.chars().count() >= 2 && !edges && !text.contains(['\n', '\r']);
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_has_no_white_space_at_its_ends() {
        let fits = |text: &str| acceptable(&Password::attempt(text.to_owned())).is_some();
        assert!(fits("Right-Pass-1") && fits("Right Pass 1"));
        for text in ["", "a", " Right-Pass-1", "Right-Pass-1 ", "Right\nPass-1"] {
            assert!(!fits(text), "{text:?}");
        }
    }
}
