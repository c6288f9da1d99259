use leptos::prelude::*;

use crate::server_fns::search::kept_search;

/// Most characters of the words.
pub(crate) const MAX_SEARCH: usize = 100;

/// What the lists are narrowed down by. It holds patients' names, so it never
/// goes into an address.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    /// What stands in the field of this page; none until somebody types there.
    pub(crate) typed: RwSignal<Option<String>>,
    /// What was posted without script before this page.
    pub(crate) kept: Resource<String>,
}

impl Search {
    /// The words, given what is typed.
    pub(crate) async fn words(self, typed: Option<String>) -> String {
        match typed {
            Some(typed) => typed,
            None => self.kept.await,
        }
    }
}

/// Makes [`use_search`] work below.
pub(crate) fn provide_search() {
    provide_context(Search {
        typed: RwSignal::new(None),
        kept: Resource::new_blocking(|| (), |()| kept_search()),
    });
}

/// What to search for. Works below [`crate::components::layout::Frame`].
pub(crate) fn use_search() -> Search {
    expect_context()
}

/// Whether the page of a path is a list that follows the search.
pub(crate) fn has_list(path: &str) -> bool {
    matches!(path, "/" | "/dictations" | "/prescriptions")
}
