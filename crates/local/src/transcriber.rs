//! Whisper on this machine's processor.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use seva_model::{Language, Segment, Word};
use seva_services::ports::{
    AudioRefused, ObjectError, ObjectStore, PortError, Transcriber, TranscriberError,
    TranscriberEvent, TranscriptionRequest,
};
use seva_speech::{
    AudioError, CancelFlag, Engine, EngineOptions, Event, FileError, SpeechError,
    TranscribeOptions, Transcript,
};
use tokio::sync::{OnceCell, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    failure::Service,
    inspector::{CancelOnDrop, refused},
};

const SERVICE: Service = Service("transcriber");

/// How the engine is set up.
#[derive(Clone, Debug)]
pub struct WhisperOptions {
    /// A GGML model.
    pub model: PathBuf,
    /// Threads of one transcription; `None` takes two, or one on a single core.
    pub threads: Option<usize>,
    /// Directory for the recording while it is decoded.
    pub spool_dir: PathBuf,
    /// Names of medicines to expect, the likeliest first.
    pub prompt_terms: Vec<String>,
}

/// Whisper, loaded when it is first needed, or earlier by [`warm_up`](Self::warm_up).
pub struct WhisperTranscriber {
    objects: Arc<dyn ObjectStore>,
    options: WhisperOptions,
    engine: Arc<OnceCell<Arc<Engine>>>,
    /// Whether the model understands more than English.
    multilingual: OnceCell<bool>,
}

impl WhisperTranscriber {
    /// Reads recordings from `objects`.
    #[must_use]
    pub fn new(objects: Arc<dyn ObjectStore>, options: WhisperOptions) -> Self {
        Self {
            objects,
            options,
            engine: Arc::default(),
            multilingual: OnceCell::new(),
        }
    }

    /// Loads the model, so that the first dictation does not wait for it.
    ///
    /// # Errors
    /// The model is missing or is not one.
    pub async fn warm_up(&self) -> Result<(), PortError> {
        self.engine().await.map(drop)
    }

    async fn engine(&self) -> Result<Arc<Engine>, PortError> {
        let load = || async {
            let model = self.options.model.clone();
            let options = EngineOptions {
                threads: self
                    .options
                    .threads
                    .unwrap_or_else(seva_speech::default_threads),
                ..EngineOptions::default()
            };
            SERVICE
                .blocking("load the model", move || Engine::load(&model, options))
                .await?
                .map(Arc::new)
                .map_err(|error| SERVICE.lasting("load the model", error))
        };
        self.engine.get_or_try_init(load).await.cloned()
    }

    /// Looked up in the model's file: a process that serves pages loads no model.
    async fn is_multilingual(&self) -> Result<bool, PortError> {
        let look = || async {
            let model = self.options.model.clone();
            SERVICE
                .blocking("look at the model", move || {
                    seva_speech::is_multilingual(&model)
                })
                .await?
                .map_err(|error| SERVICE.lasting("look at the model", error))
        };
        self.multilingual.get_or_try_init(look).await.copied()
    }

    /// Copies the recording out of the store; the copy goes when the guard does.
    async fn spool(&self, key: &str) -> Result<SpoolFile, PortError> {
        let file = SpoolFile(
            self.options
                .spool_dir
                .join(format!("{}.audio", Uuid::now_v7())),
        );
        self.objects
            .fetch_to(key, &file.0)
            .await
            .map_err(|error| match error {
                ObjectError::Port(error) => error,
                gone => SERVICE.lasting("fetch the recording", gone),
            })?;
        Ok(file)
    }
}

#[async_trait]
impl Transcriber for WhisperTranscriber {
    async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: mpsc::Sender<TranscriberEvent>,
        cancel: CancellationToken,
    ) -> Result<Vec<Segment>, TranscriberError> {
        let prepare = async { tokio::try_join!(self.engine(), self.spool(&request.audio_key)) };
        let (engine, spool) = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(TranscriberError::Cancelled),
            prepared = prepare => prepared?,
        };
        let options = TranscribeOptions {
            language: language(&request.language_code),
            prompt_terms: self.options.prompt_terms.clone(),
            ..TranscribeOptions::default()
        };
        let flag = CancelFlag::new();
        let guard = CancelOnDrop(flag.clone());
        let work = SERVICE.blocking("transcribe", move || {
            // Whoever waits for this may be gone before the thread is: the file
            // belongs to the thread.
            run(&engine, spool.path(), &options, &news, &flag)
        });
        tokio::pin!(work);
        let result = tokio::select! {
            result = &mut work => result,
            () = cancel.cancelled() => {
                guard.0.cancel();
                work.await
            }
        };
        Ok(result??.segments.into_iter().map(segment).collect())
    }

    /// All of the form's, if the model is multilingual. While there is no model nothing is
    /// transcribed in any language; then English is offered, and each dictation says why it
    /// failed.
    async fn languages(&self) -> &'static [Language] {
        match self.is_multilingual().await {
            Ok(true) => Language::ALL,
            Ok(false) => &[Language::English],
            Err(error) => {
                tracing::warn!(error = %error, source = %error.source, "the languages of the speech model are not known");
                &[Language::English]
            }
        }
    }
}

