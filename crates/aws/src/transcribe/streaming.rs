//! Streaming: a recording is played to the service, which answers as it listens.

use std::{future::Future, sync::Arc};

use aws_sdk_transcribestreaming::{
    error::{ProvideErrorMetadata, SdkError},
    operation::start_medical_stream_transcription::StartMedicalStreamTranscriptionOutput,
    types::{
        ItemType, LanguageCode, MediaEncoding, MedicalItem, MedicalResult,
        MedicalTranscriptResultStream, Specialty, Type, error::MedicalTranscriptResultStreamError,
    },
};
use seva_model::Segment;
use seva_services::ports::{
    PortError, PortFailure, TranscriberError, TranscriberEvent, TranscriptionRequest,
};
use seva_speech::SAMPLE_RATE;
use tokio::{sync::mpsc, time::Instant};

use super::{
    SERVICE, Spool,
    playing::{Playing, StopOnDrop, Tape, play},
    sound::Sound,
    tell,
    words::{Heard, Item},
};

const OPERATION: &str = "StartMedicalStreamTranscription";

/// The service's streams.
pub(super) struct Streaming {
    client: aws_sdk_transcribestreaming::Client,
    spool: Spool,
    playing: Playing,
}

impl Streaming {
    pub(super) const fn new(
        client: aws_sdk_transcribestreaming::Client,
        spool: Spool,
        playing: Playing,
    ) -> Self {
        Self {
            client,
            spool,
            playing,
        }
    }

    /// Plays the recording and collects what is answered. Dropped, it stops the
    /// decoder and breaks the stream off.
    pub(super) async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: &mpsc::Sender<TranscriberEvent>,
    ) -> Result<Vec<Segment>, TranscriberError> {
        tell(news, TranscriberEvent::Progress(0)).await;
        let tape = Arc::new(Tape::default());
        let _stop = StopOnDrop(Arc::clone(&tape));
        let recording = self.spool.fetch(&request.audio_key).await?;
        let (first, sound) = Sound::decode(&recording.path, &tape).begun().await?;
        // The decoder has opened the file, and needs its name no more: nothing stays
        // behind, whatever happens from here on.
        drop(recording);
        let (rest, decoding) = sound.into_parts();
        let sound = play(first, rest, self.playing.pace, Arc::clone(&tape));
        let sent = self
            .client
            .start_medical_stream_transcription()
            .language_code(LanguageCode::EnUs)
            .media_sample_rate_hertz(SAMPLE_RATE as i32)
            .media_encoding(MediaEncoding::Pcm)
            .specialty(Specialty::from(request.specialty.as_str()))
            .r#type(Type::Dictation)
            .audio_stream(sound.into())
            .send();
        let begun = self.alive(&tape, SERVICE.call(OPERATION, sent)).await??;
        let mut listener = Listener::new(news, request.duration_seconds);
        if let Err(error) = self.listen(begun, &tape, &mut listener).await {
            // A recording that turns out to be broken ends the stream as well.
            return Err(decoding.failed().await.unwrap_or_else(|| error.into()));
        }
        tell(news, TranscriberEvent::Progress(100)).await;
        Ok(listener.segments)
    }

    /// Listens to the end, and writes a line about it.
    async fn listen(
        &self,
        begun: StartMedicalStreamTranscriptionOutput,
        tape: &Tape,
        listener: &mut Listener<'_>,
    ) -> Result<(), PortError> {
        let request_id = begun.request_id().map(str::to_owned);
        let since = Instant::now();
        let heard = self.hear_all(begun, tape, listener).await;
        let milliseconds = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let error = match heard {
            Ok(()) => {
                tracing::info!(
                    service = "transcribe",
                    operation = OPERATION,
                    milliseconds,
                    request_id,
                    "the stream came to its end"
                );
                return Ok(());
            }
            Err(error) => PortError {
                request_id,
                ..error
            },
        };
        tracing::info!(
            service = error.service,
            operation = error.operation,
            milliseconds,
            failure = ?error.failure,
            code = error.code,
            request_id = error.request_id,
            reason = %error.source,
            "the stream broke off"
        );
        Err(error)
    }

    async fn hear_all(
        &self,
        begun: StartMedicalStreamTranscriptionOutput,
        tape: &Tape,
        listener: &mut Listener<'_>,
    ) -> Result<(), PortError> {
        let mut answers = begun.transcript_result_stream;
        loop {
            match self.alive(tape, answers.recv()).await? {
                Ok(Some(MedicalTranscriptResultStream::TranscriptEvent(event))) => {
                    let results = event.transcript.and_then(|transcript| transcript.results);
                    for result in results.unwrap_or_default() {
                        listener.hear(result).await;
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => return listener.all_heard(tape),
                Err(error) => return Err(broken_off(&error)),
            }
        }
    }

    /// Waits for something while the stream moves: sound that leaves counts, for
    /// nothing is answered to silence.
    async fn alive<T>(
        &self,
        tape: &Tape,
        waited_for: impl Future<Output = T>,
    ) -> Result<T, PortError> {
        tokio::pin!(waited_for);
        let patience = self.playing.silence;
        let mut until = Instant::now() + patience;
        loop {
            tokio::select! {
                biased;
                done = &mut waited_for => return Ok(done),
                () = tape.moved.notified() => until = Instant::now() + patience,
                () = tokio::time::sleep_until(until) => {
                    return Err(timed_out("nothing moved on the stream"));
                }
            }
        }
    }
}

fn timed_out(what: &'static str) -> PortError {
    PortError {
        failure: PortFailure::TimedOut,
        ..SERVICE.unavailable(OPERATION, what)
    }
}

/// An exception of the service's in mid-stream, or a broken connection.
fn broken_off<R>(error: &SdkError<MedicalTranscriptResultStreamError, R>) -> PortError {
    let SdkError::ServiceError(refused) = error else {
        return SERVICE.unavailable(OPERATION, "the stream broke");
    };
    use MedicalTranscriptResultStreamError as Refused;
    let (failure, code) = match refused.err() {
        Refused::LimitExceededException(_) => {
            (PortFailure::Throttled, Some("LimitExceededException"))
        }
        Refused::BadRequestException(it) => {
            // It also says so when it was sent nothing for 15 seconds.
            let late = it
                .message()
                .is_some_and(|message| message.contains("timed out"));
            let failure = if late {
                PortFailure::TimedOut
            } else {
                PortFailure::Broken
            };
            (failure, Some("BadRequestException"))
        }
        Refused::InternalFailureException(_) => {
            (PortFailure::Unavailable, Some("InternalFailureException"))
        }
        Refused::ServiceUnavailableException(_) => (
            PortFailure::Unavailable,
            Some("ServiceUnavailableException"),
        ),
        Refused::ConflictException(_) => (PortFailure::Unavailable, Some("ConflictException")),
        other => (PortFailure::Unavailable, other.code()),
    };
    PortError {
        failure,
        code: code.map(str::to_owned),
        ..SERVICE.unavailable(OPERATION, "the service ended the stream")
    }
}

/// Puts the answers together.
struct Listener<'a> {
    news: &'a mpsc::Sender<TranscriberEvent>,
    seconds: f64,
    percent: u8,
    segments: Vec<Segment>,
    /// The result that is not decided yet.
    open: Option<String>,
}

