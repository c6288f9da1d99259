use std::rc::Rc;

use send_wrapper::SendWrapper;
use web_sys::{Blob, File};

use crate::{
    browser::{locks::Held, storage::RecordingId},
    format,
};

/// A recording as the browser keeps it. While one of its clones lives, no other
/// tab offers it.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    /// Its name in the browser's storage.
    pub(super) id: RecordingId,
    /// It is from an earlier visit.
    pub(super) earlier: bool,
    _held: Option<SendWrapper<Rc<Held>>>,
}

impl Recording {
    /// A recording that this tab holds.
    pub(super) fn new(id: RecordingId, earlier: bool, held: Option<Held>) -> Self {
        Self {
            id,
            earlier,
            _held: held.map(|held| SendWrapper::new(Rc::new(held))),
        }
    }
}

/// Audio that is ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Take {
    pub(super) audio: SendWrapper<Blob>,
    /// File name, with the ending.
    pub(super) name: String,
    /// Size.
    pub(super) bytes: u64,
    /// Length, where it is known.
    pub(super) seconds: Option<f64>,
    /// Recorded here, so there is no other copy of it.
    pub(super) recording: Option<Recording>,
}

impl Take {
    /// A recording made here, now or on an earlier visit.
    pub(super) fn recording(audio: Blob, seconds: f64, recording: Recording) -> Self {
        Self {
            name: format!("recording.{}", ending_of(&audio.type_())),
            bytes: bytes(&audio),
            audio: SendWrapper::new(audio),
            seconds: Some(seconds),
            recording: Some(recording),
        }
    }

    /// A chosen file, or the sentence that says why it can't be sent.
    pub(super) fn file(file: &File) -> Result<Self, String> {
        let (name, bytes) = (file.name(), bytes(file));
        if let Some(refusal) = format::refuse_file(&name, bytes) {
            return Err(refusal);
        }
        Ok(Self {
            audio: SendWrapper::new(file.clone().into()),
            name,
            bytes,
            seconds: None,
            recording: None,
        })
    }

    /// The name in the browser's storage, of what was recorded here.
    pub(super) fn id(&self) -> Option<&RecordingId> {
        self.recording.as_ref().map(|recording| &recording.id)
    }

    /// Whether it was recorded on an earlier visit.
    pub(super) fn is_earlier(&self) -> bool {
        self.recording
            .as_ref()
            .is_some_and(|recording| recording.earlier)
    }

    /// What the row calls it.
    pub(super) fn title(&self) -> String {
        match self.seconds {
            Some(seconds) => format!("Recording, {}", format::clock(seconds)),
            None => self.name.clone(),
        }
    }
}

fn bytes(blob: &Blob) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size"
    )]
    let bytes = blob.size().max(0.0) as u64;
    bytes
}

/// The file ending of what a browser recorded.
fn ending_of(mime: &str) -> &'static str {
    match mime.split(';').next().unwrap_or_default() {
        "audio/ogg" => "ogg",
        "audio/mp4" => "m4a",
        _ => "webm",
    }
}

#[cfg(test)]
mod tests {
    use super::ending_of;

    #[test]
    fn a_recording_is_named_by_what_the_browser_made() {
        assert_eq!(ending_of("audio/webm;codecs=opus"), "webm");
        assert_eq!(ending_of("audio/ogg; codecs=opus"), "ogg");
        assert_eq!(ending_of("audio/mp4"), "m4a");
        assert_eq!(ending_of(""), "webm");
    }
}
