//! What requests of many routes carry beside their body.

use utoipa::{
    IntoParams,
    openapi::{
        KnownFormat, Required, SchemaFormat,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
    },
};

/// Defines a parameter that a route names in its `params`.
macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident = $parameter:expr;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![$parameter]
            }
        }
    )+};
}

parameters! {
    /// The id in an address.
    Id = parameter("id", ParameterIn::Path, true, "The id of a row.", text().format(
        Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)),
    ));
    /// The last part of a signed link.
    LinkToken = parameter("token", ParameterIn::Path, true, "What the link ends in.", text());
    /// The caller's own name for a request.
    IdempotencyKey = header(
        "Idempotency-Key",
        false,
        "New for each request, a random UUID for example. The same request sent again with the \
         same key within 24 hours makes nothing more and gets the first answer.",
        text().min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$")),
    );
    /// The version that a change was made on.
    IfMatch = header(
        "If-Match",
        true,
        "The `ETag` of the version that was read. Without it the answer is 428, and with an \
         older one 412.",
        text().pattern(Some("^(W/)?\"[0-9]+\"$")),
    );
    /// Which part of a recording.
    Range = header(
        "Range",
        false,
        "A part of the recording, such as `bytes=0-65535`. Several parts at once are answered \
         with the whole.",
        text(),
    );
    /// Where a stream goes on.
    LastEventId = header(
        "Last-Event-ID",
        false,
        "The id of the last event that arrived before the stream broke off.",
        text().pattern(Some("^[0-9]+$")),
    );
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn header(name: &str, required: bool, description: &str, schema: ObjectBuilder) -> Parameter {
    parameter(name, ParameterIn::Header, required, description, schema)
}

fn parameter(
    name: &str,
    parameter_in: ParameterIn,
    required: bool,
    description: &str,
    schema: ObjectBuilder,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(parameter_in)
        .required(if required {
            Required::True
        } else {
            Required::False
        })
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
