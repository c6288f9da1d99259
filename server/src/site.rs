//! The files of the built site, as a browser may keep them.

use axum::{
    extract::Request,
    http::{HeaderValue, header::CACHE_CONTROL},
    middleware::Next,
    response::Response,
};
use leptos::config::LeptosOptions;
use tower_http::services::ServeDir;

use crate::config::SiteConfig;

/// Their names change with their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Asked about each time, sent only when changed.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// How pages name what the browser loads.
pub(crate) fn options(config: &SiteConfig, addr: std::net::SocketAddr) -> LeptosOptions {
    let options = LeptosOptions::builder()
        .output_name(config.output_name.as_str())
        .site_root(config.root.as_str())
        .site_pkg_dir(config.pkg_dir.as_str())
        .site_addr(addr)
        .hash_files(config.hash_files);
    match &config.hash_file {
        Some(file) => options.hash_file(file.as_str().into()).build(),
        None => options.build(),
    }
}

/// Program and styles, compressed when the site was built.
pub(crate) fn package(options: &LeptosOptions) -> ServeDir {
    let root = std::path::Path::new(&*options.site_root);
    ServeDir::new(root.join(&*options.site_pkg_dir))
        .precompressed_br()
        .precompressed_gzip()
}

/// Says how long program and styles may be kept.
pub(crate) async fn keep_package(hashed: bool, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let keep = if hashed && response.status().is_success() {
        FOR_EVER
    } else {
        ASK
    };
    response.headers_mut().insert(CACHE_CONTROL, keep);
    response
}

/// Says how long icons, fonts and the sample may be kept: the pages among what
/// the fallback answers are not files.
pub(crate) async fn keep_file(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response
        .headers()
        .contains_key(axum::http::header::LAST_MODIFIED)
    {
        let day = HeaderValue::from_static("public, max-age=86400");
        response.headers_mut().insert(CACHE_CONTROL, day);
    }
    response
}
