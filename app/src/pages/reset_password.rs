use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    confirm::ConfirmFirst,
    mailed_code::{self, EnterCode},
};
use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, trouble_of},
    server_fns::passwords::{ForgotPassword, ResetPassword},
};

/// The code from the mail, and the new password.
#[component]
pub(crate) fn ResetPasswordPage() -> impl IntoView {
    let query = use_query_map();
    let sent = move || query.with(|query| query.get("sent").is_some());
    let pending = mailed_code::pending();
    view! {
        <Title text="New password"/>
        <h1>"New password"</h1>
        {move || sent().then(|| view! {
            <Notice tone=Tone::Good sentence="If this address has an account, a code is on its way."/>
        })}
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
    let reset = ServerAction::<ResetPassword>::new();
    let resend = ServerAction::<ForgotPassword>::new();
    let answer = reset.value();
    let field = move |name: &'static str| {
        Signal::derive(move || match answer.get() {
            Some(Err(error)) => error.field(name).map(str::to_owned),
            _ => None,
        })
    };
    let known = !email.is_empty();
    let receiver = email.clone();
    let hidden = email.clone();
    view! {
        <EnterCode email=receiver mailbox/>
        {move || trouble_of(answer.get().as_ref())
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        {move || resend.value().get().and_then(Result::err)
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        <ActionForm action=reset attr:class="form">
            {if known {
                // Named as the account, for the browser's own store of passwords.
                view! { <input type="email" name="email" value=hidden autocomplete="username" hidden/> }.into_any()
            } else {
                view! { <Field name="email" label="E-mail" kind="email" max=254 required=true autocomplete="username" error=field("email")/> }.into_any()
            }}
            <Field name="confirmation_code" label="Code" max=12 required=true autocomplete="one-time-code"
                inputmode="numeric" error=field("confirmation_code")/>
            <Field name="password" label="New password" kind="password" required=true autocomplete="new-password"
                hint="At least 8 characters, with upper and lower case, a digit and a symbol." error=field("password")/>
            <SubmitButton label="Set the password" busy_label="Setting" busy=reset.pending()/>
        </ActionForm>
        {known.then(|| view! {
            <ActionForm action=resend attr:class="form form--inline">
                <input type="hidden" name="email" value=email/>
                <span>"No mail?"</span>
                <button type="submit" class="button button--quiet" disabled=move || resend.pending().get()>"Send a new code"</button>
            </ActionForm>
        })}
        <ConfirmFirst/>
        <p class="lobby__other"><a href="/sign-in">"Sign in"</a></p>
    }
}
