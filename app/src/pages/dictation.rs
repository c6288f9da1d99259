//! One dictation: live while it runs, then its review.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use seva_model::{AppError, Transcription, TranscriptionId, TranscriptionStatus};

use crate::{
    UiError,
    browser::keys::on_key,
    clock::{day_and_time, use_clock},
    components::common::{Notice, SkeletonRows, Tone, Trouble, refusal},
    components::transcript::{
        actions::{DeleteForm, Ended},
        beside::PrescriptionBeside,
        details::EntityDetails,
        edit::{Draft, EditTranscript},
        findings::Findings,
        legend::{Legend, Shown},
        live::LiveDictation,
        player::{Player, PlayerBar},
        rewording::OtherReadings,
        text::TranscriptText,
    },
    format, language,
    server_fns::dictation_review::{RetryExtraction, Review, SaveTranscript, load_review},
};

#[component]
pub(crate) fn DictationPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|p| {
            p.get("id")
                .and_then(|id| id.parse::<TranscriptionId>().ok())
        })
    });
    let save = ServerAction::<SaveTranscript>::new();
    let again = ServerAction::<RetryExtraction>::new();
    let changed = RwSignal::new(0);
    let loaded = Resource::new_blocking(
        move || (id.get(), changed.get()),
        |(id, ..)| async move {
            match id {
                Some(id) => load_review(id).await,
                None => Err(UiError::from(AppError::not_found("dictation"))),
            }
        },
    );
    let on_change = Callback::new(move |()| changed.update(|n| *n += 1));
    // A refused save leaves the page as it is, with what was typed.
    Effect::new(move |_| {
        if matches!(save.value().get(), Some(Ok(()))) || matches!(again.value().get(), Some(Ok(())))
        {
            changed.update(|n| *n += 1);
        }
    });
    view! {
        <Title text="Dictation"/>
        <Transition fallback=|| view! { <SkeletonRows rows=6/> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(review) => view! { <Loaded review save again on_change/> }.into_any(),
                    Err(error) => view! {
                        <h1>"Dictation"</h1>
                        <Trouble error retry=move || loaded.refetch()/>
                        <p><a href="/dictations">"All dictations"</a></p>
                    }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Loaded(
    review: Review,
    save: ServerAction<SaveTranscript>,
    again: ServerAction<RetryExtraction>,
    on_change: Callback<()>,
) -> impl IntoView {
    let summary = review.transcription.summary.clone();
    let id = summary.id;
    let name = summary
        .patient_name
        .clone()
        .unwrap_or_else(|| format!("Dictation, {}", format::clock(summary.duration_seconds)));
    let clock = use_clock();
    let code = &review.transcription.language_code;
    let spoken = language::name(code).map(|name| format!(", {name}"));
    let notice = (!language::is_english(code))
        .then(|| other_language(summary.status))
        .flatten();
    let body = match summary.status {
        TranscriptionStatus::Pending | TranscriptionStatus::InProgress => {
            view! { <LiveDictation transcription=review.transcription on_end=on_change/> }
                .into_any()
        }
        TranscriptionStatus::Failed | TranscriptionStatus::Cancelled => {
            view! { <Ended summary=summary.clone() on_retry=on_change/> }.into_any()
        }
        TranscriptionStatus::Completed => view! { <Reviewed review save again/> }.into_any(),
    };
    view! {
        <header class="page__header">
            <h1>{name.clone()}</h1>
            <p class="page__facts">
                {move || day_and_time(summary.created_at, clock.get())}
                ", " {summary.specialty.label()} ", " {format::clock(summary.duration_seconds)} {spoken}
            </p>
        </header>
        {notice.map(|sentence| view! { <Notice tone=Tone::Plain sentence/> })}
        {body}
        <DeleteForm id name/>
    }
}

/// What is not done for a dictation that is not in English, where there is or will be a text.
fn other_language(status: TranscriptionStatus) -> Option<String> {
    match status {
        TranscriptionStatus::Pending | TranscriptionStatus::InProgress => {
            Some(language::FINDINGS.to_owned())
        }
        TranscriptionStatus::Completed => Some(format!(
            "{} Read the transcript, and write what is missing into the prescription.",
            language::FINDINGS
        )),
        TranscriptionStatus::Failed | TranscriptionStatus::Cancelled => None,
    }
}

#[component]
fn Reviewed(
    review: Review,
    save: ServerAction<SaveTranscript>,
    again: ServerAction<RetryExtraction>,
) -> impl IntoView {
    let Transcription {
        summary,
        transcript,
        transcript_version,
        segments,
        entities,
        language_code,
        ..
    } = review.transcription;
    let id = summary.id;
    let unmarked = summary.extraction_failed;
    let english = language::is_english(&language_code);
    let entities = Arc::new(entities);
    let player = Player::new();
    let shown = Shown::new();
    let selected = RwSignal::new(None);
    let opened = RwSignal::new(None);
    let draft = Draft::new(transcript.clone());
    let heard = segments
        .iter()
        .map(|s| s.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    on_key("k", move || player.toggle());
    on_key("j", move || player.skip(-10.0));
    view! {
        <PlayerBar player id duration=summary.duration_seconds/>
        {unmarked.then(|| view! {
            <Notice tone=Tone::Bad sentence="Medicines and conditions could not be found in this text. The transcript is complete and safe, and you can write the prescription by hand.">
                <ActionForm action=again>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="button" disabled=move || again.pending().get()>"Try again"</button>
                </ActionForm>
                {refusal(again.value())}
            </Notice>
        })}
        <div class="review">
            <section class="review__text" aria-labelledby="transcript-title">
                <h2 id="transcript-title">"Transcript"</h2>
                <Legend entities=&entities shown/>
                <TranscriptText
                    text=transcript.clone() segments=segments.clone() entities=Arc::clone(&entities)
                    player shown selected opened
                />
                <OtherReadings segments=segments.clone() opened draft/>
                <EntityDetails
                    text=transcript.clone() segments entities=Arc::clone(&entities) player selected
                />
                <Findings entities=&entities/>
                <EditTranscript id version=transcript_version text=transcript heard draft save/>
            </section>
            {review.beside.map(|beside| view! { <PrescriptionBeside id beside unmarked english player/> })}
        </div>
    }
}
