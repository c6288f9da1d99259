use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Medical specialty of a dictation, by the names of Amazon Transcribe Medical.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Specialty {
    /// General practice.
    #[default]
    PrimaryCare,
    /// Heart and circulation.
    Cardiology,
    /// Nervous system.
    Neurology,
    /// Cancer.
    Oncology,
    /// Imaging.
    Radiology,
    /// Urinary tract.
    Urology,
}

impl Specialty {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 6] = [
        Self::PrimaryCare,
        Self::Cardiology,
        Self::Neurology,
        Self::Oncology,
        Self::Radiology,
        Self::Urology,
    ];

    /// The wire and database name, `PRIMARYCARE` and so on.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PrimaryCare => "PRIMARYCARE",
            Self::Cardiology => "CARDIOLOGY",
            Self::Neurology => "NEUROLOGY",
            Self::Oncology => "ONCOLOGY",
            Self::Radiology => "RADIOLOGY",
            Self::Urology => "UROLOGY",
        }
    }

    /// What the form shows.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::PrimaryCare => "Primary care",
            Self::Cardiology => "Cardiology",
            Self::Neurology => "Neurology",
            Self::Oncology => "Oncology",
            Self::Radiology => "Radiology",
            Self::Urology => "Urology",
        }
    }
}

impl fmt::Display for Specialty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Specialty {
    type Err = UnknownSpecialty;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or(UnknownSpecialty)
    }
}

/// The text names no specialty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose one of the listed specialties.")]
pub struct UnknownSpecialty;
