use std::{sync::Arc, time::Duration};

use leptos::prelude::*;

use super::{Icon, IconName};
use crate::browser::keys;

/// How long a toast stays, and how long an act can be undone.
const SECONDS: u64 = 10;

#[derive(Clone)]
struct Toast {
    number: u64,
    sentence: String,
    undo: Option<Undo>,
}

/// What takes an act back. A `Callback` would go with the part of the page that the act
/// removed.
type Undo = Arc<dyn Fn() + Send + Sync>;

/// Short messages at the edge of the page, which may offer to undo an act.
#[derive(Clone, Copy)]
pub(crate) struct ToastStack {
    toasts: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl ToastStack {
    /// Says that something happened.
    pub(crate) fn say(self, sentence: impl Into<String>) {
        self.push(sentence.into(), None);
    }

    /// Says that something happened and offers to undo it for ten seconds.
    pub(crate) fn offer_undo(
        self,
        sentence: impl Into<String>,
        undo: impl Fn() + Send + Sync + 'static,
    ) {
        self.push(sentence.into(), Some(Arc::new(undo)));
    }

    fn push(self, sentence: String, undo: Option<Undo>) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        let toast = Toast {
            number,
            sentence,
            undo,
        };
        self.toasts.update(|toasts| toasts.push(toast));
        set_timeout(move || self.drop(number), Duration::from_secs(SECONDS));
    }

    fn drop(self, number: u64) {
        self.toasts
            .update(|toasts| toasts.retain(|toast| toast.number != number));
    }

    fn undo(self, toast: &Toast) {
        self.drop(toast.number);
        if let Some(undo) = &toast.undo {
            undo();
        }
    }
}

/// Makes [`use_toasts`] work below; call it once, at the root, so that an undo
/// outlives the page it came from.
pub(crate) fn provide_toasts() {
    provide_context(ToastStack {
        toasts: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    });
}

/// The messages at the edge of the page.
pub(crate) fn use_toasts() -> ToastStack {
    expect_context()
}

/// Where the messages appear.
#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let stack = use_toasts();
    keys::on_key("z", move || {
        let last = stack.toasts.with_untracked(|toasts| {
            toasts
                .iter()
                .rev()
                .find(|toast| toast.undo.is_some())
                .cloned()
        });
        if let Some(toast) = last {
            stack.undo(&toast);
        }
    });
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || stack.toasts.get() key=|toast| toast.number let:toast>
                {
                    let undoable = toast.undo.is_some();
                    let number = toast.number;
                    let sentence = toast.sentence.clone();
                    view! {
                        <div class="toast">
                            <p>{sentence}</p>
                            {undoable.then(|| view! {
                                <button type="button" class="button button--quiet" title="Undo (Z)" aria-keyshortcuts="z"
                                    on:click=move |_| stack.undo(&toast)
                                >
                                    "Undo"
                                </button>
                            })}
                            <button type="button" class="button button--icon" aria-label="Close this message"
                                on:click=move |_| stack.drop(number)
                            >
                                <Icon name=IconName::Close/>
                            </button>
                        </div>
                    }
                }
            </For>
        </div>
    }
}
