//! Texts in every field of the pages' forms, sent by a browser without script and by
//! the pages' own script. All other fields are as they should be, so that the one text
//! decides what becomes of the form.

use reqwest::{Method, Response, StatusCode};
use seva_model::AppError;

use super::{
    takes::Takes::{self, Any, Name, Nothing, Text},
    texts::{MARKUP, UNLIMITED, assert_harmless, drafted, texts},
};
use crate::support::{Browser, PASSWORD, Rows, TestApp, recordings, spawn_web_with};

/// Whose account the forms are about.
const EMAIL: &str = "doctor0@clinic.example";

/// Where what a form says is kept.
enum Kept {
    Nowhere,
    /// As one more row of a table.
    Row(&'static str),
    /// In a row of which the audit trail tells each change.
    Change {
        id: String,
        action: &'static str,
    },
}

impl Kept {
    /// How often it was kept so far.
    async fn count(&self, rows: &Rows) -> i64 {
        match self {
            Self::Nowhere => 0,
            Self::Row(table) => rows.count(table).await,
            Self::Change { id, action } => rows.audited(id, action).await,
        }
    }
}

/// Name, value and what it takes instead. In a value `{n}` is another number each
/// time, and `{version}` the version that the row has by then.
type Field = (&'static str, String, Takes);

/// A form of a page.
struct Form {
    page: String,
    action: &'static str,
    fields: Vec<Field>,
    kept: Kept,
    /// The version of the row before the first change.
    version: i64,
}

fn form(page: &str, action: &'static str, fields: &[(&'static str, &str, Takes)]) -> Form {
    let own =
        |(name, value, takes): &(&'static str, &str, Takes)| (*name, (*value).to_owned(), *takes);
    Form {
        page: page.to_owned(),
        action,
        fields: fields.iter().map(own).collect(),
        kept: Kept::Nowhere,
        version: 0,
    }
}

impl Form {
    fn kept(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }

    /// Of one row, which has its own page.
    fn of(mut self, id: &str, version: i64, action: &'static str) -> Self {
        self.page = format!("{}/{id}", self.page);
        self.fields.push(("id", id.to_owned(), Nothing));
        self.version = version;
        self.kept(Kept::Change {
            id: id.to_owned(),
            action,
        })
    }

    /// Its body with a text in one field, after it was kept so many times.
    fn body(&self, at: usize, text: &[u8], kept: i64, number: usize) -> String {
        let version = (self.version + kept).to_string();
        let fields = self.fields.iter().enumerate();
        let pairs = fields.map(|(place, (name, value, _))| {
            let value = value
                .replace("{version}", &version)
                .replace("{n}", &number.to_string());
            let value = if place == at { text } else { value.as_bytes() };
            let name = name.replace('[', "%5B").replace(']', "%5D");
            format!("{name}={}", encoded(value))
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// Each byte as a form may send it.
fn encoded(text: &[u8]) -> String {
    text.iter().map(|byte| format!("%{byte:02X}")).collect()
}

/// Forms of people who are not signed in yet, of their passwords, and of the lists.
fn forms_that_keep_no_text() -> Vec<Form> {
    let email = ("email", EMAIL, Nothing);
    let code = ("confirmation_code", "000000", Nothing);
    let new = ("password", "Other-Pass-1", Nothing);
    let old = ("old_password", PASSWORD, Nothing);
    let current = ("current_password", PASSWORD, Nothing);
    // Wrong passwords are counted: the field that takes a right one comes before.
    let sign_in = [email, ("next", "/", Any), ("password", PASSWORD, Nothing)];
    let search = [("words", "", Any), ("from", "/dictations", Any)];
    // Nobody is asked anything: the sign-in begins anew, whatever is answered.
    let asked_code = ("confirmation_code", "000000", Any);
    let asked_password = ("password", "Other-Pass-1", Any);
    vec![
        form("/confirm", "/fn/confirm_email", &[email, code]),
        form("/confirm", "/fn/resend_code", &[email]),
        form("/sign-in", "/fn/sign_in", &sign_in),
        form("/sign-in/challenge", "/fn/answer_code", &[asked_code]),
        form(
            "/sign-in/challenge",
            "/fn/answer_password",
            &[asked_password],
        ),
        form("/forgot-password", "/fn/forgot_password", &[email]),
        form("/reset-password", "/fn/reset_password", &[email, code, new]),
        form("/profile", "/fn/change_password", &[new, old]),
        form("/profile", "/fn/confirm_authenticator", &[code, current]),
        form("/profile", "/fn/set_theme", &[("theme", "dark", Any)]),
        form("/dictations", "/fn/keep_search", &search),
    ]
}

/// Forms about the account.
fn forms_of_the_account(doctor: &str) -> Vec<Form> {
    let register = [
        ("full_name", "Dr. Asha Verma", Name),
        ("email", "new{n}@clinic.example", Nothing),
        ("password", PASSWORD, Nothing),
    ];
    let profile = [
        ("full_name", "Dr. Asha Verma", Name),
        ("qualification", "MBBS, MD", Text(255)),
        ("registration_number", "MH-12345", Text(64)),
        ("clinic_name", "Asha Clinic", Text(255)),
        ("clinic_address", "1 Hill Road", Text(1000)),
        ("clinic_phone", "+91 22 5550 0100", Text(64)),
    ];
    let token = [
        ("name", "Sync", Name),
        ("scopes[]", "read:dictations", Nothing),
        ("expires_in_days", "30", Nothing),
    ];
    vec![
        form("/register", "/fn/register", &register).kept(Kept::Row("users")),
        form("/profile", "/fn/update_profile", &profile).kept(Kept::Change {
            id: doctor.to_owned(),
            action: "user.update_profile",
        }),
        form("/profile/tokens", "/fn/create_access_token", &token).kept(Kept::Row("access_tokens")),
    ]
}

/// Forms about patients.
fn forms_about_patients(draft: &str, dictation: &str) -> Vec<Form> {
    let transcript = [
        ("expected_version", "{version}", Nothing),
        ("text", "Take rest.", Text(10_000)),
    ];
    let prescription = [
        ("version", "{version}", Nothing),
        ("form[patient_name]", "Imran Qureshi", Text(255)),
        ("form[patient_age]", "54", Nothing),
        ("form[patient_gender]", "Male", Text(20)),
        ("form[diagnoses][0][text]", "Hypertension", Text(255)),
        ("form[diagnoses][0][icd10]", "I10", Text(255)),
        ("form[diagnoses][0][source]", "", Any),
        ("form[medications][0][name]", "Metformin", Text(255)),
        ("form[medications][0][generic]", "metformin", Text(255)),
        ("form[medications][0][strength]", "500 mg", Text(255)),
        ("form[medications][0][dosage]", "1 tablet", Text(255)),
        ("form[medications][0][form]", "tablet", Text(255)),
        ("form[medications][0][route]", "by mouth", Text(255)),
        ("form[medications][0][frequency]", "twice daily", Text(255)),
        ("form[medications][0][duration]", "30 days", Text(255)),
        ("form[medications][0][instructions]", "", Text(255)),
        ("form[medications][0][rxnorm]", "6809", Text(255)),
        ("form[medications][0][heard]", "", Any),
        ("form[instructions]", "Drink more water.", Text(4000)),
        ("form[follow_up]", "After two weeks", Text(255)),
        ("op", "", Any),
    ];
    vec![
        form("/dictations", "/fn/save_transcript", &transcript).of(
            dictation,
            0,
            "transcription.edit",
        ),
        form("/prescriptions", "/fn/submit_prescription", &prescription).of(
            draft,
            1,
            "prescription.save",
        ),
    ]
}

/// Sends a form with a text in one field, once without script and once by script.
/// Each time it is kept if the field takes the text, and refused with a sentence if it
/// does not.
async fn try_text(
    (app, doctor): (&TestApp, &Browser),
    form: &Form,
    at: usize,
    text: &[u8],
    number: &mut usize,
) {
    let rows = app.rows();
    let (name, _, takes) = &form.fields[at];
    let is_taken = takes.takes(text);
    for by_script in [false, true] {
        *number += 1;
        let before = form.kept.count(&rows).await;
        let body = form.body(at, text, before, *number);
        let answer = if by_script {
            let post = doctor.request(Method::POST, form.action);
            let post = post.header("content-type", "application/x-www-form-urlencoded");
            post.body(body).send().await.unwrap()
        } else {
            doctor.submit(&form.page, form.action, &body).await
        };
        let status = answer.status();
        let shown = String::from_utf8_lossy(text);
        let place = format!("{status} {}, {name}: {shown:?}", form.action);
        assert!(!status.is_server_error(), "{place}");
        if by_script && status.is_client_error() {
            assert_explained(answer, &shown, &place).await;
        }
        let added = form.kept.count(&rows).await - before;
        match is_taken {
            Some(true) => assert_eq!(added, 1, "{place} is not kept"),
            Some(false) => {
                assert_eq!(added, 0, "{place} is kept");
                // Without script a refusal leads back to the form.
                assert!(status.is_client_error() || !by_script, "{place}");
            }
            None => {}
        }
    }
}

/// A script is told in sentences what is wrong, and none of them quotes the text.
async fn assert_explained(answer: Response, text: &str, place: &str) {
    let error: AppError = answer.json().await.unwrap();
    for sentence in error.fields.values().chain([&error.message]) {
        assert!(sentence.ends_with('.'), "{place}: {sentence}");
        assert!(!sentence.contains(text), "{place}: {sentence}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_in_any_field_of_any_form_is_refused_or_shown_as_it_is() {
    let app = spawn_web_with(&UNLIMITED).await;
    let (doctor, draft) = drafted(&app).await;
    let user = app.user(0).await.id.to_string();
    let dictation = doctor.dictate("a.m4a", recordings::short()).await;
    app.rows()
        .end_without_entities(&dictation, "Take rest.")
        .await;
    let mut forms = forms_of_the_account(&user);
    forms.extend(forms_about_patients(&draft, &dictation));
    forms.extend(forms_that_keep_no_text());
    let unreadable = b"\xff\xfe\xc0\x80".as_slice();
    let mut number = 0;
    for form in &forms {
        for at in 0..form.fields.len() {
            for text in texts().map(str::as_bytes).chain([unreadable]) {
                try_text((&app, &doctor), form, at, text, &mut number).await;
                let is_kept = form.fields[at].2.takes(text) == Some(true);
                let is_markup = text.contains(&b'<') && form.page != "/register";
                if is_kept && is_markup {
                    assert_shown(&doctor, form, at).await;
                }
            }
        }
    }
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

/// The form's page has the text that was just kept, and obeys it not.
async fn assert_shown(doctor: &Browser, form: &Form, at: usize) {
    let place = format!("{}, {}", form.page, form.fields[at].0);
    let page = doctor.open(&form.page).await;
    assert_eq!(page.status(), StatusCode::OK, "{place}");
    let page = page.text().await.unwrap();
    assert!(page.contains("alert(7)"), "{place} does not show it");
    for markup in MARKUP {
        assert!(!page.contains(markup), "{markup} in {place}");
    }
}
