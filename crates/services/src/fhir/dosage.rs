//! What a line of a prescription says of taking the medicine.

use seva_model::{Dose, MedicationLine, Rate, RateUnit};

use super::{
    resources::{CodeableConcept, DispenseRequest, Dosage, DoseAndRate, Quantity, Repeat, Timing},
    text::{clean, joined},
};

/// No line of a prescription means more at a time.
const MOST_AT_A_TIME: f64 = 100_000.0;
/// No medicine is taken more often in a period.
const MOST_OFTEN: f64 = 100.0;

/// A part of the day: FHIR's code, and how a text says it.
type Moment = (&'static str, &'static str);

const MORNING: Moment = ("MORN", "in the morning");
const NOON: Moment = ("NOON", "at noon");
const EVENING: Moment = ("EVE", "in the evening");
const NIGHT: Moment = ("NIGHT", "at night");

/// How the medicine is taken; empty when the line does not say.
pub(super) fn dosages(line: &MedicationLine) -> Vec<Dosage> {
    let parts = line.parts_of_day().unwrap_or_default();
    let groups = by_amount(&parts);
    match groups.as_slice() {
        [] => whole(line, repeat_of_rate(line.rate()), line.dose()),
        // Nobody can tell whether "5 ml" and "5-0-5" are to be multiplied.
        _ if !is_plain(line, &parts) => whole(line, Repeat::default(), None),
        [(amount, moments)] => {
            let dose = times(*amount, line);
            whole(line, repeat_of_moments(moments), dose)
        }
        several => several
            .iter()
            .map(|(amount, moments)| part(line, *amount, moments))
            .collect(),
    }
}

/// Whether only one of the dose and the parts of the day counts.
fn is_plain(line: &MedicationLine, parts: &[f64]) -> bool {
    match line.dose() {
        Some(dose) => dose.value == 1.0 || MedicationLine::are_marks(parts),
        None => clean(&line.dosage).is_none(),
    }
}

/// The moments of the day at which something is taken, those with the same amount
/// together.
fn by_amount(parts: &[f64]) -> Vec<(f64, Vec<Moment>)> {
    let moments: &[Moment] = match parts.len() {
        3 => &[MORNING, NOON, NIGHT],
        4 => &[MORNING, NOON, EVENING, NIGHT],
        _ => &[],
    };
    let mut groups: Vec<(f64, Vec<Moment>)> = Vec::new();
    for (amount, moment) in parts
        .iter()
        .zip(moments)
        .filter(|(amount, _)| **amount > 0.0)
    {
        match groups.iter_mut().find(|(other, _)| other == amount) {
            Some((_, same)) => same.push(*moment),
            None => groups.push((*amount, vec![*moment])),
        }
    }
    groups
}

/// So many times the dose; a line without one counts pieces.
fn times(amount: f64, line: &MedicationLine) -> Option<Dose> {
    let dose = line.dose();
    let value = amount * dose.as_ref().map_or(1.0, |dose| dose.value);
    let unit = dose.map(|dose| dose.unit).or_else(|| clean(&line.form));
    (value <= MOST_AT_A_TIME).then(|| Dose {
        value,
        unit: unit.unwrap_or_default(),
    })
}

/// The line as one dosage, in its own words.
fn whole(line: &MedicationLine, repeat: Repeat, dose: Option<Dose>) -> Vec<Dosage> {
    let dosage = own_words(line).map(|text| dosage(line, text, repeat, dose));
    dosage.into_iter().collect()
}

fn own_words(line: &MedicationLine) -> Option<String> {
    let duration = for_duration(line);
    let words = [
        &line.dosage,
        &line.route,
        &line.frequency,
        &duration,
        &line.instructions,
    ];
    joined(&words.map(String::as_str), ", ")
}

