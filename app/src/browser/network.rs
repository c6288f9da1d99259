//! Whether the browser has a network, and questions before it leaves a page.

use leptos::{ev, prelude::*};
use send_wrapper::SendWrapper;
use web_sys::{BeforeUnloadEvent, Element, MouseEvent};

use super::keys;

/// Follows the browser's own opinion; true until it says otherwise.
pub(crate) fn use_online() -> ReadSignal<bool> {
    let (online, set_online) = signal(true);
    Effect::new(move |_| {
        set_online.set(window().navigator().on_line());
        let up = window_event_listener(ev::online, move |_| set_online.set(true));
        let down = window_event_listener(ev::offline, move |_| set_online.set(false));
        on_cleanup(move || {
            up.remove();
            down.remove();
        });
    });
    online
}

/// Asks before the page is left while `unsaved` holds: closing and reloading
/// through the browser's own question, links of the page through `question`.
pub(crate) fn ask_before_leaving(unsaved: Signal<bool>, question: &'static str) {
    Effect::new(move |_| {
        let closing = window_event_listener(ev::beforeunload, move |event: BeforeUnloadEvent| {
            if unsaved.get_untracked() {
                event.prevent_default();
                event.set_return_value("unsaved");
            }
        });
        on_cleanup(move || closing.remove());
    });
    Effect::new(move |_| {
        use wasm_bindgen::{JsCast, closure::Closure};

        // In the capture phase, so that it comes before the router.
        let listener = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
            if unsaved.get_untracked()
                && keys::link_of(&event).is_some_and(|link| leaves(&link))
                && !window().confirm_with_message(question).unwrap_or(true)
            {
                event.prevent_default();
                event.stop_immediate_propagation();
            }
        });
        let function = listener
            .as_ref()
            .unchecked_ref::<js_sys::Function>()
            .clone();
        let _ = document().add_event_listener_with_callback_and_bool("click", &function, true);
        let kept = SendWrapper::new((listener, function));
        on_cleanup(move || {
            let (_, function) = &*kept;
            let _ =
                document().remove_event_listener_with_callback_and_bool("click", function, true);
        });
    });
}

/// Whether following a link closes the page.
fn leaves(link: &Element) -> bool {
    !link.has_attribute("download") && link.get_attribute("target").as_deref() != Some("_blank")
}
