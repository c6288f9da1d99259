use leptos::prelude::*;
use seva_model::{PrescriptionStatus, TranscriptionSummary};

use super::{Icon, IconName, Moment, StatusLine};
use crate::{
    browser::events::{StreamState, follow_dictation},
    format,
};

/// One dictation of a list, which moves by itself while it runs. `live` says
/// whether it may hold a connection of its own; `on_finished` runs when it has
/// come to its end, so that the list can load what was found.
#[component]
pub(crate) fn DictationRow(
    dictation: TranscriptionSummary,
    live: bool,
    on_finished: impl Fn(&TranscriptionSummary) + Clone + 'static,
    /// Whether the state just changed to its last, and deserves a glance.
    #[prop(optional)]
    fresh: bool,
) -> impl IntoView {
    let state = RwSignal::new(dictation.clone());
    let (connection, set_connection) = signal(StreamState::Live);
    if live && !dictation.status.is_final() {
        let running = Memo::new(move |_| !state.with(|d| d.status.is_final()));
        follow_dictation(
            dictation.id,
            running.into(),
            move |event| {
                state.update(|d| {
                    d.status = event.status;
                    d.stage = event.stage;
                    d.progress = event.progress;
                    d.queue_ahead = event.queue_ahead;
                    d.failure = event.failure;
                    d.times = event.times;
                    d.version = event.version;
                });
                if event.status.is_final() {
                    state.with_untracked(&on_finished);
                }
            },
            move |stream| set_connection.set(stream),
        );
    }
    let signed = match dictation.prescription {
        Some((id, PrescriptionStatus::Finalized)) => {
            Some(format!("/api/v1/prescriptions/{id}/pdf"))
        }
        _ => None,
    };
    view! {
        <li class="row" class:row--fresh=fresh>
            <span class="row__time"><Moment at=dictation.created_at/></span>
            <a class="row__title" href=format!("/dictations/{}", dictation.id)>{title(&dictation)}</a>
            <StatusLine dictation=state/>
            {move || note(connection.get()).map(|words| view! { <span class="row__note">{words}</span> })}
            {signed.map(|href| view! { <a class="row__extra" href=href rel="external">"PDF"</a> })}
            <span class="row__arrow"><Icon name=IconName::Arrow/></span>
        </li>
    }
}

/// What a row says when it is not up to date.
const fn note(connection: StreamState) -> Option<&'static str> {
    match connection {
        StreamState::Live => None,
        StreamState::Reconnecting => Some("Connecting again"),
        StreamState::SignedOut => Some("Signed out. Load the page again"),
        StreamState::Gone => Some("Deleted"),
    }
}

/// The patient's name where there is one, else the length.
pub(super) fn title(dictation: &TranscriptionSummary) -> String {
    dictation
        .patient_name
        .clone()
        .unwrap_or_else(|| format!("Dictation, {}", format::clock(dictation.duration_seconds)))
}
