//! A draft that was saved, signed or deleted in another window while it was
//! written here: what the two versions say differently, and the choice between
//! them. Nothing is saved before it is made, and neither version is lost.

use leptos::{html, prelude::*, task::spawn_local};
use seva_model::{ErrorCode, PrescriptionStatus};

use super::{
    differences::{Difference, differences},
    draft::Draft,
};
use crate::{
    UiError,
    browser::keys,
    components::common::{Trouble, use_toasts},
    server_fns::prescriptions::{
        PrescriptionForm, PrescriptionView, autosave_prescription, load_prescription,
    },
};

/// The way on for a draft that waits for a choice. Loads what is stored; when
/// that says the same as the form, there is nothing to choose.
#[component]
pub(super) fn Conflict(draft: Draft) -> impl IntoView {
    let stored = RwSignal::new(None::<Result<PrescriptionView, UiError>>);
    let load = move || {
        stored.set(None);
        spawn_local(async move {
            let answer = load_prescription(draft.id).await;
            if stored.is_disposed() {
                return;
            }
            match answer {
                // As after a save whose answer was lost on the way.
                Ok(view) if is_draft(&view) && says_the_same(draft, &view) => draft.adopt(&view),
                answer => stored.set(Some(answer)),
            }
        });
    };
    Effect::new(move |_| load());
    move || {
        match stored.get() {
        None => view! { <p>"Another window changed this draft. Loading what it saved."</p> }.into_any(),
        Some(Ok(stored)) if is_draft(&stored) => view! { <Choice draft stored/> }.into_any(),
        Some(Ok(stored)) => view! { <Signed draft stored/> }.into_any(),
        Some(Err(error)) if error.code() == ErrorCode::NotFound => view! {
            <Panel draft title="This draft was deleted in another window">
                <p role="alert">"What you typed stays on this page until you leave it, so that you can copy it."</p>
                <div class="conflict__buttons">
                    <button type="button" class="button" on:click=move |_| load()>"Look again"</button>
                    <a class="button button--quiet" href="/prescriptions">"All prescriptions"</a>
                </div>
            </Panel>
        }.into_any(),
        Some(Err(error)) => view! {
            <Panel draft title="Another window changed this draft">
                <p>"What it saved could not be loaded. What you typed is still on this page."</p>
                <Trouble error retry=load/>
            </Panel>
        }.into_any(),
    }
    }
}

fn is_draft(view: &PrescriptionView) -> bool {
    view.prescription.status == PrescriptionStatus::Draft
}

fn form_of(view: &PrescriptionView) -> PrescriptionForm {
    PrescriptionForm::from(view.prescription.content.clone())
}

fn says_the_same(draft: Draft, view: &PrescriptionView) -> bool {
    differences(&untrack(|| draft.form()), &form_of(view)).is_empty()
}

/// Where the focus goes when there is something to decide.
#[component]
fn Panel(draft: Draft, title: &'static str, children: Children) -> impl IntoView {
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |led: Option<bool>| {
        if led == Some(true) {
            return true;
        }
        // The keys that somebody is typing belong to the field they are in.
        match heading.get() {
            Some(heading) if draft.resting.get() => {
                // Fails only for an element that can't have the focus.
                let _ = heading.focus();
                true
            }
            _ => false,
        }
    });
    view! {
        <section class="conflict" aria-labelledby="conflict-title">
            <h2 id="conflict-title" tabindex="-1" node_ref=heading>{title}</h2>
            {children()}
        </section>
    }
}

/// Both versions are drafts: one of them stays.
#[component]
fn Choice(draft: Draft, stored: PrescriptionView) -> impl IntoView {
    let toasts = use_toasts();
    let theirs = form_of(&stored);
    let version = stored.prescription.version;
    let stored = StoredValue::new(stored);
    let keep = move |_| {
        draft.keep(version);
        keys::focus(".saving__state");
    };
    let take = move |_| {
        let typed = untrack(|| draft.form());
        stored.with_value(|stored| draft.take(stored));
        keys::focus(".saving__state");
        toasts.offer_undo("The form now holds the other version.", move || {
            let typed = typed.clone();
            if draft.bring_back(typed.clone()) {
                return;
            }
            // The page is gone, and with it the question: what was typed becomes the
            // draft, unless somebody has written in it since.
            spawn_local(async move {
                toasts.say(
                    match autosave_prescription(draft.id, version, typed).await {
                        Ok(_) => "The draft holds again what you typed.".to_owned(),
                        Err(error) if error.code() == ErrorCode::VersionConflict => {
                            "The draft was changed since then, so it stays as it is.".to_owned()
                        }
                        Err(error) => error.to_string(),
                    },
                );
            });
        });
    };
    view! {
        <Panel draft title="Another window changed this draft">
            <p role="alert">"It saved the draft while you were writing, so your last changes are not saved. Choose which version stays."</p>
            <Both draft theirs column="Saved in the other window"/>
            <div class="conflict__buttons">
                <button type="button" class="button button--main" on:click=keep>"Keep mine"</button>
                <button type="button" class="button" on:click=take>"Take the other version"</button>
            </div>
        </Panel>
    }
}

/// The other version is signed: it stays, and this one can be copied from.
#[component]
fn Signed(draft: Draft, stored: PrescriptionView) -> impl IntoView {
    let theirs = form_of(&stored);
    view! {
        <Panel draft title="This prescription was signed in another window">
            <p role="alert">"Once signed it can't be changed. What you typed stays on this page until you leave it, so that you can copy it."</p>
            <Both draft theirs column="Signed in the other window"/>
            <div class="conflict__buttons">
                <a class="button" target="_blank" rel="external" href=format!("/prescriptions/{}", draft.id)>
                    "Open the signed prescription"
                </a>
            </div>
        </Panel>
    }
}

/// The fields that differ, side by side, also while somebody goes on typing.
#[component]
fn Both(draft: Draft, theirs: PrescriptionForm, column: &'static str) -> impl IntoView {
    let found = Memo::new(move |_| differences(&draft.form(), &theirs));
    move || match found.get() {
        found if found.is_empty() => view! { <p>"Both versions say the same."</p> }.into_any(),
        found => differing(found, column).into_any(),
    }
}

/// The roles are those of a table; on a phone its rows are stacked, and browsers
/// take what is laid out otherwise for no table.
fn differing(found: Vec<Difference>, column: &'static str) -> impl IntoView {
    let row = move |difference: Difference| {
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">{difference.field}</th>
                <td role="cell" data-label="Yours">{said(difference.mine)}</td>
                <td role="cell" data-label=column>{said(difference.theirs)}</td>
            </tr>
        }
    };
    view! {
        <table class="conflict__table" role="table" aria-labelledby="conflict-title">
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"Field"</th>
                    <th scope="col" role="columnheader">"Yours"</th>
                    <th scope="col" role="columnheader">{column}</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{found.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

fn said(text: String) -> impl IntoView {
    if text.is_empty() {
        view! { <span class="conflict__nothing">"Nothing"</span> }.into_any()
    } else {
        text.into_any()
    }
}
