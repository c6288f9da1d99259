//! Fixed phrases of frequency: abbreviations, times of day, relations to meals.

use std::sync::LazyLock;

use super::timing::{Period, When};
use crate::text::Phrases;

/// What a fixed phrase contributes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seed {
    Times(f64, Period),
    Every(f64, Period),
    When(When),
    Once,
    AsNeeded,
    /// What has no place in the structure.
    InWords,
}

pub(super) static FIXED: LazyLock<Phrases<Seed>> = LazyLock::new(|| {
    use Seed::{AsNeeded, Every, InWords, Once, Times};
    let fixed = [
        ("od", Times(1.0, Period::Day)),
        ("o d", Times(1.0, Period::Day)),
        ("qd", Times(1.0, Period::Day)),
        ("daily", Times(1.0, Period::Day)),
        ("every day", Times(1.0, Period::Day)),
        ("everyday", Times(1.0, Period::Day)),
        ("each day", Times(1.0, Period::Day)),
        ("bd", Times(2.0, Period::Day)),
        ("b d", Times(2.0, Period::Day)),
        ("bid", Times(2.0, Period::Day)),
        ("b i d", Times(2.0, Period::Day)),
        ("bds", Times(2.0, Period::Day)),
        ("tds", Times(3.0, Period::Day)),
        ("t d s", Times(3.0, Period::Day)),
        ("tid", Times(3.0, Period::Day)),
        ("t i d", Times(3.0, Period::Day)),
        ("qid", Times(4.0, Period::Day)),
        ("q i d", Times(4.0, Period::Day)),
        ("qds", Times(4.0, Period::Day)),
        ("on a daily basis", Times(1.0, Period::Day)),
        ("on daily basis", Times(1.0, Period::Day)),
        ("biw", Times(2.0, Period::Week)),
        ("tiw", Times(3.0, Period::Week)),
        ("qw", Times(1.0, Period::Week)),
        ("weekly", Times(1.0, Period::Week)),
        ("every week", Times(1.0, Period::Week)),
        ("monthly", Times(1.0, Period::Month)),
        ("every month", Times(1.0, Period::Month)),
        ("every hour", Every(1.0, Period::Hour)),
        ("hourly", Every(1.0, Period::Hour)),
        ("fortnightly", Every(2.0, Period::Week)),
        ("every fortnight", Every(2.0, Period::Week)),
        ("qod", Every(2.0, Period::Day)),
        ("yearly", Times(1.0, Period::Year)),
        ("every year", Times(1.0, Period::Year)),
        ("annually", Times(1.0, Period::Year)),
        ("quarterly", Every(3.0, Period::Month)),
        ("every other week", Every(2.0, Period::Week)),
        ("every alternate week", Every(2.0, Period::Week)),
        ("alternate week", Every(2.0, Period::Week)),
        ("alternate weeks", Every(2.0, Period::Week)),
        ("on alternate weeks", Every(2.0, Period::Week)),
        ("alt day", Every(2.0, Period::Day)),
        ("alt days", Every(2.0, Period::Day)),
        ("on alt days", Every(2.0, Period::Day)),
        ("every alt day", Every(2.0, Period::Day)),
        ("on alternate day", Every(2.0, Period::Day)),
        ("alternate evenings", Every(2.0, Period::Day)),
        ("on alternate evenings", Every(2.0, Period::Day)),
        ("alternate day", Every(2.0, Period::Day)),
        ("alternate days", Every(2.0, Period::Day)),
        ("on alternate days", Every(2.0, Period::Day)),
        ("every alternate day", Every(2.0, Period::Day)),
        ("every other day", Every(2.0, Period::Day)),
        ("every other night", Every(2.0, Period::Day)),
        ("alternate night", Every(2.0, Period::Day)),
        ("alternate nights", Every(2.0, Period::Day)),
        ("on alternate nights", Every(2.0, Period::Day)),
        ("every alternate night", Every(2.0, Period::Day)),
        ("alternate mornings", Every(2.0, Period::Day)),
        ("on alternate mornings", Every(2.0, Period::Day)),
        ("every hourly", Every(1.0, Period::Hour)),
        ("stat", Once),
        ("immediately", Once),
        ("single dose", Once),
        ("one time dose", Once),
        ("one single dose", Once),
        ("one time only", Once),
        ("once only", Once),
        ("only once", Once),
        ("straight away", Once),
        ("daily once", Times(1.0, Period::Day)),
        ("daily twice", Times(2.0, Period::Day)),
        ("daily thrice", Times(3.0, Period::Day)),
        ("weekly once", Times(1.0, Period::Week)),
        ("weekly twice", Times(2.0, Period::Week)),
        ("weekly thrice", Times(3.0, Period::Week)),
        ("monthly once", Times(1.0, Period::Month)),
        ("prn", AsNeeded),
        ("p r n", AsNeeded),
        ("sos", AsNeeded),
        ("s o s", AsNeeded),
        ("on an as needed basis", AsNeeded),
        ("on a need basis", AsNeeded),
        ("on need basis", AsNeeded),
        ("need basis", AsNeeded),
        ("on sos basis", AsNeeded),
        ("on an sos basis", AsNeeded),
        ("on prn basis", AsNeeded),
        ("on a prn basis", AsNeeded),
        ("on demand", AsNeeded),
        ("as per need", AsNeeded),
        ("as per requirement", AsNeeded),
        ("according to need", AsNeeded),
        // "Every other day", and for some the end of each.
        ("eod", InWords),
        ("biweekly", InWords),
        ("bimonthly", InWords),
        ("between meals", InWords),
        ("in between meals", InWords),
        ("with or without food", InWords),
        ("regardless of food", InWords),
        ("regardless of meals", InWords),
        ("irrespective of food", InWords),
        ("irrespective of meals", InWords),
        ("on weekdays", InWords),
        ("on weekends", InWords),
        ("while awake", InWords),
        ("when awake", InWords),
        ("during waking hours", InWords),
        ("round the clock", InWords),
        ("around the clock", InWords),
    ];
    let mut list: Vec<(String, Seed)> = fixed
        .map(|(phrase, seed)| (phrase.to_owned(), seed))
        .to_vec();
    for word in ["needed", "required", "necessary"] {
        for lead in [
            "as",
            "if",
            "when",
            "whenever",
            "as and when",
            "only if",
            "only when",
            "only as",
            "if and when",
        ] {
            list.push((format!("{lead} {word}"), AsNeeded));
        }
    }
    for lead in ["if", "when", "whenever", "only if", "only when", "as"] {
        for need in [
            "you need it",
            "you need",
            "it is needed",
            "he needs it",
            "she needs it",
        ] {
            list.push((format!("{lead} {need}"), AsNeeded));
        }
    }
    list.extend(moments());
    Phrases::new(list)
});

