#![allow(clippy::unwrap_used)]
use serde_json::{json, to_value};

use super::*;

#[test]
fn every_route_and_every_shape_is_on_the_page() {
    let [_, page] = &*PAGE;
    let document = to_value(openapi::whole()).unwrap();
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    for id in operations.filter_map(|operation| operation["operationId"].as_str()) {
        assert!(page.contains(&format!("<article id=\"{id}\">")), "{id}");
        assert!(page.contains(&format!("href=\"#{id}\"")), "{id}");
    }
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(
            page.contains(&format!("<article id=\"shape-{name}\">")),
            "{name}"
        );
    }
}

#[test]
fn every_link_of_the_page_leads_somewhere_on_this_site() {
    let [_, page] = &*PAGE;
    let links: Vec<&str> = page
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(links.len() > 50, "{}", links.len());
    for link in links {
        match link.strip_prefix('#') {
            Some(id) => assert!(page.contains(&format!("id=\"{id}\"")), "{id}"),
            None => assert!(link.starts_with('/') && !link.starts_with("//"), "{link}"),
        }
    }
    for foreign in ["src=", "@import", "url(", "<script", "style=\""] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn what_the_document_says_is_text_and_nothing_else() {
    let document = json!({
        "info": { "description": "<b>`<i>`</b>" },
        "tags": [{ "name": "\"><script>" }],
        "paths": { "/<x>": { "get": {
            "operationId": "\"<", "summary": "<u>", "tags": ["\"><script>"],
            "parameters": [{ "name": "<n>", "in": "query", "schema": { "enum": ["<e>"] } }],
            "responses": { "200": { "description": "<d>" } },
        } } },
        "components": { "schemas": { "<S>": { "properties": { "<f>": { "type": "<t>" } } } } },
    });
    let [_, page] = halves(&document);
    for raw in [
        "<b>`", "<i>", "<u>", "<n>", "<e>", "<d>", "<S>", "<f>", "<t>", "<script",
    ] {
        assert!(!page.contains(raw), "{raw}");
    }
    assert!(page.contains("&lt;b&gt;<code>&lt;i&gt;</code>"));
}
