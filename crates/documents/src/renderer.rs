//! From a document to the bytes of a PDF.

use time::{Date, OffsetDateTime, Time, UtcOffset};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst::{WorldExt as _, comemo};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::layout_data::LayoutData;
use crate::prescription::{Doctor, MedicineLine, PrescriptionDocument};
use crate::qr;
use crate::world::{Base, DocumentWorld};

/// More than any prescription needs; a bound on the work that one input can cause.
const MAX_MEDICINES: usize = 200;
const MAX_ITEMS: usize = 200;
const MAX_FIELD_BYTES: usize = 8 * 1024;
/// Beyond this a QR code of 26 mm has modules too small for a phone.
const MAX_URL_BYTES: usize = 300;

/// Cached results that no rendering since this many has used are dropped, and with them the last
/// copies of patients' text.
const CACHE_AGE: usize = 2;

/// Why a document could not be made. No variant carries any of the document's text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A list is longer than the renderer accepts.
    #[error("the prescription has {count} {what}; shorten it to at most {limit}")]
    TooMany {
        /// Such as "medicines".
        what: &'static str,
        /// Entries found.
        count: usize,
        /// Entries accepted.
        limit: usize,
    },
    /// A text is longer than the renderer accepts.
    #[error("{what} is {bytes} bytes long; shorten it to at most {limit}")]
    TooLong {
        /// Such as "an advice".
        what: &'static str,
        /// Length found, in bytes of UTF-8.
        bytes: usize,
        /// Length accepted, in bytes of UTF-8.
        limit: usize,
    },
    /// The year lies outside 1 to 9999.
    #[error("the year {0} cannot be printed; correct the date of the prescription")]
    Year(i32),
    /// The layout engine refused the document: a fault of the template or of this crate.
    #[error("the {stage} of the prescription failed{}", at_line(*.template_line))]
    Engine {
        /// "layout" or "PDF export".
        stage: &'static str,
        /// Line of the template, from 1, where the engine stopped, if it said so.
        template_line: Option<usize>,
    },
}

fn at_line(line: Option<usize>) -> String {
    line.map(|line| format!(" at line {line} of its template"))
        .unwrap_or_default()
}

/// Makes PDFs. Holds the fonts and the template; make one and share it between threads.
pub struct Renderer {
    base: Base,
    standards: PdfStandards,
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

impl Renderer {
    /// Parses the embedded fonts and the template.
    ///
    /// # Panics
    /// Never in a build whose tests pass: everything it reads is compiled in.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "a constant list, covered by every test that renders"
    )]
    pub fn new() -> Self {
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .expect("PDF/A-2a and PDF/UA-1 are compatible");
        Self {
            base: Base::new(),
            standards,
        }
    }

    /// Lays `document` out on A4 and returns a PDF that claims PDF/A-2a and PDF/UA-1.
    ///
    /// Equal documents give equal bytes. This is work for a thread that may block: a few
    /// milliseconds a page.
    ///
    /// # Errors
    /// [`RenderError::TooMany`], [`RenderError::TooLong`] and [`RenderError::Year`] when the
    /// document is outside the limits; [`RenderError::Engine`] when the layout engine fails.
    pub fn prescription_pdf(
        &self,
        document: &PrescriptionDocument,
    ) -> Result<Vec<u8>, RenderError> {
        check_limits(document)?;
        let data = LayoutData::new(document, &self.base.fonts);
        let qr = match data.verification_url() {
            Some(url) => qr::svg(url).map_err(|_| RenderError::TooLong {
                what: "the verification address",
                bytes: url.len(),
                limit: MAX_URL_BYTES,
            })?,
            None => String::new(),
        };
        let json = serde_json::to_vec(&data).map_err(|_| RenderError::Engine {
            stage: "preparation",
            template_line: None,
        })?;
        let pdf = self.export(&DocumentWorld::new(&self.base, json, qr), document);
        comemo::evict(CACHE_AGE);
        pdf
    }

    fn export(
        &self,
        world: &DocumentWorld<'_>,
        document: &PrescriptionDocument,
    ) -> Result<Vec<u8>, RenderError> {
        let engine_error = |stage, errors: &[SourceDiagnostic]| {
            // The messages may quote the document, so that only the place is passed on.
            RenderError::Engine {
                stage,
                template_line: template_line(world, errors),
            }
        };
        let pages = typst::compile::<PagedDocument>(world)
            .output
            .map_err(|errors| engine_error("layout", &errors))?;
        let options = PdfOptions {
            ident: Smart::Custom(format!(
                "seva/prescription/{}/{}",
                document.prescription_id, document.version
            )),
            creator: Smart::Custom(Some("SEVA Arogya".to_owned())),
            timestamp: timestamp(document),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&pages, &options).map_err(|errors| engine_error("PDF export", &errors))
    }
}

