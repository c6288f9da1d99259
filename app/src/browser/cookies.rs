//! Small cookies that hold nothing private: the theme, the distance to UTC, and the
//! language that a doctor dictates in. They exist so that the server renders what the
//! browser would.

/// The value of a cookie; on the server from the request, else from the page.
pub(crate) fn read(name: &str) -> Option<String> {
    find(&all()?, name).map(str::to_owned)
}

/// Sets a cookie for a year. In the browser only.
pub(crate) fn write(name: &str, value: &str) {
    use wasm_bindgen::JsCast;

    let document: web_sys::HtmlDocument = leptos::prelude::document().unchecked_into();
    // Fails in sandboxed frames only, where the default does as well.
    let _ = document.set_cookie(&line(name, value));
}

/// The text of `Set-Cookie`, and of `document.cookie`.
pub(crate) fn line(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax")
}

/// The value of a cookie in the text of a `Cookie` header.
pub(crate) fn find<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(feature = "ssr")]
fn all() -> Option<String> {
    let parts = leptos::prelude::use_context::<axum::http::request::Parts>()?;
    let header = parts.headers.get(axum::http::header::COOKIE)?;
    header.to_str().ok().map(str::to_owned)
}

#[cfg(not(feature = "ssr"))]
fn all() -> Option<String> {
    use wasm_bindgen::JsCast;

    let document: web_sys::HtmlDocument = leptos::prelude::document().unchecked_into();
    document.cookie().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let cookies = "a-theme=x; theme=dark;other=1";
        assert_eq!(find(cookies, "theme"), Some("dark"));
        assert_eq!(find(cookies, "other"), Some("1"));
        assert_eq!(find(cookies, "heme"), None);
    }
}
