use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::mailed_code::{self, EnterCode};
use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, trouble_of},
    server_fns::account::{ConfirmEmail, ResendCode},
};

/// Where the page is linked.
pub(super) const ENTER_OR_ASK: &str = "Enter or ask for the code that confirms your address";

/// For whoever waits for a code that sets a new password: not every identity
/// provider sends one to an address that nobody has confirmed.
#[component]
pub(super) fn ConfirmFirst() -> impl IntoView {
    view! {
        <p>
            "No mail? An address that was never confirmed may need that before it gets a new password. "
            <a href="/confirm">{ENTER_OR_ASK}</a>
            ", then come back."
        </p>
    }
}

/// The code from the mail.
#[component]
pub(crate) fn ConfirmPage() -> impl IntoView {
    let query = use_query_map();
    let sent = move || query.with(|query| query.get("sent").is_some());
    let pending = mailed_code::pending();
    view! {
        <Title text="Confirm your address"/>
        <h1>"Confirm your address"</h1>
        {move || sent().then(|| view! { <Notice tone=Tone::Good sentence="A new code is on its way."/> })}
        <Suspense>
            {move || Suspend::new(async move {
                let (email, mailbox) = pending.await;
                view! { <Forms email mailbox/> }
            })}
        </Suspense>
    }
}

#[component]
fn Forms(email: String, mailbox: bool) -> impl IntoView {
    let confirm = ServerAction::<ConfirmEmail>::new();
    let resend = ServerAction::<ResendCode>::new();
    let answer = confirm.value();
    let field = move |name: &'static str| {
        Signal::derive(move || match answer.get() {
            Some(Err(error)) => error.field(name).map(str::to_owned),
            _ => None,
        })
    };
    // Typed once, used by both forms.
    let address = RwSignal::new(email.clone());
    let known = !email.is_empty();
    let receiver = email.clone();
    let hidden = email.clone();
    view! {
        <EnterCode email=receiver mailbox/>
        {move || trouble_of(answer.get().as_ref())
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        {move || resend.value().get().and_then(Result::err)
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        <ActionForm action=confirm attr:class="form" on:input=move |event| {
            if event_target::<web_sys::HtmlInputElement>(&event).name() == "email" {
                address.set(event_target_value(&event));
            }
        }>
            {if known {
                view! { <input type="hidden" name="email" value=hidden/> }.into_any()
            } else {
                view! { <Field name="email" label="E-mail" kind="email" max=254 required=true autocomplete="username" error=field("email")/> }.into_any()
            }}
            <Field name="confirmation_code" label="Code" max=12 required=true autocomplete="one-time-code"
                inputmode="numeric" error=field("confirmation_code")/>
            <SubmitButton label="Confirm" busy_label="Confirming" busy=confirm.pending()/>
        </ActionForm>
        <ActionForm action=resend attr:class="form form--inline">
            <input type="hidden" name="email" prop:value=move || address.get() value=email/>
            <span>"No mail?"</span>
            <button type="submit" class="button button--quiet" disabled=move || resend.pending().get()>"Send a new code"</button>
        </ActionForm>
        <p class="lobby__other"><a href="/sign-in">"Sign in"</a></p>
    }
}
