//! The API's routes. A route is made from what stands beside its handler: its method and
//! its path are written once, and whatever is here is in the document.

use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access_tokens, audio, auth, credentials, docs_page, events, export, files, health, openapi,
    papers, prescriptions, transcriptions,
};
use crate::state::AppState;

type Table = OpenApiRouter<AppState>;

/// What takes a body that may be large, and counts for itself while it arrives.
pub(crate) fn uploads() -> Table {
    Table::default().routes(routes!(transcriptions::create))
}

/// What takes small bodies, and answers soon.
pub(crate) fn api() -> Table {
    Table::default()
        .merge(accounts())
        .merge(dictations())
        .merge(of_prescriptions())
        .routes(routes!(openapi::document))
        .routes(routes!(docs_page::page))
}

/// What whoever has a link may ask for.
pub(crate) fn links() -> Table {
    Table::default().routes(routes!(files::download))
}

/// What machines ask, under whatever name they know this one by.
pub(crate) fn probes() -> Table {
    Table::default()
        .routes(routes!(health::health))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
}

/// What is written beside all the handlers, in the order of the tables.
pub(crate) fn described() -> OpenApi {
    let mut all = OpenApi::default();
    for table in [api(), uploads(), links(), probes()] {
        all.merge(table.into_openapi());
    }
    all
}

fn accounts() -> Table {
    Table::default()
        .routes(routes!(auth::register))
        .routes(routes!(auth::confirm))
        .routes(routes!(auth::resend))
        .routes(routes!(auth::login))
        .routes(routes!(auth::challenge))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me))
        .routes(routes!(credentials::forgot))
        .routes(routes!(credentials::reset))
        .routes(routes!(credentials::change_password))
        .routes(routes!(
            credentials::authenticator,
            credentials::begin_authenticator
        ))
        .routes(routes!(credentials::confirm_authenticator))
        .routes(routes!(credentials::remove_authenticator))
        .routes(routes!(access_tokens::list, access_tokens::create))
        .routes(routes!(access_tokens::revoke))
}

fn dictations() -> Table {
    Table::default()
        .routes(routes!(transcriptions::list))
        .routes(routes!(transcriptions::search))
        .routes(routes!(transcriptions::get, transcriptions::delete))
        .routes(routes!(transcriptions::cancel))
        .routes(routes!(transcriptions::retry))
        .routes(routes!(transcriptions::extract))
        .routes(routes!(events::follow))
        .routes(routes!(audio::audio))
        .routes(routes!(export::entities))
        .routes(routes!(export::transcript))
}

fn of_prescriptions() -> Table {
    Table::default()
        .routes(routes!(prescriptions::list, prescriptions::create))
        .routes(routes!(prescriptions::search))
        .routes(routes!(
            prescriptions::get,
            prescriptions::update,
            prescriptions::delete
        ))
        .routes(routes!(prescriptions::finalize))
        .routes(routes!(prescriptions::copy))
        .routes(routes!(papers::preview))
        .routes(routes!(papers::pdf))
        .routes(routes!(papers::fhir))
}
