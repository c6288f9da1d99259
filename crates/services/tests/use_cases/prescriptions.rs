//! From the draft to the signed paper.

use std::sync::atomic::Ordering;
use time::UtcOffset;

use seva_model::{
    ErrorCode, MedicationLine, PrescriptionContent, PrescriptionId, PrescriptionStatus, UserId,
};
use seva_services::PrescriptionFilter;
use sha2::{Digest, Sha256};

use crate::world::{World, eventually};

fn paracetamol() -> PrescriptionContent {
    PrescriptionContent {
        patient_name: "Asha Verma".to_owned(),
        medications: vec![MedicationLine {
            name: "Paracetamol".to_owned(),
            strength: "650 mg".to_owned(),
            ..MedicationLine::default()
        }],
        ..PrescriptionContent::default()
    }
}

async fn draft(world: &World, doctor: UserId) -> PrescriptionId {
    world
        .services
        .create_prescription(doctor, None, paracetamol())
        .await
        .unwrap()
}

async fn assert_still_a_draft(world: &World, doctor: UserId, id: PrescriptionId) {
    let prescription = world.services.get_prescription(doctor, id).await.unwrap();
    assert_eq!(prescription.status, PrescriptionStatus::Draft);
    assert_eq!(prescription.verification_code, None);
    assert_eq!(
        world.objects.keys(),
        Vec::<String>::new(),
        "no paper without a signature"
    );
    let link = world
        .services
        .prescription_pdf_link(doctor, id)
        .await
        .unwrap_err();
    assert_eq!(link.code, ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictation_is_drafted_edited_and_signed() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let dictation = world.completed(doctor).await;
    let s = &world.services;
    let proposed = s.propose_prescription(doctor, dictation).await.unwrap();
    let (id, again) = tokio::join!(
        s.draft_prescription(doctor, dictation),
        s.draft_prescription(doctor, dictation)
    );
    let id = id.unwrap();
    assert_eq!(again.unwrap(), id, "two windows, one draft");

    let draft = s.get_prescription(doctor, id).await.unwrap();
    assert_eq!(draft.content, proposed);
    assert_eq!(draft.content.patient_name, "Asha Verma");
    assert_eq!(
        (
            draft.content.patient_age,
            draft.content.patient_gender.as_str()
        ),
        (Some(45), "Female")
    );
    assert_eq!(draft.content.diagnoses[0].text, "hypertension");
    assert_eq!(draft.content.follow_up, "Review after two weeks.");
    let [line] = &draft.content.medications[..] else {
        panic!("Vicodin was negated")
    };
    assert_eq!(
        (
            line.name.as_str(),
            line.strength.as_str(),
            line.frequency.as_str()
        ),
        ("Tylenol", "500 mg", "")
    );
    let words = line.source.unwrap().words.unwrap();
    assert_eq!(
        (words.first, words.last, words.start_ms, words.end_ms),
        (9, 11, 4500, 6000)
    );
    assert!(
        world
            .services
            .preview_pdf(doctor, id, UtcOffset::UTC)
            .await
            .unwrap()
            .starts_with(b"DRAFT|")
    );

    let mut content = draft.content.clone();
    content.medications[0].strength = "650 mg".to_owned();
    let saved = s
        .save_prescription(doctor, id, draft.version, content.clone())
        .await
        .unwrap();
    let stale = s
        .save_prescription(doctor, id, draft.version, content.clone())
        .await
        .unwrap_err();
    assert_eq!(stale.code, ErrorCode::VersionConflict);
    let stale = s
        .finalize_prescription(doctor, id, draft.version, UtcOffset::UTC)
        .await
        .unwrap_err();
    assert_eq!(stale.code, ErrorCode::VersionConflict);

    let signed = s
        .finalize_prescription(doctor, id, saved.version, UtcOffset::UTC)
        .await
        .unwrap();
    assert_eq!(signed.status, PrescriptionStatus::Finalized);
    let code = signed.verification_code.clone().unwrap();
    let key = format!("prescriptions/{doctor}/{id}.pdf");
    let paper = world.objects.get(&key).unwrap();
    assert_eq!(
        paper,
        format!("SIGNED|Tylenol 650 mg|https://seva.example/verify/{code}")
    );
    let stored: String = sqlx::query_scalar(
        "SELECT pdf_key || ' ' || encode(pdf_sha256, 'hex') FROM prescriptions WHERE id = $1",
    )
    .bind(id.as_uuid())
    .fetch_one(world.db.pool())
    .await
    .unwrap();
    let digest: String = Sha256::digest(&paper)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(stored, format!("{key} {digest}"));
    assert_eq!(
        s.preview_pdf(doctor, id, UtcOffset::UTC).await.unwrap(),
        paper
    );
    let link = s.prescription_pdf_link(doctor, id).await.unwrap();
    assert!(link.contains(&key) && link.contains(&code) && !link.contains("Asha"));
    assert_eq!(s.get_prescription(doctor, id).await.unwrap(), signed);
    assert_eq!(
        world.actions(id.as_uuid()).await,
        [
            "prescription.create",
            "prescription.save",
            "prescription.finalize",
            "prescription.read_pdf",
            "prescription.link_pdf"
        ]
    );

    let refused = [
        s.save_prescription(doctor, id, signed.version, content)
            .await
            .unwrap_err()
            .code,
        s.finalize_prescription(doctor, id, signed.version, UtcOffset::UTC)
            .await
            .unwrap_err()
            .code,
        s.delete_prescription(doctor, id).await.unwrap_err().code,
    ];
    assert_eq!(refused, [ErrorCode::Conflict; 3], "signed is signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn property_28_when_storing_fails_nothing_is_finalized() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = draft(&world, doctor).await;
    let s = &world.services;

    world.objects.refuse_puts.store(true, Ordering::SeqCst);
    let error = s
        .finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ServiceUnavailable);
    assert_still_a_draft(&world, doctor, id).await;
    world.objects.refuse_puts.store(false, Ordering::SeqCst);

    world.printer.jam.store(true, Ordering::SeqCst);
    let error = s
        .finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    assert_still_a_draft(&world, doctor, id).await;
    world.printer.jam.store(false, Ordering::SeqCst);

    world
        .run_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON prescriptions
                 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();",
        )
        .await;
    let error = s
        .finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    assert_still_a_draft(&world, doctor, id).await;
    world.run_sql("DROP TRIGGER refuse ON prescriptions").await;

    let signed = s
        .finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap();
    assert_eq!(signed.status, PrescriptionStatus::Finalized);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_signatures_at_once_one_counts_and_its_paper_stays() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    for _ in 0..8 {
        let id = draft(&world, doctor).await;
        let s = &world.services;
        let (one, two) = tokio::join!(
            s.finalize_prescription(doctor, id, 1, UtcOffset::UTC),
            s.finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        );
        let (signed, refused) = match (one, two) {
            (Ok(signed), Err(refused)) | (Err(refused), Ok(signed)) => (signed, refused),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused.code, ErrorCode::Conflict);
        let paper = world
            .objects
            .get(&format!("prescriptions/{doctor}/{id}.pdf"))
            .unwrap();
        assert!(paper.ends_with(signed.verification_code.unwrap().as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_before_signing() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let s = &world.services;
    let empty = s
        .create_prescription(doctor, None, PrescriptionContent::default())
        .await
        .unwrap();
    let error = s
        .finalize_prescription(doctor, empty, 1, UtcOffset::UTC)
        .await
        .unwrap_err();
    assert_eq!(
        error.fields.keys().collect::<Vec<_>>(),
        ["medications", "patient_name"]
    );

    let profile = seva_model::DoctorProfile::default();
    s.update_profile(doctor, "Dr. A", profile).await.unwrap();
    let id = draft(&world, doctor).await;
    let error = s
        .finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap_err();
    assert_eq!(
        error.fields.keys().collect::<Vec<_>>(),
        ["registration_number"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pharmacist_verifies_the_paper_and_learns_nothing_of_the_patient() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let s = &world.services;
    let id = draft(&world, doctor).await;
    let code = s
        .finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap()
        .verification_code
        .unwrap();
    let typed = code.to_lowercase().replace('-', " ");
    let found = s.verify_prescription(&typed).await.unwrap().unwrap();
    assert_eq!(
        (
            found.doctor_name.as_str(),
            found.registration_number.as_str()
        ),
        ("Dr. a", "REG-a")
    );
    assert!(!format!("{found:?}").contains("Asha"));
    assert_eq!(s.verify_prescription("00000-00000").await.unwrap(), None);
    assert_eq!(s.verify_prescription("not a code").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_prescription_is_copied_to_a_new_draft() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let s = &world.services;
    let id = draft(&world, doctor).await;
    s.finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap();
    let copy = s.copy_prescription(doctor, id).await.unwrap();
    let copy = s.get_prescription(doctor, copy).await.unwrap();
    assert_eq!((copy.status, copy.version), (PrescriptionStatus::Draft, 1));
    assert_eq!(copy.content, paracetamol());

    let drafts = PrescriptionFilter {
        status: Some(PrescriptionStatus::Draft),
        ..PrescriptionFilter::default()
    };
    let listed = s.list_prescriptions(doctor, &drafts).await.unwrap();
    assert_eq!(
        listed.items.iter().map(|row| row.id).collect::<Vec<_>>(),
        [copy.id]
    );
    let search = PrescriptionFilter {
        search: Some("paraceta".to_owned()),
        ..PrescriptionFilter::default()
    };
    assert_eq!(
        s.list_prescriptions(doctor, &search)
            .await
            .unwrap()
            .items
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_draft_comes_back() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let s = &world.services;
    let id = draft(&world, doctor).await;
    s.delete_prescription(doctor, id).await.unwrap();
    assert_eq!(
        s.get_prescription(doctor, id).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    s.undelete_prescription(doctor, id).await.unwrap();
    assert_eq!(
        s.get_prescription(doctor, id).await.unwrap().content,
        paracetamol()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_deleted_long_ago_is_removed() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let (deleted, kept) = (draft(&world, doctor).await, draft(&world, doctor).await);
    world
        .services
        .delete_prescription(doctor, deleted)
        .await
        .unwrap();
    world
        .run_sql("UPDATE prescriptions SET deleted_at = now() - interval '1 hour' WHERE deleted_at IS NOT NULL")
        .await;
    // A signature that broke off left its paper.
    let paper = |id| format!("prescriptions/{doctor}/{id}.pdf");
    for id in [deleted, kept] {
        world.objects.store(&paper(id), "SIGNED");
    }
    let work = world.work();
    eventually(|| async { world.count("SELECT count(*) FROM prescriptions").await == 1 }).await;
    work.shut_down().await;
    world.services.get_prescription(doctor, kept).await.unwrap();
    assert_eq!(world.objects.keys(), [paper(kept)]);
    assert_eq!(
        world.actions(deleted.as_uuid()).await,
        [
            "prescription.create",
            "prescription.delete",
            "prescription.purge"
        ]
    );
}
