//! Packets to samples, with all that can be said only after hearing the whole.

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::errors::Error;

use super::level::{SILENCE_DB, decibels};
use super::source::Source;
use crate::{AudioError, AudioFormat, CancelFlag};

/// So short that nobody has said anything.
const SHORTEST_SECONDS: f64 = 0.1;
/// Samples a second that exist.
const RATES: std::ops::RangeInclusive<u32> = 4000..=384_000;
/// So much loud sound, in blocks of 20 ms, makes a recording more than silence.
const LOUD_BLOCKS: usize = 5;

/// The longest recording, in seconds (two hours). A few megabytes can unpack to a
/// day of constant sound, which would fill the memory.
const LONGEST_SECONDS: u64 = 2 * 60 * 60;

/// Takes mono samples and their rate.
pub(crate) type Sink<'a> = dyn FnMut(&[f32], u32) -> Result<(), AudioError> + 'a;

/// Decodes everything, hands mono samples with their rate to `sink`; the counted seconds.
pub(crate) fn read(
    mut source: Source,
    cancel: &CancelFlag,
    sink: &mut Sink<'_>,
) -> Result<f64, AudioError> {
    let mut heard = Heard::default();
    let mut mono = Vec::new();
    loop {
        if cancel.is_cancelled() {
            return Err(AudioError::Cancelled);
        }
        let packet = match source.reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(Error::IoError(io)) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
                // Containers were walked to their end before; FLAC can't be.
                heard.ended_early = source.info.format == AudioFormat::Flac;
                break;
            }
            Err(Error::IoError(io)) => return Err(AudioError::Io(io)),
            Err(_) => return Err(AudioError::Damaged),
        };
        if packet.track_id != source.track {
            continue;
        }
        heard.packets += 1;
        match source.decoder.decode(&packet) {
            Ok(buffer) => {
                let rate = buffer.spec().rate();
                mix(&buffer, &mut mono);
                heard.take(&mono, rate)?;
                if !mono.is_empty() {
                    sink(&mono, rate)?;
                }
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) => heard.broken += 1,
            Err(_) => return Err(AudioError::Damaged),
        }
    }
    heard.verdict(source.promised_seconds)
}

/// What was noticed on the way.
#[derive(Default)]
struct Heard {
    rate: u32,
    samples: u64,
    packets: u64,
    broken: u64,
    loud_blocks: usize,
    ended_early: bool,
}

impl Heard {
    fn take(&mut self, mono: &[f32], rate: u32) -> Result<(), AudioError> {
        if mono.is_empty() {
            return Ok(());
        }
        // A file that changes its rate on the way was glued together wrongly.
        if !RATES.contains(&rate) || (self.rate != 0 && self.rate != rate) {
            return Err(AudioError::Damaged);
        }
        self.rate = rate;
        self.samples += mono.len() as u64;
        if self.samples > u64::from(rate) * LONGEST_SECONDS {
            return Err(AudioError::TooLong);
        }
        if self.loud_blocks < LOUD_BLOCKS {
            let block = (rate as usize / 50).max(1);
            let loud = |block: &&[f32]| decibels_around_mean(block) > SILENCE_DB;
            self.loud_blocks += mono.chunks(block).filter(loud).count();
        }
        Ok(())
    }

    fn verdict(&self, promised_seconds: Option<f64>) -> Result<f64, AudioError> {
        let seconds = self.samples as f64 / f64::from(self.rate.max(1));
        // One bad packet at either end is common; one in ten is a broken file.
        if self.broken > 1 + self.packets / 10 {
            return Err(AudioError::Damaged);
        }
        if let Some(promised_seconds) = promised_seconds
            && promised_seconds - seconds > 0.3 + 0.01 * promised_seconds
        {
            return Err(AudioError::Truncated {
                decoded_seconds: seconds,
                promised_seconds,
            });
        }
        if self.ended_early {
            return Err(AudioError::TruncatedUnknown);
        }
        if self.samples == 0 {
            return Err(AudioError::NoTrack);
        }
        if seconds <= SHORTEST_SECONDS {
            return Err(AudioError::TooShort { seconds });
        }
        if self.loud_blocks < LOUD_BLOCKS {
            return Err(AudioError::Silent);
        }
        Ok(seconds)
    }
}

/// Loudness without the constant offset that cheap sound cards add.
fn decibels_around_mean(block: &[f32]) -> f32 {
    let mean = block.iter().sum::<f32>() / block.len().max(1) as f32;
    let centred: Vec<f32> = block.iter().map(|sample| sample - mean).collect();
    decibels(&centred)
}

/// The mean of all channels.
fn mix(buffer: &GenericAudioBufferRef<'_>, mono: &mut Vec<f32>) {
    let channels = buffer.num_planes().max(1);
    buffer.copy_to_vec_interleaved::<f32>(mono);
    if channels > 1 {
        let scale = 1.0 / channels as f32;
        let frames = mono.len() / channels;
        for frame in 0..frames {
            mono[frame] = mono[frame * channels..(frame + 1) * channels]
                .iter()
                .sum::<f32>()
                * scale;
        }
        mono.truncate(frames);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_to_more_than_two_hours_is_refused_while_it_is_read() {
        let second = vec![0.1; 8_000];
        let mut heard = Heard::default();
        for _ in 0..LONGEST_SECONDS {
            assert!(heard.take(&second, 8_000).is_ok());
        }
        assert!(matches!(
            heard.take(&second, 8_000),
            Err(AudioError::TooLong)
        ));
    }
}
