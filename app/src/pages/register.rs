use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use seva_model::ErrorCode;

use super::confirm::ENTER_OR_ASK;
use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, trouble_of},
    server_fns::account::Register,
};

/// Opening an account.
#[component]
pub(crate) fn RegisterPage() -> impl IntoView {
    let register = ServerAction::<Register>::new();
    let answer = register.value();
    let field = move |name: &'static str| {
        Signal::derive(move || match answer.get() {
            Some(Err(error)) => error.field(name).map(str::to_owned),
            _ => None,
        })
    };
    view! {
        <Title text="Register"/>
        <h1>"Register"</h1>
        {move || trouble_of(answer.get().as_ref()).map(|error| {
            let taken = error.code() == ErrorCode::AlreadyRegistered;
            view! {
                <Notice tone=Tone::Bad sentence=error.to_string()>
                    {taken.then(|| view! {
                        <a href="/forgot-password">"Choose a new password"</a>
                        <a href="/confirm">{ENTER_OR_ASK}</a>
                    })}
                </Notice>
            }
        })}
        <ActionForm action=register attr:class="form">
            <Field name="full_name" label="Your name" required=true autocomplete="name"
                hint="As it shall stand on prescriptions, for example Dr. Meera Nair." error=field("full_name")/>
            <Field name="email" label="E-mail" kind="email" max=254 required=true autocomplete="username" error=field("email")/>
            <Field name="password" label="Password" kind="password" required=true autocomplete="new-password"
                hint="At least 8 characters, with upper and lower case, a digit and a symbol." error=field("password")/>
            <SubmitButton label="Register" busy_label="Registering" busy=register.pending()/>
        </ActionForm>
        <p class="lobby__other">"Have an account? " <a href="/sign-in">"Sign in"</a></p>
    }
}
