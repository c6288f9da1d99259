//! Accounts, codes and authenticators kept in PostgreSQL.

mod authenticators;
mod strangers;

use std::sync::Arc;

use async_trait::async_trait;
use seva_local::{DirectoryMailbox, LocalIdentity};
use seva_model::{ConfirmationCode, EmailAddress, Password, Registration};
use seva_services::ports::{
    Identity, IdentityError, Mailbox as _, PendingChallenge, Secret, Sessions, SignInStep, SignedIn,
};
use seva_testkit::{TestDatabase, contracts};
use tempfile::TempDir;

use super::secret;

struct People {
    identity: LocalIdentity,
    mailbox: Arc<DirectoryMailbox>,
    database: TestDatabase,
    _home: TempDir,
}

#[async_trait]
impl contracts::IdentityWorld for People {
    fn identity(&self) -> &dyn Identity {
        &self.identity
    }

    async fn codes_sent_to(&self, email: &EmailAddress) -> Vec<ConfirmationCode> {
        let mut messages = self.mailbox.messages().await.unwrap();
        messages.reverse();
        messages
            .iter()
            .filter(|message| message.to == email.as_str())
            .filter_map(|message| {
                let mut words = message.text.split_whitespace();
                words.find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()))
            })
            .map(|code| code.parse().unwrap())
            .collect()
    }

    async fn let_code_expire(&self, email: &EmailAddress) {
        let changed = sqlx::query(
            "UPDATE local_codes SET expires_at = now() - interval '1 second'
              WHERE user_id = (SELECT id FROM users WHERE email = $1)",
        )
        .bind(email.as_str())
        .execute(self.database.pool())
        .await
        .unwrap();
        assert_eq!(changed.rows_affected(), 1);
    }

    async fn let_steps_pass(&self) {
        sqlx::query("UPDATE local_authenticators SET last_step = 0")
            .execute(self.database.pool())
            .await
            .unwrap();
    }

    fn expired(&self, challenge: &PendingChallenge) -> PendingChallenge {
        let (_, mac) = challenge.state.split_once('.').unwrap();
        PendingChallenge {
            state: format!("1.{mac}"),
            ..challenge.clone()
        }
    }
}

async fn people() -> People {
    let home = tempfile::tempdir().unwrap();
    let mailbox = Arc::new(DirectoryMailbox::new(home.path()));
    let database = TestDatabase::new().await;
    People {
        identity: LocalIdentity::new(database.pool().clone(), mailbox.clone(), &secret(3)),
        mailbox,
        database,
        _home: home,
    }
}

#[tokio::test]
async fn local_identity_keeps_the_contract() {
    contracts::identity(people).await;
}

fn registered_with(password: &str) -> Registration {
    Registration {
        email: "nila@clinic.example".parse().unwrap(),
        password: Password::new(password.to_owned()).unwrap(),
        full_name: "Dr Nila Rao".parse().unwrap(),
    }
}

impl People {
    /// When it sends codes again, however many were asked for.
    async fn later(&self) -> &LocalIdentity {
        sqlx::query("UPDATE sign_in_limits SET ends_at = now() - interval '1 second'")
            .execute(self.database.pool())
            .await
            .unwrap();
        &self.identity
    }

    async fn codes(&self) -> Vec<ConfirmationCode> {
        let email = "nila@clinic.example".parse().unwrap();
        contracts::IdentityWorld::codes_sent_to(self, &email).await
    }

    async fn last_code(&self) -> ConfirmationCode {
        self.codes().await.pop().unwrap()
    }

    async fn audited(&self, action: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE action = $1")
            .bind(action)
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }
}

/// However long it waits: the person who asks for a new code of the first
/// registration would otherwise confirm a stranger's password.
#[tokio::test]
async fn a_registered_password_gives_way_to_no_other_registration() {
    let people = people().await;
    let identity = &people.identity;
    let (first, second) = (
        registered_with("First-Pass-1"),
        registered_with("Other-Pass-2"),
    );
    identity.register(&first).await.unwrap();
    sqlx::query("UPDATE local_credentials SET updated_at = now() - interval '30 days'")
        .execute(people.database.pool())
        .await
        .unwrap();
    let reserved = identity.register(&second).await;
    assert!(matches!(reserved, Err(IdentityError::AlreadyRegistered)));
    assert_eq!(people.codes().await.len(), 1, "it sends no code");
    identity.resend_code(&first.email).await.unwrap();
    let code = people.last_code().await;
    identity.confirm(&first.email, &code).await.unwrap();
    let refused = identity.authenticate(&first.email, &second.password).await;
    assert!(matches!(refused, Err(IdentityError::Refused)));
    identity
        .authenticate(&first.email, &first.password)
        .await
        .unwrap();
}

