//! Recordings of earlier visits that were not sent.

use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Recording, Take, sending::Listen};
use crate::{
    browser::storage::{self, RecordingId},
    clock::{day_and_time, use_clock},
    components::common::{Icon, IconName},
};

/// Finds what lies in this browser when the page opens.
pub(super) fn look_for_kept(desk: Desk) {
    Effect::new(move |_| {
        let Some(owner) = desk.owner.get() else {
            return;
        };
        spawn_local(async move {
            // A browser that keeps nothing has nothing to offer.
            for id in storage::kept_ids(&owner).await.unwrap_or_default() {
                spawn_local(offer(desk, id));
            }
        });
    });
}

/// Offers a recording, unless another tab records it or offers it already.
async fn offer(desk: Desk, id: RecordingId) {
    let Some(held) = id.hold().await else {
        if desk.own.try_get_value().is_some_and(|own| own != Some(id)) {
            desk.elsewhere.try_set(true);
        }
        return;
    };
    // Whoever had it may have sent or removed it meanwhile.
    let Ok(Some(kept)) = storage::kept(&id).await else {
        return;
    };
    let recording = Recording::new(id, true, Some(held));
    let take = Take::recording(kept.audio, kept.seconds, recording);
    // A page that was left meanwhile lets go of it here.
    desk.kept.try_update(|kept| {
        let at = kept.partition_point(|other| other.id() < take.id());
        kept.insert(at, take);
    });
}

/// What was not sent: to be listened to, sent or removed.
#[component]
pub(super) fn KeptRecordings(desk: Desk) -> impl IntoView {
    let waiting = move || {
        let chosen = desk.take.with(|take| take.as_ref()?.id().cloned());
        desk.kept.with(|kept| {
            kept.iter()
                .filter(|take| chosen.is_none() || take.id() != chosen.as_ref())
                .cloned()
                .collect::<Vec<_>>()
        })
    };
    let any = Memo::new(move |_| !waiting().is_empty());
    view! {
        <section class="kept" aria-labelledby="kept-title" hidden=move || !any.get() && !desk.elsewhere.get()>
            <h2 id="kept-title">"Not sent yet"</h2>
            {move || any.get().then(|| view! {
                <p role="status">"These recordings stay in this browser until you send or remove them."</p>
            })}
            <ul class="plain">
                <For each=waiting key=|take| take.id().cloned() let:take>
                    <KeptRow desk take/>
                </For>
            </ul>
            {move || desk.elsewhere.get().then(|| view! {
                <p role="status">"A recording that was not sent is open in another tab of this browser."</p>
            })}
        </section>
    }
}

#[component]
fn KeptRow(desk: Desk, take: Take) -> impl IntoView {
    let clock = use_clock();
    let title = take.title();
    let began = take.id().map(RecordingId::began);
    let when = move || began.map(|began| day_and_time(began, clock.get()));
    let named = {
        let title = title.clone();
        move |what: &str| format!("{what} {title}, {}", when().unwrap_or_default())
    };
    let closed = move || desk.recording.get() || desk.sending.get() || desk.has_own_take();
    let choose = {
        let take = take.clone();
        move |_| desk.take.set(Some(take.clone()))
    };
    let remove = {
        let (take, named) = (take.clone(), named.clone());
        move |_| {
            let question = format!("{}? It was not sent.", named("Remove"));
            if window().confirm_with_message(&question).unwrap_or(false) {
                desk.remove(take.clone());
            }
        }
    };
    view! {
        <li class="kept__row">
            <p class="take__name"><Icon name=IconName::File/> <span>{title}</span></p>
            <span class="take__size">{when}</span>
            <button type="button" class="button" disabled=closed aria-label={
                let named = named.clone();
                move || named("Choose")
            } on:click=choose>"Choose"</button>
            <button type="button" class="button button--quiet" aria-label=move || named("Remove") on:click=remove>
                <Icon name=IconName::Trash/> "Remove"
            </button>
            <Listen take/>
        </li>
    }
}
