//! Conditions that no list holds whole: a part of the body, or its adjective, and a complaint.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::lexicon::{Entry, TermKind, Tier};
use crate::matcher::Mention;
use crate::text::{Kind, Sentence, Tokens};

/// Complaints that make a compound with the part of the body before them.
const HEADS: &[&str] = &[
    "abscess",
    "ache",
    "bleeding",
    "burn",
    "cancer",
    "carcinoma",
    "cramp",
    "discomfort",
    "edema",
    "embolism",
    "failure",
    "fibrosis",
    "fracture",
    "haemorrhage",
    "hemorrhage",
    "hypertrophy",
    "infarction",
    "infection",
    "inflammation",
    "injur",
    "ischaemia",
    "ischemia",
    "itching",
    "lesion",
    "lump",
    "mass",
    "necrosis",
    "numbness",
    "oedema",
    "pain",
    "rash",
    "redness",
    "soreness",
    "spasm",
    "sprain",
    "stenosis",
    "stiffness",
    "strain",
    "swelling",
    "tenderness",
    "thrombosis",
    "tightness",
    "tingling",
    "toxicit",
    "trauma",
    "tumor",
    "tumour",
    "ulcer",
    "weakness",
    "wound",
];

/// Heads that name an illness only behind an adjective: "renal impairment".
const BARE_HEADS: &[&str] = &[
    "abnormalit",
    "damage",
    "disease",
    "disorder",
    "disturbance",
    "dysfunction",
    "failure",
    "impairment",
    "insufficienc",
    "toxicit",
    "injur",
    "ischemia",
    "ischaemia",
    "hemorrhage",
    "haemorrhage",
    "lesion",
    "infection",
    "necrosis",
    "fibrosis",
    "inflammation",
    "tumor",
    "tumour",
    "cancer",
    "stenosis",
    "ulcer",
    "bleeding",
];

/// Adjectives of organs and systems.
const ADJECTIVES: &[&str] = &[
    "abdominal",
    "adrenal",
    "aortic",
    "arterial",
    "bladder",
    "bowel",
    "brain",
    "cardiac",
    "cardiovascular",
    "cerebral",
    "cerebrovascular",
    "cervical",
    "cognitive",
    "colonic",
    "corneal",
    "coronary",
    "cutaneous",
    "duodenal",
    "endometrial",
    "esophageal",
    "gastric",
    "gastrointestinal",
    "glomerular",
    "hematologic",
    "hepatic",
    "hepatocellular",
    "intestinal",
    "intracerebral",
    "intracranial",
    "kidney",
    "liver",
    "lung",
    "mitral",
    "motor",
    "muscle",
    "muscular",
    "myocardial",
    "neurological",
    "neurologic",
    "neuronal",
    "ocular",
    "oesophageal",
    "ovarian",
    "pancreatic",
    "peripheral",
    "pituitary",
    "pleural",
    "prostatic",
    "pulmonary",
    "rectal",
    "renal",
    "respiratory",
    "retinal",
    "skeletal",
    "spinal",
    "splenic",
    "subarachnoid",
    "thyroid",
    "tubular",
    "urethral",
    "urinary",
    "uterine",
    "valvular",
    "vascular",
    "venous",
    "ventricular",
    "visual",
];

static OPENERS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| ADJECTIVES.iter().copied().collect());

/// Joins what belongs together, in place.
pub(crate) fn join(tokens: &Tokens<'_>, sentences: &[Sentence], found: &mut Vec<Mention>) {
    with_anatomy(tokens, found);
    with_adjectives(tokens, sentences, found);
}

