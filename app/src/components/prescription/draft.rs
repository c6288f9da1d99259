//! A draft while it is being written: the rows as signals, and the saving of it.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use seva_model::{
    Diagnosis, ErrorCode, MedicationLine, Prescription, PrescriptionId, PrescriptionWarning,
};

use crate::{
    browser::keys,
    server_fns::prescriptions::{
        DiagnosisRow, MedicationRow, PrescriptionForm, PrescriptionView, autosave_prescription,
    },
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
    },
    /// Another window saved, signed or deleted the draft meanwhile. Nothing is
    /// saved until the doctor has chosen which version stays.
    Conflict,
}

/// Whether a refusal means that the draft was changed elsewhere: saved, signed or
/// deleted.
pub(super) const fn changed_elsewhere(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::VersionConflict | ErrorCode::Conflict | ErrorCode::NotFound
    )
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
    /// Whether nobody has typed for a moment.
    pub resting: RwSignal<bool>,
    next_key: StoredValue<u32>,
    edits: StoredValue<u32>,
    /// What was just put into the form by [`Draft::fill`], which is no edit.
    filled: StoredValue<Option<PrescriptionForm>>,
    /// What the rows live in.
    home: StoredValue<Option<WeakOwner>>,
}

impl Draft {
    /// Takes a stored prescription over.
    pub(crate) fn new(prescription: &Prescription, warnings: Vec<PrescriptionWarning>) -> Self {
        let draft = Self {
            id: prescription.id,
            version: RwSignal::new(prescription.version),
            patient_name: RwSignal::new(String::new()),
            patient_age: RwSignal::new(String::new()),
            patient_gender: RwSignal::new(String::new()),
            diagnoses: RwSignal::new(Vec::new()),
            medications: RwSignal::new(Vec::new()),
            instructions: RwSignal::new(String::new()),
            follow_up: RwSignal::new(String::new()),
            warnings: RwSignal::new(warnings),
            saving: RwSignal::new(Saving::Saved),
            resting: RwSignal::new(true),
            next_key: StoredValue::new(0),
            edits: StoredValue::new(0),
            filled: StoredValue::new(None),
            home: StoredValue::new(Owner::current().map(|owner| owner.downgrade())),
        };
        draft.fill(PrescriptionForm::from(prescription.content.clone()));
        draft
    }

    /// Puts this into every field. That is no edit, so nothing is saved for it.
    fn fill(self, form: PrescriptionForm) {
        let diagnoses = form.diagnoses.into_iter().map(Diagnosis::from);
        let medications = form.medications.into_iter().map(MedicationLine::from);
        self.patient_name.set(form.patient_name);
        self.patient_age.set(form.patient_age);
        self.patient_gender.set(form.patient_gender);
        self.diagnoses
            .set(diagnoses.map(|diagnosis| self.row(diagnosis)).collect());
        self.medications
            .set(medications.map(|line| self.row(line)).collect());
        self.instructions.set(form.instructions);
        self.follow_up.set(form.follow_up);
        self.filled.set_value(Some(untrack(|| self.form())));
    }

