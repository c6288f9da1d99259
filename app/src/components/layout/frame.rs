use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    components::{Outlet, Redirect},
    hooks::{use_location, use_navigate},
};
use seva_model::{CurrentUser, ErrorCode};

use super::{key_help::KeyHelp, rail::Rail, top_bar::TopBar};
use crate::{
    UiError,
    browser::{keys, keys::on_key},
    components::{
        capture::FILE_INPUT,
        common::{Toasts, provide_search},
    },
    refusal::provide_refusal,
    server_fns::account::signed_in_user,
};

/// Who is signed in, for the pages inside the frame.
#[derive(Clone, Copy)]
pub(crate) struct Doctor(pub(crate) Resource<Result<CurrentUser, UiError>>);

/// Who is signed in. Works below [`Frame`].
pub(crate) fn use_doctor() -> Doctor {
    expect_context()
}

/// The frame of every page behind the sign-in; sends whoever is not signed in
/// to the door, and back to this page afterwards.
#[component]
pub(crate) fn Frame() -> impl IntoView {
    let doctor = Doctor(Resource::new_blocking(|| (), |()| signed_in_user()));
    provide_context(doctor);
    provide_search();
    provide_refusal();

    let navigate = use_navigate();
    let go = move |path: &'static str| {
        let navigate = navigate.clone();
        move || navigate(path, NavigateOptions::default())
    };
    on_key("n", go("/dictations/new"));
    let path = use_location().pathname;
    on_key("u", {
        let open = go("/dictations/new#file");
        move || {
            if path.get_untracked() == "/dictations/new" {
                keys::press(FILE_INPUT);
            } else {
                open();
            }
        }
    });
    on_key("t", go("/"));
    focus_follows_the_page();

    view! {
        <a class="skip" href="#main">"Skip to the page"</a>
        <div class="frame">
            <Rail/>
            <div class="frame__body">
                <TopBar/>
                <main id="main" class="page" tabindex="-1">
                    <Outlet/>
                </main>
            </div>
        </div>
        <KeyHelp/>
        <Toasts/>
        <Suspense>
            {move || Suspend::new(async move {
                match doctor.0.await {
                    Err(error) if error.code() == ErrorCode::NotSignedIn => {
                        let next = path.get_untracked();
                        Some(view! { <Redirect path=door(&next)/> })
                    }
                    _ => None,
                }
            })}
        </Suspense>
    }
}

/// Where to sign in, and what to open afterwards: a path of this site.
pub(crate) fn door(next: &str) -> String {
    match next {
        "/" => "/sign-in".to_owned(),
        next => format!("/sign-in?next={next}"),
    }
}

/// A new page starts at its top for the keyboard and the screen reader too.
fn focus_follows_the_page() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            keys::focus("#main");
        }
        path
    });
}
