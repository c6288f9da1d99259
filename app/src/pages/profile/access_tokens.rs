//! Access tokens: made, shown once, listed, revoked.

use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use seva_model::{AccessToken, NewAccessToken, Scope};

use crate::{
    UiError,
    browser::clipboard,
    components::common::{Field, Moment, Notice, SubmitButton, Tone, Trouble, trouble_of},
    server_fns::access_tokens::{CreateAccessToken, RevokeAccessToken, own_access_tokens},
};

/// How long a token may live, in days.
const LIVES: [u16; 4] = [30, 90, 180, NewAccessToken::MAX_DAYS];
/// What is chosen unless another is.
const USUAL_LIFE: u16 = 90;

/// What a program shows instead of a password.
#[component]
pub(crate) fn AccessTokensPage() -> impl IntoView {
    let create = ServerAction::<CreateAccessToken>::new();
    let revoke = ServerAction::<RevokeAccessToken>::new();
    let state = Resource::new_blocking(|| (), |()| own_access_tokens());
    let answers = [create.value(), revoke.value()];
    for answer in answers {
        Effect::new(move |_| {
            if matches!(answer.get(), Some(Ok(()))) {
                state.refetch();
            }
        });
    }
    let query = use_query_map();
    let revoked = move || {
        let refused = answers
            .iter()
            .any(|answer| matches!(answer.get(), Some(Err(_))));
        !refused && query.with(|query| query.get("revoked").is_some())
    };
    view! {
        <Title text="Access tokens"/>
        <h1>"Access tokens"</h1>
        <p>"A program that works for you shows a token instead of your password, and can do what you let the token do, in your name. "
            <a href="/api/docs" rel="external">"What programs can ask for"</a></p>
        <p>"Changing your password leaves tokens as they are; resetting a forgotten one revokes them all. Revoke here what is not needed any more, and at once what somebody else may have seen."</p>
        {move || revoked().then(|| view! { <Notice tone=Tone::Good sentence="Revoked. It is refused from now on."/> })}
        {answers.map(|answer| move || trouble_of(answer.get().as_ref())
            .map(|error| view! { <Notice tone=Tone::Bad sentence=error.to_string()/> })).collect_view()}
        <Transition fallback=|| view! { <p>"Loading"</p> }>
            {move || Suspend::new(async move {
                match state.await {
                    Ok(own) => view! {
                        {own.made.map(|secret| view! { <Made secret/> })}
                        <TokenList tokens=own.tokens revoke/>
                    }.into_any(),
                    Err(error) => view! { <Trouble error retry=move || state.refetch()/> }.into_any(),
                }
            })}
        </Transition>
        <NewTokenForm create/>
        <p><a href="/profile">"Back to the profile"</a></p>
    }
}

/// The one moment in which the token can be read.
#[component]
fn Made(secret: String) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let text = secret.clone();
    let copy = move |_| {
        let text = text.clone();
        leptos::task::spawn_local(async move {
            copied.set(Some(clipboard::copy(&text).await));
        });
    };
    view! {
        <section class="section made" aria-labelledby="made">
            <h2 id="made">"Your new token"</h2>
            <p>"Copy it now. It is not shown again, and whoever has it can do what you let it do."</p>
            <div class="field">
                <label for="token">"Token"</label>
                <input id="token" class="made__token" type="text" readonly value=secret autocomplete="off" spellcheck="false"/>
            </div>
            <button type="button" class="button needs-script" on:click=copy>"Copy"</button>
            <p role="status">
                {move || copied.get().map(|done| if done {
                    "Copied."
                } else {
                    "Your browser did not let SEVA copy it. Select the token and copy it yourself."
                })}
            </p>
        </section>
    }
}

#[component]
fn TokenList(tokens: Vec<AccessToken>, revoke: ServerAction<RevokeAccessToken>) -> impl IntoView {
    let list = if tokens.is_empty() {
        view! { <p>"You have no tokens."</p> }.into_any()
    } else {
        view! {
            <ul class="tokens">
                {tokens.into_iter().map(|token| view! { <TokenRow token revoke/> }).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="tokens">
            <h2 id="tokens">"Your tokens"</h2>
            {list}
        </section>
    }
}

#[component]
fn TokenRow(token: AccessToken, revoke: ServerAction<RevokeAccessToken>) -> impl IntoView {
    let scopes: Vec<_> = token.scopes.iter().map(label).collect();
    let ends = if token.expired {
        "Expired "
    } else {
        "Expires "
    };
    let name = format!("Revoke {}", token.name);
    view! {
        <li class="tokens__row">
            <div>
                <p class="tokens__name">{token.name}</p>
                <p>{scopes.join(" · ")}</p>
                <p class="tokens__times">
                    "Made " <Moment at=token.created_at/> ". "
                    {ends} <Moment at=token.expires_at/> ". "
                    {match token.last_used_at {
                        Some(at) => view! { "Last used about " <Moment at/> "." }.into_any(),
                        None => view! { "Not used yet." }.into_any(),
                    }}
                </p>
            </div>
            <ActionForm action=revoke>
                <input type="hidden" name="id" value=token.id.to_string()/>
                <button type="submit" class="button button--quiet" aria-label=name
                    disabled=move || revoke.pending().get()>"Revoke"</button>
            </ActionForm>
        </li>
    }
}

#[component]
fn NewTokenForm(create: ServerAction<CreateAccessToken>) -> impl IntoView {
    let answer = create.value();
    let scopes_error = sentence_for("scopes", move || answer.get());
    view! {
        <section class="section" aria-labelledby="new-token">
            <h2 id="new-token">"Make a token"</h2>
            <ActionForm action=create attr:class="form form--wide">
                <Field name="name" label="Name" max=100 required=true
                    hint="What it is for, such as the program that will have it. No patient's name."
                    error=sentence_for("name", move || answer.get())/>
                <fieldset class="choices choices--list" aria-describedby="scopes-error">
                    <legend class="field__label">"What it may do"</legend>
                    {Scope::ALL.iter().map(|scope| view! {
                        <label class="choice">
                            <input type="checkbox" name="scopes[]" value=scope.as_str()/>
                            {label(*scope)}
                        </label>
                    }).collect_view()}
                </fieldset>
                <p class="field__error" id="scopes-error" aria-live="polite">
                    {move || scopes_error.get()}
                </p>
                <div class="field">
                    <label for="expires_in_days">"For how long"</label>
                    <select id="expires_in_days" name="expires_in_days">
                        {LIVES.map(|days| view! {
                            <option value=days.to_string() selected=days == USUAL_LIFE>{format!("{days} days")}</option>
                        }).collect_view()}
                    </select>
                </div>
                <SubmitButton label="Make it" busy_label="Making" busy=create.pending()/>
            </ActionForm>
        </section>
    }
}

/// What a scope lets a program do, in the words of a doctor.
const fn label(scope: Scope) -> &'static str {
    match scope {
        Scope::ReadDictations => "Read dictations",
        Scope::WriteDictations => "Send and change dictations",
        Scope::ReadPrescriptions => "Read prescriptions",
        Scope::WritePrescriptions => "Write drafts of prescriptions",
        Scope::SignPrescriptions => "Sign prescriptions in your name, if it may read them, too",
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
