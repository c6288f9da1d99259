use std::future::Future;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Serialize, de::DeserializeOwned};

use super::{SkeletonRows, Trouble, use_search};
use crate::{UiError, server_fns::Listing};

/// A list that is being loaded, or is there, or could not be had.
pub(crate) type Loaded<T> = Resource<Result<Listing<T>, UiError>>;

/// A list that follows the search field, page by page; `before` in the address
/// says which page. It names no patient.
pub(crate) fn searched_pages<T, F>(fetch: fn(String, Option<String>) -> F) -> Loaded<T>
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Future<Output = Result<Listing<T>, UiError>> + Send + 'static,
{
    let search = use_search();
    let query = use_query_map();
    let before = Memo::new(move |_| query.with(|q| q.get("before")));
    Resource::new_blocking(
        move || (search.typed.get(), before.get()),
        move |(typed, before)| async move { fetch(search.words(typed).await, before).await },
    )
}

/// The states of a list: loading, refused, empty, filled. `empty` gets whether a
/// search found nothing.
#[component]
pub(crate) fn ListStates<T, E, F>(
    listing: Loaded<T>,
    /// Rows that stand for what is being loaded.
    #[prop(default = 8)]
    skeleton: usize,
    empty: E,
    filled: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    E: Fn(bool) -> AnyView + Clone + Send + 'static,
    F: Fn(Listing<T>) -> AnyView + Clone + Send + 'static,
{
    view! {
        <Transition fallback=move || view! { <SkeletonRows rows=skeleton/> }>
            {move || {
                let (empty, filled) = (empty.clone(), filled.clone());
                Suspend::new(async move {
                    match listing.await {
                        Err(error) => view! { <Trouble error retry=move || listing.refetch()/> }.into_any(),
                        Ok(page) if page.items.is_empty() => {
                            view! { <div class="empty">{empty(page.searched)}</div> }.into_any()
                        }
                        Ok(page) => filled(page),
                    }
                })
            }}
        </Transition>
    }
}

/// To the older rows of a list, and back to its start. Links, so that they work
/// without JavaScript.
#[component]
pub(crate) fn PageLinks(base: &'static str, next: Option<String>) -> impl IntoView {
    let query = use_query_map();
    let paged = move || query.with(|q| q.get("before").is_some());
    view! {
        <nav class="page__more" aria-label="More of the list">
            {move || paged().then(|| view! { <a class="button" href=base>"Newest"</a> })}
            {next.map(|next| view! { <a class="button" href=format!("{base}?before={next}")>"Older"</a> })}
        </nav>
    }
}
