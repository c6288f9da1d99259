//! What is wrong with the fields of a form.

use std::collections::BTreeMap;

use seva_model::{AppError, ErrorCode, holds_invisible};

/// Sentences by field, as they are found.
#[derive(Default)]
pub(crate) struct Wrong(BTreeMap<String, String>);

impl Wrong {
    /// Keeps the first sentence of each field.
    pub(crate) fn note(&mut self, field: &str, sentence: impl Into<String>) {
        self.0
            .entry(field.to_owned())
            .or_insert_with(|| sentence.into());
    }

    /// The value, if nothing is wrong.
    ///
    /// # Errors
    /// Every field that is wrong; the message is the sentence of the first.
    pub(crate) fn or<T>(self, value: T) -> Result<T, AppError> {
        match self.0.values().next() {
            None => Ok(value),
            Some(first) => Err(AppError {
                code: ErrorCode::ValidationFailed,
                message: first.clone(),
                fields: self.0,
            }),
        }
    }

    /// The text trimmed, one line unless `lines`.
    pub(crate) fn tidy(
        &mut self,
        field: &str,
        what: &str,
        text: &str,
        max: usize,
        lines: bool,
    ) -> String {
        let text = text.replace("\r\n", "\n").trim().to_owned();
        if text.chars().count() > max {
            self.note(field, format!("Shorten {what} to {max} characters."));
        }
        if holds_invisible(&text, lines) {
            self.note(
                field,
                format!("Remove the invisible characters from {what}."),
            );
        }
        text
    }
}
