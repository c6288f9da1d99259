//! The main job with marked words in every place that a person can fill: none of them
//! is in a line of the log, whatever is logged, in a metric, in a span, or in an address.

use std::{collections::BTreeSet, net::TcpListener};

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use seva_model::TranscriptionStatus;
use seva_testkit::TestDatabase;
use tempfile::TempDir;

use crate::support::{Browser, Collector, ServerProcess, mailed_code, recordings};

const EMAIL: &str = "qxemail@clinic.example";
const PASSWORD: &str = "Qxpassword-1";
const WRONG: &str = "Qxwrong-1";

/// In lower case. The last ones are spoken in the recording.
const MARKS: [&str; 22] = [
    "qxemail",
    "qxpassword",
    "qxwrong",
    "qxdoctor",
    "qxclinic",
    "qxaddress",
    "qxregistration",
    "qxpatient",
    "qxfile",
    "qxtranscript",
    "qxmedicine",
    "qxdose",
    "qxdiagnosis",
    "qxadvice",
    "qxfollow",
    "qxsearch",
    "qxnonsense",
    "qxkey",
    "metformin",
    "amlodipine",
    "chest pain",
    "diabetes",
];

/// A doctor who remembers where she was sent and what she was shown.
struct Walk {
    doctor: Browser,
    addresses: BTreeSet<String>,
}

impl Walk {
    fn note(&mut self, response: &Response) {
        self.addresses.insert(response.url().to_string());
        for name in ["location", "content-disposition", "link"] {
            let values = response.headers().get_all(name).iter();
            let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            self.addresses.extend(values);
        }
    }

    async fn get(&mut self, path: &str) -> Response {
        let answer = self.doctor.get(path).await;
        self.note(&answer);
        answer
    }

    async fn post(&mut self, path: &str, body: &Value) -> Response {
        let answer = self.doctor.post(path, body).await;
        self.note(&answer);
        answer
    }

    /// Sends a form without script, and opens the page that it leads to.
    async fn submit(&mut self, page: &str, action: &str, fields: &str) {
        let answer = self.doctor.submit(page, action, fields).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{action}");
        self.note(&answer);
        let place = answer.headers()["location"].to_str().unwrap().to_owned();
        self.open(&place).await;
    }

    /// Opens a page; all that it links to is noted.
    async fn open(&mut self, path: &str) -> String {
        let page = self.doctor.open(path).await;
        self.note(&page);
        let text = page.text().await.unwrap();
        for attribute in ["href=\"", "src=\"", "action=\""] {
            let found = text.split(attribute).skip(1);
            let found = found.filter_map(|rest| rest.split('"').next());
            self.addresses.extend(found.map(str::to_owned));
        }
        text
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_main_job_is_in_the_log_a_metric_a_span_or_an_address() {
    let database = TestDatabase::new().await;
    let home = tempfile::tempdir().unwrap();
    let metrics = format!("127.0.0.1:{}", free_port());
    let collector = Collector::start().await;
    let extra = [
        ("SEVA_LOG", "trace"),
        ("SEVA_LOG_FORMAT", "json"),
        ("SEVA_METRICS_ADDR", metrics.as_str()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address.as_str()),
    ];
    let server = ServerProcess::start_with(&database, home.path(), "all", &extra);
    let mut walk = Walk {
        doctor: Browser::new(&server.address),
        addresses: BTreeSet::new(),
    };
    sign_up(&mut walk, &home).await;
    let (dictation, heard) = dictate(&mut walk).await;
    let prescription = prescribe(&mut walk, &dictation).await;
    hand_over(&mut walk, &prescription).await;
    search(&mut walk, &dictation).await;
    fail(&mut walk, &prescription).await;
    clean_up(&mut walk, &dictation).await;
    let cookies = walk.doctor.cookies().unwrap().to_lowercase();
    let mut sessions = cookies.split("; ");
    let cookie = sessions.find_map(|cookie| cookie.strip_prefix("seva="));
    let out = walk.post("/api/v1/auth/logout", &json!({})).await;
    assert_eq!(out.status(), StatusCode::OK);

    let watcher = Browser::new(&format!("http://{metrics}"));
    let measured = watcher.get("/metrics").await.text().await.unwrap();
    let measured = measured.to_lowercase();
    // The last spans are sent at the end, and taken by a task of this runtime.
    let ended = tokio::task::spawn_blocking(move || server.terminate());
    let log = ended.await.unwrap().to_lowercase();
    let spans = collector.text().to_lowercase();
    let addresses: Vec<String> = walk.addresses.into_iter().collect();
    let addresses = addresses.join("\n").to_lowercase();
    assert_told(&log, &measured, &spans, &addresses);

    let beginning: String = heard.to_lowercase().chars().take(24).collect();
    let private = MARKS
        .into_iter()
        .chain([beginning.as_str(), cookie.unwrap()]);
    for mark in private {
        for (place, text) in [
            ("the log", &log),
            ("the metrics", &measured),
            ("a span", &spans),
            ("an address", &addresses),
        ] {
            let line = text.lines().find(|line| line.contains(mark));
            assert_eq!(line, None, "{mark} is in {place}");
        }
    }
}

/// What is looked through is there, and tells what happened.
fn assert_told(log: &str, measured: &str, spans: &str, addresses: &str) {
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    for told in [
        "sign-in attempt",
        "/api/v1/prescriptions/{id}/fhir",
        "a prescription was signed",
        "\"level\":\"debug\"",
    ] {
        assert!(log.contains(told), "{told}");
    }
    for told in ["/api/v1/prescriptions/{id}/fhir", "authenticate"] {
        assert!(spans.contains(told), "{told}");
    }
    for told in ["seva_http_request_duration_seconds", "seva_jobs"] {
        assert!(measured.contains(told), "{told}");
    }
    for told in ["/files/", "/dictations/", "/prescriptions/", "attachment"] {
        assert!(addresses.contains(told), "{told}:\n{addresses}");
    }
}

async fn sign_up(walk: &mut Walk, home: &TempDir) {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "full_name": "Dr. Qxdoctor" });
    let registered = walk.post("/api/v1/auth/register", &body).await;
    assert_eq!(registered.status(), StatusCode::CREATED);
    walk.open("/confirm").await;
    walk.open("/dev/mailbox").await;
    let code = mailed_code(&home.path().join("mail"), EMAIL);
    let body = json!({ "email": EMAIL, "confirmation_code": code });
    let confirmed = walk.post("/api/v1/auth/confirm", &body).await;
    assert_eq!(confirmed.status(), StatusCode::OK);
    let wrong = json!({ "email": EMAIL, "password": WRONG });
    let refused = walk.post("/api/v1/auth/login", &wrong).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let fields = format!("email=qxemail%40clinic.example&password={PASSWORD}");
    walk.submit("/sign-in", "/fn/sign_in", &fields).await;
    let fields = "full_name=Dr.+Qxdoctor&registration_number=QXREGISTRATION-1&clinic_name=Qxclinic\
                  &clinic_address=Qxaddress+1";
    walk.submit("/profile", "/fn/update_profile", fields).await;
}

