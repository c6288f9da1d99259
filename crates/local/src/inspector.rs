//! Whether an upload is a usable recording: the same decoder that the
//! transcriber uses looks at the whole file.

use std::{
    path::Path,
    sync::{Arc, LazyLock},
    thread,
};

use async_trait::async_trait;
use seva_services::ports::{AudioFacts, AudioInspector, AudioRefused};
use seva_speech::{AudioError, CancelFlag};
use tokio::sync::Semaphore;

use crate::failure::Service;

const SERVICE: Service = Service("inspector");

/// Decoding keeps a processor busy, and takes memory: fifty at once would end no sooner.
/// More than there are processors, so that a few recordings of hours hold up nobody's
/// twenty seconds.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    Arc::new(Semaphore::new(2 * processors))
});

/// Decides by content, by decoding the file once.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpeechInspector;

#[async_trait]
impl AudioInspector for SpeechInspector {
    async fn inspect(&self, file: &Path) -> Result<AudioFacts, AudioRefused> {
        let file = file.to_owned();
        let cancel = CancelFlag::new();
        // A caller who went away drops this future: the decoder then stops too.
        let guard = CancelOnDrop(cancel.clone());
        // Held until the decoder has stopped, though the caller may be gone by then.
        let turn = Arc::clone(&TURNS).acquire_owned().await;
        let checked = SERVICE
            .blocking("inspect", move || {
                let checked = seva_speech::check(&file, &cancel);
                drop(turn);
                checked
            })
            .await;
        drop(guard);
        match checked {
            Ok(Ok(info)) => Ok(AudioFacts {
                extension: info.format.extension(),
                mime: info.format.mime(),
                duration_seconds: info.duration_seconds,
            }),
            Ok(Err(error)) => Err(refused(&error)),
            // The decoder met something it was not made for, and panicked.
            Err(_) => Err(refused(&AudioError::Damaged)),
        }
    }
}

pub(crate) fn refused(error: &AudioError) -> AudioRefused {
    AudioRefused {
        code: error.code(),
        message: error.to_string(),
    }
}

pub(crate) struct CancelOnDrop(pub(crate) CancelFlag);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
