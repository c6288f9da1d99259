//! Authenticator apps: guessed, shown twice, lost.

use seva_model::{ConfirmationCode, Password};
use seva_services::ports::{
    ChallengeAnswer, Identity as _, IdentityError, Mailbox as _, PendingChallenge, SignInStep,
};
use seva_testkit::contracts;

use super::{Doctor, People, people};

async fn answer(
    people: &People,
    challenge: &PendingChallenge,
    code: ConfirmationCode,
) -> Result<SignInStep, IdentityError> {
    let code = ChallengeAnswer::Code(code);
    people.identity.answer(challenge, &code).await
}

#[tokio::test]
async fn a_shown_code_counts_once() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let secret = doctor.turn_on(&people).await;
    let challenge = doctor.challenge(&people).await;
    let used = contracts::code_shown(&secret, 0);
    let next = contracts::code_shown(&secret, 1);
    if used != next {
        // The code that turned it on opens nothing.
        let refused = answer(&people, &challenge, used).await;
        assert!(matches!(refused, Err(IdentityError::CodeMismatch)));
    }
    answer(&people, &challenge, next.clone()).await.unwrap();
    let again = doctor.challenge(&people).await;
    let refused = answer(&people, &again, next).await;
    assert!(matches!(refused, Err(IdentityError::CodeMismatch)));
}

#[tokio::test]
async fn codes_can_not_be_guessed_however_often_the_password_is_entered() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let secret = doctor.turn_on(&people).await;
    let near: Vec<_> = (-3..=3)
        .map(|ahead| contracts::code_shown(&secret, ahead))
        .collect();
    let wrong: ConfirmationCode = (0..)
        .map(|number| format!("{number:06}").parse().unwrap())
        .find(|code| !near.contains(code))
        .unwrap();
    for _ in 0..5 {
        let challenge = doctor.challenge(&people).await;
        let refused = answer(&people, &challenge, wrong.clone()).await;
        assert!(matches!(refused, Err(IdentityError::CodeMismatch)));
    }
    let challenge = doctor.challenge(&people).await;
    let right = contracts::code_shown(&secret, 1);
    let refused = answer(&people, &challenge, right).await;
    assert!(matches!(refused, Err(IdentityError::TooManyAttempts)));

    // A quarter of an hour later.
    sqlx::query("UPDATE local_authenticators SET tries_since = now() - interval '15 minutes'")
        .execute(people.database.pool())
        .await
        .unwrap();
    let right = contracts::code_shown(&secret, 1);
    answer(&people, &challenge, right).await.unwrap();
}

#[tokio::test]
async fn a_new_password_ends_challenges_and_keeps_the_authenticator() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let secret = doctor.turn_on(&people).await;
    let challenge = doctor.challenge(&people).await;
    let new = Password::new("Other-Pass-2".to_owned()).unwrap();
    let old = &doctor.registration.password;
    let changed = people
        .identity
        .change_password(doctor.signed_in(), old, &new, None);
    changed.await.unwrap();
    let over = answer(&people, &challenge, contracts::code_shown(&secret, 1)).await;
    assert!(matches!(over, Err(IdentityError::SignInOver)));
    let email = &doctor.registration.email;
    let step = people.identity.authenticate(email, &new).await.unwrap();
    assert!(matches!(step, SignInStep::Challenge(_)));
    assert_eq!(people.audited("identity.change_password").await, 1);
    assert_eq!(people.audited("identity.begin_authenticator").await, 1);
    assert_eq!(people.audited("identity.confirm_authenticator").await, 1);
}

#[tokio::test]
async fn the_person_is_told_by_mail_that_it_was_turned_on_or_off() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let letters = async || {
        let mut letters = people.mailbox.messages().await.unwrap();
        letters.retain(|letter| letter.subject.contains("authenticator"));
        assert!(
            letters
                .iter()
                .all(|letter| letter.to == "nila@clinic.example")
        );
        let texts = letters.into_iter().map(|letter| letter.text);
        texts.collect::<Vec<_>>()
    };
    doctor.turn_on(&people).await;
    let on = letters().await;
    assert!(
        matches!(&on[..], [text] if text.contains("was turned on")),
        "{on:?}"
    );
    // The second time there is nothing to turn off.
    for _ in 0..2 {
        let removed = people.identity.remove_authenticator(doctor.signed_in());
        removed.await.unwrap();
        let both = letters().await;
        assert!(
            matches!(&both[..], [text, _] if text.contains("was turned off")),
            "{both:?}"
        );
    }
}

#[tokio::test]
async fn the_secret_is_nowhere_in_the_database() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let secret = doctor.turn_on(&people).await;
    let row: String = sqlx::query_scalar("SELECT row_to_json(a)::text FROM local_authenticators a")
        .fetch_one(people.database.pool())
        .await
        .unwrap();
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.expose()).unwrap();
    assert!(!row.contains(&data_encoding::HEXLOWER.encode(&bytes)));
    assert!(!row.contains(std::str::from_utf8(secret.expose()).unwrap()));
    assert!(row.contains("\"new_secret\":null"), "{row}");
}

/// What docs/operations.md says about a lost phone, with this address.
fn lost_phone(email: &str) -> String {
    let page = include_str!("../../../../../docs/operations.md");
    let (_, steps) = page.split_once("## A lost phone").unwrap();
    let (_, sql) = steps.split_once("<<'SQL'\n").unwrap();
    let (sql, _) = sql.split_once("\n    SQL\n").unwrap();
    assert!(sql.contains(":'email'"), "{sql}");
    sql.replace(":'email'", &format!("'{email}'"))
}

#[tokio::test]
async fn the_administrator_turns_off_the_authenticator_of_a_lost_phone() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    doctor.turn_on(&people).await;
    sqlx::query(
        "INSERT INTO sessions (id_hash, user_id, payload, expires_at)
         SELECT sha256('1'), id, '', now() + interval '1 hour' FROM users",
    )
    .execute(people.database.pool())
    .await
    .unwrap();
    let run = async |email| {
        let sql = sqlx::AssertSqlSafe(lost_phone(email));
        let done = sqlx::raw_sql(sql).execute(people.database.pool()).await;
        done.unwrap().rows_affected()
    };
    assert_eq!(run("nobody@clinic.example").await, 0);
    doctor.challenge(&people).await;

    assert_eq!(run("Nila@clinic.example").await, 1);
    let person = &doctor.registration;
    let step = people
        .identity
        .authenticate(&person.email, &person.password)
        .await
        .unwrap();
    assert!(matches!(step, SignInStep::Done(_)));
    assert_eq!(people.audited("identity.remove_authenticator").await, 1);
    let over: bool = sqlx::query_scalar(
        "SELECT s.sign_in_epoch < u.sign_in_epoch FROM sessions s JOIN users u ON u.id = s.user_id",
    )
    .fetch_one(people.database.pool())
    .await
    .unwrap();
    assert!(over, "the sessions are over");
    doctor.turn_on(&people).await;
}
