//! In which language a dictation is spoken.

use serde::{Deserialize, Serialize};

use crate::names::names;

names!(
    /// A language that a form offers, named by its BCP 47 code. A dictation may have any
    /// code; these are the ones that a doctor chooses from.
    #[derive(Default)]
    Language {
        /// As it is spoken anywhere.
        #[default]
        English = "en-US",
        /// As it is spoken in India.
        Hindi = "hi-IN",
        /// Left to the speech engine, which listens and finds out.
        Undetermined = "und",
    }
);

impl Language {
    /// What the form shows.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Hindi => "Hindi",
            Self::Undetermined => "Find out by listening",
        }
    }

    /// The language of a code, whatever its region: `en-IN` is English. None for one that
    /// no form offers.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let same = |it: &Self| primary(it.as_str()).eq_ignore_ascii_case(primary(code));
        Self::ALL.iter().copied().find(same)
    }
}

/// The language without its region.
fn primary(code: &str) -> &str {
    code.split_once('-').map_or(code, |(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_of_its_language_whatever_its_region() {
        for (code, language) in [
            ("en-US", Some(Language::English)),
            ("EN-in", Some(Language::English)),
            ("hi", Some(Language::Hindi)),
            ("und", Some(Language::Undetermined)),
            ("ta-IN", None),
            ("english", None),
            ("", None),
        ] {
            assert_eq!(Language::of_code(code), language, "{code}");
        }
    }

    #[test]
    fn english_comes_first_and_is_what_nobody_chose() {
        assert_eq!(Language::ALL.first(), Some(&Language::default()));
        assert_eq!(Language::default().as_str(), "en-US");
    }
}
