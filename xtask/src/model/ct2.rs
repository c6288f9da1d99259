//! Reads the weights of a CTranslate2 `model.bin`.
//!
//! Little-endian throughout. A header (version, name of the specification, its revision, number of
//! variables), then each variable: name, rank, extents, type, size in bytes, values. Names are a
//! 16-bit length and bytes with a closing zero. Aliases follow, of no use here.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

/// How a tensor's numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    F32,
    I8,
    I16,
    I32,
    F16,
}

impl Kind {
    fn from_code(code: u8) -> Result<Self> {
        Ok(match code {
            0 => Self::F32,
            1 => Self::I8,
            2 => Self::I16,
            3 => Self::I32,
            4 => Self::F16,
            _ => bail!("unknown number type {code}"),
        })
    }

    /// Bytes a number.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::I8 => 1,
            Self::I16 | Self::F16 => 2,
            Self::F32 | Self::I32 => 4,
        }
    }
}

/// Numbers in row-major order, lent from the file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tensor<'a> {
    pub(crate) shape: Vec<usize>,
    pub(crate) kind: Kind,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Tensor<'a> {
    /// Rows `from..to` of the first dimension.
    pub(crate) fn rows(&self, from: usize, to: usize) -> Result<Tensor<'a>> {
        let rows = *self.shape.first().context("a scalar has no rows")?;
        ensure!(from <= to && to <= rows, "rows {from}..{to} of {rows}");
        let row = self.bytes.len() / rows.max(1);
        let mut shape = self.shape.clone();
        shape[0] = to - from;
        Ok(Tensor {
            shape,
            kind: self.kind,
            bytes: &self.bytes[from * row..to * row],
        })
    }

    /// The one whole number that a scalar holds.
    pub(crate) fn integer(&self) -> Result<i32> {
        match (self.kind, self.bytes) {
            (Kind::I8, [a]) => Ok(i32::from(a.cast_signed())),
            (Kind::I16, [a, b]) => Ok(i32::from(i16::from_le_bytes([*a, *b]))),
            (Kind::I32, [a, b, c, d]) => Ok(i32::from_le_bytes([*a, *b, *c, *d])),
            _ => bail!("not a single whole number"),
        }
    }
}

/// The variables of a file by name.
pub(crate) struct Weights<'a> {
    tensors: BTreeMap<String, Tensor<'a>>,
}

impl<'a> Weights<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader { rest: bytes };
        let version = reader.u32()?;
        ensure!(
            version == 6,
            "a CTranslate2 file of version {version}; version 6 is known"
        );
        reader.name()?;
        reader.u32()?;
        let count = reader.u32()?;
        let mut tensors = BTreeMap::new();
        for _ in 0..count {
            let name = reader.name()?;
            let tensor = reader.tensor().with_context(|| name.clone())?;
            tensors.insert(name, tensor);
        }
        Ok(Self { tensors })
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Tensor<'a>> {
        self.tensors
            .get(name)
            .with_context(|| format!("the model has no {name}"))
    }

    /// How many `{part}/layer_N` there are.
    pub(crate) fn layers(&self, part: &str) -> usize {
        (0..)
            .take_while(|layer| {
                let prefix = format!("{part}/layer_{layer}/");
                self.tensors
                    .range(prefix.clone()..)
                    .next()
                    .is_some_and(|(name, _)| name.starts_with(&prefix))
            })
            .count()
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self
            .rest
            .split_at_checked(count)
            .context("the file ends too early")?;
        self.rest = rest;
        Ok(head)
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.take(2)?.try_into()?))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into()?))
    }

    fn name(&mut self) -> Result<String> {
        let length = usize::from(self.u16()?);
        let bytes = self.take(length)?;
        let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
        Ok(std::str::from_utf8(bytes)
            .context("a name is not UTF-8")?
            .to_owned())
    }

    fn tensor(&mut self) -> Result<Tensor<'a>> {
        let rank = self.u8()?;
        let shape = (0..rank)
            .map(|_| Ok(usize::try_from(self.u32()?)?))
            .collect::<Result<Vec<_>>>()?;
        let kind = Kind::from_code(self.u8()?)?;
        let size = usize::try_from(self.u32()?)?;
        let numbers = shape
            .iter()
            .try_fold(1_usize, |product, extent| product.checked_mul(*extent));
        let expected = numbers.and_then(|numbers| numbers.checked_mul(kind.size()));
        ensure!(
            expected == Some(size),
            "{size} bytes for {shape:?} of {kind:?}"
        );
        Ok(Tensor {
            shape,
            kind,
            bytes: self.take(size)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// A variable as the format writes it.
    pub(crate) fn variable(name: &str, shape: &[u32], code: u8, values: &[u8]) -> Vec<u8> {
        let mut out = u16::try_from(name.len() + 1)
            .unwrap()
            .to_le_bytes()
            .to_vec();
        out.extend(name.as_bytes());
        out.push(0);
        out.push(u8::try_from(shape.len()).unwrap());
        shape
            .iter()
            .for_each(|extent| out.extend(extent.to_le_bytes()));
        out.push(code);
        out.extend(u32::try_from(values.len()).unwrap().to_le_bytes());
        out.extend(values);
        out
    }

    /// A whole file.
    pub(crate) fn file(variables: &[Vec<u8>]) -> Vec<u8> {
        let mut out = 6_u32.to_le_bytes().to_vec();
        out.extend([5, 0]);
        out.extend(b"Spec\0");
        out.extend(3_u32.to_le_bytes());
        out.extend(u32::try_from(variables.len()).unwrap().to_le_bytes());
        variables.iter().for_each(|variable| out.extend(variable));
        out.extend(0_u32.to_le_bytes());
        out
    }

    #[test]
    fn variables_come_back_with_shape_type_and_values() {
        let bytes = file(&[
            variable("a/num_heads", &[], 2, &8_i16.to_le_bytes()),
            variable("a/weight", &[2, 2], 4, &[1, 0, 2, 0, 3, 0, 4, 0]),
        ]);
        let weights = Weights::read(&bytes).unwrap();
        assert_eq!(weights.get("a/num_heads").unwrap().integer().unwrap(), 8);
        let tensor = weights.get("a/weight").unwrap();
        assert_eq!(
            (tensor.shape.as_slice(), tensor.kind),
            ([2, 2].as_slice(), Kind::F16)
        );
        assert_eq!(tensor.rows(1, 2).unwrap().bytes, [3, 0, 4, 0]);
        assert!(tensor.rows(1, 3).is_err());
    }

    #[test]
    fn layers_are_counted_past_nine() {
        let variables: Vec<_> = (0..12)
            .map(|n| variable(&format!("encoder/layer_{n}/x"), &[1], 1, &[0]))
            .collect();
        let bytes = file(&variables);
        let weights = Weights::read(&bytes).unwrap();
        assert_eq!(
            (weights.layers("encoder"), weights.layers("decoder")),
            (12, 0)
        );
    }

    #[test]
    fn every_cut_of_a_file_is_refused() {
        let bytes = file(&[variable("a", &[2], 0, &[0; 8])]);
        // The aliases at the end, four bytes, are not read.
        for length in 0..bytes.len() - 4 {
            assert!(Weights::read(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_size_that_does_not_fit_the_shape_is_refused() {
        assert!(Weights::read(&file(&[variable("a", &[3], 0, &[0; 8])])).is_err());
    }
}
