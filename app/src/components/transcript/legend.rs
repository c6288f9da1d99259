//! The legend: what each mark means, how often it occurs, and a switch for it.

use leptos::prelude::*;
use seva_model::{Category, Entity};

use super::naming::{category_class, category_label, category_letter};

/// Which marks are drawn. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    hidden: RwSignal<Vec<Category>>,
    /// Whether words the engine was unsure of are underlined.
    pub unsure: RwSignal<bool>,
}

impl Shown {
    /// Everything but the unsure words.
    pub(crate) fn new() -> Self {
        Self {
            hidden: RwSignal::new(Vec::new()),
            unsure: RwSignal::new(false),
        }
    }

    /// Classes of what is hidden, space separated, for the style sheet.
    pub(crate) fn hidden_classes(self) -> String {
        self.hidden.with(|hidden| {
            hidden
                .iter()
                .map(|category| category_class(*category))
                .collect::<Vec<_>>()
                .join(" ")
        })
    }

    fn toggle(self, category: Category) {
        self.hidden
            .update(|hidden| match hidden.iter().position(|c| *c == category) {
                Some(at) => drop(hidden.remove(at)),
                None => hidden.push(category),
            });
    }
}

/// One switch for each category that occurs.
#[component]
pub(crate) fn Legend<'a>(entities: &'a [Entity], shown: Shown) -> impl IntoView + use<> {
    let rows: Vec<_> = Category::ALL
        .iter()
        .map(|category| {
            (
                *category,
                entities.iter().filter(|e| e.category == *category).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    view! {
        <fieldset class="legend">
            <legend class="visually-hidden">"Marks in the transcript"</legend>
            {rows
                .into_iter()
                .map(|(category, count)| {
                    let checked = move || !shown.hidden.with(|h| h.contains(&category));
                    view! {
                        <label class="legend__item">
                            <input type="checkbox" checked prop:checked=checked
                                on:change=move |_| shown.toggle(category)/>
                            <span class=format!("entity entity--{}", category_class(category))>
                                {category_label(category)}
                                <sup class="entity__letter" aria-hidden="true">{category_letter(category)}</sup>
                            </span>
                            <span class="legend__count">{count}</span>
                        </label>
                    }
                })
                .collect_view()}
            <label class="legend__item">
                <input type="checkbox" prop:checked=move || shown.unsure.get()
                    on:change=move |_| shown.unsure.update(|on| *on = !*on)/>
                <span class="word--unsure-sample">"Words under 80 %"</span>
            </label>
        </fieldset>
    }
}
