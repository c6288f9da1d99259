//! Text of the document as HTML.

/// Text that is nothing but text.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html += "&amp;",
            '<' => html += "&lt;",
            '>' => html += "&gt;",
            '"' => html += "&quot;",
            '\'' => html += "&#39;",
            c => html.push(c),
        }
    }
    html
}

/// Paragraphs, in which what stands between backticks is code.
pub(super) fn rich(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim);
    paragraphs
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| format!("<p>{}</p>", line(paragraph)))
        .collect()
}

/// The same of a single line.
pub(super) fn line(text: &str) -> String {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if at % 2 == 1 {
            html += &format!("<code>{part}</code>");
        } else {
            html += &part;
        }
    }
    html
}
