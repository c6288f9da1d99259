use leptos::prelude::*;
use leptos_meta::Title;

/// There is no such page.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Not found"/>
        <main class="lobby__page lobby__page--alone">
            <h1>"This page does not exist"</h1>
            <p>"The address may be mistyped, or what it showed was deleted."</p>
            <p><a class="button button--main" href="/">"Go to Today"</a></p>
        </main>
    }
}
