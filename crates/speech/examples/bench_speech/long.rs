//! Hours of speech: whether memory stays where it is, and whether progress tells the truth.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use seva_speech::{CancelFlag, Engine, Event, SAMPLE_RATE, TranscribeOptions, decode};

use super::sounds;
use super::support;

/// Loops the first recording to so many minutes, and prints what they took.
pub(crate) fn run(
    files: &[PathBuf],
    minutes: usize,
    engine: &Engine,
    options: &TranscribeOptions,
) -> Result<(), String> {
    let file = files.first().ok_or("no recording")?;
    let looped = std::env::temp_dir().join(format!("seva-long-{}.wav", std::process::id()));
    let done = write_looped(file, minutes * 60 * SAMPLE_RATE, &looped)
        .and_then(|()| measure(&looped, engine, options))
        .map(|()| println!("  of                 {} over and over", file.display()));
    let _ = std::fs::remove_file(looped);
    done
}

/// A file of `length` samples, of which never more than the first recording is held.
fn write_looped(file: &Path, length: usize, to: &Path) -> Result<(), String> {
    let once = decode(file, &CancelFlag::new()).map_err(|error| error.to_string())?;
    let io = |error: std::io::Error| format!("{}: {error}", to.display());
    let mut out = BufWriter::new(File::create(to).map_err(io)?);
    out.write_all(&sounds::wav_header(length)).map_err(io)?;
    let mut left = length;
    while left > 0 {
        let samples = &once.samples()[..once.samples().len().min(left)];
        out.write_all(&sounds::sixteen_bit(samples)).map_err(io)?;
        left -= samples.len();
    }
    out.flush().map_err(io)
}

fn measure(file: &Path, engine: &Engine, options: &TranscribeOptions) -> Result<(), String> {
    let loaded = support::now_megabytes().unwrap_or_default();
    let begun = Instant::now();
    let mut told = Vec::new();
    let mut memory = Vec::new();
    let mut on_event = |event| {
        if let Event::Progress { percent } = event {
            told.push((begun.elapsed().as_secs_f64(), f64::from(percent)));
            memory.push(support::now_megabytes().unwrap_or_default());
        }
    };
    let transcript = engine
        .transcribe_file(file, options, &mut on_event, &CancelFlag::new())
        .map_err(|error| error.to_string())?;
    let seconds = begun.elapsed().as_secs_f64();
    // Honest: after a third of the time, a third of the work is told to be done.
    let off = told
        .iter()
        .map(|(at, percent)| (percent - 100.0 * at / seconds).abs())
        .fold(0.0, f64::max);
    let early = memory.get(memory.len() / 20).copied().unwrap_or_default();
    let late = memory.iter().copied().fold(0.0, f64::max);
    let peak = support::peak_megabytes().unwrap_or_default();
    println!("{:.1} minutes", transcript.duration_seconds / 60.0);
    println!("  words              {}", transcript.words().count());
    println!(
        "  real-time factor   {:.3}",
        seconds / transcript.duration_seconds
    );
    println!("  progress off by    {off:.1} % at most");
    println!("  memory             {loaded:.0} MB with the model loaded, {early:.0} MB after 5 %,");
    println!("                     {late:.0} MB at most after that, {peak:.0} MB at its peak");
    Ok(())
}
