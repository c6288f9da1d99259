//! The diagnoses of the draft.

use leptos::prelude::*;
use seva_model::Diagnosis;

use super::{
    cell::Cell,
    draft::{Draft, Row},
    rows::RowOp,
};
use crate::{
    components::{
        common::use_toasts,
        transcript::{beside::Heard, player::Player},
    },
    server_fns::prescriptions::source_json,
};

/// One row a diagnosis, with its ICD-10 code.
#[component]
pub(crate) fn DiagnosesEditor(draft: Draft, player: Option<Player>) -> impl IntoView {
    view! {
        <fieldset class="group">
            <legend>"Diagnosis"</legend>
            <ul class="plain">
                <ForEnumerate each=move || draft.diagnoses.get() key=|row| row.key children=move |index, row| {
                    view! { <DiagnosisEditor draft row index player/> }
                }/>
            </ul>
            <button class="button button--quiet" name="op" value=RowOp::AddDiagnosis.to_string()
                on:click=move |event| {
                    event.prevent_default();
                    let row = draft.row(Diagnosis::default());
                    draft.diagnoses.update(|rows| rows.push(row));
                }>"Add a diagnosis"</button>
        </fieldset>
    }
}

#[component]
fn DiagnosisEditor(
    draft: Draft,
    row: Row<Diagnosis>,
    index: ReadSignal<usize>,
    player: Option<Player>,
) -> impl IntoView {
    let toasts = use_toasts();
    let source = row.value.with_untracked(|diagnosis| diagnosis.source);
    let name = move |field: &'static str| {
        Signal::derive(move || format!("form[diagnoses][{}][{field}]", index.get()))
    };
    let remove = move || {
        let at = index.get_untracked();
        draft.diagnoses.update(|rows| super::rows::remove(rows, at));
        toasts.offer_undo("The diagnosis was removed.", move || {
            draft
                .diagnoses
                .update(|rows| rows.insert(at.min(rows.len()), row));
        });
    };
    view! {
        <li class="diagnosis">
            <Cell label="In words" name=name("text") class="cell--wide"
                value=Signal::derive(move || row.value.with(|d| d.text.clone()))
                on_input=move |text| row.value.update(|d| d.text = text)/>
            <Cell label="ICD-10" name=name("icd10") input_class="figures" max=10
                value=Signal::derive(move || row.value.with(|d| d.icd10.clone()))
                on_input=move |text| row.value.update(|d| d.icd10 = text)/>
            <input type="hidden" name=name("source") value=source_json(source.as_ref())/>
            {player.map(|player| view! { <Heard source player/> })}
            <button class="button button--quiet" name="op" value=move || RowOp::RemoveDiagnosis(index.get()).to_string()
                aria-label=move || row.value.with(|d| format!("Remove {}", d.text))
                on:click=move |event| {
                    event.prevent_default();
                    remove();
                }>"Remove"</button>
        </li>
    }
}
