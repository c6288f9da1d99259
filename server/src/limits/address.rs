//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of whoever sent a request: the peer's own; or, when the peer is a
/// trusted proxy, the one that it names.
///
/// Each proxy appends the address it was asked by to `X-Forwarded-For`, and what
/// stood there before was written by whoever asked. So the list is read from its end,
/// and the first address that is no trusted proxy counts. What can't be read ends the
/// search: the last proxy that could be read counts then.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut known = peer.to_canonical();
    let lines = headers.get_all(X_FORWARDED_FOR);
    // A line that is no text hides what came before it.
    let lines = lines.iter().map(|line| line.to_str().unwrap_or("?"));
    let mut hops = lines.rev().flat_map(|line| line.rsplit(','));
    while is_trusted(&known) {
        match hops.next().and_then(parse) {
            Some(hop) => known = hop,
            None => break,
        }
    }
    known
}

/// An address, which some proxies write with a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|hop| hop.ip());
    let address = hop.parse::<IpAddr>().ok().or_else(with_port)?;
    Some(address.to_canonical())
}

/// What is counted as one place: an IPv6 network is given out whole, with more
/// addresses than anybody could count. `None` for this very machine, of which nothing
/// is known: a proxy here that is not trusted speaks for everybody.
pub(super) fn place(address: IpAddr) -> Option<IpAddr> {
    match address {
        _ if address.is_loopback() => None,
        IpAddr::V4(_) => Some(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::Ipv4Addr;

    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const PROXIES: [&str; 3] = ["10.20.0.0/16", "127.0.0.1/32", "fd00::/8"];

    fn trusted() -> Vec<IpNet> {
        PROXIES.iter().map(|proxy| proxy.parse().unwrap()).collect()
    }

    fn headers(lines: &[&str]) -> HeaderMap {
        let line = |line: &&str| {
            let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            (X_FORWARDED_FOR, value)
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn the_last_address_that_is_no_proxy_of_ours_counts() {
        let cases: [(&str, &[&str], &str); 14] = [
            ("203.0.113.9", &[], "203.0.113.9"),
            // Whoever asks directly says what it likes.
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.20.1.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.20.1.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("10.20.1.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.20.1.1", &["198.51.100.1, 10.20.7.7"], "198.51.100.1"),
            (
                "10.20.1.1",
                &["1.1.1.1", "198.51.100.1 ,10.20.7.7"],
                "198.51.100.1",
            ),
            ("10.20.1.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8::5]:4711"], "2001:db8::5"),
            ("fd00::1", &["2001:db8::5"], "2001:db8::5"),
            ("10.20.1.1", &[], "10.20.1.1"),
            ("10.20.1.1", &["10.20.7.7"], "10.20.7.7"),
            ("10.20.1.1", &["198.51.100.1, unknown"], "10.20.1.1"),
            ("10.20.1.1", &["198.51.100.1", "\u{e9}"], "10.20.1.1"),
        ];
        for (peer, lines, expected) in cases {
            let found = client(peer.parse().unwrap(), &headers(lines), &trusted());
            assert_eq!(
                found,
                expected.parse::<IpAddr>().unwrap(),
                "{peer} {lines:?}"
            );
        }
        let proxy = "10.20.1.1".parse().unwrap();
        let found = client(proxy, &headers(&["198.51.100.1"]), &[]);
        assert_eq!(found, proxy, "nobody is trusted");
    }

    fn stranger() -> impl Strategy<Value = IpAddr> {
        let v4 = any::<u32>().prop_map(|bits| IpAddr::from(Ipv4Addr::from_bits(bits)));
        let v6 = any::<u128>().prop_map(|bits| IpAddr::from(Ipv6Addr::from_bits(bits)));
        prop_oneof![v4, v6]
            .prop_map(|address| address.to_canonical())
            .prop_filter("no proxy", |address| {
                !trusted().iter().any(|network| network.contains(address))
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Whatever somebody writes into the header, they are where they are: the
        /// proxies' own words come after it.
        #[test]
        fn nobody_chooses_an_address(
            forged in proptest::collection::vec("[ -~]{0,30}", 0..4),
            real in stranger(),
            hops in proptest::collection::vec(0_u16..256, 0..4),
        ) {
            let mut line = forged.join(",");
            let ours = hops.iter().map(|hop| format!("10.20.{hop}.1"));
            for hop in [real.to_string()].into_iter().chain(ours) {
                if !line.is_empty() {
                    line.push_str(", ");
                }
                line.push_str(&hop);
            }
            let proxy = "127.0.0.1".parse().unwrap();
            prop_assert_eq!(client(proxy, &headers(&[&line]), &trusted()), real);
            let forged: Vec<&str> = forged.iter().map(String::as_str).collect();
            prop_assert_eq!(client(real, &headers(&forged), &trusted()), real);
        }

        #[test]
        fn neighbours_in_one_ipv6_network_are_one_place(
            network in any::<u64>(),
            a in any::<u64>(),
            b in any::<u64>(),
        ) {
            let address = |host: u64| {
                let bits = (u128::from(network) << 64) | u128::from(host);
                IpAddr::from(Ipv6Addr::from_bits(bits))
            };
            prop_assume!(![address(a), address(b)].iter().any(IpAddr::is_loopback));
            prop_assert_eq!(place(address(a)), place(address(b)));
        }

        #[test]
        fn an_ipv4_address_is_a_place_of_its_own(bits in any::<u32>()) {
            let address = IpAddr::from(Ipv4Addr::from_bits(bits));
            prop_assert_eq!(place(address), (!address.is_loopback()).then_some(address));
        }
    }
}
