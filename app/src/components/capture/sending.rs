use leptos::{html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use send_wrapper::SendWrapper;
use seva_model::{AppError, ErrorCode, Specialty};
use web_sys::{Blob, FormData, Url};

use super::{Desk, Take};
use crate::{
    browser::{
        keys::on_ctrl_key,
        upload::{Upload, UploadEvent, UploadForm},
    },
    components::common::{Icon, IconName, Notice, Tone},
    format,
};

/// How far the sending is.
#[derive(Clone, Debug, PartialEq)]
enum Sending {
    Idle,
    Running { sent: u64, total: u64, started: f64 },
    Refused(AppError),
    Broken(String),
}

/// The row of what will be sent, with its progress, and the button that sends.
#[component]
pub(super) fn SendRow(desk: Desk, form: NodeRef<html::Form>) -> impl IntoView {
    let sending = RwSignal::new(Sending::Idle);
    let upload = StoredValue::new(None::<SendWrapper<Upload>>);
    let navigate = use_navigate();
    // Another take is another story.
    Effect::new(move |_| {
        desk.take.track();
        sending.set(Sending::Idle);
    });

    let send = move || {
        let Some(take) = desk.take.get_untracked() else {
            sending.set(Sending::Broken(
                "Record first, or choose a file.".to_owned(),
            ));
            return;
        };
        if desk.recording.get_untracked() || desk.sending.get_untracked() {
            return;
        }
        let started = js_sys::Date::now();
        let navigate = navigate.clone();
        let recorded = take.recording.is_some();
        let listener = move |event: UploadEvent| match event {
            UploadEvent::Progress { sent, total } => {
                sending.set(Sending::Running {
                    sent,
                    total,
                    started,
                });
            }
            UploadEvent::Done(id) => {
                desk.sending.set(false);
                desk.clear();
                navigate(&format!("/dictations/{id}"), NavigateOptions::default());
            }
            UploadEvent::Refused(error) => {
                desk.sending.set(false);
                sending.set(Sending::Refused(error));
            }
            UploadEvent::Broken { sent } => {
                desk.sending.set(false);
                sending.set(Sending::Broken(broken(sent, recorded)));
            }
        };
        let total = take.bytes;
        sending.set(Sending::Running {
            sent: 0,
            total,
            started,
        });
        desk.sending.set(true);
        let started_upload = Upload::start(&filled(&take, form), listener);
        if started_upload.is_none() {
            desk.sending.set(false);
            sending.set(Sending::Broken(
                "This browser could not send it. Load the page again; a recording made here is kept.".to_owned(),
            ));
        }
        upload.set_value(started_upload.map(SendWrapper::new));
    };
    let cancel = move || {
        upload.set_value(None);
        desk.sending.set(false);
        sending.set(Sending::Idle);
    };
    on_ctrl_key("Enter", {
        let send = send.clone();
        move || send()
    });

    view! {
        <div class="send">
            {move || desk.take.get().map(|take| view! { <TakeRow desk take sending cancel/> })}
            {move || match sending.get() {
                Sending::Broken(sentence) => Some(view! { <Notice tone=Tone::Bad sentence/> }.into_any()),
                Sending::Refused(error) => Some(view! { <Refusal error/> }.into_any()),
                _ => None,
            }}
            <button type="submit" class="button button--main send__button" title="Send (Ctrl Enter)"
                hidden=move || desk.sending.get()
                on:click=move |event| {
                    // The form is for browsers without script.
                    event.prevent_default();
                    send();
                }
            >
                <Icon name=IconName::Upload/>
                {move || match sending.get() {
                    Sending::Broken(_) | Sending::Refused(_) if desk.take.with(Option::is_some) => "Try again",
                    _ => "Send",
                }}
            </button>
        </div>
    }
}

/// Name, size, progress, and what can be done with it.
#[component]
fn TakeRow(
    desk: Desk,
    take: Take,
    sending: RwSignal<Sending>,
    cancel: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let title = take.title();
    let question = format!("Remove \u{201c}{title}\u{201d}? It was not sent.");
    let (recorded, earlier) = (take.recording.is_some(), take.is_earlier());
    // One of an earlier visit goes back to where it was chosen.
    let remove = move |_| {
        if earlier {
            desk.take.set(None);
        } else if !recorded || window().confirm_with_message(&question).unwrap_or(false) {
            desk.clear();
        }
    };
    let total = take.bytes;
    view! {
        <div class="take">
            <p class="take__name"><Icon name=IconName::File/> <span>{title}</span></p>
            {move || match sending.get() {
                Sending::Running { sent, total, started } => view! {
                    <Progress sent total started/>
                    <button type="button" class="button button--quiet" on:click=move |_| cancel()>"Cancel"</button>
                }.into_any(),
                _ => view! {
                    <span class="take__size">{format::size(total)}</span>
                    <button type="button" class="button button--quiet" on:click=remove.clone()>
                        {if earlier {
                            "Not now".into_any()
                        } else {
                            view! { <Icon name=IconName::Trash/> "Remove" }.into_any()
                        }}
                    </button>
                }.into_any(),
            }}
            {recorded.then(|| view! { <Listen take/> })}
        </div>
    }
}

#[component]
fn Progress(sent: u64, total: u64, started: f64) -> impl IntoView {
    let elapsed = (js_sys::Date::now() - started) / 1000.0;
    let words = if sent >= total {
        "All sent. SEVA looks at the recording.".to_owned()
    } else {
        format::seconds_left(sent, total, elapsed)
            .map(|seconds| format!("{} left", format::wait(seconds)))
            .unwrap_or_default()
    };
    view! {
        <span class="take__size">{format::size_of(sent, total)}</span>
        <progress class="progress" max=total.to_string() value=sent.to_string() aria-label="Sent"></progress>
        <span class="take__left">{words}</span>
    }
}

/// Listen before sending.
#[component]
pub(super) fn Listen(take: Take) -> impl IntoView {
    let player = NodeRef::<html::Audio>::new();
    let address = StoredValue::new(None::<String>);
    let take = StoredValue::new(take);
    Effect::new(move |_| {
        let Some(player) = player.get() else { return };
        let url = take.with_value(|take| Url::create_object_url_with_blob(&take.audio).ok());
        if let Some(url) = &url {
            player.set_src(url);
        }
        address.set_value(url);
    });
    on_cleanup(move || {
        if let Some(Some(url)) = address.try_get_value() {
            // An address that is gone already needs nothing.
            let _ = Url::revoke_object_url(&url);
        }
    });
    view! { <audio class="take__player" node_ref=player controls aria-label="Listen to the recording"></audio> }
}

#[component]
fn Refusal(error: AppError) -> impl IntoView {
    let signed_out = error.code == ErrorCode::NotSignedIn;
    view! {
        <Notice tone=Tone::Bad sentence=error.message>
            {signed_out.then(|| view! {
                <a href="/sign-in" target="_blank" rel="noopener">"Sign in in a new tab, then try again"</a>
            })}
        </Notice>
    }
}

fn broken(sent: u64, recorded: bool) -> String {
    let safe = if recorded {
        "Your recording is kept here."
    } else {
        "Your file is still chosen."
    };
    match sent {
        0 => format!("The server can't be reached. {safe} Check the connection and try again."),
        sent => format!(
            "The upload stopped at {}. {safe} Try again.",
            format::size(sent)
        ),
    }
}

/// The take with what the form says of it.
fn filled(take: &Take, form: NodeRef<html::Form>) -> UploadForm {
    let fields = form
        .get_untracked()
        .and_then(|form| FormData::new_with_form(&form).ok());
    let text = |name: &str| {
        fields
            .as_ref()
            .and_then(|fields| fields.get(name).as_string())
            .unwrap_or_default()
    };
    UploadForm {
        audio: Blob::clone(&take.audio),
        file_name: take.name.clone(),
        specialty: text("specialty").parse::<Specialty>().unwrap_or_default(),
        patient_name: text("patient_name"),
        language_code: text("language_code"),
    }
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn a_broken_upload_says_where_what_is_safe_and_what_to_do() {
        assert_eq!(
            broken(4_299_162, true),
            "The upload stopped at 4.1 MB. Your recording is kept here. Try again."
        );
        assert!(
            broken(0, false).starts_with("The server can't be reached. Your file is still chosen.")
        );
    }
}
