//! Drafting, saving, copying and listing.

use seva_model::{
    Diagnosis, EntityId, LineSource, MedicationLine, PrescriptionContent, PrescriptionId,
    PrescriptionStatus, WordRange,
};
use seva_store::prescriptions::{self, NewPrescription, PrescriptionFilter};

use crate::fixture::{World, assert_refused, commit, content, signing};

pub(crate) fn full_content() -> PrescriptionContent {
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
