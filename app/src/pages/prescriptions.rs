//! All prescriptions, searched and page by page.

use leptos::prelude::*;
use leptos_meta::Title;
use seva_model::{PrescriptionStatus, PrescriptionSummary};

use crate::{
    components::common::{Icon, IconName, ListStates, Moment, PageLinks, refusal, searched_pages},
    server_fns::prescriptions::{NewPrescription, list_prescriptions},
};

#[component]
pub(crate) fn PrescriptionsPage() -> impl IntoView {
    let new = ServerAction::<NewPrescription>::new();
    let listing = searched_pages(list_prescriptions);
    view! {
        <Title text="Prescriptions"/>
        <header class="page__header">
            <h1>"Prescriptions"</h1>
            <div class="page__actions">
                <ActionForm action=new>
                    <button class="button" disabled=move || new.pending().get()>"New prescription"</button>
                </ActionForm>
            </div>
        </header>
        {refusal(new.value())}
        <ListStates
            listing
            empty=|searched| if searched {
                view! { <p>"No prescription holds these words. Search for a patient's or a medicine's name."</p> }.into_any()
            } else {
                view! { <p>"No prescriptions yet. Each dictation drafts one for you to check; or start with an empty one."</p> }.into_any()
            }
            filled=|page| view! {
                <ul class="rows">{page.items.into_iter().map(row).collect_view()}</ul>
                <PageLinks base="/prescriptions" next=page.next/>
            }.into_any()
        />
    }
}

fn row(prescription: PrescriptionSummary) -> impl IntoView {
    let id = prescription.id;
    let signed = prescription.status == PrescriptionStatus::Finalized;
    let name = if prescription.patient_name.is_empty() {
        "No patient's name yet".to_owned()
    } else {
        prescription.patient_name
    };
    let medicines = if prescription.medicines.is_empty() {
        "No medicine yet".to_owned()
    } else {
        prescription.medicines.join(", ")
    };
    view! {
        <li class="row">
            <span class="row__time"><Moment at=prescription.created_at/></span>
            <a class="row__title" href=format!("/prescriptions/{id}")>{name}</a>
            <span class="status" data-look=if signed { "signed" } else { "ready" }>
                <span class="status__words">{if signed { "Signed" } else { "Draft" }}</span>
                <span class="status__detail">{medicines}</span>
            </span>
            {signed.then(|| view! {
                <a class="row__extra" rel="external" href=format!("/api/v1/prescriptions/{id}/pdf")>"PDF"</a>
            })}
            <span class="row__arrow"><Icon name=IconName::Arrow/></span>
        </li>
    }
}
