//! A recording as sound that runs at a pace.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_sdk_transcribestreaming::{
    primitives::Blob,
    types::{AudioEvent, AudioStream, error::AudioStreamError},
};
use futures::{Stream, StreamExt as _, stream};
use seva_speech::SAMPLE_RATE;
use tokio::{
    sync::{Notify, mpsc},
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

/// Sound in a message, as the service asks for.
const PIECE: Duration = Duration::from_millis(100);
pub(super) const PIECE_SAMPLES: usize = SAMPLE_RATE / 10;

/// How recordings are played to the streaming form.
#[derive(Clone, Copy, Debug)]
pub struct Playing {
    /// Seconds of sound a second. The service asks for a pace close to 1.
    pub pace: f64,
    /// A stream on which nothing moves for so long is broken.
    pub silence: Duration,
}

impl Default for Playing {
    fn default() -> Self {
        Self {
            pace: 1.0,
            silence: Duration::from_secs(30),
        }
    }
}

/// How far the playing is.
#[derive(Default)]
pub(super) struct Tape {
    /// Sound left, or its end was reached.
    pub(super) moved: Notify,
    stop: CancellationToken,
    decoded: AtomicBool,
    played: AtomicBool,
}

impl Tape {
    /// Nobody listens any more.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Returns when nobody listens any more.
    pub(super) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// The recording is whole, and all of it was handed over.
    pub(super) fn decoded(&self) {
        self.decoded.store(true, Ordering::Release);
    }

    /// Whether it is.
    pub(super) fn is_decoded(&self) -> bool {
        self.decoded.load(Ordering::Acquire)
    }

    /// Whether the whole recording was played, to its end.
    pub(super) fn is_played(&self) -> bool {
        self.played.load(Ordering::Acquire)
    }
}

/// The connection may keep the sound for longer than anybody listens.
pub(super) struct StopOnDrop(pub(super) Arc<Tape>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// The sound in pieces, each when its time has come and the connection takes it.
pub(super) fn play(
    first: Vec<u8>,
    rest: mpsc::Receiver<Vec<u8>>,
    pace: f64,
    tape: Arc<Tape>,
) -> impl Stream<Item = Result<AudioStream, AudioStreamError>> + Send + Sync {
    let mut clock = tokio::time::interval(PIECE.div_f64(pace.max(0.1)));
    // After a stand-still the service gets the rest at its pace, not all at once.
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let from_the_start = (clock, Some(first), rest);
    stream::unfold(from_the_start, move |(mut clock, first, mut rest)| {
        let tape = Arc::clone(&tape);
        async move {
            clock.tick().await;
            let next = async {
                match first {
                    Some(first) => Some(first),
                    None => rest.recv().await,
                }
            };
            // An end in good form; an error would be sent as a message.
            let next = tape.stop.run_until_cancelled(next).await?;
            tape.moved.notify_one();
            let Some(piece) = next else {
                // A recording that turned out to be broken has no end.
                tape.played.store(tape.is_decoded(), Ordering::Release);
                return None;
            };
            let event = AudioEvent::builder().audio_chunk(Blob::new(piece)).build();
            Some((Ok(AudioStream::AudioEvent(event)), (clock, None, rest)))
        }
    })
    // The SDK asks once more after the end.
    .fuse()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::time::Instant;

    use super::*;

    /// Two seconds of a recording that is whole.
    fn two_seconds(pace: f64, tape: &Arc<Tape>) -> impl Stream<Item = Option<usize>> + use<> {
        let (sender, rest) = mpsc::channel(19);
        for _ in 0..19 {
            sender.try_send(vec![7; 3200]).unwrap();
        }
        tape.decoded();
        play(vec![7; 3200], rest, pace, Arc::clone(tape)).map(|piece| match piece {
            Ok(AudioStream::AudioEvent(event)) => Some(event.audio_chunk?.as_ref().len()),
            other => panic!("{other:?}"),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn sound_is_sent_at_its_pace() {
        for (pace, expected) in [(1.0, 2000), (2.0, 1000)] {
            let begun = Instant::now();
            let tape = Arc::default();
            let pieces: Vec<_> = two_seconds(pace, &tape).collect().await;
            assert_eq!(pieces, [Some(3200); 20]);
            assert_eq!(begun.elapsed().as_millis(), expected);
            assert!(tape.is_played());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_stand_still_the_pace_stays() {
        let mut sound = std::pin::pin!(two_seconds(1.0, &Arc::default()));
        let _ = sound.next().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let _ = sound.next().await;
        let resumed = Instant::now();
        let _ = sound.next().await;
        assert_eq!(resumed.elapsed(), PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn sound_that_nobody_listens_to_ends() {
        let tape = Arc::default();
        let mut sound = std::pin::pin!(two_seconds(1.0, &tape));
        assert!(sound.next().await.is_some());
        drop(StopOnDrop(Arc::clone(&tape)));
        assert!(sound.next().await.is_none());
        assert!(!tape.is_played());
    }

    #[tokio::test(start_paused = true)]
    async fn a_recording_that_turns_out_to_be_broken_is_not_played_to_its_end() {
        let (sender, rest) = mpsc::channel(1);
        sender.try_send(vec![7; 3200]).unwrap();
        drop(sender);
        let tape = Arc::new(Tape::default());
        let sound = play(vec![7; 3200], rest, 1.0, Arc::clone(&tape));
        assert_eq!(sound.count().await, 2);
        assert!(!tape.is_played());
    }
}
