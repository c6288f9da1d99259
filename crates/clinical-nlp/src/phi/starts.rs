//! Which words a private detail may begin with: most words of a text begin none, and one
//! look-up tells so.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::people::OCCUPATIONS;
use crate::text::{Gap, Kind, Tokens};

/// First words in small letters, whatever stands behind them: of names, places, numbers of
/// records, dates, addresses of the web, and figures that are spoken.
const WORDS: &str = "\
mr mrs ms dr miss smt shri sri prof master doctor mister baby name named patient \
hi hello hey thanks bye goodbye namaste good thank \
son daughter wife husband mother father brother sister uncle aunt cousin grandson granddaughter \
neighbour neighbor friend attendant guardian contact spouse partner caregiver niece nephew \
lives living resides residing stays resident native from address pin pincode zip zipcode postcode \
mrn uhid ssn aadhaar aadhar abha opd ipd passport uid crn pan medical health social registration \
record hospital policy insurance account case file licence license card bill member lab sample \
reference employee admission id chart http https www \
monday tuesday wednesday thursday friday saturday sunday january february march april may june july \
august september october november december jan feb mar apr jun jul aug sep sept oct nov dec \
age aged half hundred zero oh double triple one two three four five six seven eight nine ten eleven \
twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty \
sixty seventy eighty ninety";

static STARTS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let words = WORDS.split_whitespace();
    words.chain(OCCUPATIONS.iter().copied()).collect()
});

/// Whether a private detail may begin at a token: figures and signs always, words with a
/// capital, those of the list, and such as begin an address of mail.
pub(super) fn may_start(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(token) = tokens.get(at) else {
        return false;
    };
    let first = tokens.text.as_bytes().get(token.start as usize);
    if token.kind != Kind::Word || first.is_none_or(|byte| !byte.is_ascii_lowercase()) {
        return true;
    }
    // "asha.verma@clinic.in": nothing but points and hyphens up to the sign.
    let tight = tokens.gap(at + 1).only(Gap::PERIOD.or(Gap::HYPHEN));
    tight
        || matches!(tokens.lower(at + 1), "dot" | "underscore" | "at")
        || STARTS.contains(tokens.lower(at))
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::text::sentences;

    #[test]
    fn no_detail_begins_with_a_word_that_is_not_listed() {
        let private = include_str!("../../tests/gold/private.txt");
        let texts = [
            private.replace(['{', '}'], ""),
            private.to_lowercase(),
            include_str!("../../tests/dictations.txt").to_owned(),
            include_str!("../../tests/gold/tune.txt").to_owned(),
        ];
        let mut found = 0;
        for text in texts {
            let tokens = Tokens::new(&text);
            for sentence in sentences(&tokens) {
                for at in sentence.first..sentence.end {
                    let begins = find(&tokens, &sentence, at, &|_| false).is_some();
                    let word = tokens.lower(at);
                    assert!(!begins || may_start(&tokens, at), "{word}");
                    found += usize::from(begins);
                }
            }
        }
        assert!(found > 50, "{found}");
    }
}
