use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use seva_model::SignInChallenge;

use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, Trouble, trouble_of},
    server_fns::sign_in::{AnswerCode, AnswerPassword, open_challenge},
};

/// What the door asks for after the password.
#[component]
pub(crate) fn ChallengePage() -> impl IntoView {
    let open = Resource::new_blocking(|| (), |()| open_challenge());
    view! {
        <Title text="One more step"/>
        <h1>"One more step"</h1>
        <Suspense>
            {move || Suspend::new(async move {
                match open.await {
                    Ok(Some(SignInChallenge::AuthenticatorCode)) => view! {
                        <CodeForm asks="Enter the six digits that your authenticator app shows now."
                            hint="Phone lost? Who runs your SEVA can turn the app off for you."/>
                    }.into_any(),
                    Ok(Some(SignInChallenge::EmailCode)) => view! {
                        <CodeForm asks="Enter the code that we just mailed to you."
                            hint="Six to eight digits. No mail? Sign in again for a new one."/>
                    }.into_any(),
                    Ok(Some(SignInChallenge::NewPassword)) => view! { <PasswordForm/> }.into_any(),
                    // On the way to the door.
                    Ok(None) => ().into_any(),
                    Err(error) => view! { <Trouble error retry=move || open.refetch()/> }.into_any(),
                }
            })}
        </Suspense>
        <p class="lobby__other"><a href="/sign-in">"Back to sign in"</a></p>
    }
}

#[component]
fn CodeForm(
    /// Where the code is found.
    asks: &'static str,
    /// What to do when it is not.
    hint: &'static str,
) -> impl IntoView {
    let action = ServerAction::<AnswerCode>::new();
    let answer = action.value();
    let error = Signal::derive(move || match answer.get() {
        Some(Err(error)) => error.field("confirmation_code").map(str::to_owned),
        _ => None,
    });
    view! {
        <p>{asks}</p>
        {move || trouble_of(answer.get().as_ref())
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        <ActionForm action attr:class="form">
            <Field name="confirmation_code" label="Code" max=12 required=true autocomplete="one-time-code"
                inputmode="numeric" hint error/>
            <SubmitButton label="Sign in" busy_label="Signing in" busy=action.pending()/>
        </ActionForm>
    }
}

/// Somebody else opened the account, with a password that they know.
#[component]
fn PasswordForm() -> impl IntoView {
    let action = ServerAction::<AnswerPassword>::new();
    let answer = action.value();
    let error = Signal::derive(move || match answer.get() {
        Some(Err(error)) => error.field("password").map(str::to_owned),
        _ => None,
    });
    view! {
        <p>"Choose a password of your own. The one you were given is used up."</p>
        {move || trouble_of(answer.get().as_ref())
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        <ActionForm action attr:class="form">
            <Field name="password" label="New password" kind="password" required=true autocomplete="new-password"
                hint="At least 8 characters, with upper and lower case, a digit and a symbol." error/>
            <SubmitButton label="Set it and sign in" busy_label="Signing in" busy=action.pending()/>
        </ActionForm>
    }
}
