//! One entity, opened.

use std::sync::Arc;

use leptos::prelude::*;
use seva_model::{
    Concept, Entity, Segment,
    alignment::{HeardWord, align},
};

use super::{
    naming::{category_label, sentence_case, trait_label},
    player::Player,
};

/// Type, score, traits, attributes and codes of the selected entity, and its
/// seconds of the recording.
#[component]
pub(crate) fn EntityDetails(
    text: String,
    segments: Vec<Segment>,
    entities: Arc<Vec<Entity>>,
    player: Player,
    selected: RwSignal<Option<usize>>,
) -> impl IntoView {
    let words = align(&text, &segments);
    let opened = move || {
        let entity = selected.get().and_then(|i| entities.get(i).cloned())?;
        let heard = heard_at(&words, &entity);
        Some(view! { <Card entity heard player selected/> })
    };
    view! {
        <div class="entity-details" aria-live="polite"
            on:keydown=move |event| if event.key() == "Escape" { selected.set(None) }>
            {opened}
        </div>
    }
}

/// First and last second of the words of an entity and of its attributes.
pub(crate) fn heard_at(words: &[HeardWord], entity: &Entity) -> Option<(f64, f64)> {
    let begin = entity
        .attributes
        .iter()
        .map(|a| a.begin_offset)
        .fold(entity.begin_offset, u32::min);
    let end = entity
        .attributes
        .iter()
        .map(|a| a.end_offset)
        .fold(entity.end_offset, u32::max);
    let mut inside = words
        .iter()
        .filter(|word| word.begin < end as usize && word.end > begin as usize);
    let first = inside.next()?;
    let last = inside.next_back().unwrap_or(first);
    Some((first.start, last.stop))
}

#[component]
fn Card(
    entity: Entity,
    heard: Option<(f64, f64)>,
    player: Player,
    selected: RwSignal<Option<usize>>,
) -> impl IntoView {
    let traits: Vec<_> = entity.traits.iter().map(|t| trait_label(t.name)).collect();
    view! {
        <section class="entity-card" aria-label=format!("Details of {}", entity.text)>
            <header class="entity-card__head">
                <h2 class="entity-card__title">{entity.text.clone()}</h2>
                <button type="button" class="button button--quiet" on:click=move |_| selected.set(None)>
                    "Close"
                </button>
            </header>
            <dl class="facts">
                <dt>"Kind"</dt>
                <dd>{category_label(entity.category)} ", " {sentence_case(&entity.entity_type).to_lowercase()}</dd>
                <dt>"Certainty"</dt>
                <dd class="figures">{percent(entity.score)}</dd>
                {(!traits.is_empty()).then(|| view! { <dt>"Said as"</dt> <dd>{traits.join(", ")}</dd> })}
                {entity
                    .attributes
                    .iter()
                    .map(|attribute| {
                        view! {
                            <dt>{sentence_case(&attribute.attribute_type)}</dt>
                            <dd>{attribute.normalized.clone().unwrap_or_else(|| attribute.text.clone())}</dd>
                        }
                    })
                    .collect_view()}
                {codes("ICD-10-CM", &entity.icd10)}
                {codes("RxNorm", &entity.rxnorm)}
            </dl>
            {heard
                .map(|(start, stop)| {
                    view! {
                        <button type="button" class="button" on:click=move |_| player.play_range(start, stop)>
                            "Hear it, " {crate::format::clock(start)}
                        </button>
                    }
                })}
        </section>
    }
}

/// The best candidates, each with how well it fits.
fn codes(terminology: &'static str, concepts: &[Concept]) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = concepts
        .iter()
        .take(3)
        .map(|concept| {
            view! {
                <span class="code-row">
                    <span class="figures">{concept.code.clone()}</span> " " {concept.description.clone()}
                    " " <span class="figures">{percent(concept.score)}</span>
                </span>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <dt>{terminology}</dt> <dd>{rows}</dd> })
}

/// "94 %".
pub(crate) fn percent(score: f32) -> String {
    format!("{:.0} %", score.clamp(0.0, 1.0) * 100.0)
}
