//! The contract of [`Identity`]: accounts and their codes here, what comes after
//! the first sign-in beside it.

mod later;
mod shown;

pub use shown::code_shown;

use async_trait::async_trait;
use seva_model::{ConfirmationCode, EmailAddress, FullName, Password, Registration};
use seva_services::ports::{
    Authenticated, Identity, IdentityError, PendingChallenge, Secret, SignInStep, SignedIn,
};

/// What a world does otherwise, or can't show; each world says beside it why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityException {
    /// Whoever tries a wrong password learns that an account awaits its code.
    AwaitedCodeBeforePassword,
    /// An address that is confirmed is sent a further code when one is asked for.
    CodesOnceConfirmed,
    /// Codes and challenges grow old nowhere but in time itself.
    NothingExpires,
}

/// An identity provider nobody has an account with yet.
#[async_trait]
pub trait IdentityWorld: Send + Sync {
    /// The adapter.
    fn identity(&self) -> &dyn Identity;

    /// Codes that were sent to the address, oldest first.
    async fn codes_sent_to(&self, email: &EmailAddress) -> Vec<ConfirmationCode>;

    /// Makes the code that was sent last to the address too old.
    async fn let_code_expire(&self, email: &EmailAddress);

    /// What an authenticator with this secret, in base32, shows so many steps of
    /// 30 seconds ahead of now.
    fn code_shown(&self, secret: &Secret, steps_ahead: i64) -> ConfirmationCode {
        code_shown(secret, steps_ahead)
    }

    /// Lets the provider forget which codes of authenticators were used, as time
    /// would. Nothing to do where it does not remember.
    async fn let_steps_pass(&self) {}

    /// The same challenge, a while after it ended.
    fn expired(&self, challenge: &PendingChallenge) -> PendingChallenge;

    /// Whether this world makes the exception.
    fn makes(&self, _exception: IdentityException) -> bool {
        false
    }
}

const PASSWORD: &str = "Right-Pass-1";

fn email(text: &str) -> EmailAddress {
    text.parse().expect("an e-mail address")
}

fn registration(address: &str) -> Registration {
    Registration {
        email: email(address),
        password: Password::new(PASSWORD.to_owned()).expect("a password"),
        full_name: name("Asha Verma"),
    }
}

fn name(text: &str) -> FullName {
    text.parse().expect("a name")
}

async fn last_code(world: &impl IdentityWorld, address: &EmailAddress) -> ConfirmationCode {
    world
        .codes_sent_to(address)
        .await
        .pop()
        .expect("a code was sent")
}

/// A code that differs from all that were sent.
async fn wrong_code(world: &impl IdentityWorld, address: &EmailAddress) -> ConfirmationCode {
    let sent = world.codes_sent_to(address).await;
    ["000000", "111111", "222222", "333333", "444444", "555555"]
        .iter()
        .map(|code| code.parse().expect("a code"))
        .find(|code| !sent.contains(code))
        .expect("a code that was not sent")
}

macro_rules! assert_refused {
    ($result:expr, $expected:pat) => {
        match $result {
            Err($expected) => {}
            other => panic!("expected {}, got {other:?}", stringify!($expected)),
        }
    };
}
use assert_refused;

/// Runs the whole contract of [`Identity`].
///
/// # Panics
/// At the first promise that is not kept.
pub async fn identity<W: IdentityWorld>(make: impl AsyncFn() -> W) {
    a_registered_person_confirms_and_signs_in(&make().await).await;
    a_wrong_password_and_an_unknown_address_look_the_same(&make().await).await;
    a_confirmed_address_can_not_be_registered_again(&make().await).await;
    an_awaited_confirmation_is_of_the_first_password(&make().await).await;
    a_new_code_voids_the_one_before(&make().await).await;
    an_old_code_is_refused_as_old(&make().await).await;
    nobody_learns_who_has_an_account(&make().await).await;
    signing_out_is_a_success(&make().await).await;
    later::contract(make).await;
}

