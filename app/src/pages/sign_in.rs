use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use seva_model::ErrorCode;

use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, trouble_of},
    server_fns::account::SignIn,
};

/// The door.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let next = query.get("next").unwrap_or_default();
    let confirmed = query.get("confirmed").is_some();
    let sign_in = ServerAction::<SignIn>::new();
    let answer = sign_in.value();
    let field = move |name: &'static str| {
        Signal::derive(move || match answer.get() {
            Some(Err(error)) => error.field(name).map(str::to_owned),
            _ => None,
        })
    };
    view! {
        <Title text="Sign in"/>
        <h1>"Sign in"</h1>
        {confirmed.then(|| view! {
            <Notice tone=Tone::Good sentence="Your address is confirmed. Sign in to begin."/>
        })}
        {move || trouble_of(answer.get().as_ref()).map(|error| {
            let unconfirmed = error.code() == ErrorCode::EmailNotConfirmed;
            view! {
                <Notice tone=Tone::Bad sentence=error.to_string()>
                    {unconfirmed.then(|| view! { <a href="/confirm">"Enter the code"</a> })}
                </Notice>
            }
        })}
        <ActionForm action=sign_in attr:class="form">
            <input type="hidden" name="next" value=next/>
            <Field name="email" label="E-mail" kind="email" max=254 required=true autocomplete="username" error=field("email")/>
            <Field name="password" label="Password" kind="password" required=true autocomplete="current-password" error=field("password")/>
            <SubmitButton label="Sign in" busy_label="Signing in" busy=sign_in.pending()/>
        </ActionForm>
        <p class="lobby__other">"No account yet? " <a href="/register">"Register"</a></p>
    }
}
