use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{frame::use_doctor, state_line::StateLine};
use crate::{
    browser::{keys, keys::on_key},
    components::common::{Icon, IconName, use_search},
};

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
/// dictations. Nothing of it goes into an address, because it holds names.
#[component]
fn SearchField() -> impl IntoView {
    let search = use_search();
    let path = use_location().pathname;
    let navigate = use_navigate();
    on_key("/", || keys::focus("#search"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !has_list(&path.get_untracked()) {
            navigate("/dictations", NavigateOptions::default());
        }
    };
    view! {
        <form class="bar__search needs-script" role="search" on:submit=submit>
            <label class="visually-hidden" for="search">"Search patients and medicines"</label>
            <Icon name=IconName::Search/>
            <input
                id="search" type="search" placeholder="Search" autocomplete="off" maxlength="100"
                title="Search (/)" aria-keyshortcuts="/"
                prop:value=move || search.get()
                on:input=move |event| search.set(event_target_value(&event))
            />
        </form>
    }
}

fn has_list(path: &str) -> bool {
    matches!(path, "/" | "/dictations" | "/prescriptions")
}
