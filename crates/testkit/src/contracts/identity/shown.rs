//! An authenticator app, as RFC 6238 describes it.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use seva_model::ConfirmationCode;
use seva_services::ports::Secret;
use sha1::Sha1;

/// What an authenticator with this secret, in base32, shows so many steps of 30
/// seconds ahead of now.
///
/// # Panics
/// The secret is not base32, or the clock stands before 1970.
#[must_use]
pub fn code_shown(secret: &Secret, steps_ahead: i64) -> ConfirmationCode {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let step = (now.as_secs() / 30)
        .checked_add_signed(steps_ahead)
        .expect("a time step");
    code_at(secret, step).parse().expect("six digits")
}

fn code_at(secret: &Secret, step: u64) -> String {
    let key = data_encoding::BASE32_NOPAD
        .decode(secret.expose())
        .expect("base32 without padding");
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] % 16);
    let number = digest[at..at + 4]
        .iter()
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::new(b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_vec());
        assert_eq!(code_at(&secret, 59 / 30), "287082");
        assert_eq!(code_at(&secret, 20_000_000_000 / 30), "353130");
    }
}
