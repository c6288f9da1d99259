//! Medicines that no list knows, misheard ones among them: a word with a dose or
//! a form beside it as only a medicine has, or made as their names are. They are
//! marked as doubtful.

use crate::dosage::{self, Piece, PieceKind};
use crate::lexicon::{Entry, TermKind, Tier};
use crate::matcher::Mention;
use crate::stems::is_made_like_a_medicine;
use crate::text::{Gap, Kind, Sentence, Tokens};

/// What stands before amounts and is no medicine.
const NOT_A_NAME: &[&str] = &[
    "alcohol",
    "amount",
    "bicarb",
    "caffeine",
    "carbohydrate",
    "carbohydrates",
    "carbs",
    "cholesterol",
    "diet",
    "drops",
    "fiber",
    "fibre",
    "fluid",
    "fluids",
    "goal",
    "limit",
    "protein",
    "proteins",
    "salt",
    "sodium",
    "solution",
    "sugar",
    "supplement",
    "supplements",
    "than",
    "water",
    "cream",
    "ointment",
    "inhaler",
    "injection",
    "steroid",
    "steroids",
    "antibiotic",
    "antibiotics",
    "painkiller",
    "painkillers",
    "pain",
    "combination",
    "syrup",
    "nebulizer",
    "vaccine",
    "approximately",
    "least",
    "maximum",
    "received",
    "receiving",
    "thereafter",
    "total",
];

/// Adds the strangers to the mentions of the text, in order.
pub(crate) fn add(tokens: &Tokens<'_>, sentences: &[Sentence], mentions: &mut Vec<Mention>) {
    let mut taken = vec![false; tokens.len()];
    for mention in mentions.iter() {
        taken[mention.first..mention.end].fill(true);
    }
    let mut found = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        for at in sentence.first..sentence.end {
            if taken[at] {
                continue;
            }
            let named =
                tokens.at(at).kind == Kind::Word && is_made_like_a_medicine(tokens.lower(at));
            if named || (candidate(tokens, at) && has_evidence(tokens, sentence, at, &taken)) {
                found.push(stranger(at, index));
            }
        }
    }
    if !found.is_empty() {
        mentions.append(&mut found);
        mentions.sort_by_key(|mention| mention.first);
    }
}

fn stranger(at: usize, sentence: usize) -> Mention {
    let entry = Entry {
        kind: TermKind::Generic,
        tier: Tier::Wide,
        needs_dose: false,
        needs_capitals: false,
        concept: 0,
    };
    Mention {
        first: at,
        end: at + 1,
        entry,
        sentence,
        compound: false,
        stranger: true,
    }
}

/// A word that may be a name, beside a figure or behind a form.
fn candidate(tokens: &Tokens<'_>, at: usize) -> bool {
    let word = tokens.lower(at);
    let beside = tokens.is_number(at + 1) || at > 0 && is_form_word(tokens.lower(at - 1));
    beside
        && word.len() >= 5
        && tokens.at(at).kind == Kind::Word
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !dosage::is_link(word)
        && !NOT_A_NAME.contains(&word)
}

fn is_form_word(word: &str) -> bool {
    matches!(
        word,
        "tab"
            | "tablet"
            | "tabs"
            | "cap"
            | "capsule"
            | "syrup"
            | "syp"
            | "syr"
            | "inj"
            | "injection"
            | "ointment"
            | "oint"
    )
}

fn has_evidence(tokens: &Tokens<'_>, sentence: &Sentence, at: usize, taken: &[bool]) -> bool {
    let stop = sentence.end.min(at + 12);
    let pieces = dosage::pieces(
        tokens,
        sentence.first.max(at.saturating_sub(2)),
        stop,
        |index| index == at || taken[index],
    );
    // The word is part of a phrase of its own: "tablet twice".
    let free = dosage::pieces(tokens, at, stop, |index| taken[index])
        .first()
        .is_none_or(|piece| piece.first != at);
    let behind = |piece: &&Piece| {
        piece.first == at + 1 && tokens.gap(at + 1).only(Gap::SPACE.or(Gap::HYPHEN))
    };
    let form_before = at > sentence.first
        && is_form_word(tokens.lower(at - 1))
        && tokens
            .gap(at)
            .only(Gap::SPACE.or(Gap::PERIOD).or(Gap::HYPHEN))
        && (at - 1 == sentence.first || !tokens.is_number(at - 2));
    let dose = pieces
        .iter()
        .find(behind)
        .is_some_and(|piece| piece.kind == PieceKind::Mass);
    let bare = dosage::bare_strength(tokens, at + 1).is_some_and(|piece| piece.end < stop);
    let timed = pieces.iter().any(|piece| {
        piece.kind == PieceKind::Frequency && piece.first > at && piece.first <= at + 5
    });
    free && ((form_before && (dose || timed || bare)) || (dose && timed))
}
