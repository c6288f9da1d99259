//! What every answer says to browsers, and which requests are let in.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method,
        header::{self, COOKIE, HOST, ORIGIN},
        uri::Authority,
    },
    middleware::Next,
    response::Response,
};
use seva_model::{AppError, ErrorCode};

use crate::{config::BaseUrl, cors::Origins, refused::Audience, rest::access};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// For answers that are not pages: nothing may be loaded from within them.
const INERT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// A preview fills a tab of its own. What the browser's reader for papers loads
/// is its own affair; no page may hold one in a frame.
pub(crate) const PREVIEW_POLICY: &str = "frame-ancestors 'none'";

/// The policy of a page. Its inline scripts, which hand the server's data to the
/// browser's half, carry the nonce.
#[must_use]
pub(crate) fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; \
         script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; \
         img-src 'self' data: blob:; \
         media-src 'self' blob:; \
         frame-src 'none'; \
         connect-src 'self'; \
         object-src 'none'; \
         base-uri 'none'; \
         form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// Adds the headers that every answer has. What a handler has set stays.
pub(crate) async fn headers(
    State(base_url): State<BaseUrl>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, INERT_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    );
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    // Pages and answers hold what patients said: no copy on a shared computer.
    set(header::CACHE_CONTROL, "no-store");
    if base_url.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Refuses requests under a name that is not this server's.
///
/// On this very machine there is no https, whose certificate would betray a
/// stranger's name. Such a name can be made to point here, and then its page
/// counts as this site for the browser that has it open.
pub(crate) async fn known_host(
    State(base_url): State<BaseUrl>,
    request: Request,
    next: Next,
) -> Response {
    if base_url.is_https() || is_known(&request, &base_url) {
        return next.run(request).await;
    }
    tracing::warn!("refused a request under another name");
    let refusal = AppError::new(
        ErrorCode::ValidationFailed,
        format!(
            "SEVA does not answer under this name. Open {} instead.",
            base_url.as_str()
        ),
    );
    Audience::of(&request).refuse(refusal)
}

/// Every name the request gives counts: of two, nobody knows which was meant.
fn is_known(request: &Request, base_url: &BaseUrl) -> bool {
    let hosts = request.headers().get_all(HOST).iter();
    let hosts = hosts.map(|host| Authority::try_from(host.as_bytes()).ok());
    let target = request.uri().authority().cloned();
    let mut names = hosts.chain(target.map(Some)).peekable();
    names.peek().is_some()
        && names.all(|name| name.is_some_and(|name| base_url.is_served_at(&name)))
}

/// Refuses requests that change something and come from another site.
///
/// Browsers say where a request comes from, in `Origin` or at least in
/// `Sec-Fetch-Site`. A program says neither, and brings no cookie that somebody
/// else could make use of. Sites that are configured may use the API, and nothing else.
/// An access token is nothing that a browser sends by itself.
pub(crate) async fn same_origin(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let is_let_in = is_safe
        || access::is_by_token(&request)
        || origins.is_own(request.headers())
        || origins.is_let_in(&request);
    if is_let_in {
        return next.run(request).await;
    }
    tracing::warn!("refused a request from another site");
    let refusal = AppError::new(
        ErrorCode::Forbidden,
        "This came from another site, so nothing was changed. Open SEVA itself and try again.",
    );
    Audience::of(&request).refuse(refusal)
}

/// Whether a request comes from this site itself, or from no site at all and without a
/// cookie.
pub(crate) fn is_own(headers: &HeaderMap, base_url: &BaseUrl) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if let Some(origin) = text(&ORIGIN) {
        // `localhost` and `127.0.0.1` are the same machine under two names: the
        // name the browser used counts. Over https only the configured one does.
        let host = text(&HOST).unwrap_or_default();
        return origin == base_url.as_str()
            || (!base_url.is_https() && !host.is_empty() && origin == format!("http://{host}"));
    }
    match text(&SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => !headers.contains_key(COOKIE),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    type Pairs = [(&'static str, &'static str)];

    fn headers(pairs: &Pairs) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn only_names_of_this_machine_and_of_the_base_url_are_known() {
        let here = BaseUrl::parse("http://localhost:3000").unwrap();
        let own = BaseUrl::of_listener("127.0.0.2:3000".parse().unwrap());
        let cases: &[(&BaseUrl, &str, &Pairs, bool)] = &[
            (&here, "/", &[("host", "localhost:3000")], true),
            (&here, "/", &[("host", "LOCALHOST")], true),
            (&here, "/", &[("host", "127.0.0.1:8080")], true),
            (&here, "/", &[("host", "[::1]:3000")], true),
            (&own, "/", &[("host", "127.0.0.2:3000")], true),
            (&own, "http://127.0.0.2/", &[], true),
            (&here, "/", &[("host", "127.0.0.2:3000")], false),
            (&here, "/", &[("host", "evil.example")], false),
            (
                &here,
                "/",
                &[("host", "localhost.evil.example:3000")],
                false,
            ),
            (&here, "/", &[("host", "127.0.0.1.evil.example")], false),
            (&here, "/", &[("host", "localhost@evil.example")], false),
            (&here, "/", &[("host", "")], false),
            (&here, "/", &[("host", "no host")], false),
            (&here, "/", &[], false),
            (
                &here,
                "/",
                &[("host", "localhost"), ("host", "evil.example")],
                false,
            ),
            (
                &here,
                "http://evil.example/",
                &[("host", "localhost")],
                false,
            ),
        ];
        for (base_url, target, given, expected) in cases {
            let mut request = Request::new(axum::body::Body::empty());
            *request.uri_mut() = target.parse().unwrap();
            *request.headers_mut() = headers(given);
            assert_eq!(is_known(&request, base_url), *expected, "{given:?}");
        }
    }

    #[test]
    fn only_requests_of_this_site_or_without_a_cookie_may_change_something() {
        let https = BaseUrl::parse("https://seva.example").unwrap();
        let here = BaseUrl::parse("http://127.0.0.1:3000").unwrap();
        let cases: &[(&BaseUrl, &Pairs, bool)] = &[
            (&https, &[("origin", "https://seva.example")], true),
            (&https, &[("origin", "https://evil.example")], false),
            (&https, &[("origin", "null")], false),
            (
                &https,
                &[("origin", "http://seva.example"), ("host", "seva.example")],
                false,
            ),
            (
                &https,
                &[
                    ("origin", "https://evil.example"),
                    ("sec-fetch-site", "same-origin"),
                ],
                false,
            ),
            (
                &https,
                &[("sec-fetch-site", "same-origin"), ("cookie", "a=b")],
                true,
            ),
            (
                &https,
                &[("sec-fetch-site", "same-site"), ("cookie", "a=b")],
                false,
            ),
            (&https, &[("sec-fetch-site", "cross-site")], false),
            (&https, &[("cookie", "a=b")], false),
            (&https, &[], true),
            (
                &here,
                &[
                    ("origin", "http://localhost:3000"),
                    ("host", "localhost:3000"),
                ],
                true,
            ),
            (
                &here,
                &[
                    ("origin", "http://localhost:4000"),
                    ("host", "localhost:3000"),
                ],
                false,
            ),
        ];
        for (base_url, given, expected) in cases {
            assert_eq!(is_own(&headers(given), base_url), *expected, "{given:?}");
        }
    }
}
