//! The pages: rendered by `app`, with the services and the policy's nonce in
//! their context.

use axum::{
    Router,
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    middleware,
};
use leptos::{context::provide_context, nonce::use_nonce, prelude::use_context};
use leptos_axum::{
    LeptosRoutes as _, ResponseOptions, file_and_error_handler_with_context, generate_route_list,
};
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
        .layer(middleware::from_fn(site::keep_file));
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(app::App), context, shell)
        .merge(files)
}

fn provide(services: &Services) {
    provide_context(services.clone());
    // A file of the site passes here too, without a response to describe.
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else {
        return;
    };
    if let Ok(policy) = HeaderValue::from_str(&security::page_policy(&nonce)) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
