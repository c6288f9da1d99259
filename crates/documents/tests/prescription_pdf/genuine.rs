//! What makes it a document: equal bytes, an archive's claims, the code to verify, the draft's mark.

use seva_documents::{PrescriptionDocument, RenderError, Renderer};
use time::Date;

use crate::reader::Pdf;
use crate::samples::prescription;
use crate::{RENDERER, count, pdf, qr_texts};

#[test]
fn equal_documents_give_equal_bytes() {
    let document = prescription(7);
    let first = RENDERER.prescription_pdf(&document).unwrap();
    // Other work in between, another renderer, other threads.
    RENDERER.prescription_pdf(&prescription(2)).unwrap();
    assert!(Renderer::new().prescription_pdf(&document).unwrap() == first);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| RENDERER.prescription_pdf(&document).unwrap()))
            .collect();
        for thread in threads {
            assert!(thread.join().unwrap() == first);
        }
    });
    let changed = PrescriptionDocument {
        version: 2,
        ..document
    };
    assert!(RENDERER.prescription_pdf(&changed).unwrap() != first);
}

#[test]
fn an_archive_and_a_screen_reader_find_what_they_need() {
    let bytes = RENDERER.prescription_pdf(&prescription(3)).unwrap();
    let pdf = Pdf::parse(&bytes);
    let metadata = pdf.metadata();
    for claim in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "Prescription of 22 November 2026",
        "2026-11-22T10:42:07+05:30",
    ] {
        assert!(
            metadata.contains(claim),
            "{claim} is missing in\n{metadata}"
        );
    }
    assert!(
        !metadata.contains("Verma"),
        "the patient's name belongs on the page alone"
    );
    let catalog = pdf.catalog();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en");
    for entry in ["MarkInfo", "StructTreeRoot", "OutputIntents"] {
        assert!(catalog.has(entry.as_bytes()), "{entry}");
    }
    let mut descriptors = 0;
    for object in pdf.document.objects.values() {
        let Ok(dictionary) = object.as_dict() else {
            continue;
        };
        if dictionary
            .get(b"Type")
            .and_then(lopdf::Object::as_name)
            .ok()
            == Some(b"FontDescriptor")
        {
            descriptors += 1;
            assert!(dictionary.has(b"FontFile2") || dictionary.has(b"FontFile3"));
        }
        for active in [b"JS".as_slice(), b"JavaScript", b"Launch", b"EmbeddedFile"] {
            assert!(!dictionary.has(active));
        }
    }
    assert!(descriptors >= 2);
}

#[test]
fn the_drawn_qr_code_leads_to_the_verification_address() {
    let mut document = prescription(6);
    assert_eq!(
        qr_texts(&pdf(&document)),
        ["https://arogya.example/v/K7QM4T2X9D"]
    );
    document.verification.url = format!("https://arogya.example/v/{}", "k".repeat(270));
    assert_eq!(
        qr_texts(&pdf(&document)),
        [document.verification.url.as_str()]
    );
}

#[test]
fn a_draft_says_so_on_every_page_and_offers_nothing_to_verify() {
    let mut document = prescription(20);
    document.signed_at = None;
    let draft = pdf(&document);
    for page in 0..draft.page_count() {
        assert_eq!(count(&draft.page_text(page), "DRAFT"), 1);
    }
    let text = draft.text();
    assert!(text.contains("Notsigned,notvalidfordispensing."));
    assert!(!text.contains("Signedelectronically") && !text.contains("K7QM"));
    assert!(qr_texts(&draft).is_empty());

    let signed = pdf(&prescription(20)).text();
    assert!(!signed.contains("DRAFT") && !signed.contains("Notsigned"));
}

#[test]
fn what_is_out_of_bounds_is_refused_in_words_without_the_patient() {
    let mut many = prescription(1);
    many.medicines = vec![many.medicines[0].clone(); 201];
    let mut long = prescription(1);
    long.patient.name = "Asha".repeat(3000);
    let mut address = prescription(1);
    address.verification.url = "x".repeat(301);
    let mut early = prescription(1);
    early.date = Date::from_ordinal_date(-3, 1).unwrap();
    let said: Vec<String> = [many, long, address, early]
        .iter()
        .map(|document| RENDERER.prescription_pdf(document).unwrap_err().to_string())
        .collect();
    assert_eq!(
        said,
        [
            "the prescription has 201 medicines; shorten it to at most 200",
            "the patient's name is 12000 bytes long; shorten it to at most 8192",
            "the verification address is 301 bytes long; shorten it to at most 300",
            "the year -3 cannot be printed; correct the date of the prescription",
        ]
    );
}

#[test]
fn the_renderer_can_be_shared() {
    fn shareable<T: Send + Sync + 'static>() {}
    shareable::<Renderer>();
    shareable::<RenderError>();
}