/// One of several doses of a day, with the words that it was read from: "10 units in the
/// morning (subcutaneous, 10-0-6)".
fn part(line: &MedicationLine, amount: f64, moments: &[Moment]) -> Dosage {
    let dose = times(amount, line);
    let (value, unit) = dose
        .as_ref()
        .map_or((amount, ""), |dose| (dose.value, dose.unit.as_str()));
    let when: Vec<_> = moments.iter().map(|(_, words)| *words).collect();
    let (value, when) = (value.to_string(), when.join(" and "));
    let said = joined(&[&value, unit, &when], " ").unwrap_or_default();
    let text = format!("{said} ({})", own_words(line).unwrap_or_default());
    Dosage {
        sequence: Some(1),
        ..dosage(line, text, repeat_of_moments(moments), dose)
    }
}

fn for_duration(line: &MedicationLine) -> String {
    match clean(&line.duration) {
        Some(duration) if duration.starts_with(|c: char| c.is_numeric()) => {
            format!("for {duration}")
        }
        duration => duration.unwrap_or_default(),
    }
}

fn dosage(line: &MedicationLine, text: String, repeat: Repeat, dose: Option<Dose>) -> Dosage {
    let repeat = Repeat {
        bounds_duration: line.days().map(days),
        ..repeat
    };
    let dose = dose.map(|dose| DoseAndRate {
        dose_quantity: quantity(dose.value, &dose.unit),
    });
    Dosage {
        sequence: None,
        text,
        patient_instruction: clean(&line.instructions),
        timing: (repeat != Repeat::default()).then_some(Timing { repeat }),
        as_needed_boolean: line.is_as_needed().then_some(true),
        route: clean(&line.route).map(CodeableConcept::said),
        dose_and_rate: dose.into_iter().collect(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number within 1 and MOST_OFTEN"
)]
fn repeat_of_rate(rate: Option<Rate>) -> Repeat {
    let is_sound = |rate: &Rate| {
        rate.times.fract() == 0.0 && (1.0..=MOST_OFTEN).contains(&rate.times) && rate.every < 1000.0
    };
    let Some(rate) = rate.filter(is_sound) else {
        return Repeat::default();
    };
    Repeat {
        frequency: Some(rate.times as u32),
        period: Some(rate.every),
        period_unit: Some(match rate.unit {
            RateUnit::Hour => "h",
            RateUnit::Day => "d",
            RateUnit::Week => "wk",
            RateUnit::Month => "mo",
        }),
        ..Repeat::default()
    }
}

fn repeat_of_moments(moments: &[Moment]) -> Repeat {
    Repeat {
        frequency: u32::try_from(moments.len()).ok(),
        period: Some(1.0),
        period_unit: Some("d"),
        when: moments.iter().map(|(code, _)| *code).collect(),
        ..Repeat::default()
    }
}

/// What to hand out, where dose, frequency and duration say it.
pub(super) fn dispense(line: &MedicationLine) -> Option<DispenseRequest> {
    let unit = line.dose().map(|dose| dose.unit);
    let unit = unit.or_else(|| clean(&line.form)).unwrap_or_default();
    let request = DispenseRequest {
        quantity: line
            .quantity()
            .map(|pieces| quantity(f64::from(pieces), &unit)),
        expected_supply_duration: line.days().map(days),
    };
    let says_something = request.quantity.is_some() || request.expected_supply_duration.is_some();
    says_something.then_some(request)
}

fn days(days: u32) -> Quantity {
    Quantity::of(f64::from(days), "days", "d")
}

/// With the code of UCUM where the unit has one.
fn quantity(value: f64, unit: &str) -> Quantity {
    match unit {
        "ml" | "mls" | "millilitres" | "milliliters" => Quantity::of(value, "mL", "mL"),
        "mg" | "milligrams" => Quantity::of(value, "mg", "mg"),
        "mcg" | "µg" | "micrograms" => Quantity::of(value, "mcg", "ug"),
        "g" | "gm" | "gram" | "grams" => Quantity::of(value, "g", "g"),
        "iu" => Quantity::of(value, "IU", "[iU]"),
        _ => Quantity {
            value,
            unit: clean(unit),
            system: None,
            code: None,
        },
    }
}
