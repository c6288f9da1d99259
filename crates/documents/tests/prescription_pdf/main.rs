//! What a reader, a scanner and an archive find in a prescription.
#![allow(clippy::unwrap_used)]

mod content;
mod genuine;
mod layout;
mod reader;
#[path = "../samples/mod.rs"]
mod samples;

use std::sync::LazyLock;

use reader::{Pdf, squeezed};
use seva_documents::{PrescriptionDocument, Renderer};

static RENDERER: LazyLock<Renderer> = LazyLock::new(Renderer::new);

fn pdf(document: &PrescriptionDocument) -> Pdf {
    Pdf::parse(&RENDERER.prescription_pdf(document).unwrap())
}

fn qr_texts(pdf: &Pdf) -> Vec<String> {
    (0..pdf.page_count())
        .flat_map(|page| pdf.qr_texts(page))
        .collect()
}

fn count(text: &str, part: &str) -> usize {
    text.matches(squeezed(part).as_str()).count()
}
