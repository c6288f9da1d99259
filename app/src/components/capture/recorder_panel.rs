use std::{cell::Cell, collections::VecDeque, rc::Rc, time::Duration};

use js_sys::Array;
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use web_sys::Blob;

use super::{
    Desk, Recording, Take,
    level::{BARS, LevelMeter, SilenceWatch, step},
};
use crate::{
    browser::{
        keys::on_key,
        recorder::{Recorder, RecorderError, RecorderEvent},
        storage::{self, RecordingId},
    },
    components::common::{Icon, IconName},
    format,
};

/// How often the meter and the clock move.
const TICK: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Asking,
    Recording,
    Paused,
}

/// The microphone and what was recorded so far.
#[derive(Clone, Copy)]
struct Studio {
    desk: Desk,
    phase: RwSignal<Phase>,
    /// Seconds recorded, pauses left out.
    elapsed: RwSignal<f64>,
    levels: RwSignal<VecDeque<u8>>,
    silent: RwSignal<bool>,
    trouble: RwSignal<Option<String>>,
    recorder: StoredValue<Option<SendWrapper<Recorder>>>,
    /// Under which name the pieces are kept.
    recording: StoredValue<Option<Recording>>,
    pieces: StoredValue<Option<SendWrapper<Array>>>,
    timer: StoredValue<Option<IntervalHandle>>,
}

impl Studio {
    fn new(desk: Desk) -> Self {
        Self {
            desk,
            phase: RwSignal::new(Phase::Idle),
            elapsed: RwSignal::new(0.0),
            levels: RwSignal::new(VecDeque::with_capacity(BARS)),
            silent: RwSignal::new(false),
            trouble: RwSignal::new(None),
            recorder: StoredValue::new(None),
            recording: StoredValue::new(None),
            pieces: StoredValue::new(None),
            timer: StoredValue::new(None),
        }
    }

    /// Record, stop: what R and the large button do.
    fn toggle(self) {
        match self.phase.get_untracked() {
            Phase::Idle => self.start(),
            Phase::Recording | Phase::Paused => self.stop(),
            Phase::Asking => {}
        }
    }

    fn start(self) {
        if self.desk.sending.get_untracked() || self.desk.take.with_untracked(Option::is_some) {
            return;
        }
        let Some(owner) = self.desk.owner.get_untracked() else {
            self.trouble.set(Some(
                "The page is not quite there. Wait a moment and try again.".to_owned(),
            ));
            return;
        };
        let id = RecordingId::new(owner);
        self.desk.own.set_value(Some(id.clone()));
        self.phase.set(Phase::Asking);
        self.trouble.set(None);
        self.elapsed.set(0.0);
        self.pieces.set_value(Some(SendWrapper::new(Array::new())));
        spawn_local(async move {
            // Before the first piece is kept, so that no other tab offers it.
            let held = id.hold().await;
            if self.is_gone() {
                return;
            }
            self.recording
                .set_value(Some(Recording::new(id, false, held)));
            let started = Recorder::start(move |event| self.hear(event)).await;
            // The question about the microphone may be answered after the page was
            // left; dropping the recorder lets go of what was granted.
            if self.is_gone() {
                return;
            }
            match started {
                Ok(recorder) => {
                    self.recorder.set_value(Some(SendWrapper::new(recorder)));
                    self.desk.recording.set(true);
                    self.phase.set(Phase::Recording);
                    self.tick();
                }
                Err(error) => self.fail(error),
            }
        });
    }

    /// Whether the page was left.
    fn is_gone(self) -> bool {
        self.phase.try_get_untracked().is_none()
    }

    fn fail(self, error: RecorderError) {
        self.phase.set(Phase::Idle);
        self.trouble.set(Some(error.sentence().to_owned()));
    }

    fn hear(self, event: RecorderEvent) {
        match event {
            RecorderEvent::Piece(piece) => self.keep(piece),
            RecorderEvent::Stopped => self.finish(),
            RecorderEvent::Lost => {
                self.trouble.set(Some(
                    "The microphone went away. What was recorded until then is kept.".to_owned(),
                ));
                self.stop();
            }
        }
    }

    /// Puts a piece aside, and into the browser's storage in case the page is
    /// lost before it is sent.
    fn keep(self, piece: Blob) {
        let Some(number) = self
            .pieces
            .with_value(|pieces| pieces.as_ref().map(|pieces| pieces.push(&piece) - 1))
        else {
            return;
        };
        let seconds = self.elapsed.get_untracked();
        let id = self
            .recording
            .with_value(|recording| recording.as_ref().map(|recording| recording.id.clone()));
        if let Some(id) = id {
            spawn_local(async move {
                if storage::keep(&id, number, &piece, seconds).await.is_err() {
                    self.trouble.try_set(Some(
                        "This browser can't keep the recording safe. Send it before you close the page.".to_owned(),
                    ));
                }
            });
        }
    }

    fn pause_or_resume(self) {
        self.recorder
            .with_value(|recorder| match (recorder, self.phase.get_untracked()) {
                (Some(recorder), Phase::Recording) => {
                    recorder.pause();
                    self.phase.set(Phase::Paused);
                    self.silent.set(false);
                }
                (Some(recorder), Phase::Paused) => {
                    recorder.resume();
                    self.phase.set(Phase::Recording);
                }
                _ => {}
            });
    }

    fn stop(self) {
        self.recorder.with_value(|recorder| {
            if let Some(recorder) = recorder {
                recorder.stop();
            }
        });
    }

