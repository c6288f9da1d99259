use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use seva_model::ErrorCode;

use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, trouble_of},
    server_fns::{account::SignIn, sign_in::was_signed_out},
};

/// The door.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let next = query.get("next").unwrap_or_default();
    let confirmed = query.get("confirmed").is_some();
    let reset = query.get("reset").is_some();
    let half_out = query.get("out").is_some();
    let over = query.get("ended").is_some();
    let ended = Resource::new_blocking(
        || (),
        |()| async { was_signed_out().await.unwrap_or_default() },
    );
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
        {reset.then(|| view! {
            <Notice tone=Tone::Good sentence="Your password is changed. Sign in with the new one."/>
        })}
        {over.then(|| view! {
            <Notice tone=Tone::Plain sentence="That sign-in took too long or was ended. Sign in again."/>
        })}
        {half_out.then(|| view! {
            <Notice tone=Tone::Plain sentence="You are signed out. The sign-in service does not answer and could not be told; SEVA has forgotten what it gave for you, so nobody can go on with it."/>
        })}
        <Suspense>
            {move || Suspend::new(async move {
                ended.await.then(|| view! {
                    <Notice tone=Tone::Plain sentence="Your sign-in has ended. Sign in again to go on. Nothing you saved is lost."/>
                })
            })}
        </Suspense>
        {move || trouble_of(answer.get().as_ref()).map(|error| {
            let next = match error.code() {
                ErrorCode::EmailNotConfirmed => Some(("/confirm", "Enter the code")),
                ErrorCode::PasswordResetRequired => Some(("/forgot-password", "Choose a new password")),
                _ => None,
            };
            view! {
                <Notice tone=Tone::Bad sentence=error.to_string()>
                    {next.map(|(page, label)| view! { <a href=page>{label}</a> })}
                </Notice>
            }
        })}
        <ActionForm action=sign_in attr:class="form">
            <input type="hidden" name="next" value=next/>
            <Field name="email" label="E-mail" kind="email" max=254 required=true autocomplete="username" error=field("email")/>
            <Field name="password" label="Password" kind="password" required=true autocomplete="current-password" error=field("password")/>
            <SubmitButton label="Sign in" busy_label="Signing in" busy=sign_in.pending()/>
        </ActionForm>
        <p><a href="/forgot-password">"Forgot your password?"</a></p>
        <p class="lobby__other">"No account yet? " <a href="/register">"Register"</a></p>
    }
}
