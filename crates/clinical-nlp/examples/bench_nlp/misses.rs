//! What was wrong in a set, for whoever mends it. Not for the sets that are kept aside.

use std::error::Error;

use crate::marks::Span;
use crate::sets::{Set, Text};
use crate::systems;

pub(crate) fn print(sets: &[Set], name: &str) -> Result<(), Box<dyn Error>> {
    let system = &systems::run(sets, None)?[0];
    let first = |set: &Set| {
        let before = sets.iter().take_while(|other| other.name != set.name);
        before.map(|other| other.texts.len()).sum::<usize>()
    };
    let set = sets
        .iter()
        .find(|set| set.name == name)
        .ok_or("no such set")?;
    for asked in set.questions.iter().filter(|asked| !asked.strict) {
        println!("-- {}", asked.label);
        for (number, text) in set.texts.iter().enumerate() {
            let gold = text.answer(asked.question);
            let found = system.answer(first(set) + number, asked.question);
            let found = text.counted(&gold, found);
            let wrong = found.iter().filter(|span| !gold.contains(span));
            wrong.for_each(|span| line("wrong ", text, *span));
            let missed = gold.iter().filter(|span| !found.contains(span));
            missed.for_each(|span| line("missed", text, *span));
        }
    }
    Ok(())
}

/// The span between some of what stands around it.
fn line(what: &str, text: &Text, (from, to): Span) {
    let points: Vec<char> = text.text.chars().collect();
    let words = |range: &[char]| range.iter().collect::<String>().replace('\n', " ");
    println!(
        "{what}\t{}\t{} [{}] {}",
        words(&points[from..to]),
        words(&points[from.saturating_sub(50)..from]),
        words(&points[from..to]),
        words(&points[to..points.len().min(to + 30)]),
    );
}
