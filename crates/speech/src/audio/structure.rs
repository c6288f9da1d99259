//! Recognises a recording by its bytes, and finds out whether its structure ends where the
//! file ends.
//!
//! Decoders stop quietly at the end of a file. A dictation that lost its second half on
//! the way would look whole, so each container is walked from box to box: headers only,
//! no sound is decoded.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use super::{AudioFormat, mpeg};
use crate::AudioError;

/// A file with its length, read forwards in small steps.
pub(crate) struct Bytes {
    reader: BufReader<File>,
    /// Length of the file in bytes.
    pub(crate) len: u64,
    /// Where the next read begins.
    pub(crate) pos: u64,
}

impl Bytes {
    pub(crate) fn new(file: File) -> std::io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self {
            reader: BufReader::with_capacity(64 * 1024, file),
            len,
            pos: 0,
        })
    }

    /// The next `N` bytes, or `None` when the file holds fewer.
    pub(crate) fn take<const N: usize>(&mut self) -> std::io::Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        if self.len.saturating_sub(self.pos) < N as u64 {
            return Ok(None);
        }
        self.reader.read_exact(&mut bytes)?;
        self.pos += N as u64;
        Ok(Some(bytes))
    }

    /// Moves to a place counted from the start, at most to the end of the file.
    pub(crate) fn go_to(&mut self, pos: u64) -> std::io::Result<()> {
        let pos = pos.min(self.len);
        self.reader
            .seek_relative(pos.cast_signed() - self.pos.cast_signed())?;
        self.pos = pos;
        Ok(())
    }

    pub(crate) fn into_file(self) -> std::io::Result<File> {
        let mut file = self.reader.into_inner();
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

/// Names the format by the first bytes.
pub(crate) fn recognise(bytes: &mut Bytes) -> Result<AudioFormat, AudioError> {
    if bytes.len == 0 {
        return Err(AudioError::Empty);
    }
    let start = mpeg::skip_id3v2(bytes).map_err(AudioError::Io)?;
    let head: [u8; 12] = bytes
        .take()
        .map_err(AudioError::Io)?
        .ok_or(AudioError::Unsupported)?;
    bytes.go_to(start).map_err(AudioError::Io)?;
    match &head {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E'] => Ok(AudioFormat::Wav),
        [b'f', b'L', b'a', b'C', ..] => Ok(AudioFormat::Flac),
        [b'O', b'g', b'g', b'S', ..] => Ok(AudioFormat::OggOpus),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Ok(AudioFormat::WebmOpus),
        [
            _,
            _,
            _,
            _,
            b'f',
            b't',
            b'y',
            b'p',
            b'M',
            b'4',
            b'A' | b'B',
            _,
        ] => Ok(AudioFormat::M4a),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Ok(AudioFormat::Mp4),
        _ if mpeg::starts_here(bytes).map_err(AudioError::Io)? => Ok(AudioFormat::Mp3),
        _ => Err(AudioError::Unsupported),
    }
}

/// Walks the container and complains when the file ends inside of it. Gives the length
/// in seconds where only counting tells it (MP3).
pub(crate) fn walk(bytes: &mut Bytes, format: AudioFormat) -> Result<Option<f64>, AudioError> {
    match format {
        AudioFormat::Wav => walk_wav(bytes).map(|()| None),
        AudioFormat::Mp3 => mpeg::walk(bytes).map(Some),
        AudioFormat::Mp4 | AudioFormat::M4a => walk_mp4(bytes).map(|()| None),
        AudioFormat::WebmOpus => walk_webm(bytes).map(|()| None),
        AudioFormat::OggOpus => walk_ogg(bytes).map(|()| None),
        // FLAC frames don't say their size; the promised number of samples is compared
        // after decoding.
        AudioFormat::Flac => Ok(None),
    }
}

/// Lengths from here on mean "unknown": writers to a pipe can't go back and fill them in.
const WAV_STREAMED: u32 = 0x7fff_0000;

fn walk_wav(bytes: &mut Bytes) -> Result<(), AudioError> {
    bytes.go_to(12).map_err(AudioError::Io)?;
    let mut bytes_per_second = 0.0;
    while let Some(header) = bytes.take::<8>().map_err(AudioError::Io)? {
        let [a, b, c, d, size @ ..] = header;
        let size = u32::from_le_bytes(size);
        let end = bytes.pos + u64::from(size);
        match &[a, b, c, d] {
            b"fmt " => {
                if let Some(fmt) = bytes.take::<12>().map_err(AudioError::Io)? {
                    let rate = u32::from_le_bytes([fmt[8], fmt[9], fmt[10], fmt[11]]);
                    bytes_per_second = f64::from(rate);
                }
            }
            b"data" if size == 0 || size >= WAV_STREAMED => return Ok(()),
            b"data" => return check_wav_data(bytes, size, bytes_per_second),
            _ => {}
        }
        // Chunks are padded to an even length.
        bytes.go_to(end + end % 2).map_err(AudioError::Io)?;
    }
    Err(AudioError::TruncatedUnknown)
}

fn check_wav_data(bytes: &Bytes, size: u32, bytes_per_second: f64) -> Result<(), AudioError> {
    if bytes_per_second < 1.0 {
        return Err(AudioError::Damaged);
    }
    let there = bytes.len - bytes.pos;
    let missing = u64::from(size).saturating_sub(there);
    // Some writers count the header into the data; that is not a loss.
    if missing <= 128 {
        return Ok(());
    }
    Err(AudioError::Truncated {
        decoded_seconds: there as f64 / bytes_per_second,
        promised_seconds: f64::from(size) / bytes_per_second,
    })
}

fn walk_mp4(bytes: &mut Bytes) -> Result<(), AudioError> {
    bytes.go_to(0).map_err(AudioError::Io)?;
    let mut has_index = false;
    while bytes.pos < bytes.len {
        let start = bytes.pos;
        let Some([s0, s1, s2, s3, kind @ ..]) = bytes.take::<8>().map_err(AudioError::Io)? else {
            return Err(AudioError::TruncatedUnknown);
        };
        has_index |= kind == *b"moov";
        let size = match u32::from_be_bytes([s0, s1, s2, s3]) {
            // "To the end of the file".
            0 => break,
            1 => match bytes.take::<8>().map_err(AudioError::Io)? {
                Some(large) => u64::from_be_bytes(large),
                None => return Err(AudioError::TruncatedUnknown),
            },
            size => u64::from(size),
        };
        if size < 8 {
            return Err(AudioError::Damaged);
        }
        let end = start.saturating_add(size);
        if end > bytes.len {
            return Err(AudioError::TruncatedUnknown);
        }
        bytes.go_to(end).map_err(AudioError::Io)?;
    }
    // The index is often written last: without it, the end is missing.
    if has_index {
        Ok(())
    } else {
        Err(AudioError::TruncatedUnknown)
    }
}

const EBML_SEGMENT: u64 = 0x1853_8067;
const EBML_CLUSTER: u64 = 0x1f43_b675;

fn walk_webm(bytes: &mut Bytes) -> Result<(), AudioError> {
    bytes.go_to(0).map_err(AudioError::Io)?;
    while bytes.pos < bytes.len {
        let (Some(id), Some(size)) = (ebml_number(bytes, false)?, ebml_number(bytes, true)?) else {
            return Err(AudioError::TruncatedUnknown);
        };
        if let Some(size) = size
            && bytes.pos.saturating_add(size) > bytes.len
        {
            return Err(AudioError::TruncatedUnknown);
        }
        match (id, size) {
            // Their children are walked in turn.
            (Some(EBML_SEGMENT | EBML_CLUSTER), _) => {}
            (_, Some(size)) => bytes.go_to(bytes.pos + size).map_err(AudioError::Io)?,
            (_, None) => return Ok(()),
        }
    }
    Ok(())
}

/// One EBML number; the outer `None` when the file ends in it, the inner one when all its
/// bits are set, which means "unknown". Ids keep their length marker.
fn ebml_number(bytes: &mut Bytes, is_size: bool) -> Result<Option<Option<u64>>, AudioError> {
    let Some([first]) = bytes.take::<1>().map_err(AudioError::Io)? else {
        return Ok(None);
    };
    let more = first.leading_zeros();
    if more > 7 {
        return Err(AudioError::Damaged);
    }
    let mut value = u64::from(first);
    if is_size {
        value &= (1 << (7 - more)) - 1;
    }
    for _ in 0..more {
        let Some([next]) = bytes.take::<1>().map_err(AudioError::Io)? else {
            return Ok(None);
        };
        value = value << 8 | u64::from(next);
    }
    let unknown = is_size && value == (1 << (7 * (more + 1))) - 1;
    Ok(Some((!unknown).then_some(value)))
}

fn walk_ogg(bytes: &mut Bytes) -> Result<(), AudioError> {
    bytes.go_to(0).map_err(AudioError::Io)?;
    while bytes.pos < bytes.len {
        let Some(header) = bytes.take::<27>().map_err(AudioError::Io)? else {
            return Err(AudioError::TruncatedUnknown);
        };
        if !header.starts_with(b"OggS") {
            return Err(AudioError::Damaged);
        }
        let mut body = 0;
        for _ in 0..header[26] {
            let Some([lacing]) = bytes.take::<1>().map_err(AudioError::Io)? else {
                return Err(AudioError::TruncatedUnknown);
            };
            body += u64::from(lacing);
        }
        if bytes.pos + body > bytes.len {
            return Err(AudioError::TruncatedUnknown);
        }
        bytes.go_to(bytes.pos + body).map_err(AudioError::Io)?;
    }
    Ok(())
}
