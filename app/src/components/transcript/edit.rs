//! Editing the text. What was heard is kept; an edit is a version of its own.

use leptos::prelude::*;
use seva_model::TranscriptionId;

use crate::{
    browser::network::ask_before_leaving,
    components::common::{Notice, Tone},
    server_fns::dictation_review::SaveTranscript,
};

/// A form that is closed until it is wanted. Works without JavaScript too.
#[component]
pub(crate) fn EditTranscript(
    id: TranscriptionId,
    version: i32,
    text: String,
    heard: String,
    save: ServerAction<SaveTranscript>,
) -> impl IntoView {
    let edited = version > 0;
    let typed = RwSignal::new(false);
    ask_before_leaving(
        typed.into(),
        "The text is not saved. Leave the page without it?",
    );
    Effect::new(move |_| {
        if matches!(save.value().get(), Some(Ok(()))) {
            typed.set(false);
        }
    });
    view! {
        <details class="disclosure">
            <summary>"Edit the text"</summary>
            <ActionForm action=save attr:class="form">
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="expected_version" value=version/>
                <label class="field">
                    <span class="field__label">"Transcript"</span>
                    <textarea name="text" rows="10" required on:input=move |_| typed.set(true)>{text}</textarea>
                </label>
                <p class="field__hint">"Medicines and conditions are marked again after saving. What was heard is kept."</p>
                <button class="button" disabled=move || save.pending().get()>
                    {move || if save.pending().get() { "Saving" } else { "Save the text" }}
                </button>
                {move || save.value().get().and_then(Result::err).map(|error| {
                    view! { <Notice tone=Tone::Bad sentence=error.to_string()/> }
                })}
            </ActionForm>
        </details>
        {edited.then(|| view! {
            <details class="disclosure">
                <summary>"As it was heard"</summary>
                <p class="transcript">{heard}</p>
            </details>
        })}
    }
}
