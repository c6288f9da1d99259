//! Dialogues with their medicines: JSON lines.

use std::error::Error;
use std::path::Path;

use serde_json::Value;

use crate::marks::Span;
use crate::sets::{Gold, Kind, Text};

pub(crate) fn read(file: &Path) -> Result<Vec<Text>, Box<dyn Error>> {
    let lines = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    lines
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line)?;
            let gold = spans(&row["medicines"])?;
            let mut open = spans(&row["classes"])?;
            open.extend(spans(&row["contested"])?);
            Ok(Text {
                text: row["text"]
                    .as_str()
                    .ok_or("a dialogue has no text")?
                    .to_owned(),
                gold: gold.into_iter().map(medicine).collect(),
                open,
            })
        })
        .collect()
}

fn medicine(span: Span) -> Gold {
    Gold {
        span,
        kind: Kind::Medicine,
        denied: false,
    }
}

fn spans(list: &Value) -> Result<Vec<Span>, Box<dyn Error>> {
    Ok(serde_json::from_value(list.clone())?)
}
