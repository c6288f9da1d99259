//! The description of the API, held against the API itself.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, recordings, spawn_web};

const ID: &str = "0190b6a8-7b0e-7e60-8c8e-2f2c1d0a0b11";

/// A route of the document: its method, an address of it, and who may call.
struct Route {
    method: Method,
    path: String,
    security: Vec<Value>,
}

impl Route {
    /// The scopes that a token needs, if a token may call at all.
    fn scopes(&self) -> Option<BTreeSet<String>> {
        let token = self.security.iter().find_map(|way| way.get("token"))?;
        let scopes = token.as_array().unwrap().iter();
        Some(
            scopes
                .map(|scope| scope.as_str().unwrap().to_owned())
                .collect(),
        )
    }

    fn is_open(&self) -> bool {
        self.security.iter().any(|way| way == &json!({}))
    }

    fn is_upload(&self) -> bool {
        self.method == Method::POST && self.path == "/api/v1/transcriptions"
    }
}

async fn document(app: &TestApp) -> Value {
    let answer = app.stranger().get("/api/openapi.json").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/json");
    answer.json().await.unwrap()
}

fn routes(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            routes.push(Route {
                method: method.to_uppercase().parse().unwrap(),
                path: path.replace("{id}", ID).replace("{token}", "none"),
                security: operation["security"].as_array().unwrap().clone(),
            });
        }
    }
    assert!(routes.len() > 40, "{}", routes.len());
    routes
}

/// Something that is neither empty nor what any route expects; but a whole form where
/// one is uploaded, because whether it is a form is looked at before anything else.
fn nonsense(request: RequestBuilder, route: &Route) -> RequestBuilder {
    if route.is_upload() {
        request.multipart(recordings::form())
    } else if route.method == Method::GET || route.method == Method::DELETE {
        request
    } else {
        request
            .header("if-match", "\"1\"")
            .json(&json!({ "search": "x" }))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_document_is_there_and_asks_who_calls() {
    let app = spawn_web().await;
    for route in routes(&document(&app).await) {
        let named = format!("{} {}", route.method, route.path);
        let request = app.stranger().request(route.method.clone(), &route.path);
        let answer = nonsense(request, &route).send().await.unwrap();
        let status = answer.status();
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{named}");
        if status == StatusCode::NOT_FOUND {
            let mime = &answer.headers()["content-type"];
            assert_eq!(
                mime, "application/json",
                "{named} is a page that is missing"
            );
        }
        if !route.is_open() {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{named}");
        }
    }
}

/// Tokens of a doctor, one for each set of scopes.
struct Tokens {
    doctor: Browser,
    made: BTreeMap<BTreeSet<String>, String>,
}

impl Tokens {
    async fn with(&mut self, scopes: &BTreeSet<String>) -> String {
        if let Some(secret) = self.made.get(scopes) {
            return secret.clone();
        }
        let body = json!({ "name": "Test", "scopes": scopes, "expires_in_days": 1 });
        let made = self.doctor.post("/api/v1/auth/tokens", &body).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        let secret = made["secret"].as_str().unwrap().to_owned();
        self.made.insert(scopes.clone(), secret.clone());
        secret
    }
}

async fn asked(app: &TestApp, route: &Route, token: &str) -> StatusCode {
    let request = app.stranger().bare(route.method.clone(), &route.path);
    let request = nonsense(request.bearer_auth(token), route);
    request.send().await.unwrap().status()
}

/// The document says which scopes a route takes. Each of them is needed, and they are
/// enough.
#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_what_the_document_says() {
    let app = spawn_web().await;
    let mut tokens = Tokens {
        doctor: app.doctor().await,
        made: BTreeMap::new(),
    };
    let document = document(&app).await;
    let all: BTreeSet<String> = document["components"]["schemas"]["Scope"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scope| scope.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(all.len(), 5);
    for route in routes(&document) {
        let named = format!("{} {}", route.method, route.path);
        if route.is_open() {
            continue;
        }
        let Some(needed) = route.scopes() else {
            let status = asked(&app, &route, &tokens.with(&all).await).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{named} is for people");
            continue;
        };
        let enough = if needed.is_empty() { &all } else { &needed };
        let status = asked(&app, &route, &tokens.with(enough).await).await;
        assert!(
            status != StatusCode::FORBIDDEN && status != StatusCode::UNAUTHORIZED,
            "{named} refuses its own scopes with {status}"
        );
        let uploaded = app.rows().count("transcriptions").await;
        if route.is_upload() {
            assert_eq!((status, uploaded), (StatusCode::ACCEPTED, 1));
        }
        for scope in &needed {
            let mut others = all.clone();
            others.remove(scope);
            let status = asked(&app, &route, &tokens.with(&others).await).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{named} without {scope}");
        }
        let stored = app.rows().count("transcriptions").await;
        assert_eq!(stored, uploaded, "{named}: a refused upload is stored");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_with_a_policy_that_lets_nothing_in() {
    let app = spawn_web().await;
    let mut nonces = BTreeSet::new();
    for _ in 0..2 {
        let answer = app.stranger().open("/api/docs").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'nonce-"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
        let nonce = policy.split("'nonce-").nth(1).unwrap();
        let nonce = nonce.split('\'').next().unwrap().to_owned();
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!("<style nonce=\"{nonce}\">")));
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 2, "each answer has its own");
}