/// A stranger who registered it, and goes on registering it, keeps nobody out.
#[tokio::test]
async fn whoever_reads_the_mail_of_an_address_takes_it_from_a_stranger() {
    let people = people().await;
    let identity = &people.identity;
    let stranger = registered_with("First-Pass-1");
    identity.register(&stranger).await.unwrap();
    let strangers_code = people.last_code().await;
    let own = Password::new("Own-Pass-2".to_owned()).unwrap();
    identity.forgot_password(&stranger.email).await.unwrap();
    let code = people.last_code().await;
    identity.register(&stranger).await.unwrap();
    let reset = identity.reset_password(&stranger.email, &code, &own);
    reset.await.unwrap();

    let step = identity.authenticate(&stranger.email, &own).await.unwrap();
    assert!(matches!(step, SignInStep::Done(_)), "it is confirmed");
    let refused = identity
        .authenticate(&stranger.email, &stranger.password)
        .await;
    assert!(matches!(refused, Err(IdentityError::Refused)));
    let refused = identity.confirm(&stranger.email, &strangers_code).await;
    assert!(matches!(refused, Err(IdentityError::CodeMismatch)));
    let taken = identity.register(&stranger).await;
    assert!(matches!(taken, Err(IdentityError::AlreadyRegistered)));
}

