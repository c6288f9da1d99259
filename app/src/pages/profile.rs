pub(crate) mod access_tokens;
mod authenticator;
mod password;

use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;
use seva_model::CurrentUser;

use self::{authenticator::AuthenticatorSection, password::PasswordSection};

use crate::{
    components::{
        common::{Field, Notice, SubmitButton, Tone, Trouble, trouble_of},
        layout::use_doctor,
        theme::{self, Theme},
    },
    server_fns::account::{SetTheme, SignOut, UpdateProfile},
};

/// What a prescription's header says, how the page looks, and the way out.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let doctor = use_doctor();
    view! {
        <Title text="Profile"/>
        <h1>"Profile"</h1>
        <Suspense fallback=|| view! { <p>"Loading"</p> }>
            {move || Suspend::new(async move {
                match doctor.0.await {
                    Ok(user) => {
                        let email = user.email.clone();
                        view! { <ProfileForm user/> <PasswordSection email/> }.into_any()
                    }
                    Err(error) => view! { <Trouble error retry=move || doctor.0.refetch()/> }.into_any(),
                }
            })}
        </Suspense>
        <AuthenticatorSection/>
        <section class="section">
            <h2>"Access tokens"</h2>
            <p>"With a token a program can use SEVA in your name, as far as you let it. Changing your password does not end tokens; resetting a forgotten one revokes them all."</p>
            <p><a class="button" href="/profile/tokens">"Access tokens"</a></p>
        </section>
        <ThemeForm/>
        <section class="section">
            <h2>"This browser"</h2>
            // A plain form on purpose: the page is loaded anew, so that nothing
            // of the one who left stays in its memory.
            <form method="post" action=SignOut::url()>
                <button type="submit" class="button">"Sign out"</button>
            </form>
        </section>
    }
}

#[component]
fn ProfileForm(user: CurrentUser) -> impl IntoView {
    let doctor = use_doctor();
    let query = use_query_map();
    let update = ServerAction::<UpdateProfile>::new();
    let answer = update.value();
    Effect::new(move |_| {
        if matches!(answer.get(), Some(Ok(()))) {
            doctor.0.refetch();
        }
    });
    let field = move |name: &'static str| {
        Signal::derive(move || match answer.get() {
            Some(Err(error)) => error.field(name).map(str::to_owned),
            _ => None,
        })
    };
    let saved = move || query.with(|query| query.get("saved").is_some());
    let profile = user.profile;
    view! {
        <section class="section">
            <h2>"Head of the prescription"</h2>
            {move || saved().then(|| view! { <Notice tone=Tone::Good sentence="Saved."/> })}
            {move || trouble_of(answer.get().as_ref())
                .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })}
            <ActionForm action=update attr:class="form form--wide">
                <Field name="full_name" label="Your name" required=true value=user.full_name autocomplete="name" error=field("full_name")/>
                <Field name="qualification" label="Qualification" value=profile.qualification hint="For example MBBS, MD (Medicine)." error=field("qualification")/>
                <Field name="registration_number" label="Registration number" value=profile.registration_number max=64
                    hint="A prescription can't be signed without it." error=field("registration_number")/>
                <Field name="clinic_name" label="Clinic or hospital" value=profile.clinic_name autocomplete="organization" error=field("clinic_name")/>
                <Field name="clinic_address" label="Address" value=profile.clinic_address lines=3 max=500 autocomplete="street-address" error=field("clinic_address")/>
                <Field name="clinic_phone" label="Telephone" kind="tel" value=profile.clinic_phone max=40 autocomplete="tel" error=field("clinic_phone")/>
                <SubmitButton label="Save" busy_label="Saving" busy=update.pending()/>
            </ActionForm>
        </section>
    }
}

/// With script the choice shows at once; without, the button sends it.
#[component]
fn ThemeForm() -> impl IntoView {
    let chosen = theme::chosen();
    view! {
        <section class="section">
            <h2>"Appearance"</h2>
            <form method="post" action=SetTheme::url() class="form form--inline">
                <fieldset class="choices">
                    <legend class="visually-hidden">"Light or dark"</legend>
                    {Theme::ALL.into_iter().map(|theme| view! {
                        <label class="choice">
                            <input type="radio" name="theme" value=theme.name() checked=theme == chosen
                                on:change=move |_| theme.apply()/>
                            {theme.label()}
                        </label>
                    }).collect_view()}
                </fieldset>
                <button type="submit" class="button without-script">"Use it"</button>
            </form>
        </section>
    }
}
