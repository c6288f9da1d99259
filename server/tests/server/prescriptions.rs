//! The paper: previewed, signed, handed over by a link.

use reqwest::StatusCode;
use seva_model::{MedicationLine, Password, PrescriptionContent};
use time::UtcOffset;

use crate::support::{PASSWORD, spawn_web};

fn content() -> PrescriptionContent {
    PrescriptionContent {
        patient_name: "Imran Qureshi".to_owned(),
        patient_age: Some(54),
        medications: vec![MedicationLine {
            name: "Metformin".to_owned(),
            strength: "500 mg".to_owned(),
            frequency: "twice daily".to_owned(),
            ..MedicationLine::default()
        }],
        ..PrescriptionContent::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_prescription_is_downloaded_by_a_link_that_anybody_can_follow() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let email = "doctor0@clinic.example".parse().unwrap();
    let password = Password::attempt(PASSWORD.to_owned());
    let signed_in = app.services.sign_in(&email, &password).await.unwrap();
    let user = signed_in.signed_in().unwrap();
    let profile = seva_model::DoctorProfile {
        registration_number: "MH-12345".to_owned(),
        clinic_name: "City Clinic".to_owned(),
        ..user.profile
    };
    app.services
        .update_profile(user.id, &user.full_name, profile)
        .await
        .unwrap();
    let id = app
        .services
        .create_prescription(user.id, None, content())
        .await
        .unwrap();

    let preview = doctor
        .get(&format!("/api/v1/prescriptions/{id}/preview.pdf"))
        .await;
    assert_eq!(preview.status(), StatusCode::OK);
    assert_eq!(preview.headers()["content-type"], "application/pdf");
    assert_eq!(
        preview.headers()["content-security-policy"],
        "frame-ancestors 'none'"
    );
    assert!(preview.bytes().await.unwrap().starts_with(b"%PDF-"));

    // A draft has no paper to hand over.
    let link = format!("/api/v1/prescriptions/{id}/pdf");
    assert_eq!(doctor.get(&link).await.status(), StatusCode::CONFLICT);

    let draft = app.services.get_prescription(user.id, id).await.unwrap();
    app.services
        .finalize_prescription(user.id, id, draft.version, UtcOffset::UTC)
        .await
        .unwrap();
    let redirect = doctor.get(&link).await;
    assert_eq!(redirect.status(), StatusCode::TEMPORARY_REDIRECT);
    let place = redirect.headers()["location"].to_str().unwrap();
    let path = place.strip_prefix(&app.address).unwrap().to_owned();
    assert!(!path.contains("Imran"), "no name in an address: {path}");

    let anybody = app.stranger();
    let paper = anybody.get(&path).await;
    assert_eq!(paper.status(), StatusCode::OK);
    assert_eq!(paper.headers()["content-type"], "application/pdf");
    let disposition = paper.headers()["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename="),
        "{disposition}"
    );
    assert_eq!(paper.headers()["cache-control"], "no-store");
    assert!(paper.bytes().await.unwrap().starts_with(b"%PDF-"));

    let (start, end) = path.split_at(path.len() - 10);
    let forged = format!("{start}{}", end.chars().rev().collect::<String>());
    assert_eq!(anybody.get(&forged).await.status(), StatusCode::NOT_FOUND);
}
