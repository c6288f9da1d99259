//! Every route of the server, except for the pages' own, which are in
//! `app::routes`.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state, map_response},
    routing::{get, post},
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
    rest::{
        audio, auth, credentials, events, export, files, forms, health, papers, prescriptions,
        transcriptions,
    },
    security,
    session::{self, KeepAlive, Sessions},
    site,
    state::AppState,
    telemetry,
};

/// The largest body of everything but an upload, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// The whole route table.
pub(crate) fn router(state: AppState, sessions: &Sessions) -> Router {
    let in_time = from_fn_with_state(state.request_timeout, limits::in_time);
    // The upload counts for itself while it arrives, and says more when it is too much.
    let uploads = Router::new()
        .route("/dictations/upload", post(forms::upload))
        .route(
            "/api/v1/transcriptions",
            get(transcriptions::list)
                .layer(in_time.clone())
                .post(transcriptions::create),
        )
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyTimeoutLayer::new(state.upload_idle));

    let api = Router::new()
        .route("/auth/register", post(auth::register))
        .route("/auth/confirm", post(auth::confirm))
        .route("/auth/login", post(auth::login))
        .route("/auth/challenge", post(auth::challenge))
        .route("/auth/logout", post(auth::logout))
        .route("/auth/resend", post(auth::resend))
        .route("/auth/me", get(auth::me))
        .route("/auth/forgot", post(credentials::forgot))
        .route("/auth/reset", post(credentials::reset))
        .route("/auth/password", post(credentials::change_password))
        .route(
            "/auth/authenticator",
            get(credentials::authenticator).post(credentials::begin_authenticator),
        )
        .route(
            "/auth/authenticator/confirm",
            post(credentials::confirm_authenticator),
        )
        .route(
            "/auth/authenticator/remove",
            post(credentials::remove_authenticator),
        )
        .route("/transcriptions/search", post(transcriptions::search))
        .route(
            "/transcriptions/{id}",
            get(transcriptions::get).delete(transcriptions::delete),
        )
        .route("/transcriptions/{id}/cancel", post(transcriptions::cancel))
        .route("/transcriptions/{id}/retry", post(transcriptions::retry))
        .route(
            "/transcriptions/{id}/extract",
            post(transcriptions::extract),
        )
        .route("/transcriptions/{id}/events", get(events::follow))
        .route("/transcriptions/{id}/audio", get(audio::audio))
        .route("/transcriptions/{id}/entities", get(export::entities))
        .route("/transcriptions/{id}/transcript", get(export::transcript))
        .route(
            "/prescriptions",
            post(prescriptions::create).get(prescriptions::list),
        )
        .route("/prescriptions/search", post(prescriptions::search))
        .route(
            "/prescriptions/{id}",
            get(prescriptions::get)
                .put(prescriptions::update)
                .delete(prescriptions::delete),
        )
        .route(
            "/prescriptions/{id}/finalize",
            post(prescriptions::finalize),
        )
        .route("/prescriptions/{id}/copy", post(prescriptions::copy))
        .route("/prescriptions/{id}/preview.pdf", get(papers::preview))
        .route("/prescriptions/{id}/pdf", get(papers::pdf))
        .route("/prescriptions/{id}/fhir", get(papers::fhir));

    let limited = Router::new()
        .nest("/api/v1", api)
        .merge(pages::routes(&state))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(map_response(errors::explain_limit))
        .layer(in_time);

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
        .layer(from_fn_with_state(
            KeepAlive::new(Renewal::new(state.services.clone()), sessions),
            session::keep_alive,
        ))
        .layer(from_fn_with_state(state.limits.clone(), limits::per_user))
        .layer(session::layer(sessions, &state.base_url))
        .layer(from_fn_with_state(
            state.origins.clone(),
            security::same_origin,
        ))
        .route("/files/{token}", get(files::download))
        .layer(from_fn_with_state(
            state.limits.clone(),
            limits::per_address,
        ))
        .nest_service(&format!("/{}", state.leptos.site_pkg_dir), package)
        .layer(from_fn_with_state(
            state.base_url.clone(),
            security::known_host,
        ))
        // Asked by machines, under whatever name they know this one by.
        .route("/health", get(health::health))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
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
