use leptos::prelude::*;
use seva_model::Language;
use web_sys::Event;

use super::Desk;
use crate::{
    components::common::Trouble,
    language::{FINDINGS, remember, remembered},
    server_fns::dictations::{Languages, offered_languages},
};

/// Asks for the language that is spoken, where there is a choice.
#[component]
pub(super) fn LanguageField(desk: Desk) -> impl IntoView {
    let loaded = Resource::new_blocking(|| (), |()| offered_languages());
    view! {
        <Suspense fallback=move || view! { <LastChoice desk/> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(languages) if languages.offered.len() > 1 => {
                        Some(view! { <Choice desk languages/> }.into_any())
                    }
                    Ok(_) => None,
                    Err(error) => Some(view! {
                        <div class="field">
                            <Trouble error retry=move || loaded.refetch()/>
                            <p class="field__hint">
                                "Until you can choose again, the language stays: "
                                {move || last_choice(desk).label()} "."
                            </p>
                            <LastChoice desk/>
                        </div>
                    }.into_any()),
                }
            })}
        </Suspense>
    }
}

/// Stands in the form for the choice while nothing is known of the languages there are: what
/// is sent meanwhile would be taken for English, whatever was spoken.
#[component]
fn LastChoice(desk: Desk) -> impl IntoView {
    view! { <input type="hidden" name="language_code" value=move || last_choice(desk).as_str()/> }
}

/// What this doctor chose last in this browser; English if that is nothing.
fn last_choice(desk: Desk) -> Language {
    desk.owner.get().and_then(remembered).unwrap_or_default()
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