/// The person of a sign-in that asked for nothing more.
fn done(step: SignInStep) -> Authenticated {
    match step {
        SignInStep::Done(person) => person,
        SignInStep::Challenge(challenge) => panic!("asked for {:?}", challenge.kind),
    }
}

const fn signed_in(person: &Authenticated) -> SignedIn<'_> {
    SignedIn {
        subject: person.subject.as_str(),
        email: &person.email,
        tokens: person.tokens.as_ref(),
    }
}

/// Signs in with a password that has to be right.
async fn sign_in(world: &impl IdentityWorld, address: &EmailAddress, text: &str) -> Authenticated {
    let password = Password::attempt(text.to_owned());
    let step = world.identity().authenticate(address, &password).await;
    done(step.expect("a sign-in with the right password"))
}

async fn register_confirmed(world: &impl IdentityWorld, address: &str) -> String {
    let registration = registration(address);
    let registered = world
        .identity()
        .register(&registration)
        .await
        .expect("registration");
    assert!(registered.confirmation_required);
    let code = last_code(world, &registration.email).await;
    world
        .identity()
        .confirm(&registration.email, &code)
        .await
        .expect("confirmation");
    registered.subject
}

async fn a_registered_person_confirms_and_signs_in(world: &impl IdentityWorld) {
    let registration = registration("doctor@contract.example");
    let (address, password) = (&registration.email, &registration.password);
    let port = world.identity();
    let registered = port.register(&registration).await.expect("registration");
    assert!(registered.confirmation_required);
    assert!(!registered.subject.is_empty());

    assert_refused!(
        port.authenticate(address, password).await,
        IdentityError::NotConfirmed
    );
    assert_refused!(
        port.confirm(address, &wrong_code(world, address).await)
            .await,
        IdentityError::CodeMismatch
    );
    let code = last_code(world, address).await;
    port.confirm(address, &code)
        .await
        .expect("the right code after a wrong one");

    let signed_in = done(port.authenticate(address, password).await.expect("sign-in"));
    assert_eq!(signed_in.subject, registered.subject);
    assert_eq!(&signed_in.email, address);
    assert_eq!(signed_in.full_name, registration.full_name);
    let again = port.authenticate(address, password).await;
    let again = done(again.expect("a second sign-in"));
    assert_eq!(again.subject, registered.subject, "the subject lasts");
}

async fn a_wrong_password_and_an_unknown_address_look_the_same(world: &impl IdentityWorld) {
    register_confirmed(world, "doctor@contract.example").await;
    let unconfirmed = registration("new@contract.example");
    world
        .identity()
        .register(&unconfirmed)
        .await
        .expect("registration");
    let wrong = Password::attempt("Wrong-Pass-1".to_owned());
    for address in ["doctor@contract.example", "nobody@contract.example"] {
        assert_refused!(
            world.identity().authenticate(&email(address), &wrong).await,
            IdentityError::Refused
        );
    }
    let awaited = world.identity().authenticate(&unconfirmed.email, &wrong);
    if world.makes(IdentityException::AwaitedCodeBeforePassword) {
        assert_refused!(awaited.await, IdentityError::NotConfirmed);
    } else {
        assert_refused!(awaited.await, IdentityError::Refused);
    }
    let empty = Password::attempt(String::new());
    assert_refused!(
        world
            .identity()
            .authenticate(&email("doctor@contract.example"), &empty)
            .await,
        IdentityError::Refused
    );
}

async fn a_confirmed_address_can_not_be_registered_again(world: &impl IdentityWorld) {
    let subject = register_confirmed(world, "doctor@contract.example").await;
    let taken = Registration {
        password: Password::new("Other-Pass-2".to_owned()).expect("a password"),
        full_name: name("Somebody Else"),
        ..registration("doctor@contract.example")
    };
    assert_refused!(
        world.identity().register(&taken).await,
        IdentityError::AlreadyRegistered
    );
    assert_refused!(
        world
            .identity()
            .authenticate(&taken.email, &taken.password)
            .await,
        IdentityError::Refused
    );
    let still = sign_in(world, &taken.email, PASSWORD).await;
    assert_eq!(still.subject, subject);
    assert_eq!(still.full_name, name("Asha Verma"));
}

