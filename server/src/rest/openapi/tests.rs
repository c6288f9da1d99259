#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use axum::Router;
use serde_json::{Value, to_value};

use super::*;
use crate::state::AppState;

/// The operations of a path, each with its method.
fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", item.get.as_ref()),
        ("PUT", item.put.as_ref()),
        ("POST", item.post.as_ref()),
        ("DELETE", item.delete.as_ref()),
        ("PATCH", item.patch.as_ref()),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation?)))
}

fn document() -> Value {
    to_value(whole()).unwrap()
}

/// Every route as docs/api.md writes it: `GET /health`.
fn routes_of_document() -> BTreeSet<String> {
    let paths = whole().paths.paths.iter();
    paths
        .flat_map(|(path, item)| {
            operations(item).map(move |(method, _)| format!("{method} {path}"))
        })
        .collect()
}

/// The addresses that a router knows, as its own debug output has them.
fn addresses(router: &Router<AppState>) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let parts = shown.split('"').filter(|part| part.starts_with('/'));
    parts
        // What axum adds for what nothing else matches.
        .filter(|part| *part != "/" && !part.contains("__private"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_address_of_the_router_is_in_the_document() {
    let tables = [
        routes::api(),
        routes::uploads(),
        routes::links(),
        routes::probes(),
    ];
    let mut routed = BTreeSet::new();
    for table in tables {
        routed.extend(addresses(&table.into()));
    }
    let described: BTreeSet<_> = whole().paths.paths.keys().cloned().collect();
    assert!(
        routed.contains("/api/v1/transcriptions/{id}/audio"),
        "{routed:?}"
    );
    assert_eq!(routed, described);
}

/// What is not made from a table is a page's affair, or the answer that there is nothing.
#[test]
fn the_router_adds_nothing_to_the_tables_but_a_form_and_what_no_address_matches() {
    let source = include_str!("../../router.rs");
    let added: Vec<&str> = source
        .split(".route(")
        .skip(1)
        .map(|rest| rest.trim_start().split(',').next().unwrap())
        .collect();
    let expected = ["upload::FORM_PATH", "\"/api/\"", "\"/api/{*rest}\""];
    assert_eq!(added, expected);
    assert_eq!(source.matches(".nest(").count(), 0);
    assert_eq!(source.matches(".route_service(").count(), 0);
    let tables = include_str!("../routes.rs");
    assert_eq!(tables.matches(".route(").count(), 0);
}

#[test]
fn the_page_in_words_names_every_route_and_no_other() {
    let words = include_str!("../../../../docs/api.md");
    let named: BTreeSet<String> = words
        .lines()
        .filter_map(|line| {
            let route = line.strip_prefix("| `")?.split('`').next()?;
            let (method, path) = route.split_once(' ')?;
            let path = path.split('?').next()?;
            path.starts_with('/').then(|| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(named, routes_of_document());
}

#[test]
fn the_document_is_of_openapi_3_1_and_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/").skip(1) {
        let at = format!("/{}", reference.split('"').next().unwrap());
        assert!(document.pointer(&at).is_some(), "{at} is not there");
    }
}

#[test]
fn every_route_says_who_may_call_and_how_it_fails() {
    let mut ids = BTreeSet::new();
    for (path, item) in &whole().paths.paths {
        for (method, operation) in operations(item) {
            let route = format!("{method} {path}");
            let id = operation.operation_id.clone().unwrap();
            assert!(ids.insert(id), "{route} has the name of another one");
            assert!(operation.summary.is_some(), "{route} has no summary");
            assert!(operation.security.is_some(), "{route} is for nobody");
            let tags = operation.tags.as_deref().unwrap_or_default();
            assert_eq!(tags.len(), 1, "{route} is in one chapter");
            assert!(TAGS.iter().any(|(name, _)| *name == tags[0]), "{route}");
            let statuses = &operation.responses.responses;
            assert!(
                statuses.keys().any(|status| status.starts_with(['2', '3'])),
                "{route}"
            );
            if path.starts_with("/api/") {
                for status in ["400", "401", "403", "413", "429", "500", "503"] {
                    assert!(statuses.contains_key(status), "{route} without {status}");
                }
            }
        }
    }
}

/// A body that may be anything tells a program nothing.
#[test]
fn every_body_has_a_shape() {
    let document = document();
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap().values();
            for body in answers.chain([&operation["requestBody"]]) {
                for (mime, media) in body["content"].as_object().into_iter().flatten() {
                    let told = ["$ref", "type", "allOf", "oneOf"];
                    let is_told = told.iter().any(|key| media["schema"].get(key).is_some());
                    assert!(is_told, "{method} {path}: {mime}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// Names on the wire are what serde writes, and the document has the same ones.
#[test]
fn enums_of_the_document_are_those_that_travel() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let codes: Vec<Value> = ErrorCode::ALL
        .iter()
        .map(|it| to_value(it).unwrap())
        .collect();
    assert_eq!(schemas["ErrorCode"]["enum"], Value::Array(codes));
    let scopes: Vec<Value> = seva_model::Scope::ALL
        .iter()
        .map(|it| to_value(it).unwrap())
        .collect();
    assert_eq!(schemas["Scope"]["enum"], Value::Array(scopes));
    let states = ["PENDING", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"];
    assert_eq!(
        schemas["TranscriptionStatus"]["enum"],
        to_value(states).unwrap()
    );
}
