//! Compiles the public tables and the project's own into the three embedded files.
//!
//! `cargo run --release -p seva-clinical-nlp --example compile_lexicon -- TABLES_DIR`
//! where `TABLES_DIR` holds the five unpacked `.tsv` files named in
//! `lexicon/README.md`. Writes into the crate's `lexicon/` folder. Same input, same bytes.

#![expect(clippy::print_stdout, reason = "what a program answers")]

use std::error::Error;
use std::path::{Path, PathBuf};

#[path = "compile_lexicon/build.rs"]
mod build;
#[path = "compile_lexicon/conditions.rs"]
mod conditions;
#[path = "compile_lexicon/medicines.rs"]
mod medicines;
#[path = "compile_lexicon/read.rs"]
mod read;

fn main() -> Result<(), Box<dyn Error>> {
    let tables = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or("say which folder holds the tables")?;
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("lexicon");
    let source = read::Source {
        own: home.join("source"),
        tables,
    };

    let mut terms = build::Terms::default();
    conditions::tests_and_anatomy(&source, &mut terms)?;
    let mut icd = conditions::Icd::read(&source)?;
    conditions::curated(&source, &mut icd, &mut terms)?;
    let mut drugs = medicines::Drugs::read(&source)?;
    drugs.curated(&mut terms);
    conditions::listed(&source, &mut icd, &mut terms)?;
    drugs.listed(&source, &mut terms)?;
    terms.write(&home, &drugs.rows(), &icd)
}
