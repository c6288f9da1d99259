use leptos::prelude::*;
use seva_model::Language;
use web_sys::Event;

use super::Desk;
use crate::{
    components::common::Trouble,
    language::{FINDINGS, remember},
    server_fns::dictations::{Languages, offered_languages},
};

/// Asks for the language that is spoken, where there is a choice.
#[component]
pub(super) fn LanguageField(desk: Desk) -> impl IntoView {
    let loaded = Resource::new_blocking(|| (), |()| offered_languages());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(languages) if languages.offered.len() > 1 => {
                        Some(view! { <Choice desk languages/> }.into_any())
                    }
                    Ok(_) => None,
                    Err(error) => {
                        Some(view! { <Trouble error retry=move || loaded.refetch()/> }.into_any())
                    }
                }
            })}
        </Suspense>
    }
}

/// Begins with what this doctor chose last in this browser. Without script, sending the form
/// remembers the choice.
#[component]
fn Choice(desk: Desk, languages: Languages) -> impl IntoView {
    let Languages { offered, chosen } = languages;
    let current = RwSignal::new(chosen);
    let choose = move |event: Event| {
        let Ok(language) = event_target_value(&event).parse::<Language>() else {
            return;
        };
        current.set(language);
        if let Some(doctor) = desk.owner.get_untracked() {
            remember(&doctor, language);
        }
    };
    view! {
        <div class="field">
            <label for="language_code">"Language"</label>
            <select id="language_code" name="language_code" aria-describedby="language_code-hint" on:change=choose>
                {offered.into_iter().map(|language| view! {
                    <option value=language.as_str() selected=language == chosen>{language.label()}</option>
                }).collect_view()}
            </select>
            <p id="language_code-hint" class="field__hint" aria-live="polite">
                {move || (current.get() != Language::English).then_some(FINDINGS)}
            </p>
        </div>
    }
}