/// Joins a part of the body with the complaint right behind it.
fn with_anatomy(tokens: &Tokens<'_>, found: &mut Vec<Mention>) {
    let mut kept = 0;
    for index in 0..found.len() {
        let mention = found[index];
        if kept > 0
            && found[kept - 1].kind() == TermKind::Anatomy
            && mention.kind().is_condition()
            && mention.end == mention.first + 1
            && mention.first == found[kept - 1].end
            && tokens.joined(mention.first)
            && HEADS.contains(&tokens.folded(mention.first))
        {
            let joined = &mut found[kept - 1];
            joined.end = mention.end;
            joined.entry = mention.entry;
            joined.compound = true;
            continue;
        }
        found[kept] = mention;
        kept += 1;
    }
    found.truncate(kept);
}

/// "hepatic" before "injury", whether the lexicon has the head alone or not.
fn with_adjectives(tokens: &Tokens<'_>, sentences: &[Sentence], found: &mut Vec<Mention>) {
    let mut added = Vec::new();
    let mut next = 0;
    for (index, sentence) in sentences.iter().enumerate() {
        for at in sentence.first..sentence.end.saturating_sub(1) {
            if !opens(tokens, at) || !tokens.joined(at + 1) {
                continue;
            }
            while next < found.len() && found[next].end <= at {
                next += 1;
            }
            // An adjective inside a longer term is spoken for.
            let spoken_for =
                |m: &Mention| m.first <= at && (m.end > at + 1 || m.kind() != TermKind::Anatomy);
            if found.get(next).is_some_and(spoken_for) {
                continue;
            }
            let mut near = found[next..].iter().take(2);
            match near.position(|m| m.first == at + 1) {
                Some(ahead) => added.extend(extended(tokens, &found[next + ahead], at)),
                None if BARE_HEADS.contains(&tokens.folded(at + 1)) => added.push(bare(at, index)),
                None => {}
            }
        }
    }
    if added.is_empty() {
        return;
    }
    found.extend(added);
    found.sort_by_key(|mention| (mention.first, std::cmp::Reverse(mention.end)));
    // What became a part of a longer mention is none of its own.
    let mut end = 0;
    found.retain(|mention| {
        let free = mention.first >= end;
        end = end.max(mention.end);
        free
    });
}

fn opens(tokens: &Tokens<'_>, at: usize) -> bool {
    let word = tokens.lower(at);
    let last = word.as_bytes().last().copied().unwrap_or(b' ');
    let shaped = word.len() >= 4
        && matches!(
            last,
            b'l' | b'c' | b'r' | b'y' | b'e' | b's' | b'n' | b'd' | b'g'
        );
    shaped && tokens.at(at).kind == Kind::Word && OPENERS.contains(word)
}

fn extended(tokens: &Tokens<'_>, mention: &Mention, first: usize) -> Option<Mention> {
    let head = tokens.folded(mention.first);
    let single = mention.end == mention.first + 1;
    let joins = HEADS.contains(&head) || BARE_HEADS.contains(&head);
    (single && mention.kind().is_condition() && joins).then_some(Mention {
        first,
        compound: true,
        ..*mention
    })
}

fn bare(at: usize, sentence: usize) -> Mention {
    let entry = Entry {
        kind: TermKind::Diagnosis,
        tier: Tier::Wide,
        needs_dose: false,
        needs_capitals: false,
        concept: 0,
    };
    Mention {
        first: at,
        end: at + 2,
        entry,
        sentence,
        compound: true,
        stranger: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Extractor;

    #[test]
    fn every_adjective_passes_the_shape_that_is_asked_first() {
        for adjective in ADJECTIVES {
            assert!(opens(&Tokens::new(adjective), 0), "{adjective}");
        }
    }

    #[test]
    fn an_organ_and_a_complaint_are_one_condition() {
        for text in [
            "myocardial damage",
            "splenic injury",
            "left thigh pain",
            "cognitive impairment",
        ] {
            let entities = Extractor::embedded().extract(&format!("She has {text}."));
            let last = entities.last().map(|e| e.text.as_str());
            assert!(
                last.is_some_and(|found| text.ends_with(found) && found.contains(' ')),
                "{text}: {last:?}"
            );
        }
    }
}
