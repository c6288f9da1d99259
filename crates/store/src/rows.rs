//! Small conversions between rows and the model's types.

use std::{str::FromStr, time::Duration};

use seva_model::{Failure, StageTimes};
use sqlx::postgres::{PgQueryResult, types::PgInterval};
use time::OffsetDateTime;

use crate::{Result, StoreError};

/// Reads a stored name; `column` says where it stood.
pub(crate) fn parse<T: FromStr>(text: &str, column: &'static str) -> Result<T> {
    text.parse().map_err(|_| StoreError::Corrupt(column))
}

/// A change that had to find its row.
pub(crate) fn changed(done: &PgQueryResult) -> Result<()> {
    match done.rows_affected() {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// A count or an index, which the schema keeps from being negative.
pub(crate) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// Percent, which the schema keeps in 0 to 100.
pub(crate) fn percent(number: i16) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

/// An index for the database; one beyond its range is refused by the schema.
pub(crate) fn index(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(-1)
}

pub(crate) fn interval(duration: Duration) -> PgInterval {
    PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX),
    }
}

pub(crate) fn failure(
    code: Option<String>,
    message: Option<String>,
    may_retry: bool,
) -> Option<Failure> {
    code.map(|code| Failure {
        code,
        message: message.unwrap_or_default(),
        may_retry,
    })
}

pub(crate) const fn times(
    transcribing_at: Option<OffsetDateTime>,
    extracting_at: Option<OffsetDateTime>,
    completed_at: Option<OffsetDateTime>,
) -> StageTimes {
    StageTimes {
        transcribing_at,
        extracting_at,
        completed_at,
    }
}
