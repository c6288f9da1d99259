//! A dictation while it waits or runs: where it is, how long it has been there,
//! and the text as it is heard.

use leptos::prelude::*;
use seva_model::{
    DictationEvent, Segment, Stage, Transcription, TranscriptionId, TranscriptionStatus,
};
use time::OffsetDateTime;

use crate::{
    browser::events::{StreamState, follow_dictation},
    components::{
        common::{Notice, Tone, refusal},
        layout::door,
    },
    format,
    server_fns::dictation_review::CancelDictation,
};

/// What the page knows of a moving dictation.
#[derive(Clone, PartialEq)]
struct Moving {
    event: DictationEvent,
    segments: Vec<Segment>,
}

impl Moving {
    fn of(transcription: &Transcription) -> Self {
        let summary = &transcription.summary;
        Self {
            event: DictationEvent {
                transcription_id: summary.id,
                version: summary.version,
                attempt: transcription.attempt,
                status: summary.status,
                stage: summary.stage,
                progress: summary.progress,
                queue_ahead: summary.queue_ahead,
                failure: summary.failure.clone(),
                times: summary.times,
                segments: Vec::new(),
            },
            segments: transcription.segments.clone(),
        }
    }

    /// Takes a message over. One of a newer try starts the text afresh.
    fn apply(&mut self, mut event: DictationEvent) {
        if event.attempt != self.event.attempt {
            self.segments.clear();
        }
        for segment in std::mem::take(&mut event.segments) {
            match self
                .segments
                .binary_search_by_key(&segment.index, |s| s.index)
            {
                Ok(at) => self.segments[at] = segment,
                Err(at) => self.segments.insert(at, segment),
            }
        }
        self.event = event;
    }
}

/// Follows the dictation; calls `on_end` once when nothing moves any more.
#[component]
pub(crate) fn LiveDictation(transcription: Transcription, on_end: Callback<()>) -> impl IntoView {
    let id = transcription.summary.id;
    let uploaded_at = transcription.summary.created_at;
    let moving = RwSignal::new(Moving::of(&transcription));
    let connection = RwSignal::new(StreamState::Live);
    follow_dictation(
        id,
        Signal::stored(true),
        move |event| {
            let ended = event.status.is_final();
            moving.update(|moving| moving.apply(event));
            if ended {
                on_end.run(());
            }
        },
        move |state| connection.set(state),
    );
    let now = ticking();
    let cancel = ServerAction::<CancelDictation>::new();

    view! {
        <section class="live" aria-label="Progress">
            <ol class="stages">
                {move || moving.with(|m| stage_views(&m.event, uploaded_at, now.get()))}
            </ol>
            <progress class="live__bar" max="100" aria-label="Transcribed"
                value=move || moving.with(|m| transcribed(&m.event))></progress>
            <p class="visually-hidden" role="status">{move || moving.with(|m| spoken(&m.event))}</p>
            {move || connection_notice(connection.get(), id)}
            <ActionForm action=cancel attr:class="live__cancel">
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="button button--quiet" disabled=move || cancel.pending().get()>"Cancel"</button>
            </ActionForm>
            {refusal(cancel.value())}
            // Its content is text for a browser with script, so it is not hydrated.
            <noscript inner_html=format!(
                "<p class=\"notice\">Without JavaScript this page does not move by itself. \
                 <a href=\"/dictations/{id}\">Load it again</a> to see how far it is.</p>"
            )></noscript>
        </section>
        <div class="transcript transcript--live" aria-label="Text so far" role="group">
            {move || moving.with(|m| {
                if m.segments.is_empty() {
                    return view! { <p class="transcript__empty">"The text appears here as it is heard."</p> }.into_any();
                }
                m.segments
                    .iter()
                    .map(|segment| view! { <span class="provisional">{segment.text.clone()} " "</span> })
                    .collect_view()
                    .into_any()
            })}
        </div>
    }
}

/// What to tell when the page is not up to date.
fn connection_notice(connection: StreamState, id: TranscriptionId) -> Option<AnyView> {
    match connection {
        StreamState::Live => None,
        StreamState::Reconnecting => Some(
            view! { <Notice tone=Tone::Plain sentence="The connection broke. The dictation goes on; this page catches up by itself."/> }
                .into_any(),
        ),
        StreamState::SignedOut => Some(
            view! {
                <Notice tone=Tone::Bad sentence="You are signed out. The dictation goes on without this page.">
                    <a class="button" href=door(&format!("/dictations/{id}"))>"Sign in"</a>
                </Notice>
            }
            .into_any(),
        ),
        StreamState::Gone => Some(
            view! {
                <Notice tone=Tone::Bad sentence="This dictation is gone: it was deleted in another window.">
                    <a class="button" href="/dictations">"All dictations"</a>
                </Notice>
            }
            .into_any(),
        ),
    }
}

