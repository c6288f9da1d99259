//! Somebody who guesses codes and registers addresses that are not theirs.

use seva_model::{ConfirmationCode, Password};
use seva_services::ports::{Identity as _, IdentityError};

use super::{Doctor, People, people, registered_with};

/// Codes that were not sent, as many as wanted.
async fn wrong_codes(people: &People, wanted: usize) -> Vec<ConfirmationCode> {
    let sent = people.codes().await;
    let codes = (0..).map(|number| format!("{number:06}").parse().unwrap());
    codes
        .filter(|code| !sent.contains(code))
        .take(wanted)
        .collect()
}

/// Asks for codes and guesses until that is refused; says how many guesses were
/// compared with a code that was good.
async fn guess(people: &People, doctor: &Doctor) -> usize {
    let email = &doctor.registration.email;
    let strangers = Password::new("Strange-Pass-9".to_owned()).unwrap();
    let mut compared = 0;
    loop {
        people.later().await.forgot_password(email).await.unwrap();
        for wrong in wrong_codes(people, 6).await {
            let tried = people.identity.reset_password(email, &wrong, &strangers);
            match tried.await.unwrap_err() {
                IdentityError::CodeMismatch => compared += 1,
                IdentityError::CodeExpired => {}
                IdentityError::TooManyCodes => return compared,
                error => panic!("{error}"),
            }
        }
    }
}

#[tokio::test]
async fn codes_can_not_be_guessed_however_many_are_sent() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let email = &doctor.registration.email;
    let new = Password::new("Own-Pass-2".to_owned()).unwrap();
    assert_eq!(guess(&people, &doctor).await, 25);
    people.later().await.forgot_password(email).await.unwrap();
    let right = people.last_code().await;
    let refused = people.identity.reset_password(email, &right, &new).await;
    assert!(matches!(refused, Err(IdentityError::TooManyCodes)));

    // The owner, who knows the password, is not kept from anything.
    let password = &doctor.registration.password;
    people.identity.authenticate(email, password).await.unwrap();
    people.later().await.forgot_password(email).await.unwrap();
    let right = people.last_code().await;
    let reset = people.identity.reset_password(email, &right, &new).await;
    reset.unwrap();
}

#[tokio::test]
async fn codes_are_taken_again_the_next_day() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let email = &doctor.registration.email;
    guess(&people, &doctor).await;
    sqlx::query("UPDATE local_codes SET guesses_since = now() - interval '1 day'")
        .execute(people.database.pool())
        .await
        .unwrap();
    people.later().await.forgot_password(email).await.unwrap();
    let right = people.last_code().await;
    let new = Password::new("Own-Pass-2".to_owned()).unwrap();
    people
        .identity
        .reset_password(email, &right, &new)
        .await
        .unwrap();
}

/// Who knows the password of an account that awaits its code, having made it, does
/// not clear the count by signing in.
#[tokio::test]
async fn a_stranger_guesses_no_code_of_a_registration_of_their_own() {
    let people = people().await;
    let strangers = registered_with("First-Pass-1");
    people.identity.register(&strangers).await.unwrap();
    let mut compared = 0;
    for _ in 0..8 {
        let identity = people.later().await;
        identity.resend_code(&strangers.email).await.unwrap();
        for wrong in wrong_codes(&people, 5).await {
            match identity
                .confirm(&strangers.email, &wrong)
                .await
                .unwrap_err()
            {
                IdentityError::CodeMismatch => compared += 1,
                IdentityError::TooManyCodes => {}
                error => panic!("{error}"),
            }
        }
        let early = identity.authenticate(&strangers.email, &strangers.password);
        assert!(matches!(early.await, Err(IdentityError::NotConfirmed)));
    }
    assert_eq!(compared, 25);
}

#[tokio::test]
async fn refused_registrations_leave_the_owner_their_codes_and_count_as_wrong_passwords() {
    let people = people().await;
    let identity = &people.identity;
    let own = registered_with("First-Pass-1");
    identity.register(&own).await.unwrap();
    let strangers = registered_with("Other-Pass-2");
    for _ in 0..10 {
        let refused = identity.register(&strangers).await;
        assert!(matches!(refused, Err(IdentityError::AlreadyRegistered)));
    }
    let refused = identity.register(&strangers).await;
    assert!(matches!(refused, Err(IdentityError::TooManyAttempts)));

    identity.resend_code(&own.email).await.unwrap();
    assert_eq!(people.codes().await.len(), 2);
    let code = people.last_code().await;
    identity.confirm(&own.email, &code).await.unwrap();
}
