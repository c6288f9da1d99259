//! Texts in every field of the pages' forms, sent by a browser without script and by
//! the pages' own script.

use reqwest::Method;

use super::texts::{MARKUP, UNLIMITED, assert_harmless, drafted, texts};
use crate::support::{recordings, spawn_web_with};

/// Names and values.
type Fields = Vec<(&'static str, String)>;

/// A form of a page.
struct Form {
    page: String,
    action: &'static str,
    fields: Fields,
}

fn form(page: &str, action: &'static str, names: &[&'static str]) -> Form {
    Form {
        page: page.to_owned(),
        action,
        fields: names.iter().map(|name| (*name, String::new())).collect(),
    }
}

/// A form about a row, of which it names a version.
fn form_of(
    page: &str,
    id: &str,
    action: &'static str,
    version: (&'static str, &str),
    names: &[&'static str],
) -> Form {
    let mut form = form(&format!("{page}/{id}"), action, names);
    form.fields.push(("id", id.to_owned()));
    form.fields.push((version.0, version.1.to_owned()));
    form
}

fn forms(draft: &str, dictation: &str) -> Vec<Form> {
    let profile = [
        "full_name",
        "qualification",
        "registration_number",
        "clinic_name",
        "clinic_address",
        "clinic_phone",
    ];
    let prescription = [
        "form[patient_name]",
        "form[instructions]",
        "form[diagnoses][0][text]",
        "form[medications][0][name]",
        "op",
    ];
    let reset = ["email", "confirmation_code", "password"];
    let password = ["old_password", "password"];
    let register = ["full_name", "email", "password"];
    let code = ["confirmation_code"];
    let confirm = ["email", "confirmation_code"];
    let sign_in = ["email", "password", "next"];
    vec![
        form("/register", "/fn/register", &register),
        form("/confirm", "/fn/confirm_email", &confirm),
        form("/confirm", "/fn/resend_code", &["email"]),
        form("/sign-in", "/fn/sign_in", &sign_in),
        form("/sign-in/challenge", "/fn/answer_code", &code),
        form("/forgot-password", "/fn/forgot_password", &["email"]),
        form("/reset-password", "/fn/reset_password", &reset),
        form("/profile", "/fn/change_password", &password),
        form("/profile", "/fn/update_profile", &profile),
        form("/profile", "/fn/set_theme", &["theme"]),
        form("/profile", "/fn/confirm_authenticator", &code),
        form("/dictations", "/fn/keep_search", &["words", "from"]),
        form_of(
            "/dictations",
            dictation,
            "/fn/save_transcript",
            ("expected_version", "0"),
            &["text"],
        ),
        form_of(
            "/prescriptions",
            draft,
            "/fn/submit_prescription",
            ("version", "1"),
            &prescription,
        ),
    ]
}

/// Each byte as a form may send it.
fn encoded(text: &[u8]) -> String {
    text.iter().map(|byte| format!("%{byte:02X}")).collect()
}

fn body(fields: &[(&str, String)], at: usize, text: &[u8]) -> String {
    let pairs = fields.iter().enumerate().map(|(place, (name, value))| {
        let value = if place == at { text } else { value.as_bytes() };
        let name = name.replace('[', "%5B").replace(']', "%5D");
        format!("{name}={}", encoded(value))
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_in_any_field_of_any_form_is_refused_or_shown_as_it_is() {
    let app = spawn_web_with(&UNLIMITED).await;
    let (doctor, draft) = drafted(&app).await;
    let dictation = doctor.dictate("a.m4a", recordings::short()).await;
    app.rows()
        .end_without_entities(&dictation, "Take rest.")
        .await;
    let unreadable = b"\xff\xfe\xc0\x80".as_slice();
    for form in forms(&draft, &dictation) {
        let Form {
            page,
            action,
            fields,
        } = form;
        for at in 0..fields.len() {
            for text in texts().map(str::as_bytes).chain([unreadable]) {
                let place = format!(
                    "{action}, {}: {:?}",
                    fields[at].0,
                    String::from_utf8_lossy(text)
                );
                let answer = doctor.submit(&page, action, &body(&fields, at, text)).await;
                assert!(
                    !answer.status().is_server_error(),
                    "{} {place}",
                    answer.status()
                );
                // The same by script.
                let by_script = doctor.request(Method::POST, action);
                let by_script = by_script
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body(&fields, at, text));
                let answer = by_script.send().await.unwrap();
                assert!(
                    !answer.status().is_server_error(),
                    "{} {place}",
                    answer.status()
                );
            }
        }
    }
    assert_eq!(app.rows().count("users").await, 1);
    doctor.read("/api/v1/auth/me").await;
    for page in [
        "/",
        "/profile",
        "/dictations",
        "/prescriptions",
        "/sign-in",
        "/register",
    ] {
        let shown = doctor.open(page).await.text().await.unwrap();
        for markup in MARKUP {
            assert!(!shown.contains(markup), "{markup} in {page}");
        }
    }
    for page in [
        format!("/dictations/{dictation}"),
        format!("/prescriptions/{draft}"),
    ] {
        assert_harmless(&doctor, &page).await;
    }
}
