//! What is handed out, renewed and taken back.

use serde_json::{Value, json};
use seva_services::ports::{Identity as _, IdentityError, PortFailure};
use time::OffsetDateTime;

use crate::{
    people::{EMAIL, done, email, holder},
    script::{CLIENT, PEM, SUBJECT, World, access_token, claims, id_token, result, signed, tokens},
};

#[tokio::test]
async fn what_an_id_token_leaves_out_is_asked_for() {
    let world = World::new().await;
    let mut bare = claims("id");
    bare["aud"] = CLIENT.into();
    let bare = signed(PEM, &bare);
    let user = |attributes: Value| json!({"Username": SUBJECT, "UserAttributes": attributes});
    world
        .pool
        .answer("InitiateAuth", result(&bare, &access_token()))
        .answer(
            "GetUser",
            user(json!([
                {"Name": "email", "Value": EMAIL}, {"Name": "name", "Value": "Asha Verma"},
            ])),
        );
    let person = done(world.sign_in().await);
    assert_eq!(person.email, email());
    assert_eq!(person.full_name.as_str(), "Asha Verma");

    world
        .pool
        .answer("InitiateAuth", result(&bare, &access_token()))
        .answer("GetUser", user(json!([{"Name": "email", "Value": EMAIL}])));
    let Err(IdentityError::Port(error)) = world.sign_in().await else {
        panic!("a failure was expected");
    };
    assert!(error.source.to_string().contains("`name`"));
}

#[tokio::test]
async fn a_forged_token_signs_nobody_in() {
    let world = World::new().await;
    let mut claims = claims("id");
    claims["aud"] = CLIENT.into();
    let forged = signed(include_str!("../keys/second.pem"), &claims);
    world
        .pool
        .answer("InitiateAuth", result(&forged, &access_token()));
    let Err(IdentityError::Port(error)) = world.sign_in().await else {
        panic!("a failure was expected");
    };
    assert_eq!(error.failure, PortFailure::Broken);
    assert!(!format!("{error:?} {error}").contains(&forged));
}

#[tokio::test]
async fn renewed_tokens_are_of_the_same_person_and_keep_the_refresh_token() {
    let world = World::with_secret().await;
    let renewed = json!({"AuthenticationResult": {
        "IdToken": id_token(), "AccessToken": access_token(), "ExpiresIn": 3600,
    }});
    world
        .pool
        .answer("InitiateAuth", renewed.clone())
        .answer("InitiateAuth", renewed);
    let tokens = tokens();
    let new = world.identity.refresh(SUBJECT, &tokens).await.unwrap();
    assert_eq!(new.refresh, "refresh-1");
    assert!(new.expires_at > OffsetDateTime::now_utc());
    assert_eq!(
        world.pool.asked("InitiateAuth")[0]["AuthParameters"],
        json!({"REFRESH_TOKEN": "refresh-1", "SECRET_HASH": "Ay97O8b5iB3SqqSkon3hQKMrIT90nGKkv09yDDEXGJg="})
    );
    let other = world.identity.refresh("somebody-else", &tokens).await;
    assert_refused!(other, IdentityError::Port(_));
    for code in [
        "NotAuthorizedException",
        "UserNotFoundException",
        "PasswordResetRequiredException",
    ] {
        world
            .pool
            .refuse("InitiateAuth", code, "Refresh Token has been revoked");
        assert_refused!(
            world.identity.refresh(SUBJECT, &tokens).await,
            IdentityError::SignInOver
        );
    }
}

#[tokio::test]
async fn a_client_that_revokes_no_token_signs_out_everywhere() {
    let world = World::with_secret().await;
    let (email, tokens) = (email(), tokens());
    let person = holder(SUBJECT, &email, Some(&tokens));
    world
        .pool
        .answer("RevokeToken", json!({}))
        .refuse("RevokeToken", "UnsupportedOperationException", "")
        .answer("GlobalSignOut", json!({}))
        .refuse("RevokeToken", "UnsupportedTokenTypeException", "")
        .refuse(
            "GlobalSignOut",
            "NotAuthorizedException",
            "Access Token has been revoked",
        )
        .refuse("RevokeToken", "UnauthorizedException", "");
    for _ in 0..3 {
        world.identity.sign_out(person).await.unwrap();
    }
    assert_refused!(
        world.identity.sign_out(person).await,
        IdentityError::Port(_)
    );
    assert_eq!(
        world.pool.asked("RevokeToken")[0],
        json!({"ClientId": CLIENT, "ClientSecret": "wonderful-secret", "Token": "refresh-1"})
    );
    assert_eq!(
        world.pool.asked("GlobalSignOut")[0],
        json!({"AccessToken": "access-1"})
    );
    let nothing_held = holder(SUBJECT, &email, None);
    world.identity.sign_out(nothing_held).await.unwrap();
    assert_eq!(world.pool.asked("RevokeToken").len(), 4);
}
