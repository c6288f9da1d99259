//! A sign-in in several steps.

use serde_json::json;
use seva_model::SignInChallenge;
use seva_services::ports::{
    ChallengeAnswer, Identity as _, IdentityError, PendingChallenge, PortFailure,
};

use crate::{
    people::{code, done, email, password, pending},
    script::{SUBJECT, World, access_token, id_token, question, result},
};

#[tokio::test]
async fn a_mailed_code_is_answered_again_after_a_wrong_one() {
    let world = World::with_secret().await;
    let challenge = world.asked_for_a_code("EMAIL_OTP").await;
    assert_eq!(challenge.kind, SignInChallenge::EmailCode);
    assert_eq!(challenge.email, email());
    world
        .pool
        .refuse(
            "RespondToAuthChallenge",
            "CodeMismatchException",
            "Invalid code or auth state for the user.",
        )
        .answer(
            "RespondToAuthChallenge",
            result(&id_token(), &access_token()),
        );
    let answer = ChallengeAnswer::Code(code());
    assert_refused!(
        world.identity.answer(&challenge, &answer).await,
        IdentityError::CodeMismatch
    );
    // Cognito mails more digits at a sign-in than at a registration.
    let answer = ChallengeAnswer::Code(challenge.kind.code("1234 5678").unwrap());
    let person = done(world.identity.answer(&challenge, &answer).await);
    assert_eq!(person.subject, SUBJECT);
    assert_eq!(person.email, email());
    assert_eq!(person.full_name.as_str(), "Asha Verma");
    assert_eq!(person.tokens.unwrap().refresh, "refresh-1");

    let asked = &world.pool.asked("RespondToAuthChallenge")[1];
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(asked["Session"], "session-1");
    // HMAC-SHA-256 of subject and client, by OpenSSL: the answer is of the subject.
    let expected = json!({
        "USERNAME": SUBJECT, "EMAIL_OTP_CODE": "12345678", "SECRET_HASH": "Ay97O8b5iB3SqqSkon3hQKMrIT90nGKkv09yDDEXGJg=",
    });
    assert_eq!(asked["ChallengeResponses"], expected);
}

#[tokio::test]
async fn an_authenticator_is_chosen_where_there_is_a_choice() {
    let world = World::new().await;
    let choice = json!({
        "ChallengeName": "SELECT_MFA_TYPE", "Session": "session-0",
        "ChallengeParameters": {
            "MFAS_CAN_CHOOSE": "[\"EMAIL_OTP\",\"SOFTWARE_TOKEN_MFA\"]",
            "USER_ID_FOR_SRP": SUBJECT,
        },
    });
    world
        .pool
        .answer("InitiateAuth", choice)
        .answer("RespondToAuthChallenge", question("SOFTWARE_TOKEN_MFA"));
    let challenge = pending(world.sign_in().await);
    assert_eq!(challenge.kind, SignInChallenge::AuthenticatorCode);
    let asked = &world.pool.asked("RespondToAuthChallenge")[0];
    assert_eq!(asked["ChallengeName"], "SELECT_MFA_TYPE");
    assert_eq!(
        asked["ChallengeResponses"],
        json!({"USERNAME": SUBJECT, "ANSWER": "SOFTWARE_TOKEN_MFA"})
    );
}

#[tokio::test]
async fn a_new_password_may_be_followed_by_a_code() {
    let world = World::new().await;
    let challenge = world.asked_for_a_code("NEW_PASSWORD_REQUIRED").await;
    assert_eq!(challenge.kind, SignInChallenge::NewPassword);
    let answer = ChallengeAnswer::NewPassword(password());
    world
        .pool
        .refuse("RespondToAuthChallenge", "InvalidPasswordException", "")
        // Such an answer names no person anew.
        .answer(
            "RespondToAuthChallenge",
            json!({"ChallengeName": "EMAIL_OTP", "Session": "session-2"}),
        );
    assert_refused!(
        world.identity.answer(&challenge, &answer).await,
        IdentityError::WeakPassword
    );
    let next = pending(world.identity.answer(&challenge, &answer).await);
    assert_eq!(next.kind, SignInChallenge::EmailCode);
    world.pool.answer(
        "RespondToAuthChallenge",
        result(&id_token(), &access_token()),
    );
    done(
        world
            .identity
            .answer(&next, &ChallengeAnswer::Code(code()))
            .await,
    );
    let asked = &world.pool.asked("RespondToAuthChallenge")[2];
    assert_eq!(asked["Session"], "session-2");
    assert_eq!(asked["ChallengeResponses"]["USERNAME"], SUBJECT);
}

#[tokio::test]
async fn a_sign_in_that_is_over_is_told_from_a_wrong_code() {
    let world = World::new().await;
    let challenge = world.asked_for_a_code("SOFTWARE_TOKEN_MFA").await;
    let answer = ChallengeAnswer::Code(code());
    let respond = "RespondToAuthChallenge";
    for (code, message) in [
        (
            "NotAuthorizedException",
            "Invalid session for the user, session is expired.",
        ),
        ("UserNotFoundException", "User does not exist."),
        ("SoftwareTokenMFANotFoundException", ""),
    ] {
        world.pool.refuse(respond, code, message);
        assert_refused!(
            world.identity.answer(&challenge, &answer).await,
            IdentityError::SignInOver
        );
    }
    let used = "Your software token has already been used once.";
    world.pool.refuse(respond, "ExpiredCodeException", used);
    assert_refused!(
        world.identity.answer(&challenge, &answer).await,
        IdentityError::CodeMismatch
    );
    let calls = world.pool.asked(respond).len();
    assert_refused!(
        world
            .identity
            .answer(&challenge, &ChallengeAnswer::NewPassword(password()))
            .await,
        IdentityError::SignInOver
    );
    let broken = PendingChallenge {
        state: "no thread".to_owned(),
        ..challenge
    };
    assert_refused!(
        world.identity.answer(&broken, &answer).await,
        IdentityError::SignInOver
    );
    assert_eq!(world.pool.asked(respond).len(), calls, "nothing is sent");
}

#[tokio::test]
async fn a_question_without_a_page_is_named_for_the_log() {
    let world = World::new().await;
    world.pool.answer("InitiateAuth", question("MFA_SETUP"));
    let Err(IdentityError::Port(error)) = world.sign_in().await else {
        panic!("a failure was expected");
    };
    assert_eq!(error.failure, PortFailure::Broken);
    assert!(error.source.to_string().contains("MFA_SETUP"));
}
