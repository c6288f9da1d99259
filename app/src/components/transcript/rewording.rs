//! Other readings of a word: what the engine may have heard instead, each put
//! into the text that is being edited with one click.

use leptos::prelude::*;
use seva_model::{
    Segment, Word,
    alignment::{align, fold},
};

use super::edit::Draft;

/// A card with the readings of the opened word, if it has any. `opened` is its
/// place in the transcript as heard.
#[component]
pub(crate) fn OtherReadings(
    segments: Vec<Segment>,
    opened: RwSignal<Option<usize>>,
    draft: Draft,
) -> impl IntoView {
    let segments = StoredValue::new(segments);
    let card = move || {
        let index = opened.get()?;
        let word = segments.with_value(|segments| word_at(segments, index).cloned())?;
        (!word.alternatives.is_empty())
            .then(|| view! { <Readings word index segments opened draft/> })
    };
    view! {
        <div aria-live="polite"
            on:keydown=move |event| if event.key() == "Escape" { opened.set(None) }>
            {card}
        </div>
    }
}

#[component]
fn Readings(
    word: Word,
    index: usize,
    segments: StoredValue<Vec<Segment>>,
    opened: RwSignal<Option<usize>>,
    draft: Draft,
) -> impl IntoView {
    let heard = word.text.trim_matches(is_mark).to_owned();
    // The word itself too, so that a choice can be taken back.
    let readings = [heard.clone()].into_iter().chain(word.alternatives);
    let buttons: Vec<_> = readings
        .map(|reading| {
            let label = reading.clone();
            let folded = fold(&reading);
            let now = move || {
                draft.with(|text| segments.with_value(|segments| stands_at(text, segments, index)))
            };
            let taken = move || now().is_some_and(|now| fold(&now) == folded);
            view! {
                <button type="button" class="button" aria-pressed=move || taken().to_string()
                    disabled=move || now().is_none()
                    on:click=move |_| {
                        let changed = draft.with(|text| {
                            segments.with_value(|segments| reworded(text, segments, index, &reading))
                        });
                        if let Some(text) = changed {
                            draft.take_over(text);
                        }
                    }
                >
                    {label}
                </button>
            }
        })
        .collect();
    view! {
        <section class="entity-card" aria-label=format!("Other readings of {heard}")>
            <header class="entity-card__head">
                <h2 class="entity-card__title">{heard.clone()}</h2>
                <button type="button" class="button button--quiet" on:click=move |_| opened.set(None)>
                    "Close"
                </button>
            </header>
            <p>"It may have been another word. A choice goes into the text below, for you to save."</p>
            <div class="readings">{buttons}</div>
        </section>
    }
}

fn word_at(segments: &[Segment], index: usize) -> Option<&Word> {
    segments
        .iter()
        .flat_map(|segment| &segment.words)
        .nth(index)
}

fn is_mark(c: char) -> bool {
    !c.is_alphanumeric()
}

/// What stands in the text for a heard word.
fn stands_at(text: &str, segments: &[Segment], index: usize) -> Option<String> {
    let words = align(text, segments);
    let word = words.iter().find(|word| word.index == index)?;
    Some(
        text.chars()
            .skip(word.begin)
            .take(word.end - word.begin)
            .collect(),
    )
}

/// The text with another reading in the place of a heard word. Marks around it
/// stay, and so does a capital letter. `None` when the word is not found in the
/// text any more.
fn reworded(text: &str, segments: &[Segment], index: usize, reading: &str) -> Option<String> {
    let words = align(text, segments);
    let word = words.iter().find(|word| word.index == index)?;
    let chars: Vec<char> = text.chars().collect();
    let token = &chars[word.begin..word.end];
    let lead = token.iter().take_while(|c| is_mark(**c)).count();
    let tail = token.iter().rev().take_while(|c| is_mark(**c)).count();
    let (from, to) = (word.begin + lead, word.end - tail);
    let capital = chars.get(from).is_some_and(|c| c.is_uppercase());
    let mut letters = reading.chars();
    let first = letters.next();
    let first: String = match first {
        Some(first) if capital => first.to_uppercase().collect(),
        first => first.into_iter().collect(),
    };
    let before = chars[..from].iter().copied();
    let said = first.chars().chain(letters);
    Some(
        before
            .chain(said)
            .chain(chars[to..].iter().copied())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard() -> Vec<Segment> {
        let word = |text: &str, alternatives: &[&str]| Word {
            text: text.to_owned(),
            start: 0.0,
            end: 0.1,
            confidence: 0.4,
            alternatives: alternatives.iter().map(|a| (*a).to_owned()).collect(),
        };
        let words = vec![
            word("Wounds", &["winds"]),
            word("are", &[]),
            word("(clothes),", &["closed", "clothed up"]),
            word("dry.", &[]),
        ];
        vec![Segment {
            index: 0,
            start: 0.0,
            end: 1.0,
            text: "Wounds are (clothes), dry.".to_owned(),
            words,
        }]
    }

    fn change(text: &str, index: usize, reading: &str) -> Option<String> {
        reworded(text, &heard(), index, reading)
    }

    #[test]
    fn a_reading_takes_the_place_of_its_word_alone() {
        let text = "Wounds are (clothes), dry.";
        assert_eq!(
            change(text, 2, "closed").as_deref(),
            Some("Wounds are (closed), dry.")
        );
        assert_eq!(
            change(text, 2, "clothed up").as_deref(),
            Some("Wounds are (clothed up), dry.")
        );
        assert_eq!(
            change(text, 0, "winds").as_deref(),
            Some("Winds are (clothes), dry.")
        );
    }

    #[test]
    fn a_choice_can_be_taken_back_within_an_edited_text() {
        let edited = "Both winds are (closed), and dry.";
        assert_eq!(
            change(edited, 2, "clothes").as_deref(),
            Some("Both winds are (clothes), and dry.")
        );
        assert_eq!(
            change("Wounds are (clothed up), dry.", 2, "clothes").as_deref(),
            Some("Wounds are (clothes), dry.")
        );
        assert_eq!(
            change("Wounds are shut, dry.", 2, "closed"),
            None,
            "the doctor wrote something else"
        );
        assert_eq!(change("", 0, "winds"), None);
    }
}
