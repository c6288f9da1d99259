//! Accounts in a Cognito user pool.
//!
//! The pool signs people in by their e-mail address (`UsernameAttributes`), so a
//! person's username there is the subject. Passwords and codes go to Cognito as
//! they are (`USER_PASSWORD_AUTH`), over TLS and from this process only; what it
//! hands out is believed once its signature is verified.

mod challenges;
mod keys;
mod port;
mod refusals;
mod tokens;

use aws_sdk_cognitoidentityprovider::{
    Client,
    types::{AttributeType, AuthFlowType, AuthenticationResultType},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use seva_model::EmailAddress;
use seva_services::ports::{
    Authenticated, IdentityError, PortError, ProviderTokens, Secret, SignedIn,
};
use sha2::Sha256;

use self::{
    keys::Keys,
    refusals::ask,
    tokens::{Claimed, TokenError, Verifier},
};
use crate::{
    AwsClients,
    call::{Service, about},
};

/// Cognito's messages quote addresses.
const SERVICE: Service = Service::private("cognito");

/// The longest username that Cognito takes.
const LONGEST_USERNAME: usize = 128;

/// Nobody's: `.invalid` is never registered (RFC 2606).
const NOBODY: &str = "start-check@seva.invalid";

/// Which user pool, and who this process is to it.
#[derive(Clone, Debug)]
pub struct CognitoSettings {
    /// The app client.
    pub client_id: String,
    /// Where the app client has one.
    pub client_secret: Option<Secret>,
    /// The `iss` of the pool's tokens.
    pub issuer: String,
    /// Where the pool's public keys are.
    pub jwks_url: String,
    /// What a new account gets as `custom:role`. The pool has to know the
    /// attribute and the app client may write it. None: it is left out.
    pub role: Option<String>,
}

impl CognitoSettings {
    /// A pool at its public address: issuer and keys follow from its id, which
    /// begins with its region, for example `ap-south-1_AbCdEf123`.
    #[must_use]
    pub fn new(user_pool_id: &str, client_id: &str) -> Self {
        let region = user_pool_id
            .split_once('_')
            .map_or(user_pool_id, |parts| parts.0);
        let domain = match region.split_once('-') {
            Some(("cn", _)) => "amazonaws.com.cn",
            _ => "amazonaws.com",
        };
        let issuer = format!("https://cognito-idp.{region}.{domain}/{user_pool_id}");
        Self {
            client_id: client_id.to_owned(),
            client_secret: None,
            jwks_url: format!("{issuer}/.well-known/jwks.json"),
            issuer,
            role: None,
        }
    }
}

/// Accounts in a Cognito user pool.
pub struct CognitoIdentity {
    client: Client,
    settings: CognitoSettings,
    tokens: Verifier,
}

impl CognitoIdentity {
    /// Speaks to the pool through the clients. Nothing is sent yet.
    #[must_use]
    pub fn new(clients: &AwsClients, settings: CognitoSettings) -> Self {
        let keys = Keys::new(&clients.cognito, &settings.jwks_url);
        Self {
            client: clients.cognito.clone(),
            tokens: Verifier::new(settings.issuer.clone(), settings.client_id.clone(), keys),
            settings,
        }
    }

    /// Whether the pool's keys can be read, and whether the app client exists, is
    /// known by its secret and may sign people in by password. It asks for the
    /// sign-in of an address that nobody has.
    ///
    /// # Errors
    /// The first of these that is not so.
    pub async fn check(&self) -> Result<(), PortError> {
        let place = &self.settings.jwks_url;
        let keys = self.tokens.keys().load().await;
        keys.map_err(|error| about(&format!("the user pool's keys at {place}"), error))?;
        let sent = self
            .client
            .initiate_auth()
            .client_id(&self.settings.client_id)
            .auth_flow(AuthFlowType::UserPasswordAuth)
            .auth_parameters("USERNAME", NOBODY)
            .auth_parameters("PASSWORD", "Start-Check-1");
        let sent = match self.secret_hash(NOBODY) {
            Some(hash) => sent.auth_parameters("SECRET_HASH", hash),
            None => sent,
        };
        match ask("InitiateAuth", sent.send()).await {
            Err(refusal) if !refusal.is_of_person() => {
                let client = format!("the app client {}", self.settings.client_id);
                Err(about(&client, refusal.into_port()))
            }
            _ => Ok(()),
        }
    }

    /// Proof that this process knows the app client's secret, for the username.
    fn secret_hash(&self, username: &str) -> Option<String> {
        let secret = self.settings.client_secret.as_ref()?;
        Some(secret_hash(secret, username, &self.settings.client_id))
    }

    /// Who has just signed in.
    async fn person(
        &self,
        result: &AuthenticationResultType,
    ) -> Result<Authenticated, IdentityError> {
        let refresh = result.refresh_token().unwrap_or_default();
        let (mut claimed, tokens) = self.verified("sign in", result, refresh).await?;
        if claimed.email.is_none() || claimed.name.is_none() {
            self.complete(&mut claimed, &tokens.access).await?;
        }
        let lacks = |what| SERVICE.broken("sign in", Lacks(what));
        let email = claimed.email.and_then(|text| text.parse().ok());
        let full_name = claimed.name.and_then(|text| text.parse().ok());
        Ok(Authenticated {
            subject: claimed.subject,
            email: email.ok_or_else(|| lacks("email"))?,
            full_name: full_name.ok_or_else(|| lacks("name"))?,
            tokens: Some(tokens),
        })
    }

    /// The tokens, once they are believed.
    async fn verified(
        &self,
        operation: &'static str,
        result: &AuthenticationResultType,
        refresh: &str,
    ) -> Result<(Claimed, ProviderTokens), PortError> {
        let (Some(id), Some(access)) = (result.id_token(), result.access_token()) else {
            return Err(SERVICE.unavailable(operation, "there are no tokens in the answer"));
        };
        let claimed = match self.tokens.verify(id, access).await {
            Ok(claimed) => claimed,
            Err(TokenError::Keys(keys::KeyError::Port(error))) => return Err(error),
            Err(error) => return Err(SERVICE.broken(operation, error)),
        };
        let tokens = ProviderTokens {
            access: access.to_owned(),
            id: id.to_owned(),
            refresh: refresh.to_owned(),
            expires_at: claimed.expires_at,
        };
        Ok((claimed, tokens))
    }

    /// Adds what the ID token left out.
    async fn complete(&self, claimed: &mut Claimed, access: &str) -> Result<(), IdentityError> {
        let sent = self.client.get_user().access_token(access).send();
        let user = ask("GetUser", sent)
            .await
            .map_err(|refusal| refusal.or(IdentityError::SignInOver))?;
        for attribute in user.user_attributes() {
            let value = attribute.value().map(str::to_owned);
            match attribute.name() {
                "email" => claimed.email = claimed.email.take().or(value),
                "name" => claimed.name = claimed.name.take().or(value),
                _ => {}
            }
        }
        Ok(())
    }
}

/// An account of the pool that this product can't sign in.
#[derive(Debug, thiserror::Error)]
#[error("an account of the pool has no usable `{0}`, or the app client may not read it")]
struct Lacks(&'static str);

/// The address as a username, where Cognito takes it as one.
fn username(email: &EmailAddress) -> Option<&str> {
    Some(email.as_str()).filter(|name| name.chars().count() <= LONGEST_USERNAME)
}

/// The tokens of somebody who is signed in.
fn tokens_of<'a>(person: SignedIn<'a>) -> Result<&'a ProviderTokens, IdentityError> {
    person.tokens.ok_or(IdentityError::SignInOver)
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, PortError> {
    let built = AttributeType::builder().name(name).value(value).build();
    built.map_err(|error| SERVICE.broken("SignUp", error))
}

/// HMAC-SHA-256 of username and client id, in base64.
fn secret_hash(secret: &Secret, username: &str, client_id: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose())
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.update(username.as_bytes());
    mac.update(client_id.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Value by OpenSSL: `printf '%s' username+client | openssl dgst -sha256 -hmac secret -binary | base64`.
    #[test]
    fn a_secret_hash_is_of_username_and_client() {
        let secret = Secret::new(b"wonderful-secret".to_vec());
        assert_eq!(
            secret_hash(&secret, "doctor@clinic.example", "1h57kf5cpq17m0eml12"),
            "CrBObomYBUmQutNI0DaRiK/YjVNpd61sH7z48xvY2zk="
        );
    }

    #[test]
    fn issuer_and_keys_follow_from_the_pools_id() {
        let settings = CognitoSettings::new("ap-south-1_AbCdEf123", "client");
        assert_eq!(
            settings.issuer,
            "https://cognito-idp.ap-south-1.amazonaws.com/ap-south-1_AbCdEf123"
        );
        assert_eq!(
            settings.jwks_url,
            "https://cognito-idp.ap-south-1.amazonaws.com/ap-south-1_AbCdEf123/.well-known/jwks.json"
        );
        let china = CognitoSettings::new("cn-north-1_A", "client");
        assert_eq!(
            china.issuer,
            "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A"
        );
    }

    #[test]
    fn an_address_longer_than_a_username_is_none() {
        let long = format!("{}@clinic.example", "a".repeat(115));
        assert!(username(&long.parse().unwrap()).is_none());
        let fits = format!("{}@clinic.example", "a".repeat(113));
        assert_eq!(username(&fits.parse().unwrap()), Some(fits.as_str()));
    }
}
