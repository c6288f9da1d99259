//! What the pages share on which somebody enters a code from a mail.

use leptos::prelude::*;

use crate::server_fns::{account::pending_email, public::has_mailbox};

/// The address that awaits a code, empty where this browser has not named one; and whether
/// mail is kept on this machine.
pub(super) fn pending() -> Resource<(String, bool)> {
    Resource::new_blocking(
        || (),
        |()| async {
            (
                pending_email().await.unwrap_or_default(),
                has_mailbox().await.unwrap_or(false),
            )
        },
    )
}

/// What to do, and where the mail is.
#[component]
pub(super) fn EnterCode(
    /// Empty where it is not known.
    email: String,
    /// Whether mail is kept on this machine.
    mailbox: bool,
) -> impl IntoView {
    let known = !email.is_empty();
    view! {
        <p>
            {if known { "Enter the six digits from our mail to " } else { "Enter the six digits from our mail." }}
            {known.then(|| view! { <strong>{email}</strong> "." })}
            {mailbox.then(|| view! { " On this machine mail is kept in the " <a href="/dev/mailbox">"mailbox"</a> "." })}
        </p>
    }
}
