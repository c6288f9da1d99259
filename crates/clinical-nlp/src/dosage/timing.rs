//! A frequency as structure.

use serde::Serialize;

use super::clock::Weekday;

/// When in the day, or relative to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum When {
    /// In the morning.
    Morning,
    /// At noon.
    Noon,
    /// In the afternoon.
    Afternoon,
    /// In the evening.
    Evening,
    /// At night.
    Night,
    /// At bedtime.
    Bedtime,
    /// Before food.
    BeforeFood,
    /// With food.
    WithFood,
    /// After food.
    AfterFood,
    /// Before breakfast.
    BeforeBreakfast,
    /// With breakfast.
    WithBreakfast,
    /// After breakfast.
    AfterBreakfast,
    /// Before lunch.
    BeforeLunch,
    /// With lunch.
    WithLunch,
    /// After lunch.
    AfterLunch,
    /// Before dinner.
    BeforeDinner,
    /// With dinner.
    WithDinner,
    /// After dinner.
    AfterDinner,
    /// On an empty stomach.
    EmptyStomach,
    /// On waking up.
    Waking,
}

impl When {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Morning => "in the morning",
            Self::Noon => "at noon",
            Self::Afternoon => "in the afternoon",
            Self::Evening => "in the evening",
            Self::Night => "at night",
            Self::Bedtime => "at bedtime",
            Self::BeforeFood => "before food",
            Self::WithFood => "with food",
            Self::AfterFood => "after food",
            Self::BeforeBreakfast => "before breakfast",
            Self::WithBreakfast => "with breakfast",
            Self::AfterBreakfast => "after breakfast",
            Self::BeforeLunch => "before lunch",
            Self::WithLunch => "with lunch",
            Self::AfterLunch => "after lunch",
            Self::BeforeDinner => "before dinner",
            Self::WithDinner => "with dinner",
            Self::AfterDinner => "after dinner",
            Self::EmptyStomach => "on an empty stomach",
            Self::Waking => "on waking",
        }
    }

    /// The code in FHIR's list of event timings.
    #[must_use]
    pub const fn fhir_code(self) -> &'static str {
        match self {
            Self::Morning => "MORN",
            Self::Noon => "NOON",
            Self::Afternoon => "AFT",
            Self::Evening => "EVE",
            Self::Night => "NIGHT",
            Self::Bedtime => "HS",
            Self::BeforeFood | Self::EmptyStomach => "AC",
            Self::WithFood => "C",
            Self::AfterFood => "PC",
            Self::BeforeBreakfast => "ACM",
            Self::WithBreakfast => "CM",
            Self::AfterBreakfast => "PCM",
            Self::BeforeLunch => "ACD",
            Self::WithLunch => "CD",
            Self::AfterLunch => "PCD",
            Self::BeforeDinner => "ACV",
            Self::WithDinner => "CV",
            Self::AfterDinner => "PCV",
            Self::Waking => "WAKE",
        }
    }

    /// A time of day, at which one dose is meant, rather than a relation to food.
    const fn is_time_of_day(self) -> bool {
        matches!(
            self,
            Self::Morning
                | Self::Noon
                | Self::Afternoon
                | Self::Evening
                | Self::Night
                | Self::Bedtime
                | Self::Waking
        )
    }

    /// A relation to food.
    pub(crate) const fn is_food(self) -> bool {
        !self.is_time_of_day()
    }

    const fn is_breakfast(self) -> bool {
        matches!(
            self,
            Self::BeforeBreakfast | Self::WithBreakfast | Self::AfterBreakfast
        )
    }

    const fn is_lunch(self) -> bool {
        matches!(self, Self::BeforeLunch | Self::WithLunch | Self::AfterLunch)
    }

    const fn is_dinner(self) -> bool {
        matches!(
            self,
            Self::BeforeDinner | Self::WithDinner | Self::AfterDinner
        )
    }

    /// Whether "and" between the two leaves open if they are one time: "in the morning and
    /// after breakfast" tells one twice, while "after dinner and at bedtime" may be two.
    pub(super) fn may_be(self, other: Self) -> bool {
        let either = |one: fn(Self) -> bool, two: fn(Self) -> bool| {
            one(self) && two(other) || one(other) && two(self)
        };
        let dinner = Self::is_dinner;
        self != other
            && (either(|when| when == Self::Night, |when| when == Self::Bedtime)
                || either(|when| when == Self::Noon, |when| when == Self::Afternoon)
                || either(dinner, |when| matches!(when, Self::Evening | Self::Bedtime))
                || either(dinner, dinner)
                || either(Self::is_breakfast, Self::is_breakfast)
                || either(Self::is_lunch, Self::is_lunch))
    }
}

/// The unit of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Years.
    Year,
}

impl Period {
    /// Singular, in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// How often and when a medicine is taken; what was not said is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Timing {
    /// So many times in a period: (2, Day) is twice a day. None with an upper end in
    /// `times_to` is a ceiling: "up to four times a day".
    pub times: Option<(f64, Period)>,
    /// Upper end of a range of times: "two to three times a day".
    pub times_to: Option<f64>,
    /// One dose every so many periods, with the upper end of a range: (4, 6, Hour).
    pub every: Option<(f64, Option<f64>, Period)>,
    /// The parts of the day as India writes them: morning, noon, night ("1-0-1").
    pub pattern: Option<Vec<f64>>,
    /// Times of day and relations to food.
    pub when: Vec<When>,
    /// Days of the week.
    pub days: Vec<Weekday>,
    /// So many hours of the clock, at each of which one dose is taken: "8 am and 8 pm" are 2.
    pub hours: u32,
    /// The dose said is that of the day and divided among the times.
    pub divided: bool,
    /// Something was said that has no place here ("before exercise").
    pub in_words: bool,
    /// Only when needed.
    pub as_needed: bool,
    /// Once, now.
    pub once: bool,
}

