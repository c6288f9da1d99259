//! Playing a recording, and lighting the word that is heard.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

const LIT: &str = "is-lit";

/// Starts at a second of the recording. A browser may refuse to play without a
/// click; then the position alone moves.
pub(crate) fn play_from(audio: NodeRef<html::Audio>, seconds: f64) {
    if let Some(audio) = audio.get_untracked() {
        audio.set_current_time(seconds.max(0.0));
        let _ = audio.play();
    }
}

/// Plays, or pauses.
pub(crate) fn toggle(audio: NodeRef<html::Audio>) {
    if let Some(audio) = audio.get_untracked() {
        if audio.paused() {
            let _ = audio.play();
        } else {
            pause(&audio);
        }
    }
}

/// Moves by seconds, forwards or back.
pub(crate) fn skip(audio: NodeRef<html::Audio>, seconds: f64) {
    if let Some(audio) = audio.get_untracked() {
        audio.set_current_time((audio.current_time() + seconds).max(0.0));
    }
}

/// Moves to a second without starting.
pub(crate) fn seek(audio: NodeRef<html::Audio>, seconds: f64) {
    if let Some(audio) = audio.get_untracked() {
        audio.set_current_time(seconds);
    }
}

/// Plays faster or slower; 1 is as recorded.
pub(crate) fn set_rate(audio: NodeRef<html::Audio>, rate: f64) {
    if let Some(audio) = audio.get_untracked() {
        audio.set_playback_rate(rate);
    }
}

/// Where the recording is, in seconds; stops it behind `stop_at`.
pub(crate) fn position(audio: NodeRef<html::Audio>, stop_at: Option<f64>) -> f64 {
    let Some(audio) = audio.get_untracked() else {
        return 0.0;
    };
    let now = audio.current_time();
    if stop_at.is_some_and(|stop| now >= stop) {
        pause(&audio);
    }
    now
}

fn pause(audio: &web_sys::HtmlAudioElement) {
    // Pausing fails only on an element that plays nothing.
    let _ = audio.pause();
}

/// Moves the light from one word to another and keeps it in view. Straight on
/// the elements: a dictation has thousands of words and the light moves often.
pub(crate) fn light_word(before: Option<usize>, now: Option<usize>) {
    if let Some(element) = before.and_then(word_element) {
        let _ = element.class_list().remove_1(LIT);
    }
    if let Some(element) = now.and_then(word_element) {
        let _ = element.class_list().add_1(LIT);
        let nearest = web_sys::ScrollIntoViewOptions::new();
        nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}

/// Id of a word's element.
pub(crate) fn word_id(index: usize) -> String {
    format!("word-{index}")
}

fn word_element(index: usize) -> Option<web_sys::Element> {
    document().get_element_by_id(&word_id(index))
}

/// The word under a click, if there is one.
pub(crate) fn clicked_word(event: &web_sys::MouseEvent) -> Option<usize> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let word = target.closest("[data-word]").ok()??;
    word.get_attribute("data-word")?.parse().ok()
}
