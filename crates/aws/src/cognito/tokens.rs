//! What a user pool signs, and whether it did.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind};
use serde::{Deserialize, de::DeserializeOwned};
use time::OffsetDateTime;

use super::keys::{KeyError, Keys};

/// Clocks may differ by this many seconds.
const LEEWAY: u64 = 30;

/// Why a token is not believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    /// It is no token at all, or not signed as a user pool signs.
    #[error("not a token of a user pool")]
    NotAToken,
    /// Its key is not the pool's.
    #[error("signed with a key that is not the pool's")]
    UnknownKey,
    /// The signature, or a claim.
    #[error("refused: {0:?}")]
    Refused(ErrorKind),
    /// An access token in place of an ID token, or the other way round.
    #[error("made for another use")]
    Use,
    /// Given to another app client.
    #[error("given to another client")]
    Client,
    /// The two are of different people.
    #[error("the two tokens are of different people")]
    Subjects,
    /// The pool's keys could not be had.
    #[error(transparent)]
    Keys(KeyError),
}

impl From<KeyError> for TokenError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown => Self::UnknownKey,
            error @ KeyError::Port(_) => Self::Keys(error),
        }
    }
}

/// Who signs tokens, and for whom.
pub(super) struct Verifier {
    /// The `iss` of every token.
    issuer: String,
    client_id: String,
    keys: Keys,
}

/// What two good tokens say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) subject: String,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    /// When the first of the two ends.
    pub(super) expires_at: OffsetDateTime,
}

#[derive(Deserialize)]
struct IdClaims {
    sub: String,
    exp: i64,
    token_use: String,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct AccessClaims {
    sub: String,
    exp: i64,
    token_use: String,
    client_id: String,
}

impl Verifier {
    pub(super) fn new(issuer: String, client_id: String, keys: Keys) -> Self {
        Self {
            issuer,
            client_id,
            keys,
        }
    }

    /// The pool's keys.
    pub(super) const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Reads the two tokens of one sign-in.
    pub(super) async fn verify(&self, id: &str, access: &str) -> Result<Claimed, TokenError> {
        let id = self.id(id).await?;
        let access = self.access(access).await?;
        if id.sub != access.sub {
            return Err(TokenError::Subjects);
        }
        let ends = OffsetDateTime::from_unix_timestamp(id.exp.min(access.exp));
        Ok(Claimed {
            subject: id.sub,
            email: id.email,
            name: id.name,
            expires_at: ends.map_err(|_| TokenError::NotAToken)?,
        })
    }

    async fn id(&self, token: &str) -> Result<IdClaims, TokenError> {
        let mut rules = self.rules();
        rules.required_spec_claims.insert("aud".to_owned());
        rules.set_audience(&[&self.client_id]);
        let claims: IdClaims = self.decode(token, &rules).await?;
        match claims.token_use.as_str() {
            "id" => Ok(claims),
            _ => Err(TokenError::Use),
        }
    }

    async fn access(&self, token: &str) -> Result<AccessClaims, TokenError> {
        let mut rules = self.rules();
        // An access token names the client in a claim of its own; `aud`, if there
        // is any, is whose interface the token opens.
        rules.validate_aud = false;
        let claims: AccessClaims = self.decode(token, &rules).await?;
        match claims.token_use.as_str() {
            "access" if claims.client_id == self.client_id => Ok(claims),
            "access" => Err(TokenError::Client),
            _ => Err(TokenError::Use),
        }
    }

