//! Sentences, and the turns of a conversation.

use super::{Gap, Tokens};

/// A run of tokens that is read as one statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sentence {
    /// First token.
    pub(crate) first: usize,
    /// One past the last token.
    pub(crate) end: usize,
    /// Closed with a question mark.
    pub(crate) question: bool,
}

/// Words after which a full stop ends nothing.
const ABBREVIATIONS: &[&str] = &[
    "approx", "cap", "caps", "dr", "eg", "etc", "fig", "inj", "mr", "mrs", "ms", "no", "oint",
    "prof", "smt", "st", "susp", "syp", "syr", "tab", "tabs", "vs",
];

/// No statement has more tokens. Speech without a pause is cut, at a comma where there is
/// one: medicines, cues and details of a statement are compared with one another, which
/// would take for ever in a text that is one statement.
const MOST: usize = 500;

pub(crate) fn sentences(tokens: &Tokens<'_>) -> Vec<Sentence> {
    let mut found = Vec::with_capacity(tokens.len() / 12 + 1);
    let mut first = 0;
    let mut comma = 0;
    for index in 1..=tokens.len() {
        let gap = tokens.gap(index);
        if index == tokens.len() || ends_sentence(tokens, index, gap) {
            found.push(Sentence {
                first,
                end: index,
                question: gap.has(Gap::QUESTION),
            });
            first = index;
            continue;
        }
        if gap.has(Gap::COMMA) {
            comma = index;
        }
        if index - first == MOST {
            let end = if comma > first + MOST / 2 {
                comma
            } else {
                index
            };
            found.push(Sentence {
                first,
                end,
                question: false,
            });
            first = end;
        }
    }
    found.retain(|sentence| sentence.first < sentence.end);
    found
}

fn ends_sentence(tokens: &Tokens<'_>, next: usize, gap: Gap) -> bool {
    if gap.has(Gap::STOP.or(Gap::QUESTION)) {
        return true;
    }
    if gap.has(Gap::LINE) && line_starts_anew(tokens, next, gap) {
        return true;
    }
    gap.has(Gap::PERIOD) && gap.has(Gap::SPACE) && !is_abbreviation(tokens, next)
}

/// A line break ends a sentence unless the text merely wraps.
fn line_starts_anew(tokens: &Tokens<'_>, next: usize, gap: Gap) -> bool {
    !gap.only(Gap::LINE.or(Gap::SPACE).or(Gap::COMMA))
        || tokens.is_capitalised(next)
        || tokens.is_number(next)
        || blank_line(tokens, next)
}

fn blank_line(tokens: &Tokens<'_>, next: usize) -> bool {
    let from = tokens.at(next - 1).end as usize;
    let to = tokens.at(next).start as usize;
    tokens.text[from..to]
        .bytes()
        .filter(|b| *b == b'\n')
        .count()
        > 1
}

fn is_abbreviation(tokens: &Tokens<'_>, next: usize) -> bool {
    let before = tokens.lower(next - 1);
    let small_next = !tokens.is_capitalised(next);
    if tokens.at(next - 1).dotted
        || (before.len() == 1 && before.as_bytes()[0].is_ascii_alphabetic())
    {
        return small_next || (before.len() == 1 && !matches!(before, "i" | "a"));
    }
    match before {
        // "no." is a number before figures and an answer before anything else.
        "no" => tokens.is_number(next),
        "st" | "etc" | "eg" => small_next,
        word => ABBREVIATIONS.binary_search(&word).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let tokens = Tokens::new(text);
        sentences(&tokens)
            .iter()
            .map(|s| {
                let (from, to) = tokens.span(s.first, s.end - 1);
                text[from..to].to_owned()
            })
            .collect()
    }

    #[test]
    fn full_stops_in_figures_and_abbreviations_end_nothing() {
        assert_eq!(
            split("Dr. Rao gave Tab. Dolo 650 b.d. for 5 days. Temperature 98.7 today."),
            [
                "Dr. Rao gave Tab. Dolo 650 b.d. for 5 days",
                "Temperature 98.7 today"
            ]
        );
    }

    #[test]
    fn a_wrapped_line_is_one_sentence_and_a_list_is_not() {
        assert_eq!(split("pain in the\nleft knee"), ["pain in the\nleft knee"]);
        assert_eq!(split("Fever\nCough"), ["Fever", "Cough"]);
    }

    #[test]
    fn speech_without_a_pause_is_cut_and_loses_no_word() {
        for (text, longest) in [
            ("tablet ".repeat(3 * MOST), MOST),
            (format!("{}, ", "tablet ".repeat(300)).repeat(6), 300),
        ] {
            let tokens = Tokens::new(&text);
            let all = sentences(&tokens);
            let lengths: Vec<usize> = all.iter().map(|s| s.end - s.first).collect();
            assert_eq!(lengths.iter().sum::<usize>(), tokens.len());
            assert_eq!(lengths.iter().max(), Some(&longest), "{lengths:?}");
            assert!(all.windows(2).all(|pair| pair[0].end == pair[1].first));
        }
    }

    #[test]
    fn questions_are_known() {
        let tokens = Tokens::new("any fever ? no .");
        let all = sentences(&tokens);
        assert_eq!(all.len(), 2);
        assert!(all[0].question && !all[1].question);
    }
}