impl Timing {
    /// Nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Doses in 24 hours, when they are certain. In a pattern every part that is
    /// not zero is one dose. As needed, and ranges, are never certain.
    #[must_use]
    pub fn doses_per_day(&self) -> Option<f64> {
        if self.as_needed || self.once || self.in_words || self.times_to.is_some() {
            return None;
        }
        if let Some(pattern) = &self.pattern {
            return Some(pattern.iter().filter(|part| **part > 0.0).count() as f64);
        }
        if let Some((count, period)) = self.times {
            return match period {
                Period::Day => Some(count),
                Period::Week => Some(count / 7.0),
                _ => None,
            };
        }
        match self.every {
            Some((hours, None, Period::Hour)) if hours > 0.0 => return Some(24.0 / hours),
            Some((days, None, Period::Day)) if days > 0.0 => return Some(1.0 / days),
            Some((weeks, None, Period::Week)) if weeks > 0.0 => return Some(1.0 / (7.0 * weeks)),
            Some(_) => return None,
            None => {}
        }
        let moments = self.moments();
        if !self.days.is_empty() {
            return Some(self.days.len() as f64 * f64::from(moments.max(1)) / 7.0);
        }
        (moments > 0).then(|| f64::from(moments))
    }

    /// Whether it says how often, and not only at which time.
    pub(crate) fn has_rate(&self) -> bool {
        self.times.is_some()
            || self.every.is_some()
            || self.pattern.is_some()
            || !self.days.is_empty()
    }

    /// Times of a day that are named. A meal is the time of day that it falls in ("in the
    /// morning before breakfast"), and another one beside any other ("in the morning and
    /// after dinner").
    pub(crate) fn moments(&self) -> u32 {
        let named = |is: fn(When) -> bool| self.when.iter().any(|when| is(*when));
        let evening = named(|when| when == When::Evening);
        let parts = [
            named(|when| matches!(when, When::Morning | When::Waking) || when.is_breakfast()),
            named(|when| matches!(when, When::Noon | When::Afternoon) || when.is_lunch()),
            evening,
            // Dinner is eaten in the evening or at night.
            named(|when| matches!(when, When::Night | When::Bedtime))
                || !evening && named(When::is_dinner),
        ];
        let named = parts.into_iter().map(u32::from).sum::<u32>();
        named.max(self.hours)
    }

    /// Units taken in 24 hours by the pattern, when there is one: "1-0-2" is 3.
    #[must_use]
    pub fn pattern_units_per_day(&self) -> Option<f64> {
        self.pattern.as_ref().map(|parts| parts.iter().sum())
    }

    /// Takes over what the other says and this does not, where no "and" stands between them:
    /// "in the evening one hour before bedtime" may be one time.
    pub(crate) fn merge(&mut self, other: &Self) {
        let names = |timing: &Self, when: When| timing.when.contains(&when);
        self.in_words |= names(self, When::Evening) && names(other, When::Bedtime)
            || names(self, When::Bedtime) && names(other, When::Evening);
        self.add(other);
    }

    /// The same behind "and", which tells of another time.
    pub(super) fn add(&mut self, other: &Self) {
        self.times = self.times.or(other.times);
        self.times_to = self.times_to.or(other.times_to);
        self.every = self.every.or(other.every);
        if self.pattern.is_none() {
            self.pattern.clone_from(&other.pattern);
        }
        for when in &other.when {
            if !self.when.contains(when) {
                self.when.push(*when);
            }
        }
        for day in &other.days {
            if !self.days.contains(day) {
                self.days.push(*day);
            }
        }
        self.hours = self.hours.saturating_add(other.hours);
        self.divided |= other.divided;
        self.in_words |= other.in_words;
        self.as_needed |= other.as_needed;
        self.once |= other.once;
    }

    /// One fixed notation: "1-0-1; after food", "2 per day", "every 6 hours; as needed".
    #[must_use]
    pub fn notation(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if let Some(pattern) = &self.pattern {
            parts.push(
                pattern
                    .iter()
                    .map(f64::to_string)
                    .collect::<Vec<_>>()
                    .join("-"),
            );
        }
        if let Some((count, period)) = self.times {
            let count = match self.times_to {
                Some(high) if count == 0.0 => format!("up to {high}"),
                Some(high) => format!("{count}-{high}"),
                None => count.to_string(),
            };
            parts.push(format!("{count} per {}", period.as_str()));
        }
        if let Some((low, high, period)) = self.every {
            let count = high.map_or_else(|| low.to_string(), |high| format!("{low}-{high}"));
            let plural = if low == 1.0 && high.is_none() {
                ""
            } else {
                "s"
            };
            parts.push(format!("every {count} {}{plural}", period.as_str()));
        }
        if !self.days.is_empty() {
            let days: Vec<&str> = self.days.iter().map(|day| day.as_str()).collect();
            parts.push(format!("on {}", days.join(", ")));
        }
        parts.extend(self.when.iter().map(|when| when.as_str().to_owned()));
        if self.once {
            parts.push("once".to_owned());
        }
        if self.as_needed {
            parts.push("as needed".to_owned());
        }
        parts.join("; ")
    }
}