    fn rules(&self) -> Validation {
        let mut rules = Validation::new(Algorithm::RS256);
        rules.leeway = LEEWAY;
        rules.validate_nbf = true;
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "iss", "sub"]);
        rules
    }

    async fn decode<C: DeserializeOwned>(
        &self,
        token: &str,
        rules: &Validation,
    ) -> Result<C, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::NotAToken)?;
        let (Algorithm::RS256, Some(key)) = (header.alg, header.kid) else {
            return Err(TokenError::NotAToken);
        };
        let key: DecodingKey = self.keys.find(&key).await?;
        jsonwebtoken::decode(token, &key, rules)
            .map(|token| token.claims)
            .map_err(|error| match error.into_kind() {
                // They quote what they could not read.
                ErrorKind::Json(_) | ErrorKind::Base64(_) | ErrorKind::Utf8(_) => {
                    TokenError::NotAToken
                }
                kind => TokenError::Refused(kind),
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::{Value, json};

    use super::*;
    use crate::{AwsClients, AwsSettings, Endpoints};

    const FIRST: &str = include_str!("../../tests/keys/first.pem");
    const SECOND: &str = include_str!("../../tests/keys/second.pem");
    const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool";

    fn private(pem: &str) -> EncodingKey {
        let body: String = pem.lines().filter(|line| !line.contains('-')).collect();
        EncodingKey::from_rsa_der(&BASE64_STANDARD.decode(body).unwrap())
    }

    fn signed(pem: &str, kid: &str, claims: &Value) -> String {
        let header = Header {
            kid: Some(kid.to_owned()),
            ..Header::new(Algorithm::RS256)
        };
        jsonwebtoken::encode(&header, claims, &private(pem)).unwrap()
    }

    fn in_an_hour() -> i64 {
        OffsetDateTime::now_utc().unix_timestamp() + 3600
    }

    fn id_claims() -> Value {
        json!({
            "sub": "subject-1", "iss": ISSUER, "aud": "client-1", "token_use": "id",
            "exp": in_an_hour(), "email": "doctor@clinic.example", "name": "Asha Verma",
        })
    }

    fn access_claims() -> Value {
        json!({
            "sub": "subject-1", "iss": ISSUER, "client_id": "client-1",
            "token_use": "access", "exp": in_an_hour() - 60,
        })
    }

    fn with(mut claims: Value, name: &str, value: Value) -> Value {
        claims[name] = value;
        claims
    }

    fn without(mut claims: Value, name: &str) -> Value {
        claims.as_object_mut().unwrap().remove(name);
        claims
    }

    async fn verifier() -> Verifier {
        let settings = AwsSettings::for_emulator(Endpoints::default());
        let clients = AwsClients::connect(&settings).await;
        let keys = Keys::read_just_now(&clients.cognito);
        Verifier::new(ISSUER.to_owned(), "client-1".to_owned(), keys)
    }

    async fn verify(id: &Value, access: &Value) -> Result<Claimed, TokenError> {
        let id = signed(FIRST, "first", id);
        let access = signed(FIRST, "first", access);
        verifier().await.verify(&id, &access).await
    }

    #[tokio::test]
    async fn good_tokens_say_who_somebody_is_and_until_when() {
        let claimed = verify(&id_claims(), &access_claims()).await.unwrap();
        assert_eq!(claimed.subject, "subject-1");
        assert_eq!(claimed.email.as_deref(), Some("doctor@clinic.example"));
        assert_eq!(claimed.name.as_deref(), Some("Asha Verma"));
        let left = claimed.expires_at - OffsetDateTime::now_utc();
        assert!((3500..=3540).contains(&left.whole_seconds()));
    }

    #[tokio::test]
    async fn an_id_token_of_another_pool_client_use_or_time_is_refused() {
        let past = in_an_hour() - 3700;
        for (claims, kind) in [
            (
                with(id_claims(), "iss", json!("https://elsewhere.example")),
                ErrorKind::InvalidIssuer,
            ),
            (
                with(id_claims(), "aud", json!("client-2")),
                ErrorKind::InvalidAudience,
            ),
            (
                with(id_claims(), "exp", json!(past)),
                ErrorKind::ExpiredSignature,
            ),
            (
                without(id_claims(), "iss"),
                ErrorKind::MissingRequiredClaim("iss".to_owned()),
            ),
            (
                without(id_claims(), "aud"),
                ErrorKind::MissingRequiredClaim("aud".to_owned()),
            ),
        ] {
            let result = verify(&claims, &access_claims()).await;
            let Err(TokenError::Refused(found)) = result else {
                panic!("expected {kind:?}, got {result:?}");
            };
            assert_eq!(found, kind);
        }
        let endless = verify(&without(id_claims(), "exp"), &access_claims()).await;
        assert!(matches!(endless, Err(TokenError::NotAToken)));
        let access = with(access_claims(), "aud", json!("client-1"));
        let swapped = verify(&access, &access).await;
        assert!(matches!(
            swapped,
            Err(TokenError::Refused(_) | TokenError::Use)
        ));
        let other_use = with(id_claims(), "token_use", json!("access"));
        let result = verify(&other_use, &access_claims()).await;
        assert!(matches!(result, Err(TokenError::Use)));
    }

    #[tokio::test]
    async fn an_access_token_of_another_pool_client_use_time_or_person_is_refused() {
        let result = verify(&id_claims(), &with(access_claims(), "iss", json!("x"))).await;
        assert!(matches!(
            result,
            Err(TokenError::Refused(ErrorKind::InvalidIssuer))
        ));
        let past = with(access_claims(), "exp", json!(in_an_hour() - 3700));
        let result = verify(&id_claims(), &past).await;
        assert!(matches!(
            result,
            Err(TokenError::Refused(ErrorKind::ExpiredSignature))
        ));
        let other_client = with(access_claims(), "client_id", json!("client-2"));
        let result = verify(&id_claims(), &other_client).await;
        assert!(matches!(result, Err(TokenError::Client)));
        let id_again = with(id_claims(), "client_id", json!("client-1"));
        let result = verify(&id_claims(), &id_again).await;
        assert!(matches!(result, Err(TokenError::Use)));
        let other_person = with(access_claims(), "sub", json!("subject-2"));
        let result = verify(&id_claims(), &other_person).await;
        assert!(matches!(result, Err(TokenError::Subjects)));
    }

    #[tokio::test]
    async fn only_the_pools_own_keys_and_algorithm_count() {
        let access = signed(FIRST, "first", &access_claims());
        let verifier = verifier().await;
        let refused = async |id: &str| verifier.verify(id, &access).await.unwrap_err();

        let forged = signed(SECOND, "first", &id_claims());
        assert!(matches!(
            refused(&forged).await,
            TokenError::Refused(ErrorKind::InvalidSignature)
        ));
        let foreign = signed(SECOND, "second", &id_claims());
        assert!(matches!(refused(&foreign).await, TokenError::UnknownKey));
        // The public key is no secret: nothing signed with it as if it were one.
        let header = Header {
            kid: Some("first".to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        let public = EncodingKey::from_secret(FIRST.as_bytes());
        let symmetric = jsonwebtoken::encode(&header, &id_claims(), &public).unwrap();
        assert!(matches!(refused(&symmetric).await, TokenError::NotAToken));
        let nameless = jsonwebtoken::encode(
            &Header::new(Algorithm::RS256),
            &id_claims(),
            &private(FIRST),
        );
        assert!(matches!(
            refused(&nameless.unwrap()).await,
            TokenError::NotAToken
        ));
        for text in ["", "a.b.c", "not a token"] {
            assert!(matches!(refused(text).await, TokenError::NotAToken));
        }
    }
}