/// Else whoever registers the address next would have a password of theirs
/// confirmed by the person who waits for the code.
async fn an_awaited_confirmation_is_of_the_first_password(world: &impl IdentityWorld) {
    let first = registration("doctor@contract.example");
    let port = world.identity();
    port.register(&first).await.expect("registration");
    let sent = world.codes_sent_to(&first.email).await;
    let second = Registration {
        password: Password::new("Other-Pass-2".to_owned()).expect("a password"),
        full_name: name("Somebody Else"),
        ..registration("doctor@contract.example")
    };
    assert_refused!(
        port.register(&second).await,
        IdentityError::AlreadyRegistered
    );
    assert_eq!(
        world.codes_sent_to(&first.email).await,
        sent,
        "a refused registration sends no code"
    );
    port.confirm(&first.email, &sent[0])
        .await
        .expect("the first code");
    assert_refused!(
        port.authenticate(&second.email, &second.password).await,
        IdentityError::Refused
    );
    let signed_in = sign_in(world, &first.email, PASSWORD).await;
    assert_eq!(signed_in.full_name, first.full_name);
}

async fn a_new_code_voids_the_one_before(world: &impl IdentityWorld) {
    let registration = registration("doctor@contract.example");
    let port = world.identity();
    port.register(&registration).await.expect("registration");
    port.resend_code(&registration.email)
        .await
        .expect("a new code");
    let sent = world.codes_sent_to(&registration.email).await;
    let [first, second] = &sent[..] else {
        panic!("two codes were sent, not {}", sent.len());
    };
    // Once in a million the two are equal, and there is nothing to see.
    if first != second {
        assert_refused!(
            port.confirm(&registration.email, first).await,
            IdentityError::CodeMismatch
        );
    }
    port.confirm(&registration.email, second)
        .await
        .expect("the new code");
}

async fn an_old_code_is_refused_as_old(world: &impl IdentityWorld) {
    if world.makes(IdentityException::NothingExpires) {
        return;
    }
    let registration = registration("doctor@contract.example");
    let port = world.identity();
    port.register(&registration).await.expect("registration");
    let old = last_code(world, &registration.email).await;
    world.let_code_expire(&registration.email).await;
    assert_refused!(
        port.confirm(&registration.email, &old).await,
        IdentityError::CodeExpired
    );
    port.resend_code(&registration.email)
        .await
        .expect("a new code");
    let fresh = last_code(world, &registration.email).await;
    port.confirm(&registration.email, &fresh)
        .await
        .expect("the new code");
}

async fn nobody_learns_who_has_an_account(world: &impl IdentityWorld) {
    register_confirmed(world, "doctor@contract.example").await;
    let before = world
        .codes_sent_to(&email("doctor@contract.example"))
        .await
        .len();
    for address in ["doctor@contract.example", "nobody@contract.example"] {
        world
            .identity()
            .resend_code(&email(address))
            .await
            .expect("a silent success");
    }
    if !world.makes(IdentityException::CodesOnceConfirmed) {
        let doctor = email("doctor@contract.example");
        let sent = world.codes_sent_to(&doctor).await.len();
        assert_eq!(sent, before, "a confirmed address gets no further code");
    }
    assert!(
        world
            .codes_sent_to(&email("nobody@contract.example"))
            .await
            .is_empty()
    );
    assert_refused!(
        world
            .identity()
            .confirm(
                &email("nobody@contract.example"),
                &"123456".parse().expect("a code")
            )
            .await,
        IdentityError::CodeMismatch
    );
}

async fn signing_out_is_a_success(world: &impl IdentityWorld) {
    register_confirmed(world, "doctor@contract.example").await;
    let address = email("doctor@contract.example");
    let person = sign_in(world, &address, PASSWORD).await;
    for turn in ["sign-out", "a second sign-out"] {
        let ended = world.identity().sign_out(signed_in(&person)).await;
        ended.expect(turn);
    }
    sign_in(world, &address, PASSWORD).await;
}
