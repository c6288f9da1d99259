//! Values that can only be built valid: parse once at the edge, trust inside.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use serde::{Deserialize, Serialize};

/// A value was refused. The sentence is fit for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    /// Name of the form's field.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// A stored or received name that no enum knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this name is not known")]
pub struct UnknownName;

fn refuse(field: &'static str, message: &str) -> ValueError {
    ValueError {
        field,
        message: message.to_owned(),
    }
}

/// One line of text without control or invisible direction characters, trimmed.
pub(crate) fn single_line(
    field: &'static str,
    text: &str,
    max_chars: usize,
    what: &str,
) -> Result<String, ValueError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(refuse(field, &format!("Enter {what}.")));
    }
    if text.chars().count() > max_chars {
        return Err(refuse(
            field,
            &format!("Shorten {what} to {max_chars} characters."),
        ));
    }
    if text.chars().any(is_unprintable) {
        return Err(refuse(
            field,
            &format!("Remove the invisible characters from {what}."),
        ));
    }
    Ok(text.to_owned())
}

/// Control characters, and the marks that let a name display as another one.
/// The joiners U+200C and U+200D stay: Devanagari needs them.
fn is_unprintable(c: char) -> bool {
    c.is_control() || turns_direction(c) || matches!(c, '\u{200B}' | '\u{FEFF}')
}

/// Whether an invisible mark turns the direction of what stands around it: a dose may read
/// one way on the screen and another on paper.
#[must_use]
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text holds control characters, or marks that turn the direction of writing.
/// Line ends are taken where it may have `lines`.
#[must_use]
pub fn holds_invisible(text: &str, lines: bool) -> bool {
    text.chars()
        .any(|c| (c.is_control() && !(lines && c == '\n')) || turns_direction(c))
}

macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

text_value!(
    /// An e-mail address, in lower case; the name of an account.
    EmailAddress
);
text_value!(
    /// A doctor's name as it stands on the prescription, 1 to 255 characters.
    FullName
);
text_value!(
    /// A patient's name, 1 to 255 characters.
    PatientName
);
text_value!(
    /// Six digits, sent by mail or shown by an authenticator app; a mail that a
    /// sign-in asks for may bring up to eight.
    ConfirmationCode
);

// Names and addresses are personal data: they stay out of debug output, and so
// out of logs.
macro_rules! hidden_debug {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        })+
    };
}
hidden_debug!(
    EmailAddress,
    FullName,
    PatientName,
    ConfirmationCode,
    Password
);

impl FromStr for EmailAddress {
    type Err = ValueError;

    /// Accepts what has one `@`, a name before it and a dotted or local domain
    /// after it, 254 characters at most (RFC 5321); mail itself proves the rest.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = single_line("email", text, 254, "the e-mail address")?.to_lowercase();
        let plausible = text.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
                && !text.contains(char::is_whitespace)
        });
        if plausible {
            Ok(Self(text))
        } else {
            Err(refuse(
                "email",
                "Enter an e-mail address such as name@clinic.example.",
            ))
        }
    }
}

impl FromStr for FullName {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        single_line("full_name", text, 255, "your name").map(Self)
    }
}

impl FromStr for PatientName {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        single_line("patient_name", text, 255, "the patient's name").map(Self)
    }
}

impl FromStr for ConfirmationCode {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::digits(text, 6..=6, "Enter the six digits of the code.")
    }
}

impl ConfirmationCode {
    /// A code that was mailed because a sign-in asked for it: how many digits it
    /// has is the identity provider's affair, six to eight.
    ///
    /// # Errors
    /// It is something else.
    pub fn mailed_at_sign_in(text: &str) -> Result<Self, ValueError> {
        Self::digits(
            text,
            6..=8,
            "Enter all digits of the code, six to eight of them.",
        )
    }

    fn digits(
        text: &str,
        count: RangeInclusive<usize>,
        sentence: &str,
    ) -> Result<Self, ValueError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if count.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(refuse("confirmation_code", sentence))
        }
    }
}

