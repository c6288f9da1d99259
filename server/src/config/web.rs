use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::http::{Uri, uri::Authority};

use super::source::Reader;

/// How long an upload may stand still: a doctor's phone in a lift comes back within it.
const UPLOAD_IDLE: Duration = Duration::from_secs(60);
/// How long a request may take; uploads and streams take as long as they take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection may stay without a whole request's head: longer than proxies keep
/// theirs, which is 60 s for most, so that it is they who close them.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a stream goes on whose session or token has ended meanwhile.
const STREAM_CHECK: Duration = Duration::from_secs(30);

/// Where it listens and under which address people see it.
///
/// - `SEVA_ADDR`: address and port to listen on; `127.0.0.1:3000`, port 0 takes
///   a free one
/// - `SEVA_BASE_URL`: address in links and mail, `https://` unless it is this
///   very machine; `http://` and the address it listens on
/// - `SEVA_CORS_ORIGINS`: origins of other sites whose pages may use the API with
///   the doctor's cookie, with commas between; none
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Address in links and mail; `None` is the address it listens on.
    pub base_url: Option<BaseUrl>,
    /// How long an upload may stand still before it is given up; no variable, a
    /// minute.
    pub upload_idle: Duration,
    /// How long a request may take, but for uploads and streams; no variable, half a
    /// minute.
    pub request_timeout: Duration,
    /// How long a request's head may take to arrive, and a connection may stay without
    /// one; no variable, 75 seconds.
    pub head_timeout: Duration,
    /// How often an event stream looks whether its caller's session or token is still
    /// good; no variable, half a minute.
    pub stream_check: Duration,
    /// Other sites whose pages may use the API.
    pub cors_origins: Vec<BaseUrl>,
}

impl WebConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let default = SocketAddr::from((Ipv4Addr::LOCALHOST, 3000));
        let addr = reader.parsed(
            "SEVA_ADDR",
            default,
            "an address and port like 127.0.0.1:3000",
        );
        let given = reader.optional("SEVA_BASE_URL");
        let base_url = given.and_then(BaseUrl::parse);
        if (given.is_some() && base_url.is_none()) || (given.is_none() && !addr.ip().is_loopback())
        {
            reader.refuse(
                "SEVA_BASE_URL",
                "an address like https://seva.clinic.example; plain http:// is for 127.0.0.1 \
                 and localhost only",
            );
        }
        let cors_origins = reader.list(
            "SEVA_CORS_ORIGINS",
            "addresses like https://app.clinic.example, with commas between; plain http:// is \
             for 127.0.0.1 and localhost only, and there is no *",
            |text| BaseUrl::parse(text).filter(|_| !text.contains('*')),
        );
        Self {
            addr,
            base_url,
            upload_idle: UPLOAD_IDLE,
            request_timeout: REQUEST_TIMEOUT,
            head_timeout: HEAD_TIMEOUT,
            stream_check: STREAM_CHECK,
            cors_origins,
        }
    }

    /// Whether nobody but this machine is meant to reach it.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let is_public = self.base_url.as_ref().is_some_and(BaseUrl::is_https);
        self.addr.ip().is_loopback() && !is_public
    }
}

/// Scheme, host and port, without a path and without a slash at the end: what a
/// browser calls an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// `None` for anything but `https://host[:port]`, or `http://` with a host
    /// that is this machine.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?.as_str();
        let is_plain = !authority.contains('@')
            && uri.query().is_none()
            && matches!(uri.path(), "" | "/")
            && !text.ends_with('/');
        let is_private = match uri.scheme_str()? {
            "https" => true,
            "http" => is_loopback(uri.host()?),
            _ => false,
        };
        (is_plain && is_private).then(|| Self(text.to_lowercase()))
    }

    /// The address a listener on this machine is reached under.
    #[must_use]
    pub fn of_listener(addr: SocketAddr) -> Self {
        Self(format!("http://{addr}"))
    }

    /// As text, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the way to the browser is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Whether a request that was sent to `authority`, a host with or without a
    /// port, may be meant for this server: it names the configured host or, on
    /// this very machine, any name of it. The port is the browser's affair.
    #[must_use]
    pub fn is_served_at(&self, authority: &Authority) -> bool {
        let host = authority.host().to_lowercase();
        let own = self.0.parse::<Uri>();
        is_loopback(&host) || own.is_ok_and(|own| own.host() == Some(&host))
    }
}

/// Whether a host, as addresses write it, is this very machine.
fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}
