//! The recording, and its controls.

use leptos::{html, prelude::*};
use seva_model::TranscriptionId;

use crate::{browser::player as audio, format};

/// The player of a page: what it does, and where it is. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Player {
    element: NodeRef<html::Audio>,
    playing: RwSignal<bool>,
    position: RwSignal<f64>,
    rate: RwSignal<f64>,
    stop_at: RwSignal<Option<f64>>,
}

impl Player {
    /// A player that has no recording yet; [`PlayerBar`] or [`Recording`] gives
    /// it one.
    pub(crate) fn new() -> Self {
        Self {
            element: NodeRef::new(),
            playing: RwSignal::new(false),
            position: RwSignal::new(0.0),
            rate: RwSignal::new(1.0),
            stop_at: RwSignal::new(None),
        }
    }

    /// Plays on from a second.
    pub(crate) fn play_from(self, seconds: f64) {
        self.stop_at.set(None);
        audio::play_from(self.element, seconds);
    }

    /// Plays a stretch and stops, with a little air around it.
    pub(crate) fn play_range(self, start: f64, stop: f64) {
        self.stop_at.set(Some(stop + 0.3));
        audio::play_from(self.element, start - 0.2);
    }

    /// Plays, or pauses.
    pub(crate) fn toggle(self) {
        self.stop_at.set(None);
        audio::toggle(self.element);
    }

    /// Moves by seconds.
    pub(crate) fn skip(self, seconds: f64) {
        audio::skip(self.element, seconds);
        self.update();
    }

    /// Where it is, in seconds.
    pub(crate) const fn position(self) -> RwSignal<f64> {
        self.position
    }

    fn update(self) {
        self.position
            .set(audio::position(self.element, self.stop_at.get_untracked()));
    }

    /// Follows the position closely while it plays: the element itself reports
    /// four times a second, which is slower than speech.
    fn follow(self) {
        self.update();
        if self.playing.try_get_untracked().unwrap_or(false) {
            request_animation_frame(move || self.follow());
        }
    }
}

/// The recording itself; only a browser without script shows controls of its own.
#[component]
pub(crate) fn Recording(player: Player, id: TranscriptionId) -> impl IntoView {
    view! {
        <audio
            node_ref=player.element
            src=format!("/api/v1/transcriptions/{id}/audio")
            preload="metadata"
            on:play=move |_| {
                player.playing.set(true);
                player.follow();
            }
            on:pause=move |_| player.playing.set(false)
            on:ended=move |_| player.playing.set(false)
            on:seeked=move |_| player.update()
        ></audio>
        // Its content is text for a browser with script, so it is not hydrated.
        <noscript inner_html=format!("<audio controls src=\"/api/v1/transcriptions/{id}/audio\"></audio>")></noscript>
    }
}

/// Back, play, speed, and the line to move along.
#[component]
pub(crate) fn PlayerBar(player: Player, id: TranscriptionId, duration: f64) -> impl IntoView {
    const RATES: [f64; 4] = [1.0, 1.25, 1.5, 0.75];
    let next_rate = move |_| {
        let now = player.rate.get_untracked();
        let at = RATES
            .iter()
            .position(|rate| (rate - now).abs() < 0.01)
            .unwrap_or(0);
        let next = RATES[(at + 1) % RATES.len()];
        player.rate.set(next);
        audio::set_rate(player.element, next);
    };
    view! {
        <section class="player" aria-label="Recording">
            <Recording player id/>
            <button type="button" class="button button--quiet needs-script" title="Back 10 seconds (J)"
                on:click=move |_| player.skip(-10.0)>"Back 10 s"</button>
            <button type="button" class="button player__play needs-script" title="Play or pause (K)"
                on:click=move |_| player.toggle()>
                {move || if player.playing.get() { "Pause" } else { "Play" }}
            </button>
            <button type="button" class="button button--quiet player__rate needs-script" title="Speed" on:click=next_rate>
                <span class="visually-hidden">"Speed "</span>
                {move || format!("{}x", player.rate.get())}
            </button>
            <span class="player__time needs-script">{move || format::clock(player.position.get())}</span>
            <input
                type="range" class="player__line needs-script" aria-label="Position in the recording"
                min="0" max=duration step="0.1"
                prop:value=move || player.position.get()
                aria-valuetext=move || format!("{} of {}", format::clock(player.position.get()), format::clock(duration))
                on:input=move |event| {
                    if let Ok(seconds) = event_target_value(&event).parse() {
                        audio::seek(player.element, seconds);
                    }
                }
            />
            <span class="player__time needs-script">{format::clock(duration)}</span>
        </section>
    }
}
