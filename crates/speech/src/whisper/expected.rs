//! What the engine is told to expect, in the model's tokens.
//!
//! The names are the same for one recording after the other, so the last ones are kept.

use std::sync::{Arc, Mutex, PoisonError};

use whisper_rs::{WhisperContext, WhisperTokenId};

use super::names::Names;
use crate::SpeechError;

/// Half of the model's text window, less the token that opens the prompt.
const PROMPT_TOKENS: usize = 200;
/// So many terms stand before a piece: each more takes from the weight of the others.
const PROMPTED: usize = 20;

/// Terms as the model takes them.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    terms: Vec<String>,
    /// What may have been said just before.
    pub(crate) prompt: Vec<WhisperTokenId>,
    /// What is likelier to be gone on with once it is begun.
    pub(crate) names: Names,
}

/// The terms of the last recording that had some.
#[derive(Debug, Default)]
pub(crate) struct LastExpected(Mutex<Arc<Expected>>);

impl LastExpected {
    pub(crate) fn get(
        &self,
        context: &WhisperContext,
        terms: &[String],
    ) -> Result<Arc<Expected>, SpeechError> {
        if terms.is_empty() {
            return Ok(Arc::default());
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.terms != terms {
            *last = Arc::new(Expected {
                terms: terms.to_vec(),
                prompt: prompt(context, terms)?,
                names: Names::new(context, terms),
            });
        }
        Ok(Arc::clone(&last))
    }
}

/// The terms as a sentence the model may have heard just before, as many as fit.
fn prompt(context: &WhisperContext, terms: &[String]) -> Result<Vec<WhisperTokenId>, SpeechError> {
    let mut fitting = Vec::new();
    let mut text = String::new();
    for term in terms
        .iter()
        .take(PROMPTED)
        .map(|term| term.replace('\0', " "))
    {
        let longer = if text.is_empty() {
            format!(" Medicines: {term}")
        } else {
            format!("{text}, {term}")
        };
        // No text has more tokens than bytes; with less room the tokenizer's answer is undefined.
        let tokens = context
            .tokenize(&format!("{longer}."), longer.len() + 2)
            .map_err(SpeechError::Engine)?;
        if tokens.len() > PROMPT_TOKENS {
            break;
        }
        (text, fitting) = (longer, tokens);
    }
    Ok(fitting)
}
