//! From phrases to the stretches of text they govern.

use super::answers::{Answer, answers, is_reply_particle};
use super::clauses::{clause_verb, new_clause};
use super::cues::{CUES, Cue};
use super::relatives::relative_scope;
use crate::text::{Gap, Sentence, Tokens};
use crate::types::TraitName;

/// What is asked about: a medicine follows other verbs than a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Condition,
    Medicine,
    Test,
}

/// Tokens `from..to` stand under a cue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    pub(crate) cue: Cue,
    pub(super) from: usize,
    pub(super) to: usize,
    /// The phrase itself.
    pub(super) first: usize,
    pub(super) end: usize,
}

/// All scopes of a text, and the answers to its questions.
#[derive(Debug)]
pub(crate) struct Scopes {
    /// By sentence.
    by_sentence: Vec<Vec<Scope>>,
    answers: Vec<Answer>,
}

impl Scopes {
    /// Works out the sentences for which `wanted` holds.
    pub(crate) fn new(
        tokens: &Tokens<'_>,
        sentences: &[Sentence],
        wanted: impl Fn(usize) -> bool,
    ) -> Self {
        let by_sentence = sentences
            .iter()
            .enumerate()
            .map(|(index, sentence)| {
                if wanted(index) {
                    scopes(tokens, sentence)
                } else {
                    Vec::new()
                }
            })
            .collect();
        Self {
            by_sentence,
            answers: answers(tokens, sentences),
        }
    }

    /// Whether tokens `first..end` of a sentence are negated.
    pub(crate) fn negated(
        &self,
        sentence: usize,
        first: usize,
        end: usize,
        subject: Subject,
    ) -> bool {
        if self.answers.get(sentence) == Some(&Answer::No) {
            return true;
        }
        let Some(scopes) = self.by_sentence.get(sentence) else {
            return false;
        };
        scopes.iter().any(|scope| {
            let applies = match scope.cue {
                Cue::NoNoun | Cue::Negates | Cue::NegatesNear | Cue::NegatesBefore => true,
                Cue::NotGiven | Cue::NotGivenBefore => subject == Subject::Medicine,
                _ => false,
            };
            applies && scope.covers(first, end)
        })
    }

    /// Whether a stretch brings its own denial: "no fever", marked as a whole.
    pub(crate) fn denies_itself(&self, sentence: usize, first: usize, end: usize) -> bool {
        let scopes = self.by_sentence.get(sentence).into_iter().flatten();
        scopes
            .into_iter()
            .any(|s| matches!(s.cue, Cue::NoNoun | Cue::Negates) && s.first >= first && s.end < end)
    }

    /// The traits of tokens `first..end`, negation among them.
    pub(crate) fn traits(
        &self,
        sentence: usize,
        first: usize,
        end: usize,
        subject: Subject,
    ) -> Vec<(TraitName, f32)> {
        let mut found: Vec<(TraitName, f32)> = Vec::new();
        let mut add = |name: TraitName, score: f32| {
            if !found.iter().any(|(known, _)| *known == name) {
                found.push((name, score));
            }
        };
        if self.negated(sentence, first, end, subject) {
            add(TraitName::Negation, 0.93);
        }
        if self.answers.get(sentence) == Some(&Answer::Open) && subject != Subject::Test {
            add(TraitName::Hypothetical, 0.7);
        }
        for scope in self.by_sentence.get(sentence).into_iter().flatten() {
            if scope.covers(first, end)
                && let Some((name, score)) = trait_of(scope.cue, subject)
            {
                add(name, score);
            }
        }
        found
    }
}

fn trait_of(cue: Cue, subject: Subject) -> Option<(TraitName, f32)> {
    Some(match (cue, subject) {
        (Cue::Doubts | Cue::DoubtsBefore, Subject::Condition) => (TraitName::LowConfidence, 0.85),
        (Cue::Supposes, Subject::Condition) => (TraitName::Hypothetical, 0.85),
        (Cue::Considers, Subject::Medicine | Subject::Test) => (TraitName::Hypothetical, 0.8),
        (Cue::Past | Cue::PastNear | Cue::PastBefore, _) => (TraitName::PastHistory, 0.88),
        (Cue::Took, Subject::Medicine) => (TraitName::PastHistory, 0.8),
        (Cue::Family | Cue::Relative, Subject::Condition | Subject::Medicine) => {
            (TraitName::PertainsToFamily, 0.92)
        }
        (Cue::Plans, Subject::Test) => (TraitName::Future, 0.85),
        _ => return None,
    })
}

impl Scope {
    fn covers(&self, first: usize, end: usize) -> bool {
        let inside = self.from <= first && end <= self.to;
        // A cue that is part of the name itself says nothing about it.
        let own_word = self.first >= first && self.end <= end;
        inside && !own_word
    }
}

#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) cue: Cue,
    pub(super) first: usize,
    pub(super) end: usize,
}

fn scopes(tokens: &Tokens<'_>, sentence: &Sentence) -> Vec<Scope> {
    let found = cues(tokens, sentence);
    let mut list = Vec::new();
    for (index, cue) in found.iter().enumerate() {
        let others = &found[..];
        match reach(cue.cue) {
            Reach::After(limit) => {
                if let Some(to) = end_of_scope(tokens, sentence, others, index, limit) {
                    list.push(Scope {
                        cue: cue.cue,
                        from: cue.end,
                        to,
                        first: cue.first,
                        end: cue.end,
                    });
                }
            }
            Reach::Before(limit) => {
                let from = start_of_scope(tokens, sentence, others, index, limit);
                list.push(Scope {
                    cue: cue.cue,
                    from,
                    to: cue.first,
                    first: cue.first,
                    end: cue.end,
                });
            }
            Reach::Nothing => {}
        }
        if cue.cue == Cue::Relative {
            list.extend(relative_scope(tokens, sentence, others, index));
        }
    }
    list
}

