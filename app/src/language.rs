//! The language of dictations: what pages call it, and which one a doctor chose last. That
//! is kept in a cookie of the browser, so that the server draws the form as the browser
//! would; doctors who share a browser have one each.

use std::fmt::Display;

use seva_model::Language;
#[cfg(feature = "ssr")]
use seva_model::UserId;

use crate::browser::cookies;

const COOKIE: &str = "seva-language";

/// What whoever dictates in another language has to know.
pub(crate) const FINDINGS: &str = "Medicines and conditions are looked for in English text only.";

/// Whether a dictation is in English, of whatever region, by its language's code.
pub(crate) fn is_english(code: &str) -> bool {
    Language::of_code(code) == Some(Language::English)
}

/// What the page of a dictation calls its language; nothing for English, as most are.
pub(crate) fn name(code: &str) -> Option<String> {
    match Language::of_code(code) {
        Some(Language::English) => None,
        Some(Language::Undetermined) => Some("language found by listening".to_owned()),
        Some(language) => Some(language.label().to_owned()),
        None => Some(format!("language {code}")),
    }
}

/// Remembers a doctor's choice. In the browser only.
pub(crate) fn remember(doctor: &str, language: Language) {
    cookies::write(&cookie_name(doctor), language.as_str());
}

/// What a doctor chose last in this browser; on the server, in the one that asks.
pub(crate) fn remembered(doctor: impl Display) -> Option<Language> {
    cookies::read(&cookie_name(doctor))?.parse().ok()
}

/// The text of `Set-Cookie` that remembers a doctor's choice in a browser without script.
#[cfg(feature = "ssr")]
#[must_use]
pub fn cookie(doctor: UserId, language: Language) -> String {
    cookies::line(&cookie_name(doctor), language.as_str())
}

fn cookie_name(doctor: impl Display) -> String {
    format!("{COOKIE}-{doctor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_what_a_page_does_not_mention() {
        for code in ["en-US", "en-IN", "en"] {
            assert!(is_english(code));
            assert_eq!(name(code), None);
        }
        for (code, words) in [
            ("hi-IN", "Hindi"),
            ("und", "language found by listening"),
            ("ta-IN", "language ta-IN"),
        ] {
            assert!(!is_english(code));
            assert_eq!(name(code).as_deref(), Some(words));
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn doctors_who_share_a_browser_have_a_choice_each() {
        let (one, other) = (UserId::generate(), UserId::generate());
        let line = cookie(one, Language::Hindi);
        let pair = line.split(';').next().unwrap_or_default();
        let read = |doctor: UserId| cookies::find(pair, &cookie_name(doctor));
        assert_eq!(read(one), Some("hi-IN"));
        assert_eq!(read(other), None);
    }
}
