//! A draft while it is being written: the rows as signals, and the saving of it.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use seva_model::{
    Diagnosis, ErrorCode, MedicationLine, Prescription, PrescriptionContent, PrescriptionId,
    PrescriptionWarning,
};

use crate::server_fns::prescriptions::{
    DiagnosisRow, MedicationRow, PrescriptionForm, PrescriptionView, autosave_prescription,
    source_json,
};

/// How long the writing rests before it is saved.
const REST: Duration = Duration::from_millis(900);

/// A row with a name that stays with it when rows move.
pub(crate) struct Row<T: 'static> {
    /// Unlike any other row's.
    pub key: u32,
    /// Its content.
    pub value: RwSignal<T>,
}

// Derived, these would ask the same of `T`, which stays where it is.
impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Row<T> {}

/// How the saving goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Saving {
    /// Everything is stored.
    Saved,
    /// Something is not stored yet.
    Waiting,
    /// It is on its way.
    Busy,
    /// An earlier state is on its way, and more was typed since.
    Behind,
    /// It was refused or did not get through. What was typed is kept.
    Failed {
        /// What to tell.
        sentence: String,
        /// Another window saved a newer version: saving again can't help.
        stale: bool,
    },
}

/// A draft on the page. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    /// Which prescription.
    pub id: PrescriptionId,
    /// The version the next save is made on.
    pub version: RwSignal<i32>,
    /// Patient.
    pub patient_name: RwSignal<String>,
    /// As typed.
    pub patient_age: RwSignal<String>,
    /// As typed or chosen.
    pub patient_gender: RwSignal<String>,
    /// Rows of diagnoses.
    pub diagnoses: RwSignal<Vec<Row<Diagnosis>>>,
    /// Rows of medicines.
    pub medications: RwSignal<Vec<Row<MedicationLine>>>,
    /// Advice.
    pub instructions: RwSignal<String>,
    /// When to come back.
    pub follow_up: RwSignal<String>,
    /// What to look at before signing, as of the last save.
    pub warnings: RwSignal<Vec<PrescriptionWarning>>,
    /// How the saving goes.
    pub saving: RwSignal<Saving>,
    next_key: StoredValue<u32>,
    edits: StoredValue<u32>,
}

impl Draft {
    /// Takes a stored prescription over.
    pub(crate) fn new(prescription: &Prescription, warnings: Vec<PrescriptionWarning>) -> Self {
        let PrescriptionContent {
            patient_name,
            patient_age,
            patient_gender,
            diagnoses,
            medications,
            instructions,
            follow_up,
        } = prescription.content.clone();
        let draft = Self {
            id: prescription.id,
            version: RwSignal::new(prescription.version),
            patient_name: RwSignal::new(patient_name),
            patient_age: RwSignal::new(patient_age.map(|age| age.to_string()).unwrap_or_default()),
            patient_gender: RwSignal::new(patient_gender),
            diagnoses: RwSignal::new(Vec::new()),
            medications: RwSignal::new(Vec::new()),
            instructions: RwSignal::new(instructions),
            follow_up: RwSignal::new(follow_up),
            warnings: RwSignal::new(warnings),
            saving: RwSignal::new(Saving::Saved),
            next_key: StoredValue::new(0),
            edits: StoredValue::new(0),
        };
        draft
            .diagnoses
            .set(diagnoses.into_iter().map(|d| draft.row(d)).collect());
        draft
            .medications
            .set(medications.into_iter().map(|m| draft.row(m)).collect());
        draft
    }

    /// A row with a key of its own.
    pub(crate) fn row<T: Send + Sync + 'static>(self, value: T) -> Row<T> {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        Row {
            key,
            value: RwSignal::new(value),
        }
    }

    /// The form as it stands on the page; subscribes to all of it.
    pub(crate) fn form(self) -> PrescriptionForm {
        let medications = self.medications.get().into_iter().map(|row| {
            let line = row.value.get();
            MedicationRow {
                heard: source_json(line.source.as_ref()),
                line,
            }
        });
        let diagnoses = self.diagnoses.get().into_iter().map(|row| {
            let diagnosis = row.value.get();
            DiagnosisRow {
                source: source_json(diagnosis.source.as_ref()),
                text: diagnosis.text,
                icd10: diagnosis.icd10,
            }
        });
        PrescriptionForm {
            patient_name: self.patient_name.get(),
            patient_age: self.patient_age.get(),
            patient_gender: self.patient_gender.get(),
            diagnoses: diagnoses.collect(),
            medications: medications.collect(),
            instructions: self.instructions.get(),
            follow_up: self.follow_up.get(),
        }
    }

    /// Saves by itself whenever the writing rests.
    pub(crate) fn save_when_resting(self) {
        Effect::new(move |first: Option<()>| {
            // Reading it is what subscribes to every field.
            let _ = self.form();
            if first.is_none() {
                return;
            }
            let edit = self.edits.get_value() + 1;
            self.edits.set_value(edit);
            self.saving.update(|saving| {
                *saving = match saving {
                    Saving::Busy | Saving::Behind => Saving::Behind,
                    _ => Saving::Waiting,
                };
            });
            set_timeout(
                move || {
                    if self.edits.try_get_value() == Some(edit) {
                        self.save(|_| ());
                    }
                },
                REST,
            );
        });
    }

    /// Whether leaving the page now would lose something: while a save runs that
    /// does not hold everything, or after one that failed.
    pub(crate) fn at_risk(self) -> Signal<bool> {
        Signal::derive(move || matches!(self.saving.get(), Saving::Behind | Saving::Failed { .. }))
    }

    /// Saves what is not stored yet when the doctor goes to another page.
    pub(crate) fn save_on_leaving(self) {
        on_cleanup(move || {
            if self.saving.try_get_untracked() == Some(Saving::Waiting) {
                let (id, version) = (self.id, self.version.get_untracked());
                let form = untrack(|| self.form());
                spawn_local(async move {
                    // Nobody is left to be told; a refused save shows on return.
                    let _ = autosave_prescription(id, version, form).await;
                });
            }
        });
    }

    /// Saves now; `then` runs with the stored version when that worked. One save
    /// at a time: what is typed meanwhile goes with the next.
    pub(crate) fn save(self, then: impl FnOnce(i32) + 'static) {
        match self.saving.try_get_untracked() {
            // The page is gone; what it had was saved when it went.
            None => return,
            Some(Saving::Busy | Saving::Behind) => {
                set_timeout(move || self.save(then), REST);
                return;
            }
            Some(_) => self.saving.set(Saving::Busy),
        }
        let (edit, version) = (self.edits.get_value(), self.version.get_untracked());
        let form = untrack(|| self.form());
        spawn_local(async move {
            let answer = autosave_prescription(self.id, version, form).await;
            if self.saving.try_get_untracked().is_none() {
                return;
            }
            match answer {
                Ok(PrescriptionView {
                    prescription,
                    warnings,
                }) => {
                    self.version.set(prescription.version);
                    self.warnings.set(warnings);
                    let more = self.edits.get_value() != edit;
                    self.saving
                        .set(if more { Saving::Waiting } else { Saving::Saved });
                    if more {
                        self.save(then);
                    } else {
                        then(prescription.version);
                    }
                }
                Err(error) => self.saving.set(Saving::Failed {
                    stale: error.code() == ErrorCode::VersionConflict,
                    sentence: error.to_string(),
                }),
            }
        });
    }
}
