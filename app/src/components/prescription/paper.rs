//! A signed prescription, as the page itself.

use leptos::prelude::*;
use seva_model::{Diagnosis, MedicationLine, Prescription};

use crate::{
    browser::page,
    clock::{day_and_time, use_clock},
    components::common::refusal,
    server_fns::prescriptions::CopyPrescription,
};

/// The paper with what can be done with it: print, download, copy.
#[component]
pub(crate) fn SignedPrescription(prescription: Prescription) -> impl IntoView {
    let copy = ServerAction::<CopyPrescription>::new();
    let clock = use_clock();
    let id = prescription.id;
    let content = prescription.content;
    let age = content.patient_age.map(|years| format!("{years} years"));
    let person: Vec<_> = [age, Some(content.patient_gender)]
        .into_iter()
        .flatten()
        .filter(|t| !t.is_empty())
        .collect();
    let diagnoses: Vec<_> = content.diagnoses.iter().map(Diagnosis::with_code).collect();
    view! {
        <div class="paper-buttons">
            <a class="button button--main" rel="external" href=format!("/api/v1/prescriptions/{id}/pdf")>"Download the PDF"</a>
            <button type="button" class="button needs-script" on:click=move |_| page::print()>"Print"</button>
            <ActionForm action=copy>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="button" disabled=move || copy.pending().get()>"Copy to a new one"</button>
            </ActionForm>
            {refusal(copy.value())}
            {prescription.transcription_id.map(|id| view! {
                <a class="button button--quiet" href=format!("/dictations/{id}")>"The dictation"</a>
            })}
        </div>
        <article class="paper">
            <header class="paper__patient">
                <h2>{content.patient_name}</h2>
                <p>{person.join(", ")}</p>
                <p>{move || prescription.finalized_at.map(|at| format!("Signed {}", day_and_time(at, clock.get())))}</p>
            </header>
            <dl class="facts">{fact("Diagnosis", diagnoses.join(", "))}</dl>
            <p class="paper__rx" aria-hidden="true">"\u{211e}"</p>
            <ol class="paper__lines">
                {content.medications.into_iter().map(paper_line).collect_view()}
            </ol>
            <dl class="facts">
                {fact("Advice", content.instructions)}
                {fact("Follow-up", content.follow_up)}
                {prescription.verification_code.map(|code| view! {
                    <dt>"Verify"</dt>
                    <dd><a class="figures" href=format!("/verify/{code}")>{code.clone()}</a></dd>
                })}
            </dl>
        </article>
    }
}

fn fact(name: &'static str, text: String) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| view! { <dt>{name}</dt> <dd class="multiline">{text}</dd> })
}

fn paper_line(line: MedicationLine) -> impl IntoView {
    let quantity = line.quantity().map(|pieces| format!("quantity {pieces}"));
    let details: Vec<_> = [
        line.dosage,
        line.form,
        line.route,
        line.frequency,
        line.duration,
        line.instructions,
        quantity.unwrap_or_default(),
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect();
    view! {
        <li>
            <p class="paper__name">{line.name} " " <span class="figures">{line.strength}</span></p>
            {(!line.generic.is_empty()).then(|| view! { <p class="medicine__generic">{line.generic}</p> })}
            <p class="figures">{details.join(", ")}</p>
        </li>
    }
}
