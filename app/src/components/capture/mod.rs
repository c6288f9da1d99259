//! Recording and sending a dictation.

mod chooser;
mod kept;
mod language;
mod level;
mod recorder_panel;
mod sending;
mod take;

use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;
use seva_model::Specialty;

use self::{
    chooser::Chooser,
    kept::{KeptRecordings, look_for_kept},
    language::LanguageField,
    recorder_panel::RecorderPanel,
    sending::SendRow,
    take::{Recording, Take},
};
use crate::{
    browser::{
        keys,
        network::ask_before_leaving,
        storage::{self, RecordingId},
    },
    components::{
        common::{Field, Notice, Tone},
        layout::use_doctor,
    },
    server_fns::dictations::take_upload_error,
};

/// The input that chooses a file.
pub(crate) const FILE_INPUT: &str = "#audio_file";

/// What the pieces of the page share.
#[derive(Clone, Copy)]
struct Desk {
    /// What would be sent now.
    take: RwSignal<Option<Take>>,
    /// Whether the microphone is open.
    recording: RwSignal<bool>,
    /// Whether an upload runs.
    sending: RwSignal<bool>,
    /// Whom a kept recording belongs to; none until it is known.
    owner: Memo<Option<String>>,
    /// What this page itself recorded last.
    own: StoredValue<Option<RecordingId>>,
    /// Recordings of earlier visits, oldest first.
    kept: RwSignal<Vec<Take>>,
    /// Whether another tab has one.
    elsewhere: RwSignal<bool>,
}

impl Desk {
    fn new() -> Self {
        let doctor = use_doctor();
        Self {
            take: RwSignal::new(None),
            recording: RwSignal::new(false),
            sending: RwSignal::new(false),
            owner: Memo::new(move |_| {
                let user = doctor.0.get()?.ok()?;
                Some(user.id.to_string())
            }),
            own: StoredValue::new(None),
            kept: RwSignal::new(Vec::new()),
            elsewhere: RwSignal::new(false),
        }
    }

    /// Whether what would be sent now was recorded on this very page.
    fn has_own_take(self) -> bool {
        self.take.with(|take| {
            take.as_ref()
                .is_some_and(|take| take.recording.is_some() && !take.is_earlier())
        })
    }

    /// Removes what would be sent, here and in the browser's storage.
    fn clear(self) {
        if let Some(take) = self.take.get_untracked() {
            self.remove(take);
        }
    }

    /// Removes a take, here and in the browser's storage.
    fn remove(self, take: Take) {
        if self
            .take
            .with_untracked(|on_desk| on_desk.as_ref().is_some_and(|it| it.id() == take.id()))
        {
            self.take.set(None);
        }
        let Some(recording) = take.recording else {
            return;
        };
        self.kept
            .update(|kept| kept.retain(|take| take.id() != Some(&recording.id)));
        leptos::task::spawn_local(async move {
            // What can't be removed is offered again on the next visit.
            let _ = storage::forget(&recording.id).await;
            // Only now may another tab look for it.
            drop(recording);
        });
    }
}

/// Record, or choose a file; say for whom; send. One plain form, which a
/// browser without script posts by itself.
#[component]
pub(crate) fn Capture() -> impl IntoView {
    let desk = Desk::new();
    look_for_kept(desk);
    let unsent = Signal::derive(move || {
        desk.recording.get()
            || desk
                .take
                .with(|take| take.as_ref().is_some_and(|take| take.recording.is_some()))
    });
    ask_before_leaving(
        unsent,
        "The recording was not sent. It stays in this browser. Leave the page?",
    );
    let hash = use_location().hash;
    Effect::new(move |_| {
        if hash.get().ends_with("file") {
            keys::focus(FILE_INPUT);
        }
    });
    let form = NodeRef::<html::Form>::new();
    let refused = Resource::new_blocking(|| (), |()| take_upload_error());

    view! {
        <Suspense>
            {move || Suspend::new(async move {
                refused.await.ok().flatten().map(|error| view! {
                    <Notice tone=Tone::Bad sentence=error.message/>
                })
            })}
        </Suspense>
        <KeptRecordings desk/>
        <form class="capture" node_ref=form method="post" action="/dictations/upload" enctype="multipart/form-data"
            on:submit=|event| event.prevent_default()
        >
            <RecorderPanel desk/>
            <div class="capture__about">
                <Field name="patient_name" label="Patient" autocomplete="off"/>
                <div class="field">
                    <label for="specialty">"Specialty"</label>
                    <select id="specialty" name="specialty">
                        {Specialty::ALL.into_iter().map(|specialty| view! {
                            <option value=specialty.as_str()>{specialty.label()}</option>
                        }).collect_view()}
                    </select>
                </div>
                <LanguageField desk/>
            </div>
            <Chooser desk/>
            <SendRow desk form/>
        </form>
    }
}
