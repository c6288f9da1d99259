//! A new password, and who is put out by it.

use seva_model::{ErrorCode, NewAccessToken, Password};
use seva_services::{Account, SignedOut};

use crate::world::{PASSWORD, World, registration};

fn other() -> Password {
    Password::new("Other-Pass-2".to_owned()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_ends_every_session_of_its_person_alone() {
    let world = World::new().await;
    let services = &world.services;
    let (asha, nila) = (world.doctor("asha").await, world.doctor("nila").await);
    for doctor in [asha, asha, nila] {
        world.session(doctor).await;
    }
    let email = registration("asha").email;
    services.forgot_password(&email).await.unwrap();
    let reset = async |code: &str| {
        let code = code.parse().unwrap();
        services.reset_password(&email, &code, &other()).await
    };
    let wrong = reset("111111").await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::CodeMismatch);
    assert_eq!(world.sessions_of(asha).await, 2);

    reset("004217").await.unwrap();
    assert_eq!(world.sessions_of(asha).await, 0);
    assert_eq!(world.sessions_of(nila).await, 1);
    let old = Password::attempt(PASSWORD.to_owned());
    let refused = services.sign_in(&email, &old).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AuthenticationFailed);
    services.sign_in(&email, &other()).await.unwrap();
    assert_eq!(
        world.actions(asha.as_uuid()).await[3..],
        [
            "user.forgot_password",
            "user.reset_password",
            "user.sign_in"
        ]
    );
}

/// This provider knows nothing of tokens, no more than of sessions.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_revokes_the_persons_tokens_and_a_changed_one_does_not() {
    let world = World::new().await;
    let services = &world.services;
    let (asha, nila) = (world.doctor("asha").await, world.doctor("nila").await);
    let wanted = NewAccessToken::check("Sync", ["read:dictations"], 30).unwrap();
    for doctor in [asha, asha, nila] {
        services.create_access_token(doctor, &wanted).await.unwrap();
    }
    let tokens_of = async |doctor| services.list_access_tokens(doctor).await.unwrap();
    let of_asha = tokens_of(asha).await;
    let tokens = world.tokens("asha").await;
    let account = Account {
        user_id: asha,
        tokens: Some(&tokens),
    };
    let (old, new) = (Password::attempt(PASSWORD.to_owned()), other());
    let changed = services.change_password(account, &old, &new, None).await;
    changed.unwrap();
    assert_eq!(tokens_of(asha).await.len(), 2);

    let email = registration("asha").email;
    services.forgot_password(&email).await.unwrap();
    let code = "004217".parse().unwrap();
    services.reset_password(&email, &code, &new).await.unwrap();
    assert!(tokens_of(asha).await.is_empty());
    assert_eq!(tokens_of(nila).await.len(), 1);
    for token in of_asha {
        let actions = world.actions(token.id.as_uuid()).await;
        assert_eq!(actions, ["access_token.create", "access_token.revoke"]);
        assert!(!services.is_token_good(token.id).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_forgets_learns_nothing_of_who_has_an_account() {
    let world = World::new().await;
    let nobody = registration("nobody").email;
    world.services.forgot_password(&nobody).await.unwrap();
    let code = "111111".parse().unwrap();
    let new = other();
    let refused = world.services.reset_password(&nobody, &code, &new).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::CodeMismatch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_takes_the_old_one_and_ends_sessions() {
    let world = World::new().await;
    let asha = world.doctor("asha").await;
    let tokens = world.tokens("asha").await;
    let account = Account {
        user_id: asha,
        tokens: Some(&tokens),
    };
    world.session(asha).await;
    let change = async |old: &str| {
        let (old, new) = (Password::attempt(old.to_owned()), other());
        let services = &world.services;
        services.change_password(account, &old, &new, None).await
    };
    let wrong = change("Wrong-Pass-1").await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::ValidationFailed);
    assert!(wrong.fields.contains_key("old_password"));
    assert_eq!(world.sessions_of(asha).await, 1);

    change(PASSWORD).await.unwrap();
    assert_eq!(world.sessions_of(asha).await, 0);
    let email = registration("asha").email;
    world.services.sign_in(&email, &other()).await.unwrap();
    let actions = world.actions(asha.as_uuid()).await;
    assert!(actions.contains(&"user.change_password".to_owned()));
}

/// Lets so many tries to write down a new password fail.
async fn fail_to_audit(world: &World, times: u32) {
    let sql = format!(
        "CREATE SEQUENCE failures;
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('failures') <= {times} THEN RAISE 'not now'; END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER fail BEFORE INSERT ON audit_events FOR EACH ROW
             WHEN (NEW.action = 'user.change_password') EXECUTE FUNCTION fail();"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(world.db.pool())
        .await
        .unwrap();
}

/// The provider has the new password already, and no transaction of this process
/// undoes that.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_ended_in_another_try_or_the_sentence_says_that_they_go_on() {
    for (failures, ends) in [(3, true), (4, false)] {
        let world = World::new().await;
        let asha = world.doctor("asha").await;
        let tokens = world.tokens("asha").await;
        let account = Account {
            user_id: asha,
            tokens: Some(&tokens),
        };
        world.session(asha).await;
        fail_to_audit(&world, failures).await;
        let (old, new) = (Password::attempt(PASSWORD.to_owned()), other());
        let services = &world.services;
        let changed = services.change_password(account, &old, &new, None).await;
        assert_eq!(world.sessions_of(asha).await, i64::from(!ends));
        if ends {
            changed.unwrap();
        } else {
            let error = changed.unwrap_err();
            assert_eq!(error.code, ErrorCode::ServiceUnavailable);
            let said = error.message;
            assert!(said.starts_with("Your password is changed, but"), "{said}");
        }
        let email = registration("asha").email;
        services.sign_in(&email, &new).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_the_provider_ended_is_over_here_too() {
    let world = World::new().await;
    let asha = world.doctor("asha").await;
    let tokens = world.tokens("asha").await;
    let renewed = world.services.refresh_tokens(asha, &tokens).await.unwrap();
    assert_ne!(renewed, tokens);

    world.people.end_sign_ins();
    let over = world.services.refresh_tokens(asha, &tokens).await;
    assert_eq!(over.unwrap_err().code, ErrorCode::NotSignedIn);
    let account = Account {
        user_id: asha,
        tokens: Some(&tokens),
    };
    let signed_out = world.services.sign_out(account, None).await;
    assert_eq!(
        signed_out.unwrap(),
        SignedOut::Everywhere,
        "it was over before"
    );
    assert_eq!(
        world.actions(asha.as_uuid()).await[3..],
        ["user.sign_in", "user.sign_in_over", "user.sign_out"]
    );
}
