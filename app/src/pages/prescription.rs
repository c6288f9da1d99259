//! One prescription: the form while it is a draft, the paper once it is signed.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use seva_model::{AppError, PrescriptionId, PrescriptionStatus};

use crate::{
    UiError,
    components::{
        common::{SkeletonRows, Trouble},
        prescription::{
            editor::PrescriptionEditor, paper::SignedPrescription, rows::RowOp, sign::AskToSign,
        },
    },
    server_fns::prescriptions::{PrescriptionView, load_prescription},
};

#[component]
pub(crate) fn PrescriptionPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|p| p.get("id").and_then(|id| id.parse::<PrescriptionId>().ok()))
    });
    let signed = RwSignal::new(0);
    let loaded = Resource::new_blocking(
        move || (id.get(), signed.get()),
        |(id, _)| async move {
            match id {
                Some(id) => load_prescription(id).await,
                None => Err(UiError::from(AppError::not_found("prescription"))),
            }
        },
    );
    let on_signed = Callback::new(move |()| signed.update(|n| *n += 1));
    view! {
        <Title text="Prescription"/>
        <Transition fallback=|| view! { <SkeletonRows rows=6/> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(stored) if stored.prescription.status == PrescriptionStatus::Draft => {
                        view! { <DraftPrescription stored on_signed/> }.into_any()
                    }
                    Ok(stored) => view! {
                        <header class="page__header">
                            <h1>"Prescription"</h1>
                            <p class="page__facts">"Signed"</p>
                        </header>
                        <SignedPrescription prescription=stored.prescription/>
                    }.into_any(),
                    Err(error) => view! {
                        <h1>"Prescription"</h1>
                        <Trouble error retry=move || loaded.refetch()/>
                        <p><a href="/prescriptions">"All prescriptions"</a></p>
                    }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The form; without script the address says whether to ask for the signature,
/// and which row to add.
#[component]
fn DraftPrescription(mut stored: PrescriptionView, on_signed: Callback<()>) -> impl IntoView {
    let query = use_query_map().get_untracked();
    let row = query.get("row").and_then(|row| row.parse::<RowOp>().ok());
    if let Some(row) = row.filter(|row| row.adds()) {
        row.apply(&mut stored.prescription.content);
    }
    let asked = query.get("sign").is_some();
    view! {
        <header class="page__header">
            <h1>"Prescription"</h1>
            <p class="page__facts">
                "Draft"
                {stored.prescription.transcription_id.map(|id| view! {
                    ", from " <a href=format!("/dictations/{id}")>"this dictation"</a>
                })}
            </p>
        </header>
        {asked.then(|| view! { <AskToSign prescription=stored.prescription.clone()/> })}
        <PrescriptionEditor stored on_signed/>
    }
}
