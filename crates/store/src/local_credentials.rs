//! Passwords and codes of the embedded identity provider.

use std::time::Duration;

use seva_model::{EmailAddress, FullName, UserId};
use sqlx::{PgConnection, PgPool};

use crate::{
    Result, StoreError,
    retry::retried,
    rows::{changed, interval},
};

/// What a code was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// Proving that the e-mail address is the person's.
    ConfirmEmail,
    /// Setting a new password.
    ResetPassword,
}

impl CodePurpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "CONFIRM_EMAIL",
            Self::ResetPassword => "RESET_PASSWORD",
        }
    }
}

/// An account to be opened.
#[derive(Clone, Copy)]
pub struct NewLocalUser<'a> {
    /// Row id.
    pub id: UserId,
    /// The provider's name for the person.
    pub subject: &'a str,
    /// Name of the account.
    pub email: &'a EmailAddress,
    /// The doctor's name.
    pub full_name: &'a FullName,
    /// In PHC string format.
    pub password_hash: &'a str,
}

/// An account with its password. It has no `Debug`: the hash stays out of logs.
pub struct LocalAccount {
    /// Row id.
    pub user_id: UserId,
    /// The provider's name for the person.
    pub subject: String,
    /// Name of the account.
    pub email: String,
    /// The doctor's name.
    pub full_name: String,
    /// In PHC string format.
    pub password_hash: String,
    /// Whether the e-mail address was proven.
    pub confirmed: bool,
    /// Whether signing in asks for an authenticator's code.
    pub has_authenticator: bool,
}

/// A code that was sent, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCode {
    /// Digest of the code.
    pub code_hash: Vec<u8>,
    /// Whether it had not expired and a try was left.
    pub usable: bool,
    /// Whether this try was one of those that a window of time allows.
    pub admitted: bool,
}

