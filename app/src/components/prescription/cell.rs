//! A labelled field of the form. What stands in it is the page's to change and
//! the server's to write first, so it is both an attribute and a property.

use leptos::prelude::*;

/// A field of one line, with what the list of that id offers.
#[component]
pub(super) fn Cell(
    label: &'static str,
    /// Name in the posted form.
    #[prop(into)]
    name: Signal<String>,
    #[prop(into)] value: Signal<String>,
    on_input: impl Fn(String) + 'static,
    /// Beside `cell`.
    #[prop(optional, into)]
    class: String,
    /// Of the input.
    #[prop(default = "")]
    input_class: &'static str,
    /// Most characters.
    #[prop(default = 200)]
    max: u32,
    #[prop(optional_no_strip)] list: Option<&'static str>,
    /// It was looked for in the dictation: empty means not heard.
    #[prop(optional)]
    from_speech: bool,
) -> impl IntoView {
    view! {
        <label class=format!("cell {class}")>
            <span class="cell__label">{label}</span>
            <input
                type="text" maxlength=max autocomplete="off" list=list
                class=input_class
                class:not-heard=move || from_speech && value.with(String::is_empty)
                placeholder=from_speech.then_some("not heard")
                name=move || name.get()
                value=value.get_untracked()
                prop:value=move || value.get()
                on:input=move |event| on_input(event_target_value(&event))
            />
        </label>
    }
}
