//! A recording that is decoded as it is played, so that little of it is in memory.

use std::{path::Path, sync::Arc};

use seva_services::ports::{AudioRefused, TranscriberError};
use seva_speech::{AudioError, CancelFlag};
use tokio::{runtime::Handle, sync::mpsc, task::JoinHandle};

use super::{
    SERVICE,
    playing::{PIECE_SAMPLES, Tape},
};

/// Pieces that are decoded before they are played: two seconds.
const AHEAD: usize = 20;

/// Bytes of a sample.
const SAMPLE: usize = size_of::<i16>();

/// Sound on its way from the decoder to the service.
pub(super) struct Sound {
    /// 16 bits a sample, little-endian; all but the last of the same length.
    pub(super) pieces: mpsc::Receiver<Vec<u8>>,
    decoding: Decoding,
}

/// A decoder at work in a thread of its own. It ends soon after the tape is stopped.
pub(super) struct Decoding(JoinHandle<Result<(), AudioError>>);

impl Sound {
    /// Begins to decode a file.
    pub(super) fn decode(file: &Path, tape: &Arc<Tape>) -> Self {
        let (sender, pieces) = mpsc::channel(AHEAD);
        let (file, tape, runtime) = (file.to_owned(), Arc::clone(tape), Handle::current());
        let decoding = tokio::task::spawn_blocking(move || {
            let mut decoder = Decoder {
                piece: Vec::new(),
                hand_over: |piece| runtime.block_on(hand_over(&sender, piece, &tape)),
            };
            let sink = &mut |samples: &[f32]| decoder.take(samples);
            seva_speech::decode_in_pieces(&file, &CancelFlag::new(), sink)?;
            decoder.finish()?;
            // Before the sender is dropped, which ends the sound.
            tape.decoded();
            Ok(())
        });
        Self {
            pieces,
            decoding: Decoding(decoding),
        }
    }

    /// Waits until there is something to play. Whatever had to be found in the file's
    /// name has been found by then.
    pub(super) async fn begun(mut self) -> Result<(Vec<u8>, Self), TranscriberError> {
        match self.pieces.recv().await {
            Some(first) => Ok((first, self)),
            None => {
                Err(self.decoding.failure().await.unwrap_or_else(|| {
                    SERVICE.broken("decode", "a recording without sound").into()
                }))
            }
        }
    }

    /// What is played, and what became of the rest.
    pub(super) fn into_parts(self) -> (mpsc::Receiver<Vec<u8>>, Decoding) {
        (self.pieces, self.decoding)
    }
}

impl Decoding {
    /// What is wrong with the recording, if that is why the decoder has ended. It also
    /// ends when nobody listens any more, for whatever reason.
    pub(super) async fn failed(self) -> Option<TranscriberError> {
        if self.0.is_finished() {
            let failure = self.failure().await;
            failure.filter(|failure| !matches!(failure, TranscriberError::Cancelled))
        } else {
            None
        }
    }

    async fn failure(self) -> Option<TranscriberError> {
        match self.0.await {
            Ok(Ok(())) => None,
            Ok(Err(AudioError::Cancelled)) => Some(TranscriberError::Cancelled),
            Ok(Err(AudioError::Io(error))) => Some(SERVICE.unavailable("decode", error).into()),
            Ok(Err(error)) => Some(TranscriberError::Refused(AudioRefused {
                code: error.code(),
                message: error.to_string(),
            })),
            Err(panicked) => Some(SERVICE.broken("decode", panicked).into()),
        }
    }
}

/// Makes pieces of whatever the decoder gives.
struct Decoder<F> {
    piece: Vec<u8>,
    hand_over: F,
}

impl<F: Fn(Vec<u8>) -> Result<(), AudioError>> Decoder<F> {
    fn take(&mut self, samples: &[f32]) -> Result<(), AudioError> {
        for sample in samples {
            let sample = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16;
            self.piece.extend_from_slice(&sample.to_le_bytes());
            if self.piece.len() == PIECE_SAMPLES * SAMPLE {
                self.finish()?;
            }
        }
        Ok(())
    }

    /// Hands over what there is.
    fn finish(&mut self) -> Result<(), AudioError> {
        if self.piece.is_empty() {
            return Ok(());
        }
        (self.hand_over)(std::mem::take(&mut self.piece))
    }
}

/// Waits until there is room, or nobody listens any more.
async fn hand_over(
    pieces: &mpsc::Sender<Vec<u8>>,
    piece: Vec<u8>,
    tape: &Tape,
) -> Result<(), AudioError> {
    tokio::select! {
        biased;
        () = tape.stopped() => Err(AudioError::Cancelled),
        sent = pieces.send(piece) => sent.map_err(|_| AudioError::Cancelled),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Five seconds.
    const RECORDING: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../speech/tests/fixtures/speech.m4a"
    );

    #[tokio::test]
    async fn no_more_is_decoded_than_is_about_to_be_played() {
        let tape = Arc::new(Tape::default());
        let mut sound = Sound::decode(Path::new(RECORDING), &tape);
        while sound.pieces.len() < AHEAD {
            assert!(!sound.decoding.0.is_finished(), "it waits");
            tokio::task::yield_now().await;
        }
        let mut bytes = 0;
        while let Some(piece) = sound.pieces.recv().await {
            assert!(sound.pieces.len() <= AHEAD);
            bytes += piece.len();
        }
        assert!(tape.is_decoded());
        assert!(sound.decoding.failure().await.is_none());
        let expected = seva_speech::probe(Path::new(RECORDING)).unwrap();
        let seconds = bytes as f64 / (SAMPLE * seva_speech::SAMPLE_RATE) as f64;
        assert!((seconds - expected.duration_seconds).abs() < 0.2);
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_no_fault_of_the_recording() {
        let sound = Sound::decode(Path::new(RECORDING), &Arc::new(Tape::default()));
        let (_first, sound) = sound.begun().await.unwrap();
        let (pieces, decoding) = sound.into_parts();
        drop(pieces);
        while !decoding.0.is_finished() {
            tokio::task::yield_now().await;
        }
        assert!(decoding.failed().await.is_none());
    }

    #[tokio::test]
    async fn a_decoder_that_nobody_listens_to_ends() {
        let tape = Arc::new(Tape::default());
        let sound = Sound::decode(Path::new(RECORDING), &tape);
        let (_first, sound) = sound.begun().await.unwrap();
        // The connection may keep the rest.
        let (_pieces, decoding) = sound.into_parts();
        tape.stop();
        let ended = decoding.failure().await;
        assert!(matches!(ended, Some(TranscriberError::Cancelled)));
        assert!(!tape.is_decoded());
    }
}
