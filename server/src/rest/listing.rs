//! Lists: which rows a caller asks for, in an address, or in a body where words are searched
//! for.
//!
//! A macro makes both types for each list. Of a generic type utoipa would write the states
//! out in each place, where the document now names their own shape.

use seva_model::AppError;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Defines `ListQuery` and `SearchBody` of a list, each of which becomes the list's filter.
/// Where a list can begin at a moment, the field for it is named in braces.
///
/// The texts are taken as tokens, not as literals: derives pass over a literal of a macro.
macro_rules! listing {
    (
        $filter:ident { $($since:ident)? },
        status: $status:ident,
        search: $found_in:tt at $search:tt as $body:ident $(,)?
    ) => {
        /// Which rows to list.
        #[derive(serde::Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct ListQuery {
            /// Only those in this state.
            status: Option<$status>,
            $(
                /// Only those of this moment or later: RFC 3339, such as 2026-11-22T09:30:00Z.
                #[param(format = DateTime)]
                $since: Option<String>,
            )?
            /// `next` of the page before.
            before: Option<String>,
            /// Rows of a page: 25 unless told, at most 100.
            limit: Option<u32>,
            /// Refused: addresses land in the logs of proxies, and names with them.
            #[param(ignore)]
            search: Option<serde::de::IgnoredAny>,
        }

        impl ListQuery {
            /// # Errors
            /// It has words to search for, or no moment where one belongs.
            pub(super) fn filter(self) -> Result<$filter, seva_model::AppError> {
                if self.search.is_some() {
                    return Err(crate::rest::listing::no_place_for_names($search));
                }
                let rows = SearchBody {
                    search: None,
                    status: self.status,
                    $($since: self.$since,)?
                    before: self.before,
                    limit: self.limit,
                };
                rows.filter()
            }
        }

        /// Words to search for, and what the list can be narrowed down to.
        #[derive(serde::Deserialize, utoipa::ToSchema)]
        #[schema(as = $body)]
        pub(crate) struct SearchBody {
            #[doc = $found_in]
            search: Option<String>,
            /// Only those in this state.
            status: Option<$status>,
            $(
                /// Only those of this moment or later: RFC 3339, such as 2026-11-22T09:30:00Z.
                #[schema(format = DateTime)]
                $since: Option<String>,
            )?
            /// `next` of the page before.
            before: Option<String>,
            /// Rows of a page: 25 unless told, at most 100.
            limit: Option<u32>,
        }

        impl SearchBody {
            /// # Errors
            /// There is no moment where one belongs.
            pub(super) fn filter(self) -> Result<$filter, seva_model::AppError> {
                Ok($filter {
                    search: self.search,
                    status: self.status,
                    before: self.before,
                    limit: self.limit,
                    $($since: crate::rest::listing::moment(stringify!($since), self.$since)?,)?
                })
            }
        }
    };
}
pub(super) use listing;

/// The moment that a field names, if it names any.
pub(super) fn moment(
    field: &str,
    text: Option<String>,
) -> Result<Option<OffsetDateTime>, AppError> {
    let read = text.map(|text| OffsetDateTime::parse(text.trim(), &Rfc3339));
    read.transpose().map_err(|_| {
        AppError::field(
            field,
            "Write the moment as RFC 3339 does, such as 2026-11-22T09:30:00Z. In an address a + \
             is written %2B.",
        )
    })
}

/// The refusal of words to search for in an address, which names where they may be sent.
pub(super) fn no_place_for_names(search: &str) -> AppError {
    AppError::field(
        "search",
        format!(
            "An address is no place for names. Send the words in the body of a POST to {search}."
        ),
    )
}
