use leptos::prelude::*;

#[derive(Clone, Copy)]
struct SearchContext(RwSignal<String>);

/// Makes [`use_search`] work below.
pub(crate) fn provide_search() {
    provide_context(SearchContext(RwSignal::new(String::new())));
}

/// What stands in the search field of the top bar. The lists filter by it. It
/// holds patients' names, so it never goes into an address.
pub(crate) fn use_search() -> RwSignal<String> {
    use_context::<SearchContext>().map_or_else(|| RwSignal::new(String::new()), |search| search.0)
}
