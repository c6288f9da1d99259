//! Relations to meals and to other fixed points of a day: "before breakfast and
//! dinner", "half an hour before food", "with milk", "just after meals".

use super::numbers::number;
use super::timing::{Timing, When};
use crate::text::{Gap, Tokens};

/// Before, with or after.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    With,
    After,
}

/// What the time of taking is told by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Point {
    Food,
    Breakfast,
    Lunch,
    Dinner,
    Bed,
    /// Exercise, a bath: a time that has no code.
    Other,
}

/// "before breakfast", "30 minutes before food", "after lunch and dinner".
pub(super) fn meals(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let at = lead(tokens, first)?;
    let (side, at) = side(tokens, at)?;
    let (mut end, point) = point(tokens, at, side)?;
    let mut timing = Timing::default();
    say(&mut timing, side, point);
    // A day has three meals, which may be said twice.
    for _ in 0..5 {
        let Some((after, more)) = another(tokens, end, side) else {
            break;
        };
        say(&mut timing, side, more);
        end = after;
    }
    Some((end, timing))
}

/// Past "half an hour", "30 minutes", "just", "immediately"; `first` when there is none.
fn lead(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    match tokens.lower(first) {
        "before" | "after" | "with" | "at" | "during" | "ac" | "pc" | "pre" | "post" => {
            return Some(first);
        }
        "just" | "immediately" | "soon" | "shortly" | "right" | "only" | "along" => {
            return tokens.joined(first + 1).then_some(first + 1);
        }
        "an" | "hour" if tokens.lower(first) == "an" => {
            return (tokens.lower(first + 1) == "hour").then_some(first + 2);
        }
        _ => {}
    }
    let found = number(tokens, first)?;
    let unit = matches!(
        tokens.lower(found.end),
        "minute" | "minutes" | "mins" | "min" | "hour" | "hours" | "hrs" | "hr"
    );
    (unit && tokens.joined(found.end) && tokens.joined(found.end + 1)).then_some(found.end + 1)
}

fn side(tokens: &Tokens<'_>, at: usize) -> Option<(Side, usize)> {
    let side = match tokens.lower(at) {
        "before" | "ac" | "pre" => Side::Before,
        "after" | "pc" | "post" => Side::After,
        "with" | "during" => Side::With,
        "at" => {
            let start = at + 1 + usize::from(tokens.lower(at + 1) == "the");
            let of = matches!(tokens.lower(start), "start" | "beginning" | "end")
                && tokens.lower(start + 1) == "of";
            return Some((Side::With, if of { start + 2 } else { at + 1 }));
        }
        _ => return None,
    };
    Some((side, at + 1))
}

fn point(tokens: &Tokens<'_>, at: usize, side: Side) -> Option<(usize, Point)> {
    let mut at = at;
    let links = [
        "each", "every", "a", "the", "your", "main", "any", "his", "her", "heavy", "largest",
        "taking", "having", "major", "big", "light",
    ];
    let mut linked = 0;
    while links.contains(&tokens.lower(at)) && linked < 2 {
        at += 1;
        linked += 1;
    }
    if tokens.lower(at) == "going" && tokens.lower(at + 1) == "to" {
        at += 2;
    }
    // "with the evening meal"
    let served = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("morning", "meal") => Some(Point::Breakfast),
        ("midday" | "afternoon", "meal") => Some(Point::Lunch),
        ("evening" | "night", "meal") => Some(Point::Dinner),
        _ => None,
    };
    if let Some(point) = served {
        return Some((at + 2, point));
    }
    // "after eating food"
    let eaten = matches!(
        tokens.lower(at + 1),
        "food" | "meal" | "meals" | "breakfast"
    );
    at += usize::from(tokens.lower(at) == "eating" && eaten);
    if !tokens.joined(at) {
        return None;
    }
    let point = match tokens.lower(at) {
        "food" | "foods" | "meal" | "meals" | "eating" | "snack" | "snacks" | "feed" | "feeds"
        | "feeding" => Point::Food,
        "milk" | "tea" | "juice" if side != Side::Before => Point::Food,
        "breakfast" | "bf" => Point::Breakfast,
        "lunch" => Point::Lunch,
        "dinner" | "supper" => Point::Dinner,
        "bed" if side == Side::Before && tokens.lower(at + 1) == "time" => {
            return Some((at + 2, Point::Bed));
        }
        "bed" | "bedtime" | "sleep" | "sleeping" if side == Side::Before => Point::Bed,
        "exercise" | "exertion" | "bath" | "intercourse" | "travel" => Point::Other,
        _ => return None,
    };
    let time = usize::from(tokens.lower(at + 1) == "time" && point != Point::Other);
    Some((at + 1 + time, point))
}

/// "and dinner", ", lunch": one more meal of the same side.
fn another(tokens: &Tokens<'_>, end: usize, side: Side) -> Option<(usize, Point)> {
    let and = usize::from(matches!(tokens.lower(end), "and" | "or"));
    if !tokens
        .gap(end)
        .only(Gap::SPACE.or(Gap::COMMA).or(Gap::SLASH))
        || !tokens.joined(end + 1) && and == 1
    {
        return None;
    }
    if and == 0 && !tokens.gap(end).has(Gap::COMMA.or(Gap::SLASH)) {
        return None;
    }
    let (after, point) = point(tokens, end + and, side)?;
    matches!(point, Point::Breakfast | Point::Lunch | Point::Dinner).then_some((after, point))
}

fn say(timing: &mut Timing, side: Side, point: Point) {
    let when = match (side, point) {
        (Side::Before, Point::Food) => When::BeforeFood,
        (Side::With, Point::Food) => When::WithFood,
        (Side::After, Point::Food) => When::AfterFood,
        (Side::Before, Point::Breakfast) => When::BeforeBreakfast,
        (Side::With, Point::Breakfast) => When::WithBreakfast,
        (Side::After, Point::Breakfast) => When::AfterBreakfast,
        (Side::Before, Point::Lunch) => When::BeforeLunch,
        (Side::With, Point::Lunch) => When::WithLunch,
        (Side::After, Point::Lunch) => When::AfterLunch,
        (Side::Before, Point::Dinner) => When::BeforeDinner,
        (Side::With, Point::Dinner) => When::WithDinner,
        (Side::After, Point::Dinner) => When::AfterDinner,
        (_, Point::Bed) => When::Bedtime,
        (_, Point::Other) => {
            timing.in_words = true;
            return;
        }
    };
    if !timing.when.contains(&when) {
        timing.when.push(when);
    }
}
