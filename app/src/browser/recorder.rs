//! Records the microphone with `MediaRecorder`, and tells how loud it is.

use std::cell::RefCell;

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AnalyserNode, AudioContext, Blob, BlobEvent, DomException, Event, MediaRecorder,
    MediaRecorderOptions, MediaStream, MediaStreamConstraints, MediaStreamTrack, RecordingState,
};

/// How often a piece of the recording is handed over, milliseconds.
const PIECE_MS: i32 = 1000;

/// Enough for speech, small on a phone's network.
const BITS_PER_SECOND: u32 = 48_000;

/// Formats in order of preference; what a browser records, the server reads.
const FORMATS: [&str; 4] = [
    "audio/webm;codecs=opus",
    "audio/ogg;codecs=opus",
    "audio/mp4",
    "audio/webm",
];

/// Why there is no recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecorderError {
    /// The browser can't record, or the page is not served safely.
    Unsupported,
    /// The doctor, or the browser, said no.
    Denied,
    /// There is no microphone.
    NoMicrophone,
    /// Another program holds it, or it broke.
    Failed,
}

impl RecorderError {
    /// What happened and what to do.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::Unsupported => {
                "This browser can't record here. Record with another app and choose the file."
            }
            Self::Denied => {
                "The microphone is not allowed. Allow it beside the address of this page, then press Record again."
            }
            Self::NoMicrophone => {
                "No microphone was found. Connect one and press Record again, or choose a file."
            }
            Self::Failed => {
                "The microphone could not be used. Close other programs that use it and press Record again."
            }
        }
    }

    fn from_js(error: &JsValue) -> Self {
        match error
            .dyn_ref::<DomException>()
            .map(DomException::name)
            .as_deref()
        {
            Some("NotAllowedError" | "SecurityError") => Self::Denied,
            Some("NotFoundError" | "OverconstrainedError") => Self::NoMicrophone,
            _ => Self::Failed,
        }
    }
}

/// What a recorder reports.
pub(crate) enum RecorderEvent {
    /// Another piece of audio, about a second.
    Piece(Blob),
    /// The last piece was handed over.
    Stopped,
    /// The microphone went away in the middle.
    Lost,
}

/// A running recording; dropping it releases the microphone.
pub(crate) struct Recorder {
    recorder: MediaRecorder,
    stream: MediaStream,
    context: AudioContext,
    analyser: AnalyserNode,
    samples: RefCell<Vec<f32>>,
    _on_piece: Closure<dyn FnMut(BlobEvent)>,
    _on_stop: Closure<dyn FnMut(Event)>,
    _on_lost: Closure<dyn FnMut(Event)>,
}

impl Recorder {
    /// Asks for the microphone and begins.
    pub(crate) async fn start(
        on_event: impl Fn(RecorderEvent) + Clone + 'static,
    ) -> Result<Self, RecorderError> {
        let stream = microphone().await?;
        Self::on_stream(&stream, on_event).map_err(|_| {
            release(&stream);
            RecorderError::Unsupported
        })
    }

    fn on_stream(
        stream: &MediaStream,
        on_event: impl Fn(RecorderEvent) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let options = MediaRecorderOptions::new();
        options.set_audio_bits_per_second(BITS_PER_SECOND);
        if let Some(format) = FORMATS
            .into_iter()
            .find(|f| MediaRecorder::is_type_supported(f))
        {
            options.set_mime_type(format);
        }
        let recorder =
            MediaRecorder::new_with_media_stream_and_media_recorder_options(stream, &options)?;

        let on_piece = Closure::<dyn FnMut(BlobEvent)>::new({
            let on_event = on_event.clone();
            move |event: BlobEvent| {
                if let Some(piece) = event.data().filter(|piece| piece.size() > 0.0) {
                    on_event(RecorderEvent::Piece(piece));
                }
            }
        });
        let on_stop = Closure::<dyn FnMut(Event)>::new({
            let on_event = on_event.clone();
            move |_| on_event(RecorderEvent::Stopped)
        });
        let on_lost = Closure::<dyn FnMut(Event)>::new(move |_| on_event(RecorderEvent::Lost));
        recorder.set_ondataavailable(Some(on_piece.as_ref().unchecked_ref()));
        recorder.set_onstop(Some(on_stop.as_ref().unchecked_ref()));
        for track in tracks(stream) {
            track.set_onended(Some(on_lost.as_ref().unchecked_ref()));
        }

        let context = AudioContext::new()?;
        let analyser = context.create_analyser()?;
        analyser.set_fft_size(1024);
        context
            .create_media_stream_source(stream)?
            .connect_with_audio_node(&analyser)?;
        recorder.start_with_time_slice(PIECE_MS)?;
        let samples = RefCell::new(vec![0.0; analyser.fft_size() as usize]);
        Ok(Self {
            recorder,
            stream: stream.clone(),
            context,
            analyser,
            samples,
            _on_piece: on_piece,
            _on_stop: on_stop,
            _on_lost: on_lost,
        })
    }

    /// Stops listening for a while.
    pub(crate) fn pause(&self) {
        // Fails only when it is not recording, and then nothing is to be done.
        let _ = self.recorder.pause();
    }

    /// Goes on after a pause.
    pub(crate) fn resume(&self) {
        let _ = self.recorder.resume();
    }

    /// Ends the recording; the last piece and `Stopped` follow.
    pub(crate) fn stop(&self) {
        if self.recorder.state() != RecordingState::Inactive {
            let _ = self.recorder.stop();
        }
    }

    /// Loudness of the last 20 ms or so, root mean square, 0 to 1.
    pub(crate) fn loudness(&self) -> f32 {
        let mut samples = self.samples.borrow_mut();
        self.analyser.get_float_time_domain_data(&mut samples);
        let squares: f32 = samples.iter().map(|sample| sample * sample).sum();
        #[expect(clippy::cast_precision_loss, reason = "a thousand or so")]
        let count = samples.len().max(1) as f32;
        (squares / count).sqrt()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.recorder.set_ondataavailable(None);
        self.recorder.set_onstop(None);
        for track in tracks(&self.stream) {
            track.set_onended(None);
        }
        release(&self.stream);
        let _ = self.context.close();
    }
}

async fn microphone() -> Result<MediaStream, RecorderError> {
    let devices = leptos::prelude::window()
        .navigator()
        .media_devices()
        .ok()
        .filter(|devices| !devices.is_undefined())
        .ok_or(RecorderError::Unsupported)?;
    let wishes = js_sys::Object::new();
    for (name, value) in [
        ("channelCount", JsValue::from(1)),
        ("echoCancellation", JsValue::from(true)),
        ("noiseSuppression", JsValue::from(true)),
        ("autoGainControl", JsValue::from(true)),
    ] {
        // Setting a property of a fresh object can't fail.
        let _ = Reflect::set(&wishes, &name.into(), &value);
    }
    let constraints = MediaStreamConstraints::new();
    constraints.set_audio(&wishes);
    let asked = devices
        .get_user_media_with_constraints(&constraints)
        .map_err(|error| RecorderError::from_js(&error))?;
    JsFuture::from(asked)
        .await
        .map(JsCast::unchecked_into)
        .map_err(|error| RecorderError::from_js(&error))
}

fn tracks(stream: &MediaStream) -> impl Iterator<Item = MediaStreamTrack> {
    let tracks: Array = stream.get_audio_tracks();
    tracks.into_iter().map(JsCast::unchecked_into)
}

fn release(stream: &MediaStream) {
    for track in tracks(stream) {
        track.stop();
    }
}
