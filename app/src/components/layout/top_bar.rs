use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{frame::use_doctor, state_line::StateLine};
use crate::{
    browser::{keys, keys::on_key},
    components::common::{Icon, IconName, MAX_SEARCH, has_list, use_search},
    server_fns::search::{KeepSearch, forget_search},
};

/// A name, because the view macro takes a literal for an attribute.
const SEARCH: &str = r#"<button class="button">Search</button>"#;

/// Clinic, search, state line.
#[component]
pub(super) fn TopBar() -> impl IntoView {
    let doctor = use_doctor();
    let clinic = move || {
        Suspend::new(async move {
            doctor.0.await.ok().map(|user| {
                if user.profile.clinic_name.is_empty() {
                    user.full_name
                } else {
                    user.profile.clinic_name
                }
            })
        })
    };
    view! {
        <header class="bar">
            <p class="bar__clinic"><Suspense>{clinic}</Suspense></p>
            <SearchField/>
            <StateLine/>
        </header>
    }
}

/// Filters the list of the page; from a page without one it opens all
/// dictations. Nothing of it goes into an address, because it holds names:
/// without script it is posted.
#[component]
fn SearchField() -> impl IntoView {
    let search = use_search();
    let path = use_location().pathname;
    let navigate = use_navigate();
    on_key("/", || keys::focus("#search"));
    // What was posted before this page answered belongs to the page from here on.
    Effect::new(move |_| {
        if let Some(words) = search.kept.get().filter(|words| !words.is_empty()) {
            search.typed.set(Some(words));
            spawn_local(async {
                // At worst the next visit begins with the same words.
                let _ = forget_search().await;
            });
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !has_list(&path.get_untracked()) {
            navigate("/dictations", NavigateOptions::default());
        }
    };
    view! {
        <form class="bar__search" role="search" method="post" action=KeepSearch::url() on:submit=submit>
            <label class="visually-hidden" for="search">"Search patients and medicines"</label>
            <Icon name=IconName::Search/>
            <input type="hidden" name="from" value=move || path.get()/>
            <Suspense>
                {move || Suspend::new(async move {
                    let kept = search.kept.await;
                    view! {
                        <input
                            id="search" name="words" type="search" placeholder="Search" autocomplete="off" maxlength=MAX_SEARCH
                            title="Search (/)" aria-keyshortcuts="/"
                            value=kept.clone()
                            prop:value=move || search.typed.get().unwrap_or_else(|| kept.clone())
                            on:input=move |event| search.typed.set(Some(event_target_value(&event)))
                        />
                    }
                })}
            </Suspense>
            // Its content is text for a browser with script, so it is not hydrated.
            <noscript inner_html=SEARCH></noscript>
        </form>
    }
}
