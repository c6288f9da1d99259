//! Programs that act in a doctor's name.

use std::time::Duration;

use seva_model::{AccessTokenId, ErrorCode, NewAccessToken, Scope, UserId};
use seva_services::CreatedAccessToken;

use crate::world::{Work, World, config, eventually};

fn new(name: &str, scopes: &[&str]) -> NewAccessToken {
    NewAccessToken::check(name, scopes, 30).unwrap()
}

async fn make(world: &World, doctor: UserId, scopes: &[&str]) -> CreatedAccessToken {
    let wanted = new("Ward sync", scopes);
    let made = world.services.create_access_token(doctor, &wanted);
    made.await.unwrap()
}

fn text(made: &CreatedAccessToken) -> &str {
    std::str::from_utf8(made.secret.expose()).unwrap()
}

/// The sentence that somebody with a token that is no good gets.
async fn refusal(world: &World, token: &str) -> String {
    let error = world.services.holder_of(token).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotSignedIn);
    error.message
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_acts_for_its_owner_within_its_scopes() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let made = make(&world, doctor, &["read:dictations"]).await;
    assert_eq!(made.token.last_used_at, None);
    let lives = made.token.expires_at - made.token.created_at;
    assert_eq!(lives.whole_days(), 30);

    let holder = world.services.holder_of(text(&made)).await.unwrap();
    assert_eq!(holder.permits(Scope::ReadDictations).unwrap(), doctor);
    let refused = holder.permits(Scope::SignPrescriptions).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);

    let listed = world.services.list_access_tokens(doctor).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, made.token.id);
    assert!(listed[0].last_used_at.is_some() && !listed[0].expired);
    let of_secret = "SELECT count(*) FROM access_tokens
                      WHERE access_tokens::text LIKE '%seva_pat_%'";
    assert_eq!(world.count(of_secret).await, 0, "the secret is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn use_is_noted_once_an_hour() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let made = make(&world, doctor, &["read:dictations"]).await;
    let used = || async {
        world.services.holder_of(text(&made)).await.unwrap();
        world.services.list_access_tokens(doctor).await.unwrap()[0].last_used_at
    };
    let first = used().await;
    assert_eq!(used().await, first);
    world
        .run_sql("UPDATE access_tokens SET last_used_at = now() - interval '61 minutes'")
        .await;
    assert!(used().await >= first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_over_is_refused_with_the_reason() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let made = make(&world, doctor, &["read:dictations"]).await;
    world
        .run_sql(
            "UPDATE access_tokens SET created_at = now() - interval '31 days',
                                      expires_at = now() - interval '1 day'",
        )
        .await;
    assert!(refusal(&world, text(&made)).await.contains("has expired"));
    let listed = world.services.list_access_tokens(doctor).await.unwrap();
    assert!(listed[0].expired, "it is listed until it is revoked");

    let unknown = format!("seva_pat_{}", "0".repeat(64));
    for token in ["", "seva_pat_", "x", unknown.as_str()] {
        assert!(refusal(&world, token).await.contains("is not known"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_refused_at_once_by_every_process() {
    let world = World::new().await;
    let (doctor, other) = (world.doctor("a").await, world.doctor("b").await);
    let made = make(&world, doctor, &["read:dictations"]).await;
    let id = made.token.id;
    let process = world.process(0, 0);
    process.services.holder_of(text(&made)).await.unwrap();

    let by_other = world.services.revoke_access_token(other, id).await;
    assert_eq!(by_other.unwrap_err().code, ErrorCode::NotFound);
    let no_such = AccessTokenId::generate();
    let nothing = world.services.revoke_access_token(doctor, no_such).await;
    assert_eq!(nothing.unwrap_err().code, ErrorCode::NotFound);
    process.services.holder_of(text(&made)).await.unwrap();

    world
        .services
        .revoke_access_token(doctor, id)
        .await
        .unwrap();
    assert!(refusal(&world, text(&made)).await.contains("was revoked"));
    let error = process.services.holder_of(text(&made)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotSignedIn);
    let listed = world.services.list_access_tokens(doctor).await.unwrap();
    assert!(listed.is_empty());
    let twice = world.services.revoke_access_token(doctor, id).await;
    assert_eq!(twice.unwrap_err().code, ErrorCode::NotFound);

    let audited = "SELECT count(*) FROM audit_events
                    WHERE entity_type = 'access_token' AND user_id IS NOT NULL";
    assert_eq!(world.count(audited).await, 2, "made and revoked, once each");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_fifty_tokens_at_most() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    for _ in 0..48 {
        make(&world, doctor, &["read:dictations"]).await;
    }
    // At once they count one after the other.
    let wanted = new("Ward sync", &["read:dictations"]);
    let at_once = (0..4).map(|_| world.services.create_access_token(doctor, &wanted));
    let made = futures::future::join_all(at_once).await;
    let refused: Vec<_> = made.iter().filter_map(|made| made.as_ref().err()).collect();
    assert_eq!(refused.len(), 2);
    for error in refused {
        assert_eq!(error.code, ErrorCode::Conflict);
    }
    let all = "SELECT count(*) FROM access_tokens";
    assert_eq!(world.count(all).await, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_forgets_a_token_ninety_days_after_it_was_revoked() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let over = make(&world, doctor, &["read:dictations"]).await;
    let id = over.token.id;
    world
        .services
        .revoke_access_token(doctor, id)
        .await
        .unwrap();
    world
        .run_sql("UPDATE access_tokens SET revoked_at = now() - interval '91 days'")
        .await;
    assert!(refusal(&world, text(&over)).await.contains("was revoked"));
    let good = make(&world, doctor, &["read:dictations"]).await;

    let mut config = config();
    config.purge_every = Duration::from_millis(20);
    let work = Work::start(&world.services, config);
    let all = "SELECT count(*) FROM access_tokens";
    eventually(|| async { world.count(all).await == 1 }).await;
    work.shut_down().await;
    assert!(refusal(&world, text(&over)).await.contains("is not known"));
    let holder = world.services.holder_of(text(&good)).await.unwrap();
    assert_eq!(holder.user_id, doctor);
    let audited = world.actions(id.as_uuid()).await;
    assert_eq!(audited.last().unwrap(), "access_token.purge");
}
