//! A model's matrices in another number format, to measure whether it is faster.

use std::io::{BufWriter, Write};
use std::path::Path;

/// A number format that whisper.cpp has kernels for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// 16 bits with the range of single precision.
    Bf16,
    /// 8 bits, and a scale for each 32 of them.
    Q8,
}

/// Numbers of a file's head, of which the last is the format of its matrices.
const HEAD: usize = 12;
const FORMAT: usize = 11;
/// How a tensor's numbers are stored.
const F16: i32 = 1;
const BF16: i32 = 30;
const Q8: i32 = 8;
/// Numbers that share a scale.
const BLOCK: usize = 32;

impl Form {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "bf16" => Some(Self::Bf16),
            "q8_0" => Some(Self::Q8),
            _ => None,
        }
    }

    /// The format of a whole file: as of its matrices, and for scaled ones the version of that.
    fn of_file(self) -> i32 {
        match self {
            Self::Bf16 => 24,
            Self::Q8 => 2007,
        }
    }

    fn of_tensor(self) -> i32 {
        match self {
            Self::Bf16 => BF16,
            Self::Q8 => Q8,
        }
    }

    fn write(self, halves: &[u8]) -> Vec<u8> {
        let (pairs, _) = halves.as_chunks::<2>();
        let numbers: Vec<f32> = pairs
            .iter()
            .map(|pair| single(u16::from_le_bytes(*pair)))
            .collect();
        match self {
            Self::Bf16 => numbers
                .iter()
                .flat_map(|number| bf16(*number).to_le_bytes())
                .collect(),
            Self::Q8 => numbers.chunks(BLOCK).flat_map(q8).collect(),
        }
    }
}

/// Writes a GGML file of Whisper in half precision anew; other numbers stay as they are.
///
/// # Errors
/// A sentence: the file cannot be read or written, or is not in half precision.
pub(crate) fn convert(from: &Path, form: Form, to: &Path) -> Result<(), String> {
    let io = |error: std::io::Error| format!("{} to {}: {error}", from.display(), to.display());
    let bytes = std::fs::read(from).map_err(io)?;
    let mut out = BufWriter::new(std::fs::File::create(to).map_err(io)?);
    let mut reader = Reader {
        bytes: &bytes,
        at: 0,
    };
    let done = copy(&mut reader, form, &mut out)
        .ok_or("the model ends early, or is not in half precision")?;
    done.and_then(|()| out.flush()).map_err(io)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn int(&mut self) -> Option<i32> {
        let four = self.take(4)?.try_into().ok()?;
        Some(i32::from_le_bytes(four))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.int()?).ok()
    }
}

/// `None` for what is no such file.
fn copy(reader: &mut Reader<'_>, form: Form, out: &mut impl Write) -> Option<std::io::Result<()>> {
    let mut head: Vec<i32> = (0..HEAD).map(|_| reader.int()).collect::<Option<_>>()?;
    if std::mem::replace(&mut head[FORMAT], form.of_file()) != F16 {
        return None;
    }
    let mut written: Vec<u8> = head
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    // Filters and vocabulary.
    let before = reader.at;
    let filters = reader.length()?.checked_mul(reader.length()?)?;
    reader.take(filters.checked_mul(4)?)?;
    for _ in 0..reader.length()? {
        let length = reader.length()?;
        reader.take(length)?;
    }
    written.extend(&reader.bytes[before..reader.at]);
    while reader.at < reader.bytes.len() {
        if let Err(error) = out.write_all(&written) {
            return Some(Err(error));
        }
        written = tensor(reader, form)?;
    }
    Some(out.write_all(&written))
}

/// The next tensor as it is to be written: matrices in the new form.
fn tensor(reader: &mut Reader<'_>, form: Form) -> Option<Vec<u8>> {
    let (rank, name, kind) = (reader.int()?, reader.length()?, reader.int()?);
    let extents: Vec<i32> = (0..rank).map(|_| reader.int()).collect::<Option<_>>()?;
    let name = reader.take(name)?;
    let count = extents.iter().try_fold(1_usize, |all, extent| {
        all.checked_mul(usize::try_from(*extent).ok()?)
    })?;
    let numbers = reader.take(count.checked_mul(if kind == F16 { 2 } else { 4 })?)?;
    let is_matrix = kind == F16 && rank == 2;
    let new_kind = if is_matrix { form.of_tensor() } else { kind };
    let mut written = Vec::with_capacity(numbers.len() + 64);
    for number in [rank, i32::try_from(name.len()).ok()?, new_kind] {
        written.extend(number.to_le_bytes());
    }
    written.extend(extents.iter().flat_map(|extent| extent.to_le_bytes()));
    written.extend(name);
    match is_matrix {
        true => written.extend(form.write(numbers)),
        false => written.extend(numbers),
    }
    Some(written)
}

