use leptos::prelude::*;

use super::frame::use_doctor;
use crate::browser::{network::use_online, storage};

/// Whether what the doctor does reaches the server: online, offline, or with
/// recordings that wait to be sent.
#[component]
pub(super) fn StateLine() -> impl IntoView {
    let online = use_online();
    let doctor = use_doctor();
    let path = leptos_router::hooks::use_location().pathname;
    let (waiting, set_waiting) = signal(0);
    // Looked up again on every page, which is when it may have changed.
    Effect::new(move |_| {
        path.track();
        if let Some(Ok(user)) = doctor.0.get() {
            leptos::task::spawn_local(async move {
                let kept = storage::kept_ids(&user.id.to_string()).await;
                set_waiting.try_set(kept.map_or(0, |kept| kept.len()));
            });
        }
    });
    let state = move || if online.get() { "online" } else { "offline" };
    view! {
        <p class="bar__state" data-state=state role="status">
            <span class="bar__dot" aria-hidden="true"></span>
            <span>{move || if online.get() { "Online" } else { "Offline. Recordings are kept here" }}</span>
            {move || (waiting.get() > 0).then(|| view! {
                <a class="bar__waiting" href="/dictations/new">{waiting.get()} " waiting"</a>
            })}
        </p>
    }
}