    /// All pieces are there: they become the take.
    fn finish(self) {
        let recording = self.recording.try_update_value(Option::take).flatten();
        self.still();
        let seconds = self.elapsed.get_untracked();
        let audio = self.pieces.with_value(|pieces| {
            let pieces = pieces.as_ref().filter(|pieces| pieces.length() > 0)?;
            let mime = Blob::from(pieces.get(0)).type_();
            storage::joined(pieces, &mime).ok()
        });
        match audio.zip(recording) {
            Some((audio, recording)) => self
                .desk
                .take
                .set(Some(Take::recording(audio, seconds, recording))),
            None => self.trouble.set(Some(
                "Nothing was recorded. Press Record and speak.".to_owned(),
            )),
        }
    }

    /// Releases the microphone and stops the clock.
    fn still(self) {
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
        self.recorder.try_set_value(None);
        self.recording.try_set_value(None);
        self.desk.recording.try_set(false);
        self.phase.try_set(Phase::Idle);
        self.silent.try_set(false);
        self.levels.try_update(VecDeque::clear);
    }

    fn tick(self) {
        let watch = Rc::new(Cell::new(SilenceWatch::default()));
        let last = Cell::new(js_sys::Date::now());
        let own = Rc::new(Cell::new(None::<IntervalHandle>));
        let own_when_set = own.clone();
        let timer = set_interval_with_handle(
            move || {
                let now = js_sys::Date::now();
                let passed = (now - last.replace(now)).max(0.0) / 1000.0;
                match self.phase.try_get_untracked() {
                    Some(Phase::Recording) => {}
                    Some(_) => return,
                    None => {
                        if let Some(timer) = own.take() {
                            timer.clear();
                        }
                        return;
                    }
                }
                self.elapsed.update(|elapsed| *elapsed += passed);
                let loudness = self.recorder.with_value(|recorder| {
                    recorder
                        .as_ref()
                        .map_or(0.0, |recorder| recorder.loudness())
                });
                self.levels.update(|levels| {
                    if levels.len() == BARS {
                        levels.pop_front();
                    }
                    levels.push_back(step(loudness));
                });
                let mut listening = watch.get();
                let silent = listening.hear(loudness, self.elapsed.get_untracked());
                watch.set(listening);
                if silent != self.silent.get_untracked() {
                    self.silent.set(silent);
                }
            },
            TICK,
        )
        .ok();
        own_when_set.set(timer);
        self.timer.set_value(timer);
    }
}

/// Record, pause, stop; the meter shows that it hears.
#[component]
pub(super) fn RecorderPanel(desk: Desk) -> impl IntoView {
    let studio = Studio::new(desk);
    let phase = studio.phase;
    on_key("r", move || studio.toggle());
    on_key("p", move || studio.pause_or_resume());
    on_cleanup(move || studio.still());

    let active = move || matches!(phase.get(), Phase::Recording | Phase::Paused);
    let unavailable = move || {
        phase.get() == Phase::Asking
            || desk.sending.get()
            || (!active() && desk.take.with(Option::is_some))
    };
    view! {
        <section class="recorder needs-script" aria-label="Record" data-phase=move || match phase.get() {
            Phase::Idle => "idle",
            Phase::Asking => "asking",
            Phase::Recording => "recording",
            Phase::Paused => "paused",
        }>
            <button type="button" class="recorder__button" title="Record, or stop (R)" aria-keyshortcuts="r"
                disabled=unavailable
                on:click=move |_| studio.toggle()
            >
                {move || if active() {
                    view! { <Icon name=IconName::Stop/> <span>"Stop"</span> }.into_any()
                } else {
                    view! { <Icon name=IconName::Microphone/> <span>{if phase.get() == Phase::Asking { "Allow the microphone" } else { "Record" }}</span> }.into_any()
                }}
            </button>
            <p class="recorder__clock" role="timer">{move || format::clock(studio.elapsed.get())}</p>
            <LevelMeter levels=studio.levels/>
            <button type="button" class="button recorder__pause" title="Pause, or go on (P)" aria-keyshortcuts="p"
                disabled=move || !active()
                on:click=move |_| studio.pause_or_resume()
            >
                {move || if phase.get() == Phase::Paused {
                    view! { <Icon name=IconName::Play/> "Go on" }.into_any()
                } else {
                    view! { <Icon name=IconName::Pause/> "Pause" }.into_any()
                }}
            </button>
            <p class="recorder__word" role="status" aria-live="polite">
                {move || {
                    if studio.silent.get() {
                        Some("No sound for 5 s. Is the microphone muted?".to_owned())
                    } else {
                        studio.trouble.get().or_else(|| match phase.get() {
                            Phase::Paused => Some("Paused.".to_owned()),
                            Phase::Recording => Some("Recording. Each second is kept in this browser until it is sent.".to_owned()),
                            Phase::Asking => None,
                            Phase::Idle if desk.take.with(|take| take.as_ref().is_some_and(Take::is_earlier)) => {
                                Some("Send the one you chose first, or press Not now.".to_owned())
                            }
                            Phase::Idle if desk.take.with(Option::is_some) => {
                                Some("Send this one first, or remove it.".to_owned())
                            }
                            Phase::Idle => Some("Press Record and speak. You can listen before you send.".to_owned()),
                        })
                    }
                }}
            </p>
        </section>
    }
}