/// The engine knows languages, not regions: `hi-IN` is `hi`. `und` and `mul` leave it to the
/// engine to hear which one it is.
fn language(code: &str) -> Option<String> {
    let language = code.split('-').next().unwrap_or(code).to_lowercase();
    (!matches!(language.as_str(), "" | "und" | "mul")).then_some(language)
}

fn run(
    engine: &Engine,
    file: &Path,
    options: &TranscribeOptions,
    news: &mpsc::Sender<TranscriberEvent>,
    cancel: &CancelFlag,
) -> Result<Transcript, TranscriberError> {
    let mut told = None;
    let mut tell = |event: Event| {
        let event = match event {
            Event::Progress { percent } => {
                let percent = percent.clamp(0.0, 100.0) as u8;
                if told.replace(percent) == Some(percent) {
                    return;
                }
                TranscriberEvent::Progress(percent)
            }
            Event::Segment(heard) => TranscriberEvent::Segment(segment(heard)),
        };
        // Nobody listens any more: then nobody waits for the result either.
        if news.blocking_send(event).is_err() {
            cancel.cancel();
        }
    };
    engine
        .transcribe_file(file, options, &mut tell, cancel)
        .map_err(failed)
}

fn failed(error: FileError) -> TranscriberError {
    match error {
        FileError::Audio(AudioError::Cancelled) | FileError::Speech(SpeechError::Cancelled) => {
            TranscriberError::Cancelled
        }
        FileError::Audio(AudioError::Io(error)) => SERVICE.passing("decode", error).into(),
        FileError::Audio(error) => TranscriberError::Refused(refused(&error)),
        FileError::Speech(SpeechError::UnknownLanguage(_)) => unsupported(
            "The speech engine does not know the language of this dictation. The recording is kept. Record the dictation in another language.",
        ),
        FileError::Speech(SpeechError::EnglishOnly) => unsupported(
            "The speech engine here understands English only. The recording is kept. Record the dictation in English, or ask whoever runs SEVA for a multilingual model.",
        ),
        FileError::Speech(error @ SpeechError::Engine(_)) => {
            SERVICE.passing("transcribe", error).into()
        }
        FileError::Speech(error) => SERVICE.lasting("transcribe", error).into(),
    }
}

fn unsupported(message: &str) -> TranscriberError {
    TranscriberError::Refused(AudioRefused {
        code: "LANGUAGE_UNSUPPORTED",
        message: message.to_owned(),
    })
}

fn segment(heard: seva_speech::Segment) -> Segment {
    let words = heard.words.into_iter().map(|word| Word {
        text: word.text,
        start: word.start,
        end: word.end,
        confidence: word.confidence as f32,
        alternatives: Vec::new(),
    });
    Segment {
        index: u32::try_from(heard.index).unwrap_or(u32::MAX),
        start: heard.start,
        end: heard.end,
        text: heard.text,
        words: words.collect(),
    }
}

/// A recording outside the store, for as long as it is needed.
struct SpoolFile(PathBuf);

impl SpoolFile {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::error!(%error, "a spooled recording could not be removed");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_goes_to_the_engine_without_its_region() {
        assert_eq!(language("en-IN").as_deref(), Some("en"));
        assert_eq!(language("hi-IN").as_deref(), Some("hi"));
        assert_eq!(language("HI").as_deref(), Some("hi"));
        assert_eq!(language("und"), None);
    }

    #[test]
    fn a_language_that_is_not_understood_is_the_dictations_fault_and_not_the_engines() {
        let unknown = SpeechError::UnknownLanguage("xx".to_owned());
        for error in [unknown, SpeechError::EnglishOnly] {
            let TranscriberError::Refused(refused) = failed(error.into()) else {
                panic!("it is not refused");
            };
            assert_eq!(refused.code, "LANGUAGE_UNSUPPORTED");
            assert!(refused.message.contains("The recording is kept."));
        }
    }
}
