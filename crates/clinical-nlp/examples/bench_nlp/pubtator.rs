//! BC5CDR in PubTator format.

use std::error::Error;
use std::path::Path;

use crate::files::with_extension;
use crate::sets::{Gold, Kind, Text};

pub(crate) fn read(folder: &Path) -> Result<Vec<Text>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for file in with_extension(folder, "txt")? {
        let content = std::fs::read_to_string(file)?;
        let blocks = content.split("\n\n");
        texts.extend(blocks.filter(|block| !block.trim().is_empty()).map(text));
    }
    Ok(texts)
}

fn text(block: &str) -> Text {
    let mut title = "";
    let mut body = "";
    let mut gold = Vec::new();
    for line in block.lines() {
        if let Some((_, text)) = line.split_once("|t|") {
            title = text;
        } else if let Some((_, text)) = line.split_once("|a|") {
            body = text;
        } else {
            gold.extend(annotation(line));
        }
    }
    Text {
        text: format!("{title} {body}"),
        gold,
        open: Vec::new(),
    }
}

fn annotation(line: &str) -> Option<Gold> {
    let cells: Vec<&str> = line.split('\t').collect();
    let kind = match *cells.get(4)? {
        "Chemical" => Kind::Medicine,
        "Disease" => Kind::Condition,
        _ => return None,
    };
    Some(Gold {
        span: (cells.get(1)?.parse().ok()?, cells.get(2)?.parse().ok()?),
        kind,
        denied: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_text_with_its_annotations() {
        let text = text(
            "1|t|Aspirin.\n1|a|It eases pain.\n1\t0\t7\tAspirin\tChemical\tD1\n1\tCID\tD1\tD2",
        );
        assert_eq!(text.text, "Aspirin. It eases pain.");
        assert_eq!(text.gold.len(), 1);
        assert_eq!(text.gold[0].span, (0, 7));
    }
}