fn cues(tokens: &Tokens<'_>, sentence: &Sentence) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = sentence.first;
    while at < sentence.end {
        match CUES.longest(tokens, at) {
            Some((end, _)) if end > sentence.end => at += 1,
            Some((_, Cue::NoNoun | Cue::Negates)) if is_reply_particle(tokens, sentence, at) => {
                at += 1;
            }
            // "No. 5", "no one": not a denial of what follows.
            Some((end, Cue::NoNoun))
                if matches!(tokens.lower(end), "one" | "problem") && end == at + 1 =>
            {
                at = end;
            }
            Some((end, cue)) if !stands(tokens, sentence, cue, at, end) => at = end,
            // "has not demonstrated any": active, so it governs what follows.
            Some((_, Cue::NegatesBefore))
                if tokens.lower(at) == "not" && is_auxiliary(tokens.lower(at.wrapping_sub(1))) =>
            {
                found.push(Found {
                    cue: Cue::Negates,
                    first: at,
                    end: at + 1,
                });
                at += 1;
            }
            Some((end, cue)) => {
                found.push(Found {
                    cue,
                    first: at,
                    end,
                });
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

fn is_auxiliary(word: &str) -> bool {
    matches!(word, "has" | "have" | "had" | "did" | "does" | "do")
}

/// Whether a phrase does its work here: "absent" after a noun, "non" before a hyphen.
fn stands(tokens: &Tokens<'_>, sentence: &Sentence, cue: Cue, at: usize, end: usize) -> bool {
    match cue {
        Cue::NegatesNear if tokens.lower(at) == "non" => tokens.gap(end).has(Gap::HYPHEN),
        Cue::NegatesBefore if end == at + 1 => {
            let verb = matches!(
                tokens.lower(at),
                "disappeared" | "resolved" | "subsided" | "ceased" | "abated" | "unlikely"
            );
            let hyphen = tokens.gap(at).has(Gap::HYPHEN);
            let closes = end == sentence.end
                || tokens.gap(end).has(Gap::COMMA)
                || matches!(
                    tokens.lower(end),
                    "and" | "on" | "in" | "for" | "at" | "but"
                );
            verb || (closes && !hyphen)
        }
        _ => true,
    }
}

enum Reach {
    After(usize),
    Before(usize),
    Nothing,
}

fn reach(cue: Cue) -> Reach {
    match cue {
        Cue::NoNoun | Cue::Negates => Reach::After(28),
        Cue::NegatesNear => Reach::After(3),
        Cue::NegatesBefore | Cue::DoubtsBefore => Reach::Before(12),
        Cue::NotGiven => Reach::After(12),
        Cue::NotGivenBefore => Reach::Before(5),
        Cue::Doubts => Reach::After(9),
        Cue::Supposes => Reach::After(14),
        Cue::Considers => Reach::After(8),
        Cue::Past => Reach::After(28),
        Cue::PastNear => Reach::After(3),
        Cue::PastBefore => Reach::Before(10),
        Cue::Took => Reach::After(9),
        Cue::Family => Reach::After(24),
        Cue::Plans => Reach::After(10),
        Cue::Pseudo | Cue::Ends | Cue::Asserts | Cue::Gives | Cue::Relative => Reach::Nothing,
    }
}

/// Whether a later cue ends the scope of an earlier one.
fn ends(earlier: Cue, later: Cue) -> bool {
    match later {
        Cue::Ends => earlier != Cue::Plans,
        Cue::Asserts => !matches!(earlier, Cue::Plans | Cue::Considers),
        Cue::Gives => matches!(earlier, Cue::NotGiven | Cue::Took),
        Cue::Past | Cue::Family => matches!(
            earlier,
            Cue::Past | Cue::Family | Cue::Doubts | Cue::Supposes
        ),
        Cue::NoNoun | Cue::Negates => {
            matches!(
                earlier,
                Cue::Past | Cue::Doubts | Cue::Supposes | Cue::NotGiven | Cue::Family
            )
        }
        Cue::Plans | Cue::NotGiven => {
            matches!(earlier, Cue::Past | Cue::Family) && later == Cue::NotGiven
        }
        _ => false,
    }
}

fn end_of_scope(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    found: &[Found],
    index: usize,
    limit: usize,
) -> Option<usize> {
    let cue = found[index];
    let stop = sentence.end.min(cue.end + limit);
    for at in cue.end..stop {
        if let Some(later) = found[index + 1..].iter().find(|later| later.first == at)
            && ends(cue.cue, later.cue)
            // "does not report", "no longer complains of": the denial is of the report.
            && !(later.cue == Cue::Asserts && later.first == cue.end)
        {
            return Some(at);
        }
        if new_clause(tokens, cue, at) {
            return Some(at);
        }
    }
    Some(stop)
}

pub(super) fn start_of_scope(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    found: &[Found],
    index: usize,
    limit: usize,
) -> usize {
    let cue = found[index];
    let stop = sentence.first.max(cue.first.saturating_sub(limit));
    let mut at = cue.first;
    while at > stop {
        let ended = found[..index]
            .iter()
            .rev()
            .any(|e| e.end == at && matches!(e.cue, Cue::Ends | Cue::Asserts));
        if ended || (tokens.gap(at).has(Gap::COMMA) && clause_verb(tokens, stop, at)) {
            break;
        }
        at -= 1;
    }
    at
}
