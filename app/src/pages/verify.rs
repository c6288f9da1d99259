use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    clock,
    components::common::{Notice, Tone},
    server_fns::public::{Verification, verify},
};

/// What a pharmacist sees who follows the code on a prescription.
#[component]
pub(crate) fn VerifyPage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.with(|params| params.get("code").unwrap_or_default()));
    let found = Resource::new_blocking(move || code.get(), verify);
    view! {
        <Title text="Verify a prescription"/>
        <h1>"Verify a prescription"</h1>
        <Suspense fallback=|| view! { <p>"Looking it up"</p> }>
            {move || Suspend::new(async move {
                match found.await {
                    Err(error) => view! { <Notice tone=Tone::Bad sentence=error.to_string()/> }.into_any(),
                    Ok(None) => view! {
                        <Notice tone=Tone::Bad sentence="No signed prescription has this code. Compare it with the paper; if it is the same, do not dispense."/>
                    }.into_any(),
                    Ok(Some(found)) => view! { <Genuine found/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Genuine(found: Verification) -> impl IntoView {
    let offset = clock::use_clock();
    view! {
        <Notice tone=Tone::Good sentence="A prescription with this code was signed in SEVA."/>
        <dl class="facts">
            <dt>"Signed by"</dt>
            <dd>{found.doctor_name}</dd>
            <dt>"Registration number"</dt>
            <dd class="figures">{found.registration_number}</dd>
            <dt>"Signed on"</dt>
            <dd class="figures">{move || clock::day_and_time(found.signed_at, offset.get())}</dd>
        </dl>
        <p>"Compare these with the paper in front of you. Nothing about the patient is shown here."</p>
    }
}
