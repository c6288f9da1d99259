use std::num::NonZeroU32;

use ipnet::IpNet;

use super::{Provider, ProvidersConfig, source::Reader};

/// How much one caller may ask for. 0 is no limit.
///
/// - `SEVA_REQUESTS_PER_USER`: requests of one account an hour; 3,600 with the
///   profile `aws`, ten times as many with `local`
/// - `SEVA_REQUESTS_PER_ADDRESS`: requests of one address an hour, whoever makes
///   them; 36,000 with the profile `aws`, ten times as many with `local`
/// - `SEVA_SIGN_INS_PER_ADDRESS`: passwords, codes and new accounts that come from
///   one address in a quarter of an hour; 60 with the profile `aws`, ten times as
///   many with `local`
/// - `SEVA_STREAMS_PER_USER`: event streams that one account has open at once; 32
/// - `SEVA_TRUSTED_PROXIES`: addresses and networks, with commas between, whose
///   `X-Forwarded-For` is believed; none
#[derive(Clone, Debug)]
pub struct LimitsConfig {
    /// Requests of one account an hour.
    pub requests_per_user: Option<NonZeroU32>,
    /// Requests of one address an hour.
    pub requests_per_address: Option<NonZeroU32>,
    /// Passwords, codes and new accounts from one address in a quarter of an hour.
    pub sign_ins_per_address: Option<NonZeroU32>,
    /// Event streams of one account that are open at once.
    pub streams_per_user: Option<NonZeroU32>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl LimitsConfig {
    pub(super) fn read(reader: &mut Reader<'_>, providers: &ProvidersConfig) -> Self {
        let times = match providers.profile {
            Provider::Aws => 1,
            Provider::Local => 10,
        };
        let mut limit = |name, usual: u32| {
            NonZeroU32::new(reader.parsed(name, usual * times, "a number, or 0 for no limit"))
        };
        Self {
            requests_per_user: limit("SEVA_REQUESTS_PER_USER", 3600),
            requests_per_address: limit("SEVA_REQUESTS_PER_ADDRESS", 36_000),
            sign_ins_per_address: limit("SEVA_SIGN_INS_PER_ADDRESS", 60),
            streams_per_user: NonZeroU32::new(reader.parsed(
                "SEVA_STREAMS_PER_USER",
                32,
                "a number, or 0 for no limit",
            )),
            trusted_proxies: reader.list(
                "SEVA_TRUSTED_PROXIES",
                "addresses and networks like 10.0.0.0/16, with commas between",
                network,
            ),
        }
    }
}

/// A network, or an address as the network of its own that it is.
fn network(text: &str) -> Option<IpNet> {
    text.parse()
        .ok()
        .or_else(|| Some(IpNet::from(text.parse::<std::net::IpAddr>().ok()?)))
}
