//! What the transducer stores for a term, packed into 64 bits.

/// The kind of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermKind {
    /// Medicine by its generic name.
    Generic,
    /// Medicine by a trade name.
    Brand,
    /// Named illness.
    Diagnosis,
    /// What a patient feels.
    Symptom,
    /// What an examiner sees.
    Sign,
    /// Vital sign, with a value.
    Vital,
    /// Test with a value.
    Lab,
    /// Other test.
    Test,
    /// Procedure.
    Procedure,
    /// Treatment.
    Treatment,
    /// Part of the body.
    Anatomy,
}

impl TermKind {
    const ALL: [Self; 11] = [
        Self::Generic,
        Self::Brand,
        Self::Diagnosis,
        Self::Symptom,
        Self::Sign,
        Self::Vital,
        Self::Lab,
        Self::Test,
        Self::Procedure,
        Self::Treatment,
        Self::Anatomy,
    ];

    /// Generic or brand.
    #[must_use]
    pub const fn is_medicine(self) -> bool {
        matches!(self, Self::Generic | Self::Brand)
    }

    /// Diagnosis, symptom or sign.
    #[must_use]
    pub const fn is_condition(self) -> bool {
        matches!(self, Self::Diagnosis | Self::Symptom | Self::Sign)
    }

    /// Vital sign, laboratory or other test.
    #[must_use]
    pub const fn is_test(self) -> bool {
        matches!(self, Self::Vital | Self::Lab | Self::Test)
    }
}

/// How far a term is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Written for this project.
    Curated,
    /// A name that two public lists agree on, or that carries a code.
    Listed,
    /// A variant from one wide list.
    Wide,
}

/// One entry of the term table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it names.
    pub kind: TermKind,
    /// How far it is to be trusted.
    pub tier: Tier,
    /// Also an everyday word: counts as a medicine only with a dose or form beside it.
    pub needs_dose: bool,
    /// An abbreviation that is also a word: counts only in upper case.
    pub needs_capitals: bool,
    /// One more than the row in the medicines' or the ICD-10-CM table; 0 for none.
    pub concept: u32,
}

impl Entry {
    /// Into the 64 bits of a transducer's value.
    #[must_use]
    pub fn pack(self) -> u64 {
        let kind = TermKind::ALL
            .iter()
            .position(|k| *k == self.kind)
            .unwrap_or(0) as u64;
        let tier = self.tier as u64;
        kind | u64::from(self.needs_dose) << 4
            | u64::from(self.needs_capitals) << 5
            | tier << 6
            | u64::from(self.concept) << 8
    }

    /// Back from 64 bits.
    #[must_use]
    pub fn unpack(value: u64) -> Self {
        let kind = TermKind::ALL
            .get((value & 0xf) as usize)
            .copied()
            .unwrap_or(TermKind::Sign);
        let tier = match value >> 6 & 3 {
            0 => Tier::Curated,
            1 => Tier::Listed,
            _ => Tier::Wide,
        };
        Self {
            kind,
            tier,
            needs_dose: value >> 4 & 1 == 1,
            needs_capitals: value >> 5 & 1 == 1,
            concept: u32::try_from(value >> 8).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_loses_nothing() {
        for kind in TermKind::ALL {
            for tier in [Tier::Curated, Tier::Listed, Tier::Wide] {
                for bits in 0..4 {
                    let entry = Entry {
                        kind,
                        tier,
                        needs_dose: bits & 1 == 1,
                        needs_capitals: bits & 2 == 2,
                        concept: 16_777_215,
                    };
                    assert_eq!(Entry::unpack(entry.pack()), entry);
                }
            }
        }
    }
}
