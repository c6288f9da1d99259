use leptos::prelude::*;

/// Stands where rows will be, at their height, so that nothing jumps.
#[component]
pub(crate) fn SkeletonRows(#[prop(default = 3)] rows: usize) -> impl IntoView {
    view! {
        <ul class="rows" aria-busy="true" aria-label="Loading">
            {(0..rows).map(|_| view! {
                <li class="row row--skeleton" aria-hidden="true">
                    <span class="skeleton skeleton--short"></span>
                    <span class="skeleton"></span>
                    <span class="skeleton"></span>
                </li>
            }).collect_view()}
        </ul>
    }
}
