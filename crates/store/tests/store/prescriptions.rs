//! Drafting, saving and signing.

use std::time::Duration;

use seva_model::{
    Diagnosis, EntityId, LineSource, MedicationLine, PrescriptionContent, PrescriptionId,
    PrescriptionStatus, WordRange,
};
use seva_store::prescriptions::{self, NewPrescription, PrescriptionFilter};

use crate::fixture::{World, assert_refused, commit, content, signing, sqlstate};

fn full_content() -> PrescriptionContent {
    let source = Some(LineSource {
        entity_id: EntityId::generate(),
        words: Some(WordRange {
            first: 3,
            last: 9,
            start_ms: 1_200,
            end_ms: 4_000,
        }),
    });
    PrescriptionContent {
        patient_name: "क्षमा Iyer".to_owned(),
        patient_age: Some(0),
        patient_gender: "Female".to_owned(),
        diagnoses: vec![Diagnosis {
            text: "Type 2 diabetes".to_owned(),
            icd10: "E11.9".to_owned(),
            source,
        }],
        medications: vec![MedicationLine {
            name: "Glycomet".to_owned(),
            generic: "Metformin".to_owned(),
            strength: "500 mg".to_owned(),
            dosage: "1 tablet".to_owned(),
            form: "tablet".to_owned(),
            route: "by mouth".to_owned(),
            frequency: "1-0-1".to_owned(),
            duration: "14 days".to_owned(),
            instructions: "after food".to_owned(),
            rxnorm: "6809".to_owned(),
            source,
        }],
        instructions: "Walk daily.\nDrink water.".to_owned(),
        follow_up: "after two weeks".to_owned(),
    }
}

#[tokio::test]
async fn a_draft_reads_back_and_is_saved() {
    let world = World::new().await;
    let first = full_content();
    let id = world.draft(&first).await;
    let read = prescriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!((read.status, read.version), (PrescriptionStatus::Draft, 1));
    assert_eq!(read.content, first);
    assert_eq!(
        (read.transcription_id, read.verification_code),
        (None, None)
    );

    let second = content("Meera Iyer", &["Aspirin", "Metformin"]);
    let saved = commit!(world, prescriptions::save, world.asha, id, 1, &second).unwrap();
    assert_eq!((saved.version, &saved.content), (2, &second));
    assert_eq!(
        prescriptions::get(world.pool(), world.asha, id)
            .await
            .unwrap(),
        saved
    );
    assert_refused!(
        commit!(world, prescriptions::save, world.asha, id, 1, &first),
        StaleVersion
    );
    let unsaved = prescriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(unsaved, saved, "a stale save changes nothing");
}

