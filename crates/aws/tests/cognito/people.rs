//! Who signs in here.

use seva_model::{ConfirmationCode, EmailAddress, Password, Registration};
use seva_services::ports::{
    Authenticated, IdentityError, PendingChallenge, ProviderTokens, SignInStep, SignedIn,
};

/// An address that has an account where a test makes one.
pub(crate) const EMAIL: &str = "doctor@clinic.example";

pub(crate) fn email() -> EmailAddress {
    EMAIL.parse().unwrap()
}

pub(crate) fn password() -> Password {
    Password::new("Right-Pass-1".to_owned()).unwrap()
}

pub(crate) fn registration() -> Registration {
    Registration {
        email: email(),
        password: password(),
        full_name: "Asha Verma".parse().unwrap(),
    }
}

pub(crate) fn code() -> ConfirmationCode {
    "123456".parse().unwrap()
}

/// Who is signed in now.
pub(crate) fn done(step: Result<SignInStep, IdentityError>) -> Authenticated {
    match step.unwrap() {
        SignInStep::Done(person) => person,
        SignInStep::Challenge(pending) => panic!("signed in was expected, not {pending:?}"),
    }
}

/// What is asked for now.
pub(crate) fn pending(step: Result<SignInStep, IdentityError>) -> PendingChallenge {
    match step.unwrap() {
        SignInStep::Challenge(pending) => pending,
        SignInStep::Done(_) => panic!("a question was expected"),
    }
}

pub(crate) fn signed_in(person: &Authenticated) -> SignedIn<'_> {
    holder(&person.subject, &person.email, person.tokens.as_ref())
}

/// Somebody with these tokens.
pub(crate) const fn holder<'a>(
    subject: &'a str,
    email: &'a EmailAddress,
    tokens: Option<&'a ProviderTokens>,
) -> SignedIn<'a> {
    SignedIn {
        subject,
        email,
        tokens,
    }
}
