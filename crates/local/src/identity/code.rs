//! The six digits that prove an e-mail address.

use hmac::{Hmac, KeyInit as _, Mac as _};
use seva_model::{ConfirmationCode, UserId};
use seva_services::ports::Secret;
use sha2::Sha256;

/// Makes codes and their digests. A plain digest of six digits would be undone by
/// trying them all, so it takes a key that is not in the database.
pub(super) struct Codes {
    key: Secret,
}

impl Codes {
    pub(super) fn new(key: &Secret) -> Self {
        Self { key: key.clone() }
    }

    /// Six digits, and what to keep of them.
    pub(super) fn make(&self, user: UserId) -> (String, Vec<u8>) {
        let code = format!("{:06}", rand::random_range(0..1_000_000_u32));
        let digest = self.mac(user, &code).finalize().into_bytes().to_vec();
        (code, digest)
    }

    /// Whether the code is the one the digest was made of; in constant time.
    pub(super) fn matches(&self, user: UserId, code: &ConfirmationCode, digest: &[u8]) -> bool {
        self.mac(user, code.as_str()).verify_slice(digest).is_ok()
    }

    fn mac(&self, user: UserId, code: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(user.as_uuid().as_bytes());
        mac.update(code.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_is_six_digits_and_fits_its_own_user_only() {
        let codes = Codes::new(&Secret::new(vec![1; 32]));
        let (user, other) = (UserId::generate(), UserId::generate());
        for _ in 0..100 {
            let (code, digest) = codes.make(user);
            let code: ConfirmationCode = code.parse().unwrap();
            assert!(codes.matches(user, &code, &digest));
            assert!(!codes.matches(other, &code, &digest));
            assert!(!codes.matches(user, &code, &digest[..31]));
        }
    }
}
