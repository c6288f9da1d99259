//! Whether a line says that the medicine is taken only when there is need of it.

use crate::sig::words;

/// "As needed", "SOS", "if there is pain", "when necessary", "on demand".
pub(crate) fn speaks_of_need(text: &str) -> bool {
    let text = text.to_lowercase();
    text.split(['.', ',', ';', '\n']).any(|clause| {
        let words: Vec<&str> = words(clause).collect();
        (0..words.len()).any(|at| is_need(&words[..at], words[at], &words[at + 1..]))
    })
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

/// "Stop if there is a rash" says nothing of when to take it.
fn warns(before: &[&str]) -> bool {
    before.iter().any(|word| {
        matches!(
            *word,
            "stop"
                | "discontinue"
                | "avoid"
                | "call"
                | "consult"
                | "contact"
                | "inform"
                | "report"
                | "return"
                | "review"
                | "come"
                | "visit"
                | "see"
        )
    })
}

/// "When awake", "when you go to bed": a time of every day.
fn speaks_of_sleep(behind: &[&str]) -> bool {
    let near = behind.iter().take(4);
    near.copied()
        .any(|word| matches!(word, "awake" | "wake" | "waking" | "bed"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert!(!speaks_of_need(text), "{text}");
        }
    }
}
