//! Links by which anybody who has one may download one object, for an hour.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use seva_services::ports::{LINK_LIFETIME, Secret};
use sha2::Sha256;
use time::OffsetDateTime;

/// Makes and checks download links. A token is the base64 of what it allows, a
/// dot, and the base64 of an HMAC-SHA256 over that.
#[derive(Clone)]
pub struct DownloadLinks {
    base_url: String,
    key: Secret,
}

/// What a valid token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedFile {
    /// Key in the object store.
    pub key: String,
    /// Name the browser saves it under.
    pub file_name: String,
}

#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    #[serde(rename = "k")]
    key: std::borrow::Cow<'a, str>,
    #[serde(rename = "n")]
    file_name: std::borrow::Cow<'a, str>,
    /// Seconds since 1970 from which on it is no longer valid.
    #[serde(rename = "e")]
    expires_at: i64,
}

impl DownloadLinks {
    /// Links start with `base_url`, which has no slash at its end.
    pub fn new(base_url: impl Into<String>, key: &Secret) -> Self {
        Self {
            base_url: base_url.into(),
            key: key.clone(),
        }
    }

    pub(super) fn sign(&self, key: &str, file_name: &str, now: OffsetDateTime) -> String {
        let claims = Claims {
            key: key.into(),
            file_name: file_name.into(),
            expires_at: (now + LINK_LIFETIME).unix_timestamp(),
        };
        let claims = serde_json::json!(claims).to_string();
        let signature = self.mac(claims.as_bytes()).finalize().into_bytes();
        format!(
            "{}/files/{}.{}",
            self.base_url,
            BASE64.encode(claims),
            BASE64.encode(signature)
        )
    }

    pub(super) fn verify(&self, token: &str, now: OffsetDateTime) -> Option<SignedFile> {
        let (claims, signature) = token.split_once('.')?;
        let claims = BASE64.decode(claims).ok()?;
        let signature = BASE64.decode(signature).ok()?;
        self.mac(&claims).verify_slice(&signature).ok()?;
        let claims: Claims<'_> = serde_json::from_slice(&claims).ok()?;
        (now.unix_timestamp() < claims.expires_at).then(|| SignedFile {
            key: claims.key.into_owned(),
            file_name: claims.file_name.into_owned(),
        })
    }

    fn mac(&self, claims: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(b"seva download link");
        mac.update(claims);
        mac
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-01 10:00 UTC);

    fn links(key: u8) -> DownloadLinks {
        DownloadLinks::new("https://seva.example", &Secret::new(vec![key; 32]))
    }

    fn token(link: &str) -> String {
        link.strip_prefix("https://seva.example/files/")
            .unwrap()
            .to_owned()
    }

    proptest! {
        #[test]
        fn property_27_a_link_opens_its_object_for_exactly_one_hour(
            key in "[a-z0-9/.-]{1,80}",
            file_name in any::<String>(),
            made in 0_i64..4_000_000_000,
            later in 0_i64..3600,
            too_late in 3600_i64..10_000_000,
        ) {
            let made = OffsetDateTime::from_unix_timestamp(made).unwrap();
            let token = token(&links(1).sign(&key, &file_name, made));
            let expected = SignedFile { key, file_name };
            let at = |seconds| links(1).verify(&token, made + Duration::seconds(seconds));
            for valid in [0, later, 3599] {
                prop_assert_eq!(at(valid), Some(expected.clone()));
            }
            for over in [3600, too_late] {
                prop_assert_eq!(at(over), None);
            }
        }
    }

    #[test]
    fn a_token_with_any_character_changed_or_another_key_is_refused() {
        let token = token(&links(1).sign("audio/1/a.wav", "a.wav", NOW));
        assert_eq!(links(2).verify(&token, NOW), None);
        assert_eq!(links(1).verify("", NOW), None);
        assert_eq!(links(1).verify(".", NOW), None);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(links(1).verify(&changed, NOW), None, "character {at}");
        }
    }
}
