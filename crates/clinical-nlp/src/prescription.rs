//! Medicines with their dose, form, route, frequency and duration.

use crate::context::Subject;
use crate::dosage::{self, Medication, Piece, PieceKind};
use crate::extractor::Reading;
use crate::findings::Detail;
use crate::lexicon::TermKind;
use crate::matcher::Mention;
use crate::text::{Gap, Sentence, Tokens};
use crate::types::{AttributeType, TraitName};

/// The details of one medicine, with how sure each is and that it belongs there.
pub(crate) struct Line {
    /// Index into the reading's mentions.
    pub(crate) mention: usize,
    pub(crate) details: Vec<(Detail, f32)>,
}

/// Sentences after the one that names a medicine that may go on about it.
const CARRY: usize = 4;

/// How many of them may say nothing of it.
const SILENT: usize = 2;

/// One line for every medicine of the text, in order.
pub(crate) fn lines(reading: &Reading<'_>) -> Vec<Line> {
    let mut found: Vec<(usize, Vec<(Piece, f32)>)> = reading
        .mentions
        .iter()
        .enumerate()
        .filter(|(_, mention)| mention.kind().is_medicine())
        .map(|(index, _)| (index, Vec::new()))
        .collect();
    let mut next = 0;
    let mut carried = 0..0;
    let (mut behind, mut silent) = (0, 0);
    for index in 0..reading.sentences.len() {
        let from = next;
        while next < found.len() && reading.mentions[found[next].0].sentence == index {
            next += 1;
        }
        if from == next && carried.is_empty() {
            continue;
        }
        let attached = sentence_lines(reading, index, carried.clone(), &mut found, from..next);
        if from < next {
            carried = from..next;
            (behind, silent) = (0, 0);
        } else {
            behind += 1;
            silent += usize::from(!attached);
            // "Not 400." interrupts no prescription.
            let long = reading.sentences[index].end - reading.sentences[index].first > 3;
            if (!attached && long) || silent >= SILENT || behind >= CARRY {
                carried = 0..0;
            }
        }
    }
    drop_renamed(reading, &mut found);
    found
        .into_iter()
        .map(|(mention, pieces)| line(&reading.tokens, &reading.mentions[mention], mention, pieces))
        .collect()
}

/// "Telma 40, sorry, Telma 80": what was said at a name that is said again to correct it.
fn drop_renamed(reading: &Reading<'_>, found: &mut [(usize, Vec<(Piece, f32)>)]) {
    let tokens = &reading.tokens;
    for index in 1..found.len() {
        let (before, after) = found.split_at_mut(index);
        let (Some((one, pieces)), Some((other, new))) = (before.last_mut(), after.first()) else {
            continue;
        };
        let (one, other) = (&reading.mentions[*one], &reading.mentions[*other]);
        let same = other.first - one.end < 12
            && one.end - one.first == other.end - other.first
            && (0..one.end - one.first)
                .all(|at| tokens.lower(one.first + at) == tokens.lower(other.first + at));
        if same
            && dosage::takes_back(
                tokens,
                pieces
                    .iter()
                    .map(|(piece, _)| piece.end)
                    .max()
                    .unwrap_or(one.end),
                other.first,
            )
        {
            pieces.retain(|(piece, _)| !new.iter().any(|(n, _)| n.kind == piece.kind));
        }
    }
}

/// Attaches the pieces of one sentence; whether any went to the medicine carried over.
fn sentence_lines(
    reading: &Reading<'_>,
    index: usize,
    carried: std::ops::Range<usize>,
    found: &mut [(usize, Vec<(Piece, f32)>)],
    own: std::ops::Range<usize>,
) -> bool {
    let tokens = &reading.tokens;
    let sentence = &reading.sentences[index];
    let owners: Vec<usize> = carried
        .clone()
        .chain(own)
        .filter(|owner| {
            !is_aside(
                tokens,
                sentence,
                &reading.mentions[found[*owner].0],
                *owner > carried.start,
            )
        })
        .collect();
    let medications: Vec<Medication> = owners
        .iter()
        .map(|owner| {
            let mention = &reading.mentions[found[*owner].0];
            Medication {
                first: mention.first,
                end: mention.end,
                carried: carried.contains(owner),
            }
        })
        .collect();
    let mut pieces = sentence_pieces(tokens, sentence, &medications);
    let conditions: Vec<(usize, usize)> = reading
        .mentions_of(index)
        .iter()
        .filter(|m| !m.kind().is_medicine())
        .map(|m| (m.first, m.end))
        .collect();
    // ", steam inhalation twice daily": how often the treatment is done.
    let treated = |piece: &Piece| {
        reading.mentions_of(index).iter().any(|m| {
            matches!(m.kind(), TermKind::Treatment | TermKind::Procedure)
                && m.end == piece.first
                && (tokens.gap(m.first).has(Gap::COMMA)
                    || tokens.lower(m.first.wrapping_sub(1)) == "and")
        })
    };
    pieces.retain(|piece| !treated(piece));
    let mut any_carried = false;
    for attached in dosage::attach(tokens, sentence.first, &medications, &pieces, &conditions) {
        any_carried |= medications[attached.owner].carried;
        found[owners[attached.owner]]
            .1
            .push((attached.piece, attached.certainty));
    }
    any_carried
}

