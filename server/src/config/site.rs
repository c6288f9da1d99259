use super::source::{Reader, absolute};

/// What the browser loads. The names are those that Leptos's own tools set.
///
/// - `LEPTOS_SITE_ROOT`: directory of the built site; `target/site`
/// - `LEPTOS_SITE_PKG_DIR`: program and styles, inside it; `pkg`
/// - `LEPTOS_OUTPUT_NAME`: their name without the ending; `seva`
/// - `LEPTOS_HASH_FILES`: `true` when their names hold a hash
/// - `LEPTOS_HASH_FILE_NAME`: file that lists the hashes
#[derive(Clone, Debug)]
pub struct SiteConfig {
    /// Directory of the built site.
    pub root: String,
    /// Program and styles, inside `root`.
    pub pkg_dir: String,
    /// Name of program and styles without the ending.
    pub output_name: String,
    /// Whether the names in `pkg_dir` change with their content.
    pub hash_files: bool,
    /// File that lists the hashes.
    pub hash_file: Option<String>,
}

impl SiteConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let root = reader.text("LEPTOS_SITE_ROOT", "target/site");
        let root = absolute(&root).map_or(root, |path| path.to_string_lossy().into_owned());
        Self {
            root,
            pkg_dir: reader.text("LEPTOS_SITE_PKG_DIR", "pkg"),
            output_name: reader.text("LEPTOS_OUTPUT_NAME", "seva"),
            hash_file: reader.optional("LEPTOS_HASH_FILE_NAME").map(str::to_owned),
            hash_files: reader.flag("LEPTOS_HASH_FILES"),
        }
    }
}
