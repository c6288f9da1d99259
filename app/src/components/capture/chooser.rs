use leptos::{html, prelude::*};
use seva_model::ACCEPTED_EXTENSIONS;
use web_sys::{DragEvent, FileList, HtmlInputElement};

use super::{Desk, Take};
use crate::{
    components::common::{Icon, IconName},
    format,
};

/// Drop a file, or choose one.
#[component]
pub(super) fn Chooser(desk: Desk) -> impl IntoView {
    let (refusal, set_refusal) = signal(None::<String>);
    let (over, set_over) = signal(false);
    let input = NodeRef::<html::Input>::new();
    let choose = move |files: Option<FileList>| {
        let Some(file) = files.and_then(|files| files.get(0)) else {
            return;
        };
        match Take::file(&file) {
            Ok(take) => {
                set_refusal.set(None);
                desk.take.set(Some(take));
            }
            Err(sentence) => {
                set_refusal.set(Some(sentence));
                if let Some(input) = input.get_untracked() {
                    input.set_value("");
                }
            }
        }
    };
    // A file that is off the desk leaves the input too, so that the same one can
    // be chosen again.
    Effect::new(move |_| {
        if desk
            .take
            .with(|take| take.as_ref().is_none_or(|take| take.recording.is_some()))
            && let Some(input) = input.get_untracked()
        {
            input.set_value("");
        }
    });
    // A recording made here is never replaced by a dropped file.
    let closed = move || {
        desk.recording.get()
            || desk.sending.get()
            || desk
                .take
                .with(|take| take.as_ref().is_some_and(|take| take.recording.is_some()))
    };
    let is_closed = move || untrack(closed);
    let endings = ACCEPTED_EXTENSIONS
        .map(|ending| format!(".{ending}"))
        .join(",");
    view! {
        <div class="chooser" class:chooser--over=over class:chooser--closed=closed
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                set_over.set(!is_closed());
            }
            on:dragleave=move |_| set_over.set(false)
            on:drop=move |event: DragEvent| {
                event.prevent_default();
                set_over.set(false);
                if !is_closed() {
                    choose(event.data_transfer().and_then(|data| data.files()));
                }
            }
        >
            <label class="chooser__label" for="audio_file">
                <Icon name=IconName::File/>
                <span class="chooser__drop needs-script">"Drop a file here, or choose one"</span>
                <span class="chooser__plain">"Choose a file"</span>
            </label>
            <input
                id="audio_file" name="audio_file" type="file" node_ref=input
                accept=format!("audio/*,{endings}")
                aria-describedby="audio_file-hint audio_file-error"
                disabled=closed
                title="Upload (U)"
                on:change=move |event| choose(event_target::<HtmlInputElement>(&event).files())
            />
            <p id="audio_file-hint" class="field__hint">
                {format!("{}, at most {}.", ACCEPTED_EXTENSIONS.join(", "), format::limit())}
            </p>
            <p id="audio_file-error" class="field__error" aria-live="assertive">
                {move || refusal.get().map(|sentence| view! { <Icon name=IconName::Alert/> <span>{sentence}</span> })}
            </p>
        </div>
    }
}
