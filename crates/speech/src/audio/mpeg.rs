//! MP3 has no container: its length is known only by walking from frame to frame.

use super::structure::Bytes;
use crate::AudioError;

/// What one frame header says.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Frame {
    /// Bytes of the whole frame.
    size: u64,
    samples: u32,
    rate: u32,
    /// Bytes of side information, after which a Xing header may stand.
    side: u64,
}

const KBPS_V1: [u32; 14] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
const KBPS_V2: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

impl Frame {
    /// Reads the four bytes of a layer III header; `None` for anything else.
    fn parse(header: [u8; 4]) -> Option<Self> {
        let [sync, version, rates, mode] = header;
        if sync != 0xff || version & 0xe0 != 0xe0 || version & 0x06 != 0x02 {
            return None;
        }
        let (first, rate_divisor) = match version >> 3 & 3 {
            3 => (true, 1),
            2 => (false, 2),
            0 => (false, 4),
            _ => return None,
        };
        let kbps_table = if first { KBPS_V1 } else { KBPS_V2 };
        let kbps = *kbps_table.get(usize::from(rates >> 4).checked_sub(1)?)?;
        let rate = [44_100, 48_000, 32_000].get(usize::from(rates >> 2 & 3))? / rate_divisor;
        let samples = if first { 1152 } else { 576 };
        let padding = u64::from(rates >> 1 & 1);
        let size = u64::from(samples / 8 * kbps * 1000 / rate) + padding;
        let mono = mode >> 6 == 3;
        let side = match (first, mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        Some(Self {
            size,
            samples,
            rate,
            side,
        })
    }

    fn belongs_to(&self, other: &Self) -> bool {
        self.rate == other.rate && self.samples == other.samples
    }
}

/// Moves behind ID3v2 tags, says where that is.
pub(crate) fn skip_id3v2(bytes: &mut Bytes) -> std::io::Result<u64> {
    let mut start = 0;
    bytes.go_to(0)?;
    while let Some([b'I', b'D', b'3', _, _, flags, size @ ..]) = bytes.take::<10>()? {
        let size = size
            .iter()
            .fold(0, |sum, &byte| sum << 7 | u64::from(byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        start = (start + 10 + size + footer).min(bytes.len);
        bytes.go_to(start)?;
    }
    bytes.go_to(start)?;
    Ok(start)
}

/// Whether MP3 frames begin near here: two in a row, or one that fills the rest.
pub(crate) fn starts_here(bytes: &mut Bytes) -> std::io::Result<bool> {
    let here = bytes.pos;
    let found = first_frame(bytes)?.is_some();
    bytes.go_to(here)?;
    Ok(found)
}

/// How many bytes of rubbish are accepted before the first frame, and between frames.
const RESYNC: u64 = 4096;

fn first_frame(bytes: &mut Bytes) -> std::io::Result<Option<(u64, Frame)>> {
    let from = bytes.pos;
    for pos in from..bytes.len.min(from + RESYNC) {
        let Some(frame) = frame_at(bytes, pos)? else {
            continue;
        };
        let next = pos + frame.size;
        let alone = next >= bytes.len && pos == from;
        if alone || frame_at(bytes, next)?.is_some_and(|second| second.belongs_to(&frame)) {
            return Ok(Some((pos, frame)));
        }
    }
    Ok(None)
}

fn frame_at(bytes: &mut Bytes, pos: u64) -> std::io::Result<Option<Frame>> {
    bytes.go_to(pos)?;
    Ok(bytes.take::<4>()?.and_then(Frame::parse))
}

/// Counts the frames; their length in seconds.
pub(crate) fn walk(bytes: &mut Bytes) -> Result<f64, AudioError> {
    skip_id3v2(bytes).map_err(AudioError::Io)?;
    let (start, first) = first_frame(bytes)
        .map_err(AudioError::Io)?
        .ok_or(AudioError::Unsupported)?;
    let promised = promised_frames(bytes, start, &first).map_err(AudioError::Io)?;
    let seconds = |frames: u64| frames as f64 * f64::from(first.samples) / f64::from(first.rate);
    let (frames, ends_inside) = count(bytes, start, &first).map_err(AudioError::Io)?;
    // A Xing header stands in a frame of its own that holds no sound.
    let frames = frames - u64::from(promised.is_some()).min(frames);
    match promised {
        Some(promised) if frames + 2 + promised / 100 < promised => Err(AudioError::Truncated {
            decoded_seconds: seconds(frames),
            promised_seconds: seconds(promised),
        }),
        None if ends_inside => Err(AudioError::TruncatedUnknown),
        _ => Ok(seconds(frames)),
    }
}

/// Whole frames from `start`, and whether the file ends within one.
fn count(bytes: &mut Bytes, start: u64, first: &Frame) -> std::io::Result<(u64, bool)> {
    let (mut pos, mut frames, mut lost) = (start, 0, 0);
    while pos < bytes.len && lost < RESYNC {
        match frame_at(bytes, pos)?.filter(|frame| frame.belongs_to(first)) {
            Some(frame) if pos + frame.size > bytes.len => return Ok((frames, lost == 0)),
            Some(frame) => {
                frames += 1;
                lost = 0;
                pos += frame.size;
            }
            None => {
                lost += 1;
                pos += 1;
            }
        }
    }
    Ok((frames, false))
}

/// The number of frames that a Xing or Info header announces.
fn promised_frames(bytes: &mut Bytes, start: u64, first: &Frame) -> std::io::Result<Option<u64>> {
    bytes.go_to(start + 4 + first.side)?;
    let Some([a, b, c, d, _, _, _, flags, frames @ ..]) = bytes.take::<12>()? else {
        return Ok(None);
    };
    let is_header = matches!(&[a, b, c, d], b"Xing" | b"Info");
    Ok((is_header && flags & 1 == 1).then(|| u64::from(u32::from_be_bytes(frames))))
}
