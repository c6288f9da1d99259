use std::{fs, path::Path, sync::Arc};

use reqwest::{
    Body, Client, Method, RequestBuilder, Response, StatusCode,
    cookie::{CookieStore as _, Jar},
    multipart::{Form, Part},
    redirect::Policy,
};
use serde_json::{Value, json};

use super::Events;

pub(crate) const PASSWORD: &str = "Right-Pass-1";

/// Somebody with a cookie jar. Redirects are not followed: they are answers.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    jar: Arc<Jar>,
    address: String,
}

impl Browser {
    pub(crate) fn new(address: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            client,
            jar,
            address: address.to_owned(),
        }
    }

    /// Somebody else at the same server, without a cookie.
    pub(crate) fn stranger(&self) -> Self {
        Self::new(&self.address)
    }

    /// The same person at another server, with the same cookies: they know no ports.
    pub(crate) fn at(&self, address: &str) -> Self {
        Self {
            address: address.to_owned(),
            ..self.clone()
        }
    }

    /// A request as a browser sends it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("origin", &self.address)
    }

    /// A request that does not say where it comes from.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// A page, as when somebody opens an address.
    pub(crate) async fn open(&self, path: &str) -> Response {
        let page = self.bare(Method::GET, path).header("accept", "text/html");
        page.send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    /// Sends a form of a page as a browser without script does; `fields` are encoded.
    pub(crate) async fn submit(&self, page: &str, action: &str, fields: &str) -> Response {
        self.request(Method::POST, action)
            .header("accept", "text/html")
            .header("referer", format!("{}{page}", self.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.to_owned())
            .send()
            .await
            .unwrap()
    }

    /// The JSON of a successful answer.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    /// `name=value` of the cookies this person has.
    pub(crate) fn cookies(&self) -> Option<String> {
        let cookies = self.jar.cookies(&self.address.parse().unwrap())?;
        Some(cookies.to_str().unwrap().to_owned())
    }

    /// Registers, reads the code in the mailbox, and confirms.
    pub(crate) async fn open_account(&self, email: &str, mail: &Path) {
        let body = json!({ "email": email, "password": PASSWORD, "full_name": "Dr. Asha Verma" });
        let registered = self.post("/api/v1/auth/register", &body).await;
        assert_eq!(registered.status(), StatusCode::CREATED);
        let body = json!({ "email": email, "confirmation_code": mailed_code(mail, email) });
        let confirmed = self.post("/api/v1/auth/confirm", &body).await;
        assert_eq!(confirmed.status(), StatusCode::OK);
    }

    pub(crate) async fn sign_in(&self, email: &str) {
        self.sign_in_as(email, PASSWORD).await;
    }

    pub(crate) async fn sign_in_as(&self, email: &str, password: &str) {
        let body = json!({ "email": email, "password": password });
        let signed_in = self.post("/api/v1/auth/login", &body).await;
        assert_eq!(signed_in.status(), StatusCode::OK);
    }

    /// Sends the upload form with whatever it holds.
    pub(crate) async fn upload(&self, file_name: &str, content: impl Into<Body>) -> Response {
        let audio = Part::stream(content).file_name(file_name.to_owned());
        let form = Form::new()
            .text("specialty", "CARDIOLOGY")
            .text("patient_name", "Imran Qureshi")
            .part("audio_file", audio);
        self.send_form(form).await
    }

    /// Sends the upload with fields of its own.
    pub(crate) async fn send_form(&self, form: Form) -> Response {
        self.request(Method::POST, "/api/v1/transcriptions")
            .multipart(form)
            .send()
            .await
            .unwrap()
    }

    /// Uploads a recording that is accepted; gives the dictation's id.
    pub(crate) async fn dictate(&self, file_name: &str, content: Vec<u8>) -> String {
        let response = self.upload(file_name, content).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["success"], true);
        body["transcription_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn dictation(&self, id: &str) -> Value {
        let mut body = self.read(&format!("/api/v1/transcriptions/{id}")).await;
        body["transcription"].take()
    }

    /// Ids of the dictations that hold some words.
    pub(crate) async fn search(&self, words: &str) -> Vec<String> {
        let path = "/api/v1/transcriptions/search";
        let response = self.post(path, &json!({ "search": words })).await;
        assert_eq!(response.status(), StatusCode::OK);
        let body: Value = response.json().await.unwrap();
        let found = body["transcriptions"].as_array().unwrap();
        let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
        found.iter().map(id).collect()
    }

    /// Opens the event stream; `seen` is the last event that arrived before.
    pub(crate) async fn events(&self, id: &str, seen: Option<i64>) -> Events {
        let path = format!("/api/v1/transcriptions/{id}/events");
        let mut request = self.request(Method::GET, &path);
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen.to_string());
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events::new(response)
    }
}

/// The newest code that was sent to an address.
pub(crate) fn mailed_code(mail: &Path, email: &str) -> String {
    let mut files: Vec<_> = fs::read_dir(mail)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let text = files
        .iter()
        .rev()
        .map(|file| serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap())
        .find(|message| message["to"] == email)
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .unwrap();
    text.split_whitespace()
        .find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()))
        .unwrap()
        .to_owned()
}
