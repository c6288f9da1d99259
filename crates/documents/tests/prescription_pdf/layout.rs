//! Where it is printed: rows, pages and columns.

use seva_documents::MedicineLine;

use crate::reader::squeezed;
use crate::samples::prescription;
use crate::{count, pdf};

#[test]
fn every_page_of_a_long_table_has_its_header_and_whole_rows() {
    let pdf = pdf(&prescription(60));
    let pages = pdf.page_count();
    for page in 0..pages {
        let text = pdf.page_text(page);
        assert_eq!(count(&text, &format!("Page {} of {pages}", page + 1)), 1);
        let rows = count(&text, "№");
        assert_eq!(
            count(&text, "No. Medicine Dose Frequency Duration Quantity"),
            rows.min(1)
        );
        // First and last words of the rows that have several lines.
        assert_eq!(count(&text, "Dolo №"), count(&text, "than 4 in a day"));
        assert_eq!(
            count(&text, "Augmentin Duo №"),
            count(&text, "Amoxicillin and clavulanic acid")
        );
        assert_eq!(count(&text, "Otrivin №"), count(&text, "अधिक नहीं"));
        // A loose page still says whose it is.
        assert!(text.contains(&squeezed("(Asha Verma), 45 years, Female")));
        assert!(text.contains("22November2026"));
    }
}

#[test]
fn no_page_carries_a_signature_alone() {
    for (advice, follow_up) in [(true, true), (true, false), (false, false)] {
        for lines in 9..12 {
            let mut document = prescription(lines);
            if !advice {
                document.advice.clear();
            }
            if !follow_up {
                document.follow_up = None;
            }
            let pdf = pdf(&document);
            let last = pdf.page_text(pdf.page_count() - 1);
            assert!(last.contains("Signedelectronically"));
            let said = ["Advice", "Follow-up", "medicinesinall", "Dose"];
            assert!(said.iter().any(|part| last.contains(part)), "{lines} lines");
        }
    }
}

#[test]
fn huge_words_wrap_inside_their_columns() {
    let word = "Wm".repeat(150);
    let mut document = prescription(1);
    document.clinic.name = word.clone();
    document.doctor.name = word.clone();
    document.patient.name = word.clone();
    document.medicines[0] = MedicineLine {
        name: word.clone(),
        generic: Some(word.clone()),
        dose: Some(word.clone()),
        frequency: Some(word.clone()),
        quantity: Some(word.clone()),
        ..MedicineLine::default()
    };
    document.diagnoses[0].text = word.clone();
    document.advice = vec![word.clone()];
    let pdf = pdf(&document);
    // The doctor twice and nine other fields once, none lost.
    assert_eq!(count(&pdf.text(), &word), 11);
    let longest = (0..pdf.page_count())
        .flat_map(|page| pdf.runs(page))
        .map(|run| run.matches('W').count())
        .max();
    // 150 mm of the widest letters at 10 pt.
    assert!(longest.unwrap() <= 26, "{longest:?} pairs on a line");
}

#[test]
fn a_row_higher_than_a_page_loses_nothing() {
    let mut document = prescription(2);
    let words: Vec<String> = (0..900).map(|n| format!("w{n}.")).collect();
    document.medicines[1].instructions = Some(words.join(" "));
    document.medicines[1].dose = Some("9".repeat(2000));
    let pdf = pdf(&document);
    let text = pdf.text();
    assert!(pdf.page_count() > 2);
    for word in &words {
        assert!(text.contains(word.as_str()), "{word} is missing");
    }
    assert!(text.chars().filter(|&c| c == '9').count() >= 2000);
}
