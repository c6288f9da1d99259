//! Accounts and their mail, in memory.

use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use seva_model::{ConfirmationCode, EmailAddress, Password, Registration};
use seva_services::ports::{
    Authenticated, Identity, IdentityError, Mailbox, PortError, Registered, StoredMail,
};
use time::OffsetDateTime;

/// Accounts and their mail, in memory.
#[derive(Default)]
pub(crate) struct People {
    accounts: Mutex<HashMap<String, Account>>,
    mails: Mutex<Vec<StoredMail>>,
}

struct Account {
    registration: Registration,
    confirmed: bool,
}

const CODE: &str = "004217";

impl People {
    fn mail(&self, to: &EmailAddress) {
        let mail = StoredMail {
            to: to.as_str().to_owned(),
            subject: "Your code".to_owned(),
            text: format!("Your code is {CODE}."),
            sent_at: OffsetDateTime::now_utc(),
        };
        self.mails.lock().unwrap().insert(0, mail);
    }
}

#[async_trait]
impl Identity for People {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        let email = registration.email.as_str().to_owned();
        let mut accounts = self.accounts.lock().unwrap();
        if accounts.contains_key(&email) {
            return Err(IdentityError::AlreadyRegistered);
        }
        self.mail(&registration.email);
        let subject = format!("subject of {email}");
        let registration = registration.clone();
        accounts.insert(
            email,
            Account {
                registration,
                confirmed: false,
            },
        );
        Ok(Registered {
            subject,
            confirmation_required: true,
        })
    }

    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let mut accounts = self.accounts.lock().unwrap();
        let account = accounts
            .get_mut(email.as_str())
            .ok_or(IdentityError::CodeMismatch)?;
        if code.as_str() != CODE {
            return Err(IdentityError::CodeMismatch);
        }
        account.confirmed = true;
        Ok(())
    }

    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.mail(email);
        Ok(())
    }

    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<Authenticated, IdentityError> {
        let accounts = self.accounts.lock().unwrap();
        let account = accounts.get(email.as_str()).ok_or(IdentityError::Refused)?;
        if account.registration.password != *password {
            return Err(IdentityError::Refused);
        }
        if !account.confirmed {
            return Err(IdentityError::NotConfirmed);
        }
        Ok(Authenticated {
            subject: format!("subject of {}", email.as_str()),
            email: email.clone(),
            full_name: account.registration.full_name.clone(),
        })
    }

    async fn sign_out(&self, subject: &str) -> Result<(), IdentityError> {
        assert!(subject.starts_with("subject of "));
        Ok(())
    }
}

#[async_trait]
impl Mailbox for People {
    async fn messages(&self) -> Result<Vec<StoredMail>, PortError> {
        Ok(self.mails.lock().unwrap().clone())
    }
}
