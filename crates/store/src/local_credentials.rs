//! Passwords and codes of the embedded identity provider.

use std::time::Duration;

use seva_model::{EmailAddress, FullName, UserId};
use sqlx::{PgConnection, PgPool};

use crate::{
    Result, StoreError,
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
}

/// A code that was sent, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCode {
    /// Digest of the code.
    pub code_hash: Vec<u8>,
    /// Whether it had not expired and a try was left.
    pub usable: bool,
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
    Ok(sqlx::query!(
        r#"SELECT u.id, u.subject, u.email, u.full_name, c.password_hash,
                  c.confirmed_at IS NOT NULL AS "confirmed!"
             FROM users u JOIN local_credentials c ON c.user_id = u.id
            WHERE u.email = $1"#,
        email.as_str(),
    )
    .map(|row| LocalAccount {
        user_id: row.id.into(),
        subject: row.subject,
        email: row.email,
        full_name: row.full_name,
        password_hash: row.password_hash,
        confirmed: row.confirmed,
    })
    .fetch_optional(pool)
    .await?)
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
/// purpose is void from then on.
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
/// It commits at once: a try counts even when what follows fails. `None` when no
/// code was sent.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn take_try(
    pool: &PgPool,
    user: UserId,
    purpose: CodePurpose,
) -> Result<Option<StoredCode>> {
    Ok(sqlx::query_as!(
        StoredCode,
        r#"WITH before AS (
               SELECT user_id, purpose, tries_left FROM local_codes
                WHERE user_id = $1 AND purpose = $2 FOR UPDATE)
           UPDATE local_codes c SET tries_left = GREATEST(before.tries_left - 1, 0)
             FROM before WHERE c.user_id = before.user_id AND c.purpose = before.purpose
           RETURNING c.code_hash, (before.tries_left > 0 AND c.expires_at > now()) AS "usable!""#,
        user.as_uuid(),
        purpose.as_str(),
    )
    .fetch_optional(pool)
    .await?)
}

/// Replaces the password's hash.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn set_password_hash(
    connection: &mut PgConnection,
    user: UserId,
    password_hash: &str,
) -> Result<()> {
    let replaced = sqlx::query!(
        "UPDATE local_credentials SET password_hash = $2 WHERE user_id = $1",
        user.as_uuid(),
        password_hash,
    )
    .execute(connection)
    .await?;
    changed(&replaced)
}

/// A registration of an address that has one which nobody confirmed.
#[derive(Clone, Copy)]
pub struct RegisteredAnew<'a> {
    /// The doctor's name.
    pub full_name: &'a FullName,
    /// The hash that the account had when it was read.
    pub known_hash: &'a str,
    /// The hash it gets; the same one when it is the same password.
    pub password_hash: &'a str,
    /// How long a registered password keeps others out.
    pub reserved: Duration,
}

/// Registers anew an account that was never confirmed. Another password takes
/// the place of the registered one only when that was registered at least
/// `reserved` ago.
///
/// # Errors
/// [`StoreError::WrongState`] when the account is confirmed, its password
/// reserved, or changed since it was read.
pub async fn register_anew(
    connection: &mut PgConnection,
    user: UserId,
    new: &RegisteredAnew<'_>,
) -> Result<()> {
    let registered = sqlx::query!(
        "UPDATE local_credentials SET password_hash = $3, registered_at = now()
          WHERE user_id = $1 AND confirmed_at IS NULL AND password_hash = $2
            AND ($2 = $3 OR registered_at <= now() - $4::interval)",
        user.as_uuid(),
        new.known_hash,
        new.password_hash,
        interval(new.reserved),
    )
    .execute(&mut *connection)
    .await?;
    if registered.rows_affected() == 0 {
        return Err(StoreError::WrongState);
    }
    sqlx::query!(
        "UPDATE users SET full_name = $2 WHERE id = $1",
        user.as_uuid(),
        new.full_name.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
