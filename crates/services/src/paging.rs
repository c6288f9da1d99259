use std::str::FromStr;

use serde::{Deserialize, Serialize};
use seva_model::AppError;
use seva_store::Cursor;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Where the next part begins, as the filter's `before`; `None` at the end.
    pub next: Option<String>,
}

impl<T> From<seva_store::Page<T>> for Page<T> {
    fn from(page: seva_store::Page<T>) -> Self {
        Self {
            items: page.items,
            next: page.next.map(|cursor| cursor.to_string()),
        }
    }
}

/// The place that a filter's `before` names.
pub(crate) fn cursor(before: Option<&str>) -> Result<Option<Cursor>, AppError> {
    before
        .map(Cursor::from_str)
        .transpose()
        .map_err(|_| AppError::field("before", "Open the list again from its beginning."))
}

/// Something to search for, when there is something. Control characters stand in no
/// stored text, and PostgreSQL takes no NUL.
pub(crate) fn search(text: Option<&str>) -> Option<String> {
    let text = text?.chars().filter(|c| !c.is_control());
    let text: String = text.take(200).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_holds_no_control_characters() {
        assert_eq!(search(Some(" im\u{0}ran\n ")).as_deref(), Some("imran"));
        for nothing in ["", "  ", "\u{0}\u{7f}"] {
            assert_eq!(search(Some(nothing)), None);
        }
        let long = "x".repeat(201);
        assert_eq!(search(Some(&long)).map(|text| text.len()), Some(200));
    }
}
