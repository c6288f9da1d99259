//! Recording and sending a dictation.

mod chooser;
mod level;
mod recorder_panel;
mod sending;
mod take;

use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;
use seva_model::Specialty;

use self::{chooser::Chooser, recorder_panel::RecorderPanel, sending::SendRow, take::Take};
use crate::{
    browser::{keys, network::ask_before_leaving, storage},
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
    owner: Signal<Option<String>>,
}

impl Desk {
    fn new() -> Self {
        let doctor = use_doctor();
        Self {
            take: RwSignal::new(None),
            recording: RwSignal::new(false),
            sending: RwSignal::new(false),
            owner: Signal::derive(move || {
                let user = doctor.0.get()?.ok()?;
                Some(user.id.to_string())
            }),
        }
    }

    /// Removes what would be sent, here and in the browser's storage.
    fn clear(self) {
        let kept = self
            .take
            .with_untracked(|take| take.as_ref().is_some_and(|take| take.recorded));
        self.take.set(None);
        if let (true, Some(owner)) = (kept, self.owner.get_untracked()) {
            leptos::task::spawn_local(async move {
                // What can't be removed is offered again on the next visit.
                let _ = storage::forget(&owner).await;
            });
        }
    }
}

/// Record, or choose a file; say for whom; send. One plain form, which a
/// browser without script posts by itself.
#[component]
pub(crate) fn Capture() -> impl IntoView {
    let desk = Desk::new();
    offer_kept_recording(desk);
    let unsent = Signal::derive(move || {
        desk.recording.get()
            || desk
                .take
                .with(|take| take.as_ref().is_some_and(|take| take.recorded))
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
            </div>
            <Chooser desk/>
            <SendRow desk form/>
        </form>
    }
}

/// A recording that was not sent the last time is taken up again.
fn offer_kept_recording(desk: Desk) {
    Effect::new(move |_| {
        let Some(owner) = desk.owner.get() else {
            return;
        };
        leptos::task::spawn_local(async move {
            if let Ok(Some(kept)) = storage::kept(&owner).await
                && !desk.recording.get_untracked()
                && desk.take.with_untracked(Option::is_none)
            {
                desk.take
                    .set(Some(Take::recording(kept.audio, kept.seconds, true)));
            }
        });
    });
}
