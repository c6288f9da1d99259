//! All prescriptions, searched and page by page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use seva_model::{PrescriptionStatus, PrescriptionSummary};

use super::dictations::PageLinks;
use crate::{
    components::common::{Icon, IconName, Moment, SkeletonRows, Trouble, refusal, use_search},
    server_fns::prescriptions::{NewPrescription, list_prescriptions},
};

#[component]
pub(crate) fn PrescriptionsPage() -> impl IntoView {
    let search = use_search();
    let query = use_query_map();
    let before = Memo::new(move |_| query.with(|q| q.get("before")));
    let new = ServerAction::<NewPrescription>::new();
    let listing = Resource::new_blocking(
        move || (search.get(), before.get()),
        |(search, before)| list_prescriptions(search, before),
    );
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
        <Transition fallback=|| view! { <SkeletonRows rows=8/> }>
            {move || Suspend::new(async move {
                match listing.await {
                    Err(error) => view! { <Trouble error retry=move || listing.refetch()/> }.into_any(),
                    Ok(page) if page.items.is_empty() => view! { <Empty searched=!search.get_untracked().trim().is_empty()/> }.into_any(),
                    Ok(page) => view! {
                        <ul class="rows">{page.items.into_iter().map(row).collect_view()}</ul>
                        <PageLinks base="/prescriptions" next=page.next before/>
                    }.into_any(),
                }
            })}
        </Transition>
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

#[component]
fn Empty(searched: bool) -> impl IntoView {
    view! {
        <div class="empty">
            {if searched {
                view! { <p>"No prescription holds these words. Search for a patient's or a medicine's name."</p> }.into_any()
            } else {
                view! { <p>"No prescriptions yet. Each dictation drafts one for you to check; or start with an empty one."</p> }.into_any()
            }}
        </div>
    }
}
