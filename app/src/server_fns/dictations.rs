//! Lists of dictations, and the sample.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use seva_model::{AppError, Language, TranscriptionSummary};

use super::Listing;
use crate::UiError;

/// The languages that a dictation may be in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Languages {
    /// In the order of the form. English alone is no choice.
    pub offered: Vec<Language>,
    /// What the caller chose last in this browser, if it is offered; else English.
    pub chosen: Language,
}

/// Dictations of the caller's day, newest first. `utc_offset_minutes` says
/// where midnight is for the caller.
#[server(prefix = "/fn", endpoint = "todays_dictations")]
pub async fn todays_dictations(
    search: String,
    utc_offset_minutes: i32,
) -> Result<Listing<TranscriptionSummary>, UiError> {
    let caller = super::caller().await?;
    let filter = seva_services::TranscriptionFilter {
        search: super::search_words(&search),
        since: Some(crate::clock::start_of_day(
            time::OffsetDateTime::now_utc(),
            utc_offset_minutes,
        )),
        limit: Some(100),
        ..Default::default()
    };
    let page = super::services()?
        .list_transcriptions(caller, &filter)
        .await?;
    Ok(Listing::of(page, filter.search.as_deref()))
}

/// Which languages the speech engine offers, and which of them stands first for the caller.
#[server(prefix = "/fn", endpoint = "offered_languages")]
pub async fn offered_languages() -> Result<Languages, UiError> {
    let caller = super::caller().await?;
    let offered = super::services()?.languages().await;
    let chosen = crate::language::remembered(caller)
        .filter(|language| offered.contains(language))
        .unwrap_or_default();
    Ok(Languages {
        offered: offered.to_vec(),
        chosen,
    })
}

/// Why the upload that was just posted without script was refused.
#[server(prefix = "/fn", endpoint = "take_upload_error")]
pub async fn take_upload_error() -> Result<Option<AppError>, UiError> {
    Ok(super::session().await?.take_upload_error().await?)
}

/// Sends the sample dictation on the way every upload goes, then opens it.
#[server(prefix = "/fn", endpoint = "try_sample")]
pub async fn try_sample() -> Result<(), UiError> {
    use bytes::Bytes;
    use futures::stream;

    static SAMPLE: &[u8] = include_bytes!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../public/sample-dictation.m4a"
    ));
    let caller = super::caller().await?;
    let services = super::services()?;
    let chunks = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(SAMPLE))]);
    let upload = services
        .spool()
        .receive("sample-dictation.m4a", chunks)
        .await?;
    let id = services
        .begin_dictation(caller, upload, seva_services::NewDictation::default())
        .await?;
    leptos_axum::redirect(&format!("/dictations/{id}"));
    Ok(())
}
