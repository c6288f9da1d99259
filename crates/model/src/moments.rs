//! The times of a day that the words of a prescription line name, and how many they are.

use crate::sig::number;

/// A time of day, or a meal, of which there is one a day each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Morning,
    Noon,
    Evening,
    Night,
    Bedtime,
    Breakfast,
    Lunch,
    Dinner,
}

use Moment::{Bedtime, Breakfast, Dinner, Evening, Lunch, Morning, Night, Noon};

impl Moment {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "morning" | "mane" => Morning,
            "noon" | "afternoon" => Noon,
            "evening" => Evening,
            "night" | "nocte" => Night,
            "bedtime" | "hs" => Bedtime,
            "breakfast" => Breakfast,
            "lunch" => Lunch,
            "dinner" | "supper" => Dinner,
            _ => return None,
        })
    }

    const fn is_meal(self) -> bool {
        matches!(self, Breakfast | Lunch | Dinner)
    }

    /// Whether "and" between the two leaves open if they are one time. "In the morning and
    /// after breakfast" tells one twice; "after dinner and at bedtime" may be two.
    const fn may_be(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Morning, Morning)
                | (Noon, Noon)
                | (Evening | Dinner, Evening | Dinner)
                | (Night | Bedtime, Night | Bedtime)
                | (Bedtime, Dinner)
                | (Dinner, Bedtime)
                | (Breakfast, Breakfast)
                | (Lunch, Lunch)
        )
    }

    /// "In the evening, one hour before bedtime" is one time, though it names two; only "and"
    /// tells that there are two.
    const fn is_before_bed(self, other: Self) -> bool {
        matches!((self, other), (Evening, Bedtime) | (Bedtime, Evening))
    }
}

/// What a frequency says besides how often.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Moments(Vec<Moment>);

impl Moments {
    /// Times that are named: "in the morning before breakfast" is one, "in the morning and
    /// after dinner" two.
    pub(crate) fn count(&self) -> u32 {
        let named = |moments: &[Moment]| moments.iter().any(|moment| self.0.contains(moment));
        // Dinner is eaten in the evening or at night.
        let night = named(&[Night, Bedtime]) || named(&[Dinner]) && !named(&[Evening]);
        let parts = [
            named(&[Morning, Breakfast]),
            named(&[Noon, Lunch]),
            named(&[Evening]),
            night,
        ];
        parts.into_iter().map(u32::from).sum()
    }

    /// Whether a time is named that is no meal.
    pub(crate) fn names_a_time_of_day(&self) -> bool {
        self.0.iter().any(|moment| !moment.is_meal())
    }
}

/// The times of the day that are named; `None` where any word means something else, as
/// in "once a week, then daily", or where "and" leaves open how many they are.
pub(crate) fn moments_of_known(words: &[&str]) -> Option<Moments> {
    let mut moments = Moments::default();
    let mut words = words;
    let mut and = false;
    loop {
        words = match words {
            [] => return Some(moments),
            // How long before or after a meal changes nothing of how often.
            ["half", "an", "hour", rest @ ..] if is_side(rest) => rest,
            [
                count,
                "minutes" | "mins" | "min" | "hour" | "hours",
                rest @ ..,
            ] if number(count).is_some() && is_side(rest) => rest,
            ["and", rest @ ..] => {
                and = true;
                rest
            }
            [word, rest @ ..] if says_nothing_of_often(word) => rest,
            [word, rest @ ..] => {
                let moment = Moment::of(word)?;
                let open = |other: &Moment| {
                    if and {
                        other.may_be(moment)
                    } else {
                        other.is_before_bed(moment)
                    }
                };
                if moments.0.iter().any(open) {
                    return None;
                }
                and = false;
                moments.0.push(moment);
                rest
            }
        };
    }
}

fn is_side(words: &[&str]) -> bool {
    matches!(words, ["before" | "after", ..])
}

/// Words for food, for need, and such as hold the others together.
fn says_nothing_of_often(word: &str) -> bool {
    matches!(
        word,
        "in" | "at"
            | "the"
            | "on"
            | "an"
            | "as"
            | "if"
            | "when"
            | "whenever"
            | "only"
            | "needed"
            | "required"
            | "necessary"
            | "demand"
            | "sos"
            | "prn"
            | "after"
            | "before"
            | "with"
            | "without"
            | "just"
            | "food"
            | "eating"
            | "meal"
            | "meals"
            | "ac"
            | "pc"
            | "milk"
            | "water"
            | "empty"
            | "stomach"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sig::words;

    #[test]
    fn a_meal_is_the_time_of_day_it_falls_in() {
        for (said, expected) in [
            ("in the morning before breakfast", Some(1)),
            ("in the morning and after breakfast", Some(1)),
            ("after breakfast in the morning", Some(1)),
            ("in the afternoon and after lunch", Some(1)),
            ("after dinner at night", Some(1)),
            ("at night and after dinner", Some(1)),
            ("in the evening after dinner", Some(1)),
            ("at bedtime after dinner", Some(1)),
            ("in the morning and after dinner", Some(2)),
            ("in the morning and before lunch", Some(2)),
            ("before breakfast and at bedtime", Some(2)),
            ("after breakfast and dinner", Some(2)),
            ("in the evening and at bedtime", Some(2)),
            ("after dinner, in the evening and at night", Some(2)),
            ("in the morning, after lunch and at night", Some(3)),
            ("in the evening, at night, after dinner", Some(2)),
            ("morning, noon, evening and night", Some(4)),
            ("in the evening and one hour before bedtime", Some(2)),
            ("in the evening one hour before bedtime", None),
            ("at bedtime in the evening", None),
            ("in the morning and evening, before bedtime", None),
            ("in the evening and after dinner", None),
            ("after dinner and at bedtime", None),
            ("at night and at bedtime", None),
            ("at noon and in the afternoon", None),
            ("before lunch and after lunch", None),
            ("after food", Some(0)),
        ] {
            let words: Vec<&str> = words(said).collect();
            let found = moments_of_known(&words).map(|moments| moments.count());
            assert_eq!(found, expected, "{said}");
        }
    }
}
