//! What can be done with a dictation as a whole.

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use seva_model::{TranscriptionId, TranscriptionStatus, TranscriptionSummary};

use crate::{
    UiError,
    components::common::{Notice, Tone, refusal, use_toasts},
    server_fns::dictation_review::{
        DeleteDictation, RetryDictation, delete_dictation, undelete_dictation,
    },
};

/// A failed or cancelled dictation: why, and what to do. `on_retry` runs when it
/// waits for a worker again.
#[component]
pub(crate) fn Ended(summary: TranscriptionSummary, on_retry: Callback<()>) -> impl IntoView {
    let id = summary.id;
    let retry = ServerAction::<RetryDictation>::new();
    // The address stays the same, so nothing else would load the new state.
    Effect::new(move |_| {
        if matches!(retry.value().get(), Some(Ok(()))) {
            on_retry.run(());
        }
    });
    let failed = summary.status == TranscriptionStatus::Failed;
    let message = summary.failure.as_ref().map_or_else(
        || "This dictation was cancelled. The recording is kept.".to_owned(),
        |failure| failure.message.clone(),
    );
    let may_retry = summary
        .failure
        .as_ref()
        .is_none_or(|failure| failure.may_retry);
    view! {
        <section class="ended">
            <h2>{if failed { "This dictation could not be transcribed" } else { "Cancelled" }}</h2>
            <Notice tone=if failed { Tone::Bad } else { Tone::Plain } sentence=message/>
            {may_retry.then(|| view! {
                <ActionForm action=retry>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="button button--main" disabled=move || retry.pending().get()>"Try again"</button>
                </ActionForm>
                {refusal(retry.value())}
            })}
            <p><a href="/dictations/new">"Record or upload another"</a></p>
        </section>
    }
}

/// Deleting asks by name, in the page, and can be undone for a while.
#[component]
pub(crate) fn DeleteForm(id: TranscriptionId, name: String) -> impl IntoView {
    let toasts = use_toasts();
    let refused = RwSignal::new(None::<UiError>);
    let delete = move || {
        spawn_local(async move {
            match delete_dictation(id).await {
                Ok(()) => toasts.offer_undo("The dictation was deleted.", move || {
                    spawn_local(async move {
                        if let Err(error) = undelete_dictation(id).await {
                            toasts.say(error.to_string());
                        }
                    });
                }),
                Err(error) => refused.set(Some(error)),
            }
        });
    };
    view! {
        <details class="disclosure">
            <summary>"Delete"</summary>
            <form method="post" action=DeleteDictation::url() on:submit=move |event| {
                event.prevent_default();
                delete();
            }>
                <input type="hidden" name="id" value=id.to_string()/>
                <p>{format!("Delete {name} with its recording and text? Signed prescriptions stay.")}</p>
                <button class="button button--danger">"Delete this dictation"</button>
            </form>
            {move || refused.get().map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        </details>
    }
}
