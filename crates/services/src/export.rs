//! A transcript as a file: plain text, captions, or words with their times.

mod vtt;

use std::str::FromStr;

use seva_model::{
    AppError, Category, Entity, TimedWord, TranscriptDocument, Transcription, TranscriptionId,
    TranscriptionStatus, UserId,
    alignment::{align, tokens},
};

use crate::{
    Services,
    audited::{Action, TRANSCRIPTION},
    errors,
    transcriptions::must_be_complete,
};

/// What a transcript can be had as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportFormat {
    /// The text alone.
    #[default]
    Text,
    /// WebVTT captions, to be shown beside the recording.
    WebVtt,
    /// Text and words as JSON.
    Json,
}

impl FromStr for ExportFormat {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        match text {
            "txt" => Ok(Self::Text),
            "vtt" => Ok(Self::WebVtt),
            "json" => Ok(Self::Json),
            _ => Err(AppError::field("format", "Choose txt, vtt or json.")),
        }
    }
}

impl ExportFormat {
    const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::WebVtt => "vtt",
            Self::Json => "json",
        }
    }

    const fn mime(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::WebVtt => "text/vtt; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// A file to be downloaded.
pub struct TranscriptExport {
    /// Says which dictation it is and nothing of the patient: names of files end in
    /// histories and lists.
    pub file_name: String,
    /// MIME type.
    pub mime: &'static str,
    /// What it holds.
    pub content: String,
}

/// What was found in a text.
pub struct FoundEntities {
    /// Where the dictation stands; there are no entities before it is complete.
    pub status: TranscriptionStatus,
    /// Number of the text they were found in; 0 is what the engine heard.
    pub transcript_version: i32,
    /// Whether finding them failed while the transcript is good.
    pub extraction_failed: bool,
    /// Ordered by offset, without what identifies the patient.
    pub entities: Vec<Entity>,
}

impl Services {
    /// The entities of a dictation's current text. What identifies the patient is
    /// marked in the transcript and listed nowhere.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn list_entities(
        &self,
        user_id: UserId,
        id: TranscriptionId,
    ) -> Result<FoundEntities, AppError> {
        let dictation = self.get_transcription(user_id, id).await?;
        let mut entities = dictation.entities;
        entities.retain(|entity| entity.category != Category::ProtectedHealthInformation);
        Ok(FoundEntities {
            status: dictation.summary.status,
            transcript_version: dictation.transcript_version,
            extraction_failed: dictation.summary.extraction_failed,
            entities,
        })
    }

    /// The current text of a complete dictation as a file. Whoever takes one out
    /// leaves a trace.
    ///
    /// # Errors
    /// `CONFLICT` while the dictation is not complete, `NOT_FOUND`.
    pub async fn export_transcript(
        &self,
        user_id: UserId,
        id: TranscriptionId,
        format: ExportFormat,
    ) -> Result<TranscriptExport, AppError> {
        let dictation = self.get_transcription(user_id, id).await?;
        must_be_complete(&dictation)?;
        let content = match format {
            ExportFormat::Text => format!("{}\n", dictation.transcript),
            ExportFormat::WebVtt => {
                let words = align(&dictation.transcript, &dictation.segments);
                let duration = dictation.summary.duration_seconds;
                vtt::captions(&dictation.transcript, &words, duration)
            }
            ExportFormat::Json => json(&dictation)?,
        };
        self.record(Action::of(
            user_id,
            "transcription.export",
            TRANSCRIPTION,
            id.as_uuid(),
        ))
        .await?;
        Ok(TranscriptExport {
            file_name: format!("transcript-{id}.{}", format.extension()),
            mime: format.mime(),
            content,
        })
    }
}

fn json(dictation: &Transcription) -> Result<String, AppError> {
    let summary = &dictation.summary;
    let document = TranscriptDocument {
        transcription_id: summary.id,
        specialty: summary.specialty,
        language_code: dictation.language_code.clone(),
        duration_seconds: summary.duration_seconds,
        transcript_version: dictation.transcript_version,
        created_at: summary.created_at,
        completed_at: summary.times.completed_at,
        transcript: dictation.transcript.clone(),
        words: timed_words(dictation),
    };
    serde_json::to_string(&document).map_err(|error| {
        errors::report("services", "write a transcript as JSON", &error);
        AppError::internal()
    })
}

fn timed_words(dictation: &Transcription) -> Vec<TimedWord> {
    let heard = align(&dictation.transcript, &dictation.segments);
    let mut heard = heard.iter().peekable();
    let words = tokens(&dictation.transcript).map(|(begin, end, text)| {
        while heard.next_if(|word| word.end <= begin).is_some() {}
        // A reading of several words gives its times to each of them.
        let word = heard.peek().filter(|word| word.begin <= begin);
        TimedWord {
            text: text.to_owned(),
            begin_offset: begin,
            end_offset: end,
            start: word.map(|word| word.start),
            end: word.map(|word| word.stop),
            confidence: word.map(|word| word.confidence),
        }
    });
    words.collect()
}
