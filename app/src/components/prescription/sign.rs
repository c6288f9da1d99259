//! What to look at before signing, and the signing.

use leptos::{html, prelude::*, task::spawn_local};
use seva_model::Prescription;

use super::draft::{Draft, changed_elsewhere};
use crate::{
    browser::{dialog, keys::on_ctrl_key},
    components::common::{Notice, Tone, refusal},
    server_fns::prescriptions::{SignPrescription, sign_prescription},
};

/// Hints that never block.
#[component]
pub(crate) fn Warnings(draft: Draft) -> impl IntoView {
    view! {
        <div class="warnings" aria-live="polite">
            {move || draft.warnings.with(|warnings| (!warnings.is_empty()).then(|| view! {
                <h2>"Look at these before you sign"</h2>
                <ul>
                    {warnings.iter().map(|warning| view! { <li>{warning.message.clone()}</li> }).collect_view()}
                </ul>
            }))}
        </div>
    }
}

/// The question before a signature for a browser without script, which has no
/// dialog.
#[component]
pub(crate) fn AskToSign(prescription: Prescription) -> impl IntoView {
    let sign = ServerAction::<SignPrescription>::new();
    let id = prescription.id;
    view! {
        {refusal(sign.value())}
        <section class="ask" aria-labelledby="ask-title">
            <h2 id="ask-title">{format!("Sign the prescription for {}?", prescription.content.patient_name)}</h2>
            <p>"Once signed it can't be changed; you can copy it to a new one."</p>
            <ActionForm action=sign attr:class="ask__buttons">
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="version" value=prescription.version/>
                <a class="button" href=format!("/prescriptions/{id}")>"Go back"</a>
                <button class="button button--main">"Sign"</button>
            </ActionForm>
        </section>
    }
}

/// Preview, and the signature with a question before it.
#[component]
pub(crate) fn Sign(draft: Draft, on_signed: Callback<()>) -> impl IntoView {
    let ask = NodeRef::<html::Dialog>::new();
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<String>);
    let open = move || {
        refused.set(None);
        // What is signed is what is stored, so it is stored first.
        draft.save(move |_| dialog::open(ask));
    };
    on_ctrl_key("Enter", open);
    let sign = move |_| {
        busy.set(true);
        spawn_local(async move {
            let answer = sign_prescription(draft.id, draft.version.get_untracked()).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    dialog::close(ask);
                    on_signed.run(());
                }
                Err(error) if changed_elsewhere(error.code()) => {
                    dialog::close(ask);
                    draft.ask_which_stays();
                }
                Err(error) => refused.set(Some(error.to_string())),
            }
        });
    };
    let patient = move || match draft.patient_name.get() {
        name if name.trim().is_empty() => "a patient without a name".to_owned(),
        name => name,
    };
    view! {
        <div class="sign">
            <a class="button" target="_blank" rel="external"
                href=format!("/api/v1/prescriptions/{}/preview.pdf", draft.id)>"Preview the PDF"</a>
            <button class="button button--main" name="op" value="sign" title="Ctrl Enter" on:click=move |event| {
                event.prevent_default();
                open();
            }>"Check and sign"</button>
            <dialog node_ref=ask class="dialog" aria-labelledby="sign-title">
                <h2 id="sign-title">{move || format!("Sign the prescription for {}?", patient())}</h2>
                <p>{move || match draft.medications.with(Vec::len) {
                    1 => "One medicine.".to_owned(),
                    count => format!("{count} medicines."),
                }} " Once signed it can't be changed; you can copy it to a new one."</p>
                {move || refused.get().map(|sentence| view! { <Notice tone=Tone::Bad sentence/> })}
                <div class="dialog__buttons">
                    <button type="button" class="button" on:click=move |_| dialog::close(ask)>"Go back"</button>
                    <button type="button" class="button button--main" disabled=move || busy.get() on:click=sign>
                        {move || if busy.get() { "Signing" } else { "Sign" }}
                    </button>
                </div>
            </dialog>
        </div>
    }
}
