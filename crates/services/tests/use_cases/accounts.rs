//! Opening an account and coming back to it.

use seva_model::{DoctorProfile, ErrorCode, Password};
use seva_services::{Account, DEMO_EMAIL, SignInOutcome, SignedOut};

use crate::world::{World, registration};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_opened_confirmed_and_used() {
    let world = World::new().await;
    let services = &world.services;
    let new = registration("asha");
    let account = services.register(&new).await.unwrap();
    assert!(account.confirmation_required);
    let again = services.register(&new).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::AlreadyRegistered);

    let early = services
        .sign_in(&new.email, &new.password)
        .await
        .unwrap_err();
    assert_eq!(early.code, ErrorCode::EmailNotConfirmed);
    let wrong = services
        .confirm_email(&new.email, &"111111".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(wrong.code, ErrorCode::CodeMismatch);
    services.resend_code(&new.email).await.unwrap();
    assert_eq!(services.mailbox().await.unwrap().len(), 2);
    services
        .confirm_email(&new.email, &"004217".parse().unwrap())
        .await
        .unwrap();

    let refused = services
        .sign_in(&new.email, &Password::attempt("x".to_owned()))
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::AuthenticationFailed);
    let outcome = services.sign_in(&new.email, &new.password).await.unwrap();
    let SignInOutcome::SignedIn { user, tokens, .. } = outcome else {
        panic!("more was asked for");
    };
    assert_eq!(user.id, account.user_id);
    assert_eq!(services.current_user(user.id).await.unwrap(), *user);
    let signed_in = Account {
        user_id: user.id,
        tokens: tokens.as_ref(),
    };
    let signed_out = services.sign_out(signed_in, None).await;
    assert_eq!(signed_out.unwrap(), SignedOut::Everywhere);
    assert_eq!(
        world.actions(user.id.as_uuid()).await,
        [
            "user.register",
            "user.confirm_email",
            "user.sign_in",
            "user.sign_out"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_whatever_the_provider_says() {
    let world = World::new().await;
    let asha = world.doctor("asha").await;
    let tokens = world.tokens("asha").await;
    let account = Account {
        user_id: asha,
        tokens: Some(&tokens),
    };
    let here = world.session(asha).await;
    world.session(asha).await;
    world.people.throttle_sign_outs();
    let signed_out = world.services.sign_out(account, Some(here)).await;
    assert_eq!(signed_out.unwrap(), SignedOut::HereAlone);
    assert_eq!(world.sessions_of(asha).await, 1, "the other browser's");
    let actions = world.actions(asha.as_uuid()).await;
    assert_eq!(actions.last().unwrap(), "user.sign_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_kept_over_the_next_sign_in() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let profile = DoctorProfile {
        registration_number: " MH-1 ".to_owned(),
        clinic_address: "One\r\nTwo".to_owned(),
        ..DoctorProfile::default()
    };
    let saved = world
        .services
        .update_profile(doctor, "Dr. Asha Rao", profile)
        .await
        .unwrap();
    assert_eq!(saved.profile.registration_number, "MH-1");
    assert_eq!(saved.profile.clinic_address, "One\nTwo");
    let again = registration("a");
    let user = world
        .services
        .sign_in(&again.email, &again.password)
        .await
        .unwrap();
    assert_eq!(
        user.signed_in().unwrap(),
        saved,
        "the provider's name does not overwrite the doctor's own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_account_is_made_once() {
    let world = World::new().await;
    let first = world.services.ensure_demo_user().await.unwrap();
    let second = world.services.ensure_demo_user().await.unwrap();
    assert_eq!(first, second);
    assert_eq!(first.email, DEMO_EMAIL);
    assert!(!first.profile.registration_number.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_answers() {
    World::new().await.services.health().await.unwrap();
}