/// Opens an account that awaits confirmation.
///
/// # Errors
/// [`StoreError::Taken`] when the e-mail address has an account.
pub async fn insert(connection: &mut PgConnection, user: &NewLocalUser<'_>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO users (id, subject, email, full_name) VALUES ($1, $2, $3, $4)",
        user.id.as_uuid(),
        user.subject,
        user.email.as_str(),
        user.full_name.as_str(),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO local_credentials (user_id, password_hash) VALUES ($1, $2)",
        user.id.as_uuid(),
        user.password_hash,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The account of an e-mail address.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn find_by_email(pool: &PgPool, email: &EmailAddress) -> Result<Option<LocalAccount>> {
    let row = retried("find account", || {
        sqlx::query!(
            r#"SELECT u.id, u.subject, u.email, u.full_name, c.password_hash,
                  c.confirmed_at IS NOT NULL AS "confirmed!",
                  a.secret IS NOT NULL AS "has_authenticator!"
             FROM users u JOIN local_credentials c ON c.user_id = u.id
                  LEFT JOIN local_authenticators a ON a.user_id = u.id
            WHERE u.email = $1"#,
            email.as_str(),
        )
        .fetch_optional(pool)
    })
    .await?;
    Ok(row.map(|row| LocalAccount {
        user_id: row.id.into(),
        subject: row.subject,
        email: row.email,
        full_name: row.full_name,
        password_hash: row.password_hash,
        confirmed: row.confirmed,
        has_authenticator: row.has_authenticator,
    }))
}

/// Confirms the e-mail address for the password with that hash, and uses the code
/// up. Confirming again is a success.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such account, or when another
/// password was registered meanwhile.
pub async fn confirm(
    connection: &mut PgConnection,
    user: UserId,
    password_hash: &str,
) -> Result<()> {
    let confirmed = sqlx::query!(
        "UPDATE local_credentials SET confirmed_at = COALESCE(confirmed_at, now())
          WHERE user_id = $1 AND password_hash = $2",
        user.as_uuid(),
        password_hash,
    )
    .execute(&mut *connection)
    .await?;
    changed(&confirmed)?;
    sqlx::query!(
        "DELETE FROM local_codes WHERE user_id = $1 AND purpose = $2",
        user.as_uuid(),
        CodePurpose::ConfirmEmail.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps the digest of a code that is being sent; an earlier one of the same
/// purpose is void from then on. What was tried of that one goes on to count.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn set_code(
    connection: &mut PgConnection,
    user: UserId,
    purpose: CodePurpose,
    code_hash: &[u8],
    tries: i16,
    lifetime: Duration,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO local_codes (user_id, purpose, code_hash, tries_left, expires_at)
         VALUES ($1, $2, $3, $4, now() + $5)
         ON CONFLICT (user_id, purpose) DO UPDATE
            SET code_hash = excluded.code_hash, tries_left = excluded.tries_left,
                expires_at = excluded.expires_at",
        user.as_uuid(),
        purpose.as_str(),
        code_hash,
        tries,
        interval(lifetime),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes one try of the code that was sent and gives its digest to compare with.
/// It commits at once: a try counts even when what follows fails. In a `window` of
/// time, which begins with the first one, `most` tries of usable codes are admitted,
/// however many codes are sent. `None` when no code was sent.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn take_try(
    pool: &PgPool,
    user: UserId,
    purpose: CodePurpose,
    most: i32,
    window: Duration,
) -> Result<Option<StoredCode>> {
    Ok(sqlx::query_as!(
        StoredCode,
        r#"WITH before AS (
               SELECT user_id, purpose, tries_left, guesses_since,
                      tries_left > 0 AND expires_at > now() AS usable,
                      CASE WHEN guesses_since <= now() - $4::interval THEN 0 ELSE guesses END
                          AS guesses
                 FROM local_codes WHERE user_id = $1 AND purpose = $2 FOR UPDATE)
           UPDATE local_codes c
              SET tries_left = GREATEST(before.tries_left - 1, 0),
                  guesses = CASE WHEN before.usable THEN LEAST(before.guesses, $3) + 1
                                 ELSE before.guesses END,
                  guesses_since = CASE WHEN before.guesses = 0 THEN now()
                                       ELSE before.guesses_since END
             FROM before WHERE c.user_id = before.user_id AND c.purpose = before.purpose
           RETURNING c.code_hash, before.usable AS "usable!", before.guesses < $3 AS "admitted!""#,
        user.as_uuid(),
        purpose.as_str(),
        most,
        interval(window),
    )
    .fetch_optional(pool)
    .await?)
}

/// Forgets how often codes of any purpose were tried.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn forget_tries(pool: &PgPool, user: UserId) -> Result<()> {
    sqlx::query!(
        "UPDATE local_codes SET guesses = 0 WHERE user_id = $1 AND guesses > 0",
        user.as_uuid(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Replaces a password, known by its hash, by another, and voids every code that
/// was sent. Only somebody who has proven that the e-mail address is theirs comes
/// this far, so it counts as confirmed from now on.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such account, or when its password
/// was replaced meanwhile.
pub async fn replace_password(
    connection: &mut PgConnection,
    user: UserId,
    known_hash: &str,
    password_hash: &str,
) -> Result<()> {
    let replaced = sqlx::query!(
        "UPDATE local_credentials
            SET password_hash = $3, confirmed_at = COALESCE(confirmed_at, now())
          WHERE user_id = $1 AND password_hash = $2",
        user.as_uuid(),
        known_hash,
        password_hash,
    )
    .execute(&mut *connection)
    .await?;
    changed(&replaced)?;
    sqlx::query!("DELETE FROM local_codes WHERE user_id = $1", user.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Registers once more, with the same password, an account that was never
/// confirmed.
///
/// # Errors
/// [`StoreError::WrongState`] when the account is confirmed, or its password was
/// replaced since it was read.
pub async fn register_again(
    connection: &mut PgConnection,
    user: UserId,
    known_hash: &str,
    full_name: &FullName,
) -> Result<()> {
    let registered = sqlx::query!(
        "UPDATE users u SET full_name = $3
           FROM local_credentials c
          WHERE u.id = $1 AND c.user_id = u.id AND c.confirmed_at IS NULL AND c.password_hash = $2",
        user.as_uuid(),
        known_hash,
        full_name.as_str(),
    )
    .execute(connection)
    .await?;
    if registered.rows_affected() == 0 {
        return Err(StoreError::WrongState);
    }
    Ok(())
}