/// The time, once a second; `None` until the page is alive.
fn ticking() -> RwSignal<Option<OffsetDateTime>> {
    let now = RwSignal::new(None);
    Effect::new(move |_| {
        now.set(Some(OffsetDateTime::now_utc()));
        let tick = move || now.set(Some(OffsetDateTime::now_utc()));
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
    now
}

/// Percent of the recording that is heard; `None` while nobody can tell. The later
/// stages have a progress of their own, which would make the bar jump back.
const fn transcribed(event: &DictationEvent) -> Option<u8> {
    match event.stage {
        Stage::Queued => Some(0),
        Stage::Transcribing if event.progress == 0 => None,
        Stage::Transcribing => Some(event.progress),
        Stage::Extracting | Stage::Done => Some(100),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Done,
    Now,
    Ahead,
}

impl Step {
    const fn class(self) -> &'static str {
        match self {
            Self::Done => "stage stage--done",
            Self::Now => "stage stage--now",
            Self::Ahead => "stage",
        }
    }
}

fn stage_views(
    event: &DictationEvent,
    uploaded_at: OffsetDateTime,
    now: Option<OffsetDateTime>,
) -> impl IntoView + use<> {
    let times = event.times;
    let since = |from: Option<OffsetDateTime>, until: Option<OffsetDateTime>| {
        let seconds = (until.or(now)? - from?).as_seconds_f64();
        Some(format::clock(seconds))
    };
    let step = |stage: Stage| match event.stage.cmp(&stage) {
        std::cmp::Ordering::Greater => Step::Done,
        std::cmp::Ordering::Equal => Step::Now,
        std::cmp::Ordering::Less => Step::Ahead,
    };
    let waiting = match event.queue_ahead {
        Some(ahead) if event.stage == Stage::Queued && ahead > 0 => {
            format!("Waiting, {ahead} ahead")
        }
        _ if event.stage == Stage::Queued => "Waiting, next".to_owned(),
        _ => "Waited".to_owned(),
    };
    let transcribing = match event.stage {
        Stage::Transcribing if event.progress > 0 => format!("Transcribing, {} %", event.progress),
        Stage::Queued | Stage::Transcribing => "Transcribing".to_owned(),
        Stage::Extracting | Stage::Done => "Transcribed".to_owned(),
    };
    let left = (event.stage == Stage::Transcribing)
        .then(|| {
            let elapsed = (now? - times.transcribing_at?).as_seconds_f64();
            format::stage_seconds_left(event.progress, elapsed)
        })
        .flatten()
        .map(|seconds| format!("{} left", format::wait(seconds)));
    [
        (Step::Done, "Uploaded".to_owned(), None),
        (
            step(Stage::Queued),
            waiting,
            since(Some(uploaded_at), times.transcribing_at),
        ),
        (
            step(Stage::Transcribing),
            transcribing,
            since(times.transcribing_at, times.extracting_at),
        ),
        (
            step(Stage::Extracting),
            "Understanding".to_owned(),
            since(times.extracting_at, times.completed_at),
        ),
    ]
    .into_iter()
    .map(|(step, name, time)| {
        let time = time.filter(|_| step != Step::Ahead);
        let left = left.clone().filter(|_| step == Step::Now);
        view! {
            <li class=step.class() aria-current=(step == Step::Now).then_some("step")>
                <span class="stage__name">{name}</span>
                <span class="stage__time">{time} {left.map(|left| format!(" · {left}"))}</span>
            </li>
        }
    })
    .collect_view()
}

/// For screen readers: each stage once, not each percent.
fn spoken(event: &DictationEvent) -> &'static str {
    match (event.status, event.stage) {
        (TranscriptionStatus::Failed, _) => "The dictation failed",
        (TranscriptionStatus::Cancelled, _) => "The dictation was cancelled",
        (_, Stage::Queued) => "Waiting",
        (_, Stage::Transcribing) => "Transcribing",
        (_, Stage::Extracting) => "Finding medicines and conditions",
        (_, Stage::Done) => "Ready to review",
    }
}
