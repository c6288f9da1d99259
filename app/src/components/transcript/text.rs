//! The transcript: words that can be heard, entities that can be opened.

use std::sync::Arc;

use leptos::prelude::*;
use seva_model::{
    Entity, Segment, TraitName,
    alignment::{HeardWord, align},
};

use super::{
    legend::Shown,
    marking::{Run, runs},
    naming::{category_class, category_label, category_letter, tag},
    player::Player,
};
use crate::browser::player as audio;

/// A word is unsure below this confidence.
const UNSURE: f32 = 0.8;

/// The text with its marks. `selected` is the place of the entity that is open,
/// `opened` that of the word, as heard.
#[component]
pub(crate) fn TranscriptText(
    text: String,
    segments: Vec<Segment>,
    entities: Arc<Vec<Entity>>,
    player: Player,
    shown: Shown,
    selected: RwSignal<Option<usize>>,
    opened: RwSignal<Option<usize>>,
) -> impl IntoView {
    let words = Arc::new(align(&text, &segments));
    let cut = runs(&text, &words, &entities);
    let lit = light(Arc::clone(&words), player);
    let by_click = Arc::clone(&words);
    let by_key = Arc::clone(&words);

    view! {
        <div
            id="transcript"
            class="transcript"
            class:transcript--unsure=move || shown.unsure.get()
            data-hidden=move || shown.hidden_classes()
            role="group"
            aria-label="Transcript. Arrow keys move from word to word, Enter plays from there."
            tabindex="0"
            on:click=move |event| {
                if let Some(word) = audio::clicked_word(&event).and_then(|i| by_click.get(i)) {
                    player.play_from(word.start);
                    opened.set(Some(word.index));
                }
            }
            on:keydown=move |event| {
                let step = match event.key().as_str() {
                    "ArrowRight" => 1,
                    "ArrowLeft" => -1,
                    "Enter" if event.target() == event.current_target() => 0,
                    _ => return,
                };
                event.prevent_default();
                let here = lit.get_untracked();
                let next = here.map_or(0, |i| i.saturating_add_signed(step)).min(by_key.len().saturating_sub(1));
                if let Some(word) = by_key.get(next) {
                    if step == 0 {
                        player.play_from(word.start);
                        opened.set(Some(word.index));
                    } else {
                        player.skip(word.start + 0.01 - player.position().get_untracked());
                    }
                }
            }
        >
            {grouped(cut)
                .into_iter()
                .map(|group| group_view(group, &words, &entities, selected))
                .collect_view()}
        </div>
    }
}

/// The place of the word that is heard, lit on the page.
fn light(words: Arc<Vec<HeardWord>>, player: Player) -> Memo<Option<usize>> {
    let lit = Memo::new(move |_| {
        let now = player.position().get();
        let after = words.partition_point(|word| word.start <= now);
        (now > 0.0 && after > 0).then(|| after - 1)
    });
    Effect::new(move |before: Option<Option<usize>>| {
        let now = lit.get();
        audio::light_word(before.flatten(), now);
        now
    });
    lit
}

/// Runs of the same entity together.
fn grouped(runs: Vec<Run>) -> Vec<Vec<Run>> {
    let mut groups: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        match groups.last_mut() {
            Some(group) if run.entity.is_some() && group[0].entity == run.entity => group.push(run),
            _ => groups.push(vec![run]),
        }
    }
    groups
}

fn group_view(
    group: Vec<Run>,
    words: &[HeardWord],
    entities: &[Entity],
    selected: RwSignal<Option<usize>>,
) -> AnyView {
    let place = group.first().and_then(|run| run.entity);
    let pieces = group
        .into_iter()
        .map(|run| run_view(run, words))
        .collect_view();
    let Some((place, entity)) = place.and_then(|i| entities.get(i).map(|e| (i, e))) else {
        return pieces.into_any();
    };
    let negated = entity.has(TraitName::Negation);
    let mut class = format!("entity entity--{}", category_class(entity.category));
    if negated {
        class.push_str(" is-negated");
    }
    let tag = tag(entity);
    if tag.is_some() {
        class.push_str(" is-aside");
    }
    let open = move || selected.set(Some(place));
    view! {
        <span
            class=class
            role="button"
            tabindex="0"
            title=if negated { "no" } else { category_label(entity.category) }
            aria-expanded=move || (selected.get() == Some(place)).to_string()
            on:click=move |_| open()
            on:keydown=move |event| {
                if matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    event.stop_propagation();
                    open();
                }
            }
        >
            {negated.then(|| view! { <span class="visually-hidden">"no "</span> })}
            {pieces}
            <sup class="entity__letter" aria-hidden="true">{category_letter(entity.category)}</sup>
            {tag.map(|tag| view! { <span class="entity__tag">{tag}</span> })}
        </span>
    }
    .into_any()
}

fn run_view(run: Run, words: &[HeardWord]) -> AnyView {
    let Some((place, word)) = run.word.and_then(|i| words.get(i).map(|w| (i, w))) else {
        return run.text.into_any();
    };
    let class = if word.confidence < UNSURE {
        "word word--unsure"
    } else {
        "word"
    };
    view! {
        <span id=audio::word_id(place) class=class data-word=place>{run.text}</span>
    }
    .into_any()
}
