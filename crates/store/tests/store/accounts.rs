//! People, their profiles and the embedded identity provider's rows.

use std::time::Duration;

use seva_model::{DoctorProfile, EmailAddress, FullName, UserId};
use seva_store::{
    local_credentials::{self as credentials, CodePurpose, LocalAccount, NewLocalUser, StoredCode},
    users::{self, IdentityUser},
};

use crate::fixture::{World, assert_refused, commit, is_not_found};

const CONFIRM: CodePurpose = CodePurpose::ConfirmEmail;
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn email(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

fn name(text: &str) -> FullName {
    text.parse().unwrap()
}

async fn take_try(world: &World, user: UserId, purpose: CodePurpose) -> Option<StoredCode> {
    credentials::take_try(world.pool(), user, purpose, 100, DAY)
        .await
        .unwrap()
}

async fn find(world: &World, address: &str) -> Option<LocalAccount> {
    credentials::find_by_email(world.pool(), &email(address))
        .await
        .unwrap()
}

async fn local_account(world: &World, address: &str) -> UserId {
    let new = NewLocalUser {
        id: UserId::generate(),
        subject: &format!("local|{address}"),
        email: &email(address),
        full_name: &name("Dr Nila"),
        password_hash: "hash-1",
    };
    commit!(world, credentials::insert, &new).unwrap();
    new.id
}

#[tokio::test]
async fn a_person_is_known_by_the_providers_name() {
    let world = World::new().await;
    let profile = DoctorProfile {
        qualification: "MBBS".to_owned(),
        registration_number: "MCI-1".to_owned(),
        clinic_name: "Clinic".to_owned(),
        clinic_address: "Street 1\nTown".to_owned(),
        clinic_phone: "+91 1".to_owned(),
    };
    let edited = name("Dr Asha Verma");
    let updated = commit!(world, users::update_profile, world.asha, &edited, &profile).unwrap();
    assert_eq!(
        (&updated.profile, updated.full_name.as_str()),
        (&profile, "Dr Asha Verma")
    );

    let again = IdentityUser {
        subject: "subject-of-asha",
        email: &email("asha.new@clinic.example"),
        full_name: &name("Dr asha"),
    };
    let signed_in = commit!(world, users::upsert_by_subject, &again).unwrap();
    assert_eq!(signed_in.id, world.asha);
    assert_eq!(
        signed_in.email, "asha.new@clinic.example",
        "the address is followed"
    );
    assert_eq!(signed_in.full_name, "Dr Asha Verma", "an edited name stays");
    assert_eq!(signed_in.profile, profile);
    assert_eq!(
        users::get(world.pool(), world.asha).await.unwrap(),
        signed_in
    );
    assert_eq!(
        users::subject(world.pool(), world.asha).await.unwrap(),
        "subject-of-asha"
    );
}

#[tokio::test]
async fn two_people_never_share_an_address() {
    let world = World::new().await;
    let other = IdentityUser {
        subject: "subject-of-mallory",
        email: &email("asha@clinic.example"),
        full_name: &name("Mallory"),
    };
    assert_refused!(commit!(world, users::upsert_by_subject, &other), Taken);
}

#[tokio::test]
async fn an_account_is_opened_found_and_confirmed() {
    let world = World::new().await;
    let id = local_account(&world, "nila@clinic.example").await;
    let found = async || find(&world, "nila@clinic.example").await.unwrap();
    let account = found().await;
    assert_eq!((account.user_id, account.confirmed), (id, false));
    assert_eq!(account.password_hash, "hash-1");
    assert_eq!(account.full_name, "Dr Nila");

    commit!(world, credentials::set_code, id, CONFIRM, &[1; 32], 5, HOUR).unwrap();
    is_not_found(
        "another password",
        commit!(world, credentials::confirm, id, "hash-0"),
    );
    assert!(!found().await.confirmed);
    commit!(world, credentials::confirm, id, "hash-1").unwrap();
    assert!(found().await.confirmed);
    let code = take_try(&world, id, CONFIRM).await;
    assert!(code.is_none(), "the code is used up");
    commit!(world, credentials::confirm, id, "hash-1").unwrap();

    commit!(world, credentials::replace_password, id, "hash-1", "hash-2").unwrap();
    assert_eq!(found().await.password_hash, "hash-2");
    assert!(find(&world, "nobody@clinic.example").await.is_none());
    // Asha signs in elsewhere and has no password here.
    assert!(find(&world, "asha@clinic.example").await.is_none());
    is_not_found(
        "confirm",
        commit!(world, credentials::confirm, world.asha, "hash-1"),
    );
    is_not_found(
        "hash",
        commit!(world, credentials::replace_password, world.asha, "h", "h"),
    );
}

#[tokio::test]
async fn only_an_unconfirmed_account_is_registered_anew() {
    let world = World::new().await;
    let id = local_account(&world, "nila@clinic.example").await;
    let again = NewLocalUser {
        id: UserId::generate(),
        subject: "another",
        email: &email("nila@clinic.example"),
        full_name: &name("Somebody"),
        password_hash: "hash-x",
    };
    assert_refused!(commit!(world, credentials::insert, &again), Taken);

    let renamed = name("Dr Nila Rao");
    let register = async |known| commit!(world, credentials::register_again, id, known, &renamed);
    let stored = async || {
        let account = find(&world, "nila@clinic.example").await.unwrap();
        (account.password_hash, account.full_name)
    };
    assert_refused!(register("hash-0").await, WrongState);
    assert_eq!(
        stored().await,
        ("hash-1".to_owned(), "Dr Nila".to_owned()),
        "the password was replaced since it was read"
    );
    register("hash-1").await.unwrap();
    assert_eq!(
        stored().await,
        ("hash-1".to_owned(), "Dr Nila Rao".to_owned())
    );
    commit!(world, credentials::confirm, id, "hash-1").unwrap();
    assert_refused!(register("hash-1").await, WrongState);
}

#[tokio::test]
async fn a_new_password_confirms_the_address_and_voids_all_codes() {
    let world = World::new().await;
    let id = local_account(&world, "nila@clinic.example").await;
    let reset = CodePurpose::ResetPassword;
    for purpose in [CONFIRM, reset] {
        commit!(world, credentials::set_code, id, purpose, &[1; 32], 5, HOUR).unwrap();
    }
    commit!(world, credentials::replace_password, id, "hash-1", "hash-2").unwrap();
    assert!(find(&world, "nila@clinic.example").await.unwrap().confirmed);
    for purpose in [CONFIRM, reset] {
        let code = take_try(&world, id, purpose).await;
        assert!(code.is_none(), "{purpose:?}");
    }
}

#[tokio::test]
async fn a_code_has_so_many_tries_and_a_time() {
    let world = World::new().await;
    let id = local_account(&world, "nila@clinic.example").await;
    let take = async || take_try(&world, id, CONFIRM).await;
    assert!(take().await.is_none());

    commit!(world, credentials::set_code, id, CONFIRM, &[1; 32], 2, HOUR).unwrap();
    for usable in [true, true, false, false] {
        let code = take().await.unwrap();
        assert_eq!((code.usable, code.code_hash), (usable, vec![1; 32]));
    }
    commit!(world, credentials::set_code, id, CONFIRM, &[2; 32], 2, HOUR).unwrap();
    let code = take().await.unwrap();
    assert!(
        code.usable && code.code_hash == [2; 32],
        "a new code has new tries"
    );

    commit!(
        world,
        credentials::set_code,
        id,
        CONFIRM,
        &[3; 32],
        2,
        Duration::ZERO
    )
    .unwrap();
    assert!(!take().await.unwrap().usable, "it is too old");
    let reset = CodePurpose::ResetPassword;
    assert!(take_try(&world, id, reset).await.is_none());
}

#[tokio::test]
async fn tries_at_once_are_all_counted() {
    let world = World::new().await;
    let id = local_account(&world, "nila@clinic.example").await;
    commit!(world, credentials::set_code, id, CONFIRM, &[1; 32], 3, HOUR).unwrap();
    let tries: Vec<_> = (0..8)
        .map(|_| {
            let pool = world.pool().clone();
            tokio::spawn(async move { credentials::take_try(&pool, id, CONFIRM, 2, DAY).await })
        })
        .collect();
    let (mut usable, mut admitted) = (0, 0);
    for one in tries {
        let code = one.await.unwrap().unwrap().unwrap();
        usable += u8::from(code.usable);
        admitted += u8::from(code.usable && code.admitted);
    }
    assert_eq!((usable, admitted), (3, 2));
}

#[tokio::test]
async fn tries_are_counted_over_all_codes_of_a_purpose_until_they_are_forgotten() {
    let world = World::new().await;
    let id = local_account(&world, "nila@clinic.example").await;
    let reset = CodePurpose::ResetPassword;
    let send = async |purpose, tries| {
        commit!(
            world,
            credentials::set_code,
            id,
            purpose,
            &[1; 32],
            tries,
            HOUR
        )
        .unwrap();
    };
    // Three of a day, in these tests.
    let admitted = async |purpose| {
        let code = credentials::take_try(world.pool(), id, purpose, 3, DAY).await;
        code.unwrap().unwrap().admitted
    };
    send(CONFIRM, 2).await;
    send(reset, 2).await;
    assert!(admitted(CONFIRM).await && admitted(CONFIRM).await);
    assert!(admitted(CONFIRM).await, "a void code tells nothing");
    send(CONFIRM, 2).await;
    assert!(admitted(CONFIRM).await);
    assert!(!admitted(CONFIRM).await);
    send(CONFIRM, 2).await;
    assert!(!admitted(CONFIRM).await, "a new code has no new tries");
    assert!(admitted(reset).await, "the other purpose");

    let age = async |age: &str| {
        sqlx::query("UPDATE local_codes SET guesses_since = now() - $1::text::interval")
            .bind(age)
            .execute(world.pool())
            .await
            .unwrap();
    };
    age("23 hours").await;
    assert!(!admitted(CONFIRM).await);
    age("24 hours").await;
    send(CONFIRM, 5).await;
    for allowed in [true, true, true, false] {
        assert_eq!(admitted(CONFIRM).await, allowed, "the next day");
    }
    credentials::forget_tries(world.pool(), world.asha)
        .await
        .unwrap();
    assert!(!admitted(CONFIRM).await, "somebody else");
    credentials::forget_tries(world.pool(), id).await.unwrap();
    send(CONFIRM, 5).await;
    assert!(admitted(CONFIRM).await);
}
