use std::collections::BTreeSet;

use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use seva_model::{TranscriptionId, TranscriptionSummary};
use time::OffsetDateTime;

use crate::{
    clock,
    components::common::{DictationRow, Icon, IconName, ListStates, Notice, Tone, use_search},
    format,
    server_fns::dictations::{TrySample, todays_dictations},
};

/// Rows that may hold an event stream at once: over HTTP/1.1 a browser has six
/// connections for everything.
const LIVE_ROWS: usize = 3;

/// Today's dictations, each with its live state.
#[component]
pub(crate) fn TodayPage() -> impl IntoView {
    let search = use_search();
    let offset = clock::use_clock();
    let dictations = Resource::new_blocking(
        move || (search.typed.get(), offset.get()),
        move |(typed, offset)| async move { todays_dictations(search.words(typed).await, offset).await },
    );
    let finished = RwSignal::new(BTreeSet::<TranscriptionId>::new());
    let (news, set_news) = signal(String::new());
    let on_finished = move |dictation: &TranscriptionSummary| {
        finished.update(|ids| {
            ids.insert(dictation.id);
        });
        let time = clock::time_of_day(dictation.created_at, offset.get_untracked());
        set_news.set(format!("The dictation of {time} has come to its end."));
        dictations.refetch();
    };
    view! {
        <Title text="Today"/>
        <header class="page__header">
            <h1>"Today, " {move || clock::day(OffsetDateTime::now_utc(), offset.get())}</h1>
            <div class="page__actions">
                <a class="button button--main" href="/dictations/new" title="Dictate (N)">
                    <Icon name=IconName::Microphone/> "Dictate" <kbd>"N"</kbd>
                </a>
                <a class="button" href="/dictations/new#file" title="Upload (U)">
                    <Icon name=IconName::Upload/> "Upload" <kbd>"U"</kbd>
                </a>
            </div>
        </header>
        <p class="visually-hidden" role="status" aria-live="polite">{news}</p>
        <ListStates
            listing=dictations
            skeleton=3
            empty=|searched| view! { <Nothing searched/> }.into_any()
            filled=move |page| {
                let more = page.next.is_some();
                view! {
                    <Rows dictations=page.items finished on_finished/>
                    {more.then(|| view! { <p class="page__more"><a href="/dictations">"All dictations"</a></p> })}
                    <Sample question="Nothing at hand to dictate?"/>
                }.into_any()
            }
        />
    }
}

#[component]
fn Rows(
    dictations: Vec<TranscriptionSummary>,
    finished: RwSignal<BTreeSet<TranscriptionId>>,
    on_finished: impl Fn(&TranscriptionSummary) + Clone + 'static,
) -> impl IntoView {
    // The oldest running ones are the ones that move.
    let live: BTreeSet<TranscriptionId> = dictations
        .iter()
        .rev()
        .filter(|dictation| !dictation.status.is_final())
        .take(LIVE_ROWS)
        .map(|dictation| dictation.id)
        .collect();
    let number = u32::try_from(dictations.len()).unwrap_or(u32::MAX);
    view! {
        <p class="visually-hidden">{format::count(number, "dictation", "dictations")}</p>
        <ul class="rows">
            {dictations.into_iter().map(|dictation| {
                // Once: a later look at the list does not pulse again.
                let fresh = finished.try_update_untracked(|ids| ids.remove(&dictation.id)).unwrap_or_default();
                let live = live.contains(&dictation.id);
                view! { <DictationRow dictation live fresh on_finished=on_finished.clone()/> }
            }).collect_view()}
        </ul>
    }
}

#[component]
fn Nothing(searched: bool) -> impl IntoView {
    if searched {
        view! {
            <p>"No dictation of today matches the search."</p>
            <p><a href="/dictations">"Search all dictations"</a></p>
        }
        .into_any()
    } else {
        view! {
            <h2>"No dictations yet today"</h2>
            <p>"Speak as you would to a colleague: the patient, what you found, what you prescribe. SEVA writes it down, marks medicines and conditions, and drafts the prescription for you to check."</p>
            <Sample question="Nothing at hand to dictate?"/>
        }
        .into_any()
    }
}

/// A spoken note to try everything with.
#[component]
fn Sample(question: &'static str) -> impl IntoView {
    let sample = ServerAction::<TrySample>::new();
    view! {
        {move || sample.value().get().and_then(Result::err)
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        <ActionForm action=sample attr:class="sample">
            <p>{question}</p>
            <button type="submit" class="button" disabled=move || sample.pending().get()>
                {move || if sample.pending().get() { "Sending the sample" } else { "Try a sample dictation (48 s)" }}
            </button>
        </ActionForm>
    }
}
