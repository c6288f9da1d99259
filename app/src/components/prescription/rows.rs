//! What the buttons of the form do to its rows. The browser does it to what is on
//! the page, the server to what a form without script sent: the same code.

use std::{fmt, str::FromStr};

use seva_model::{Diagnosis, MedicationLine, PrescriptionContent};

/// Adding, moving and removing rows; the text is the value of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOp {
    /// An empty medicine at the end.
    AddMedicine,
    /// Takes a medicine out.
    RemoveMedicine(usize),
    /// Moves a medicine one up.
    MedicineUp(usize),
    /// Moves a medicine one down.
    MedicineDown(usize),
    /// An empty diagnosis at the end.
    AddDiagnosis,
    /// Takes a diagnosis out.
    RemoveDiagnosis(usize),
}

impl RowOp {
    /// Whether it adds an empty row. Nothing stores those, so the page draws it.
    pub(crate) const fn adds(self) -> bool {
        matches!(self, Self::AddMedicine | Self::AddDiagnosis)
    }

    /// Does it. A place that does not exist changes nothing.
    pub fn apply(self, content: &mut PrescriptionContent) {
        match self {
            Self::AddMedicine => content.medications.push(MedicationLine::default()),
            Self::RemoveMedicine(at) => remove(&mut content.medications, at),
            Self::MedicineUp(at) => move_up(&mut content.medications, at),
            Self::MedicineDown(at) => move_up(&mut content.medications, at.saturating_add(1)),
            Self::AddDiagnosis => content.diagnoses.push(Diagnosis::default()),
            Self::RemoveDiagnosis(at) => remove(&mut content.diagnoses, at),
        }
    }
}

/// Takes a row out, if it is there.
pub(crate) fn remove<T>(rows: &mut Vec<T>, at: usize) {
    if at < rows.len() {
        rows.remove(at);
    }
}

/// Swaps a row with the one above it, if both are there.
pub(crate) fn move_up<T>(rows: &mut [T], at: usize) {
    if 0 < at && at < rows.len() {
        rows.swap(at - 1, at);
    }
}

impl fmt::Display for RowOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddMedicine => f.write_str("add-medicine"),
            Self::RemoveMedicine(at) => write!(f, "remove-medicine:{at}"),
            Self::MedicineUp(at) => write!(f, "medicine-up:{at}"),
            Self::MedicineDown(at) => write!(f, "medicine-down:{at}"),
            Self::AddDiagnosis => f.write_str("add-diagnosis"),
            Self::RemoveDiagnosis(at) => write!(f, "remove-diagnosis:{at}"),
        }
    }
}

impl FromStr for RowOp {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, at) = text.split_once(':').unwrap_or((text, ""));
        let at = || at.parse().map_err(|_| ());
        Ok(match name {
            "add-medicine" => Self::AddMedicine,
            "remove-medicine" => Self::RemoveMedicine(at()?),
            "medicine-up" => Self::MedicineUp(at()?),
            "medicine-down" => Self::MedicineDown(at()?),
            "add-diagnosis" => Self::AddDiagnosis,
            "remove-diagnosis" => Self::RemoveDiagnosis(at()?),
            _ => return Err(()),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn with(names: &[&str]) -> PrescriptionContent {
        let medications = names
            .iter()
            .map(|name| MedicationLine {
                name: (*name).to_owned(),
                ..Default::default()
            })
            .collect();
        PrescriptionContent {
            medications,
            ..Default::default()
        }
    }

    fn names(content: &PrescriptionContent) -> Vec<&str> {
        content
            .medications
            .iter()
            .map(|line| line.name.as_str())
            .collect()
    }

    #[test]
    fn buttons_and_their_values_agree() {
        for op in [
            RowOp::AddMedicine,
            RowOp::RemoveMedicine(2),
            RowOp::MedicineUp(1),
            RowOp::MedicineDown(0),
            RowOp::AddDiagnosis,
            RowOp::RemoveDiagnosis(3),
        ] {
            assert_eq!(op.to_string().parse(), Ok(op));
        }
        assert!("save".parse::<RowOp>().is_err());
        assert!("remove-medicine:x".parse::<RowOp>().is_err());
    }

    #[test]
    fn rows_move_and_the_edges_hold() {
        let mut content = with(&["a", "b", "c"]);
        RowOp::MedicineUp(2).apply(&mut content);
        assert_eq!(names(&content), ["a", "c", "b"]);
        RowOp::MedicineDown(0).apply(&mut content);
        assert_eq!(names(&content), ["c", "a", "b"]);
        RowOp::MedicineUp(0).apply(&mut content);
        RowOp::MedicineDown(2).apply(&mut content);
        RowOp::MedicineDown(usize::MAX).apply(&mut content);
        RowOp::RemoveMedicine(9).apply(&mut content);
        assert_eq!(names(&content), ["c", "a", "b"]);
        RowOp::RemoveMedicine(1).apply(&mut content);
        assert_eq!(names(&content), ["c", "b"]);
    }
}
