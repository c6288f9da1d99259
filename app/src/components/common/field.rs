use leptos::prelude::*;

use super::{Icon, IconName, in_textarea};

/// A labelled input with its hint and, after a refusal, the sentence that says
/// what is wrong; both are tied to the input for screen readers.
#[component]
pub(crate) fn Field(
    /// Name in the form, and the id.
    name: &'static str,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// `text`, `email`, `password`, `tel`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it first.
    #[prop(optional, into)]
    value: MaybeProp<String>,
    /// Help under the input.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Most characters.
    #[prop(default = 255)]
    max: u32,
    /// Whether the form needs it.
    #[prop(optional)]
    required: bool,
    /// Several lines.
    #[prop(optional)]
    lines: Option<u32>,
) -> impl IntoView {
    let hint_id = format!("{name}-hint");
    let error_id = format!("{name}-error");
    let described = {
        let (hint_id, error_id, has_hint) = (hint_id.clone(), error_id.clone(), hint.is_some());
        Signal::derive(move || {
            let parts = [
                error.get().is_some().then_some(error_id.as_str()),
                has_hint.then_some(hint_id.as_str()),
            ];
            let ids: Vec<_> = parts.into_iter().flatten().collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    };
    let invalid = move || error.get().is_some().then_some("true");
    let control = match lines {
        Some(rows) => view! {
            <textarea
                id=name name=name rows=rows maxlength=max required=required
                autocomplete=autocomplete
                aria-invalid=invalid
                aria-describedby=move || described.get()
                prop:value=move || value.get()
                inner_html=in_textarea(&value.get_untracked().unwrap_or_default())
            ></textarea>
        }
        .into_any(),
        None => view! {
            <input
                id=name name=name type=kind maxlength=max required=required
                autocomplete=autocomplete inputmode=inputmode
                aria-invalid=invalid
                aria-describedby=move || described.get()
                value=move || value.get()
            />
        }
        .into_any(),
    };
    view! {
        <div class="field">
            <label for=name>
                {label}
                {(!required).then(|| view! { <span class="field__optional">" (optional)"</span> })}
            </label>
            {control}
            {hint.map(|hint| view! { <p class="field__hint" id=hint_id>{hint}</p> })}
            <p class="field__error" id=error_id aria-live="polite">
                {move || error.get().map(|sentence| view! {
                    <Icon name=IconName::Alert/>
                    <span>{sentence}</span>
                })}
            </p>
        </div>
    }
}

/// The button that sends a form; while it is on its way it says so and can't be
/// pressed again.
#[component]
pub(crate) fn SubmitButton(
    /// What it does.
    label: &'static str,
    /// What it says meanwhile.
    busy_label: &'static str,
    /// Whether the form is on its way.
    #[prop(into)]
    busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="submit" class="button button--main" aria-disabled=move || busy.get().then_some("true")
            on:click=move |event| if busy.get_untracked() { event.prevent_default() }
        >
            {move || if busy.get() { busy_label } else { label }}
        </button>
    }
}
