//! Text between the tags of a `<textarea>`.

/// What a `<textarea>` is given as `inner_html`, so that it shows exactly this text.
///
/// Leptos writes children of a `<textarea>` as they are. A browser reads them up to the first
/// `</textarea>`, which may be in the text: what follows would be markup of the page.
pub(crate) fn in_textarea(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_textarea() {
        let text = "5 < 6 &lt; </textarea><script>";
        let escaped = "5 &lt; 6 &amp;lt; &lt;/textarea>&lt;script>";
        assert_eq!(in_textarea(text), escaped);
    }
}
