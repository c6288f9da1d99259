//! All dictations, searched and page by page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    components::common::{DictationRow, SkeletonRows, Trouble, use_search},
    server_fns::dictation_review::list_dictations,
};

#[component]
pub(crate) fn DictationsPage() -> impl IntoView {
    let search = use_search();
    let query = use_query_map();
    let before = Memo::new(move |_| query.with(|q| q.get("before")));
    let listing = Resource::new_blocking(
        move || (search.get(), before.get()),
        |(search, before)| list_dictations(search, before),
    );
    view! {
        <Title text="Dictations"/>
        <header class="page__header">
            <h1>"Dictations"</h1>
            <div class="page__actions"><a class="button button--main" href="/dictations/new">"Dictate"</a></div>
        </header>
        <Transition fallback=|| view! { <SkeletonRows rows=8/> }>
            {move || Suspend::new(async move {
                match listing.await {
                    Err(error) => view! { <Trouble error retry=move || listing.refetch()/> }.into_any(),
                    Ok(page) if page.items.is_empty() => view! { <Empty searched=!search.get_untracked().trim().is_empty()/> }.into_any(),
                    Ok(page) => view! {
                        <ul class="rows">
                            {page.items.into_iter().map(|dictation| view! {
                                <DictationRow dictation live=false on_finished=|_| ()/>
                            }).collect_view()}
                        </ul>
                        <PageLinks base="/dictations" next=page.next before/>
                    }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Empty(searched: bool) -> impl IntoView {
    view! {
        <div class="empty">
            {if searched {
                view! { <p>"No dictation holds these words. Search for a patient's name or for something that was said."</p> }.into_any()
            } else {
                view! { <p>"No dictations yet. " <a href="/dictations/new">"Dictate the first"</a></p> }.into_any()
            }}
        </div>
    }
}

/// To the older rows of a list, and back to its start. Links, so that they work
/// without JavaScript; the cursor in them names no patient.
#[component]
pub(crate) fn PageLinks(
    base: &'static str,
    next: Option<String>,
    before: Memo<Option<String>>,
) -> impl IntoView {
    view! {
        <nav class="page__more" aria-label="More of the list">
            {move || before.get().map(|_| view! { <a class="button" href=base>"Newest"</a> })}
            {next.map(|next| view! { <a class="button" href=format!("{base}?before={next}")>"Older"</a> })}
        </nav>
    }
}
