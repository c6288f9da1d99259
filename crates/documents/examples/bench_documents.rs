//! Measures the renderer: `cargo run --release -p seva-documents --example bench_documents`.
//!
//! Prints one JSON object a size: medicines, pages' bytes, milliseconds of the first rendering of a
//! new renderer, median and slowest of the rest (every document different), and how many KiB the
//! process grew during the second half of them (Linux).

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use seva_documents::Renderer;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(200), |n| n.parse())?;
    let mut out = std::io::stdout().lock();
    for medicines in [1, 6, 60] {
        let start = Instant::now();
        let renderer = Renderer::new();
        let mut document = samples::prescription(medicines);
        let bytes = renderer.prescription_pdf(&document)?.len();
        let first = milliseconds(start);
        let mut times = Vec::with_capacity(rounds);
        let mut half_way = 0;
        for round in 0..rounds {
            if round == rounds / 2 {
                half_way = resident_kib();
            }
            document.patient.name = format!("Patient {round}");
            document.prescription_id = format!("{round:032x}");
            let start = Instant::now();
            renderer.prescription_pdf(&document)?;
            times.push(milliseconds(start));
        }
        times.sort_by(f64::total_cmp);
        let growth = resident_kib() - half_way;
        let (median, slowest) = (times[rounds / 2], times[rounds - 1]);
        writeln!(
            out,
            r#"{{"medicines":{medicines},"bytes":{bytes},"first_ms":{first:.1},"median_ms":{median:.1},"slowest_ms":{slowest:.1},"growth_kib":{growth}}}"#
        )?;
    }
    Ok(())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Resident memory of this process, or 0 where the system does not say.
fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
