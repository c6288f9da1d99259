//! The prescription beside the transcript: what was heard, line by line, each
//! with its seconds of the recording.

use leptos::prelude::*;
use seva_model::{Diagnosis, LineSource, MedicationLine, PrescriptionStatus, TranscriptionId};

use super::player::Player;
use crate::{
    browser::keys::{is_typing, on_ctrl_key},
    components::common::{Notice, Tone},
    format,
    server_fns::dictation_review::{Beside, DraftPrescription},
};

/// Draft or signed, with the way to it.
#[component]
pub(crate) fn PrescriptionBeside(
    id: TranscriptionId,
    beside: Beside,
    /// Whether its medicines and conditions could not be found.
    unmarked: bool,
    /// Whether it was spoken in the one language in which they are looked for.
    english: bool,
    player: Player,
) -> impl IntoView {
    let draft = ServerAction::<DraftPrescription>::new();
    // Not from within the text that is being edited: that would lose it.
    on_ctrl_key("Enter", move || {
        if !is_typing() {
            draft.dispatch(DraftPrescription { id });
        }
    });
    let by_hand = unmarked || (!english && beside.lines().is_empty());
    let state = match beside.prescription {
        Some((_, PrescriptionStatus::Finalized)) => "Signed",
        Some((_, PrescriptionStatus::Draft)) => "Draft, not signed",
        None if by_hand => "To be written by hand",
        None => "Draft from this dictation",
    };
    let next = match beside.prescription {
        Some((_, PrescriptionStatus::Finalized)) => "Open the prescription",
        None if by_hand => "Write the prescription",
        _ => "Check and sign",
    };
    let no_line = match beside.prescription {
        Some(_) => "No medicine is in the prescription yet.",
        None if unmarked => {
            "Medicines could not be looked for. You can write them in the prescription."
        }
        None if !english => {
            "Medicines are looked for in English text only. You can write them in the prescription."
        }
        None => "No medicine for this patient was heard. You can add one in the prescription.",
    };
    let diagnoses: Vec<_> = beside
        .content
        .diagnoses
        .iter()
        .map(Diagnosis::with_code)
        .collect();
    view! {
        <section class="rx" aria-labelledby="rx-title">
            <header class="rx__head">
                <h2 id="rx-title"><abbr title="Prescription">"Rx"</abbr></h2>
                <p class="rx__state">{state}</p>
            </header>
            <ol class="rx__lines">
                {beside.lines().iter().map(|line| line_view(line, player)).collect_view()}
            </ol>
            {beside.lines().is_empty().then(|| view! {
                <p class="rx__empty">{no_line}</p>
            })}
            <dl class="facts">
                {fact("Diagnosis", diagnoses.join(", "))}
                {fact("Advice", beside.content.instructions.clone())}
                {fact("Follow-up", beside.content.follow_up.clone())}
            </dl>
            <ActionForm action=draft>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="button button--main" title="Ctrl Enter" disabled=move || draft.pending().get()>
                    {next}
                </button>
            </ActionForm>
            {move || draft.value().get().and_then(Result::err).map(|error| {
                view! { <Notice tone=Tone::Bad sentence=error.to_string()/> }
            })}
        </section>
    }
}

fn fact(name: &'static str, text: String) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| view! { <dt>{name}</dt> <dd>{text}</dd> })
}

fn line_view(line: &MedicationLine, player: Player) -> impl IntoView + use<> {
    let said: Vec<_> = [
        &line.strength,
        &line.dosage,
        &line.form,
        &line.route,
        &line.frequency,
        &line.duration,
        &line.instructions,
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .cloned()
    .collect();
    view! {
        <li class="rx__line">
            <span class="rx__name">{line.name.clone()}</span>
            {if said.is_empty() {
                view! { <span class="not-heard">"not heard"</span> }.into_any()
            } else {
                view! { <span class="figures">{said.join(", ")}</span> }.into_any()
            }}
            <Heard source=line.source player/>
        </li>
    }
}

/// A button that plays the seconds a line was heard in.
#[component]
pub(crate) fn Heard(source: Option<LineSource>, player: Player) -> impl IntoView {
    source.and_then(|source| source.words).map(|words| {
        let (start, stop) = (f64::from(words.start_ms) / 1000.0, f64::from(words.end_ms) / 1000.0);
        view! {
            <button type="button" class="heard" title="Hear it" on:click=move |_| player.play_range(start, stop)>
                "heard " {format::clock(start)}
            </button>
        }
    })
}
