use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::common::{Moment, Notice, Tone},
    server_fns::public::mailbox,
};

/// The mail that stays on this machine. It exists in the embedded profile only.
#[component]
pub(crate) fn MailboxPage() -> impl IntoView {
    let mail = Resource::new_blocking(|| (), |()| mailbox());
    view! {
        <Title text="Mailbox"/>
        <h1>"Mailbox"</h1>
        <p>"Mail that SEVA would have sent. It stays on this machine."</p>
        <Suspense fallback=|| view! { <p>"Loading"</p> }>
            {move || Suspend::new(async move {
                match mail.await {
                    Err(error) => view! { <Notice tone=Tone::Bad sentence=error.to_string()/> }.into_any(),
                    Ok(mail) if mail.is_empty() => view! { <p>"Nothing was sent yet."</p> }.into_any(),
                    Ok(mail) => view! {
                        <ul class="mail">
                            {mail.into_iter().map(|mail| view! {
                                <li class="mail__message">
                                    <h2>{mail.subject}</h2>
                                    <p class="mail__to">"To " {mail.to} ", " <Moment at=mail.sent_at/></p>
                                    <pre class="mail__text">{mail.text}</pre>
                                </li>
                            }).collect_view()}
                        </ul>
                    }.into_any(),
                }
            })}
        </Suspense>
        <p class="lobby__other"><a href="/confirm">"Enter a code"</a> " · " <a href="/sign-in">"Sign in"</a></p>
    }
}
