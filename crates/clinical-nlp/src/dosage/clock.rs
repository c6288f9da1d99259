//! Days of the week and hours of the clock: "on Sundays", "every Monday and
//! Thursday", "at 6 pm", "at six in the evening".

use serde::Serialize;

use super::numbers::single;
use super::timing::{Timing, When};
use crate::text::{Gap, Tokens};

/// A day of the week, by its code in FHIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// "mon", "tue" ...
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "monday" | "mon" => Weekday::Mon,
        "tuesday" | "tue" | "tues" => Weekday::Tue,
        "wednesday" | "wed" | "wedne" => Weekday::Wed,
        "thursday" | "thu" | "thur" => Weekday::Thu,
        "friday" | "fri" => Weekday::Fri,
        "saturday" | "sat" => Weekday::Sat,
        "sunday" | "sun" => Weekday::Sun,
        _ => return None,
    })
}

/// "on Sundays", "Sundays", "every Monday and Thursday", "Mon/Wed/Fri". One day without a
/// lead is a date rather than a frequency.
pub(super) fn weekdays(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let led = matches!(tokens.lower(first), "on" | "every" | "each" | "only");
    let mut at = first + usize::from(led);
    at += usize::from(led && matches!(tokens.lower(at), "every" | "each" | "only" | "a"));
    let mut days = vec![weekday(tokens.lower(at))?];
    // "60K Sundays"
    let each = tokens.lower(at).ends_with("days");
    if led && !tokens.joined(at) {
        return None;
    }
    let mut end = at + 1;
    while days.len() < 7 {
        let and =
            usize::from(matches!(tokens.lower(end), "and" | "on") || tokens.lower(end) == "&");
        let gap = Gap::SPACE.or(Gap::COMMA).or(Gap::SLASH).or(Gap::HYPHEN);
        let Some(day) = weekday(tokens.lower(end + and)).filter(|_| tokens.gap(end).only(gap))
        else {
            break;
        };
        days.push(day);
        end += and + 1;
    }
    // "Monday to Friday"
    if matches!(tokens.lower(end), "to" | "through" | "till")
        && let Some(last) = weekday(tokens.lower(end + 1))
    {
        let from = days[days.len() - 1];
        days.extend(
            Weekday::ALL
                .iter()
                .filter(|day| from < **day && **day <= last),
        );
        end += 2;
    }
    (led || each || days.len() > 1).then(|| {
        (
            end,
            Timing {
                days,
                ..Timing::default()
            },
        )
    })
}

/// "at 6 pm", "8 am", "at six in the evening", "at 10:30 pm", "at 8 o'clock".
pub(super) fn clock(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let led = usize::from(matches!(tokens.lower(first), "at" | "around" | "by"));
    let hour = single(tokens, first + led).filter(|n| n.value < 24.0)?;
    let minutes = tokens.is_number(hour.end)
        && tokens.gap(hour.end).only(Gap::COLON)
        && tokens.original(hour.end).len() == 2;
    let at = hour.end + usize::from(minutes);
    if !tokens.gap(at).only(Gap::SPACE.or(Gap::PERIOD)) {
        return None;
    }
    let mut timing = Timing {
        hours: 1,
        ..Timing::default()
    };
    let end = match (tokens.lower(at), tokens.lower(at + 1), tokens.lower(at + 2)) {
        ("am" | "pm", ..) => at + 1,
        ("hrs" | "hours", ..) if minutes => at + 1,
        ("a" | "p", "m", _) => at + 2,
        ("in", "the", part) if led == 1 => {
            timing.when.push(match part {
                "morning" => When::Morning,
                "afternoon" => When::Afternoon,
                "evening" => When::Evening,
                _ => return None,
            });
            timing.hours = 0;
            at + 3
        }
        ("at", "night", _) if led == 1 => {
            timing.when.push(When::Night);
            timing.hours = 0;
            at + 2
        }
        ("o", "clock", _) if led == 1 => at + 2,
        ("oclock", ..) if led == 1 => at + 1,
        _ => return None,
    };
    Some((end, timing))
}
