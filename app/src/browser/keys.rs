//! Keys of the page, one letter each, out of the way while somebody types.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Runs `action` on a key for as long as the calling component lives: not with
/// a modifier, not while a field has the focus, not under an open dialog.
pub(crate) fn on_key(key: &'static str, action: impl Fn() + Clone + 'static) {
    Effect::new(move |_| {
        let action = action.clone();
        let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
            if !modified
                && !event.default_prevented()
                && event.key().eq_ignore_ascii_case(key)
                && !is_typing()
                && !dialog_is_open()
            {
                event.prevent_default();
                action();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Runs `action` on Ctrl (or Command) with a key, even while somebody types.
pub(crate) fn on_ctrl_key(key: &'static str, action: impl Fn() + Clone + 'static) {
    Effect::new(move |_| {
        let action = action.clone();
        let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            if (event.ctrl_key() || event.meta_key())
                && event.key().eq_ignore_ascii_case(key)
                && !dialog_is_open()
            {
                event.prevent_default();
                action();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Whether a field has the focus.
pub(crate) fn is_typing() -> bool {
    let Some(focused) = document().active_element() else {
        return false;
    };
    let is_field = matches!(
        focused.tag_name().as_str(),
        "INPUT" | "TEXTAREA" | "SELECT" | "AUDIO"
    ) && !matches!(
        focused.get_attribute("type").as_deref(),
        Some("checkbox" | "radio" | "button" | "submit" | "file")
    );
    is_field
        || focused
            .dyn_ref::<HtmlElement>()
            .is_some_and(HtmlElement::is_content_editable)
}

fn dialog_is_open() -> bool {
    matches!(document().query_selector("dialog[open]"), Ok(Some(_)))
}

/// Puts the focus on the first element a selector finds.
pub(crate) fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector)
        && let Ok(element) = element.dyn_into::<HtmlElement>()
    {
        // Fails only for an element that can't have the focus.
        let _ = element.focus();
    }
}

/// Presses the first element a selector finds.
pub(crate) fn press(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector)
        && let Ok(element) = element.dyn_into::<HtmlElement>()
    {
        element.click();
    }
}

/// The link a click landed in, if any.
pub(crate) fn link_of(event: &web_sys::Event) -> Option<Element> {
    event
        .target()?
        .dyn_into::<Element>()
        .ok()?
        .closest("a[href]")
        .ok()?
}