/// Times of day and relations to meals.
fn moments() -> Vec<(String, Seed)> {
    let mut list: Vec<(String, Seed)> = [
        ("mane", When::Morning),
        ("qam", When::Morning),
        ("nocte", When::Night),
        ("hs", When::Bedtime),
        ("h s", When::Bedtime),
        ("bed time", When::Bedtime),
        ("at sleeping time", When::Bedtime),
        ("at midnight", When::Night),
        ("late at night", When::Night),
        ("on awakening", When::Waking),
        ("upon awakening", When::Waking),
        ("on rising", When::Waking),
        ("at mealtimes", When::WithFood),
        ("at mealtime", When::WithFood),
        ("at lunchtime", When::WithLunch),
        ("at breakfast time", When::WithBreakfast),
        ("at dinnertime", When::WithDinner),
        ("at suppertime", When::WithDinner),
        ("on a full stomach", When::AfterFood),
        ("on full stomach", When::AfterFood),
        ("full stomach", When::AfterFood),
        ("qhs", When::Bedtime),
        ("at hs", When::Bedtime),
        ("bedtime", When::Bedtime),
        ("at bedtime", When::Bedtime),
        ("at bed time", When::Bedtime),
        ("nightly", When::Night),
        ("qpm", When::Evening),
        ("at noon", When::Noon),
        ("ac", When::BeforeFood),
        ("pc", When::AfterFood),
        ("bbf", When::BeforeBreakfast),
        ("abf", When::AfterBreakfast),
        ("on waking", When::Waking),
        ("on waking up", When::Waking),
        ("upon waking", When::Waking),
        ("first thing in the morning", When::Morning),
        ("early morning", When::Morning),
        ("at midday", When::Noon),
        ("on an empty stomach", When::EmptyStomach),
        ("on empty stomach", When::EmptyStomach),
        ("empty stomach", When::EmptyStomach),
    ]
    .map(|(phrase, when)| (phrase.to_owned(), Seed::When(when)))
    .to_vec();
    for bite in ["with the first bite", "with first bite"] {
        for of in [
            "",
            " of food",
            " of each meal",
            " of every meal",
            " of the meal",
            " of a meal",
        ] {
            list.push((format!("{bite}{of}"), Seed::When(When::WithFood)));
        }
    }
    for (name, when) in [
        ("morning", When::Morning),
        ("afternoon", When::Afternoon),
        ("evening", When::Evening),
        ("night", When::Night),
    ] {
        for lead in [
            "in the",
            "in",
            "every",
            "each",
            "at",
            "in the early",
            "in the late",
            "early in the",
            "late in the",
            "at the",
        ] {
            list.push((format!("{lead} {name}"), Seed::When(when)));
            // "in the mornings", and "night time" as it is said in India.
            list.push((format!("{lead} {name}s"), Seed::When(when)));
            list.push((format!("{lead} {name} time"), Seed::When(when)));
        }
    }
    list
}