    /// A row with a key of its own. It lives as long as the draft, also when the
    /// button that made it goes before.
    pub(crate) fn row<T: Send + Sync + 'static>(self, value: T) -> Row<T> {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        let home = self
            .home
            .with_value(|home| home.as_ref().and_then(WeakOwner::upgrade));
        let value = match home {
            Some(home) => home.with(|| RwSignal::new(value)),
            None => RwSignal::new(value),
        };
        Row { key, value }
    }

    /// The form as it stands on the page; subscribes to all of it.
    pub(crate) fn form(self) -> PrescriptionForm {
        let diagnoses = self.diagnoses.get().into_iter();
        let medications = self.medications.get().into_iter();
        PrescriptionForm {
            patient_name: self.patient_name.get(),
            patient_age: self.patient_age.get(),
            patient_gender: self.patient_gender.get(),
            diagnoses: diagnoses
                .map(|row| DiagnosisRow::from(row.value.get()))
                .collect(),
            medications: medications
                .map(|row| MedicationRow::from(row.value.get()))
                .collect(),
            instructions: self.instructions.get(),
            follow_up: self.follow_up.get(),
        }
    }

    /// Saves by itself whenever the writing rests.
    pub(crate) fn save_when_resting(self) {
        Effect::new(move |first: Option<()>| {
            // Reading it is what subscribes to every field.
            let form = self.form();
            let filled = self.filled.try_update_value(Option::take).flatten();
            if first.is_none() || filled.as_ref() == Some(&form) {
                return;
            }
            let edit = self.count_edit();
            self.resting.set(false);
            if !self.in_conflict() {
                self.saving.update(|saving| {
                    *saving = match saving {
                        Saving::Busy | Saving::Behind => Saving::Behind,
                        _ => Saving::Waiting,
                    };
                });
            }
            set_timeout(
                move || {
                    if self.edits.try_get_value() == Some(edit) {
                        self.resting.set(true);
                        // Then it waits for the doctor's choice.
                        if !self.in_conflict() {
                            self.save(|_| ());
                        }
                    }
                },
                REST,
            );
        });
    }

    fn count_edit(self) -> u32 {
        let edit = self.edits.get_value() + 1;
        self.edits.set_value(edit);
        edit
    }

    /// Whether nothing is saved until the doctor has chosen a version.
    fn in_conflict(self) -> bool {
        self.saving.try_get_untracked() == Some(Saving::Conflict)
    }

    /// Whether leaving the page now would lose something: while a save runs that
    /// does not hold everything, after one that failed, or before a choice.
    pub(crate) fn at_risk(self) -> Signal<bool> {
        Signal::derive(move || {
            matches!(
                self.saving.get(),
                Saving::Behind | Saving::Failed { .. } | Saving::Conflict
            )
        })
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
            // Whoever wants it saved has to choose first.
            Some(Saving::Conflict) => {
                keys::focus("#conflict-title");
                return;
            }
            Some(_) => self.saving.set(Saving::Busy),
        }
        let (edit, version) = (self.edits.get_value(), self.version.get_untracked());
        let form = untrack(|| self.form());
        spawn_local(async move {
            let answer = autosave_prescription(self.id, version, form).await;
            // Nobody is left to be told, or a choice was taken back meanwhile and is
            // open again.
            if self.saving.is_disposed() || self.in_conflict() {
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
                Err(error) if changed_elsewhere(error.code()) => self.ask_which_stays(),
                Err(error) => self.saving.set(Saving::Failed {
                    sentence: error.to_string(),
                }),
            }
        });
    }

    /// Saves nothing more until the doctor has chosen a version.
    pub(crate) fn ask_which_stays(self) {
        self.saving.set(Saving::Conflict);
    }

    /// What is in the form replaces the stored version.
    pub(crate) fn keep(self, stored: i32) {
        self.version.set(stored);
        self.settle();
        self.saving.set(Saving::Waiting);
        self.save(|_| ());
    }

    /// What is stored replaces what is in the form.
    pub(crate) fn take(self, stored: &PrescriptionView) {
        self.fill(PrescriptionForm::from(stored.prescription.content.clone()));
        self.adopt(stored);
    }

    /// What is in the form is what is stored.
    pub(crate) fn adopt(self, stored: &PrescriptionView) {
        self.version.set(stored.prescription.version);
        self.warnings.set(stored.warnings.clone());
        self.settle();
        self.saving.set(Saving::Saved);
    }

    /// Puts back what was typed before [`Draft::take`], and asks again; false when
    /// the page is gone.
    pub(crate) fn bring_back(self, typed: PrescriptionForm) -> bool {
        if self.saving.is_disposed() {
            return false;
        }
        self.ask_which_stays();
        self.fill(typed);
        true
    }

    /// An edit that still waits for its rest is not saved by itself any more.
    fn settle(self) {
        self.count_edit();
        self.resting.set(true);
    }
}