/// Else five requests an hour would keep a doctor from a new password.
#[tokio::test]
async fn a_flood_of_requests_for_one_kind_of_code_leaves_the_other() {
    let people = people().await;
    let identity = &people.identity;
    let email = &registered_with("First-Pass-1").email;
    let mut refused = 0;
    for _ in 0..10 {
        match identity.forgot_password(email).await {
            Ok(()) => {}
            Err(IdentityError::TooManyAttempts) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(refused, 4, "five, and one of the next quarter of an hour");
    identity
        .register(&registered_with("First-Pass-1"))
        .await
        .unwrap();
}

/// Else whoever guesses asks another process, or waits for a restart.
#[tokio::test]
async fn tries_are_counted_over_all_processes_and_tell_no_address() {
    let people = people().await;
    let pool = people.database.pool();
    let mailbox = people.mailbox.clone();
    let process = || LocalIdentity::new(pool.clone(), mailbox.clone(), &secret(3));
    let email = "nobody@clinic.example".parse().unwrap();
    let guess = Password::attempt("Guessed-Pass-1".to_owned());
    for _ in 0..10 {
        let refused = process().authenticate(&email, &guess).await;
        assert!(matches!(refused, Err(IdentityError::Refused)));
    }
    let refused = process().authenticate(&email, &guess).await;
    assert!(matches!(refused, Err(IdentityError::TooManyAttempts)));

    let stored: String = sqlx::query_scalar("SELECT string_agg(l::text, '') FROM sign_in_limits l")
        .fetch_one(pool)
        .await
        .unwrap();
    let hex_of_name = hex_of("nobody@clinic.example");
    assert!(!stored.contains("nobody") && !stored.contains(&hex_of_name));
    sqlx::query("UPDATE sign_in_limits SET ends_at = now()")
        .execute(pool)
        .await
        .unwrap();
    let refused = process().authenticate(&email, &guess).await;
    assert!(
        matches!(refused, Err(IdentityError::Refused)),
        "the window is over"
    );
}

fn hex_of(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest in the row was made for a password that is no longer the stored one.
#[tokio::test]
async fn a_code_whose_password_was_replaced_is_worth_nothing() {
    let people = people().await;
    let first = registered_with("First-Pass-1");
    people.identity.register(&first).await.unwrap();
    let code = people.last_code().await;
    sqlx::query("UPDATE local_credentials SET password_hash = 'another'")
        .execute(people.database.pool())
        .await
        .unwrap();
    let refused = people.identity.confirm(&first.email, &code).await;
    assert!(matches!(refused, Err(IdentityError::CodeMismatch)));
}

#[tokio::test]
async fn the_same_password_is_registered_again_and_gets_a_new_code() {
    let people = people().await;
    let first = registered_with("First-Pass-1");
    let opened = people.identity.register(&first).await.unwrap();
    let again = people.identity.register(&first).await.unwrap();
    assert_eq!(again.subject, opened.subject);
    people.identity.resend_code(&first.email).await.unwrap();
    assert_eq!(people.audited("identity.register").await, 2);
    assert_eq!(people.audited("identity.resend_code").await, 1);
    let code = people.last_code().await;
    people.identity.confirm(&first.email, &code).await.unwrap();
    people.identity.resend_code(&first.email).await.unwrap();
    assert_eq!(
        people.audited("identity.resend_code").await,
        1,
        "a confirmed address gets no code"
    );
    people
        .identity
        .authenticate(&first.email, &first.password)
        .await
        .unwrap();
}

/// Somebody who is signed in.
struct Doctor {
    subject: String,
    registration: Registration,
}

impl Doctor {
    async fn of(people: &People) -> Self {
        let registration = registered_with("First-Pass-1");
        let registered = people.identity.register(&registration).await.unwrap();
        let code = people.last_code().await;
        let confirmed = people.identity.confirm(&registration.email, &code).await;
        confirmed.unwrap();
        Self {
            subject: registered.subject,
            registration,
        }
    }

    fn signed_in(&self) -> SignedIn<'_> {
        SignedIn {
            subject: &self.subject,
            email: &self.registration.email,
            tokens: None,
        }
    }

    /// Turns an authenticator on by its code of now.
    async fn turn_on(&self, people: &People) -> Secret {
        let begun = people.identity.begin_authenticator(self.signed_in()).await;
        let secret = begun.unwrap();
        let code = contracts::code_shown(&secret, 0);
        let confirmed = people
            .identity
            .confirm_authenticator(self.signed_in(), &code);
        confirmed.await.unwrap();
        secret
    }

    async fn challenge(&self, people: &People) -> PendingChallenge {
        let Registration {
            email, password, ..
        } = &self.registration;
        match people.identity.authenticate(email, password).await.unwrap() {
            SignInStep::Challenge(challenge) => challenge,
            SignInStep::Done(_) => panic!("no code was asked for"),
        }
    }
}

/// Three browsers in which the person of the only account is signed in.
async fn sign_in_thrice(people: &People) {
    sqlx::query(
        "INSERT INTO sessions (id_hash, user_id, payload, expires_at)
         SELECT sha256(n::text::bytea), u.id, '', now() + interval '1 hour'
           FROM users u, generate_series(1, 3) n",
    )
    .execute(people.database.pool())
    .await
    .unwrap();
}

/// How many sessions there are, and which epoch of sign-ins it is.
async fn sessions(people: &People) -> Vec<i64> {
    sqlx::query_scalar("SELECT ARRAY[(SELECT count(*) FROM sessions), sign_in_epoch] FROM users")
        .fetch_one(people.database.pool())
        .await
        .unwrap()
}

/// Takes the audit away, and so lets what can't be written down fail.
async fn hide_audit(people: &People) {
    sqlx::raw_sql("ALTER TABLE audit_events RENAME TO audit_events_away")
        .execute(people.database.pool())
        .await
        .unwrap();
}

async fn bring_audit_back(people: &People) {
    sqlx::raw_sql("ALTER TABLE audit_events_away RENAME TO audit_events")
        .execute(people.database.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_reset_ends_all_sessions_once_in_one_transaction_with_the_password() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    let email = &doctor.registration.email;
    sign_in_thrice(&people).await;
    people.identity.forgot_password(email).await.unwrap();
    let code = people.last_code().await;
    let new = Password::new("Other-Pass-2".to_owned()).unwrap();
    let reset = async || people.identity.reset_password(email, &code, &new).await;

    hide_audit(&people).await;
    assert!(matches!(reset().await, Err(IdentityError::Port(_))));
    assert_eq!(sessions(&people).await, [3, 0]);
    bring_audit_back(&people).await;
    assert_eq!(reset().await.unwrap(), Sessions::Ended);
    assert_eq!(sessions(&people).await, [0, 1]);
    assert_eq!(people.audited("identity.reset_password").await, 1);
}

#[tokio::test]
async fn a_changed_password_ends_sessions_in_its_own_transaction() {
    let people = people().await;
    let doctor = Doctor::of(&people).await;
    sign_in_thrice(&people).await;
    let old = &doctor.registration.password;
    let new = Password::new("Other-Pass-2".to_owned()).unwrap();
    let change = async || {
        let changed = people
            .identity
            .change_password(doctor.signed_in(), old, &new, None);
        changed.await
    };
    hide_audit(&people).await;
    assert!(matches!(change().await, Err(IdentityError::Port(_))));
    assert_eq!(sessions(&people).await, [3, 0]);
    bring_audit_back(&people).await;
    assert_eq!(change().await.unwrap(), Sessions::Ended);
    assert_eq!(sessions(&people).await, [0, 1]);
}
