//! docs/properties.md against the tests that it names: each promise has one, it is
//! where the page says, and it runs. The sources tell the first two without a build;
//! whether a test is in a program that runs, only the programs themselves can tell.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// How many promises there are.
const PROMISES: u32 = 49;
/// Lines above a function among which its attributes are.
const ATTRIBUTES: usize = 6;

/// A row of the page's table.
struct Row<'p> {
    number: u32,
    /// A file, and the name of a test in it.
    tests: Vec<(&'p str, &'p str)>,
}

/// All that differs between the page and the sources, which are paths with their texts.
pub(crate) fn breaches(page: &str, sources: &[(&str, &str)]) -> Vec<String> {
    let rows: Vec<Row<'_>> = page.lines().filter_map(row).collect();
    let mut breaches = Vec::new();
    let numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
    if !numbers.iter().copied().eq(1..=PROMISES) {
        breaches.push(format!(
            "docs/properties.md: the rows are not 1 to {PROMISES}, each once: {numbers:?}"
        ));
    }
    for row in &rows {
        let own = |name: &str| numbers_of(name).contains(&row.number);
        if !row.tests.iter().any(|(_, name)| own(name)) {
            breaches.push(format!(
                "docs/properties.md: {} has no test named after it",
                row.number
            ));
        }
        let found = row.tests.iter().filter_map(|test| fault(*test, sources));
        breaches.extend(found);
    }
    let named: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.tests.iter().map(|(_, name)| *name))
        .collect();
    for (path, text) in sources {
        let unnamed = functions(text).filter(|name| !named.contains(name));
        breaches.extend(unnamed.map(|name| format!("{path}: {name} is not in docs/properties.md")));
    }
    breaches
}

/// A test that a test program has, and runs.
pub(crate) struct Listed {
    /// The package's directory, where the list tells it.
    package: Option<String>,
    /// Without the modules it is in.
    name: String,
}

fn last_part(path: &str) -> String {
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

/// What `cargo nextest list --message-format json` prints, without the tests that a run
/// leaves out.
pub(crate) fn listed_by_nextest(json: &str) -> Result<Vec<Listed>> {
    let list: Value = serde_json::from_str(json).context("the list of tests is not JSON")?;
    let suites = list["rust-suites"].as_object();
    let mut listed = Vec::new();
    for suite in suites
        .context("the list of tests has no programs")?
        .values()
    {
        let package = suite["cwd"].as_str();
        let tests = suite["testcases"].as_object();
        let tests = tests.context("a program has no list of tests")?;
        let run = tests.iter().filter(|(_, test)| {
            test["ignored"] == false && test["filter-match"]["status"] == "matches"
        });
        listed.extend(run.map(|(name, _)| Listed {
            package: package.map(str::to_owned),
            name: last_part(name),
        }));
    }
    Ok(listed)
}

/// What `cargo test -- --list` prints: `modules::name: test`.
pub(crate) fn listed_by_cargo(text: &str) -> Vec<Listed> {
    let tests = text.lines().filter_map(|line| line.strip_suffix(": test"));
    tests
        .map(|name| Listed {
            package: None,
            name: last_part(name),
        })
        .collect()
}

/// Tests that the page names and no test program runs.
pub(crate) fn not_run(page: &str, listed: &[Listed]) -> Vec<String> {
    let rows = page.lines().filter_map(row);
    let tests = rows.flat_map(|row| row.tests);
    let missing = tests.filter(|(file, name)| {
        !listed.iter().any(|test| {
            let is_there = |package: &String| Path::new(package).ends_with(package_of(file));
            test.name == *name && test.package.as_ref().is_none_or(is_there)
        })
    });
    missing
        .map(|(file, name)| format!("{file}: {name} is in no test program, or is left out of it"))
        .collect()
}

/// `crates/aws` of `crates/aws/tests/core/s3.rs`.
fn package_of(file: &str) -> &str {
    let ends = ["/src/", "/tests/"].into_iter();
    let end = ends.filter_map(|folder| file.find(folder)).min();
    &file[..end.unwrap_or(file.len())]
}

/// `| 14 | promise | `file.rs`: `property_14_name` |`
fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let number = cells.next()?.parse().ok()?;
    let tests = cells.nth(1)?;
    let mut file = "";
    let mut found = Vec::new();
    // Every second piece stands between two marks.
    for quoted in tests.split('`').skip(1).step_by(2) {
        if quoted.ends_with(".rs") {
            file = quoted;
        } else {
            found.push((file, quoted));
        }
    }
    Some(Row {
        number,
        tests: found,
    })
}

/// 42 and 43 of `property_42_and_43_each_check_is_told`.
fn numbers_of(name: &str) -> Vec<u32> {
    let mut words = name.split('_');
    let mut numbers = Vec::new();
    if words.next() != Some("property") {
        return numbers;
    }
    while let Some(number) = words.next().and_then(|word| word.parse().ok()) {
        numbers.push(number);
        if words.next() != Some("and") {
            break;
        }
    }
    numbers
}

/// What is wrong with a test that the page names.
fn fault((file, name): (&str, &str), sources: &[(&str, &str)]) -> Option<String> {
    let told = |what: &str| Some(format!("docs/properties.md: {name} {what} {file}"));
    let Some((_, text)) = sources.iter().find(|(path, _)| *path == file) else {
        return told("is said to be in a file that is not there:");
    };
    let head = format!("fn {name}(");
    let lines: Vec<&str> = text.lines().collect();
    let Some(place) = lines.iter().position(|line| line.contains(&head)) else {
        return told("is not in");
    };
    let above = lines[place.saturating_sub(ATTRIBUTES)..place]
        .iter()
        .rev()
        .map(|line| line.trim())
        .take_while(|line| line.starts_with('#') || line.starts_with("//"));
    let attributes: Vec<&str> = above.collect();
    let is = |attribute: &str| attributes.iter().any(|line| line.starts_with(attribute));
    if !is("#[test]") && !is("#[tokio::test") {
        return told("is no test in");
    }
    if is("#[ignore") {
        return told("is left out in");
    }
    None
}

