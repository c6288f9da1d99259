//! Identifiers. Each kind of row has a type of its own, so that one doctor's
//! prescription id can never be passed where a dictation's is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id read from the database or a URL.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for the database.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// A new time-ordered id (UUID version 7).
            #[cfg(not(target_arch = "wasm32"))]
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
    };
}

id!(
    /// A person with an account.
    UserId
);
id!(
    /// A dictation and everything made from its audio.
    TranscriptionId
);
id!(
    /// One medical entity found in a transcript.
    EntityId
);
id!(
    /// A prescription, draft or signed.
    PrescriptionId
);
id!(
    /// A token that a program shows instead of a session.
    AccessTokenId
);
