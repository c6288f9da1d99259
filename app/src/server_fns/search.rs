//! What a form without script searches for. It holds patients' names, so it is
//! posted, and kept in the sealed session and not in an address.

use leptos::prelude::*;

use crate::UiError;

/// Keeps the words and opens the list they narrow down: the one of the page they
/// were posted from, else all dictations.
#[server(prefix = "/fn", endpoint = "keep_search")]
pub async fn keep_search(
    #[server(default)] words: String,
    #[server(default)] from: String,
) -> Result<(), UiError> {
    use crate::components::common::{MAX_SEARCH, has_list};

    super::caller().await?;
    let words: String = words.trim().chars().take(MAX_SEARCH).collect();
    super::session().await?.set_search(&words).await?;
    let list = if has_list(&from) {
        &from
    } else {
        "/dictations"
    };
    leptos_axum::redirect(list);
    Ok(())
}

/// Forgets the words: from now on the page itself knows what is searched for.
#[server(prefix = "/fn", endpoint = "forget_search")]
pub async fn forget_search() -> Result<(), UiError> {
    Ok(super::session().await?.set_search("").await?)
}

/// What was posted last; empty when nothing was, and in the browser, where only
/// the server's first page can know it.
pub(crate) async fn kept_search() -> String {
    #[cfg(feature = "ssr")]
    if let Ok(session) = super::session().await {
        return session.search().await.unwrap_or_default();
    }
    String::new()
}
