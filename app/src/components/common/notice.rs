use leptos::prelude::*;
use seva_model::ErrorCode;

use super::{Icon, IconName};
use crate::UiError;

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It worked.
    Good,
    /// Something to know.
    Plain,
    /// Something failed.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "notice notice--good",
            Self::Plain => "notice",
            Self::Bad => "notice notice--bad",
        }
    }
}

/// One sentence in the page, with whatever helps below it.
#[component]
pub(crate) fn Notice(
    tone: Tone,
    #[prop(into)] sentence: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let icon = match tone {
        Tone::Good => Some(IconName::Check),
        Tone::Plain => None,
        Tone::Bad => Some(IconName::Alert),
    };
    view! {
        <div class=tone.class() role=if tone == Tone::Bad { "alert" } else { "status" }>
            {icon.map(|name| view! { <Icon name/> })}
            <p>{sentence}</p>
            {children.map(|children| view! { <div class="notice__actions">{children()}</div> })}
        </div>
    }
}

/// A part of the page that could not be loaded, with a way to try again.
#[component]
pub(crate) fn Trouble(error: UiError, retry: impl Fn() + Send + 'static) -> impl IntoView {
    let signed_out = error.code() == ErrorCode::NotSignedIn;
    view! {
        <Notice tone=Tone::Bad sentence=error.to_string()>
            {signed_out.then(|| view! { <a class="button" href="/sign-in">"Sign in"</a> })}
            <button type="button" class="button needs-script" on:click=move |_| retry()>"Try again"</button>
        </Notice>
    }
}

/// The sentence of an act that was refused, beside its button.
pub(crate) fn refusal(
    answer: impl Get<Value = Option<Result<(), UiError>>> + Send + Sync + 'static,
) -> impl IntoView {
    move || {
        answer
            .get()
            .and_then(Result::err)
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })
    }
}

/// The sentence of a form that was refused, unless a field already says it.
pub(crate) fn trouble_of<T>(answer: Option<&Result<T, UiError>>) -> Option<UiError> {
    match answer {
        Some(Err(error)) if error.0.fields.is_empty() => Some(error.clone()),
        _ => None,
    }
}
