//! People with an account, whichever identity provider knows them.

use seva_model::{CurrentUser, DoctorProfile, EmailAddress, FullName, UserId};
use sqlx::{PgConnection, PgPool};

use crate::{Result, SignInEpoch, StoreError, retry::retried};

/// A person as an identity provider describes them.
#[derive(Clone, Copy, Debug)]
pub struct IdentityUser<'a> {
    /// The provider's own, lasting name for the person.
    pub subject: &'a str,
    /// Name of the account.
    pub email: &'a EmailAddress,
    /// The doctor's name.
    pub full_name: &'a FullName,
}

struct UserRow {
    id: uuid::Uuid,
    email: String,
    full_name: String,
    qualification: String,
    registration_number: String,
    clinic_name: String,
    clinic_address: String,
    clinic_phone: String,
}

impl From<UserRow> for CurrentUser {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id.into(),
            email: row.email,
            full_name: row.full_name,
            profile: DoctorProfile {
                qualification: row.qualification,
                registration_number: row.registration_number,
                clinic_name: row.clinic_name,
                clinic_address: row.clinic_address,
                clinic_phone: row.clinic_phone,
            },
        }
    }
}

/// Finds the person by the provider's name for them, or takes them in. A changed
/// e-mail address is followed; a name that was edited here stays.
///
/// # Errors
/// [`StoreError::Taken`] when somebody else has the e-mail address.
pub async fn upsert_by_subject(
    connection: &mut PgConnection,
    user: &IdentityUser<'_>,
) -> Result<CurrentUser> {
    let row = sqlx::query_as!(
        UserRow,
        "INSERT INTO users (id, subject, email, full_name) VALUES ($1, $2, $3, $4)
         ON CONFLICT (subject) DO UPDATE SET email = excluded.email
         RETURNING id, email, full_name, qualification, registration_number,
                   clinic_name, clinic_address, clinic_phone",
        UserId::generate().as_uuid(),
        user.subject,
        user.email.as_str(),
        user.full_name.as_str(),
    )
    .fetch_one(connection)
    .await?;
    Ok(row.into())
}

/// The person with that id.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(pool: &PgPool, user: UserId) -> Result<CurrentUser> {
    let row = retried("read user", || {
        sqlx::query_as!(
            UserRow,
            "SELECT id, email, full_name, qualification, registration_number,
                clinic_name, clinic_address, clinic_phone
           FROM users WHERE id = $1",
            user.as_uuid(),
        )
        .fetch_one(pool)
    })
    .await?;
    Ok(row.into())
}

/// The person who has an e-mail address, if anybody.
///
/// # Errors
/// [`StoreError::Database`](crate::StoreError::Database).
pub async fn find_by_email(
    connection: &mut PgConnection,
    email: &EmailAddress,
) -> Result<Option<UserId>> {
    let id = sqlx::query_scalar!("SELECT id FROM users WHERE email = $1", email.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(id.map(UserId::from))
}

/// The epoch that a sign-in with this e-mail address would be of now; `None` when
/// nobody here has the address.
///
/// # Errors
/// [`StoreError::Database`](crate::StoreError::Database).
pub async fn sign_in_epoch(pool: &PgPool, email: &EmailAddress) -> Result<Option<SignInEpoch>> {
    let epoch = retried("read user", || {
        sqlx::query_scalar!(
            "SELECT sign_in_epoch FROM users WHERE email = $1",
            email.as_str()
        )
        .fetch_optional(pool)
    })
    .await?;
    Ok(epoch.map(SignInEpoch))
}

/// The identity provider's own name for the person.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn subject(pool: &PgPool, user: UserId) -> Result<String> {
    retried("read user", || {
        sqlx::query_scalar!("SELECT subject FROM users WHERE id = $1", user.as_uuid())
            .fetch_optional(pool)
    })
    .await?
    .ok_or(StoreError::NotFound)
}

/// Replaces the doctor's name and what a prescription's header says.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn update_profile(
    connection: &mut PgConnection,
    user: UserId,
    full_name: &FullName,
    profile: &DoctorProfile,
) -> Result<CurrentUser> {
    let row = sqlx::query_as!(
        UserRow,
        "UPDATE users SET full_name = $2, qualification = $3, registration_number = $4,
                clinic_name = $5, clinic_address = $6, clinic_phone = $7
          WHERE id = $1
         RETURNING id, email, full_name, qualification, registration_number,
                   clinic_name, clinic_address, clinic_phone",
        user.as_uuid(),
        full_name.as_str(),
        profile.qualification,
        profile.registration_number,
        profile.clinic_name,
        profile.clinic_address,
        profile.clinic_phone,
    )
    .fetch_one(connection)
    .await?;
    Ok(row.into())
}
