use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::capture::Capture;

/// Record, or choose a file, and send it.
#[component]
pub(crate) fn NewDictationPage() -> impl IntoView {
    view! {
        <Title text="New dictation"/>
        <h1>"New dictation"</h1>
        <Capture/>
    }
}
