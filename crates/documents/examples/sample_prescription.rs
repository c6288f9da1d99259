//! Writes a sample prescription, for looking at the layout:
//! `cargo run -p seva-documents --example sample_prescription -- OUT.pdf [MEDICINES] [draft]`.

use std::error::Error;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("say where to write the PDF")?;
    let medicines = args.next().map_or(Ok(6), |n| n.parse())?;
    let mut document = samples::prescription(medicines);
    if args.next().as_deref() == Some("draft") {
        document.signed_at = None;
    }
    std::fs::write(
        out,
        seva_documents::Renderer::new().prescription_pdf(&document)?,
    )?;
    Ok(())
}