/// Names of the functions that are called after a promise.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("async ").unwrap_or(line);
        let name = line.strip_prefix("fn ")?.split('(').next()?;
        name.starts_with("property_").then_some(name)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILE: &str = "crates/a/src/a.rs";

    /// A page with all rows, and a source with all tests; one row is exchanged.
    fn world(exchanged: &str) -> (String, String) {
        let row = |number: u32| {
            format!("| {number} | It holds. | `{FILE}`: `property_{number}_holds` |\n")
        };
        let test = |number: u32| format!("#[test]\nfn property_{number}_holds() {{}}\n");
        let page: String = (1..=PROMISES).map(row).collect();
        let page = match exchanged {
            "" => page,
            other => page.replace(&row(7), other),
        };
        (page, (1..=PROMISES).map(test).collect())
    }

    fn found(exchanged: &str, more: &str) -> Vec<String> {
        let (page, text) = world(exchanged);
        breaches(&page, &[(FILE, &format!("{text}{more}"))])
    }

    #[test]
    fn a_page_that_names_all_tests_is_right() {
        assert_eq!(found("", ""), Vec::<String>::new());
    }

    #[test]
    fn what_the_page_lacks_is_told() {
        assert_eq!(found("\n", "").len(), 2, "the row, and its test");
        assert_eq!(found("", "async fn property_8_more() {}\n").len(), 1);
        let without = format!("| 7 | It holds. | `{FILE}` |\n");
        assert_eq!(found(&without, "").len(), 2);
    }

    #[test]
    fn a_test_that_is_not_there_or_does_not_run_is_told() {
        let named =
            |name: &str| format!("| 7 | It holds. | `{FILE}`: `property_7_holds`, `{name}` |\n");
        assert_eq!(found(&named("property_7_gone"), "").len(), 1);
        let plain = "\nfn property_7_plain() {}\n";
        assert_eq!(found(&named("property_7_plain"), plain).len(), 1);
        let left_out = "#[test]\n#[ignore = \"slow\"]\nfn property_7_slow() {}\n";
        assert_eq!(found(&named("property_7_slow"), left_out).len(), 1);
        let fine = "#[tokio::test(flavor = \"multi_thread\")]\nasync fn property_7_fine() {}\n";
        assert_eq!(found(&named("property_7_fine"), fine), Vec::<String>::new());
        let elsewhere = "| 7 | It holds. | `b.rs`: `property_7_holds` |\n";
        assert_eq!(found(elsewhere, "").len(), 1);
    }

    /// As nextest lists two programs; the second is of another package.
    fn list(ignored: bool, status: &str) -> String {
        let test = |name: &str, ignored: bool, status: &str| {
            format!(
                r#"{{"{name}": {{"kind": "test", "ignored": {ignored},
                     "filter-match": {{"status": "{status}"}}}}}}"#
            )
        };
        format!(
            r#"{{"rust-build-meta": {{}}, "test-count": 2, "rust-suites": {{
                "a": {{"package-name": "a", "cwd": "/home/x/seva/crates/a", "testcases": {}}},
                "b::b": {{"package-name": "b", "cwd": "/home/x/seva/b", "testcases": {}}}
            }}}}"#,
            test("a::tests::property_7_holds", ignored, status),
            test("property_8_holds", false, "matches"),
        )
    }

    fn left_out(page: &str, list: &str) -> usize {
        not_run(page, &listed_by_nextest(list).unwrap()).len()
    }

    #[test]
    fn a_test_that_no_program_runs_is_told() {
        let seven = format!("| 7 | It holds. | `{FILE}`: `property_7_holds` |\n");
        let eight = "| 8 | It holds. | `b/tests/b/main.rs`: `property_8_holds` |\n";
        let both = format!("{seven}{eight}");
        let all = list(false, "matches");
        assert_eq!(left_out(&both, &all), 0);
        assert_eq!(left_out(&both, &list(true, "matches")), 1);
        assert_eq!(left_out(&both, &list(false, "mismatch")), 1);
        // One of the same name in another package is another test.
        let moved = seven.replace(FILE, "b/src/a.rs");
        assert_eq!(left_out(&moved, &all), 1);
        let unlinked = seven.replace("property_7_holds", "property_7_gone");
        assert_eq!(left_out(&unlinked, &all), 1);
        assert!(listed_by_nextest("{}").is_err());
        assert!(listed_by_nextest("").is_err());
    }

    #[test]
    fn the_list_of_cargo_is_read_too() {
        let page = format!("| 7 | It holds. | `{FILE}`: `property_7_holds` |\n");
        let text = "a::tests::property_7_holds: test\nmain: benchmark\n\n1 test, 1 benchmark\n";
        assert_eq!(not_run(&page, &listed_by_cargo(text)).len(), 0);
        let other = "a::property_7_holds_not: test\n";
        assert_eq!(not_run(&page, &listed_by_cargo(other)).len(), 1);
    }

    #[test]
    fn one_test_may_be_of_two_promises() {
        assert_eq!(
            numbers_of("property_42_and_43_each_check_is_told"),
            [42, 43]
        );
        assert_eq!(numbers_of("property_7_and_more"), [7]);
        assert_eq!(numbers_of("a_property_7"), Vec::<u32>::new());
    }
}
