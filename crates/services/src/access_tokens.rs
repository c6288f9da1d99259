//! Access tokens: a program acts in a person's name, within what the token allows.
//!
//! A token is `seva_pat_` and 256 random bits. It is shown once; what is kept is its
//! digest. No answer is kept in memory: a revoked token is refused from the very next
//! request on, by every process.

use seva_model::{
    AccessToken, AccessTokenId, AppError, ErrorCode, NewAccessToken, Scope, Scopes, UserId,
};
use seva_store::{StoreError, access_tokens};
use sha2::{Digest as _, Sha256};

use crate::{
    Services,
    audited::{ACCESS_TOKEN, Action},
    errors::{Reported, report},
    ports::Secret,
};

/// How every token begins, so that people and scanners of code know one.
const PREFIX: &str = "seva_pat_";
/// Random bytes of a token.
const SECRET_BYTES: usize = 32;
/// Most tokens that somebody may have at a time.
const MOST: i64 = 50;

/// A token that was just made.
pub struct CreatedAccessToken {
    /// As its owner sees it from now on.
    pub token: AccessToken,
    /// What a program shows; there is no second chance to read it.
    pub secret: Secret,
}

/// In whose name the holder of a token acts, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHolder {
    /// Which token it is.
    pub id: AccessTokenId,
    /// Whose token it is.
    pub user_id: UserId,
    /// What it lets its holder do.
    pub scopes: Scopes,
}

impl TokenHolder {
    /// Whose token it is, if it lets its holder do that.
    ///
    /// # Errors
    /// `FORBIDDEN`, with the scope that is missing.
    pub fn permits(&self, scope: Scope) -> Result<UserId, AppError> {
        if self.scopes.contains(scope) {
            Ok(self.user_id)
        } else {
            Err(AppError::new(
                ErrorCode::Forbidden,
                format!("This access token does not have the scope {scope}. Make one that has it."),
            ))
        }
    }
}

impl Services {
    /// Makes a token.
    ///
    /// # Errors
    /// `CONFLICT` when the person has 50; `NOT_SIGNED_IN` when the account is gone.
    pub async fn create_access_token(
        &self,
        user_id: UserId,
        new: &NewAccessToken,
    ) -> Result<CreatedAccessToken, AppError> {
        let secret = random_token();
        let id = AccessTokenId::generate();
        let mut tx = self.begin().await?;
        let count = match access_tokens::count(&mut tx, user_id).await {
            Err(StoreError::NotFound) => return Err(AppError::not_signed_in()),
            other => other.reported("count access tokens")?,
        };
        if count >= MOST {
            return Err(AppError::new(
                ErrorCode::Conflict,
                format!("You have {MOST} access tokens. Revoke one that is not needed any more."),
            ));
        }
        let hash = digest(secret.expose());
        let token = access_tokens::insert(&mut tx, id, user_id, &hash, new)
            .await
            .reported("create access token")?;
        let action = Action::of(user_id, "access_token.create", ACCESS_TOKEN, id.as_uuid());
        action.commit(tx).await.reported("create access token")?;
        Ok(CreatedAccessToken { token, secret })
    }

    /// The person's tokens that were not revoked, newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list_access_tokens(&self, user_id: UserId) -> Result<Vec<AccessToken>, AppError> {
        access_tokens::list(self.pool(), user_id)
            .await
            .reported("list access tokens")
    }

    /// Lets a token be good for nothing, at once.
    ///
    /// # Errors
    /// `NOT_FOUND` when the person has no such token, or revoked it before.
    pub async fn revoke_access_token(
        &self,
        user_id: UserId,
        id: AccessTokenId,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        access_tokens::revoke(&mut tx, user_id, id)
            .await
            .reported_for("revoke access token", "access token")?;
        let action = Action::of(user_id, "access_token.revoke", ACCESS_TOKEN, id.as_uuid());
        action.commit(tx).await.reported("revoke access token")
    }

    /// Who shows a token.
    ///
    /// # Errors
    /// `NOT_SIGNED_IN`: there is no such token, it has expired, or it was revoked.
    pub async fn holder_of(&self, token: &str) -> Result<TokenHolder, AppError> {
        if !is_well_formed(token) {
            return Err(unknown());
        }
        let shown = access_tokens::find(self.pool(), &digest(token.as_bytes()))
            .await
            .reported("find access token")?
            .ok_or_else(unknown)?;
        if shown.revoked {
            return Err(refused("This access token was revoked."));
        }
        if shown.expired {
            return Err(refused("This access token has expired."));
        }
        if !shown.use_is_noted
            && let Err(error) = access_tokens::note_use(self.pool(), shown.id).await
        {
            // Whoever has a good token is not kept out for that.
            report("store", "note use of access token", &error);
        }
        Ok(TokenHolder {
            id: shown.id,
            user_id: shown.user_id,
            scopes: shown.scopes,
        })
    }

    /// Whether a token that was good at the beginning of an answer still is.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn is_token_good(&self, id: AccessTokenId) -> Result<bool, AppError> {
        access_tokens::is_good(self.pool(), id)
            .await
            .reported("look at access token")
    }
}

fn refused(what: &str) -> AppError {
    AppError::new(
        ErrorCode::NotSignedIn,
        format!("{what} Make a new one in SEVA, under Profile, Access tokens."),
    )
}

fn unknown() -> AppError {
    refused("This access token is not known.")
}

fn random_token() -> Secret {
    let mut token = PREFIX.to_owned();
    for byte in rand::random::<[u8; SECRET_BYTES]>() {
        for figure in [byte >> 4, byte & 15] {
            token.extend(char::from_digit(figure.into(), 16));
        }
    }
    Secret::new(token.into_bytes())
}

/// Only what could be a token is looked for.
fn is_well_formed(token: &str) -> bool {
    token.strip_prefix(PREFIX).is_some_and(|figures| {
        figures.len() == 2 * SECRET_BYTES
            && figures
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn shown(secret: &Secret) -> String {
        String::from_utf8(secret.expose().to_vec()).unwrap()
    }

    #[test]
    fn a_token_has_its_prefix_and_256_random_bits() {
        let (one, other) = (random_token(), random_token());
        assert!(is_well_formed(&shown(&one)) && is_well_formed(&shown(&other)));
        assert_ne!(shown(&one), shown(&other));
        assert_eq!(shown(&one).len(), PREFIX.len() + 64);
    }

    #[test]
    fn a_holder_may_do_what_the_token_says_and_nothing_else() {
        let holder = TokenHolder {
            id: AccessTokenId::generate(),
            user_id: UserId::generate(),
            scopes: Scopes::parse(["read:dictations", "sign:prescriptions"]).unwrap(),
        };
        for scope in Scope::ALL {
            let permitted = holder.permits(*scope);
            if matches!(scope, Scope::ReadDictations | Scope::SignPrescriptions) {
                assert_eq!(permitted.unwrap(), holder.user_id);
            } else {
                let error = permitted.unwrap_err();
                assert_eq!(error.code, ErrorCode::Forbidden);
                assert!(error.message.contains(scope.as_str()), "{}", error.message);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn nothing_but_a_token_is_looked_for(text in "\\PC{0,90}", cut in 0_usize..73) {
            prop_assert!(!is_well_formed(&text));
            let token = shown(&random_token());
            prop_assert!(is_well_formed(&token));
            prop_assert!(!is_well_formed(&token[..cut]));
            prop_assert!(!is_well_formed(&token.to_uppercase()));
            let longer = format!("{token}{text}0");
            prop_assert!(!is_well_formed(&longer));
        }
    }
}
