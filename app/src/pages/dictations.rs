//! All dictations, searched and page by page.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::common::{DictationRow, ListStates, PageLinks, searched_pages},
    server_fns::dictation_review::list_dictations,
};

#[component]
pub(crate) fn DictationsPage() -> impl IntoView {
    let listing = searched_pages(list_dictations);
    view! {
        <Title text="Dictations"/>
        <header class="page__header">
            <h1>"Dictations"</h1>
            <div class="page__actions"><a class="button button--main" href="/dictations/new">"Dictate"</a></div>
        </header>
        <ListStates
            listing
            empty=|searched| if searched {
                view! { <p>"No dictation holds these words. Search for a patient's name or for something that was said."</p> }.into_any()
            } else {
                view! { <p>"No dictations yet. " <a href="/dictations/new">"Dictate the first"</a></p> }.into_any()
            }
            filled=|page| view! {
                <ul class="rows">
                    {page.items.into_iter().map(|dictation| view! {
                        <DictationRow dictation live=false on_finished=|_| ()/>
                    }).collect_view()}
                </ul>
                <PageLinks base="/dictations" next=page.next/>
            }.into_any()
        />
    }
}
