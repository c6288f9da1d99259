//! Reading the tables.

use std::collections::HashSet;
use std::error::Error;
use std::path::PathBuf;

use seva_clinical_nlp::lexicon_key;

pub(crate) struct Source {
    pub(crate) own: PathBuf,
    pub(crate) tables: PathBuf,
}

impl Source {
    /// Lines of one of the project's own files, without comments, as cells.
    pub(crate) fn own(&self, name: &str) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
        cells(&self.own.join(name))
    }

    /// Lines of a public table.
    pub(crate) fn table(&self, name: &str) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
        cells(&self.tables.join(name))
    }

    /// Keys of a word list of the project.
    pub(crate) fn keys(&self, name: &str) -> Result<HashSet<String>, Box<dyn Error>> {
        Ok(self
            .own(name)?
            .iter()
            .map(|row| lexicon_key(&row[0]))
            .collect())
    }
}

fn cells(path: &PathBuf) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect())
}

/// The cell, or nothing.
pub(crate) fn cell(row: &[String], index: usize) -> &str {
    row.get(index).map_or("", String::as_str).trim()
}
