//! Whether a line says that the medicine is taken only when there is need of it.

use crate::sig::words;

/// "As needed", "SOS", "if there is pain", "when necessary", "on demand".
pub(crate) fn speaks_of_need(text: &str) -> bool {
    let text = without_points(text);
    text.split(['.', ',', ';', '\n']).any(|clause| {
        let words: Vec<&str> = words(clause).collect();
        (0..words.len()).any(|at| is_need(&words[..at], words[at], &words[at + 1..]))
    })
}

/// Whether the mark of as needed, SOS or PRN, stands anywhere in a text. An "if" among
/// instructions may be about food or a side effect; the mark is about the taking.
pub(crate) fn is_marked_as_needed(text: &str) -> bool {
    words(&without_points(text)).any(|word| matches!(word, "sos" | "prn"))
}

/// In small letters, with "S.O.S." and "p.r.n." as words: full stops would split them.
fn without_points(text: &str) -> String {
    let text = text.to_lowercase();
    text.replace("s.o.s", "sos").replace("p.r.n", "prn")
}

/// Whether a word of a clause, between those before and behind it, speaks of need.
fn is_need(before: &[&str], word: &str, behind: &[&str]) -> bool {
    match word {
        "needed" | "required" | "necessary" | "sos" | "prn" => true,
        "demand" => before.last() == Some(&"on"),
        "need" | "requirement" => {
            matches!(before.last(), Some(&"per" | &"to")) || behind.first() == Some(&"basis")
        }
        "if" | "whenever" | "unless" => !warns(before),
        "when" => !warns(before) && !speaks_of_sleep(behind),
        "case" => before.last() == Some(&"in") && !warns(before),
        _ => false,
    }
}

/// Verbs that tell when not to take it, or what else to do. `OTHERWISE` of the clinical
/// language's `conditional.rs` holds the same words: this crate and that know nothing of each
/// other.
const WARNS: &[&str] = &[
    "avoid",
    "avoided",
    "call",
    "come",
    "consult",
    "contact",
    "decrease",
    "discontinue",
    "discontinued",
    "double",
    "held",
    "hold",
    "increase",
    "inform",
    "omit",
    "omitted",
    "reduce",
    "report",
    "return",
    "review",
    "see",
    "skip",
    "skipped",
    "stop",
    "stopped",
    "visit",
    "withheld",
    "withhold",
];

/// "Stop if there is a rash", "do not take it if drowsy" say nothing of when to take it; "not
/// more than three if there is pain" does.
fn warns(before: &[&str]) -> bool {
    let otherwise = |(at, word): (usize, &&str)| match *word {
        "never" | "don" | "dont" => true,
        "not" => !matches!(before.get(at + 1), Some(&("exceeding" | "more" | "over"))),
        word => WARNS.binary_search(&word).is_ok(),
    };
    before.iter().enumerate().any(otherwise)
}

/// "When awake", "when you go to bed": a time of every day. "When itching keeps you awake" is
/// none.
fn speaks_of_sleep(behind: &[&str]) -> bool {
    let subject = |word: &&&str| matches!(**word, "you" | "he" | "she" | "they" | "is" | "are");
    let rest: Vec<&str> = behind.iter().skip_while(subject).copied().collect();
    matches!(
        rest.as_slice(),
        ["awake" | "wake" | "wakes" | "waking", ..]
            | ["go" | "goes" | "going", "to", "bed" | "sleep", ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(WARNS.is_sorted());
    }

    #[test]
    fn need_is_told_in_many_words() {
        for text in [
            "SOS",
            "twice daily PRN",
            "every 6 hours as needed",
            "thrice daily if required",
            "when necessary",
            "three times a day if there is pain",
            "Only if fever",
            "whenever wheezy",
            "in case of vomiting",
            "on demand",
            "on a need basis",
            "as per requirement",
            "twice daily, only when in pain",
            "stop if rash, take if itching",
            "S.O.S. for fever",
            "1-0-1 s.o.s",
            "P.R.N.",
            "take only when itching keeps you awake",
            "not more than three a day if there is pain",
        ] {
            assert!(speaks_of_need(text), "{text}");
        }
    }

    #[test]
    fn what_is_taken_regularly_is_not_as_needed() {
        for text in [
            "",
            "twice daily after food",
            "1-0-1",
            "when awake",
            "when you go to bed",
            "Stop if there is a rash",
            "review in case of fever",
            "no need to fast",
            "when you wake up",
            "when going to bed",
            "when she is awake",
            "Hold if pulse below 60",
            "Skip the dose if sugar is below 100",
            "to be omitted in case of vomiting",
            "reduce when BP is below 90",
            "Do not take if drowsy",
            "Don't drive if drowsy",
        ] {
            assert!(!speaks_of_need(text), "{text}");
        }
    }
}
