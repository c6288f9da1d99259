//! Pages of other sites that may use the API with the doctor's cookie: those that are
//! configured, one by one, and nobody else.
//!
//! Only the API is open to them. Pages and server functions are this site's alone.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use seva_model::{AppError, ErrorCode};
use tower::{Layer as _, Service as _};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{config::BaseUrl, refused::Audience, security, telemetry::REQUEST_ID};

/// How long a browser may remember what it was allowed.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Who may ask from where. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Origins {
    own: BaseUrl,
    others: Arc<[HeaderValue]>,
    cors: CorsLayer,
}

impl Origins {
    /// This site's own origin, and those of other sites.
    pub(crate) fn new(own: BaseUrl, others: &[BaseUrl]) -> Self {
        let others: Arc<[HeaderValue]> = others
            .iter()
            .filter_map(|origin| HeaderValue::from_str(origin.as_str()).ok())
            .collect();
        let cors = CorsLayer::new()
            .allow_origin(AllowOrigin::list(others.iter().cloned()))
            .allow_credentials(true)
            .allow_methods([
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers([
                header::ACCEPT,
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_MATCH,
                header::IF_NONE_MATCH,
                header::RANGE,
                HeaderName::from_static("idempotency-key"),
                HeaderName::from_static("last-event-id"),
                REQUEST_ID,
            ])
            .expose_headers([
                header::ACCEPT_RANGES,
                header::CONTENT_DISPOSITION,
                header::CONTENT_RANGE,
                header::ETAG,
                header::LOCATION,
                header::RETRY_AFTER,
                HeaderName::from_static("idempotency-replayed"),
                REQUEST_ID,
            ])
            .max_age(REMEMBERED);
        Self { own, others, cors }
    }

    /// Whether a request comes from this site itself, or from no site at all with
    /// nothing that another one could make use of.
    pub(crate) fn is_own(&self, headers: &HeaderMap) -> bool {
        security::is_own(headers, &self.own)
    }

    /// Whether a request is one to the API, from a site that may use it.
    pub(crate) fn is_let_in(&self, request: &Request) -> bool {
        is_of_api(request) && self.is_known(request.headers())
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN);
        origin.is_some_and(|origin| self.others.contains(origin))
    }
}

fn is_of_api(request: &Request) -> bool {
    request.uri().path().starts_with("/api/")
}

/// Tells the browser that a page of a known site may read the API's answer, and
/// refuses whatever names a site that is not known. Requests of this site, and those
/// of programs, which name none, pass.
pub(crate) async fn share(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if !is_of_api(&request) || !headers.contains_key(header::ORIGIN) || origins.is_own(headers) {
        return next.run(request).await;
    }
    if origins.is_known(headers) {
        let Ok(response) = origins.cors.layer(next).call(request).await;
        return response;
    }
    tracing::warn!("refused a request to the API from another site");
    Audience::Api.refuse(AppError::new(
        ErrorCode::Forbidden,
        "The site that you came from may not use this API. Whoever runs SEVA can let it in.",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const FRIENDS: [&str; 2] = ["https://app.clinic.example", "http://localhost:5173"];

    fn origin() -> impl Strategy<Value = String> {
        let friend = prop::sample::select(FRIENDS.as_slice());
        prop_oneof![
            friend.clone().prop_map(str::to_owned),
            (friend.clone(), "[.:/a-z0-9-]{1,12}")
                .prop_map(|(origin, more)| origin.to_owned() + &more),
            (friend.clone(), "[a-z.-]{1,12}")
                .prop_map(|(origin, more)| origin.replace("://", &format!("://{more}"))),
            friend.prop_map(str::to_uppercase),
            "https?://[a-z.-]{1,30}(:[0-9]{1,5})?",
            "[!-~]{0,40}",
        ]
    }

    proptest! {
        #[test]
        fn property_45_no_origin_is_known_but_those_that_are_configured(origin in origin()) {
            let friends = FRIENDS.map(|origin| BaseUrl::parse(origin).unwrap());
            let origins = Origins::new(BaseUrl::parse("https://seva.example").unwrap(), &friends);
            let mut headers = HeaderMap::new();
            prop_assert!(!origins.is_known(&headers));
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            prop_assert_eq!(origins.is_known(&headers), FRIENDS.contains(&origin.as_str()));
        }
    }
}