fn template_line(world: &DocumentWorld<'_>, errors: &[SourceDiagnostic]) -> Option<usize> {
    use typst::World as _;
    let source = world.source(world.main()).ok()?;
    let range = errors.iter().find_map(|error| world.range(error.span))?;
    Some(source.lines().byte_to_line(range.start)? + 1)
}

/// The document's own date, never the clock's.
fn timestamp(document: &PrescriptionDocument) -> Option<Timestamp> {
    let at = document.signed_at.unwrap_or_else(|| {
        OffsetDateTime::new_in_offset(document.date, Time::MIDNIGHT, UtcOffset::UTC)
    });
    let date: Date = at.date();
    let moment = Datetime::from_ymd_hms(
        date.year(),
        date.month().into(),
        date.day(),
        at.hour(),
        at.minute(),
        at.second(),
    )?;
    Timestamp::new_local(moment, i32::from(at.offset().whole_minutes()))
        .or_else(|| Some(Timestamp::new_utc(moment)))
}

fn check_limits(document: &PrescriptionDocument) -> Result<(), RenderError> {
    for year in [
        Some(document.date.year()),
        document.signed_at.map(OffsetDateTime::year),
    ] {
        match year {
            Some(year) if !(1..=9999).contains(&year) => return Err(RenderError::Year(year)),
            _ => {}
        }
    }
    check_count("medicines", document.medicines.len(), MAX_MEDICINES)?;
    check_count("diagnoses", document.diagnoses.len(), MAX_ITEMS)?;
    check_count("lines of advice", document.advice.len(), MAX_ITEMS)?;
    check_count(
        "address lines",
        document.clinic.address_lines.len(),
        MAX_ITEMS,
    )?;
    check_texts(document)?;
    let url = &document.verification.url;
    check_length("the verification address", url, MAX_URL_BYTES)
}

fn check_texts(document: &PrescriptionDocument) -> Result<(), RenderError> {
    let PrescriptionDocument {
        clinic,
        doctor,
        patient,
        ..
    } = document;
    let check = |what, text: &str| check_length(what, text, MAX_FIELD_BYTES);
    let check_all = |what, texts: &[&Option<String>]| {
        texts
            .iter()
            .filter_map(|text| text.as_deref())
            .try_for_each(|text| check(what, text))
    };
    check("the clinic's name", &clinic.name)?;
    clinic
        .address_lines
        .iter()
        .try_for_each(|line| check("an address line", line))?;
    check_all("the clinic's contact", &[&clinic.phone, &clinic.email])?;
    check("the doctor's name", &doctor.name)?;
    let Doctor {
        qualification,
        registration_number,
        specialty,
        ..
    } = doctor;
    check_all(
        "the doctor's entry",
        &[qualification, registration_number, specialty],
    )?;
    check("the patient's name", &patient.name)?;
    check_all(
        "the patient's entry",
        &[&patient.age, &patient.gender, &patient.identifier],
    )?;
    for diagnosis in &document.diagnoses {
        check("a diagnosis", &diagnosis.text)?;
        check_all("a diagnosis code", &[&diagnosis.icd10])?;
    }
    document.medicines.iter().try_for_each(|line| {
        let MedicineLine {
            name,
            generic,
            strength,
            dose,
            form,
            route,
            ..
        } = line;
        let MedicineLine {
            frequency,
            duration,
            quantity,
            instructions,
            ..
        } = line;
        check("a medicine's name", name)?;
        check_all(
            "a medicine's entry",
            &[generic, strength, dose, form, route, frequency],
        )?;
        check_all("a medicine's entry", &[duration, quantity, instructions])
    })?;
    document
        .advice
        .iter()
        .try_for_each(|line| check("an advice", line))?;
    check_all("the follow-up", &[&document.follow_up])?;
    check("the prescription's id", &document.prescription_id)?;
    check("the short code", &document.verification.short_code)
}

fn check_count(what: &'static str, count: usize, limit: usize) -> Result<(), RenderError> {
    if count <= limit {
        Ok(())
    } else {
        Err(RenderError::TooMany { what, count, limit })
    }
}

fn check_length(what: &'static str, text: &str, limit: usize) -> Result<(), RenderError> {
    let bytes = text.len();
    if bytes <= limit {
        Ok(())
    } else {
        Err(RenderError::TooLong { what, bytes, limit })
    }
}