/// A password that meets the policy. It has no `Display` and no `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Fewest characters of a new password.
    pub const MIN_CHARS: usize = 8;

    /// A new password: 8 to 256 characters with an upper-case letter, a
    /// lower-case letter, a digit and a symbol (the default policy of a Cognito
    /// user pool, so that both identity providers agree).
    ///
    /// # Errors
    /// The sentence names everything that is missing.
    pub fn new(text: String) -> Result<Self, ValueError> {
        let mut missing = Vec::new();
        let mut need = |met: bool, what: &'static str| {
            if !met {
                missing.push(what);
            }
        };
        need(text.chars().count() >= Self::MIN_CHARS, "8 characters");
        need(text.chars().any(char::is_uppercase), "an upper-case letter");
        need(text.chars().any(char::is_lowercase), "a lower-case letter");
        need(text.chars().any(|c| c.is_ascii_digit()), "a digit");
        need(text.chars().any(|c| !c.is_alphanumeric()), "a symbol");
        if text.chars().count() > 256 {
            return Err(refuse(
                "password",
                "Shorten the password to 256 characters.",
            ));
        }
        if missing.is_empty() {
            Ok(Self(text))
        } else {
            Err(ValueError {
                field: "password",
                message: format!("The password also needs {}.", missing.join(", ")),
            })
        }
    }

    /// A password typed to sign in: whatever was set once may be tried.
    #[must_use]
    pub const fn attempt(text: String) -> Self {
        Self(text)
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_email_is_folded_and_checked() {
        let email: EmailAddress = "  Doctor@Hospital.COM ".parse().unwrap();
        assert_eq!(email.as_str(), "doctor@hospital.com");
        for bad in [
            "",
            "doctor",
            "@x.y",
            "a@",
            "a@b",
            "a@b..c",
            "a b@c.d",
            "a@b@c.d",
            "a@b.c\u{202e}",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_code_has_six_digits_and_one_mailed_at_a_sign_in_up_to_eight() {
        for (text, six, mailed) in [
            ("004217", true, true),
            (" 004 217\n", true, true),
            ("0042171", false, true),
            ("0042 1718", false, true),
            ("00421", false, false),
            ("004217189", false, false),
            ("00421x", false, false),
            ("\u{661}\u{662}\u{663}", false, false),
            ("", false, false),
        ] {
            assert_eq!(text.parse::<ConfirmationCode>().is_ok(), six, "{text:?}");
            let at_sign_in = ConfirmationCode::mailed_at_sign_in(text);
            assert_eq!(at_sign_in.is_ok(), mailed, "{text:?}");
        }
    }

    #[test]
    fn a_code_is_kept_without_its_spaces() {
        let code: ConfirmationCode = " 004 217".parse().unwrap();
        assert_eq!(code.as_str(), "004217");
    }

    #[test]
    fn a_new_password_names_all_that_is_missing() {
        let error = Password::new("abc".to_owned()).unwrap_err();
        assert_eq!(
            error.message,
            "The password also needs 8 characters, an upper-case letter, a digit, a symbol."
        );
        assert!(Password::new("SecurePass123!".to_owned()).is_ok());
    }

    #[test]
    fn personal_values_do_not_show_in_debug_output() {
        let name: PatientName = "Asha Verma".parse().unwrap();
        assert!(!format!("{name:?}").contains("Asha"));
        assert!(!format!("{:?}", Password::attempt("secret".into())).contains("secret"));
    }

    #[test]
    fn a_devanagari_name_with_joiners_is_a_name() {
        assert!("क्ष\u{200d}मा शर्मा".parse::<PatientName>().is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_parsed_value_parses_to_itself(text in "\\PC{0,300}") {
            if let Ok(name) = text.parse::<PatientName>() {
                prop_assert_eq!(name.as_str().parse::<PatientName>().unwrap(), name.clone());
                prop_assert!(!name.as_str().is_empty() && name.as_str().chars().count() <= 255);
            }
            if let Ok(email) = text.parse::<EmailAddress>() {
                prop_assert_eq!(email.as_str().parse::<EmailAddress>().unwrap(), email.clone());
            }
        }
    }
}
