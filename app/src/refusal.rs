//! A form that was posted without script and refused: its page is shown again,
//! with the sentence that says why.
//!
//! Leptos would carry the sentence in the address, and then anybody could write
//! one and send the link around. So it travels in a cookie, which only this
//! server sets, for the one page that follows; what an address says is ignored.

use leptos::{
    prelude::{SharedValue, provide_context},
    server::ServerActionError,
};
use serde::{Deserialize, Serialize};

/// Which server function refused, and its error as Leptos writes it into
/// addresses. Empty when nothing was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Refusal {
    path: String,
    error: String,
}

/// Tells the actions of the pages below what was refused. An empty refusal is
/// told too: it hides what the router found in the address.
pub(crate) fn provide_refusal() {
    let refusal = SharedValue::new(taken).into_inner();
    provide_context(ServerActionError::new(&refusal.path, &refusal.error));
}

#[cfg(not(feature = "ssr"))]
fn taken() -> Refusal {
    Refusal::default()
}

#[cfg(feature = "ssr")]
use on_server::taken;
#[cfg(feature = "ssr")]
pub(crate) use on_server::{send_back, wants_html};

#[cfg(feature = "ssr")]
mod on_server {
    use axum::http::{
        HeaderMap, HeaderName, HeaderValue, Method, Uri,
        header::{ACCEPT, COOKIE, REFERER, SET_COOKIE},
        request::Parts,
    };
    use base64::{Engine as _, prelude::BASE64_URL_SAFE};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use server_fn::error::FromServerFnError as _;
    use seva_model::{AppError, ErrorCode};

    use super::Refusal;
    use crate::{UiError, browser::cookies, format};

    /// More than this, and a browser drops the cookie (4096 bytes with its name).
    const MAX_COOKIE: usize = 3500;
    const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

    /// Sends a form that was posted without script back to its page; false for
    /// any other request.
    pub(crate) fn send_back(error: &AppError) -> bool {
        let (Some(parts), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return false;
        };
        if parts.method == Method::GET || !wants_html(&parts.headers) {
            return false;
        }
        // Without knowing its page Leptos sends it to the first one.
        if let Some(page) = came_from(&parts.headers) {
            let name = cookie_name(&page);
            let value = Refusal::new(parts.uri.path(), &for_new_page(error)).to_cookie();
            set_cookie(&response, &format!("{name}={value}; Max-Age=60"), name);
            let path = page
                .path_and_query()
                .map(axum::http::uri::PathAndQuery::as_str);
            leptos_axum::redirect(format::own_path(path).unwrap_or("/"));
        }
        true
    }

    /// The error as it is true of the page that is shown next: that one holds
    /// what is stored, not what was typed.
    fn for_new_page(error: &AppError) -> AppError {
        match error.code {
            // Not every browser keeps what was typed in a page it may not store.
            ErrorCode::VersionConflict => AppError {
                message: "This was changed elsewhere meanwhile, so nothing was saved and the page shows the newer version. The Back button of your browser may bring your text back; copy it from there.".to_owned(),
                ..error.clone()
            },
            _ => error.clone(),
        }
    }

    /// What was refused just before this page; asking once forgets it.
    pub(super) fn taken() -> Refusal {
        let (Some(parts), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return Refusal::default();
        };
        // The page follows a form of this site, or it is none of its business.
        let Some(page) = came_from(&parts.headers).filter(|_| is_own(&parts.headers)) else {
            return Refusal::default();
        };
        let name = cookie_name(&page);
        let cookies = parts.headers.get(COOKIE).and_then(|all| all.to_str().ok());
        let Some(value) = cookies.and_then(|all| cookies::find(all, name)) else {
            return Refusal::default();
        };
        set_cookie(&response, &format!("{name}=; Max-Age=0"), name);
        Refusal::from_cookie(value).unwrap_or_default()
    }

    impl Refusal {
        fn new(path: &str, error: &AppError) -> Self {
            let encode = |error: AppError| BASE64_URL_SAFE.encode(UiError(error).ser());
            let mut encoded = encode(error.clone());
            if encoded.len() > MAX_COOKIE {
                encoded = encode(AppError::new(error.code, error.message.clone()));
            }
            Self {
                path: path.to_owned(),
                error: encoded,
            }
        }

