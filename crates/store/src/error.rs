use std::fmt;

use sqlx::error::ErrorKind;

/// What the functions of this crate return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why a row could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, it is deleted, or it is somebody else's.
    #[error("there is no such row")]
    NotFound,
    /// The row was changed since the caller read it.
    #[error("the row has a newer version")]
    StaleVersion,
    /// A signed prescription does not change.
    #[error("the prescription is signed")]
    Signed,
    /// The row's status does not allow the change.
    #[error("the row is in a state that does not allow it")]
    WrongState,
    /// Another worker has the job, or there is none any more.
    #[error("the lease on the job is lost")]
    LeaseLost,
    /// A value that has to be unique is in use.
    #[error("a value that has to be unique is in use")]
    Taken,
    /// A stored value can't be understood; the text names the column.
    #[error("the stored {0} can't be understood")]
    Corrupt(&'static str),
    /// The database refused or did not answer.
    #[error("the database failed: {0}")]
    Database(DatabaseError),
}

impl StoreError {
    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        match self {
            Self::Database(error) => error.may_retry(),
            _ => false,
        }
    }

    /// Whether it was the connection that failed, and a new one may serve at once.
    /// Waiting in vain for a free connection, or for a statement, is none of it: more
    /// of the same would only add to what keeps the database busy.
    pub(crate) fn is_of_connection(&self) -> bool {
        match self {
            Self::Database(error) => error.is_of_connection(),
            _ => false,
        }
    }
}

/// The trigger that protects signed prescriptions raises this SQLSTATE.
const SIGNED: &str = "SV001";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::RowNotFound) {
            return Self::NotFound;
        }
        if let Some(refusal) = error.as_database_error() {
            if refusal.kind() == ErrorKind::UniqueViolation {
                return Self::Taken;
            }
            if refusal.code().as_deref() == Some(SIGNED) {
                return Self::Signed;
            }
        }
        Self::Database(DatabaseError(error))
    }
}

/// An error of the driver or the server.
///
/// PostgreSQL adds the values of the failing row to some errors. They are
/// patients' data, so they are left out of `Display` and `Debug` alike, and the
/// driver's error is not offered as a source.
pub struct DatabaseError(sqlx::Error);

impl DatabaseError {
    fn may_retry(&self) -> bool {
        match &self.0 {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            // Lost connections (08), conflicts (40), short resources (53),
            // timeouts and shutdowns (57), waiting for a lock too long (55P03).
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                ["08", "40", "53", "57", "55P03"]
                    .iter()
                    .any(|class| code.starts_with(class))
            }),
            _ => false,
        }
    }

    fn is_of_connection(&self) -> bool {
        match &self.0 {
            sqlx::Error::Io(_) => true,
            // Lost connections (08), too many of them (53300), a server that goes down
            // or is not up yet (57P01 to 57P03).
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                code.starts_with("08")
                    || ["53300", "57P01", "57P02", "57P03"].contains(&code.as_ref())
            }),
            _ => false,
        }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            sqlx::Error::Database(error) => {
                write!(f, "SQLSTATE {}", error.code().unwrap_or_default())?;
                if let Some(constraint) = error.constraint() {
                    write!(f, " by {constraint}")?;
                }
                if let Some(table) = error.table() {
                    write!(f, " on {table}")?;
                }
                Ok(())
            }
            sqlx::Error::Io(error) => write!(f, "connection: {error}"),
            sqlx::Error::Tls(error) => write!(f, "TLS: {error}"),
            sqlx::Error::PoolTimedOut => f.write_str("no connection became free in time"),
            sqlx::Error::PoolClosed => f.write_str("the pool is closed"),
            sqlx::Error::ColumnDecode { index, .. } => write!(f, "column {index} has another type"),
            sqlx::Error::Migrate(error) => write!(f, "migration: {error}"),
            sqlx::Error::Configuration(_) => f.write_str("the connection address is not valid"),
            _ => f.write_str("driver error"),
        }
    }
}

impl fmt::Debug for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
