//! What bodies look like: each shape with its fields.

use serde_json::Value;

use super::{
    operations::table,
    text::{escaped, line, rich},
};

const OF_SHAPES: &str = "#/components/schemas/";

/// Every shape that has a name.
pub(super) fn chapter(document: &Value) -> String {
    let shapes = document["components"]["schemas"].as_object();
    let articles: String = shapes
        .into_iter()
        .flatten()
        .map(|(name, schema)| article(name, schema))
        .collect();
    format!("<section id=\"shapes\"><h2>Shapes</h2>{articles}</section>")
}

fn article(name: &str, schema: &Value) -> String {
    let name = escaped(name);
    let rows = rows(schema);
    let is = if rows.is_empty() {
        format!("<p>Is {}.</p>", kind(schema))
    } else {
        table("Fields", &["Field", "What it is", "Means"], &rows)
    };
    format!(
        "<article id=\"shape-{name}\"><h3>{name}</h3>{}{is}</article>",
        rich(schema["description"].as_str().unwrap_or_default())
    )
}

/// The fields of a shape, with those of the shapes that it takes in.
fn rows(schema: &Value) -> String {
    let mut html = String::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        if part.get("$ref").is_some() {
            html += &format!(
                "<tr><th scope=\"row\">and all of</th><td>{}</td><td></td></tr>",
                kind(part)
            );
        }
        html += &rows(part);
    }
    let required: Vec<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let must = if required.iter().any(|it| *it == name.as_str()) {
            ""
        } else {
            ", may be left out"
        };
        html += &format!(
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}{must}</td><td>{}</td></tr>",
            escaped(name),
            kind(field),
            line(field["description"].as_str().unwrap_or_default()),
        );
    }
    html
}

/// What a value is, in a few words; a shape that has a name is linked.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|to| to.strip_prefix(OF_SHAPES))
    {
        let name = escaped(name);
        return format!("<a href=\"#shape-{name}\">{name}</a>");
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let kinds: Vec<_> = choices.iter().map(kind).collect();
            return kinds.join(" or ");
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        // What follows the first only narrows it down.
        return parts.first().map(kind).unwrap_or_default();
    }
    if let Some(names) = schema["enum"].as_array() {
        let names: Vec<_> = names
            .iter()
            .map(|name| format!("<code>{}</code>", escaped(&plain(name))))
            .collect();
        return names.join(", ");
    }
    let types: Vec<_> = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return "anything".to_owned(),
    };
    let kinds: Vec<_> = types
        .into_iter()
        .map(|name| of_type(name, schema))
        .collect();
    kinds.join(" or ")
}

fn of_type(name: &str, schema: &Value) -> String {
    match name {
        "array" => match schema["prefixItems"].as_array() {
            Some(items) => {
                let kinds: Vec<_> = items.iter().map(kind).collect();
                format!("a pair of {}", kinds.join(" and "))
            }
            None => format!("list of {}", kind(&schema["items"])),
        },
        name => match schema["format"].as_str() {
            Some(format @ ("uuid" | "date-time" | "binary")) => {
                format!("{} ({format})", escaped(name))
            }
            _ => escaped(name),
        },
    }
}

/// A value as it is written, a text without its quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
