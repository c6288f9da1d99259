//! docs/properties.md against the tests that it names: each promise has one, it is
//! where the page says, and it runs.

use std::collections::BTreeSet;

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
