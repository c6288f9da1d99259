//! The draft as a form that looks like the paper it becomes. It saves itself
//! while it is being written; without JavaScript its buttons do.

use leptos::{ev, prelude::*, server_fn::ServerFn, task::spawn_local};
use seva_model::MedicationLine;

use super::{
    cell::Cell,
    conflict::Conflict,
    diagnoses::DiagnosesEditor,
    draft::{Draft, Saving},
    line::LineEditor,
    rows::RowOp,
    sign::{Sign, Warnings},
};
use crate::{
    browser::network::ask_before_leaving,
    components::{
        common::{Notice, Tone, in_textarea, use_toasts},
        transcript::player::{Player, Recording},
    },
    server_fns::prescriptions::{
        DeletePrescription, PrescriptionView, SubmitPrescription, delete_prescription,
        undelete_prescription,
    },
};

/// A name, because the view macro takes a literal for an attribute.
const SAVE: &str = r#"<button class="button" name="op" value="save">Save</button>"#;

/// Edits a draft.
#[component]
pub(crate) fn PrescriptionEditor(
    stored: PrescriptionView,
    on_signed: Callback<()>,
) -> impl IntoView {
    let transcription_id = stored.prescription.transcription_id;
    let draft = Draft::new(&stored.prescription, stored.warnings);
    let player = transcription_id.map(|_| Player::new());
    draft.save_when_resting();
    draft.save_on_leaving();
    ask_before_unload(draft);
    ask_before_leaving(
        draft.at_risk(),
        "The last changes are not saved yet. Leave the page without them?",
    );
    // Only a browser without script posts the form; its answer comes back here.
    let posted = ServerAction::<SubmitPrescription>::new().value();
    view! {
        {player.zip(transcription_id).map(|(player, id)| view! { <Recording player id/> })}
        <form method="post" action=SubmitPrescription::url() class="prescription" on:submit=move |event| {
            event.prevent_default();
            draft.save(|_| ());
        }>
            // Enter in a field saves; the first button of a form is the one it presses.
            <button class="visually-hidden" name="op" value="save" tabindex="-1" aria-hidden="true">"Save"</button>
            <input type="hidden" name="id" value=draft.id.to_string()/>
            <input type="hidden" name="version" prop:value=move || draft.version.get().to_string() value=draft.version.get_untracked()/>
            <PatientFields draft/>
            <DiagnosesEditor draft player/>
            <fieldset class="group">
                <legend><abbr title="Medicines">"Rx"</abbr></legend>
                <ol class="lines">
                    <ForEnumerate each=move || draft.medications.get() key=|row| row.key children=move |index, row| {
                        view! { <LineEditor draft row index player/> }
                    }/>
                </ol>
                {move || draft.medications.with(Vec::is_empty).then(|| view! {
                    <p class="rx__empty">"No medicine yet."</p>
                })}
                <button class="button" name="op" value=RowOp::AddMedicine.to_string() on:click=move |event| {
                    event.prevent_default();
                    let row = draft.row(MedicationLine::default());
                    draft.medications.update(|rows| rows.push(row));
                }>"Add a medicine"</button>
            </fieldset>
            <AdviceFields draft/>
            <Warnings draft/>
            <SavingLine draft/>
            {move || posted.get().and_then(Result::err)
                .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
            <Sign draft on_signed/>
        </form>
        <Choices/>
        <DeleteDraft draft/>
    }
}

#[component]
fn PatientFields(draft: Draft) -> impl IntoView {
    view! {
        <fieldset class="group patient">
            <legend>"Patient"</legend>
            <Cell label="Name" name="form[patient_name]" class="cell--wide" max=255
                value=draft.patient_name on_input=move |text| draft.patient_name.set(text)/>
            <label class="cell">
                <span class="cell__label">"Age in years"</span>
                <input type="number" min="0" max="150" inputmode="numeric" name="form[patient_age]"
                    value=draft.patient_age.get_untracked()
                    prop:value=move || draft.patient_age.get()
                    on:input=move |event| draft.patient_age.set(event_target_value(&event))/>
            </label>
            <Cell label="Gender" name="form[patient_gender]" max=20 list=Some("genders")
                value=draft.patient_gender on_input=move |text| draft.patient_gender.set(text)/>
        </fieldset>
    }
}

#[component]
fn AdviceFields(draft: Draft) -> impl IntoView {
    view! {
        <fieldset class="group">
            <legend>"Advice"</legend>
            <label class="cell cell--wide">
                <span class="cell__label">"Advice to the patient"</span>
                <textarea rows="3" maxlength="4000" name="form[instructions]"
                    prop:value=move || draft.instructions.get()
                    on:input=move |event| draft.instructions.set(event_target_value(&event))
                    inner_html=in_textarea(&draft.instructions.get_untracked())></textarea>
            </label>
            <Cell label="Follow-up" name="form[follow_up]" class="cell--wide" max=255
                value=draft.follow_up on_input=move |text| draft.follow_up.set(text)/>
        </fieldset>
    }
}

/// Whether everything is stored, and what to do when it is not.
#[component]
fn SavingLine(draft: Draft) -> impl IntoView {
    // Only a change draws the part below anew, and so moves the focus.
    let saving = Memo::new(move |_| draft.saving.get());
    view! {
        <div class="saving">
            <p class="saving__state" role="status" tabindex="-1">{move || match saving.get() {
                Saving::Saved => "Saved",
                Saving::Waiting => "Not saved yet",
                Saving::Busy | Saving::Behind => "Saving",
                Saving::Failed { .. } | Saving::Conflict => "Not saved",
            }}</p>
            {move || match saving.get() {
                Saving::Failed { sentence } => view! {
                    <Notice tone=Tone::Bad sentence>
                        <button type="button" class="button" on:click=move |_| draft.save(|_| ())>"Save again"</button>
                    </Notice>
                }.into_any(),
                Saving::Conflict => view! { <Conflict draft/> }.into_any(),
                _ => ().into_any(),
            }}
            // Its content is text for a browser with script, so it is not hydrated.
            <noscript inner_html=SAVE></noscript>
        </div>
    }
}

/// What the fields offer; anything else may be typed.
#[component]
fn Choices() -> impl IntoView {
    const LISTS: [(&str, &[&str]); 7] = [
        ("genders", &["Female", "Male", "Other"]),
        (
            "doses",
            &[
                "1 tablet",
                "2 tablets",
                "half a tablet",
                "1 capsule",
                "5 ml",
                "10 ml",
                "2 puffs",
                "2 drops",
                "1 sachet",
            ],
        ),
        (
            "forms",
            &[
                "tablet",
                "capsule",
                "syrup",
                "suspension",
                "drops",
                "injection",
                "inhaler",
                "ointment",
                "cream",
                "gel",
                "sachet",
                "patch",
            ],
        ),
        (
            "routes",
            &[
                "by mouth",
                "inhaled",
                "on the skin",
                "into the eye",
                "into the ear",
                "into the nose",
                "into a vein",
                "into a muscle",
                "under the skin",
                "under the tongue",
                "rectally",
            ],
        ),
        (
            "frequencies",
            &[
                "once daily",
                "twice daily",
                "three times daily",
                "four times daily",
                "every 6 hours",
                "every 8 hours",
                "at bedtime",
                "as needed",
                "once a week",
            ],
        ),
        (
            "durations",
            &[
                "3 days", "5 days", "7 days", "10 days", "2 weeks", "1 month", "3 months",
            ],
        ),
        (
            "instructions-list",
            &[
                "after food",
                "before food",
                "with food",
                "on an empty stomach",
                "with plenty of water",
                "for fever",
                "for pain",
            ],
        ),
    ];
    LISTS
        .map(|(id, values)| view! {
            <datalist id=id>{values.iter().map(|value| view! { <option value=*value></option> }).collect_view()}</datalist>
        })
        .collect_view()
}

/// A browser that is closed with something unsaved asks first.
fn ask_before_unload(draft: Draft) {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::beforeunload, move |event| {
            if draft
                .saving
                .try_get_untracked()
                .is_some_and(|saving| saving != Saving::Saved)
            {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

#[component]
fn DeleteDraft(draft: Draft) -> impl IntoView {
    let toasts = use_toasts();
    let id = draft.id;
    let delete = move || {
        spawn_local(async move {
            match delete_prescription(id).await {
                Ok(()) => toasts.offer_undo("The draft was deleted.", move || {
                    spawn_local(async move {
                        if let Err(error) = undelete_prescription(id).await {
                            toasts.say(error.to_string());
                        }
                    });
                }),
                Err(error) => toasts.say(error.to_string()),
            }
        });
    };
    view! {
        <details class="disclosure delete-draft">
            <summary>"Delete"</summary>
            <form method="post" action=DeletePrescription::url() on:submit=move |event| {
                event.prevent_default();
                delete();
            }>
                <input type="hidden" name="id" value=id.to_string()/>
                <p>"Delete this draft? The dictation it came from stays."</p>
                <button class="button button--danger">"Delete this draft"</button>
            </form>
        </details>
    }
}
