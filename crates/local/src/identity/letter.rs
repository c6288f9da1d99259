//! Mail that brings a code or tells of a change, as text and as HTML.

use seva_model::EmailAddress;
use seva_services::ports::Mail;

/// A letter with a code; `what` says what the code does and what to do with one that
/// nobody asked for.
pub(super) fn with_code(to: &EmailAddress, subject: &str, code: &str, what: &str) -> Mail {
    Mail {
        to: to.clone(),
        subject: subject.to_owned(),
        text: format!("Your code is {code}\n\n{what}\n"),
        html: html(subject, Some(code), what),
    }
}

/// A letter of one paragraph: what was changed, and what to do if it was not the
/// person who did it.
pub(super) fn of_change(to: &EmailAddress, subject: &str, what: &str) -> Mail {
    Mail {
        to: to.clone(),
        subject: subject.to_owned(),
        text: format!("{what}\n"),
        html: html(subject, None, what),
    }
}

/// Programs that show mail know inline styles and little more.
fn html(subject: &str, code: Option<&str>, what: &str) -> String {
    let [subject, what] = [subject, what].map(escaped);
    let code = code.map(in_large_digits).unwrap_or_default();
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head><meta charset=\"utf-8\"><title>{subject}</title></head>\n\
         <body style=\"margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1a2b2a;background:#fff\">\n\
         {code}<p style=\"margin:0;max-width:34em\">{what}</p>\n\
         </body>\n\
         </html>\n"
    )
}

fn in_large_digits(code: &str) -> String {
    let code = escaped(code);
    format!(
        "<p style=\"margin:0 0 8px\">Your code is</p>\n\
         <p style=\"margin:0 0 24px;font-size:32px;font-weight:600;letter-spacing:.2em\">{code}</p>\n"
    )
}

fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut all, c| {
            match c {
                '&' => all.push_str("&amp;"),
                '<' => all.push_str("&lt;"),
                '>' => all.push_str("&gt;"),
                '"' => all.push_str("&quot;"),
                c => all.push(c),
            }
            all
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_forms_of_a_letter_say_the_same() {
        let to = "doctor@clinic.example".parse().unwrap();
        let mail = with_code(&to, "A code", "123456", "It is <valid> & yours.");
        assert_eq!(mail.text, "Your code is 123456\n\nIt is <valid> & yours.\n");
        for part in [
            "<title>A code</title>",
            ">123456</p>",
            "It is &lt;valid&gt; &amp; yours.",
        ] {
            assert!(mail.html.contains(part), "{part}");
        }
        let mail = of_change(&to, "A change", "It is <new>.");
        assert_eq!(mail.text, "It is <new>.\n");
        assert!(mail.html.contains(">It is &lt;new&gt;.</p>"));
        assert!(!mail.html.contains("Your code"));
    }
}
