//! Which errors a route can answer with: a response for each status, with the codes that
//! come with it.

use std::collections::BTreeMap;

use seva_model::ErrorCode::{
    self, AlreadyRegistered, AudioRejected, AudioTooLarge, AuthenticationFailed, BodyTooLarge,
    CodeExpired, CodeMismatch, Conflict, EmailNotConfirmed, Forbidden, IdempotencyKeyReused,
    Internal, NotFound, NotSignedIn, PasswordResetRequired, PreconditionRequired, RateLimited,
    ServiceUnavailable, ValidationFailed, VersionConflict,
};
use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, Ref, RefOr, Response, ResponseBuilder,
        header::Header,
        schema::{AllOfBuilder, ObjectBuilder, Type},
    },
};

/// What any route may answer: a foreign host name or site, a token that is no good, more
/// than is allowed, a defect.
const ANY: &[ErrorCode] = &[
    ValidationFailed,
    NotSignedIn,
    Forbidden,
    BodyTooLarge,
    RateLimited,
    Internal,
    ServiceUnavailable,
];

/// Defines the errors of some routes, beside those of [`ANY`].
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = [$($code:ident),* $(,)?];)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                by_status(&[$($code),*])
            }
        }
    )+};
}

refusals! {
    /// Of everything that asks for nothing in particular.
    Plain = [];
    /// Of what is asked for by an address.
    Reading = [NotFound];
    /// Of what changes a row, whose state may not allow it.
    Changing = [NotFound, Conflict];
    /// Of what makes something, once for a key.
    Making = [NotFound, Conflict, IdempotencyKeyReused];
    /// Of an upload.
    Uploading = [AudioTooLarge, AudioRejected, IdempotencyKeyReused, Conflict];
    /// Of a change to a version.
    Saving = [NotFound, Conflict, VersionConflict, PreconditionRequired];
    /// Of opening an account.
    Registering = [AlreadyRegistered];
    /// Of a code from a mail or an app.
    Confirming = [CodeMismatch, CodeExpired, AuthenticationFailed, Conflict];
    /// Of signing in.
    SigningIn = [
        AuthenticationFailed, EmailNotConfirmed, PasswordResetRequired, CodeMismatch, CodeExpired,
    ];
    /// Of what takes a password from somebody who is signed in.
    WithPassword = [AuthenticationFailed, PasswordResetRequired, EmailNotConfirmed, Conflict];
    /// Of what has a limited number.
    Limited = [Conflict];
}

fn by_status(own: &[ErrorCode]) -> BTreeMap<String, RefOr<Response>> {
    let mut codes: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    // In the order of the list that docs/api.md has.
    for code in ErrorCode::ALL {
        if own.contains(code) || ANY.contains(code) {
            codes.entry(code.http_status()).or_default().push(*code);
        }
    }
    let responses = codes.into_iter();
    responses
        .map(|(status, codes)| (status.to_string(), RefOr::T(response(status, &codes))))
        .collect()
}

/// The names of codes as they travel.
fn names(codes: &[ErrorCode]) -> Vec<String> {
    codes
        .iter()
        .filter_map(|code| serde_json::to_value(code).ok())
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn response(status: u16, codes: &[ErrorCode]) -> Response {
    let names = names(codes);
    let code = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names.clone()));
    let error = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("code", code);
    let narrowed = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("error", error);
    let schema = AllOfBuilder::new()
        .item(Ref::from_schema_name("ErrorBody"))
        .item(narrowed);
    let described = names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new()
        .description(described)
        .content("application/json", content);
    if status == RateLimited.http_status() {
        response = response.header("Retry-After", seconds());
    }
    response.build()
}

fn seconds() -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::Integer));
    header.description = Some("Seconds until it is worth trying again.".to_owned());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_one_status_are_one_response() {
        let responses = SigningIn::responses();
        let statuses: Vec<_> = responses.keys().map(String::as_str).collect();
        assert_eq!(statuses, ["400", "401", "403", "413", "429", "500", "503"]);
        let Some(RefOr::T(unauthorized)) = responses.get("401") else {
            panic!("401 is described");
        };
        assert_eq!(
            unauthorized.description,
            "`AUTHENTICATION_FAILED`, `NOT_SIGNED_IN`"
        );
    }
}
