//! From a file of any accepted format to 16 kHz mono samples, or to a reason why not.

mod decode;
pub(crate) mod level;
pub(crate) mod measure;
mod mpeg;
mod resample;
mod source;
mod structure;
pub(crate) mod tone;
pub(crate) mod voice;

use std::path::Path;

use crate::{AudioError, CancelFlag};

/// Samples a second that the engine hears.
pub const SAMPLE_RATE: usize = 16_000;

/// What a recording is, decided by its content and never by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudioFormat {
    /// RIFF WAVE with PCM, float or ADPCM samples.
    Wav,
    /// MPEG-1/2 layer III.
    Mp3,
    /// Native FLAC.
    Flac,
    /// MPEG-4 container, possibly with pictures; AAC, ALAC, MP3 or Opus inside.
    Mp4,
    /// MPEG-4 container branded as audio only.
    M4a,
    /// WebM or Matroska with Opus, as Chromium records.
    WebmOpus,
    /// Ogg with Opus, as Firefox records.
    OggOpus,
}

impl AudioFormat {
    /// The usual file name extension, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
            Self::Mp4 => "mp4",
            Self::M4a => "m4a",
            Self::WebmOpus => "webm",
            Self::OggOpus => "ogg",
        }
    }

    /// The media type to serve the recording with, so that a browser's `<audio>` plays it.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Flac => "audio/flac",
            Self::Mp4 | Self::M4a => "audio/mp4",
            Self::WebmOpus => "audio/webm",
            Self::OggOpus => "audio/ogg",
        }
    }
}

/// What the header of a recording says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AudioInfo {
    /// The format.
    pub format: AudioFormat,
    /// Length in seconds: as the container promises it, or counted where it doesn't.
    pub duration_seconds: f64,
    /// Samples a second in the file.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: usize,
}

/// Sound as the engine wants it: mono, 16 kHz, about -1 to 1.
#[derive(Clone, Debug, Default)]
pub struct Pcm {
    samples: Vec<f32>,
}

impl Pcm {
    /// Wraps samples that are mono at 16 kHz already.
    #[must_use]
    pub fn from_samples(samples: Vec<f32>) -> Self {
        Self { samples }
    }

    /// The samples, 16,000 a second.
    #[must_use]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / SAMPLE_RATE as f64
    }
}

/// Reads the header and refuses what can be refused at once: empty files, other
/// content, containers without sound, files that end before they should.
///
/// # Errors
/// [`AudioError`], never `Silent` or `Damaged`: those need [`check`].
pub fn probe(path: &Path) -> Result<AudioInfo, AudioError> {
    source::open(path).map(|source| source.info)
}

/// Decodes the whole recording to mono 16 kHz.
///
/// # Errors
/// [`AudioError`]: all that [`probe`] refuses, and what is damaged, cut short, too
/// short or silent. `Cancelled` soon after `cancel` was raised.
pub fn decode(path: &Path, cancel: &CancelFlag) -> Result<Pcm, AudioError> {
    let mut samples = Vec::new();
    decode_in_pieces(path, cancel, &mut |piece| {
        samples.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(Pcm { samples })
}

/// The same, handed to `sink` as it is decoded, in pieces of any length: the sound is
/// never in memory as a whole. Some faults are found at the end only.
///
/// # Errors
/// As [`decode`], and whatever `sink` gives, which ends it.
pub fn decode_in_pieces(
    path: &Path,
    cancel: &CancelFlag,
    sink: &mut dyn FnMut(&[f32]) -> Result<(), AudioError>,
) -> Result<(), AudioError> {
    let mut resampler: Option<resample::Resampler> = None;
    let mut samples = Vec::new();
    decode::read(source::open(path)?, cancel, &mut |mono, rate| {
        let resampler = match &mut resampler {
            Some(resampler) => resampler,
            none => none.insert(resample::Resampler::new(rate)?),
        };
        resampler.push(mono, &mut samples)?;
        hand_over(&mut samples, sink)
    })?;
    if let Some(resampler) = resampler {
        resampler.finish(&mut samples)?;
        hand_over(&mut samples, sink)?;
    }
    Ok(())
}

fn hand_over(
    samples: &mut Vec<f32>,
    sink: &mut dyn FnMut(&[f32]) -> Result<(), AudioError>,
) -> Result<(), AudioError> {
    if samples.is_empty() {
        return Ok(());
    }
    let taken = sink(samples);
    samples.clear();
    taken
}

/// Everything that [`decode`] refuses, without keeping or resampling the sound: for
/// the moment of an upload. The duration is the counted one.
///
/// # Errors
/// As [`decode`].
pub fn check(path: &Path, cancel: &CancelFlag) -> Result<AudioInfo, AudioError> {
    let source = source::open(path)?;
    let mut info = source.info;
    info.duration_seconds = decode::read(source, cancel, &mut |_, _| Ok(()))?;
    Ok(info)
}
