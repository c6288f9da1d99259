//! Access tokens: found by their digest, listed and revoked by their owner.

use seva_model::{AccessTokenId, NewAccessToken, UserId};
use seva_store::{access_tokens, users};

use crate::fixture::{World, commit, is_not_found};

fn new(days: i64) -> NewAccessToken {
    NewAccessToken::check("Sync", ["read:dictations", "sign:prescriptions"], days).unwrap()
}

async fn make(world: &World, user: UserId, hash: u8) -> AccessTokenId {
    let id = AccessTokenId::generate();
    let token = commit!(
        world,
        access_tokens::insert,
        id,
        user,
        &[hash; 32],
        &new(365)
    )
    .unwrap();
    assert_eq!(token.id, id);
    id
}

#[tokio::test]
async fn a_token_is_found_by_its_digest_with_its_scopes() {
    let world = World::new().await;
    let id = make(&world, world.asha, 1).await;
    let found = access_tokens::find(world.pool(), &[1; 32]).await.unwrap();
    let found = found.unwrap();
    assert_eq!((found.id, found.user_id), (id, world.asha));
    assert_eq!(found.scopes, new(1).scopes);
    assert!(!found.expired && !found.revoked && !found.use_is_noted);
    access_tokens::note_use(world.pool(), id).await.unwrap();
    let found = access_tokens::find(world.pool(), &[1; 32]).await.unwrap();
    assert!(found.unwrap().use_is_noted);
    let other = access_tokens::find(world.pool(), &[2; 32]).await.unwrap();
    assert_eq!(other, None);
}

#[tokio::test]
async fn another_persons_token_does_not_exist() {
    let world = World::new().await;
    let id = make(&world, world.asha, 1).await;
    let of_ravi = access_tokens::list(world.pool(), world.ravi).await.unwrap();
    assert!(of_ravi.is_empty());
    is_not_found(
        "revoke",
        commit!(world, access_tokens::revoke, world.ravi, id),
    );
    commit!(world, access_tokens::revoke, world.asha, id).unwrap();
    is_not_found(
        "again",
        commit!(world, access_tokens::revoke, world.asha, id),
    );
    let found = access_tokens::find(world.pool(), &[1; 32]).await.unwrap();
    assert!(found.unwrap().revoked);
    assert_eq!(commit!(world, access_tokens::count, world.asha).unwrap(), 0);
    is_not_found(
        "count of nobody",
        commit!(world, access_tokens::count, UserId::generate()),
    );
}

#[tokio::test]
async fn two_tokens_have_two_secrets() {
    let world = World::new().await;
    make(&world, world.asha, 1).await;
    let id = AccessTokenId::generate();
    let twice = commit!(
        world,
        access_tokens::insert,
        id,
        world.ravi,
        &[1; 32],
        &new(1)
    );
    assert!(twice.is_err());
}

#[tokio::test]
async fn tokens_that_were_over_for_ninety_days_are_purged() {
    let world = World::new().await;
    let good = make(&world, world.asha, 1).await;
    let mut tokens = Vec::new();
    for (hash, was_over) in [
        "revoked_at = now() - interval '89 days'",
        "created_at = now() - interval '300 days', expires_at = now() - interval '89 days'",
        "revoked_at = now() - interval '92 days'",
        "created_at = now() - interval '300 days', expires_at = now() - interval '91 days'",
    ]
    .into_iter()
    .enumerate()
    {
        let hash = u8::try_from(hash).unwrap() + 2;
        let id = make(&world, world.ravi, hash).await;
        let sql = format!("UPDATE access_tokens SET {was_over} WHERE id = '{id}'");
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(world.pool());
        assert_eq!(done.await.unwrap().rows_affected(), 1);
        tokens.push(id);
    }
    let due = async |limit| access_tokens::purgeable(world.pool(), limit).await.unwrap();
    assert_eq!(due(10).await, tokens[2..], "over for longest first");
    assert_eq!(due(1).await, tokens[2..3]);

    for kept in [good, tokens[0], tokens[1]] {
        is_not_found("one to keep", commit!(world, access_tokens::purge, kept));
    }
    for id in &tokens[2..] {
        commit!(world, access_tokens::purge, *id).unwrap();
        is_not_found("one gone", commit!(world, access_tokens::purge, *id));
    }
    assert_eq!(due(10).await, []);
    for (hash, is_kept) in [(1, true), (2, true), (3, true), (4, false), (5, false)] {
        let found = access_tokens::find(world.pool(), &[hash; 32]).await;
        assert_eq!(found.unwrap().is_some(), is_kept, "{hash}");
    }
}

/// What docs/operations.md says about somebody else's token, with this address.
fn all_of(email: &str) -> String {
    let page = include_str!("../../../../docs/operations.md");
    let (_, steps) = page.split_once("## Somebody else's access token").unwrap();
    let (_, sql) = steps.split_once("<<'SQL'\n").unwrap();
    let (sql, _) = sql.split_once("\n    SQL\n").unwrap();
    assert!(sql.contains(":'email'"), "{sql}");
    sql.replace(":'email'", &format!("'{email}'"))
}

#[tokio::test]
async fn the_administrator_revokes_all_tokens_of_a_person() {
    let world = World::new().await;
    make(&world, world.asha, 1).await;
    make(&world, world.asha, 2).await;
    make(&world, world.ravi, 3).await;
    let asha = users::get(world.pool(), world.asha).await.unwrap().email;
    for (email, rows) in [
        ("nobody@clinic.example", 0),
        (asha.as_str(), 2),
        (asha.as_str(), 0),
    ] {
        let sql = sqlx::AssertSqlSafe(all_of(email));
        let done = sqlx::raw_sql(sql).execute(world.pool()).await.unwrap();
        assert_eq!(done.rows_affected(), rows, "{email}");
    }
    for (hash, is_over) in [(1, true), (2, true), (3, false)] {
        let found = access_tokens::find(world.pool(), &[hash; 32])
            .await
            .unwrap();
        assert_eq!(found.unwrap().revoked, is_over);
    }
}

#[tokio::test]
async fn all_tokens_of_a_person_are_revoked_at_once() {
    let world = World::new().await;
    let over = make(&world, world.asha, 1).await;
    commit!(world, access_tokens::revoke, world.asha, over).unwrap();
    let expired = make(&world, world.asha, 2).await;
    world
        .sql(
            "UPDATE access_tokens SET created_at = now() - interval '2 days',
                                      expires_at = now() - interval '1 day' WHERE id = $1",
            expired.as_uuid(),
        )
        .await;
    let good = make(&world, world.asha, 3).await;
    let of_ravi = make(&world, world.ravi, 4).await;
    let is_good = async |id| access_tokens::is_good(world.pool(), id).await.unwrap();
    assert!(is_good(good).await && is_good(of_ravi).await);
    assert!(!is_good(over).await && !is_good(expired).await);
    assert!(!is_good(AccessTokenId::generate()).await);

    let mut revoked = commit!(world, access_tokens::revoke_all, world.asha).unwrap();
    revoked.sort_unstable();
    let mut expected = [expired, good];
    expected.sort_unstable();
    assert_eq!(revoked, expected);
    assert!(!is_good(good).await && is_good(of_ravi).await);
    let again = commit!(world, access_tokens::revoke_all, world.asha).unwrap();
    assert!(again.is_empty());
}
