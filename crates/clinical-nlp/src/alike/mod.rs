//! Names that are taken for one another, and what speaks for one of them: the dose said
//! and what the patient has.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Medicines with the names that each is mistaken for.
static PAIRS: LazyLock<FxHashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut pairs: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for group in rows(include_str!("pairs.txt")) {
        let names: Vec<&str> = group.split('|').map(str::trim).collect();
        for name in &names {
            let others = pairs.entry(name).or_default();
            for other in names.iter().filter(|other| *other != name) {
                if !others.contains(other) {
                    others.push(other);
                }
            }
        }
    }
    pairs
});

static USUAL: LazyLock<FxHashMap<&str, Usual>> = LazyLock::new(|| {
    let table = rows(include_str!("usual.txt"));
    table.filter_map(Usual::read).collect()
});

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = table.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// How a medicine is usually given.
struct Usual {
    /// Milligrams at a time.
    strengths: Vec<f32>,
    indications: Vec<&'static str>,
}

impl Usual {
    fn read(row: &'static str) -> Option<(&'static str, Self)> {
        let mut cells = row.split('\t');
        let name = cells.next()?;
        let strengths = cells.next()?.split(' ').filter_map(|s| s.parse().ok());
        let usual = Self {
            strengths: strengths.collect(),
            indications: cells.next()?.split(", ").collect(),
        };
        Some((name, usual))
    }
}

/// What may stand behind a name and tells no medicine from another: units, forms, releases
/// and salts.
const BEHIND: &[&str] = &[
    "besilate",
    "besylate",
    "cap",
    "capsule",
    "capsules",
    "cr",
    "er",
    "hcl",
    "hydrochloride",
    "iu",
    "la",
    "maleate",
    "mcg",
    "mg",
    "ml",
    "mr",
    "potassium",
    "sodium",
    "sr",
    "succinate",
    "sulfate",
    "sulphate",
    "tab",
    "tablet",
    "tablets",
    "tartrate",
    "units",
    "xl",
    "xr",
];

/// The names that a medicine's name is mistaken for, in lower case, also where a strength,
/// a salt or a release stands behind it.
pub(crate) fn asked_about(name: &str) -> Option<&'static [&'static str]> {
    let name = name.to_lowercase();
    let mut words: Vec<&str> = name.split_whitespace().collect();
    loop {
        if let Some(others) = PAIRS.get(words.join(" ").as_str()) {
            return Some(others.as_slice());
        }
        let last = words.pop()?;
        let figure = last.starts_with(|c: char| c.is_ascii_digit());
        if !figure && BEHIND.binary_search(&last).is_err() {
            return None;
        }
    }
}

/// Whether a dose in milligrams is usual for a medicine (generic name in lower case): one of
/// its strengths, half of one or two of them. `None` where nothing is known.
pub(crate) fn dose_fits(generic: &str, milligrams: f32) -> Option<bool> {
    let usual = USUAL.get(generic)?;
    let near = |strength: f32| (strength - milligrams).abs() < 0.01 * strength;
    let fits = usual
        .strengths
        .iter()
        .any(|s| near(*s) || near(s / 2.0) || near(s * 2.0));
    Some(fits)
}

/// Whether a medicine (generic name in lower case) is given for one of the conditions.
pub(crate) fn indication_fits(generic: &str, conditions: &[&str]) -> bool {
    let Some(usual) = USUAL.get(generic) else {
        return false;
    };
    conditions.iter().any(|condition| {
        let condition = condition.to_lowercase();
        usual
            .indications
            .iter()
            .any(|known| condition.contains(known))
    })
}

/// "500 mg", "0.5 g", "50 mcg" in milligrams.
pub(crate) fn milligrams(dose: &str) -> Option<f32> {
    let dose = dose.trim();
    let split = dose.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let value: f32 = dose[..split].parse().ok()?;
    let factor = match dose[split..].trim().to_lowercase().as_str() {
        "mg" | "milligram" | "milligrams" => 1.0,
        "g" | "gm" | "gram" | "grams" => 1000.0,
        "mcg" | "\u{b5}g" | "\u{3bc}g" | "microgram" | "micrograms" => 0.001,
        _ => return None,
    };
    Some(value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_and_each_pair_is_asked_about_both_ways() {
        let pairs: usize = PAIRS.values().map(Vec::len).sum();
        assert!(pairs >= 2 * 120, "{pairs}");
        for (name, others) in PAIRS.iter() {
            assert_eq!(name.to_lowercase(), *name);
            for other in others {
                assert_ne!(name, other);
                assert!(
                    asked_about(other).is_some_and(|back| back.contains(name)),
                    "{name}, {other}"
                );
            }
        }
        assert!(asked_about("Celebrex").is_some_and(|names| names.contains(&"celexa")));
        assert_eq!(asked_about("nothing of the kind"), None);
        assert_eq!(asked_about(""), None);
    }

    #[test]
    fn a_strength_a_salt_and_a_release_change_nothing_of_a_name() {
        assert!(BEHIND.is_sorted());
        let plain = asked_about("metoprolol");
        assert!(plain.is_some());
        for name in [
            " Metoprolol  25 mg",
            "metoprolol succinate XL 50",
            "Metoprolol 25mg tablet",
        ] {
            assert_eq!(asked_about(name), plain, "{name}");
        }
        assert_eq!(asked_about("metoprolol plus amlodipine"), None);
        // A mixture is another medicine than one of its parts.
        assert_ne!(asked_about("Telma H"), asked_about("Telma"));
    }

    #[test]
    fn usual_doses_speak_for_a_medicine() {
        assert!(USUAL.len() >= 100, "{}", USUAL.len());
        assert!(
            USUAL
                .values()
                .all(|usual| !usual.strengths.is_empty() && !usual.indications.is_empty())
        );
        assert_eq!(dose_fits("hydralazine", 25.0), Some(true));
        assert_eq!(dose_fits("lamotrigine", 2.0), Some(false));
        assert_eq!(dose_fits("unheard of", 2.0), None);
        assert_eq!(milligrams("50 mcg"), Some(0.05));
        assert_eq!(milligrams("0.5 g"), Some(500.0));
        assert_eq!(milligrams("2 tablets"), None);
        assert!(indication_fits("hydroxyzine", &["Itching of the skin"]));
    }
}
