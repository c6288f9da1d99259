//! What is printed: all of it, once, literally, in every script.

use seva_documents::{Clinic, Diagnosis, Doctor, MedicineLine, Patient, Verification};

use crate::reader::squeezed;
use crate::samples::prescription;
use crate::{count, pdf};

#[test]
fn everything_said_is_printed() {
    let text = pdf(&prescription(6)).text();
    for part in [
        "Arogya Clinic",
        "14 Tilak Road, Sadashiv Peth",
        "Pune 411030",
        "+91 20 5550 0142",
        "desk@arogya.example",
        "Dr. Kavita Deshpande",
        "MBBS, MD (Medicine)",
        "General medicine",
        "Reg. No. MMC 2011/05/1234",
        "(Asha Verma), 45 years, Female",
        "No. AC-20931",
        "22 November 2026",
        "Acute bacterial sinusitis",
        "ICD-10 J01.90",
        "℞",
        "Augmentin Duo 625 mg tablet",
        "Amoxicillin and clavulanic acid",
        "1 tablet",
        "oral",
        "1-0-1",
        "5 days",
        "after food",
        "1 × 100 ml",
        "100 °F",
        "Steam inhalation twice a day.",
        "After 5 days, on 27 November 2026",
        "K7QM-4T2X-9D",
        "https://arogya.example/v/K7QM4T2X9D",
        "Signed electronically",
        "22 November 2026, 10:42 (UTC+05:30)",
        "Prescription 0193523e-8f6a-7c41-9a50-2f4c1f0b7d11, version 1",
        "Page 1 of 1",
    ] {
        assert!(text.contains(&squeezed(part)), "{part:?} is missing");
    }
}

#[test]
fn devanagari_can_be_read_and_copied() {
    let text = pdf(&prescription(6)).text();
    for part in [
        "आशा वर्मा",
        "दिन में दो बार, तीन दिन से अधिक नहीं",
        "गुनगुने पानी से गरारे करें और धूल से बचें।",
    ] {
        assert!(text.contains(&squeezed(part)), "{part:?} is missing");
    }
}

#[test]
fn names_in_the_other_scripts_of_india_are_drawn() {
    for name in [
        "আশা বর্মা",
        "આશા વર્મા",
        "ਆਸ਼ਾ ਵਰਮਾ",
        "ಆಶಾ ವರ್ಮಾ",
        "ആശ വർമ്മ",
        "ଆଶା ବର୍ମା",
        "ஆஷா வர்மா",
        "ఆశా వర్మ",
    ] {
        let mut document = prescription(1);
        document.patient.name = name.into();
        let text = pdf(&document).text();
        assert!(text.contains(&squeezed(name)), "{name:?} is missing");
        assert!(
            !text.contains('\u{fffd}'),
            "{name:?} has a letter that is not drawn"
        );
    }
}

#[test]
fn each_line_of_a_long_prescription_stands_once_and_in_order() {
    for (lines, least_pages) in [(0, 1), (1, 1), (5, 1), (60, 4)] {
        let mut document = prescription(lines);
        for (n, line) in document.medicines.iter_mut().enumerate() {
            line.name = format!("Medicine<{n}>");
        }
        let pdf = pdf(&document);
        assert!(
            pdf.page_count() >= least_pages,
            "{lines} lines on {} pages",
            pdf.page_count()
        );
        assert!(
            lines > 5 || pdf.page_count() == 1,
            "{lines} lines fit one page"
        );
        let text = pdf.text();
        let places: Vec<_> = (0..lines)
            .map(|n| {
                assert_eq!(
                    count(&text, &format!("Medicine<{n}>")),
                    1,
                    "line {n} of {lines}"
                );
                text.find(&format!("Medicine<{n}>"))
            })
            .collect();
        assert!(places.is_sorted());
        let total = match lines {
            0 => "No medicines prescribed.".to_owned(),
            1 => "1 medicine in all".to_owned(),
            _ => format!("{lines} medicines in all"),
        };
        assert_eq!(count(&text, &total), 1);
    }
}

#[test]
fn markup_is_text() {
    let hostile = [
        "#panic(\"x\") #import \"@preview/x:1.0.0\": *",
        "*bold* _it_ `raw` $x^2$ = Title <label> @ref //gone /* gone */",
        "]) #set page(width: 1mm) [",
        "\\u{41} \\ ~ -- --- ... \"quoted\" 'single' {{x}} </svg> %PDF (a\\)b) &amp;",
        "#read(\"/etc/passwd\") #json(\"prescription.json\") #sys.inputs",
        "https://example.org/x?a=1&b=2#c",
    ];
    for text in hostile {
        let mut document = prescription(1);
        document.clinic.name = text.into();
        document.patient.identifier = Some(text.into());
        document.diagnoses[0].text = text.into();
        document.medicines[0] = MedicineLine {
            name: text.into(),
            dose: Some(text.into()),
            instructions: Some(text.into()),
            ..MedicineLine::default()
        };
        document.advice = vec![text.into()];
        document.follow_up = Some(text.into());
        let printed = pdf(&document).text();
        assert_eq!(count(&printed, text), 8, "{text:?}");
    }
}

#[test]
fn characters_of_every_kind_can_be_printed() {
    let every: Vec<char> = ('\0'..=char::MAX)
        .filter(|c| u32::from(*c) < 0x3000)
        .collect();
    let mut document = prescription(1);
    // Together, where marks find a base, and apart, where they have none.
    document.advice = every
        .chunks(400)
        .map(|chunk| chunk.iter().collect())
        .collect();
    document.medicines[0].instructions = Some(
        every
            .iter()
            .skip(0x300)
            .step_by(7)
            .take(600)
            .flat_map(|&c| [c, ' '])
            .collect(),
    );
    document.patient.name =
        "\0\u{1b}[31mAsha\u{7}\u{202e}\u{1f48a}\u{e000}\u{fdd0}\u{10ffff}".into();
    let text = pdf(&document).text();
    assert!(text.contains("[31mAsha\u{fffd}"));
    assert!(text.contains("αβγ") && text.contains("≤"));
}

#[test]
fn a_blank_document_is_still_a_page() {
    let mut document = prescription(0);
    document.clinic = Clinic::default();
    document.doctor = Doctor::default();
    document.patient = Patient {
        age: Some(" ".into()),
        ..Default::default()
    };
    document.diagnoses = vec![Diagnosis::default()];
    document.medicines = vec![MedicineLine::default()];
    document.advice = vec!["\0".into(), String::new()];
    document.follow_up = Some("\t".into());
    document.verification = Verification::default();
    let pdf = pdf(&document);
    let text = pdf.text();
    assert_eq!(pdf.page_count(), 1);
    for absent in [
        "Diagnosis",
        "Advice",
        "Follow-up",
        "Checkthisprescription",
        "ICD-10",
    ] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert!(text.contains("Reg.No.–"));
}
