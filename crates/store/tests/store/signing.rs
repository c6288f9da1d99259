//! Signing, and that a signed prescription stays as it is.

use seva_model::PrescriptionStatus;
use seva_store::prescriptions;

use crate::{
    fixture::{World, assert_refused, commit, content, signing, sqlstate},
    prescriptions::full_content,
};

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
