//! Advice and follow-up: what a prescription carries besides medicines.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;

use crate::text::{Gap, Phrases, Sentence, Tokens};

/// What a span of advice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceKind {
    /// What the patient is to do or to avoid.
    Advice,
    /// When the patient is to come back.
    FollowUp,
}

/// A part of the text for the advice section of a prescription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdviceSpan {
    /// Advice or follow-up.
    pub kind: AdviceKind,
    /// First code point.
    pub begin_offset: usize,
    /// One past the last code point.
    pub end_offset: usize,
    /// The text between the offsets.
    pub text: String,
}

/// A span in tokens.
pub(crate) struct Found {
    pub(crate) kind: AdviceKind,
    pub(crate) tokens: Range<usize>,
}

/// Imperatives, which count where an imperative may stand.
const ADVICE: &[&str] = &[
    "drink",
    "avoid",
    "rest",
    "take rest",
    "take adequate rest",
    "take bed rest",
    "bed rest",
    "eat",
    "walk",
    "exercise",
    "reduce",
    "cut down",
    "limit",
    "restrict",
    "gargle",
    "do gargles",
    "steam inhalation",
    "do steam inhalation",
    "take steam",
    "warm saline gargles",
    "salt water gargles",
    "increase fluid",
    "increase fluids",
    "increase your fluid",
    "increase water",
    "plenty of",
    "stop smoking",
    "quit smoking",
    "quit",
    "keep",
    "elevate",
    "apply ice",
    "ice packs",
    "use ice",
    "use a humidifier",
    "do not",
    "don t",
    "maintain",
    "monitor",
    "wear",
    "wash",
    "stay hydrated",
    "stay",
    "lose weight",
    "follow a",
    "follow low",
    "low salt",
    "low sodium",
    "low fat",
    "diabetic diet",
    "check your",
    "check blood",
    "check bp",
    "continue exercise",
    "continue physiotherapy",
    "do regular",
    "regular exercise",
    "sleep",
    "cover",
    "isolate",
    "get plenty",
    "get enough",
    "have plenty",
    "soft diet",
    "light diet",
    "liquid diet",
    "no heavy",
    "no lifting",
    "no driving",
    "hot fomentation",
    "warm compress",
    "cold compress",
    "cold sponging",
    "tepid sponging",
    "complete the course",
    "finish the course",
    "complete bed rest",
    "use a condom",
    "use protection",
    "brush",
];

const FOLLOW_UP: &[&str] = &[
    "follow up",
    "followup",
    "review after",
    "review in",
    "review on",
    "review if",
    "review with",
    "to review",
    "come back",
    "return in",
    "return after",
    "return to",
    "return if",
    "return for",
    "see you in",
    "see you again",
    "see me in",
    "see me after",
    "see him in",
    "see her in",
    "see him back",
    "see her back",
    "see you back",
    "revisit",
    "next visit",
    "next appointment",
    "recheck in",
    "recheck after",
    "repeat visit",
    "report if",
    "report immediately",
    "report back",
    "call if",
    "call us if",
    "call me if",
    "go to the emergency",
    "visit again",
    "appointment in",
    "appointment after",
    "come for review",
    "come for follow",
    "consult if",
];

/// Words after which an imperative may stand.
const OPENINGS: &[&str] = &[
    "advise",
    "advised",
    "also",
    "and",
    "but",
    "can",
    "counselled",
    "instructed",
    "kindly",
    "must",
    "please",
    "recommend",
    "recommended",
    "should",
    "then",
    "to",
    "try",
    "asked",
    "have",
    "is",
    "are",
    "continue",
    "on",
    "advice",
    "is",
];

static PHRASES: LazyLock<Phrases<AdviceKind>> = LazyLock::new(|| {
    let advice = ADVICE.iter().map(|phrase| (*phrase, AdviceKind::Advice));
    Phrases::new(
        advice.chain(
            FOLLOW_UP
                .iter()
                .map(|phrase| (*phrase, AdviceKind::FollowUp)),
        ),
    )
});

/// All advice of a text, in order; a sentence with a medicine to take is not advice.
pub(crate) fn advice(
    tokens: &Tokens<'_>,
    sentences: &[Sentence],
    prescribes: impl Fn(usize, usize) -> bool,
) -> Vec<Found> {
    let mut found = Vec::new();
    for sentence in sentences.iter().filter(|sentence| !sentence.question) {
        let starts = starts(tokens, sentence);
        for (index, (first, kind)) in starts.iter().enumerate() {
            let next = starts
                .get(index + 1)
                .map_or(sentence.end, |(next, _)| *next);
            let end = trimmed(tokens, *first, next);
            if end > *first && !(*kind == AdviceKind::Advice && prescribes(*first, end)) {
                found.push(Found {
                    kind: *kind,
                    tokens: *first..end,
                });
            }
        }
    }
    found
}

/// Where advice begins; a phrase of the same kind goes on with the one before.
fn starts(tokens: &Tokens<'_>, sentence: &Sentence) -> Vec<(usize, AdviceKind)> {
    let mut starts: Vec<(usize, AdviceKind)> = Vec::new();
    let mut at = sentence.first;
    while at < sentence.end {
        match PHRASES.longest(tokens, at) {
            Some((end, kind)) if end <= sentence.end && opens(tokens, sentence, at, kind) => {
                if starts.last().is_none_or(|(_, last)| *last != kind) {
                    starts.push((at, kind));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    starts
}

fn opens(tokens: &Tokens<'_>, sentence: &Sentence, at: usize, kind: AdviceKind) -> bool {
    if at == sentence.first || tokens.gap(at).has(Gap::COMMA.or(Gap::COLON)) {
        return true;
    }
    let before = tokens.lower(at - 1);
    if kind == AdviceKind::FollowUp {
        return !matches!(
            before,
            "did" | "last" | "for" | "here" | "his" | "her" | "not"
        );
    }
    OPENINGS.contains(&before)
        && !matches!(
            tokens.lower(at.wrapping_sub(2)),
            "unable" | "able" | "not" | "cannot" | "i" | "he" | "she"
        )
}

/// Without the "and" before the next span.
fn trimmed(tokens: &Tokens<'_>, first: usize, end: usize) -> usize {
    let mut end = end;
    while end > first
        && matches!(
            tokens.lower(end - 1),
            "and"
                | "then"
                | "also"
                | "please"
                | "to"
                | "kindly"
                | "should"
                | "i"
                | "will"
                | "ll"
                | "you"
                | "we"
        )
    {
        end -= 1;
    }
    end
}