        fn to_cookie(&self) -> String {
            format!("{}:{}", self.path, self.error)
        }

        fn from_cookie(value: &str) -> Option<Self> {
            let (path, error) = value.split_once(':')?;
            Some(Self {
                path: path.to_owned(),
                error: error.to_owned(),
            })
        }
    }

    /// Whether a person reads the answer, and no script.
    pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
        headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"))
    }

    /// The page of the form. Pages of this site tell theirs to nobody else.
    fn came_from(headers: &HeaderMap) -> Option<Uri> {
        headers.get(REFERER)?.to_str().ok()?.parse().ok()
    }

    /// Browsers that say where a navigation began must say it was here.
    fn is_own(headers: &HeaderMap) -> bool {
        headers
            .get(SEC_FETCH_SITE)
            .is_none_or(|site| site == "same-origin")
    }

    /// Over https the prefix keeps other hosts of the same domain from setting it.
    fn cookie_name(page: &Uri) -> &'static str {
        if page.scheme_str() == Some("https") {
            "__Host-seva-refusal"
        } else {
            "seva-refusal"
        }
    }

    fn set_cookie(response: &ResponseOptions, cookie: &str, name: &str) {
        let secure = if name.starts_with("__Host-") {
            "; Secure"
        } else {
            ""
        };
        let line = format!("{cookie}; Path=/; HttpOnly; SameSite=Strict{secure}");
        if let Ok(line) = HeaderValue::from_str(&line) {
            response.append_header(SET_COOKIE, line);
        }
    }

    #[cfg(test)]
    mod tests {
        #![allow(clippy::unwrap_used)]
        use std::collections::BTreeMap;

        use server_fn::error::ServerFnUrlError;

        use super::*;

        fn back(refusal: &Refusal) -> AppError {
            let cookie = refusal.to_cookie();
            assert!(
                cookie
                    .bytes()
                    .all(|b| b.is_ascii_graphic() && !b"\",;\\".contains(&b))
            );
            let found = Refusal::from_cookie(&cookie).unwrap();
            assert_eq!(&found, refusal);
            ServerFnUrlError::<UiError>::decode_err(&found.error).0
        }

        #[test]
        fn a_conflict_does_not_claim_that_the_text_is_still_there() {
            let conflict = AppError::new(
                ErrorCode::VersionConflict,
                "Changed. Your text is still on this page.",
            );
            let told = for_new_page(&conflict);
            assert_eq!(told.code, ErrorCode::VersionConflict);
            assert!(told.message.contains("Back button"), "{}", told.message);
            assert!(!told.message.contains("still"), "{}", told.message);
            let other = AppError::field("patient_age", "Enter the age in whole years.");
            assert_eq!(for_new_page(&other), other);
        }

        #[test]
        fn a_refusal_survives_the_cookie() {
            let error = AppError::field("patient_age", "Enter the age in whole years; 0 to 150.");
            let refusal = Refusal::new("/fn/submit_prescription", &error);
            assert_eq!(refusal.path, "/fn/submit_prescription");
            assert_eq!(back(&refusal), error);
        }

        #[test]
        fn of_too_many_sentences_the_first_is_kept() {
            let fields: BTreeMap<_, _> = (0..500)
                .map(|n| (format!("field-{n}"), "Fill this in.".to_owned()))
                .collect();
            let error = AppError {
                fields,
                ..AppError::new(ErrorCode::ValidationFailed, "Fill this in.")
            };
            let refusal = Refusal::new("/fn/register", &error);
            assert!(refusal.to_cookie().len() < 4000);
            assert_eq!(back(&refusal).message, "Fill this in.");
        }

        #[test]
        fn a_page_that_was_opened_from_elsewhere_gets_no_refusal() {
            let mut headers = HeaderMap::new();
            assert!(is_own(&headers));
            for (site, own) in [
                ("same-origin", true),
                ("same-site", false),
                ("cross-site", false),
                ("none", false),
            ] {
                headers.insert(SEC_FETCH_SITE, HeaderValue::from_static(site));
                assert_eq!(is_own(&headers), own, "{site}");
            }
        }
    }
}