/// Half precision as single precision.
fn single(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(half >> 10 & 0x1f), u32::from(half & 0x3ff));
    let bits = match exponent {
        0 => (fraction as f32 / (1 << 24) as f32).to_bits(),
        31 => 0x7f80_0000 | fraction << 13,
        exponent => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | bits)
}

/// The nearest number of half precision to one that is not negative and not too large.
fn half(single: f32) -> u16 {
    let bits = match single < 1.0 / (1 << 14) as f32 {
        true => (single * (1 << 24) as f32).round() as u32,
        false => {
            let bits = single.to_bits();
            ((bits + 0xfff + (bits >> 13 & 1)) >> 13) - (112 << 10)
        }
    };
    u16::try_from(bits).unwrap_or(0x7bff)
}

fn bf16(single: f32) -> u16 {
    let bits = single.to_bits();
    let rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    u16::try_from(rounded).unwrap_or(u16::MAX)
}

/// A scale in half precision and the numbers in it.
fn q8(block: &[f32]) -> Vec<u8> {
    let largest = block.iter().map(|number| number.abs()).fold(0.0, f32::max);
    let scale = largest / 127.0;
    let mut bytes = half(scale).to_le_bytes().to_vec();
    let steps = |number: &f32| {
        if scale > 0.0 {
            (number / scale).round() as i8
        } else {
            0
        }
    };
    bytes.extend(block.iter().map(|number| steps(number).to_le_bytes()[0]));
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_half_is_itself_again() {
        for bits in 0..0x7c00 {
            assert_eq!(half(single(bits)), bits);
        }
        assert_eq!(single(0xc000), -2.0);
        assert_eq!(single(0x0001), 2.0_f32.powi(-24));
    }

    #[test]
    fn numbers_stay_what_they_were_as_nearly_as_their_form_allows() {
        assert_eq!((bf16(1.0), bf16(-2.0)), (0x3f80, 0xc000));
        let block: Vec<f32> = (0..BLOCK).map(|at| at as f32 / 10.0 - 1.5).collect();
        let bytes = q8(&block);
        let scale = single(u16::from_le_bytes([bytes[0], bytes[1]]));
        for (number, step) in block.iter().zip(&bytes[2..]) {
            let again = f32::from(i8::from_le_bytes([*step])) * scale;
            assert!((number - again).abs() < scale, "{number} {again}");
        }
    }

    /// A head, one filter, one word, a vector and a matrix.
    fn file(format: i32) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        let ints = |numbers: &[i32], bytes: &mut Vec<u8>| {
            bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        };
        ints(&[0; FORMAT], &mut bytes);
        ints(&[format, 1, 1, 0, 1, 3], &mut bytes);
        bytes.extend(b"the");
        ints(&[1, 1, 0, 2], &mut bytes);
        bytes.extend(b"v");
        ints(&[7, 8], &mut bytes);
        ints(&[2, 1, F16, 32, 2], &mut bytes);
        bytes.extend(b"m");
        bytes.extend([0x3c00_u16; 64].iter().flat_map(|one| one.to_le_bytes()));
        bytes
    }

    #[test]
    fn only_matrices_of_half_precision_change() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        std::fs::write(&from, file(F16)).unwrap();
        for (form, length, last) in [(Form::Bf16, 128, 0x3f), (Form::Q8, 68, 127)] {
            convert(&from, form, &to).unwrap();
            let written = std::fs::read(&to).unwrap();
            assert_eq!(written.len(), file(F16).len() - 128 + length);
            assert_eq!(written.last(), Some(&last));
            assert_eq!(written[4 * FORMAT..][..4], form.of_file().to_le_bytes());
        }
        std::fs::write(&from, file(0)).unwrap();
        assert!(convert(&from, Form::Q8, &to).is_err());
        std::fs::write(&from, &file(F16)[..100]).unwrap();
        assert!(convert(&from, Form::Q8, &to).is_err());
    }
}
