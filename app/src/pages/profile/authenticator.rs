use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    UiError,
    components::common::{Field, Notice, SubmitButton, Tone, Trouble, trouble_of},
    qr::QrCode,
    server_fns::authenticator::{
        AuthenticatorState, BeginAuthenticator, CancelAuthenticator, ConfirmAuthenticator,
        RemoveAuthenticator, own_authenticator,
    },
};

/// What the section can do.
#[derive(Clone, Copy)]
struct Actions {
    begin: ServerAction<BeginAuthenticator>,
    cancel: ServerAction<CancelAuthenticator>,
    confirm: ServerAction<ConfirmAuthenticator>,
    remove: ServerAction<RemoveAuthenticator>,
}

/// An app that shows six digits, asked for at every sign-in.
#[component]
pub(super) fn AuthenticatorSection() -> impl IntoView {
    let actions = Actions {
        begin: ServerAction::new(),
        cancel: ServerAction::new(),
        confirm: ServerAction::new(),
        remove: ServerAction::new(),
    };
    let answers = [
        actions.begin.value(),
        actions.cancel.value(),
        actions.confirm.value(),
        actions.remove.value(),
    ];
    let state = Resource::new_blocking(|| (), |()| own_authenticator());
    for answer in answers {
        Effect::new(move |_| {
            if matches!(answer.get(), Some(Ok(()))) {
                state.refetch();
            }
        });
    }
    let query = use_query_map();
    let turned = move || match query.with(|query| query.get("authenticator")).as_deref() {
        Some("on") => Some("Your authenticator app is on."),
        Some("off") => Some("Your authenticator app is off."),
        _ => None,
    };
    let refused = move || {
        answers
            .iter()
            .any(|answer| matches!(answer.get(), Some(Err(_))))
    };
    view! {
        <section class="section" id="authenticator">
            <h2>"Authenticator app"</h2>
            {move || turned().filter(|_| !refused())
                .map(|sentence| view! { <Notice tone=Tone::Good sentence/> })}
            {answers.map(|answer| move || trouble_of(answer.get().as_ref())
                .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })).collect_view()}
            <Transition fallback=|| view! { <p>"Loading"</p> }>
                {move || Suspend::new(async move {
                    match state.await {
                        Ok(AuthenticatorState::Off) => view! { <Off actions/> }.into_any(),
                        Ok(AuthenticatorState::Setup { secret, code }) => view! { <Setup actions secret code/> }.into_any(),
                        Ok(AuthenticatorState::On) => view! { <On actions/> }.into_any(),
                        Err(error) => view! { <Trouble error retry=move || state.refetch()/> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Off(actions: Actions) -> impl IntoView {
    view! {
        <p>"With an app on your phone, your password alone opens nothing: signing in also asks for the six digits that the app shows."</p>
        <ActionForm action=actions.begin attr:class="form form--inline">
            <button type="submit" class="button" disabled=move || actions.begin.pending().get()>"Set it up"</button>
        </ActionForm>
    }
}

#[component]
fn Setup(actions: Actions, secret: String, code: Option<QrCode>) -> impl IntoView {
    let answer = actions.confirm.value();
    view! {
        <p>"Scan this with your authenticator app, or type the key into it. Then enter the six digits that it shows."</p>
        {code.map(|code| view! { <Picture code/> })}
        <p>"Key: " <code class="setup__key">{secret}</code></p>
        <ActionForm action=actions.confirm attr:class="form">
            <Field name="confirmation_code" label="Code" max=12 required=true autocomplete="one-time-code"
                inputmode="numeric" error=sentence_for("confirmation_code", move || answer.get())/>
            <Field name="current_password" label="Your password" kind="password" required=true
                autocomplete="current-password" error=sentence_for("current_password", move || answer.get())/>
            <SubmitButton label="Turn it on" busy_label="Turning on" busy=actions.confirm.pending()/>
        </ActionForm>
        <ActionForm action=actions.cancel attr:class="form form--inline">
            <button type="submit" class="button button--quiet" disabled=move || actions.cancel.pending().get()>"Not now"</button>
        </ActionForm>
    }
}

#[component]
fn On(actions: Actions) -> impl IntoView {
    let answer = actions.remove.value();
    view! {
        <p>"Signing in asks for the six digits that your app shows. A new phone? Turn it off here and set it up anew."</p>
        <ActionForm action=actions.remove attr:class="form">
            <Field name="current_password" label="Your password" kind="password" required=true
                autocomplete="current-password" error=sentence_for("current_password", move || answer.get())/>
            <SubmitButton label="Turn it off" busy_label="Turning off" busy=actions.remove.pending()/>
        </ActionForm>
    }
}

/// Dark on white whatever the page looks like: scanners need it.
#[component]
fn Picture(code: QrCode) -> impl IntoView {
    let side = code.side;
    view! {
        <svg class="setup__code" role="img" aria-label="QR code for your authenticator app"
            viewBox=format!("0 0 {side} {side}")>
            <rect width=side height=side fill="#fff"/>
            <path d=code.path fill="#000"/>
        </svg>
    }
}

/// What is wrong with a field.
fn sentence_for(
    name: &'static str,
    answer: impl Fn() -> Option<Result<(), UiError>> + Send + Sync + 'static,
) -> Signal<Option<String>> {
    Signal::derive(move || match answer() {
        Some(Err(error)) => error.field(name).map(str::to_owned),
        _ => None,
    })
}
