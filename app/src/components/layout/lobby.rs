use leptos::prelude::*;
use leptos_router::components::Outlet;

use crate::{components::common::Toasts, refusal::provide_refusal};

/// The frame of pages that need no sign-in.
#[component]
pub(crate) fn Lobby() -> impl IntoView {
    provide_refusal();
    view! {
        <div class="lobby">
            <header class="lobby__header">
                <a class="lobby__brand" href="/">"SEVA Arogya"</a>
                <p>"Dictate, review, sign."</p>
            </header>
            <main id="main" class="lobby__page">
                <Outlet/>
            </main>
        </div>
        <Toasts/>
    }
}
