//! Answers that many routes share.

use axum::Json;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// `true`: no answer is called a success that is none.
#[derive(Clone, Copy)]
pub(crate) struct Success;

impl Serialize for Success {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl PartialSchema for Success {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .enum_values(Some([true]))
            .into()
    }
}

impl ToSchema for Success {}

/// It is done.
#[derive(Serialize, ToSchema)]
pub(crate) struct DoneBody {
    #[schema(inline)]
    success: Success,
}

/// The answer to what is done.
pub(crate) fn done() -> Json<DoneBody> {
    Json(DoneBody { success: Success })
}

/// It is done, and something is to be said.
#[derive(Serialize, ToSchema)]
pub(crate) struct SaidBody {
    #[schema(inline)]
    success: Success,
    /// A sentence for people; it may change.
    message: String,
}

/// The answer to what is done, with a sentence.
pub(crate) fn said(message: &str) -> Json<SaidBody> {
    Json(SaidBody {
        success: Success,
        message: message.to_owned(),
    })
}
