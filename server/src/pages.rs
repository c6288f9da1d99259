//! The pages: rendered by `app`, with the services and the policy's nonce in
//! their context.

use axum::{
    Router,
    extract::Request,
    http::{
        HeaderValue,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
        request::Parts,
    },
    middleware::{Next, from_fn},
    response::Response,
};
use leptos::{context::provide_context, nonce::Nonce, prelude::use_context};
use leptos_axum::{LeptosRoutes as _, file_and_error_handler_with_context, generate_route_list};
use seva_services::Services;

use crate::{security, site, state::AppState};

/// Pages, server functions, files of the site, and the page for all else.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let context = {
        let services = state.services.clone();
        move || provide(&services)
    };
    let shell = {
        let options = state.leptos.clone();
        move || app::shell(options.clone())
    };
    let fallback = file_and_error_handler_with_context::<AppState, _>(context.clone(), app::shell);
    let files = Router::new()
        .fallback(fallback)
        .layer(from_fn(site::keep_file));
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(app::App), context, shell)
        .merge(files)
        .layer(from_fn(with_policy))
}

/// Gives a page its policy, and the page the nonce that is in it. The header is not left to
/// the rendering: a page without its policy is one that loads nothing.
async fn with_policy(mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    let policy = HeaderValue::from_str(&security::page_policy(&nonce));
    request.extensions_mut().insert(nonce);
    let mut response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let (true, Ok(policy)) = (is_page, policy) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn provide(services: &Services) {
    provide_context(services.clone());
    // Leptos has made one of its own; this one is in the policy.
    let nonce = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Nonce>().cloned());
    if let Some(nonce) = nonce {
        provide_context(nonce);
    }
}
