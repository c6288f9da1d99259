//! Secrets of authenticator apps and the codes they show: RFC 6238 with SHA-1,
//! six digits and thirty seconds, which is what every app understands.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, Generate as _, KeyInit as _, Payload},
};
use hmac::{Hmac, Mac as _};
use seva_model::{ConfirmationCode, UserId};
use seva_services::ports::Secret;
use sha1::Sha1;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// A code is shown for so many seconds.
const STEP_SECONDS: i64 = 30;
/// As long as the digest, which RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
const NONCE_BYTES: usize = 12;

/// A sealed secret does not open with this key for this person.
#[derive(Debug, thiserror::Error)]
#[error("the stored secret of an authenticator does not open")]
pub(super) struct Damaged;

/// Makes secrets and seals them for the database.
pub(super) struct Authenticators {
    cipher: Aes256Gcm,
}

impl Authenticators {
    /// `key` has 32 bytes.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: Aes256Gcm::new(key.into()),
        }
    }

    /// A new secret.
    pub(super) fn make() -> Secret {
        Secret::new(rand::random::<[u8; SECRET_BYTES]>().to_vec())
    }

    /// Nonce and ciphertext; it opens for this person only.
    pub(super) fn seal(&self, user: UserId, secret: &Secret) -> Result<Vec<u8>, Damaged> {
        let nonce = Nonce::generate();
        let owner = user.as_uuid();
        let payload = Payload {
            msg: secret.expose(),
            aad: owner.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&nonce, payload).map_err(|_| Damaged)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(&self, user: UserId, sealed: &[u8]) -> Result<Secret, Damaged> {
        let (nonce, msg) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Damaged)?;
        let owner = user.as_uuid();
        let aad = owner.as_bytes();
        let opened = self
            .cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg, aad });
        opened.map(Secret::new).map_err(|_| Damaged)
    }
}

/// The secret as people type it and QR codes hold it.
pub(super) fn in_base32(secret: &Secret) -> Secret {
    let text = data_encoding::BASE32_NOPAD.encode(secret.expose());
    Secret::new(text.into_bytes())
}

/// The time step whose code this is: the present one or, as clocks and fingers
/// differ, one of its neighbours.
pub(super) fn matching_step(
    secret: &Secret,
    code: &ConfirmationCode,
    now: OffsetDateTime,
) -> Option<i64> {
    let present = now.unix_timestamp() / STEP_SECONDS;
    (present - 1..=present + 1)
        .find(|step| is_same(&code_of(secret, *step), code.as_str().as_bytes()))
}

fn code_of(secret: &Secret, step: i64) -> Zeroizing<[u8; 6]> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.expose())
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 0x0f);
    let [a, b, c, d] = [digest[at], digest[at + 1], digest[at + 2], digest[at + 3]];
    let mut number = u32::from_be_bytes([a & 0x7f, b, c, d]);
    let mut code = Zeroizing::new([0; 6]);
    for digit in code.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    code
}

/// In constant time.
fn is_same(code: &[u8; 6], tried: &[u8]) -> bool {
    let differing = code.iter().zip(tried).fold(0, |all, (a, b)| all | (a ^ b));
    tried.len() == code.len() && differing == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The SHA-1 rows of the table in RFC 6238, appendix B, of whose eight digits
    /// the last six are shown.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::new(b"12345678901234567890".to_vec());
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let shown = code_of(&secret, seconds / STEP_SECONDS);
            assert_eq!(shown.as_slice(), code.as_bytes(), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_in_its_own_step_and_in_the_neighbours() {
        let secret = Secret::new(b"12345678901234567890".to_vec());
        let code = "005924".parse().unwrap();
        let step = 1_234_567_890 / STEP_SECONDS;
        for (steps_later, found) in [
            (-2, None),
            (-1, Some(step)),
            (0, Some(step)),
            (1, Some(step)),
            (2, None),
        ] {
            let now = (step + steps_later) * STEP_SECONDS;
            let now = OffsetDateTime::from_unix_timestamp(now).unwrap();
            assert_eq!(matching_step(&secret, &code, now), found, "{steps_later}");
        }
    }

    #[test]
    fn a_sealed_secret_opens_for_its_person_and_key_only() {
        let authenticators = Authenticators::new(&[1; 32]);
        let user = UserId::generate();
        let secret = Authenticators::make();
        let sealed = authenticators.seal(user, &secret).unwrap();
        let opened = authenticators.open(user, &sealed).unwrap();
        assert_eq!(opened.expose(), secret.expose());
        assert!(authenticators.open(UserId::generate(), &sealed).is_err());
        assert!(Authenticators::new(&[2; 32]).open(user, &sealed).is_err());
        assert!(authenticators.open(user, &sealed[..11]).is_err());
        let mut changed = sealed;
        changed[20] ^= 1;
        assert!(authenticators.open(user, &changed).is_err());
    }

    #[test]
    fn a_secret_is_typed_in_32_characters() {
        let secret = Secret::new(b"12345678901234567890".to_vec());
        let typed = in_base32(&secret);
        assert_eq!(typed.expose(), b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