/// A medicine named in passing, to which no dose belongs: what another is dissolved in
/// ("in 100 ml normal saline"), or what it is given for ("for vitamin D").
fn is_aside(tokens: &Tokens<'_>, sentence: &Sentence, mention: &Mention, follows: bool) -> bool {
    let before = tokens.lower(mention.first.wrapping_sub(1));
    let alone = mention.end >= sentence.end || !tokens.gap(mention.end).only(Gap::SPACE);
    if before == "for" {
        return follows && alone;
    }
    let of = usize::from(before == "of");
    let at = mention.first - of.min(mention.first);
    at > sentence.first + 2
        && dosage::unit_at(tokens, at - 1)
        && tokens.is_number(at - 2)
        && matches!(tokens.lower(at - 3), "in" | "with" | "into")
}

/// Words that tell one product of a brand from another.
const SUFFIXES: &[&str] = &[
    "active", "duo", "forte", "gold", "junior", "kid", "max", "mini", "plus", "retard", "trio",
];

fn sentence_pieces(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    medications: &[Medication],
) -> Vec<Piece> {
    let named = |at: usize| medications.iter().any(|m| m.first <= at && at < m.end);
    let bare: Vec<Piece> = medications
        .iter()
        .filter(|m| !m.carried && m.end < sentence.end)
        .filter_map(|m| {
            dosage::bare_strength(tokens, m.end).or_else(|| {
                // "Olmezest H 40", "Augmentin Duo 625": letters and words behind the name
                // belong to it.
                let suffix = tokens.is_upper(m.end) && tokens.original(m.end).len() <= 3
                    || SUFFIXES.contains(&tokens.lower(m.end));
                let pieces = || dosage::pieces(tokens, m.end, m.end + 1, |_| false);
                (suffix && pieces().is_empty())
                    .then(|| dosage::bare_strength(tokens, m.end + 1))
                    .flatten()
                    .or_else(|| dosage::bare_strength_behind_form(tokens, m.end))
                    .filter(|piece| piece.end <= sentence.end)
            })
        })
        .collect();
    let taken =
        |at: usize| named(at) || bare.iter().any(|piece| piece.first <= at && at < piece.end);
    let mut pieces = dosage::pieces(tokens, sentence.first, sentence.end, taken);
    pieces.extend(bare);
    pieces.sort_by_key(|piece| piece.first);
    pieces
}

fn line(
    tokens: &Tokens<'_>,
    name: &Mention,
    mention: usize,
    mut pieces: Vec<(Piece, f32)>,
) -> Line {
    pieces.sort_by_key(|(piece, _)| piece.first);
    dosage::drop_corrected(tokens, &mut pieces);
    let kinds = dosage::attribute_types(tokens, name.first, &pieces);
    let details = pieces
        .into_iter()
        .zip(kinds)
        .map(|((piece, certainty), kind)| {
            let first = match kind {
                AttributeType::Duration => dosage::unled(tokens, piece.first).min(piece.end - 1),
                _ => piece.first,
            };
            let detail = Detail {
                kind,
                first,
                end: piece.end,
                normalized: piece.normalized,
            };
            (detail, certainty)
        })
        .collect();
    Line { mention, details }
}

/// Takes out brands that are also everyday words and have no dose or form beside them.
pub(crate) fn drop_everyday_words(
    tokens: &Tokens<'_>,
    sentences: &[Sentence],
    mentions: &mut Vec<Mention>,
) {
    let ends: Vec<usize> = mentions
        .iter()
        .filter(|mention| mention.kind().is_medicine())
        .map(|mention| mention.end)
        .collect();
    // "Benadryl cough syrup" is one medicine and its form.
    let is_form = |mention: &Mention| {
        mention.end == mention.first + 2
            && tokens.lower(mention.first) == "cough"
            && tokens.joined(mention.first)
            && ends.binary_search(&mention.first).is_ok()
    };
    mentions.retain(|mention| !is_form(mention));
    mentions.retain(|mention| {
        !mention.entry.needs_dose
            || sentences
                .get(mention.sentence)
                .is_none_or(|s| dosed(tokens, s, mention))
    });
}

fn dosed(tokens: &Tokens<'_>, sentence: &Sentence, mention: &Mention) -> bool {
    let name = |at: usize| mention.first <= at && at < mention.end;
    let telling = |piece: &Piece| {
        !matches!(piece.kind, PieceKind::Duration | PieceKind::Route)
            && (piece.end == mention.first || piece.first == mention.end)
    };
    let from = sentence.first.max(mention.first.saturating_sub(6));
    let to = sentence.end.min(mention.end + 10);
    dosage::bare_strength(tokens, mention.end).is_some_and(|piece| piece.end <= sentence.end)
        || dosage::pieces(tokens, from, to, name).iter().any(telling)
}

/// Whether tokens `first..end` tell to take a medicine.
pub(crate) fn prescribes(reading: &Reading<'_>, first: usize, end: usize) -> bool {
    let from = reading.mentions.partition_point(|m| m.first < first);
    let mut inside = reading.mentions[from..]
        .iter()
        .take_while(|mention| mention.first < end);
    inside.any(|mention| {
        mention.kind().is_medicine() && mention.end <= end && {
            let traits = reading.scopes.traits(
                mention.sentence,
                mention.first,
                mention.end,
                Subject::Medicine,
            );
            !traits
                .iter()
                .any(|(name, _)| matches!(name, TraitName::Negation | TraitName::PastHistory))
        }
    })
}
