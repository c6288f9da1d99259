//! Lists are read a page at a time. A page begins behind a row, not after a
//! number of rows, so that new rows neither repeat nor hide others.

use std::{fmt, str::FromStr};

use time::{OffsetDateTime, PrimitiveDateTime};
use uuid::Uuid;

/// Rows of a page when the caller names no number.
const USUAL_LIMIT: u32 = 25;
/// Most rows of a page.
const MAX_LIMIT: u32 = 100;

/// Where a page ended: its last row. Written as text it fits in an URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the row was made.
    pub created_at: OffsetDateTime,
    /// Its id.
    pub id: Uuid,
}

impl Cursor {
    /// Before the first page: behind it is every row. A bound that is always there lets one
    /// plan find any page by the index.
    pub(crate) const START: Self = Self {
        created_at: PrimitiveDateTime::MAX.assume_utc(),
        id: Uuid::max(),
    };
}

/// The text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one of this list")]
pub struct BadCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // PostgreSQL keeps microseconds.
        let microseconds = self.created_at.unix_timestamp_nanos() / 1000;
        write!(f, "{microseconds}-{}", self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (microseconds, id) = text.rsplit_once('-').ok_or(BadCursor)?;
        // Nothing is older than the epoch, and PostgreSQL does not know every moment
        // that this type does.
        let microseconds: u64 = microseconds.parse().map_err(|_| BadCursor)?;
        Ok(Self {
            created_at: OffsetDateTime::from_unix_timestamp_nanos(i128::from(microseconds) * 1000)
                .map_err(|_| BadCursor)?,
            id: Uuid::try_parse(id).map_err(|_| BadCursor)?,
        })
    }
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end of the list.
    pub next: Option<Cursor>,
}

/// Number of rows to read for a page of `limit` (0: the usual number): one more
/// than it shows, which tells whether there is a next page.
pub(crate) fn rows_to_read(limit: u32) -> i64 {
    i64::from(page_size(limit)) + 1
}

fn page_size(limit: u32) -> u32 {
    match limit {
        0 => USUAL_LIMIT,
        limit => limit.min(MAX_LIMIT),
    }
}

impl<T> Page<T> {
    pub(crate) fn from_rows(
        mut items: Vec<T>,
        limit: u32,
        place: impl Fn(&T) -> (OffsetDateTime, Uuid),
    ) -> Self {
        let size = page_size(limit) as usize;
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| {
            let (created_at, id) = place(last);
            Cursor { created_at, id }
        });
        Self { items, next }
    }
}

/// A pattern for `ILIKE` that finds the text anywhere, or `None` for blank text.
pub(crate) fn contains_pattern(search: Option<&str>) -> Option<String> {
    let text = search?.trim();
    if text.is_empty() {
        return None;
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_search_is_taken_literally() {
        assert_eq!(
            contains_pattern(Some(" 50%_\\ ")).as_deref(),
            Some("%50\\%\\_\\\\%")
        );
        assert_eq!(contains_pattern(Some("  ")), None);
        assert_eq!(contains_pattern(None), None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let of_old = format!("-300000000000000000-{}", Uuid::nil().simple());
        for text in [
            "",
            "-",
            "1-2",
            "x-0190b0a0",
            "99999999999999999999-0",
            &of_old,
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_cursor_reads_back(seconds in 0i64..250_000_000_000, micros in 0i64..1_000_000, id in any::<u128>()) {
            let nanos = (i128::from(seconds) * 1_000_000 + i128::from(micros)) * 1000;
            let cursor = Cursor {
                created_at: OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap(),
                id: Uuid::from_u128(id),
            };
            prop_assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor));
        }
    }
}
