use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

use super::confirm::ConfirmFirst;
use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, trouble_of},
    server_fns::{account::pending_email, passwords::ForgotPassword},
};

/// Asking for the code that sets a new password.
#[component]
pub(crate) fn ForgotPasswordPage() -> impl IntoView {
    let forgot = ServerAction::<ForgotPassword>::new();
    let answer = forgot.value();
    let error = Signal::derive(move || match answer.get() {
        Some(Err(error)) => error.field("email").map(str::to_owned),
        _ => None,
    });
    let known = Resource::new_blocking(
        || (),
        |()| async { pending_email().await.unwrap_or_default() },
    );
    view! {
        <Title text="New password"/>
        <h1>"New password"</h1>
        <p>"We mail you six digits with which you choose a new password."</p>
        {move || trouble_of(answer.get().as_ref())
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
        <Suspense>
            {move || Suspend::new(async move {
                let email = known.await;
                view! {
                    <ActionForm action=forgot attr:class="form">
                        <Field name="email" label="E-mail" kind="email" max=254 required=true value=email
                            autocomplete="username" error/>
                        <SubmitButton label="Send the code" busy_label="Sending" busy=forgot.pending()/>
                    </ActionForm>
                }
            })}
        </Suspense>
        <p><a href="/reset-password">"Enter a code that you have"</a></p>
        <ConfirmFirst/>
        <p class="lobby__other"><a href="/sign-in">"Sign in"</a></p>
    }
}
