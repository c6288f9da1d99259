//! An hour of speech: whether memory stays where it is, and whether progress tells the truth.

use std::path::PathBuf;
use std::time::Instant;

use seva_speech::{CancelFlag, Event, Pcm, SAMPLE_RATE, TranscribeOptions, decode};

use super::support;

const HOUR: usize = 3600 * SAMPLE_RATE;

/// Loops the first recording to an hour and prints what it took.
pub(crate) fn run(files: &[PathBuf], language: &str) -> Result<(), String> {
    let file = files.first().ok_or("no recording")?;
    let cancel = CancelFlag::new();
    let once = decode(file, &cancel).map_err(|error| error.to_string())?;
    let mut samples = Vec::with_capacity(HOUR);
    while samples.len() < HOUR {
        let rest = once.samples().len().min(HOUR - samples.len());
        samples.extend_from_slice(&once.samples()[..rest]);
    }
    let engine = support::load()?;
    let pcm = Pcm::from_samples(samples);
    let options = TranscribeOptions {
        language: Some(language.to_owned()),
        ..TranscribeOptions::default()
    };
    let begun = Instant::now();
    let mut told = Vec::new();
    let mut memory = Vec::new();
    let transcript = engine
        .transcribe(
            &pcm,
            &options,
            &mut |event| {
                if let Event::Progress { percent } = event {
                    told.push((begun.elapsed().as_secs_f64(), f64::from(percent)));
                    memory.push(support::now_megabytes().unwrap_or_default());
                }
            },
            &cancel,
        )
        .map_err(|error| error.to_string())?;
    let seconds = begun.elapsed().as_secs_f64();
    // Honest: after a third of the time, a third of the work is told to be done.
    let off = told
        .iter()
        .map(|(at, percent)| (percent - 100.0 * at / seconds).abs())
        .fold(0.0, f64::max);
    let early = memory.get(memory.len() / 20).copied().unwrap_or_default();
    let late = memory.iter().copied().fold(0.0, f64::max);
    println!("an hour of {}", file.display());
    println!("  words              {}", transcript.words().count());
    println!("  real-time factor   {:.3}", seconds / pcm.seconds());
    println!("  progress off by    {off:.1} % at most");
    println!("  memory             {early:.0} MB after 5 %, {late:.0} MB at most");
    Ok(())
}
