//! Invented prescriptions for tests and examples.

use seva_documents::{
    Clinic, Diagnosis, Doctor, MedicineLine, Patient, PrescriptionDocument, Verification,
};
use time::macros::{date, datetime};

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// name, generic, strength, form, dose, route, frequency, duration, quantity, instructions
const MEDICINES: [[&str; 10]; 6] = [
    [
        "Augmentin Duo",
        "Amoxicillin and clavulanic acid",
        "625 mg",
        "tablet",
        "1 tablet",
        "oral",
        "1-0-1",
        "5 days",
        "10",
        "after food",
    ],
    [
        "Dolo",
        "Paracetamol",
        "650 mg",
        "tablet",
        "1 tablet",
        "oral",
        "as needed",
        "3 days",
        "6",
        "for fever above 100 °F, at least 6 hours apart, not more than 4 in a day",
    ],
    [
        "Pan 40",
        "Pantoprazole",
        "40 mg",
        "tablet",
        "1 tablet",
        "oral",
        "1-0-0",
        "5 days",
        "5",
        "30 minutes before breakfast",
    ],
    [
        "Ascoril LS",
        "Ambroxol, levosalbutamol and guaifenesin",
        "",
        "syrup",
        "5 ml",
        "oral",
        "three times a day",
        "5 days",
        "1 × 100 ml",
        "",
    ],
    [
        "Otrivin",
        "Xylometazoline",
        "0.1 %",
        "nasal drops",
        "2 drops",
        "each nostril",
        "twice a day",
        "3 days",
        "1 × 10 ml",
        "दिन में दो बार, तीन दिन से अधिक नहीं",
    ],
    [
        "Betadine gargle",
        "Povidone-iodine",
        "2 %",
        "solution",
        "",
        "",
        "twice a day",
        "",
        "",
        "",
    ],
];

/// A signed prescription with so many medicines; the names of a long one are numbered.
pub(crate) fn prescription(medicines: usize) -> PrescriptionDocument {
    PrescriptionDocument {
        clinic: Clinic {
            name: "Arogya Clinic".into(),
            address_lines: vec!["14 Tilak Road, Sadashiv Peth".into(), "Pune 411030".into()],
            phone: some("+91 20 5550 0142"),
            email: some("desk@arogya.example"),
        },
        doctor: Doctor {
            name: "Dr. Kavita Deshpande".into(),
            qualification: some("MBBS, MD (Medicine)"),
            registration_number: some("MMC 2011/05/1234"),
            specialty: some("General medicine"),
        },
        patient: Patient {
            name: "आशा वर्मा (Asha Verma)".into(),
            age: some("45 years"),
            gender: some("Female"),
            identifier: some("AC-20931"),
        },
        date: date!(2026 - 11 - 22),
        diagnoses: vec![
            Diagnosis {
                text: "Acute bacterial sinusitis".into(),
                icd10: some("J01.90"),
            },
            Diagnosis {
                text: "Fever".into(),
                icd10: some("R50.9"),
            },
        ],
        medicines: (0..medicines)
            .map(|n| medicine(n, medicines > MEDICINES.len()))
            .collect(),
        advice: vec![
            "Steam inhalation twice a day.".into(),
            "Drink two to three litres of water a day.".into(),
            "गुनगुने पानी से गरारे करें और धूल से बचें।".into(),
            "Come at once if there is swelling around the eye, a stiff neck or drowsiness.".into(),
        ],
        follow_up: some("After 5 days, on 27 November 2026, or earlier if the fever stays."),
        verification: Verification {
            url: "https://arogya.example/v/K7QM4T2X9D".into(),
            short_code: "K7QM-4T2X-9D".into(),
        },
        signed_at: Some(datetime!(2026-11-22 10:42:07 +5:30)),
        prescription_id: "0193523e-8f6a-7c41-9a50-2f4c1f0b7d11".into(),
        version: 1,
    }
}

fn medicine(n: usize, numbered: bool) -> MedicineLine {
    let [
        name,
        generic,
        strength,
        form,
        dose,
        route,
        frequency,
        duration,
        quantity,
        instructions,
    ] = MEDICINES[n % MEDICINES.len()];
    MedicineLine {
        name: if numbered {
            format!("{name} №{n:03}")
        } else {
            name.into()
        },
        generic: some(generic),
        strength: some(strength),
        dose: some(dose),
        form: some(form),
        route: some(route),
        frequency: some(frequency),
        duration: some(duration),
        quantity: some(quantity),
        instructions: some(instructions),
    }
}
