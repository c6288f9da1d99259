//! What a score means: the share of finds on the same evidence that overlapped a
//! right one when medicines and conditions were counted in annotated abstracts and
//! case reports (about 15,000 finds). For tests, treatments and anatomy, which those
//! texts annotate differently, it is an estimate from reading dialogues.

use crate::lexicon::{TermKind, Tier};
use crate::matcher::Mention;

/// How sure it is that a mention is what its entry says.
pub(crate) fn mention(mention: &Mention) -> f32 {
    if mention.stranger {
        return 0.5;
    }
    if mention.compound {
        return 0.82;
    }
    match (mention.kind(), mention.entry.tier) {
        (TermKind::Generic | TermKind::Brand, Tier::Curated) => 0.97,
        (TermKind::Generic | TermKind::Brand, Tier::Listed) => 0.96,
        (TermKind::Generic | TermKind::Brand, Tier::Wide) => 0.87,
        (TermKind::Diagnosis | TermKind::Symptom, Tier::Curated) => 0.86,
        (TermKind::Sign, Tier::Curated) => 0.72,
        (TermKind::Diagnosis | TermKind::Symptom | TermKind::Sign, Tier::Listed) => 0.94,
        (TermKind::Diagnosis | TermKind::Symptom | TermKind::Sign, Tier::Wide) => 0.82,
        (TermKind::Vital | TermKind::Lab | TermKind::Test | TermKind::Procedure, _) => 0.92,
        (TermKind::Treatment | TermKind::Anatomy, _) => 0.85,
    }
}

/// How sure a code is, by where the term comes from.
pub(crate) fn concept(tier: Tier) -> f32 {
    match tier {
        Tier::Curated => 0.95,
        Tier::Listed => 0.85,
        Tier::Wide => 0.6,
    }
}
