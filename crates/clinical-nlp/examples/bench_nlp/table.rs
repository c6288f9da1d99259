//! The report as a person reads it.

use serde_json::Value;

/// The least speed (MB/s), the longest start (ms) and the most memory (MiB) wished for.
const TARGETS: [f64; 3] = [10.0, 100.0, 60.0];

pub(crate) fn print(report: &Value) {
    speed(&report["speed"]);
    systems(&report["systems"]);
    accuracy(&report["accuracy"]);
    if report["annotated_texts_of_others"] == false {
        println!("BC5CDR and MACCROBAT were not there: --texts says where they are");
    }
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_default()
}

fn speed(report: &Value) {
    let [fast, start, memory] = TARGETS;
    for (label, key, unit, target) in [
        (
            "start and first note",
            "load_and_first_note_ms",
            "ms",
            Some(start),
        ),
        ("lexicon in memory", "lexicon_resident_mib", "MiB", None),
        ("peak memory", "peak_resident_mib", "MiB", Some(memory)),
        (
            "speed, note by note",
            "mb_per_s_note_by_note",
            "MB/s",
            Some(fast),
        ),
        ("speed, one text", "mb_per_s_one_text", "MB/s", Some(fast)),
        ("search as you type", "search_ms", "ms", None),
        ("suggest", "suggest_ms", "ms", None),
    ] {
        let wish = target.map(|t| format!("  target {t}")).unwrap_or_default();
        println!("{label:<22} {:8.2} {unit:<4}{wish}", number(report, key));
    }
}

fn systems(rows: &Value) {
    println!(
        "\n{:<34} {:>8} {:>10} {:>10}",
        "", "MB/s", "peak MiB", "start ms"
    );
    for row in rows.as_array().into_iter().flatten() {
        let name = format!(
            "{} {}",
            row["peer"].as_str().unwrap_or_default(),
            row["version"].as_str().unwrap_or_default()
        );
        println!(
            "{name:<34} {:8.2} {:10.1} {:10.1}",
            number(row, "mb_per_s"),
            number(row, "peak_rss_kb") / 1024.0,
            number(row, "load_seconds") * 1e3,
        );
    }
}

fn accuracy(rows: &Value) {
    println!(
        "\n{:<43} {:<30} {:>6} {:>6} {:>6}  {:>6} {:>6} {:>6}  {:>7}",
        "", "", "P", "R", "F1", "P~", "R~", "F1~", "target"
    );
    for row in rows.as_array().into_iter().flatten() {
        let word = |key: &str| row[key].as_str().unwrap_or_default();
        let (exact, overlap) = (&row["exact"], &row["overlap"]);
        let target = row["over_target"].as_f64();
        println!(
            "{:<43} {:<30} {:6.1} {:6.1} {:6.1}  {:6.1} {:6.1} {:6.1}  {:>7}",
            format!("{}: {}", word("set"), word("question")),
            word("system"),
            number(exact, "precision"),
            number(exact, "recall"),
            number(exact, "f1"),
            number(overlap, "precision"),
            number(overlap, "recall"),
            number(overlap, "f1"),
            target.map(|over| format!("{over:+.1}")).unwrap_or_default(),
        );
    }
    println!("exact spans, then (~) overlapping ones; target: how far the exact F1 is over it");
}
