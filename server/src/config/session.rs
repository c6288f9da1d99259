use std::time::Duration;

use super::{Hidden, source::Reader};

/// How long somebody stays signed in, and what seals the sessions.
///
/// - `SEVA_SESSION_IDLE_MINUTES`: a session that nobody used for so long is over;
///   720
/// - `SEVA_SESSION_HOURS`: a session is over so long after its sign-in, however much
///   it is used; 168
/// - `SEVA_SESSION_KEY`: seals the sessions, 64 hexadecimal digits; the secrets' own
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Over when nobody used it for so long.
    pub idle: Duration,
    /// Over so long after its sign-in.
    pub longest: Duration,
    /// Seals the sessions, instead of the key that the secrets hold.
    pub key: Option<Hidden>,
}

impl SessionConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let minutes = reader.at_least("SEVA_SESSION_IDLE_MINUTES", 720, 1, "minutes");
        let hours = reader.at_least("SEVA_SESSION_HOURS", 168, 1, "hours");
        let key = reader.secret("SEVA_SESSION_KEY");
        let is_key = |key: &Hidden| hex::decode(key.expose()).is_ok_and(|key| key.len() == 32);
        if key.as_ref().is_some_and(|key| !is_key(key)) {
            reader.refuse("SEVA_SESSION_KEY", "64 hexadecimal digits");
        }
        Self {
            idle: Duration::from_secs(60 * u64::from(minutes)),
            longest: Duration::from_secs(60 * 60 * u64::from(hours)),
            key,
        }
    }
}