impl<'a> Listener<'a> {
    const fn new(news: &'a mpsc::Sender<TranscriberEvent>, seconds: f64) -> Self {
        Self {
            news,
            seconds,
            percent: 0,
            segments: Vec::new(),
            open: None,
        }
    }

    async fn hear(&mut self, result: MedicalResult) {
        let end = result.end_time;
        if result.is_partial {
            self.open = result.result_id;
        } else {
            if self.open == result.result_id {
                self.open = None;
            }
            let first = u32::try_from(self.segments.len()).unwrap_or(u32::MAX);
            for segment in decided(result, first) {
                tell(self.news, TranscriberEvent::Segment(segment.clone())).await;
                self.segments.push(segment);
            }
        }
        // The end is told when it is reached.
        let percent = (end / self.seconds * 100.0).clamp(0.0, 99.0) as u8;
        if percent > self.percent {
            self.percent = percent;
            tell(self.news, TranscriberEvent::Progress(percent)).await;
        }
    }

    /// A stream may also end in good form too early.
    fn all_heard(&self, tape: &Tape) -> Result<(), PortError> {
        if tape.is_played() && self.open.is_none() {
            return Ok(());
        }
        Err(SERVICE.unavailable(OPERATION, "the stream ended before the recording did"))
    }
}

/// A decided result: its first reading, with what the others differ in.
fn decided(result: MedicalResult, first: u32) -> Vec<Segment> {
    let mut readings = result.alternatives.unwrap_or_default().into_iter();
    let best = readings.next().and_then(|reading| reading.items);
    let mut heard = Heard::new(best.unwrap_or_default().into_iter().filter_map(item));
    for reading in readings {
        let words: Vec<String> = reading
            .items
            .unwrap_or_default()
            .into_iter()
            .filter(|item| item.r#type == Some(ItemType::Pronunciation))
            .filter_map(|item| item.content)
            .collect();
        heard.compare(heard.all(), &words);
    }
    heard.into_segments(first)
}

fn item(item: MedicalItem) -> Option<Item> {
    let content = item.content?;
    match item.r#type? {
        ItemType::Punctuation => Some(Item::Mark(content)),
        ItemType::Pronunciation => Some(Item::Word {
            content,
            start: Some(item.start_time),
            end: Some(item.end_time),
            confidence: item.confidence.unwrap_or_default() as f32,
            others: Vec::new(),
        }),
        _ => None,
    }
}
