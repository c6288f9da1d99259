//! The six digits that prove that an e-mail address is read by its person.

use hmac::{Hmac, KeyInit as _, Mac as _};
use seva_model::{ConfirmationCode, UserId};
use seva_services::ports::Secret;
use seva_store::local_credentials::CodePurpose;
use sha2::Sha256;

/// Makes codes and their digests. A plain digest of six digits would be undone by
/// trying them all, so it takes a key that is not in the database.
pub(super) struct Codes {
    key: Secret,
}

/// What a code is for: this account, as long as it has this password and no other.
#[derive(Clone, Copy)]
pub(super) struct CodeFor<'a> {
    pub(super) purpose: CodePurpose,
    pub(super) user: UserId,
    pub(super) password_hash: &'a str,
}

impl Codes {
    pub(super) fn new(key: &Secret) -> Self {
        Self { key: key.clone() }
    }

    /// Six digits, and what to keep of them.
    pub(super) fn make(&self, what: CodeFor<'_>) -> (String, Vec<u8>) {
        let code = format!("{:06}", rand::random_range(0..1_000_000_u32));
        let digest = self.mac(what, &code).finalize().into_bytes().to_vec();
        (code, digest)
    }

    /// Whether the code is the one the digest was made of, and was sent for this;
    /// in constant time.
    pub(super) fn matches(
        &self,
        what: CodeFor<'_>,
        code: &ConfirmationCode,
        digest: &[u8],
    ) -> bool {
        self.mac(what, code.as_str()).verify_slice(digest).is_ok()
    }

    /// All but the last part are of fixed length, so no two inputs run together.
    fn mac(&self, what: CodeFor<'_>, code: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(match what.purpose {
            CodePurpose::ConfirmEmail => b"confirm",
            CodePurpose::ResetPassword => b"replace",
        });
        mac.update(what.user.as_uuid().as_bytes());
        mac.update(code.as_bytes());
        mac.update(what.password_hash.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_is_six_digits_and_fits_its_own_purpose_user_and_password_only() {
        let codes = Codes::new(&Secret::new(vec![1; 32]));
        let what = CodeFor {
            purpose: CodePurpose::ConfirmEmail,
            user: UserId::generate(),
            password_hash: "hash-1",
        };
        let other_purpose = CodeFor {
            purpose: CodePurpose::ResetPassword,
            ..what
        };
        let other_user = CodeFor {
            user: UserId::generate(),
            ..what
        };
        let other_password = CodeFor {
            password_hash: "hash-2",
            ..what
        };
        for _ in 0..100 {
            let (code, digest) = codes.make(what);
            let code: ConfirmationCode = code.parse().unwrap();
            assert!(codes.matches(what, &code, &digest));
            assert!(!codes.matches(other_purpose, &code, &digest));
            assert!(!codes.matches(other_user, &code, &digest));
            assert!(!codes.matches(other_password, &code, &digest));
            assert!(!codes.matches(what, &code, &digest[..31]));
        }
    }
}