#[tokio::test]
async fn of_two_saves_of_one_version_one_is_stale() {
    let world = World::new().await;
    let id = world.draft(&full_content()).await;
    let (a, b) = (content("A", &[]), content("B", &[]));
    let save = async |content| commit!(world, prescriptions::save, world.asha, id, 1, content);
    let (one, two) = tokio::join!(save(&a), save(&b));
    match (one, two) {
        (Ok(saved), stale) | (stale, Ok(saved)) => {
            assert_refused!(stale, StaleVersion);
            assert_eq!(saved.version, 2);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_signed_prescription_never_changes() {
    let world = World::new().await;
    let id = world.draft(&full_content()).await;
    assert_refused!(
        prescriptions::pdf(world.pool(), world.asha, id).await,
        WrongState
    );
    assert_refused!(
        commit!(
            world,
            prescriptions::finalize,
            world.asha,
            id,
            7,
            &signing("ABCD-1234")
        ),
        StaleVersion
    );
    let sign = signing("ABCD-1234");
    let signed = commit!(world, prescriptions::finalize, world.asha, id, 1, &sign).unwrap();
    assert_eq!(
        (signed.status, signed.version),
        (PrescriptionStatus::Finalized, 2)
    );
    assert_eq!(signed.verification_code.as_deref(), Some("ABCD-1234"));
    assert_eq!(signed.finalized_at, Some(sign.signed_at));

    let new = content("Somebody Else", &["Aspirin"]);
    assert_refused!(
        commit!(world, prescriptions::save, world.asha, id, 2, &new),
        Signed
    );
    assert_refused!(
        commit!(
            world,
            prescriptions::finalize,
            world.asha,
            id,
            2,
            &signing("OTHER")
        ),
        Signed
    );
    assert_refused!(
        commit!(world, prescriptions::soft_delete, world.asha, id),
        Signed
    );
    // Nor can a program that goes around this crate.
    for sql in [
        "UPDATE prescriptions SET patient_name = 'X' WHERE id = $1",
        "UPDATE prescriptions SET status = 'DRAFT' WHERE id = $1",
        "UPDATE prescriptions SET medications = '[]' WHERE id = $1",
        "UPDATE prescriptions SET signer_name = 'X' WHERE id = $1",
        "UPDATE prescriptions SET deleted_at = now() WHERE id = $1",
        "DELETE FROM prescriptions WHERE id = $1",
    ] {
        let result = sqlx::query(sql)
            .bind(id.as_uuid())
            .execute(world.pool())
            .await;
        assert_eq!(sqlstate(result), "SV001", "{sql}");
    }
    let read = prescriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(read, signed);
    let pdf = prescriptions::pdf(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(
        (pdf.key.as_str(), pdf.verification_code.as_str()),
        (sign.pdf_key, "ABCD-1234")
    );
}

#[tokio::test]
async fn nothing_is_signed_without_patient_or_medicine() {
    let world = World::new().await;
    for content in [content("", &["Aspirin"]), content("Meera Iyer", &[])] {
        let id = world.draft(&content).await;
        let refused = commit!(
            world,
            prescriptions::finalize,
            world.asha,
            id,
            1,
            &signing("AB")
        );
        assert_refused_by_schema(refused);
        let read = prescriptions::get(world.pool(), world.asha, id)
            .await
            .unwrap();
        assert_eq!(read.status, PrescriptionStatus::Draft);
    }
}

fn assert_refused_by_schema<T: std::fmt::Debug>(result: seva_store::Result<T>) {
    let shown = result.unwrap_err().to_string();
    assert!(shown.contains("23514"), "{shown}");
}

#[tokio::test]
async fn two_prescriptions_never_have_the_same_code() {
    let world = World::new().await;
    world.signed("ABCD-1234").await;
    let id = world.draft(&full_content()).await;
    assert_refused!(
        commit!(
            world,
            prescriptions::finalize,
            world.asha,
            id,
            1,
            &signing("ABCD-1234")
        ),
        Taken
    );
    commit!(
        world,
        prescriptions::finalize,
        world.asha,
        id,
        1,
        &signing("EFGH-5678")
    )
    .unwrap();
}

#[tokio::test]
async fn whoever_has_the_code_learns_who_signed_as_the_paper_says() {
    let world = World::new().await;
    world.signed("ABCD-1234").await;
    world
        .sql(
            "UPDATE users SET full_name = 'New Name' WHERE id = $1",
            world.asha.as_uuid(),
        )
        .await;
    let known = prescriptions::verify(world.pool(), "ABCD-1234")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.doctor_name, "Dr Asha");
    assert_eq!(known.registration_number, "MCI-1");
    assert_eq!(known.signed_at, signing("").signed_at);
    for code in ["", "ABCD-1235", "%", "abcd-1234"] {
        assert_eq!(
            prescriptions::verify(world.pool(), code).await.unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn a_dictation_has_one_live_draft() {
    let world = World::new().await;
    let dictation = world.completed("Start metformin.", &[]).await;
    let content = content("Meera Iyer", &["Metformin"]);
    let [first, second, third] = [(); 3].map(|()| PrescriptionId::generate());
    let draft = async |id| {
        let new = NewPrescription {
            id,
            transcription_id: Some(dictation),
            content: &content,
        };
        commit!(world, prescriptions::insert, world.asha, &new)
    };
    let draft_of = || prescriptions::draft_of(world.pool(), world.asha, dictation);
    assert_eq!(draft_of().await.unwrap(), None);
    draft(first).await.unwrap();
    assert_refused!(draft(second).await, Taken);
    assert_eq!(draft_of().await.unwrap(), Some(first));

    commit!(world, prescriptions::soft_delete, world.asha, first).unwrap();
    assert_eq!(draft_of().await.unwrap(), None);
    draft(second).await.unwrap();
    assert_refused!(
        commit!(world, prescriptions::undelete, world.asha, first),
        Taken
    );

    commit!(
        world,
        prescriptions::finalize,
        world.asha,
        second,
        1,
        &signing("ABCD-1")
    )
    .unwrap();
    assert_eq!(draft_of().await.unwrap(), None, "a signed one is no draft");
    draft(third).await.unwrap();
}

#[tokio::test]
async fn a_copy_is_a_draft_of_its_own() {
    let world = World::new().await;
    let from = world.draft(&full_content()).await;
    commit!(
        world,
        prescriptions::finalize,
        world.asha,
        from,
        1,
        &signing("ABCD-1234")
    )
    .unwrap();
    let to = PrescriptionId::generate();
    let copy = commit!(world, prescriptions::copy, world.asha, from, to).unwrap();
    assert_eq!(
        (copy.id, copy.status, copy.version),
        (to, PrescriptionStatus::Draft, 1)
    );
    assert_eq!((&copy.verification_code, copy.finalized_at), (&None, None));
    let mut expected = prescriptions::get(world.pool(), world.asha, from)
        .await
        .unwrap()
        .content;
    assert!(expected.medications[0].source.is_some());
    expected.medications[0].source = None;
    expected.diagnoses[0].source = None;
    assert_eq!(copy.content, expected);
}

#[tokio::test]
async fn a_deleted_draft_is_brought_back_or_purged() {
    let world = World::new().await;
    let id = world.draft(&full_content()).await;
    let before = prescriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    commit!(world, prescriptions::soft_delete, world.asha, id).unwrap();
    assert_refused!(
        prescriptions::get(world.pool(), world.asha, id).await,
        NotFound
    );
    commit!(world, prescriptions::undelete, world.asha, id).unwrap();
    let after = prescriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(after.content, before.content);

    commit!(world, prescriptions::soft_delete, world.asha, id).unwrap();
    world
        .sql(
            "UPDATE prescriptions SET deleted_at = now() - interval '31 s' WHERE id = $1",
            id.as_uuid(),
        )
        .await;
    assert_refused!(
        commit!(world, prescriptions::undelete, world.asha, id),
        NotFound
    );
    let hour = Duration::from_secs(3600);
    assert_eq!(
        commit!(world, prescriptions::purge_deleted, hour).unwrap(),
        0
    );
    assert_eq!(
        commit!(world, prescriptions::purge_deleted, Duration::ZERO).unwrap(),
        1
    );
}

#[tokio::test]
async fn prescriptions_are_listed_and_searched() {
    let world = World::new().await;
    let aspirin = world
        .draft(&content("Meera Iyer", &["Aspirin", "100% Zinc"]))
        .await;
    let glycomet = world.draft(&full_content()).await;
    let signed = world.signed("ABCD-1234").await;
    let list = async |filter: PrescriptionFilter| {
        prescriptions::list(world.pool(), world.asha, &filter)
            .await
            .unwrap()
    };
    let ids = async |text: &str| -> Vec<PrescriptionId> {
        let filter = PrescriptionFilter {
            search: Some(text.to_owned()),
            ..Default::default()
        };
        list(filter).await.items.iter().map(|row| row.id).collect()
    };
    let all = list(PrescriptionFilter::default()).await;
    assert_eq!(
        all.items.iter().map(|row| row.id).collect::<Vec<_>>(),
        [signed, glycomet, aspirin]
    );
    assert_eq!(all.items[2].medicines, ["Aspirin", "100% Zinc"]);
    assert_eq!(all.next, None);
    assert_eq!(ids("aspirin").await, [aspirin]);
    assert_eq!(ids("0% z").await, [aspirin]);
    assert_eq!(
        ids("metformin").await,
        [signed, glycomet],
        "by name or by generic"
    );
    assert_eq!(ids("क्षमा").await, [glycomet]);
    assert_eq!(ids("nothing").await, []);

    let status = Some(PrescriptionStatus::Finalized);
    let only_signed = list(PrescriptionFilter {
        status,
        ..Default::default()
    })
    .await;
    assert_eq!(only_signed.items.len(), 1);
    let first = list(PrescriptionFilter {
        limit: 2,
        ..Default::default()
    })
    .await;
    assert_eq!(first.items.len(), 2);
    let rest = list(PrescriptionFilter {
        after: first.next,
        ..Default::default()
    })
    .await;
    assert_eq!(rest.items[0].id, aspirin);
    assert_eq!((rest.items.len(), rest.next), (1, None));
}
