//! Passwords that are forgotten, reset and changed, and authenticators.

use seva_model::{ConfirmationCode, EmailAddress, Password, SignInChallenge};
use seva_services::ports::{
    Authenticated, ChallengeAnswer, IdentityError, PendingChallenge, Secret, SignInStep,
};

use super::{
    IdentityException, IdentityWorld, PASSWORD, assert_refused, done, email, last_code,
    register_confirmed, sign_in, signed_in, wrong_code,
};

const ADDRESS: &str = "doctor@contract.example";
const OTHER_PASSWORD: &str = "Other-Pass-2";

pub(super) async fn contract<W: IdentityWorld>(make: impl AsyncFn() -> W) {
    a_forgotten_password_is_reset_by_the_mailed_code(&make().await).await;
    an_old_reset_code_is_refused_as_old(&make().await).await;
    nobody_learns_from_forgetting_who_has_an_account(&make().await).await;
    a_password_is_changed_by_the_old_one(&make().await).await;
    what_was_given_at_the_sign_in_is_renewed(&make().await).await;
    an_authenticator_counts_once_its_code_was_entered(&make().await).await;
    an_authenticator_is_turned_off_again(&make().await).await;
    a_challenge_that_is_over_opens_nothing(&make().await).await;
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).expect("a password")
}

async fn person(world: &impl IdentityWorld) -> Authenticated {
    register_confirmed(world, ADDRESS).await;
    sign_in(world, &email(ADDRESS), PASSWORD).await
}

async fn is_refused(world: &impl IdentityWorld, address: &EmailAddress, text: &str) {
    let attempt = Password::attempt(text.to_owned());
    assert_refused!(
        world.identity().authenticate(address, &attempt).await,
        IdentityError::Refused
    );
}

async fn a_forgotten_password_is_reset_by_the_mailed_code(world: &impl IdentityWorld) {
    register_confirmed(world, ADDRESS).await;
    let (port, address) = (world.identity(), email(ADDRESS));
    let new = password(OTHER_PASSWORD);
    port.forgot_password(&address).await.expect("a code");
    sign_in(world, &address, PASSWORD).await;
    let wrong = wrong_code(world, &address).await;
    assert_refused!(
        port.reset_password(&address, &wrong, &new).await,
        IdentityError::CodeMismatch
    );
    let code = last_code(world, &address).await;
    port.reset_password(&address, &code, &new)
        .await
        .expect("the right code after a wrong one");
    is_refused(world, &address, PASSWORD).await;
    sign_in(world, &address, OTHER_PASSWORD).await;
    // Once used, the code is worth nothing.
    assert_refused!(
        port.reset_password(&address, &code, &password(PASSWORD))
            .await,
        IdentityError::CodeMismatch | IdentityError::CodeExpired
    );
    sign_in(world, &address, OTHER_PASSWORD).await;
}

async fn an_old_reset_code_is_refused_as_old(world: &impl IdentityWorld) {
    if world.makes(IdentityException::NothingExpires) {
        return;
    }
    register_confirmed(world, ADDRESS).await;
    let (port, address) = (world.identity(), email(ADDRESS));
    port.forgot_password(&address).await.expect("a code");
    let old = last_code(world, &address).await;
    world.let_code_expire(&address).await;
    assert_refused!(
        port.reset_password(&address, &old, &password(OTHER_PASSWORD))
            .await,
        IdentityError::CodeExpired
    );
    sign_in(world, &address, PASSWORD).await;
}

async fn nobody_learns_from_forgetting_who_has_an_account(world: &impl IdentityWorld) {
    let (port, nobody) = (world.identity(), email("nobody@contract.example"));
    port.forgot_password(&nobody)
        .await
        .expect("a silent success");
    assert!(world.codes_sent_to(&nobody).await.is_empty());
    let code: ConfirmationCode = "123456".parse().expect("a code");
    assert_refused!(
        port.reset_password(&nobody, &code, &password(PASSWORD))
            .await,
        IdentityError::CodeMismatch | IdentityError::CodeExpired
    );
}

async fn a_password_is_changed_by_the_old_one(world: &impl IdentityWorld) {
    let person = person(world).await;
    let port = world.identity();
    let new = password(OTHER_PASSWORD);
    let wrong = Password::attempt("Wrong-Pass-1".to_owned());
    assert_refused!(
        port.change_password(signed_in(&person), &wrong, &new, None)
            .await,
        IdentityError::Refused
    );
    sign_in(world, &person.email, PASSWORD).await;
    let old = Password::attempt(PASSWORD.to_owned());
    port.change_password(signed_in(&person), &old, &new, None)
        .await
        .expect("the old password");
    is_refused(world, &person.email, PASSWORD).await;
    sign_in(world, &person.email, OTHER_PASSWORD).await;
}

