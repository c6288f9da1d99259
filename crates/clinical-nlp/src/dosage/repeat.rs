//! A step of a course in the terms of FHIR's `Timing.repeat`.

use serde::Serialize;

use super::course::{Length, Part, Step};
use super::timing::{Period, Timing};

/// The facts of `Timing.repeat`, by their names in FHIR. What was not said is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Repeat {
    /// For how long, with the upper end of a range (`boundsDuration`, `boundsRange`).
    #[serde(skip)]
    pub bounds: Option<Length>,
    /// So many times in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<f64>,
    /// Times in a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<f64>,
    /// Upper end of a range of times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_max: Option<f64>,
    /// Length of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<f64>,
    /// Upper end of a range of lengths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_max: Option<f64>,
    /// "h", "d", "wk", "mo" or "a".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_unit: Option<&'static str>,
    /// "mon" to "sun".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub day_of_week: Vec<&'static str>,
    /// Event timings: "MORN", "HS", "PC" ...
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<&'static str>,
}

impl Period {
    /// The unit of time in UCUM, as FHIR writes it.
    #[must_use]
    pub const fn fhir_code(self) -> &'static str {
        match self {
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "wk",
            Self::Month => "mo",
            Self::Year => "a",
        }
    }
}

impl Step {
    /// One for every part of the step, within its length.
    #[must_use]
    pub fn repeats(&self) -> Vec<Repeat> {
        let of = |part: &Part| {
            let mut repeat = part.timing.as_ref().map(Timing::repeat).unwrap_or_default();
            repeat.bounds = self.length;
            repeat.count = repeat.count.or(self.doses);
            repeat
        };
        self.parts.iter().map(of).collect()
    }
}

impl Timing {
    /// The timing in the terms of FHIR; whether it is only as needed stands beside it
    /// (`Dosage.asNeeded`).
    #[must_use]
    pub fn repeat(&self) -> Repeat {
        let mut repeat = Repeat {
            count: self.once.then_some(1.0),
            day_of_week: self.days.iter().map(|day| day.as_str()).collect(),
            when: self.codes(),
            ..Repeat::default()
        };
        let mut rate = |frequency: f64, period: f64, unit: Period| {
            repeat.frequency = Some(frequency);
            repeat.period = Some(period);
            repeat.period_unit = Some(unit.fhir_code());
        };
        if let Some(parts) = &self.pattern {
            rate(
                parts.iter().filter(|part| **part > 0.0).count() as f64,
                1.0,
                Period::Day,
            );
        } else if let Some((low, high, unit)) = self.every {
            rate(1.0, low, unit);
            repeat.period_max = high;
        } else if let Some((count, unit)) = self.times {
            // "every day, morning and evening"
            let several = count == 1.0 && unit == Period::Day && self.moments() > 1;
            rate(
                if several {
                    f64::from(self.moments())
                } else {
                    count
                },
                1.0,
                unit,
            );
            repeat.frequency_max = self.times_to;
            // FHIR counts from one: of a ceiling only the upper end is told.
            repeat.frequency = repeat.frequency.filter(|times| *times > 0.0);
        } else if !self.days.is_empty() {
            rate(self.days.len() as f64, 1.0, Period::Week);
        } else if self.moments() > 0 && !self.in_words {
            rate(f64::from(self.moments()), 1.0, Period::Day);
        }
        repeat
    }

    /// The codes of the times of day, those of a pattern first, and of the meals.
    fn codes(&self) -> Vec<&'static str> {
        let slots: &[&str] = match self.pattern.as_ref().map(Vec::len) {
            Some(3) => &["MORN", "NOON", "NIGHT"],
            Some(4) => &["MORN", "NOON", "EVE", "NIGHT"],
            _ => &[],
        };
        let parts = self.pattern.iter().flatten();
        let mut codes: Vec<&'static str> = slots
            .iter()
            .zip(parts)
            .filter(|(_, part)| **part > 0.0)
            .map(|(slot, _)| *slot)
            .collect();
        for when in &self.when {
            if !codes.contains(&when.fhir_code()) {
                codes.push(when.fhir_code());
            }
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::parse_sig;

    #[test]
    fn frequencies_are_told_as_fhir_tells_them() {
        for (text, expected) in [
            (
                "1-0-1 after food",
                r#"{"frequency":2.0,"period":1.0,"periodUnit":"d","when":["MORN","NIGHT","PC"]}"#,
            ),
            (
                "every 4 to 6 hours",
                r#"{"frequency":1.0,"period":4.0,"periodMax":6.0,"periodUnit":"h"}"#,
            ),
            (
                "two to three times a day",
                r#"{"frequency":2.0,"frequencyMax":3.0,"period":1.0,"periodUnit":"d"}"#,
            ),
            (
                "every Monday and Thursday",
                r#"{"frequency":2.0,"period":1.0,"periodUnit":"wk","dayOfWeek":["mon","thu"]}"#,
            ),
            (
                "at bedtime",
                r#"{"frequency":1.0,"period":1.0,"periodUnit":"d","when":["HS"]}"#,
            ),
            (
                "before breakfast and dinner",
                r#"{"frequency":2.0,"period":1.0,"periodUnit":"d","when":["ACM","ACV"]}"#,
            ),
            ("stat", r#"{"count":1.0}"#),
            (
                "on alternate days",
                r#"{"frequency":1.0,"period":2.0,"periodUnit":"d"}"#,
            ),
        ] {
            let repeat = parse_sig(text).timing.unwrap().repeat();
            assert_eq!(serde_json::to_string(&repeat).unwrap(), expected, "{text}");
        }
    }
}
