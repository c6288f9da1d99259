//! What becomes of an account in a pool.

use aws_sdk_cognitoidentityprovider::types::AttributeType;
use seva_model::{EmailAddress, Password, Registration, SignInChallenge};
use seva_services::ports::{ChallengeAnswer, Identity as _, IdentityError, Sessions};

use crate::{
    people::{code, done, email, password, pending, registration, signed_in},
    pool::{AppClient, Pool, USUAL},
};

fn nobody() -> EmailAddress {
    "nobody@clinic.example".parse().unwrap()
}

#[tokio::test]
async fn an_account_has_a_name_an_address_and_a_role() {
    let pool = Pool::new().await;
    let subject = pool.confirmed().await;
    let user = pool
        .clients
        .cognito
        .admin_get_user()
        .user_pool_id(&pool.id)
        .username(&subject)
        .send()
        .await
        .unwrap();
    let value = |name: &str| {
        let mut attributes = user.user_attributes().iter();
        let found = attributes.find(|attribute| attribute.name() == name);
        found.and_then(AttributeType::value).map(str::to_owned)
    };
    assert_eq!(value("name").as_deref(), Some("Asha Verma"));
    assert_eq!(value("email").as_deref(), Some("doctor@clinic.example"));
    assert_eq!(value("custom:role").as_deref(), Some("doctor"));
    assert_eq!(value("sub"), Some(subject));
}

/// A pool may be set to tell that a person is unknown: then it is not passed on.
#[tokio::test]
async fn a_pool_that_names_unknown_people_does_not_give_them_away() {
    let pool = Pool::of(AppClient {
        hides_unknown_people: false,
        ..USUAL
    })
    .await;
    let identity = &pool.identity;
    let code = code();
    assert_refused!(
        identity.authenticate(&nobody(), &password()).await,
        IdentityError::Refused
    );
    assert_refused!(
        identity.confirm(&nobody(), &code).await,
        IdentityError::CodeMismatch
    );
    assert_refused!(
        identity.reset_password(&nobody(), &code, &password()).await,
        IdentityError::CodeMismatch
    );
    identity.resend_code(&nobody()).await.unwrap();
    identity.forgot_password(&nobody()).await.unwrap();
    identity.check().await.unwrap();
}

#[tokio::test]
async fn an_account_made_by_an_administrator_gets_a_password_of_its_own() {
    let pool = Pool::new().await;
    let attribute = |name: &str, value: &str| {
        let built = AttributeType::builder().name(name).value(value).build();
        built.unwrap()
    };
    pool.clients
        .cognito
        .admin_create_user()
        .user_pool_id(&pool.id)
        .username(email().as_str())
        .temporary_password("First-Pass-1")
        .user_attributes(attribute("name", "Asha Verma"))
        .send()
        .await
        .unwrap();
    let first = Password::attempt("First-Pass-1".to_owned());
    let challenge = pending(pool.identity.authenticate(&email(), &first).await);
    assert_eq!(challenge.kind, SignInChallenge::NewPassword);
    let answer = ChallengeAnswer::NewPassword(password());
    let person = done(pool.identity.answer(&challenge, &answer).await);
    assert_eq!(person.full_name.as_str(), "Asha Verma");
    let again = done(pool.sign_in().await);
    assert_eq!(again.subject, person.subject);
}

#[tokio::test]
async fn an_account_that_was_reset_or_disabled_does_not_open() {
    let pool = Pool::new().await;
    pool.confirmed().await;
    let cognito = &pool.clients.cognito;
    let id = &pool.id;
    let name = email();
    cognito
        .admin_reset_user_password()
        .user_pool_id(id)
        .username(name.as_str())
        .send()
        .await
        .unwrap();
    assert_refused!(pool.sign_in().await, IdentityError::PasswordResetRequired);
    cognito
        .admin_disable_user()
        .user_pool_id(id)
        .username(name.as_str())
        .send()
        .await
        .unwrap();
    assert_refused!(pool.sign_in().await, IdentityError::Refused);
}

/// Somebody else registered the address. Its owner, who alone reads its mail, has to
/// confirm it before a code for a new password is worth anything.
#[tokio::test]
async fn the_owner_of_an_address_takes_it_from_a_stranger_in_two_steps() {
    let pool = Pool::new().await;
    let identity = &pool.identity;
    identity.register(&registration()).await.unwrap();
    let own = Password::new("Own-Pass-2".to_owned()).unwrap();
    let again = Registration {
        password: own.clone(),
        ..registration()
    };
    assert_refused!(
        identity.register(&again).await,
        IdentityError::AlreadyRegistered
    );
    identity.resend_code(&email()).await.unwrap();
    let code = async || pool.codes_sent_to(&email()).await.pop().unwrap();
    identity.confirm(&email(), &code().await).await.unwrap();
    // The stranger's password is confirmed by that, until the second step.
    done(pool.sign_in().await);

    identity.forgot_password(&email()).await.unwrap();
    let reset = identity.reset_password(&email(), &code().await, &own).await;
    assert_eq!(reset.unwrap(), Sessions::Open);
    assert_refused!(pool.sign_in().await, IdentityError::Refused);
    done(identity.authenticate(&email(), &own).await);
    let sent = pool.codes_sent_to(&email()).await.len();
    assert_eq!(sent, 3, "registered, sent again, forgotten");
}

#[tokio::test]
async fn property_12_a_sign_out_ends_what_was_handed_out() {
    let pool = Pool::new().await;
    let person = pool.person().await;
    let other_place = done(pool.sign_in().await);
    let tokens = person.tokens.as_ref().unwrap();
    let renewed = pool
        .identity
        .refresh(&person.subject, tokens)
        .await
        .unwrap();
    assert_ne!(renewed.access, tokens.access);
    assert_eq!(renewed.refresh, tokens.refresh);

    pool.identity.sign_out(signed_in(&person)).await.unwrap();
    assert_refused!(
        pool.identity.refresh(&person.subject, tokens).await,
        IdentityError::SignInOver
    );
    assert_refused!(
        pool.identity.has_authenticator(signed_in(&person)).await,
        IdentityError::SignInOver
    );
    assert_refused!(
        pool.identity
            .change_password(signed_in(&person), &password(), &password(), None)
            .await,
        IdentityError::SignInOver
    );
    // Only here: somebody may be signed in at two places.
    let tokens = other_place.tokens.as_ref().unwrap();
    pool.identity
        .refresh(&other_place.subject, tokens)
        .await
        .unwrap();
}