/// A provider that gives nothing at the sign-in has nothing to renew.
async fn what_was_given_at_the_sign_in_is_renewed(world: &impl IdentityWorld) {
    let person = person(world).await;
    let Some(tokens) = &person.tokens else {
        return;
    };
    let port = world.identity();
    let renewed = port
        .refresh(&person.subject, tokens)
        .await
        .expect("new tokens");
    assert!(renewed.expires_at >= tokens.expires_at);
    let later = Authenticated {
        tokens: Some(renewed),
        ..person
    };
    port.has_authenticator(signed_in(&later))
        .await
        .expect("new tokens are good");
}

/// Turns an authenticator on; its code of now is used up by that.
async fn turn_on(world: &impl IdentityWorld, person: &Authenticated) -> Secret {
    let port = world.identity();
    let secret = port
        .begin_authenticator(signed_in(person))
        .await
        .expect("a secret");
    assert!(secret.expose().len() >= 16, "base32 of 80 bits at least");
    port.confirm_authenticator(signed_in(person), &world.code_shown(&secret, 0))
        .await
        .expect("the code that is shown");
    secret
}

async fn challenged(world: &impl IdentityWorld, address: &EmailAddress) -> PendingChallenge {
    let right = Password::attempt(PASSWORD.to_owned());
    let step = world.identity().authenticate(address, &right).await;
    match step.expect("the right password") {
        SignInStep::Challenge(challenge) => challenge,
        SignInStep::Done(_) => panic!("no code was asked for"),
    }
}

/// A code that is shown neither now nor soon.
fn not_shown(world: &impl IdentityWorld, secret: &Secret) -> ConfirmationCode {
    let near: Vec<_> = (-3..=3)
        .map(|steps| world.code_shown(secret, steps))
        .collect();
    (0..)
        .map(|number| format!("{number:06}").parse().expect("a code"))
        .find(|code| !near.contains(code))
        .expect("a code that is not shown")
}

async fn an_authenticator_counts_once_its_code_was_entered(world: &impl IdentityWorld) {
    let person = person(world).await;
    let port = world.identity();
    assert!(
        !port
            .has_authenticator(signed_in(&person))
            .await
            .expect("an answer")
    );
    let begun = port
        .begin_authenticator(signed_in(&person))
        .await
        .expect("a secret");
    assert!(
        !port
            .has_authenticator(signed_in(&person))
            .await
            .expect("an answer")
    );
    sign_in(world, &person.email, PASSWORD).await;
    assert_refused!(
        port.confirm_authenticator(signed_in(&person), &not_shown(world, &begun))
            .await,
        IdentityError::CodeMismatch
    );
    sign_in(world, &person.email, PASSWORD).await;

    let secret = turn_on(world, &person).await;
    assert_ne!(secret.expose(), begun.expose(), "each secret is new");
    assert!(
        port.has_authenticator(signed_in(&person))
            .await
            .expect("an answer")
    );
    is_refused(world, &person.email, "Wrong-Pass-1").await;
    let challenge = challenged(world, &person.email).await;
    assert_eq!(challenge.kind, SignInChallenge::AuthenticatorCode);
    assert_eq!(challenge.email, person.email);
    let wrong = ChallengeAnswer::Code(not_shown(world, &secret));
    assert_refused!(
        port.answer(&challenge, &wrong).await,
        IdentityError::CodeMismatch
    );
    world.let_steps_pass().await;
    let shown = ChallengeAnswer::Code(world.code_shown(&secret, 0));
    let step = port.answer(&challenge, &shown).await;
    let again = done(step.expect("the right code after a wrong one"));
    assert_eq!(again.subject, person.subject);
    assert_eq!(again.full_name, person.full_name);
}

async fn an_authenticator_is_turned_off_again(world: &impl IdentityWorld) {
    let person = person(world).await;
    turn_on(world, &person).await;
    challenged(world, &person.email).await;
    for turn in ["turning it off", "turning it off twice"] {
        let removed = world.identity().remove_authenticator(signed_in(&person));
        removed.await.expect(turn);
    }
    let has = world.identity().has_authenticator(signed_in(&person)).await;
    assert!(!has.expect("an answer"));
    sign_in(world, &person.email, PASSWORD).await;
}

async fn a_challenge_that_is_over_opens_nothing(world: &impl IdentityWorld) {
    if world.makes(IdentityException::NothingExpires) {
        return;
    }
    let person = person(world).await;
    let secret = turn_on(world, &person).await;
    let challenge = challenged(world, &person.email).await;
    world.let_steps_pass().await;
    let shown = ChallengeAnswer::Code(world.code_shown(&secret, 0));
    let port = world.identity();
    assert_refused!(
        port.answer(&world.expired(&challenge), &shown).await,
        IdentityError::SignInOver
    );
    let step = port.answer(&challenge, &shown).await;
    done(step.expect("the challenge that is still open"));
}
