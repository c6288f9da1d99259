//! What a field does with a text that is not meant for it.

use super::texts::HARMLESS;

/// What a field takes of the texts of these tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// What has at most so many characters and no control among them, and it keeps that.
    Text(usize),
    /// The same, but nothing invisible: a name that looks like another one is none.
    Name,
    /// Not one of them: it is a number, an address, an id, a secret.
    Nothing,
    /// Whatever comes: it decides something at most, and is kept in no row.
    Any,
}

impl Takes {
    /// Whether it takes and keeps a text; `None` when that does not matter.
    pub(super) fn takes(self, text: &[u8]) -> Option<bool> {
        let Ok(text) = std::str::from_utf8(text) else {
            // Readers of forms may put a sign in the place of what they can't read.
            return (self == Self::Nothing).then_some(false);
        };
        let is_harmless = HARMLESS.contains(&text);
        match self {
            Self::Text(most) => Some(is_harmless && text.chars().count() <= most),
            Self::Name => Some(is_harmless && !text.contains('\u{200b}')),
            Self::Nothing => Some(false),
            Self::Any => None,
        }
    }
}
