//! The API described for programs, in OpenAPI 3.1.
//!
//! Paths, bodies and answers are written beside the handlers; here is what all of them
//! share.

pub(crate) mod params;
pub(crate) mod refusals;

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use seva_model::{DictationEvent, ErrorCode};
use time::OffsetDateTime;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, InfoBuilder, KnownFormat, OpenApi, RefOr, Schema, SchemaFormat,
        path::{Operation, PathItem},
        schema::{ObjectBuilder, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use super::routes;

/// What there is to say before the routes.
const ABOUT: &str = "JSON over HTTP: what the pages can do, programs can do too. A program shows \
    an access token, which its owner makes under Profile, in `Authorization: Bearer`; a browser \
    has the cookie of its session. docs/api.md tells the rest in words.";

/// Chapters, in the order they are read.
const TAGS: [(&str, &str); 6] = [
    (
        "Signing in",
        "Accounts, sessions, passwords and authenticator apps.",
    ),
    (
        "Access tokens",
        "What a program shows instead of a session.",
    ),
    (
        "Dictations",
        "Recordings, what was said in them, and what was found in that.",
    ),
    (
        "Prescriptions",
        "Drafts, signed prescriptions and their papers.",
    ),
    ("Files and health", "Signed links, and what machines ask."),
    ("This description", "The API as a document, and as a page."),
];

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(describe);
static AS_JSON: LazyLock<String> = LazyLock::new(|| {
    DOCUMENT.to_json().unwrap_or_else(|error| {
        tracing::error!(%error, "the description of the API can't be written");
        String::new()
    })
});

/// The whole document.
pub(crate) fn whole() -> &'static OpenApi {
    &DOCUMENT
}

/// Get this description.
///
/// In OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "getDescription",
    tag = "This description",
    responses((status = 200, description = "The document.", body = DescriptionBody), refusals::Plain),
    security(()),
)]
pub(crate) async fn document() -> Response {
    let mime = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, mime)], AS_JSON.as_str()).into_response()
}

/// A document of OpenAPI 3.1.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what utoipa's own types are written as")]
struct DescriptionBody {
    /// `3.1.0`.
    openapi: String,
    #[schema(value_type = Object)]
    info: serde_json::Value,
    #[schema(value_type = Object)]
    paths: serde_json::Value,
    #[schema(value_type = Object)]
    components: serde_json::Value,
}

/// Bytes of a file.
pub(crate) struct Binary;

impl PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .into()
    }
}

impl ToSchema for Binary {}

/// Every answer that is no success.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body that crate::errors writes")]
struct ErrorBody {
    /// `false`.
    success: bool,
    error: ErrorDetails,
}

/// What is wrong.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body that crate::errors writes")]
struct ErrorDetails {
    code: ErrorCode,
    /// A sentence for people; it may change.
    message: String,
    timestamp: OffsetDateTime,
    /// A sentence for each field that is to blame.
    fields: Option<BTreeMap<String, String>>,
    /// What the log knows the request by.
    request_id: Option<String>,
}

fn describe() -> OpenApi {
    let mut document = routes::described();
    document.info = InfoBuilder::new()
        .title("SEVA Arogya")
        .version("1")
        .description(Some(ABOUT))
        .build();
    document.tags = Some(
        TAGS.map(|(name, about)| {
            TagBuilder::new()
                .name(name)
                .description(Some(about))
                .build()
        })
        .into(),
    );
    let components = document.components.get_or_insert_with(Components::new);
    add_shapes(components);
    add_security(components);
    for item in document.paths.paths.values_mut() {
        for operation in operations_mut(item) {
            finish(operation);
        }
    }
    document
}

fn add_shapes(components: &mut Components) {
    let mut schemas = vec![
        (ErrorBody::name().into_owned(), ErrorBody::schema()),
        // What the messages of a stream hold: OpenAPI has no words for that.
        (
            DictationEvent::name().into_owned(),
            DictationEvent::schema(),
        ),
    ];
    ErrorBody::schemas(&mut schemas);
    DictationEvent::schemas(&mut schemas);
    components.schemas.extend(schemas);
}

fn add_security(components: &mut Components) {
    let session = ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-seva",
        "The session of a sign-in; `seva` where there is no https. A request that changes \
         something says in `Origin` where it comes from.",
    ));
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("seva_pat_…")
        .description(Some("An access token, within its scopes."))
        .build();
    components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    components.add_security_scheme("token", SecurityScheme::Http(token));
}

/// Every answer has the id under which the log knows its request. A route has one chapter.
fn finish(operation: &mut Operation) {
    if let Some(tags) = &mut operation.tags {
        tags.dedup();
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            let mut header = utoipa::openapi::Header::default();
            header.description = Some("What the log knows the request by.".to_owned());
            let name = "X-Request-Id".to_owned();
            response.headers.insert(name, RefOr::T(header));
        }
    }
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        item.get.as_mut(),
        item.put.as_mut(),
        item.post.as_mut(),
        item.delete.as_mut(),
        item.patch.as_mut(),
    ];
    all.into_iter().flatten()
}

#[cfg(test)]
mod tests;