/// Gives the dictation's id, and what was heard.
async fn dictate(walk: &mut Walk) -> (String, String) {
    let form = reqwest::multipart::Form::new()
        .text("patient_name", "Qxpatient Qureshi")
        .part(
            "audio_file",
            reqwest::multipart::Part::bytes(recordings::sample()).file_name("Qxfile.m4a"),
        );
    let taken = walk.doctor.send_form(form).await;
    walk.note(&taken);
    let taken: Value = taken.json().await.unwrap();
    let id = taken["transcription_id"].as_str().unwrap().to_owned();
    let last = walk.doctor.events(&id, None).await.rest().await.pop();
    assert_eq!(last.unwrap().status, TranscriptionStatus::Completed);
    let page = walk.open(&format!("/dictations/{id}")).await;
    assert!(page.contains("Qxpatient"), "the page shows whose it is");
    let heard = walk.doctor.dictation(&id).await["transcript"].take();
    let heard = heard.as_str().unwrap().to_owned();
    assert!(heard.to_lowercase().contains("metformin"));

    let fields = format!(
        "id={id}&expected_version=0&text=Qxtranscript.+Tab+metformin+500+mg+twice+daily.+Denies+chest+pain."
    );
    let page = format!("/dictations/{id}");
    walk.submit(&page, "/fn/save_transcript", &fields).await;
    for format in ["txt", "vtt", "json"] {
        let path = format!("/api/v1/transcriptions/{id}/transcript?format={format}");
        let export = walk.get(&path).await;
        assert_eq!(export.status(), StatusCode::OK, "{format}");
    }
    for part in ["entities", "audio"] {
        let path = format!("/api/v1/transcriptions/{id}/{part}");
        assert_eq!(walk.get(&path).await.status(), StatusCode::OK, "{part}");
    }
    (id, heard)
}

async fn prescribe(walk: &mut Walk, dictation: &str) -> String {
    let request = walk
        .doctor
        .request(Method::POST, "/api/v1/prescriptions")
        .header("idempotency-key", "Qxkey-1")
        .json(&json!({ "transcription_id": dictation }));
    let made = request.send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    walk.note(&made);
    let made: Value = made.json().await.unwrap();
    let id = made["prescription_id"].as_str().unwrap().to_owned();
    let content = json!({
        "patient_name": "Qxpatient Qureshi", "patient_age": 54,
        "diagnoses": [{ "text": "Qxdiagnosis" }],
        "medications": [{ "name": "Qxmedicine", "dosage": "Qxdose" }],
        "instructions": "Qxadvice", "follow_up": "Qxfollow",
    });
    let path = format!("/api/v1/prescriptions/{id}");
    let changed = change(walk, Method::PUT, &path, "\"1\"", &content).await;
    assert_eq!(changed.status(), StatusCode::OK);
    // Somebody else's change is not overwritten.
    let stale = change(walk, Method::PUT, &path, "\"1\"", &content).await;
    assert_eq!(stale.status(), StatusCode::PRECONDITION_FAILED);
    walk.open(&format!("/prescriptions/{id}")).await;
    let preview = walk.get(&format!("{path}/preview.pdf")).await;
    assert_eq!(preview.status(), StatusCode::OK);
    let signed = change(
        walk,
        Method::POST,
        &format!("{path}/finalize"),
        "\"2\"",
        &json!({ "utc_offset_minutes": 330 }),
    )
    .await;
    assert_eq!(signed.status(), StatusCode::OK);
    id
}

