//! An engine that hears what a test says, when the test says so.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use seva_model::{Language, Segment, Specialty, TranscriptionId, Word};
use seva_services::ports::{
    AudioFacts, AudioInspector, AudioRefused, Forgotten, PortError, Transcriber, TranscriberError,
    TranscriberEvent, TranscriptionRequest,
};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::failure;

/// Refuses a file that begins with "silence".
pub(crate) struct Inspector;

#[async_trait]
impl AudioInspector for Inspector {
    async fn inspect(&self, file: &Path) -> Result<AudioFacts, AudioRefused> {
        if std::fs::read(file).unwrap().starts_with(b"silence") {
            return Err(AudioRefused {
                code: "AUDIO_SILENT",
                message: "The recording is silent.".to_owned(),
            });
        }
        Ok(AudioFacts {
            extension: "m4a",
            mime: "audio/mp4",
            duration_seconds: 12.5,
        })
    }
}

/// What the transcriber does the next time it is called.
pub(crate) enum Speech {
    /// Hears these sentences, a segment each, one whenever the test allows it.
    Hears(Vec<&'static str>),
    Fails {
        may_retry: bool,
    },
    Refuses,
    Panics,
    /// It is not asked, for so long.
    LeftAlone(Duration),
}

/// What becomes of a wish to forget.
#[derive(Clone, Copy)]
pub(crate) enum Forgetting {
    Gone,
    NotYet,
    Fails,
    /// The process is at it for as long as it lives.
    Hangs,
}

/// Plays its scripts in order, then repeats hearing [`SENTENCES`].
pub(crate) struct ScriptedTranscriber {
    pub(crate) scripts: Mutex<VecDeque<Speech>>,
    /// One permit a segment, and one for the end.
    pub(crate) steps: Semaphore,
    pub(crate) calls: AtomicUsize,
    /// The language it was told at each call.
    pub(crate) told: Mutex<Vec<String>>,
    pub(crate) cancelled: AtomicUsize,
    /// Dictations whose traces outside it was told to remove, in order.
    forgotten: Mutex<Vec<TranscriptionId>>,
    forgetting: Mutex<Forgetting>,
    /// Whether it keeps everything in its process.
    pub(crate) embedded: AtomicBool,
}

pub(crate) const SENTENCES: [&str; 3] = [
    "Mrs. Asha Verma, a 45-year-old female with hypertension.",
    "Start Tylenol 500 mg twice daily, no Vicodin.",
    "Drink water. Review after two weeks.",
];

impl ScriptedTranscriber {
    pub(crate) fn new(steps: usize) -> Self {
        Self {
            scripts: Mutex::default(),
            steps: Semaphore::new(steps),
            calls: AtomicUsize::default(),
            told: Mutex::default(),
            cancelled: AtomicUsize::default(),
            forgotten: Mutex::default(),
            forgetting: Mutex::new(Forgetting::Gone),
            embedded: AtomicBool::default(),
        }
    }

    /// How often it was told to forget the dictation.
    pub(crate) fn forgotten(&self, id: TranscriptionId) -> usize {
        let forgotten = self.forgotten.lock().unwrap();
        forgotten.iter().filter(|it| **it == id).count()
    }

    /// What becomes of a wish to forget from now on.
    pub(crate) fn will(&self, forgetting: Forgetting) {
        *self.forgetting.lock().unwrap() = forgetting;
    }

    pub(crate) fn next(&self, speech: Speech) {
        self.scripts.lock().unwrap().push_back(speech);
    }

    async fn step(&self, cancel: &CancellationToken) -> Result<(), TranscriberError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => {
                self.cancelled.fetch_add(1, Ordering::SeqCst);
                Err(TranscriberError::Cancelled)
            }
            permit = self.steps.acquire() => {
                permit.unwrap().forget();
                Ok(())
            }
        }
    }
}

#[async_trait]
impl Transcriber for ScriptedTranscriber {
    async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: mpsc::Sender<TranscriberEvent>,
        cancel: CancellationToken,
    ) -> Result<Vec<Segment>, TranscriberError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let language = request.language_code.clone();
        self.told.lock().unwrap().push(language);
        let speech = self.scripts.lock().unwrap().pop_front();
        let sentences = match speech {
            None => SENTENCES.to_vec(),
            Some(Speech::Hears(sentences)) => sentences,
            Some(Speech::Fails { may_retry }) => {
                return Err(failure("transcriber", may_retry).into());
            }
            Some(Speech::Refuses) => {
                return Err(TranscriberError::Refused(AudioRefused {
                    code: "AUDIO_REFUSED",
                    message: "The recording can't be used.".to_owned(),
                }));
            }
            Some(Speech::Panics) => panic!("the engine panics"),
            Some(Speech::LeftAlone(again_in)) => {
                return Err(PortError::not_asked("transcriber", "scripted", again_in).into());
            }
        };
        let segments = segments(&sentences);
        for (count, segment) in (1..).zip(&segments) {
            self.step(&cancel).await?;
            let percent = u8::try_from(count * 90 / segments.len()).unwrap();
            let told = async {
                news.send(TranscriberEvent::Segment(segment.clone()))
                    .await?;
                news.send(TranscriberEvent::Progress(percent)).await
            };
            let _ = told.await;
        }
        self.step(&cancel).await?;
        Ok(segments)
    }

    async fn languages(&self) -> &'static [Language] {
        Language::ALL
    }

    /// As of a provider that has jobs for all but one specialty.
    fn leaves_traces(&self, specialty: Specialty) -> bool {
        specialty != Specialty::Urology && !self.embedded.load(Ordering::SeqCst)
    }

    async fn forget(&self, id: TranscriptionId) -> Result<Forgotten, PortError> {
        self.forgotten.lock().unwrap().push(id);
        let forgetting = *self.forgetting.lock().unwrap();
        match forgetting {
            Forgetting::Gone => Ok(Forgotten::Gone),
            Forgetting::NotYet => Ok(Forgotten::NotYet),
            Forgetting::Fails => Err(failure("transcriber", false)),
            Forgetting::Hangs => std::future::pending().await,
        }
    }
}

pub(crate) fn segments(sentences: &[&str]) -> Vec<Segment> {
    let mut at = 0.0;
    (0..)
        .zip(sentences)
        .map(|(index, text)| {
            let start = at;
            let words = text
                .split_whitespace()
                .map(|word| {
                    at += 0.5;
                    Word {
                        text: word.to_owned(),
                        start: at - 0.5,
                        end: at,
                        confidence: 0.75,
                        alternatives: Vec::new(),
                    }
                })
                .collect();
            Segment {
                index,
                start,
                end: at,
                text: (*text).to_owned(),
                words,
            }
        })
        .collect()
}
