//! Editing the text. What was heard is kept; an edit is a version of its own.

use leptos::{html::Details, prelude::*};
use seva_model::TranscriptionId;

use crate::{
    browser::network::ask_before_leaving,
    components::common::{Notice, Tone, in_textarea},
    server_fns::dictation_review::SaveTranscript,
};

/// The text in the form, as it was typed so far.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    text: RwSignal<String>,
    unsaved: RwSignal<bool>,
    form: NodeRef<Details>,
}

impl Draft {
    /// A form with this text.
    pub(crate) fn new(text: String) -> Self {
        Self {
            text: RwSignal::new(text),
            unsaved: RwSignal::new(false),
            form: NodeRef::new(),
        }
    }

    /// Looks at the text.
    pub(crate) fn with<T>(self, look: impl FnOnce(&str) -> T) -> T {
        self.text.with(|text| look(text))
    }

    /// Puts another text into the form and shows it.
    pub(crate) fn take_over(self, text: String) {
        self.text.set(text);
        self.unsaved.set(true);
        if let Some(form) = self.form.get_untracked() {
            // Nothing depends on it: then the doctor opens the form by hand.
            let _ = form.set_attribute("open", "");
        }
    }
}

/// A form that is closed until it is wanted. Works without JavaScript too.
#[component]
pub(crate) fn EditTranscript(
    id: TranscriptionId,
    version: i32,
    text: String,
    heard: String,
    draft: Draft,
    save: ServerAction<SaveTranscript>,
) -> impl IntoView {
    let edited = version > 0;
    ask_before_leaving(
        draft.unsaved.into(),
        "The text is not saved. Leave the page without it?",
    );
    Effect::new(move |_| {
        if matches!(save.value().get(), Some(Ok(()))) {
            draft.unsaved.set(false);
        }
    });
    view! {
        <details class="disclosure" node_ref=draft.form>
            <summary>"Edit the text"</summary>
            <ActionForm action=save attr:class="form">
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="expected_version" value=version/>
                <label class="field">
                    <span class="field__label">"Transcript"</span>
                    <textarea name="text" rows="10" required
                        prop:value=move || draft.text.get()
                        on:input:target=move |event| {
                            draft.text.set(event.target().value());
                            draft.unsaved.set(true);
                        }
                        inner_html=in_textarea(&text)
                    ></textarea>
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
