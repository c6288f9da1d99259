//! Lists: which rows a caller asks for, in an address, or in a body where words are searched
//! for.
//!
//! A macro makes both types for each list. Of a generic type utoipa would write the states
//! out in each place, where the document now names their own shape.

use seva_model::AppError;

/// Defines `ListQuery` and `SearchBody` of a list, each of which becomes the list's filter.
/// What the API leaves open of the filter is named in braces, with what it is then.
///
/// The texts are taken as tokens, not as literals: derives pass over a literal of a macro.
macro_rules! listing {
    (
        $filter:ident { $($open:ident: $none:expr)? },
        status: $status:ident,
        search: $found_in:tt at $search:tt as $body:ident $(,)?
    ) => {
        /// Which rows to list.
        #[derive(serde::Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct ListQuery {
            /// Only those in this state.
            status: Option<$status>,
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
            /// It has words to search for.
            pub(super) fn filter(self) -> Result<$filter, seva_model::AppError> {
                if self.search.is_some() {
                    return Err(crate::rest::listing::no_place_for_names($search));
                }
                let rows = SearchBody {
                    search: None,
                    status: self.status,
                    before: self.before,
                    limit: self.limit,
                };
                Ok(rows.filter())
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
            /// `next` of the page before.
            before: Option<String>,
            /// Rows of a page: 25 unless told, at most 100.
            limit: Option<u32>,
        }

        impl SearchBody {
            pub(super) fn filter(self) -> $filter {
                $filter {
                    search: self.search,
                    status: self.status,
                    before: self.before,
                    limit: self.limit,
                    $($open: $none,)?
                }
            }
        }
    };
}
pub(super) use listing;

/// The refusal of words to search for in an address, which names where they may be sent.
pub(super) fn no_place_for_names(search: &str) -> AppError {
    AppError::field(
        "search",
        format!(
            "An address is no place for names. Send the words in the body of a POST to {search}."
        ),
    )
}
