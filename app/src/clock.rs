//! Times where the doctor is. The server learns the distance to UTC from a
//! cookie the browser sets on its first visit, so that both render the same.

use leptos::prelude::*;
use time::{Date, Duration, OffsetDateTime, UtcOffset, macros::format_description};

use crate::browser::cookies;

const COOKIE: &str = "seva-utc-offset";

/// Minutes to add to UTC.
#[derive(Clone, Copy, Debug)]
struct ClockContext(RwSignal<i32>);

/// Makes [`use_clock`] work below; call it once, at the root.
pub(crate) fn provide_clock() {
    let known = cookies::read(COOKIE).and_then(|text| text.parse().ok());
    let minutes = RwSignal::new(known.unwrap_or(0));
    provide_context(ClockContext(minutes));
    Effect::new(move |_| {
        let here = browser_offset();
        if known != Some(here) {
            cookies::write(COOKIE, &here.to_string());
            minutes.set(here);
        }
    });
}

/// Minutes to add to UTC, where the doctor is. Changes at most once, when the
/// browser corrects what the server assumed.
pub(crate) fn use_clock() -> Signal<i32> {
    use_context::<ClockContext>().map_or_else(|| Signal::stored(0), |clock| clock.0.into())
}

/// How far the caller's clock is from UTC, as its cookie says; UTC without one.
#[cfg(feature = "ssr")]
pub(crate) fn callers_offset() -> UtcOffset {
    offset_of(cookies::read(COOKIE).as_deref())
}

/// How far from UTC the clock of a browser is, by the text of its `Cookie` header;
/// UTC when it says nothing or nonsense.
#[cfg(feature = "ssr")]
#[must_use]
pub fn offset_in_cookies(header: &str) -> UtcOffset {
    offset_of(cookies::find(header, COOKIE))
}

#[cfg(feature = "ssr")]
fn offset_of(minutes: Option<&str>) -> UtcOffset {
    let minutes = minutes.and_then(|text| text.parse().ok()).unwrap_or(0);
    offset(minutes)
}

/// JavaScript counts from local time to UTC, the other way round.
fn browser_offset() -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "at most a day, in minutes")]
    let minutes = js_sys::Date::new_0().get_timezone_offset() as i32;
    -minutes
}

fn there(at: OffsetDateTime, offset_minutes: i32) -> OffsetDateTime {
    at.to_offset(offset(offset_minutes))
}

fn offset(minutes: i32) -> UtcOffset {
    let seconds = minutes.clamp(-14 * 60, 14 * 60) * 60;
    UtcOffset::from_whole_seconds(seconds).unwrap_or(UtcOffset::UTC)
}

/// The last midnight before `now`.
#[cfg_attr(
    not(any(feature = "ssr", test)),
    expect(dead_code, reason = "asked by the server")
)]
pub(crate) fn start_of_day(now: OffsetDateTime, offset_minutes: i32) -> OffsetDateTime {
    let local = there(now, offset_minutes);
    local.replace_time(time::Time::MIDNIGHT)
}

/// "10:42".
pub(crate) fn time_of_day(at: OffsetDateTime, offset_minutes: i32) -> String {
    let format = format_description!("[hour]:[minute]");
    there(at, offset_minutes)
        .format(&format)
        .unwrap_or_default()
}

/// "Sat 22 Nov".
pub(crate) fn day(at: OffsetDateTime, offset_minutes: i32) -> String {
    let format = format_description!("[weekday repr:short] [day padding:none] [month repr:short]");
    there(at, offset_minutes)
        .format(&format)
        .unwrap_or_default()
}

/// "22 Nov 2026, 10:42".
pub(crate) fn day_and_time(at: OffsetDateTime, offset_minutes: i32) -> String {
    let format =
        format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]");
    there(at, offset_minutes)
        .format(&format)
        .unwrap_or_default()
}

/// As short as it stays clear: the time of day today, "Yesterday 10:42", else
/// the day and the time.
pub(crate) fn moment(at: OffsetDateTime, now: OffsetDateTime, offset_minutes: i32) -> String {
    let today: Date = there(now, offset_minutes).date();
    let that = there(at, offset_minutes).date();
    if that == today {
        time_of_day(at, offset_minutes)
    } else if today.previous_day() == Some(that) {
        format!("Yesterday {}", time_of_day(at, offset_minutes))
    } else {
        day_and_time(at, offset_minutes)
    }
}

/// Seconds from one moment to another, never negative.
pub(crate) fn seconds_between(from: OffsetDateTime, to: OffsetDateTime) -> f64 {
    (to - from).max(Duration::ZERO).as_seconds_f64()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const DELHI: i32 = 330;

    #[test]
    fn midnight_is_where_the_doctor_is() {
        let now = datetime!(2026-11-22 20:00 UTC); // 01:30 of the 23rd in Delhi
        assert_eq!(start_of_day(now, DELHI), datetime!(2026-11-22 18:30 UTC));
        assert_eq!(start_of_day(now, 0), datetime!(2026-11-22 00:00 UTC));
        assert_eq!(start_of_day(now, -480), datetime!(2026-11-22 08:00 UTC));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_browser_tells_its_clock_in_a_cookie() {
        let delhi = offset_in_cookies("theme=dark; seva-utc-offset=330");
        assert_eq!(delhi.whole_minutes(), 330);
        for nothing in ["", "theme=dark", "seva-utc-offset=soon"] {
            assert_eq!(offset_in_cookies(nothing), UtcOffset::UTC);
        }
    }

    #[test]
    fn a_nonsense_offset_is_held_within_the_day() {
        let now = datetime!(2026-11-22 12:00 UTC);
        assert!(now - start_of_day(now, i32::MAX) < Duration::days(2));
    }

    #[test]
    fn moments_are_short_while_they_are_near() {
        let now = datetime!(2026-11-22 08:00 UTC);
        assert_eq!(moment(datetime!(2026-11-22 05:12 UTC), now, DELHI), "10:42");
        assert_eq!(
            moment(datetime!(2026-11-21 05:12 UTC), now, DELHI),
            "Yesterday 10:42"
        );
        assert_eq!(
            moment(datetime!(2026-11-02 05:12 UTC), now, DELHI),
            "2 Nov 2026, 10:42"
        );
        assert_eq!(day(now, DELHI), "Sun 22 Nov");
    }
}
