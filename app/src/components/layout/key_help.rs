use leptos::{html, prelude::*};

use crate::{
    browser::{dialog, keys::on_key},
    components::common::{Icon, IconName},
};

/// Where a key works, and the keys.
type Group = (&'static str, &'static [(&'static str, &'static str)]);

const GROUPS: &[Group] = &[
    (
        "Everywhere",
        &[
            ("N", "New dictation"),
            ("U", "Upload a recording"),
            ("T", "Today"),
            ("/", "Search"),
            ("Z", "Undo, while it is offered"),
            ("?", "These keys"),
        ],
    ),
    (
        "New dictation",
        &[
            ("R", "Record, or stop"),
            ("P", "Pause, or go on"),
            ("Ctrl Enter", "Send"),
        ],
    ),
    (
        "Dictation",
        &[
            ("K", "Play, or pause"),
            ("J", "Back 10 seconds"),
            ("Ctrl Enter", "Go to the prescription"),
        ],
    ),
    ("Prescription", &[("Ctrl Enter", "Check and sign")]),
];

/// The list of keys, opened by `?`.
#[component]
pub(super) fn KeyHelp() -> impl IntoView {
    let this = NodeRef::<html::Dialog>::new();
    on_key("?", move || dialog::open(this));
    view! {
        <button type="button" class="key-help__button button button--icon needs-script" title="Keys (?)" aria-label="Keys"
            aria-keyshortcuts="?" on:click=move |_| dialog::open(this)
        >
            <Icon name=IconName::Keyboard/>
        </button>
        <dialog class="dialog key-help" node_ref=this aria-labelledby="key-help-title">
            <header class="dialog__header">
                <h2 id="key-help-title">"Keys"</h2>
                <button type="button" class="button button--icon" aria-label="Close" on:click=move |_| dialog::close(this)>
                    <Icon name=IconName::Close/>
                </button>
            </header>
            <div class="key-help__groups">
                {GROUPS.iter().map(|(place, keys)| view! {
                    <section>
                        <h3>{*place}</h3>
                        <dl>
                            {keys.iter().map(|(key, what)| view! {
                                <div><dt><kbd>{*key}</kbd></dt><dd>{*what}</dd></div>
                            }).collect_view()}
                        </dl>
                    </section>
                }).collect_view()}
            </div>
        </dialog>
    }
}
