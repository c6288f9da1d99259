//! Opens a recording: recognised, walked, its sound track chosen.

use std::fs::File;
use std::path::Path;
use std::sync::LazyLock;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::{Hint, Probe};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::default::{formats, meta};

use super::structure::{self, Bytes};
use super::{AudioFormat, AudioInfo};
use crate::AudioError;

/// An open recording, ready to give packets of its sound track.
pub(crate) struct Source {
    pub(crate) info: AudioInfo,
    pub(crate) reader: Box<dyn FormatReader>,
    pub(crate) decoder: Box<dyn AudioDecoder>,
    pub(crate) track: u32,
    /// Seconds that the container announces; MP3 and recordings from a browser don't.
    pub(crate) promised_seconds: Option<f64>,
}

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

pub(crate) fn open(path: &Path) -> Result<Source, AudioError> {
    let mut bytes =
        Bytes::new(File::open(path).map_err(AudioError::Io)?).map_err(AudioError::Io)?;
    let format = structure::recognise(&mut bytes)?;
    let counted = structure::walk(&mut bytes, format)?;
    let file = bytes.into_file().map_err(AudioError::Io)?;

    let mut source = with_reader(file, format, counted)?;
    if counted.is_none() && source.promised_seconds.is_none() {
        // Not a clone of the handle: clones share their place in the file.
        let again = File::open(path).map_err(AudioError::Io)?;
        let mut counter = with_reader(again, format, None)?;
        source.info.duration_seconds = count_packets(&mut counter);
    }
    Ok(source)
}

fn with_reader(
    file: File,
    format: AudioFormat,
    counted: Option<f64>,
) -> Result<Source, AudioError> {
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let reader = probe_for(format)
        .probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(|error| unreadable(&error))?;
    let (track, parameters) = sound_track(reader.as_ref(), format)?;
    let decoder = CODECS
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|_| AudioError::Unsupported)?;
    let promised_seconds = match format {
        AudioFormat::Mp3 => None,
        _ => promised(reader.as_ref(), track, parameters),
    };
    let info = AudioInfo {
        format,
        duration_seconds: counted.or(promised_seconds).unwrap_or_default(),
        sample_rate: parameters.sample_rate.unwrap_or_default(),
        channels: parameters
            .channels
            .as_ref()
            .map_or(1, symphonia::core::audio::Channels::count),
    };
    let track = track.id;
    Ok(Source {
        info,
        reader,
        decoder,
        track,
        promised_seconds,
    })
}

/// Only the reader of the recognised format may look at the file: a scan for any format
/// would find an "MP3" in half of all random bytes.
fn probe_for(format: AudioFormat) -> Probe {
    let mut probe = Probe::new();
    match format {
        AudioFormat::Wav => probe.register_format::<formats::WavReader<'_>>(),
        AudioFormat::Mp3 => probe.register_format::<formats::MpaReader<'_>>(),
        AudioFormat::Flac => probe.register_format::<formats::FlacReader<'_>>(),
        AudioFormat::Mp4 | AudioFormat::M4a => {
            probe.register_format::<formats::IsoMp4Reader<'_>>();
        }
        AudioFormat::WebmOpus => probe.register_format::<formats::MkvReader<'_>>(),
        AudioFormat::OggOpus => probe.register_format::<formats::OggReader<'_>>(),
    }
    if matches!(format, AudioFormat::Mp3 | AudioFormat::Flac) {
        probe.register_metadata::<meta::Id3v2Reader<'_>>();
    }
    probe
}

fn unreadable(error: &Error) -> AudioError {
    match error {
        Error::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            AudioError::TruncatedUnknown
        }
        Error::Unsupported(_) => AudioError::Unsupported,
        _ => AudioError::Damaged,
    }
}

/// The first sound track that can be decoded.
fn sound_track(
    reader: &dyn FormatReader,
    format: AudioFormat,
) -> Result<(&Track, &AudioCodecParameters), AudioError> {
    let tracks = || {
        reader
            .tracks()
            .iter()
            .filter_map(|track| match &track.codec_params {
                Some(CodecParameters::Audio(parameters)) => Some((track, parameters)),
                _ => None,
            })
    };
    let opus_only = matches!(format, AudioFormat::WebmOpus | AudioFormat::OggOpus);
    let decodable = |parameters: &AudioCodecParameters| {
        CODECS.get_audio_decoder(parameters.codec).is_some()
            && (!opus_only || parameters.codec == CODEC_ID_OPUS)
    };
    if let Some(found) = tracks().find(|(_, parameters)| decodable(parameters)) {
        return Ok(found);
    }
    let has_sound = tracks().next().is_some() || reader.first_track(TrackType::Audio).is_some();
    Err(if has_sound {
        AudioError::Unsupported
    } else {
        AudioError::NoTrack
    })
}

/// What the container announces, in seconds; `None` for nothing or nonsense.
fn promised(
    reader: &dyn FormatReader,
    track: &Track,
    parameters: &AudioCodecParameters,
) -> Option<f64> {
    let of_track = track.time_base.zip(track.duration);
    let of_media = reader
        .media_info()
        .time_base
        .zip(reader.media_info().duration);
    let by_time = |pair: Option<_>| {
        let (base, duration): (symphonia::core::units::TimeBase, _) = pair?;
        base.calc_duration(duration).map(|time| time.as_secs_f64())
    };
    let by_frames = || Some(track.num_frames? as f64 / f64::from(parameters.sample_rate?));
    by_time(of_track)
        .or_else(by_frames)
        .or_else(|| by_time(of_media))
        .filter(|seconds| (0.001..1e6).contains(seconds))
}

/// Length in seconds by the time stamps of the packets, for recordings that are written
/// while they are made and never learn their own length.
fn count_packets(source: &mut Source) -> f64 {
    let base = source
        .reader
        .tracks()
        .iter()
        .find(|t| t.id == source.track)
        .and_then(|t| t.time_base);
    let Some(base) = base else { return 0.0 };
    let mut seconds: f64 = 0.0;
    while let Ok(Some(packet)) = source.reader.next_packet() {
        if packet.track_id == source.track {
            let start = base.calc_time_saturating(packet.pts).as_secs_f64();
            let length = base.calc_duration_saturating(packet.dur).as_secs_f64();
            seconds = seconds.max(start + length);
        }
    }
    seconds
}
