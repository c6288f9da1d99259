//! Signing in with an authenticator app.

use seva_model::{ErrorCode, Password, SignInChallenge};
use seva_services::{Account, SignInOutcome, ports::ChallengeAnswer};

use crate::world::{PASSWORD, World, registration};

fn code(digits: &str) -> ChallengeAnswer {
    ChallengeAnswer::Code(digits.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_is_set_up_asked_for_and_turned_off() {
    let world = World::new().await;
    let services = &world.services;
    let asha = world.doctor("asha").await;
    let tokens = world.tokens("asha").await;
    let account = Account {
        user_id: asha,
        tokens: Some(&tokens),
    };
    assert!(!services.has_authenticator(account).await.unwrap());
    let secret = services.begin_authenticator(account).await.unwrap();
    let setup = services
        .authenticator_setup(account, &secret)
        .await
        .unwrap();
    assert_eq!(setup.secret.as_bytes(), secret.expose());
    assert!(setup.uri.contains("asha%40clinic.example"), "{}", setup.uri);
    let confirm = async |password: &str, code: &str| {
        let (password, code) = (
            Password::attempt(password.to_owned()),
            code.parse().unwrap(),
        );
        let confirmed = services.confirm_authenticator(account, &password, &code);
        confirmed.await
    };
    let wrong = confirm("Wrong-Pass-1", "135790").await.unwrap_err();
    assert!(wrong.fields.contains_key("current_password"));
    assert!(!services.has_authenticator(account).await.unwrap());
    let wrong = confirm(PASSWORD, "111111").await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::CodeMismatch);
    assert!(wrong.message.contains("app"), "{}", wrong.message);
    confirm(PASSWORD, "135790").await.unwrap();
    let again = services.begin_authenticator(account).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict);

    let person = registration("asha");
    let asked = services.sign_in(&person.email, &person.password).await;
    let SignInOutcome::Challenge(challenge) = asked.unwrap() else {
        panic!("no code was asked for");
    };
    assert_eq!(challenge.challenge.kind, SignInChallenge::AuthenticatorCode);
    let wrong = services.answer_challenge(&challenge, &code("111111")).await;
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::CodeMismatch);
    assert_eq!(wrong.fields["confirmation_code"], wrong.message);
    let mut over = challenge.clone();
    over.challenge.state = "another thread".to_owned();
    let over = services.answer_challenge(&over, &code("135790")).await;
    assert_eq!(over.unwrap_err().code, ErrorCode::NotSignedIn);
    let signed_in = services.answer_challenge(&challenge, &code("135790")).await;
    assert_eq!(signed_in.unwrap().signed_in().unwrap().id, asha);

    let remove = async |password: &str| {
        let password = Password::attempt(password.to_owned());
        services.remove_authenticator(account, &password).await
    };
    let wrong = remove("Wrong-Pass-1").await.unwrap_err();
    assert!(wrong.fields.contains_key("current_password"));
    assert!(services.has_authenticator(account).await.unwrap());
    remove(PASSWORD).await.unwrap();
    assert!(!services.has_authenticator(account).await.unwrap());
    assert_eq!(
        world.actions(asha.as_uuid()).await[3..],
        [
            "user.sign_in",
            "user.begin_authenticator",
            "user.confirm_authenticator",
            "user.sign_in",
            "user.remove_authenticator",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_a_sign_in_that_awaits_its_code() {
    let world = World::new().await;
    let services = &world.services;
    let asha = world.doctor("asha").await;
    let tokens = world.tokens("asha").await;
    let account = Account {
        user_id: asha,
        tokens: Some(&tokens),
    };
    services.begin_authenticator(account).await.unwrap();
    let shown = "135790".parse().unwrap();
    let person = registration("asha");
    let confirmed = services.confirm_authenticator(account, &person.password, &shown);
    confirmed.await.unwrap();
    let asked = services.sign_in(&person.email, &person.password).await;
    let SignInOutcome::Challenge(challenge) = asked.unwrap() else {
        panic!("no code was asked for");
    };
    // A provider may go on with what it asked before; here it is over.
    let new = Password::new("Other-Pass-2".to_owned()).unwrap();
    let changed = services.change_password(account, &person.password, &new, None);
    changed.await.unwrap();
    let over = services.answer_challenge(&challenge, &code("135790")).await;
    assert_eq!(over.unwrap_err().code, ErrorCode::NotSignedIn);
    let asked = services.sign_in(&person.email, &new).await;
    assert!(matches!(asked, Ok(SignInOutcome::Challenge(_))));
}