async fn change(
    walk: &mut Walk,
    method: Method,
    path: &str,
    version: &str,
    body: &Value,
) -> Response {
    let request = walk.doctor.request(method, path);
    let request = request.header("if-match", version).json(body);
    let answer = request.send().await.unwrap();
    walk.note(&answer);
    answer
}

async fn hand_over(walk: &mut Walk, id: &str) {
    let path = format!("/api/v1/prescriptions/{id}");
    let link = walk.get(&format!("{path}/pdf")).await;
    assert_eq!(link.status(), StatusCode::TEMPORARY_REDIRECT);
    let place = link.headers()["location"].to_str().unwrap();
    let (_, file) = place.split_once("/files/").unwrap();
    let file = format!("/files/{file}");
    assert_eq!(walk.get(&file).await.status(), StatusCode::OK);
    let fhir = walk.get(&format!("{path}/fhir")).await;
    assert_eq!(fhir.status(), StatusCode::OK);
    let mut whole = walk.doctor.read(&path).await;
    let code = whole["prescription"]["verification_code"].take();
    walk.open(&format!("/verify/{}", code.as_str().unwrap()))
        .await;
    let copied = walk.post(&format!("{path}/copy"), &json!({})).await;
    assert_eq!(copied.status(), StatusCode::CREATED);
    walk.open("/prescriptions").await;
    walk.open("/").await;
}

async fn search(walk: &mut Walk, dictation: &str) {
    assert_eq!(walk.doctor.search("Qxpatient").await, [dictation]);
    assert_eq!(walk.doctor.search("Qxtranscript").await, [dictation]);
    let words = json!({ "search": "Qxmedicine" });
    let found = walk.post("/api/v1/prescriptions/search", &words).await;
    assert_eq!(found.status(), StatusCode::OK);
    let fields = "words=Qxpatient&from=%2Fdictations";
    walk.submit("/dictations", "/fn/keep_search", fields).await;
    // An address that somebody wrote by hand is answered, and not logged.
    let refused = walk
        .doctor
        .get("/api/v1/transcriptions?search=Qxsearch")
        .await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let lost = walk.doctor.open("/Qxsearch/Qxsearch?Qxsearch").await;
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);
}

async fn fail(walk: &mut Walk, prescription: &str) {
    for recording in [recordings::lie(), recordings::silence(), Vec::new()] {
        let refused = walk.doctor.upload("Qxfile.wav", recording).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    for body in [
        json!({ "patient_name": 7, "instructions": "Qxnonsense" }),
        json!({ "patient_name": "Qxnonsense\u{0}" }),
        json!({ "patient_name": "Qxnonsense".repeat(40) }),
        json!({ "transcription_id": "Qxnonsense" }),
    ] {
        let refused = walk.post("/api/v1/prescriptions", &body).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    }
    let path = format!("/api/v1/prescriptions/{prescription}");
    let signed = json!({ "patient_name": "Qxnonsense" });
    let refused = change(walk, Method::PUT, &path, "\"3\"", &signed).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let refused = walk
        .doctor
        .get("/api/v1/transcriptions/Qxnonsense/audio")
        .await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    let wrong = json!({ "old_password": WRONG, "password": "Qxpassword-2" });
    let refused = walk.post("/api/v1/auth/password", &wrong).await;
    assert!(refused.status().is_client_error());
    // Somebody else: the answer takes the cookie away.
    let forger = walk.doctor.stranger();
    let forged = forger.bare(Method::GET, "/api/v1/auth/me");
    let forged = forged
        .header("cookie", "seva=Qxnonsense")
        .header("x-request-id", "Qxnonsense!");
    assert_eq!(
        forged.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

async fn clean_up(walk: &mut Walk, dictation: &str) {
    let path = format!("/api/v1/transcriptions/{dictation}");
    let cancelled = walk.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status(), StatusCode::CONFLICT);
    let deleted = walk.doctor.request(Method::DELETE, &path);
    let deleted = deleted.send().await.unwrap();
    walk.note(&deleted);
    assert_eq!(deleted.status(), StatusCode::OK);
    walk.open("/dictations").await;
    let gone = walk.get(&path).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}
