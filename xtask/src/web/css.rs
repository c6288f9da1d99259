//! One style sheet out of many: `@import` lines are replaced by what they name.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

const DEPTH_MAX: usize = 8;

/// The text of a style sheet with its imports, in order. Understands `@import "FILE";`,
/// `@import url("FILE");` and either with `layer(NAME)`.
pub(crate) fn bundle(file: &Path) -> Result<String> {
    let mut out = String::new();
    append(file, 0, &mut out)?;
    Ok(out)
}

fn append(file: &Path, depth: usize, out: &mut String) -> Result<()> {
    if depth > DEPTH_MAX {
        bail!("{}: imports go in a circle", file.display());
    }
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    for line in text.lines() {
        let Some(import) = line.trim_start().strip_prefix("@import") else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let import = parse(import)
            .with_context(|| format!("{}: cannot read `{}`", file.display(), line.trim()))?;
        let imported = file.parent().unwrap_or(Path::new(".")).join(import.file);
        match import.layer {
            Some(layer) => {
                out.push_str(&format!("@layer {layer} {{\n"));
                append(&imported, depth + 1, out)?;
                out.push_str("}\n");
            }
            None => append(&imported, depth + 1, out)?,
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Import<'a> {
    file: &'a str,
    layer: Option<&'a str>,
}

fn parse(rest: &str) -> Option<Import<'_>> {
    let rest = rest.trim().strip_suffix(';')?.trim();
    let (file, rest) = match rest.strip_prefix("url(") {
        Some(inside) => inside.split_once(')')?,
        None => {
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest[1..].split_once(quote)?
        }
    };
    let file = file.trim_matches(['"', '\'']);
    let layer = match rest.trim() {
        "" => None,
        condition => Some(condition.strip_prefix("layer(")?.strip_suffix(')')?),
    };
    Some(Import { file, layer })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn imports_are_read_in_each_spelling() {
        let plain = Import {
            file: "a.css",
            layer: None,
        };
        assert_eq!(parse(r#" "a.css";"#), Some(plain));
        assert_eq!(
            parse(r"'a.css' layer(base);"),
            Some(Import {
                file: "a.css",
                layer: Some("base")
            })
        );
        assert_eq!(
            parse(r#" url("a.css");"#),
            Some(Import {
                file: "a.css",
                layer: None
            })
        );
        assert_eq!(parse(r#" "a.css" screen;"#), None);
    }

    #[test]
    fn sheets_are_joined_in_order_and_circles_are_refused() {
        let folder = std::env::temp_dir().join(format!("xtask-css-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("main.css"),
            "@import \"a.css\" layer(base);\nmain {}\n",
        )
        .unwrap();
        fs::write(folder.join("a.css"), "a {}\n").unwrap();
        assert_eq!(
            bundle(&folder.join("main.css")).unwrap(),
            "@layer base {\na {}\n}\nmain {}\n"
        );
        fs::write(folder.join("a.css"), "@import \"main.css\";\n").unwrap();
        assert!(
            bundle(&folder.join("main.css"))
                .unwrap_err()
                .to_string()
                .contains("circle")
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
