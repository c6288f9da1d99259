//! Writes a Whisper model in whisper.cpp's GGML format.
//!
//! Header of twelve 32-bit numbers, mel filters, vocabulary, then tensors: rank, length of the
//! name, number type, extents (fastest first), name, values. Matrices stay in half precision;
//! vectors, positions and biases are single precision.

use std::io::Write;

use anyhow::{Result, bail};

use super::ct2::{Kind, Tensor, Weights};
use super::mel;

const MAGIC: i32 = 0x6767_6d6c;
const F32: i32 = 0;
const F16: i32 = 1;

/// Writes the whole model.
pub(crate) fn write(out: &mut impl Write, weights: &Weights<'_>, tokens: &[Vec<u8>]) -> Result<()> {
    let mut writer = Writer { out, weights };
    let mels = weights.get("encoder/conv1/weight")?.shape[1];
    writer.header(mels)?;
    writer.mel_filters(mels)?;
    writer.ints(&[tokens.len()])?;
    for token in tokens {
        writer.ints(&[token.len()])?;
        writer.out.write_all(token)?;
    }
    writer.tensors()
}

struct Writer<'a, W> {
    out: &'a mut W,
    weights: &'a Weights<'a>,
}

impl<W: Write> Writer<'_, W> {
    fn header(&mut self, mels: usize) -> Result<()> {
        let weights = self.weights;
        let vocabulary = weights.get("decoder/embeddings/weight")?.shape[0];
        let audio = &weights.get("encoder/position_encodings/encodings")?.shape;
        let text = &weights.get("decoder/position_encodings/encodings")?.shape;
        self.int(MAGIC)?;
        self.ints(&[vocabulary, audio[0], audio[1]])?;
        self.int(weights.get("encoder/num_heads")?.integer()?)?;
        self.ints(&[weights.layers("encoder"), text[0], text[1]])?;
        self.int(weights.get("decoder/num_heads")?.integer()?)?;
        self.ints(&[weights.layers("decoder"), mels])?;
        self.int(F16)
    }

    fn mel_filters(&mut self, mels: usize) -> Result<()> {
        self.ints(&[mels, mel::BINS])?;
        for filter in mel::filters(mels) {
            for weight in filter {
                self.out.write_all(&weight.to_le_bytes())?;
            }
        }
        Ok(())
    }

    fn tensors(&mut self) -> Result<()> {
        for part in ["encoder", "decoder"] {
            let positions = self
                .weights
                .get(&format!("{part}/position_encodings/encodings"))?;
            self.single(
                &format!("{part}.positional_embedding"),
                positions,
                &positions.shape,
            )?;
        }
        for conv in ["conv1", "conv2"] {
            self.copy(
                &format!("encoder.{conv}.weight"),
                &format!("encoder/{conv}/weight"),
            )?;
            let bias = self.weights.get(&format!("encoder/{conv}/bias"))?;
            self.single(&format!("encoder.{conv}.bias"), bias, &[bias.shape[0], 1])?;
        }
        self.copy(
            "decoder.token_embedding.weight",
            "decoder/embeddings/weight",
        )?;
        for part in ["encoder", "decoder"] {
            for layer in 0..self.weights.layers(part) {
                let (to, from) = (
                    format!("{part}.blocks.{layer}"),
                    format!("{part}/layer_{layer}"),
                );
                self.self_attention(&to, &from)?;
                if part == "decoder" {
                    self.cross_attention(&to, &from)?;
                }
                self.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"))?;
                self.linear(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"))?;
                self.linear(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"))?;
            }
        }
        self.norm("encoder.ln_post", "encoder/layer_norm")?;
        self.norm("decoder.ln", "decoder/layer_norm")
    }

    /// Query, key and value lie in one matrix, a third of the rows each; Whisper's key has no bias.
    fn self_attention(&mut self, to: &str, from: &str) -> Result<()> {
        let from = format!("{from}/self_attention");
        self.norm(&format!("{to}.attn_ln"), &format!("{from}/layer_norm"))?;
        for (third, name) in ["query", "key", "value"].into_iter().enumerate() {
            self.share(
                &format!("{to}.attn.{name}"),
                &format!("{from}/linear_0"),
                third,
                3,
                name != "key",
            )?;
        }
        self.linear(&format!("{to}.attn.out"), &format!("{from}/linear_1"))
    }

    /// Key and value lie in one matrix, a half of the rows each.
    fn cross_attention(&mut self, to: &str, from: &str) -> Result<()> {
        let from = format!("{from}/attention");
        self.norm(
            &format!("{to}.cross_attn_ln"),
            &format!("{from}/layer_norm"),
        )?;
        self.linear(
            &format!("{to}.cross_attn.query"),
            &format!("{from}/linear_0"),
        )?;
        self.share(
            &format!("{to}.cross_attn.key"),
            &format!("{from}/linear_1"),
            0,
            2,
            false,
        )?;
        self.share(
            &format!("{to}.cross_attn.value"),
            &format!("{from}/linear_1"),
            1,
            2,
            true,
        )?;
        self.linear(&format!("{to}.cross_attn.out"), &format!("{from}/linear_2"))
    }

    /// The `index`th of `parts` equal shares of a layer's rows.
    fn share(
        &mut self,
        to: &str,
        from: &str,
        index: usize,
        parts: usize,
        bias: bool,
    ) -> Result<()> {
        let weight = self.weights.get(&format!("{from}/weight"))?;
        let rows = weight.shape[0] / parts;
        self.tensor(
            &format!("{to}.weight"),
            &weight.rows(index * rows, (index + 1) * rows)?,
        )?;
        if bias {
            let bias = self.weights.get(&format!("{from}/bias"))?;
            self.tensor(
                &format!("{to}.bias"),
                &bias.rows(index * rows, (index + 1) * rows)?,
            )?;
        }
        Ok(())
    }

    fn linear(&mut self, to: &str, from: &str) -> Result<()> {
        self.copy(&format!("{to}.weight"), &format!("{from}/weight"))?;
        self.copy(&format!("{to}.bias"), &format!("{from}/bias"))
    }

    fn norm(&mut self, to: &str, from: &str) -> Result<()> {
        self.copy(&format!("{to}.weight"), &format!("{from}/gamma"))?;
        self.copy(&format!("{to}.bias"), &format!("{from}/beta"))
    }

    fn copy(&mut self, to: &str, from: &str) -> Result<()> {
        let tensor = self.weights.get(from)?;
        self.tensor(to, tensor)
    }

    fn tensor(&mut self, name: &str, tensor: &Tensor<'_>) -> Result<()> {
        if tensor.shape.len() == 1 {
            return self.single(name, tensor, &tensor.shape);
        }
        if tensor.kind != Kind::F16 {
            bail!("{name} is not in half precision");
        }
        self.name(name, &tensor.shape, F16)?;
        Ok(self.out.write_all(tensor.bytes)?)
    }

    fn single(&mut self, name: &str, tensor: &Tensor<'_>, shape: &[usize]) -> Result<()> {
        self.name(name, shape, F32)?;
        match tensor.kind {
            Kind::F32 => self.out.write_all(tensor.bytes)?,
            Kind::F16 => {
                for half in tensor.bytes.chunks_exact(2) {
                    let single = half_to_single(u16::from_le_bytes([half[0], half[1]]));
                    self.out.write_all(&single.to_le_bytes())?;
                }
            }
            other => bail!("{name} is {other:?}, not a fraction"),
        }
        Ok(())
    }

    fn name(&mut self, name: &str, shape: &[usize], kind: i32) -> Result<()> {
        self.ints(&[shape.len(), name.len()])?;
        self.int(kind)?;
        for extent in shape.iter().rev() {
            self.ints(&[*extent])?;
        }
        Ok(self.out.write_all(name.as_bytes())?)
    }

    fn ints(&mut self, numbers: &[usize]) -> Result<()> {
        numbers
            .iter()
            .try_for_each(|number| self.int(i32::try_from(*number)?))
    }

    fn int(&mut self, number: i32) -> Result<()> {
        Ok(self.out.write_all(&number.to_le_bytes())?)
    }
}

/// IEEE 754 half to single precision, exactly.
fn half_to_single(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((half >> 10) & 0x1f);
    let fraction = f32::from(half & 0x3ff);
    match exponent {
        0 => sign * fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2_f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::ct2::tests::{file, variable};
    use super::*;

    #[test]
    fn halves_become_the_same_number() {
        let known = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
        ];
        for (half, single) in known {
            assert_eq!(
                half_to_single(half).to_bits(),
                f32::to_bits(single),
                "{half:#06x}"
            );
        }
        assert!(half_to_single(0x7c00).is_infinite());
        assert!(half_to_single(0x7e00).is_nan());
    }

    /// A model of width one, without layers: small enough to check every byte of its tensors.
    #[test]
    fn a_small_model_is_written_whole() {
        let half = 0x3c00_u16.to_le_bytes();
        let pair = [half, half].concat();
        let vector = |name: &str| variable(name, &[1], 4, &half);
        let bytes = file(&[
            variable("encoder/num_heads", &[], 2, &[1, 0]),
            variable("decoder/num_heads", &[], 2, &[1, 0]),
            variable("encoder/position_encodings/encodings", &[2, 1], 4, &pair),
            variable("decoder/position_encodings/encodings", &[2, 1], 4, &pair),
            variable("encoder/conv1/weight", &[1, 2, 1], 4, &pair),
            variable("encoder/conv2/weight", &[1, 1, 2], 4, &pair),
            vector("encoder/conv1/bias"),
            vector("encoder/conv2/bias"),
            variable("decoder/embeddings/weight", &[2, 1], 4, &pair),
            vector("encoder/layer_norm/gamma"),
            vector("encoder/layer_norm/beta"),
            vector("decoder/layer_norm/gamma"),
            vector("decoder/layer_norm/beta"),
        ]);
        let mut out = Vec::new();
        write(&mut out, &Weights::read(&bytes).unwrap(), &[b"a".to_vec()]).unwrap();

        let header: Vec<i32> = out[..48]
            .chunks_exact(4)
            .map(|n| i32::from_le_bytes(n.try_into().unwrap()))
            .collect();
        assert_eq!(header, [MAGIC, 2, 2, 1, 1, 0, 2, 1, 1, 0, 2, F16]);
        // Two filters and their extents, one token of one byte.
        let tensors = 48 + 8 + 2 * mel::BINS * 4 + 4 + 4 + 1;
        let mut expected = Vec::new();
        for number in [2, 28, F32, 1, 2] {
            expected.extend(number.to_le_bytes());
        }
        expected.extend(b"encoder.positional_embedding");
        expected.extend([1_f32.to_le_bytes(), 1_f32.to_le_bytes()].concat());
        assert_eq!(out[tensors..][..expected.len()], expected);
        assert!(out.ends_with(&[b"decoder.ln.bias".as_slice(), &1_f32.to_le_bytes()].concat()));
    }
}
