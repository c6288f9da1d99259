//! The phrases that put what stands near them under negation, doubt, condition,
//! history or family: rules in the manner of NegEx and ConText.

use std::sync::LazyLock;

use crate::text::Phrases;

/// What a phrase does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    /// "no", "without": negates the nouns that follow; ends at a finite verb.
    NoNoun,
    /// "denies", "negative for": negates to the end of the clause.
    Negates,
    /// "non-", "could not": negates the next few words.
    NegatesNear,
    /// "was ruled out", "absent": negates what stands before.
    NegatesBefore,
    /// Looks like a cue and is none: "no increase in", "not only".
    Pseudo,
    /// Ends every scope: "but", "except".
    Ends,
    /// Asserts anew what follows: "complains of", "presents with".
    Asserts,
    /// "stop", "avoid", "allergic to": the medicine that follows is not to be given.
    NotGiven,
    /// "was stopped": the medicine before is not given.
    NotGivenBefore,
    /// "start", "continue": ends the scope of a medicine that is not given.
    Gives,
    /// "possible", "may have".
    Doubts,
    /// "cannot be excluded".
    DoubtsBefore,
    /// "if", "risk of", "to prevent".
    Supposes,
    /// "consider starting": for a medicine.
    Considers,
    /// "history of", "status post".
    Past,
    /// "previous", "prior": only the next few words.
    PastNear,
    /// "took", "tried": the medicine that follows was taken before.
    Took,
    /// "in the past", "years ago".
    PastBefore,
    /// "family history of".
    Family,
    /// "mother", "brother": of the family when a verb or "with" follows.
    Relative,
    /// "will need", "scheduled for": tests and treatments to come.
    Plans,
}

impl Cue {
    /// By the heading in the table.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "NoNoun" => Self::NoNoun,
            "Negates" => Self::Negates,
            "NegatesNear" => Self::NegatesNear,
            "NegatesBefore" => Self::NegatesBefore,
            "Pseudo" => Self::Pseudo,
            "Ends" => Self::Ends,
            "Asserts" => Self::Asserts,
            "NotGiven" => Self::NotGiven,
            "NotGivenBefore" => Self::NotGivenBefore,
            "Gives" => Self::Gives,
            "Doubts" => Self::Doubts,
            "DoubtsBefore" => Self::DoubtsBefore,
            "Supposes" => Self::Supposes,
            "Considers" => Self::Considers,
            "Past" => Self::Past,
            "PastNear" => Self::PastNear,
            "Took" => Self::Took,
            "PastBefore" => Self::PastBefore,
            "Family" => Self::Family,
            "Relative" => Self::Relative,
            "Plans" => Self::Plans,
            _ => return None,
        })
    }
}

static TABLE: &str = include_str!("cues.txt");

pub(super) static CUES: LazyLock<Phrases<Cue>> = LazyLock::new(|| Phrases::new(read(TABLE)));

/// Headings in square brackets, then phrases with bars between them.
fn read(table: &str) -> Vec<(&str, Cue)> {
    let mut found = Vec::new();
    let mut cue = None;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            cue = Cue::named(name);
        } else if let Some(cue) = cue {
            let phrases = line
                .split('|')
                .map(str::trim)
                .filter(|phrase| !phrase.is_empty());
            found.extend(phrases.map(|phrase| (phrase, cue)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Tokens;

    #[test]
    fn the_longest_phrase_decides() {
        let tokens = Tokens::new("no increase in cough, cannot be ruled out, no");
        assert_eq!(CUES.longest(&tokens, 0), Some((3, Cue::Pseudo)));
        assert_eq!(CUES.longest(&tokens, 4), Some((8, Cue::DoubtsBefore)));
        assert_eq!(CUES.longest(&tokens, 8), Some((9, Cue::NoNoun)));
    }

    #[test]
    fn every_heading_of_the_table_is_a_cue_and_every_phrase_is_lower_case() {
        let headings = TABLE
            .lines()
            .filter_map(|l| l.strip_prefix('[')?.strip_suffix(']'));
        assert_eq!(
            headings.filter(|name| Cue::named(name).is_some()).count(),
            21
        );
        for (phrase, _) in read(TABLE) {
            assert!(
                phrase.chars().all(|c| c.is_ascii_lowercase() || c == ' '),
                "{phrase}"
            );
        }
    }
}
