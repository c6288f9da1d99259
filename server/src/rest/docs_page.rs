//! The API described for people: a page made from the document, with nothing on it that
//! another host serves, and no script.

mod operations;
mod shapes;
mod text;

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::Value;
use seva_model::AppError;

use self::text::{escaped, rich};
use super::openapi::{self, refusals};
use crate::errors::ApiError;

const STYLE: &str = include_str!("docs_page/style.css");

/// What stands before the page's nonce, and what after it.
static PAGE: LazyLock<[String; 2]> = LazyLock::new(|| {
    let document = serde_json::to_value(openapi::whole()).unwrap_or_else(|error| {
        tracing::error!(%error, "the description of the API can't be read");
        Value::Null
    });
    halves(&document)
});

/// Read this description.
///
/// As a page for people.
#[utoipa::path(
    get,
    path = "/api/docs",
    operation_id = "readDescription",
    tag = "This description",
    responses((status = 200, description = "The page.", content_type = "text/html", body = String), refusals::Plain),
    security(()),
)]
pub(crate) async fn page() -> Result<Response, ApiError> {
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).map_err(|_| AppError::internal())?;
    let [before, after] = &*PAGE;
    let page = format!("{before}{nonce}{after}");
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response())
}

fn halves(document: &Value) -> [String; 2] {
    let before = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
        <meta name=\"color-scheme\" content=\"light dark\">\
        <title>The API · SEVA Arogya</title><style nonce=\"";
    let about = document["info"]["description"].as_str();
    let after = format!(
        "\">{STYLE}</style></head><body>\
         <a class=\"skip\" href=\"#main\">To the routes</a>\
         <header><h1>SEVA Arogya: the API</h1>{}\
         <p><a href=\"/api/openapi.json\">This description for programs</a> · \
         <a href=\"/profile/tokens\">Your access tokens</a> · <a href=\"/\">SEVA</a></p></header>\
         <nav aria-label=\"Routes\">{}</nav><main id=\"main\">{}{}</main></body></html>",
        rich(about.unwrap_or_default()),
        contents(document),
        operations::chapters(document),
        shapes::chapter(document),
    );
    [before.to_owned(), after]
}

/// Every route by its chapter.
fn contents(document: &Value) -> String {
    let mut html = String::new();
    for tag in tags(document) {
        html += &format!("<h2>{}</h2><ul>", escaped(tag));
        for operation in operations::of(document, tag) {
            html += &format!(
                "<li><a href=\"#{}\">{}</a></li>",
                escaped(operation.id),
                escaped(operation.summary),
            );
        }
        html += "</ul>";
    }
    html + "<p><a href=\"#shapes\">Shapes</a></p>"
}

fn tags(document: &Value) -> impl Iterator<Item = &str> {
    let tags = document["tags"].as_array().into_iter().flatten();
    tags.filter_map(|tag| tag["name"].as_str())
}

#[cfg(test)]
mod tests;
