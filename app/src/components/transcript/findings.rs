//! All findings as a table: the same facts as the marks, for whoever prefers a
//! list, and for a browser without JavaScript.

use leptos::prelude::*;
use seva_model::{Category, Entity};

use super::{
    details::percent,
    naming::{category_label, trait_label},
};

/// Closed until it is wanted. What is private stands in the text alone.
#[component]
pub(crate) fn Findings<'a>(entities: &'a [Entity]) -> impl IntoView + use<> {
    let rows: Vec<_> = entities
        .iter()
        .filter(|entity| entity.category != Category::ProtectedHealthInformation)
        .map(row)
        .collect();
    let count = rows.len();
    view! {
        <details class="disclosure">
            <summary>{format!("All findings ({count})")}</summary>
            <div class="table-scroll" tabindex="0" role="region" aria-label="All findings">
                <table class="table table--stacked">
                    <thead>
                        <tr>
                            <th scope="col">"Text"</th>
                            <th scope="col">"Kind"</th>
                            <th scope="col">"Said as"</th>
                            <th scope="col">"Details"</th>
                            <th scope="col">"Code"</th>
                            <th scope="col">"Certainty"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

fn row(entity: &Entity) -> impl IntoView + use<> {
    let said: Vec<_> = entity.traits.iter().map(|t| trait_label(t.name)).collect();
    let details: Vec<_> = entity.attributes.iter().map(|a| a.text.clone()).collect();
    view! {
        <tr>
            <th scope="row">{entity.text.clone()}</th>
            <td data-label="Kind">{category_label(entity.category)}</td>
            <td data-label="Said as">{said.join(", ")}</td>
            <td data-label="Details">{details.join(", ")}</td>
            <td data-label="Code" class="figures">{code(entity)}</td>
            <td data-label="Certainty" class="figures">{percent(entity.score)}</td>
        </tr>
    }
}

/// The code of a condition or a medicine; a condition's best candidate with a question
/// mark, where it is a guess.
fn code(entity: &Entity) -> Option<String> {
    if let Some(certain) = entity.certain_icd10() {
        return Some(certain.code.clone());
    }
    let guess = entity.icd10.first().map(|guess| format!("{}?", guess.code));
    guess.or_else(|| entity.rxnorm.first().map(|concept| concept.code.clone()))
}
