//! What holds for whoever registers, in the emulator.

use std::cell::Cell;

use aws_sdk_cognitoidentityprovider::{
    operation::admin_get_user::AdminGetUserOutput,
    types::{AttributeType, UserStatusType},
};
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};
use serde_json::json;
use seva_model::{EmailAddress, Password, Registration};
use seva_services::ports::{Identity as _, Registered};
use time::OffsetDateTime;
use tokio::runtime::Runtime;

use crate::{
    people::{EMAIL, done},
    pool::Pool,
    script::{World, access_token, id_token, result},
};

/// Letters, a password of any length that the rules let pass, a name.
fn people() -> impl Strategy<Value = (String, String, String)> {
    (
        "[a-z][a-z0-9]{0,20}",
        "[A-Z][a-z]{3,9}[0-9]{2,9}[!#%+/-][ -~]{0,30}[a-z]",
        "[A-Z][a-z]{1,12} [A-Z][a-z]{1,12}|डॉ\\. [क-ह]{2,8}",
    )
}

/// Tries 256 people, each with an address of their own.
fn for_anybody(check: &impl AsyncFn(&Pool, Registration) -> Result<(), TestCaseError>) {
    let runtime = Runtime::new().unwrap();
    let pool = runtime.block_on(Pool::new());
    let number = Cell::new(0);
    TestRunner::new(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
    .run(&people(), |(name, password, full_name)| {
        number.set(number.get() + 1);
        let registration = Registration {
            email: format!("{name}.{}@clinic.example", number.get())
                .parse()
                .unwrap(),
            password: Password::new(password).unwrap(),
            full_name: full_name.parse().unwrap(),
        };
        runtime.block_on(check(&pool, registration))
    })
    .unwrap();
}

async fn register(pool: &Pool, registration: &Registration) -> Registered {
    pool.identity.register(registration).await.unwrap()
}

async fn confirm(pool: &Pool, email: &EmailAddress) {
    let code = pool.codes_sent_to(email).await.pop().unwrap();
    pool.identity.confirm(email, &code).await.unwrap();
}

async fn found(pool: &Pool, email: &EmailAddress) -> AdminGetUserOutput {
    let asked = pool.clients.cognito.admin_get_user();
    let asked = asked.user_pool_id(&pool.id).username(email.as_str());
    asked.send().await.unwrap()
}

fn attribute(user: &AdminGetUserOutput, name: &str) -> Option<String> {
    let mut attributes = user.user_attributes().iter();
    let found = attributes.find(|attribute| attribute.name() == name);
    found.and_then(AttributeType::value).map(str::to_owned)
}

#[test]
fn property_5_a_right_password_gives_all_three_tokens_with_their_end() {
    for_anybody(&async |pool, registration| {
        let registered = register(pool, &registration).await;
        confirm(pool, &registration.email).await;
        let signed_in = pool
            .identity
            .authenticate(&registration.email, &registration.password);
        let person = done(signed_in.await);
        prop_assert_eq!(person.subject, registered.subject);
        let tokens = person.tokens.unwrap();
        for token in [&tokens.access, &tokens.id, &tokens.refresh] {
            prop_assert!(!token.is_empty());
        }
        prop_assert!(tokens.access != tokens.id && tokens.id != tokens.refresh);
        prop_assert!(tokens.expires_at > OffsetDateTime::now_utc());
        Ok(())
    });
}

#[tokio::test]
async fn property_5_the_flow_is_that_of_address_and_password() {
    let world = World::new().await;
    world
        .pool
        .answer("InitiateAuth", result(&id_token(), &access_token()));
    done(world.sign_in().await);
    let asked = world.pool.asked("InitiateAuth");
    assert_eq!(asked[0]["AuthFlow"], "USER_PASSWORD_AUTH");
    assert_eq!(
        asked[0]["AuthParameters"],
        json!({ "USERNAME": EMAIL, "PASSWORD": "Right-Pass-1" })
    );
}

#[test]
fn property_10_the_address_is_the_name_of_the_account_and_its_id_is_given() {
    for_anybody(&async |pool, registration| {
        let registered = register(pool, &registration).await;
        prop_assert!(registered.confirmation_required);
        let user = found(pool, &registration.email).await;
        prop_assert_eq!(attribute(&user, "sub"), Some(registered.subject));
        let email = registration.email.as_str().to_owned();
        prop_assert_eq!(attribute(&user, "email"), Some(email));
        let name = registration.full_name.as_str().to_owned();
        prop_assert_eq!(attribute(&user, "name"), Some(name));
        Ok(())
    });
}

#[test]
fn property_11_a_right_code_confirms_the_account() {
    for_anybody(&async |pool, registration| {
        register(pool, &registration).await;
        let before = found(pool, &registration.email).await;
        prop_assert_eq!(before.user_status, Some(UserStatusType::Unconfirmed));
        confirm(pool, &registration.email).await;
        let after = found(pool, &registration.email).await;
        prop_assert_eq!(after.user_status, Some(UserStatusType::Confirmed));
        Ok(())
    });
}
