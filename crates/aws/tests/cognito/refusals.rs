//! What Cognito says no to, and how.

use seva_model::Registration;
use seva_services::ports::{Identity as _, IdentityError};

use crate::{
    people::{code, done, email, holder, password, registration},
    script::{SUBJECT, World, access_token, id_token, result, tokens},
};

#[tokio::test]
async fn a_throttled_call_is_tried_once_more() {
    let world = World::new().await;
    let slower = ("TooManyRequestsException", "Rate exceeded");
    world
        .pool
        .refuse("InitiateAuth", slower.0, slower.1)
        .answer("InitiateAuth", result(&id_token(), &access_token()));
    done(world.sign_in().await);
    world
        .pool
        .refuse("InitiateAuth", slower.0, slower.1)
        .refuse("InitiateAuth", slower.0, slower.1);
    assert_refused!(world.sign_in().await, IdentityError::TooManyAttempts);
    assert_eq!(world.pool.asked("InitiateAuth").len(), 4);
}

#[tokio::test]
async fn a_lock_after_wrong_passwords_is_no_wrong_password() {
    let world = World::new().await;
    let not_authorized = "NotAuthorizedException";
    world
        .pool
        .refuse(
            "InitiateAuth",
            not_authorized,
            "Incorrect username or password.",
        )
        .refuse("InitiateAuth", not_authorized, "Password attempts exceeded")
        .refuse("InitiateAuth", "PasswordResetRequiredException", "")
        .refuse(
            "InitiateAuth",
            not_authorized,
            "Unable to verify secret hash for client x",
        )
        .refuse(
            "InitiateAuth",
            not_authorized,
            "SecretHash does not match for the client: x",
        );
    assert_refused!(world.sign_in().await, IdentityError::Refused);
    assert_refused!(world.sign_in().await, IdentityError::TooManyAttempts);
    assert_refused!(world.sign_in().await, IdentityError::PasswordResetRequired);
    assert_refused!(world.sign_in().await, IdentityError::Port(_));
    assert_refused!(world.sign_in().await, IdentityError::Port(_));
}

#[tokio::test]
async fn a_registration_that_no_mail_reaches_says_so() {
    let world = World::new().await;
    world
        .pool
        .refuse("SignUp", "CodeDeliveryFailureException", "")
        .refuse(
            "SignUp",
            "InvalidParameterException",
            "Invalid email address format.",
        )
        .refuse(
            "SignUp",
            "InvalidParameterException",
            "Attributes did not conform to the schema",
        )
        .refuse(
            "SignUp",
            "NotAuthorizedException",
            "SignUp is not permitted for this user pool",
        );
    for _ in 0..2 {
        assert_refused!(
            world.identity.register(&registration()).await,
            IdentityError::CodeNotDelivered
        );
    }
    for _ in 0..2 {
        assert_refused!(
            world.identity.register(&registration()).await,
            IdentityError::Port(_)
        );
    }
    let long = format!("{}@clinic.example", "a".repeat(120));
    let long = Registration {
        email: long.parse().unwrap(),
        ..registration()
    };
    assert_refused!(
        world.identity.register(&long).await,
        IdentityError::CodeNotDelivered
    );
    assert_eq!(world.pool.asked("SignUp").len(), 4);
}

#[tokio::test]
async fn codes_that_were_tried_too_often_or_too_late_are_told_apart() {
    let world = World::new().await;
    let confirm = "ConfirmSignUp";
    world
        .pool
        .refuse(confirm, "ExpiredCodeException", "")
        .refuse(confirm, "TooManyFailedAttemptsException", "")
        .refuse(
            confirm,
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is CONFIRMED",
        );
    let attempt = async || world.identity.confirm(&email(), &code()).await;
    assert_refused!(attempt().await, IdentityError::CodeExpired);
    assert_refused!(attempt().await, IdentityError::TooManyAttempts);
    assert_refused!(attempt().await, IdentityError::CodeMismatch);
}

#[tokio::test]
async fn a_mail_that_is_not_sent_is_silent_about_why() {
    let world = World::new().await;
    for (code, message) in [
        ("UserNotFoundException", ""),
        (
            "NotAuthorizedException",
            "User password cannot be reset in the current state.",
        ),
        ("UserNotConfirmedException", ""),
        (
            "InvalidParameterException",
            "Cannot reset password for the user as there is no verified email",
        ),
    ] {
        world.pool.refuse("ForgotPassword", code, message);
        world.identity.forgot_password(&email()).await.unwrap();
    }
    let confirmed = "User is already confirmed.";
    world.pool.refuse(
        "ResendConfirmationCode",
        "InvalidParameterException",
        confirmed,
    );
    world.identity.resend_code(&email()).await.unwrap();
    world
        .pool
        .refuse("ForgotPassword", "CodeDeliveryFailureException", "")
        .refuse(
            "ForgotPassword",
            "NotAuthorizedException",
            "SECRET_HASH was not received",
        );
    let attempt = async || world.identity.forgot_password(&email()).await;
    assert_refused!(attempt().await, IdentityError::CodeNotDelivered);
    assert_refused!(attempt().await, IdentityError::Port(_));
}

#[tokio::test]
async fn a_wrong_old_password_is_told_from_a_sign_in_that_is_over() {
    let world = World::new().await;
    let (email, tokens) = (email(), tokens());
    let person = holder(SUBJECT, &email, Some(&tokens));
    let not_authorized = "NotAuthorizedException";
    world
        .pool
        .refuse(
            "ChangePassword",
            not_authorized,
            "Incorrect username or password.",
        )
        .refuse("ChangePassword", not_authorized, "Access Token has expired")
        .refuse(
            "ChangePassword",
            "PasswordHistoryPolicyViolationException",
            "",
        );
    let (old, new) = (password(), password());
    let attempt = async || {
        let change = world.identity.change_password(person, &old, &new, None);
        change.await
    };
    assert_refused!(attempt().await, IdentityError::Refused);
    assert_refused!(attempt().await, IdentityError::SignInOver);
    assert_refused!(attempt().await, IdentityError::WeakPassword);
    let without = holder(SUBJECT, &email, None);
    let change = world.identity.change_password(without, &old, &new, None);
    assert_refused!(change.await, IdentityError::SignInOver);
}
