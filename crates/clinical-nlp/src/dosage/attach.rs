//! Which piece belongs to which medicine. What cannot be told is left out:
//! a gap in a prescription is seen, a wrong dose may not be.

use std::ops::Range;

use super::matters::{OTHER_MATTERS, RESUMES};
use super::sorts::corrects;
use super::{Piece, PieceKind};
use crate::text::{Gap, Tokens};

/// Tokens of a medicine's name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Medication {
    pub(crate) first: usize,
    pub(crate) end: usize,
    /// Named in the sentence before.
    pub(crate) carried: bool,
}

/// A piece with its owner: an index into the medications given to [`attach`].
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    pub(crate) owner: usize,
    pub(crate) piece: Piece,
    /// 0 to 1.
    pub(crate) certainty: f32,
}

/// Owners of the pieces of one sentence; `from` is its first token.
pub(crate) fn attach(
    tokens: &Tokens<'_>,
    from: usize,
    medications: &[Medication],
    pieces: &[Piece],
    conditions: &[(usize, usize)],
) -> Vec<Attached> {
    let spans = pieces.iter().map(|piece| (piece.first, piece.end));
    let context = Context {
        tokens,
        from,
        medications,
        pieces,
        conditions,
        covered: covered(from, spans.chain(conditions.iter().copied())),
    };
    let mut attached: Vec<Attached> = Vec::new();
    let prefixes = context.prefixes();
    // The medicine after which an unknown name was met: what follows is not its own.
    let mut closed: Option<usize> = None;
    let mut shared = None;
    let mut few = None;
    for (index, piece) in pieces.iter().enumerate() {
        if let Some(owners) = context.several(piece, &mut few) {
            attached.extend(owners.map(|owner| Attached {
                owner,
                piece: piece.clone(),
                certainty: 0.8,
            }));
            continue;
        }
        let before = medications.iter().rposition(|m| m.end <= piece.first);
        if prefixes[index].is_none()
            && before.is_some()
            && (closed == before || context.meets_stranger(index, &attached))
        {
            closed = before;
        } else if let Some(owner) = prefixes[index].or_else(|| context.opens_with(index, &prefixes))
        {
            attached.push(Attached {
                owner,
                piece: piece.clone(),
                certainty: 0.97,
            });
        } else if let Some((owner, certainty)) = context.owner(index, &attached) {
            attached.push(Attached {
                owner,
                piece: piece.clone(),
                certainty,
            });
            shared = context.share(index, owner, shared, &mut attached);
        }
    }
    attached
}

/// Which tokens from `from` on stand in one of the spans.
fn covered(from: usize, spans: impl Iterator<Item = (usize, usize)>) -> Vec<bool> {
    let mut covered = Vec::new();
    for (first, end) in spans.filter(|(first, end)| from <= *first && first < end) {
        if covered.len() < end - from {
            covered.resize(end - from, false);
        }
        covered[first - from..end - from].fill(true);
    }
    covered
}

pub(super) struct Context<'a> {
    pub(super) tokens: &'a Tokens<'a>,
    pub(super) from: usize,
    pub(super) medications: &'a [Medication],
    pub(super) pieces: &'a [Piece],
    pub(super) conditions: &'a [(usize, usize)],
    /// Of the tokens from `from` on, those of pieces and conditions.
    pub(super) covered: Vec<bool>,
}

