//! Prescriptions over the API: written, changed, signed, copied, deleted, found.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, recordings, spawn_web};

const ROOT: &str = "/api/v1/prescriptions";

/// The seed's own example.
fn example() -> Value {
    json!({
        "patient_name": "Jane Doe",
        "patient_age": 45,
        "patient_gender": "Female",
        "diagnosis": "Hypertension",
        "medications": [{
            "name": "Lisinopril",
            "dosage": "10mg",
            "frequency": "Once daily",
            "duration": "30 days",
        }],
        "instructions": "Take with food. Monitor blood pressure daily.",
    })
}

async fn create(doctor: &Browser, body: &Value) -> String {
    let response = doctor.post(ROOT, body).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let place = response.headers()["location"].to_str().unwrap().to_owned();
    let body: Value = response.json().await.unwrap();
    let id = body["prescription_id"].as_str().unwrap().to_owned();
    assert_eq!(place, format!("{ROOT}/{id}"));
    id
}

/// A change of a version; without one, of any.
async fn change(
    doctor: &Browser,
    method: Method,
    path: &str,
    version: Option<&str>,
    body: Option<&Value>,
) -> Response {
    let mut request = doctor.request(method, &format!("{ROOT}/{path}"));
    if let Some(version) = version {
        request = request.header("if-match", version);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    request.send().await.unwrap()
}

async fn refused(response: Response, status: StatusCode, code: &str) -> Value {
    assert_eq!(response.status(), status);
    let mut body: Value = response.json().await.unwrap();
    assert_eq!(body["success"], false);
    assert_eq!(body["error"]["code"], code);
    body["error"].take()
}

async fn whole(response: Response) -> (String, Value) {
    assert_eq!(response.status(), StatusCode::OK);
    let version = response.headers()["etag"].to_str().unwrap().to_owned();
    let mut body: Value = response.json().await.unwrap();
    assert_eq!(body["success"], true);
    (version, body["prescription"].take())
}

async fn get(doctor: &Browser, id: &str) -> (String, Value) {
    whole(doctor.get(&format!("{ROOT}/{id}")).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seeds_own_example_is_stored_and_read_back() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.post(ROOT, &example()).await;
    let body: Value = response.json().await.unwrap();
    let id = body["prescription_id"].as_str().unwrap();
    let preview = format!("{}{ROOT}/{id}/preview.pdf", app.address);
    assert_eq!(
        body,
        json!({ "success": true, "prescription_id": id, "pdf_url": preview })
    );
    let (version, read) = get(&doctor, id).await;
    assert_eq!(version, "\"1\"");
    assert_eq!(read["status"], "DRAFT");
    assert_eq!(read["patient_age"], 45);
    assert_eq!(read["diagnosis"], "Hypertension");
    assert_eq!(read["diagnoses"][0]["text"], "Hypertension");
    assert_eq!(read["medications"][0]["name"], "Lisinopril");
    assert_eq!(read["pdf_url"], preview);
    assert!(read["created_at"].is_string() && read["warnings"].is_array());
    let paper = doctor.get(&format!("{ROOT}/{id}/preview.pdf")).await;
    assert!(paper.bytes().await.unwrap().starts_with(b"%PDF-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_update_is_refused() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = create(&doctor, &example()).await;
    let (first, mut read) = get(&doctor, &id).await;

    let blind = change(&doctor, Method::PUT, &id, None, Some(&read)).await;
    let status = StatusCode::PRECONDITION_REQUIRED;
    refused(blind, status, "PRECONDITION_REQUIRED").await;

    // What was read may be sent back as it is, with a change.
    read["patient_name"] = json!("Jane Roe");
    let saved = change(&doctor, Method::PUT, &id, Some(&first), Some(&read)).await;
    let (second, saved) = whole(saved).await;
    assert_eq!(second, "\"2\"");
    assert_eq!(saved["patient_name"], "Jane Roe");
    assert_eq!(saved["diagnoses"], read["diagnoses"]);

    read["patient_name"] = json!("Somebody Else");
    let late = change(&doctor, Method::PUT, &id, Some(&first), Some(&read)).await;
    let error = refused(late, StatusCode::PRECONDITION_FAILED, "VERSION_CONFLICT").await;
    let mut said: Vec<_> = error.as_object().unwrap().keys().cloned().collect();
    said.sort();
    assert_eq!(said, ["code", "message", "request_id", "timestamp"]);
    assert!(!error.to_string().contains("Jane"), "{error}");
    assert_eq!(get(&doctor, &id).await.1["patient_name"], "Jane Roe");

    // Left out is emptied: the body is the whole prescription.
    let bare = json!({ "patient_name": "Jane Roe" });
    let saved = change(&doctor, Method::PUT, &id, Some(&second), Some(&bare)).await;
    assert_eq!(whole(saved).await.1["medications"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_that_was_read_is_signed_and_never_changes() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = create(&doctor, &example()).await;
    let finalize = format!("{id}/finalize");
    let sign = |version: Option<&'static str>, body: Option<Value>| {
        let (doctor, finalize) = (doctor.clone(), finalize.clone());
        async move { change(&doctor, Method::POST, &finalize, version, body.as_ref()).await }
    };
    let status = StatusCode::PRECONDITION_REQUIRED;
    refused(sign(None, None).await, status, "PRECONDITION_REQUIRED").await;
    let missing = sign(Some("\"1\""), None).await;
    let error = refused(missing, StatusCode::BAD_REQUEST, "VALIDATION_FAILED").await;
    assert!(error["fields"]["registration_number"].is_string());

    let user = app.user(0).await;
    app.register(&user, "Dr. Asha Verma", "MH-12345").await;
    let status = StatusCode::PRECONDITION_FAILED;
    refused(sign(Some("\"7\""), None).await, status, "VERSION_CONFLICT").await;
    let far = sign(Some("\"1\""), Some(json!({ "utc_offset_minutes": 5000 }))).await;
    refused(far, StatusCode::BAD_REQUEST, "VALIDATION_FAILED").await;
    let signed = sign(Some("\"1\""), Some(json!({ "utc_offset_minutes": 330 }))).await;
    let (version, signed) = whole(signed).await;
    assert_eq!(
        (version.as_str(), &signed["status"]),
        ("\"2\"", &json!("FINALIZED"))
    );
    assert!(signed["verification_code"].is_string() && signed["finalized_at"].is_string());
    let paper = format!("{}{ROOT}/{id}/pdf", app.address);
    assert_eq!(signed["pdf_url"], paper);
    let link = doctor.get(&format!("{ROOT}/{id}/pdf")).await;
    assert_eq!(link.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(app.rows().audited(&id, "prescription.finalize").await, 1);

    let conflict = StatusCode::CONFLICT;
    refused(sign(Some("\"2\""), None).await, conflict, "CONFLICT").await;
    let changed = change(&doctor, Method::PUT, &id, Some("\"2\""), Some(&example())).await;
    refused(changed, conflict, "CONFLICT").await;
    let deleted = change(&doctor, Method::DELETE, &id, None, None).await;
    refused(deleted, conflict, "CONFLICT").await;

    let copied = change(&doctor, Method::POST, &format!("{id}/copy"), None, None).await;
    assert_eq!(copied.status(), StatusCode::CREATED);
    let copied: Value = copied.json().await.unwrap();
    let copy = copied["prescription_id"].as_str().unwrap();
    let (_, read) = get(&doctor, copy).await;
    assert_eq!(read["status"], "DRAFT");
    assert_eq!(read["patient_name"], "Jane Doe");
    let deleted = change(&doctor, Method::DELETE, copy, None, None).await;
    assert_eq!(
        deleted.json::<Value>().await.unwrap(),
        json!({ "success": true })
    );
    let gone = doctor.get(&format!("{ROOT}/{copy}")).await;
    refused(gone, StatusCode::NOT_FOUND, "NOT_FOUND").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictation_is_drafted_once() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let dictation = doctor.dictate("a.m4a", recordings::short()).await;
    let body = json!({ "transcription_id": dictation });
    let early = doctor.post(ROOT, &body).await;
    refused(early, StatusCode::CONFLICT, "CONFLICT").await;

    let rows = app.rows();
    rows.end_without_entities(&dictation, "Start metformin.")
        .await;
    let id = create(&doctor, &body).await;
    assert_eq!(get(&doctor, &id).await.1["transcription_id"], dictation);
    let again = doctor.post(ROOT, &body).await;
    assert_eq!(again.status(), StatusCode::OK, "it is there already");
    assert_eq!(again.json::<Value>().await.unwrap()["prescription_id"], id);

    let mut written = example();
    written["transcription_id"] = json!(dictation);
    let second = doctor.post(ROOT, &written).await;
    refused(second, StatusCode::CONFLICT, "CONFLICT").await;
    let deleted = change(&doctor, Method::DELETE, &id, None, None).await;
    assert_eq!(deleted.status(), StatusCode::OK);
    let id = create(&doctor, &written).await;
    let (_, read) = get(&doctor, &id).await;
    assert_eq!(read["transcription_id"], dictation);
    assert_eq!(read["patient_name"], "Jane Doe");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_is_refused_with_its_field() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let two = json!({ "diagnosis": "Gout", "diagnoses": [{ "text": "Asthma" }] });
    for (body, field) in [
        (json!({ "patient_age": -1 }), Some("patient_age")),
        (json!({ "patient_age": 151 }), Some("patient_age")),
        (json!({ "patient_age": "old" }), None),
        (json!({ "patient_name": "a\u{0}b" }), Some("patient_name")),
        (
            json!({ "patient_name": "x".repeat(256) }),
            Some("patient_name"),
        ),
        (two, Some("diagnosis")),
        (json!({ "medications": [{}, { "dosage": "1" }] }), None),
        (json!({ "transcription_id": "not-an-id" }), None),
        (json!({}), None),
        (json!([]), None),
    ] {
        let response = doctor.post(ROOT, &body).await;
        let error = refused(response, StatusCode::BAD_REQUEST, "VALIDATION_FAILED").await;
        let fields = error["fields"].as_object();
        let named = fields.and_then(|fields| fields.keys().next().map(String::as_str));
        assert_eq!(named, field, "{body}");
    }
    assert_eq!(app.rows().count("prescriptions").await, 0);
}

async fn listed(response: Response) -> (Vec<String>, Option<String>) {
    assert_eq!(response.status(), StatusCode::OK);
    let body: Value = response.json().await.unwrap();
    let name = |row: &Value| row["patient_name"].as_str().unwrap().to_owned();
    let names = body["prescriptions"].as_array().unwrap();
    let next = body["next"].as_str().map(str::to_owned);
    (names.iter().map(name).collect(), next)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_read_a_page_at_a_time_and_searched_by_a_body() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    for name in ["Asha", "Imran", "Jane"] {
        let mut body = example();
        body["patient_name"] = json!(name);
        create(&doctor, &body).await;
    }
    let (names, next) = listed(doctor.get(&format!("{ROOT}?limit=2")).await).await;
    assert_eq!(names, ["Jane", "Imran"]);
    let path = format!("{ROOT}?limit=2&before={}", next.unwrap());
    assert_eq!(
        listed(doctor.get(&path).await).await,
        (vec!["Asha".to_owned()], None)
    );
    let signed = doctor.get(&format!("{ROOT}?status=FINALIZED")).await;
    assert_eq!(listed(signed).await.0, Vec::<String>::new());

    let in_address = doctor.get(&format!("{ROOT}?search=Imran")).await;
    let error = refused(in_address, StatusCode::BAD_REQUEST, "VALIDATION_FAILED").await;
    assert!(error["fields"]["search"].is_string());
    let search = format!("{ROOT}/search");
    let found = doctor.post(&search, &json!({ "search": " imran " })).await;
    assert_eq!(listed(found).await.0, ["Imran"]);
    let found = doctor
        .post(&search, &json!({ "search": "lisino", "limit": 1 }))
        .await;
    assert_eq!(listed(found).await.0, ["Jane"]);
    for list in [ROOT, "/api/v1/transcriptions"] {
        for (query, field) in [("limit=many", "limit"), ("status=LOST", "status")] {
            let odd = doctor.get(&format!("{list}?{query}")).await;
            let error = refused(odd, StatusCode::BAD_REQUEST, "VALIDATION_FAILED").await;
            assert!(error["fields"][field].is_string(), "{list}?{query}");
        }
    }
    let stale = doctor.get(&format!("{ROOT}?before=nonsense")).await;
    refused(stale, StatusCode::BAD_REQUEST, "VALIDATION_FAILED").await;
}

async fn everything(app: &TestApp, who: &Browser, id: &str, dictation: &str) -> Vec<StatusCode> {
    let (id, dictation) = (id.to_owned(), format!("/api/v1/transcriptions/{dictation}"));
    let prescription = format!("{ROOT}/{id}");
    let from = app.address.clone();
    let mut statuses = Vec::new();
    for (method, path) in [
        (Method::GET, prescription.clone()),
        (Method::PUT, prescription.clone()),
        (Method::DELETE, prescription.clone()),
        (Method::POST, format!("{prescription}/finalize")),
        (Method::POST, format!("{prescription}/copy")),
        (Method::GET, format!("{prescription}/fhir")),
        (Method::GET, format!("{dictation}/entities")),
        (Method::GET, format!("{dictation}/transcript")),
    ] {
        let mut request = who.bare(method.clone(), &path).header("origin", &from);
        request = request.header("if-match", "\"1\"");
        if method == Method::PUT {
            request = request.json(&example());
        }
        statuses.push(request.send().await.unwrap().status());
    }
    let body = json!({ "transcription_id": dictation.rsplit('/').next() });
    statuses.push(who.post(ROOT, &body).await.status());
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn another_doctors_prescriptions_do_not_exist() {
    let app = spawn_web().await;
    let (owner, other) = (app.doctor().await, app.doctor().await);
    let dictation = owner.dictate("a.m4a", recordings::short()).await;
    app.rows().end_without_entities(&dictation, "Rest.").await;
    let id = create(&owner, &example()).await;
    let foreign = everything(&app, &other, &id, &dictation).await;
    assert_eq!(foreign, [StatusCode::NOT_FOUND; 9]);
    let nobody = everything(&app, &app.stranger(), &id, &dictation).await;
    assert_eq!(nobody, [StatusCode::UNAUTHORIZED; 9]);
    assert_eq!(get(&owner, &id).await.0, "\"1\"", "nothing has changed");
    let (names, _) = listed(other.get(ROOT).await).await;
    assert!(names.is_empty());
}
