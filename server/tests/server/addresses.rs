//! Addresses that the API does not have, and methods that its addresses do not take.

use std::collections::BTreeSet;

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::support::{Browser, spawn_web};

const ID: &str = "0190b6a8-7b0e-7e60-8c8e-2f2c1d0a0b11";
const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// Asks as a program or a browser, either of which can read an error of the API.
async fn ask(who: &Browser, method: &Method, path: &str) -> Response {
    let request = who.request(method.clone(), path);
    let request = request.header("accept", "text/html,*/*;q=0.8");
    request.send().await.unwrap()
}

/// That an answer is an error of the API, with this status and this code.
async fn assert_refused(answer: Response, status: StatusCode, code: &str, asked: &str) {
    assert_eq!(answer.status(), status, "{asked}");
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json", "{asked}");
    let request_id = header("x-request-id");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["success"], false, "{asked}");
    assert_eq!(body["error"]["code"], code, "{asked}");
    assert_eq!(body["error"]["request_id"], request_id, "{asked}");
    let sentence = body["error"]["message"].as_str().unwrap();
    assert!(sentence.ends_with('.'), "{asked}: {sentence}");
    assert!(body["error"]["timestamp"].is_string(), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_api_does_not_have_is_an_error_of_the_api() {
    let app = spawn_web().await;
    let paths = [
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/transcriptions",
        "/api/v1/prescription",
        "/api/v1/transcriptions/",
        "/api/v1/auth/me/",
        "/api/openapi.yaml",
        "/api/docs/index.html",
        "/api/v1/%ff",
        "/api/v1/auth/tokens/1/2/3",
    ]
    .map(str::to_owned);
    // Those that begin like one that is there.
    let longer = [
        format!("/api/v1/transcriptions/{ID}/words"),
        format!("/api/v1/transcriptions/{ID}/audio/more"),
        "/api/v1/transcriptions/search/more".to_owned(),
        format!("/api/v1/prescriptions/{ID}/preview.pdf/more"),
    ];
    for who in [app.stranger(), app.doctor().await] {
        for path in paths.iter().chain(&longer) {
            for method in &METHODS {
                let asked = format!("{method} {path}");
                let answer = ask(&who, method, path).await;
                assert_refused(answer, StatusCode::NOT_FOUND, "NOT_FOUND", &asked).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_address_does_not_take_is_an_error_that_names_those_it_takes() {
    let app = spawn_web().await;
    let stranger = app.stranger();
    let document = stranger.read("/api/openapi.json").await;
    let mut refused = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/api/") {
            continue;
        }
        let described = item.as_object().unwrap().keys();
        let mut taken: BTreeSet<String> = described.map(|method| method.to_uppercase()).collect();
        if taken.contains("GET") {
            taken.insert("HEAD".to_owned());
        }
        let path = path.replace("{id}", ID);
        for method in &METHODS {
            if taken.contains(method.as_str()) {
                continue;
            }
            let asked = format!("{method} {path}");
            let answer = ask(&stranger, method, &path).await;
            let allow = answer.headers()["allow"].to_str().unwrap();
            let allowed: BTreeSet<String> = allow.split(',').map(str::to_owned).collect();
            assert_eq!(allowed, taken, "{asked}");
            let status = StatusCode::METHOD_NOT_ALLOWED;
            assert_refused(answer, status, "METHOD_NOT_ALLOWED", &asked).await;
            refused += 1;
        }
    }
    assert!(refused > 100, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_the_api_an_address_that_is_not_there_is_a_page_that_says_so() {
    let app = spawn_web().await;
    let stranger = app.stranger();
    for path in ["/api", "/apis/v1", "/fn/no_such_function"] {
        for method in [Method::GET, Method::POST] {
            let page = ask(&stranger, &method, path).await;
            assert_eq!(page.status(), StatusCode::NOT_FOUND, "{method} {path}");
            let mime = page.headers()["content-type"].to_str().unwrap();
            assert!(mime.starts_with("text/html"), "{method} {path}: {mime}");
        }
    }
}
