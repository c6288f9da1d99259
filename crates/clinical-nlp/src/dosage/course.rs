//! A course of treatment as structure: steps with dose, timing and length, from the
//! attributes of a medicine. How many pieces it takes is told from the written line,
//! which the doctor may have changed, and not here.

use serde::Serialize;

use super::frequency::{behind_amount, frequency};
use super::timing::{Period, Timing};
use crate::text::Tokens;
use crate::types::{Attribute, AttributeType};

/// How much at a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dose {
    /// The number, or the lower end of a range.
    pub low: f64,
    /// The upper end of a range.
    pub high: Option<f64>,
    /// "tablet", "ml", "mg"; `None` when only a number was said.
    pub unit: Option<String>,
}

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Length {
    /// The number, or the lower end of a range.
    pub low: f64,
    /// The upper end of a range.
    pub high: Option<f64>,
    /// What is counted.
    pub period: Period,
}

/// What is taken at one time of day, or once, within a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Part {
    /// How much; `None` when it was not said.
    pub dose: Option<Dose>,
    /// How often and when; `None` when it was not said.
    pub timing: Option<Timing>,
}

/// A step of a course: the whole of most prescriptions, one of several in a taper.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Step {
    /// Usually one; several when the dose differs by time of day.
    pub parts: Vec<Part>,
    /// How long the step lasts; `None` when it was not said or has no number.
    pub length: Option<Length>,
    /// A number of doses instead of a length: "three doses".
    pub doses: Option<f64>,
    /// Something was said that this structure does not hold ("until review"), so that
    /// nothing may be computed from it.
    pub open: bool,
}

/// The steps that the attributes of one medicine say, in their order.
#[must_use]
pub fn course(attributes: &[Attribute]) -> Vec<Step> {
    let mut ordered: Vec<&Attribute> = attributes.iter().collect();
    ordered.sort_by_key(|attribute| attribute.begin_offset);
    let mut steps = vec![Step::default()];
    for attribute in ordered {
        match attribute.attribute_type {
            AttributeType::Dosage => add_dose(&mut steps, attribute),
            AttributeType::Frequency => add_timing(&mut steps, attribute),
            AttributeType::Duration => add_length(&mut steps, attribute),
            _ => {}
        }
    }
    steps.retain(|step| *step != Step::default());
    steps
}

fn add_dose(steps: &mut Vec<Step>, attribute: &Attribute) {
    let dose = attribute.normalized.as_deref().and_then(dose);
    let step = open_step(steps, |step| {
        step.parts.iter().any(|part| part.dose.is_some())
    });
    step.open |= dose.is_none();
    match step.parts.last_mut() {
        // "twice daily, one tablet"
        Some(part) if part.dose.is_none() => part.dose = dose,
        _ => step.parts.push(Part { dose, timing: None }),
    }
}

fn add_timing(steps: &mut Vec<Step>, attribute: &Attribute) {
    let tokens = Tokens::new(&attribute.text);
    let found = frequency(&tokens, 0, tokens.len());
    let whole = found
        .filter(|(piece, _)| piece.end == tokens.len() && piece.normalized.is_some())
        .map(|(_, timing)| timing);
    let alone = || {
        let found = behind_amount(&tokens, 0).filter(|(end, _)| *end == tokens.len());
        found.map(|(_, timing)| timing)
    };
    let Some(timing) = whole.or_else(alone) else {
        open_step(steps, |_| false).open = true;
        return;
    };
    // "stat, then three times a day": two steps without a length between them.
    let last = steps
        .last()
        .and_then(|step| step.parts.last()?.timing.as_ref());
    if last.is_some_and(|last| last.once && timing.has_rate()) {
        steps.push(Step::default());
    }
    let step = open_step(steps, |step| {
        let last = step.parts.last().and_then(|part| part.timing.as_ref());
        last.is_some_and(Timing::has_rate) && timing.has_rate()
    });
    match step.parts.last_mut() {
        Some(part) => match &mut part.timing {
            None => part.timing = Some(timing),
            // "BD", "after food"
            Some(said) if !(said.has_rate() && timing.has_rate()) => said.merge(&timing),
            Some(_) => step.open = true,
        },
        None => step.parts.push(Part {
            dose: None,
            timing: Some(timing),
        }),
    }
}

fn add_length(steps: &mut Vec<Step>, attribute: &Attribute) {
    let said = attribute.normalized.as_deref().and_then(length);
    let doses = number_of_doses(&attribute.text);
    let step = open_step(steps, |step| step.length.is_some() || step.doses.is_some());
    step.open |= said.is_none() && doses.is_none();
    step.length = said;
    step.doses = doses;
}

/// The step that goes on, or a new one when the last has ended with its length and
/// `has` what comes next.
fn open_step(steps: &mut Vec<Step>, has: impl Fn(&Step) -> bool) -> &mut Step {
    let ended = steps.last().is_none_or(|step| {
        (step.length.is_some() || step.doses.is_some() || step.open) && has(step)
    });
    if ended {
        steps.push(Step::default());
    }
    let last = steps.len() - 1;
    &mut steps[last]
}

/// "1 tablet", "1-2 puff", "0.5", "15 mg/kg".
fn dose(notation: &str) -> Option<Dose> {
    let (number, unit) = notation.split_once(' ').unwrap_or((notation, ""));
    let (low, high) = range(number)?;
    let unit = (!unit.is_empty()).then(|| unit.to_owned());
    Some(Dose { low, high, unit })
}

/// "14 days", "1 month", "5-7 days".
fn length(notation: &str) -> Option<Length> {
    let (number, unit) = notation.split_once(' ')?;
    let (low, high) = range(number)?;
    let period = match unit.trim_end_matches('s') {
        "hour" => Period::Hour,
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        "year" => Period::Year,
        _ => return None,
    };
    Some(Length { low, high, period })
}

fn range(number: &str) -> Option<(f64, Option<f64>)> {
    match number.split_once('-') {
        Some((low, high)) => Some((low.parse().ok()?, Some(high.parse().ok()?))),
        None => Some((number.parse().ok()?, None)),
    }
}

/// "three doses"
fn number_of_doses(text: &str) -> Option<f64> {
    let tokens = Tokens::new(text);
    let found = super::number(&tokens, 0)?;
    let doses = found.high.is_none() && matches!(tokens.lower(found.end), "dose" | "doses");
    doses.then_some(found.value)
}
