//! The routes of the page.

use serde_json::Value;

use super::{
    shapes, tags,
    text::{escaped, line, rich},
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A route of the document.
pub(super) struct Route<'a> {
    pub(super) id: &'a str,
    pub(super) summary: &'a str,
    method: &'static str,
    path: &'a str,
    operation: &'a Value,
}

/// The routes of a chapter.
pub(super) fn of<'a>(document: &'a Value, tag: &'a str) -> impl Iterator<Item = Route<'a>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            let operation = item.get(method)?;
            Some(Route {
                id: operation["operationId"].as_str().unwrap_or_default(),
                summary: operation["summary"].as_str().unwrap_or_default(),
                method,
                path,
                operation,
            })
        })
    });
    all.filter(move |route| route.operation["tags"][0] == tag)
}

/// All chapters with their routes.
pub(super) fn chapters(document: &Value) -> String {
    let mut html = String::new();
    for tag in tags(document) {
        let about = document["tags"].as_array().into_iter().flatten();
        let about = about
            .filter(|known| known["name"] == tag)
            .find_map(|known| known["description"].as_str());
        html += &format!(
            "<section><h2>{}</h2>{}",
            escaped(tag),
            rich(about.unwrap_or_default())
        );
        html.extend(of(document, tag).map(|route| article(&route)));
        html += "</section>";
    }
    html
}

fn article(route: &Route<'_>) -> String {
    let operation = route.operation;
    let description = operation["description"].as_str().unwrap_or_default();
    format!(
        "<article id=\"{}\"><h3>{}</h3><p class=\"route\"><code><b>{}</b> {}</code></p>{}{}{}{}{}</article>",
        escaped(route.id),
        line(route.summary),
        route.method.to_uppercase(),
        escaped(route.path),
        rich(description),
        callers(operation),
        parameters(operation),
        body(operation),
        responses(operation),
    )
}

/// Who may call.
fn callers(operation: &Value) -> String {
    let mut who = Vec::new();
    for way in operation["security"].as_array().into_iter().flatten() {
        let Some((name, scopes)) = way.as_object().and_then(|way| way.iter().next()) else {
            who.push("anybody".to_owned());
            continue;
        };
        let scopes: Vec<_> = scopes.as_array().into_iter().flatten().collect();
        let scopes = scopes.iter().filter_map(|scope| scope.as_str());
        let scopes: Vec<_> = scopes
            .map(|scope| format!("<code>{}</code>", escaped(scope)))
            .collect();
        who.push(match (name.as_str(), scopes.is_empty()) {
            ("session", _) => "a session".to_owned(),
            (_, true) => "any access token".to_owned(),
            (_, false) => format!("an access token with {}", scopes.join(", ")),
        });
    }
    format!("<p>For {}.</p>", who.join(", or "))
}

fn parameters(operation: &Value) -> String {
    let rows: String = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| {
            let text = |key: &str| parameter[key].as_str().unwrap_or_default();
            let required = if parameter["required"] == true {
                ", required"
            } else {
                ""
            };
            format!(
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}{required}</td><td>{}</td><td>{}</td></tr>",
                escaped(text("name")),
                escaped(text("in")),
                shapes::kind(&parameter["schema"]),
                line(text("description")),
            )
        })
        .collect();
    table(
        "Beside the body",
        &["Name", "Where", "What it is", "Means"],
        &rows,
    )
}

fn body(operation: &Value) -> String {
    let content = operation["requestBody"]["content"].as_object();
    let Some((mime, content)) = content.and_then(|content| content.iter().next()) else {
        return String::new();
    };
    format!(
        "<p>Body: {}, as <code>{}</code>.</p>",
        shapes::kind(&content["schema"]),
        escaped(mime)
    )
}

fn responses(operation: &Value) -> String {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let rows: String = responses
        .map(|(status, response)| {
            let headers = response["headers"].as_object().into_iter().flatten();
            let headers: Vec<_> = headers
                .map(|(name, _)| format!("<code>{}</code>", escaped(name)))
                .collect();
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(status),
                line(response["description"].as_str().unwrap_or_default()),
                answer(response),
                headers.join(" "),
            )
        })
        .collect();
    table("Answers", &["Status", "Means", "Body", "Headers"], &rows)
}

fn answer(response: &Value) -> String {
    let content = response["content"].as_object().into_iter().flatten();
    let kinds: Vec<_> = content
        .map(|(mime, content)| match mime.as_str() {
            "application/json" => shapes::kind(&content["schema"]),
            mime => format!("<code>{}</code>", escaped(mime)),
        })
        .collect();
    kinds.join(", ")
}

/// A table that can be scrolled where the screen is too narrow; nothing without rows.
pub(super) fn table(caption: &str, heads: &[&str], rows: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let heads: String = heads
        .iter()
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .collect();
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table>\
         <caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>\
         </table></div>"
    )
}
