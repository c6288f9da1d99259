use leptos::{form::ActionForm, html, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    components::common::{Field, Notice, SubmitButton, Tone, trouble_of},
    server_fns::passwords::ChangePassword,
};

/// Another password, by the one of today.
#[component]
pub(super) fn PasswordSection(
    /// Name of the account, for the browser's own store of passwords.
    email: String,
) -> impl IntoView {
    let change = ServerAction::<ChangePassword>::new();
    let answer = change.value();
    let field = move |name: &'static str| {
        Signal::derive(move || match answer.get() {
            Some(Err(error)) => error.field(name).map(str::to_owned),
            _ => None,
        })
    };
    // No password stays in it.
    let form = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        if let (Some(Ok(())), Some(form)) = (answer.get(), form.get_untracked()) {
            form.reset();
        }
    });
    let query = use_query_map();
    let changed = move || {
        let refused = matches!(answer.get(), Some(Err(_)));
        !refused && query.with(|query| query.get("changed").is_some())
    };
    view! {
        <section class="section" id="password-section">
            <h2>"Change password"</h2>
            {move || changed().then(|| view! {
                <Notice tone=Tone::Good sentence="Your password is changed. All other browsers are signed out."/>
            })}
            {move || trouble_of(answer.get().as_ref())
                .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
            <ActionForm action=change node_ref=form attr:class="form">
                <input type="email" autocomplete="username" value=email readonly hidden/>
                <Field name="old_password" label="Password of today" kind="password" required=true
                    autocomplete="current-password" error=field("old_password")/>
                <Field name="password" label="New password" kind="password" required=true autocomplete="new-password"
                    hint="At least 8 characters, with upper and lower case, a digit and a symbol. All other browsers are signed out."
                    error=field("password")/>
                <SubmitButton label="Change it" busy_label="Changing" busy=change.pending()/>
            </ActionForm>
        </section>
    }
}
