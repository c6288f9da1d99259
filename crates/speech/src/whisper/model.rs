//! What a GGML model file is, read from its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use whisper_rs::{DtwMode, DtwModelPreset};

use crate::SpeechError;

/// `ggml` in the byte order of the file.
const MAGIC: i32 = 0x6767_6d6c;
/// Vocabulary of the English-only models; the multilingual ones have more.
const ENGLISH_VOCABULARY: i32 = 51_864;
/// The third generation added one language.
const LARGE_V3_VOCABULARY: i32 = 51_866;

/// The sizes by which the published models are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModelHeader {
    vocabulary: i32,
    audio_layers: i32,
    text_layers: i32,
}

/// Whether a GGML model understands other languages than English: its first bytes say so.
/// It is not loaded.
///
/// # Errors
/// [`SpeechError::ModelUnreadable`] and [`SpeechError::ModelInvalid`].
pub fn is_multilingual(model: &Path) -> Result<bool, SpeechError> {
    ModelHeader::read(model).map(ModelHeader::is_multilingual)
}

impl ModelHeader {
    pub(crate) fn read(path: &Path) -> Result<Self, SpeechError> {
        let mut bytes = [0; 44];
        let mut file = File::open(path).map_err(SpeechError::ModelUnreadable)?;
        file.read_exact(&mut bytes)
            .map_err(|_| SpeechError::ModelInvalid)?;
        let field = |index: usize| {
            let at = index * 4;
            i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        if field(0) != MAGIC {
            return Err(SpeechError::ModelInvalid);
        }
        Ok(Self {
            vocabulary: field(1),
            audio_layers: field(5),
            text_layers: field(9),
        })
    }

    pub(crate) fn is_multilingual(self) -> bool {
        self.vocabulary > ENGLISH_VOCABULARY
    }

    /// Which attention heads follow the sound: known for the published models, and the
    /// upper half of the decoder for any other.
    pub(crate) fn alignment(self) -> DtwMode<'static> {
        use DtwModelPreset as Preset;
        let english = !self.is_multilingual();
        let model_preset = match (self.audio_layers, self.text_layers) {
            (4, 4) if english => Preset::TinyEn,
            (4, 4) => Preset::Tiny,
            (6, 6) if english => Preset::BaseEn,
            (6, 6) => Preset::Base,
            (12, 12) if english => Preset::SmallEn,
            (12, 12) => Preset::Small,
            (24, 24) if english => Preset::MediumEn,
            (24, 24) => Preset::Medium,
            (32, 32) if self.vocabulary == LARGE_V3_VOCABULARY => Preset::LargeV3,
            (32, 32) => Preset::LargeV2,
            (32, 4) => Preset::LargeV3Turbo,
            _ => {
                return DtwMode::TopMost {
                    n_top: (self.text_layers / 2).max(1),
                };
            }
        };
        DtwMode::ModelPreset { model_preset }
    }
}
