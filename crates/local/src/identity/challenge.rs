//! The thread of a sign-in whose password was right and whose code is awaited.

use hmac::{Hmac, KeyInit as _, Mac as _};
use seva_services::ports::Secret;
use seva_store::local_credentials::LocalAccount;
use sha2::Sha256;
use time::{Duration, OffsetDateTime};

/// How long the code is awaited.
const LIFETIME: Duration = Duration::minutes(5);

/// Makes threads and knows them again: `expiry.mac`, the expiry in seconds since
/// the epoch, the rest in hexadecimal digits. A new password ends all of them.
pub(super) struct Challenges {
    key: Secret,
}

impl Challenges {
    pub(super) const fn new(key: Secret) -> Self {
        Self { key }
    }

    pub(super) fn begin(&self, account: &LocalAccount, now: OffsetDateTime) -> String {
        let expiry = (now + LIFETIME).unix_timestamp();
        let mac = self.mac(account, expiry).finalize().into_bytes();
        format!("{expiry}.{}", hex::encode(mac))
    }

    /// Whether this thread was made for the account as it is now, and is not over.
    pub(super) fn is_open(&self, account: &LocalAccount, state: &str, now: OffsetDateTime) -> bool {
        let parts = state
            .split_once('.')
            .and_then(|(expiry, mac)| Some((expiry.parse::<i64>().ok()?, hex::decode(mac).ok()?)));
        parts.is_some_and(|(expiry, mac)| {
            now.unix_timestamp() < expiry && self.mac(account, expiry).verify_slice(&mac).is_ok()
        })
    }

    /// All but the last part are of fixed length, so no two inputs run together.
    fn mac(&self, account: &LocalAccount, expiry: i64) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(account.user_id.as_uuid().as_bytes());
        mac.update(&expiry.to_be_bytes());
        mac.update(account.password_hash.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use seva_model::UserId;

    use super::*;

    fn account(password_hash: &str, user_id: UserId) -> LocalAccount {
        LocalAccount {
            user_id,
            subject: "subject".to_owned(),
            email: "nila@clinic.example".to_owned(),
            full_name: "Dr Nila".to_owned(),
            password_hash: password_hash.to_owned(),
            confirmed: true,
            has_authenticator: true,
        }
    }

    #[test]
    fn a_thread_is_of_one_account_and_its_password_for_five_minutes() {
        let challenges = Challenges::new(Secret::new(vec![1; 32]));
        let now = OffsetDateTime::now_utc();
        let user = UserId::generate();
        let state = challenges.begin(&account("hash-1", user), now);
        let is_open = |account: &LocalAccount, state: &str, seconds| {
            challenges.is_open(account, state, now + Duration::seconds(seconds))
        };
        assert!(is_open(&account("hash-1", user), &state, 299));
        assert!(!is_open(&account("hash-1", user), &state, 300));
        assert!(!is_open(&account("hash-2", user), &state, 0));
        assert!(!is_open(&account("hash-1", UserId::generate()), &state, 0));
        let (expiry, mac) = state.split_once('.').unwrap();
        let later = expiry.parse::<i64>().unwrap() + 1;
        for forged in [
            format!("{later}.{mac}"),
            format!("{expiry}.{}", &mac[2..]),
            format!("{expiry}."),
            expiry.to_owned(),
            String::new(),
        ] {
            assert!(!is_open(&account("hash-1", user), &forged, 0), "{forged}");
        }
    }
}