impl Context<'_> {
    /// For each piece the medicine it stands directly before: "Tab", "500 mg of", "IV".
    fn prefixes(&self) -> Vec<Option<usize>> {
        let mut owners = vec![None; self.pieces.len()];
        let mut prefix_style = false;
        for (owner, medication) in self.medications.iter().enumerate() {
            if medication.carried {
                continue;
            }
            let mut at = medication.first;
            let mut of = false;
            let mut run = Vec::new();
            loop {
                let before = at.wrapping_sub(1);
                if !of
                    && run.is_empty()
                    && self.tokens.lower(before) == "of"
                    && self.tokens.joined(at)
                {
                    of = true;
                    at = before;
                    continue;
                }
                let Some(index) = self.pieces.iter().position(|p| p.end == at) else {
                    break;
                };
                if !self.may_precede(&self.pieces[index], of, at) {
                    break;
                }
                run.push(index);
                at = self.pieces[index].first;
            }
            let free = self.is_free(at, owner);
            for index in run {
                let piece = &self.pieces[index];
                let abbreviated =
                    piece.kind == PieceKind::Form && self.tokens.lower(piece.first).len() <= 4;
                let is_form = piece.kind == PieceKind::Form && (prefix_style || abbreviated);
                if of || free || is_form {
                    owners[index] = Some(owner);
                    prefix_style |= piece.kind == PieceKind::Form;
                }
            }
        }
        owners
    }

    /// Whether a piece that ends at token `at` may belong to the name that starts there.
    fn may_precede(&self, piece: &Piece, of: bool, at: usize) -> bool {
        let gap = self.tokens.gap(at);
        let dotted =
            piece.kind == PieceKind::Form && gap.only(Gap::SPACE.or(Gap::PERIOD).or(Gap::HYPHEN));
        let adjacent = gap.only(Gap::SPACE.or(Gap::HYPHEN)) || dotted;
        // "..., SOS Crocin": set off from what stands before, it belongs to what follows.
        let apart =
            piece.first == self.from || self.tokens.gap(piece.first).has(Gap::COMMA.or(Gap::COLON));
        let timed = matches!(
            piece.kind,
            PieceKind::Frequency | PieceKind::Duration | PieceKind::Bare
        );
        adjacent && (of || !timed || (apart && piece.kind == PieceKind::Frequency))
    }

    /// Nothing of an earlier medicine runs on to token `at`.
    fn is_free(&self, at: usize, owner: usize) -> bool {
        if at == self.from || !self.tokens.gap(at).only(Gap::SPACE.or(Gap::HYPHEN)) {
            return true;
        }
        // "three times a day tablet B": a form behind a time is that of the next name.
        let form = self
            .pieces
            .iter()
            .any(|p| p.first == at && p.kind == PieceKind::Form);
        let after_piece = self.pieces.iter().any(|p| {
            p.end == at && !(form && matches!(p.kind, PieceKind::Frequency | PieceKind::Duration))
        });
        let after_name = self.medications[..owner]
            .iter()
            .any(|m| m.end == at && !m.carried);
        !after_piece && !after_name
    }

    /// "For 3 to 5 days, one tablet of A": a duration before a line that has its name behind.
    fn opens_with(&self, index: usize, prefixes: &[Option<usize>]) -> Option<usize> {
        let piece = &self.pieces[index];
        let next = self.pieces.get(index + 1)?;
        let opens = piece.kind == PieceKind::Duration
            && piece.first == self.from
            && self.tokens.lower(piece.first) == "for"
            && next.first == piece.end;
        prefixes[index + 1].filter(|_| opens)
    }

    /// The medicines a piece is for when it is said of several at once, and of others
    /// than the last: "the first two after lunch", "All at night: A, B".
    fn several(&self, piece: &Piece, few: &mut Option<(usize, usize)>) -> Option<Range<usize>> {
        if let Some(count) = self.first_few(piece) {
            *few = Some((count, piece.end));
            return Some(0..count);
        }
        if let Some((count, _)) = few.take_if(|(_, end)| self.linked(*end, piece)) {
            *few = Some((count, piece.end));
            return Some(0..count);
        }
        let own = self.medications.iter().position(|m| !m.carried)?;
        self.leads_all(piece).then_some(own..self.medications.len())
    }

    /// The medicine a piece follows.
    fn owner(&self, index: usize, attached: &[Attached]) -> Option<(usize, f32)> {
        let piece = &self.pieces[index];
        let Some(owner) = self.medications.iter().rposition(|m| m.end <= piece.first) else {
            return self.forward(piece);
        };
        let medication = self.medications[owner];
        let last = attached
            .iter()
            .filter(|a| a.owner == owner && a.piece.end <= piece.first)
            .map(|a| a.piece.end)
            .max()
            .unwrap_or(medication.end)
            .max(medication.end);
        if medication.carried && !self.resumes() {
            return self.forward(piece);
        }
        let start = if medication.carried {
            last.max(self.from)
        } else {
            last
        };
        let distance = piece.first.saturating_sub(start);
        let between = start..piece.first;
        if between
            .clone()
            .any(|at| OTHER_MATTERS.binary_search(&self.tokens.lower(at)).is_ok())
        {
            return None;
        }
        let certainty = match distance {
            0 => 0.98,
            1..=3 => 0.93,
            4..=8 => 0.85,
            9..=16 => 0.7,
            _ => return None,
        };
        let fits = match piece.kind {
            PieceKind::Form if medication.carried => {
                self.is_counted(index) || self.amount_follows(index)
            }
            PieceKind::Form => self.form_fits(index, start, distance),
            PieceKind::Duration => {
                !self.tells_of_condition(piece, start) && !self.tells_of_past(index)
            }
            PieceKind::Concentration | PieceKind::Rate => distance <= 4,
            PieceKind::Mass | PieceKind::Portion => !self.is_left_behind(index),
            PieceKind::Frequency => !self.is_pace(index),
            // "Glimepiride 1 once daily": one milligram or one tablet? Not for us to say.
            PieceKind::Count => {
                piece.first > medication.end
                    || self.form_follows(index)
                    || !self.tokens.is_number(piece.first)
            }
            _ => true,
        };
        (fits && !self.is_ceiling(index)).then_some((
            owner,
            if medication.carried {
                certainty * 0.9
            } else {
                certainty
            },
        ))
    }

    pub(super) fn is_counted(&self, index: usize) -> bool {
        let piece = &self.pieces[index];
        index > 0
            && self.pieces[index - 1].kind == PieceKind::Count
            && self.pieces[index - 1].end == piece.first
    }

    /// A form follows the name or its details directly, or is counted.
    fn form_fits(&self, index: usize, start: usize, distance: usize) -> bool {
        let piece = &self.pieces[index];
        let counted = self.is_counted(index);
        let release = piece
            .normalized
            .as_deref()
            .is_some_and(|n| n.ends_with("release"));
        let close = (start..piece.first).all(|at| {
            let word = self.tokens.lower(at);
            matches!(
                word,
                "in" | "as"
                    | "a"
                    | "an"
                    | "the"
                    | "no"
                    | "form"
                    | "of"
                    | "paediatric"
                    | "pediatric"
            ) || corrects(word)
        });
        counted
            || distance == 0
            || (close && !release)
            || (distance <= 2 && self.amount_follows(index))
    }

    /// "then tab 4 mg": an amount right behind a form.
    fn amount_follows(&self, index: usize) -> bool {
        self.pieces.get(index + 1).is_some_and(|p| {
            p.first == self.pieces[index].end
                && matches!(p.kind, PieceKind::Mass | PieceKind::Count)
        })
    }

    fn form_follows(&self, index: usize) -> bool {
        self.pieces
            .get(index + 1)
            .is_some_and(|p| p.kind == PieceKind::Form && p.first == self.pieces[index].end)
    }

    /// "fever for three days" tells how long the fever has lasted when the sentence has moved on to it.
    fn tells_of_condition(&self, piece: &Piece, start: usize) -> bool {
        self.conditions.iter().any(|(first, end)| {
            let verbs = [
                "has",
                "have",
                "had",
                "having",
                "with",
                "complains",
                "since",
                "from",
                "because",
            ];
            *end == piece.first
                && *first >= start
                && (start..*first).any(|at| verbs.contains(&self.tokens.lower(at)))
        })
    }

    /// "diabetic for 3 years": years are those of a treatment right behind what is taken only.
    fn tells_of_past(&self, index: usize) -> bool {
        let piece = &self.pieces[index];
        let years = piece
            .normalized
            .as_deref()
            .is_some_and(|said| said.contains("year"));
        let follows = || index > 0 && self.pieces[index - 1].end == piece.first;
        let been = || (self.from..piece.first).any(|at| self.tokens.lower(at) == "been");
        years && (!follows() || been())
    }

    /// A dose or frequency said before the first name: "take 500 mg twice a day of metformin".
    fn forward(&self, piece: &Piece) -> Option<(usize, f32)> {
        if matches!(
            piece.kind,
            PieceKind::Duration | PieceKind::Form | PieceKind::Bare
        ) {
            return None;
        }
        let owner = self
            .medications
            .iter()
            .position(|m| !m.carried && m.first >= piece.end)?;
        let first = self.medications[owner].first;
        let broken = (piece.end..=first).any(|at| {
            !self.tokens.gap(at).only(Gap::SPACE.or(Gap::HYPHEN))
                || matches!(self.tokens.lower(at), "and" | "with" | "on")
        });
        (first - piece.end <= 6 && !broken).then_some((owner, 0.8))
    }

    /// Whether the sentence goes on about the medicine of the one before.
    fn resumes(&self) -> bool {
        let first = self.tokens.lower(self.from);
        // "No, make that 5 mg" corrects; "No head bath for ten days" does not.
        let other = first == "no" && !self.tokens.gap(self.from + 1).has(Gap::COMMA);
        (RESUMES.contains(&first) && !other)
            || self.pieces.first().is_some_and(|p| p.first == self.from)
    }
}
