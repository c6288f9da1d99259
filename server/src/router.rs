//! All routes of the server together: those of the API, which are in `rest::routes`, and
//! those of the pages, which are in `app::routes`; and what every request passes through.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state, map_request, map_response},
    routing::{any, post},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate as _,
        predicate::{DefaultPredicate, NotForContentType},
    },
    limit::RequestBodyLimitLayer,
    timeout::RequestBodyTimeoutLayer,
};

use crate::{
    cors, errors, limits, pages,
    renewal::Renewal,
    rest::{access, forms, routes, upload},
    security,
    session::{self, KeepAlive, Sessions},
    site,
    state::AppState,
    telemetry,
};

/// The largest body of everything but an upload, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// Everything that is answered.
pub(crate) fn router(state: AppState, sessions: &Sessions) -> Router {
    let in_time = from_fn_with_state(state.request_timeout, limits::in_time);
    let keep_alive = from_fn_with_state(
        KeepAlive::new(Renewal::new(state.services.clone()), sessions),
        session::keep_alive,
    );
    // The upload counts for itself while it arrives, and says more when it is too much.
    let uploads = Router::from(routes::uploads())
        .route(upload::FORM_PATH, post(forms::upload))
        .layer(DefaultBodyLimit::disable())
        .layer(map_request(upload::piece_by_piece))
        .layer(RequestBodyTimeoutLayer::new(state.upload_idle))
        .layer(keep_alive.clone());

    let limited = Router::from(routes::api())
        .route("/api/", any(errors::no_such_address))
        .route("/api/{*rest}", any(errors::no_such_address))
        // The upload shares its address with the list, and with that what is said here.
        .method_not_allowed_fallback(errors::no_such_method)
        .merge(pages::routes(&state))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(map_response(errors::explain_limit))
        .layer(keep_alive);

    let package = site::package(&state.leptos);
    let hashed = state.leptos.hash_files;
    let package = Router::new()
        .fallback_service(package)
        .layer(from_fn(move |request, next| {
            site::keep_package(hashed, request, next)
        }));

    let compressed = DefaultPredicate::new()
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("font/"));

    Router::new()
        .merge(uploads)
        .merge(limited)
        .layer(from_fn_with_state(state.limits.clone(), limits::per_user))
        .layer(session::layer(sessions, &state.base_url))
        .layer(from_fn_with_state(
            state.origins.clone(),
            security::same_origin,
        ))
        .layer(from_fn_with_state(state.clone(), access::by_token))
        .merge(Router::from(routes::links()))
        .layer(from_fn_with_state(
            state.limits.clone(),
            limits::per_address,
        ))
        .layer(in_time)
        .nest_service(&format!("/{}", state.leptos.site_pkg_dir), package)
        .layer(from_fn_with_state(
            state.base_url.clone(),
            security::known_host,
        ))
        .merge(Router::from(routes::probes()))
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(CatchPanicLayer::custom(errors::after_panic))
        .layer(map_response(limits::retry_after))
        .layer(from_fn_with_state(state.origins.clone(), cors::share))
        .layer(from_fn_with_state(
            state.base_url.clone(),
            security::headers,
        ))
        .layer(from_fn(telemetry::trace))
        .with_state(state)
}
