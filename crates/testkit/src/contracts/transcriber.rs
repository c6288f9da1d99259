use async_trait::async_trait;
use seva_model::{Language, Segment};
use seva_services::ports::{
    Forgotten, Transcriber, TranscriberError, TranscriberEvent, TranscriptionRequest,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A transcriber with recordings in its object store.
#[async_trait]
pub trait SpeechWorld: Send + Sync {
    /// The adapter.
    fn transcriber(&self) -> &dyn Transcriber;

    /// A stored recording in which somebody speaks, of any length above a few
    /// seconds.
    async fn speech(&self) -> TranscriptionRequest;

    /// A request whose recording is not in the store.
    async fn missing(&self) -> TranscriptionRequest;
}

/// Runs the whole contract of [`Transcriber`].
///
/// # Panics
/// At the first promise that is not kept.
pub async fn transcriber<W: SpeechWorld>(make: impl AsyncFn() -> W) {
    let world = make().await;
    speech_becomes_words_with_times(&world).await;
    a_cancelled_transcription_ends_as_cancelled(&world).await;
    a_missing_recording_is_an_error(&world).await;
    what_is_offered_is_understood_and_the_rest_is_refused(&make().await).await;
}

struct News {
    progress: Vec<u8>,
    segments: Vec<Segment>,
}

async fn run(
    world: &impl SpeechWorld,
    request: &TranscriptionRequest,
    cancel: CancellationToken,
    cancel_at_first_news: bool,
) -> (Result<Vec<Segment>, TranscriberError>, News) {
    // A small channel: the adapter has to cope with a slow reader.
    let (sender, mut receiver) = mpsc::channel(1);
    let stop = cancel.clone();
    let listen = async {
        let mut news = News {
            progress: Vec::new(),
            segments: Vec::new(),
        };
        while let Some(event) = receiver.recv().await {
            match event {
                TranscriberEvent::Progress(percent) => news.progress.push(percent),
                TranscriberEvent::Segment(segment) => news.segments.push(segment),
            }
            if cancel_at_first_news {
                stop.cancel();
            }
        }
        news
    };
    tokio::join!(
        world.transcriber().transcribe(request, sender, cancel),
        listen
    )
}

async fn speech_becomes_words_with_times(world: &impl SpeechWorld) {
    let request = world.speech().await;
    let (result, news) = run(world, &request, CancellationToken::new(), false).await;
    let segments = result.expect("a transcript");
    assert!(
        segments.iter().any(|segment| !segment.text.is_empty()),
        "words were heard"
    );
    assert_eq!(
        news.segments, segments,
        "the news tell all segments, in order"
    );
    assert!(!news.progress.is_empty(), "progress is told");
    assert!(
        news.progress.is_sorted(),
        "progress never falls: {:?}",
        news.progress
    );
    assert!(news.progress.iter().all(|percent| *percent <= 100));

    let mut now = 0.0;
    for (place, segment) in segments.iter().enumerate() {
        assert_eq!(segment.index as usize, place);
        assert_eq!(segment.text, segment.text.trim());
        assert!(segment.start <= segment.end && segment.start >= 0.0);
        let words: Vec<&str> = segment
            .words
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        assert_eq!(
            words.concat().split_whitespace().collect::<String>(),
            segment.text.split_whitespace().collect::<String>(),
            "the words are the text"
        );
        for word in &segment.words {
            assert!(word.start >= now, "words come in order");
            assert!(word.end >= word.start);
            assert!(
                word.end <= request.duration_seconds + 0.5,
                "no word ends behind the recording"
            );
            assert!((0.0..=1.0).contains(&word.confidence));
            now = word.start;
        }
    }
    what_has_ended_is_forgotten_at_once(world, &request).await;
}

async fn what_has_ended_is_forgotten_at_once(
    world: &impl SpeechWorld,
    request: &TranscriptionRequest,
) {
    let transcriber = world.transcriber();
    if !transcriber.leaves_traces(request.specialty) {
        return;
    }
    // Whoever lost the answer asks again.
    for _ in 0..2 {
        let forgotten = transcriber.forget(request.id).await;
        assert_eq!(forgotten.expect("it is forgotten"), Forgotten::Gone);
    }
}

async fn a_cancelled_transcription_ends_as_cancelled(world: &impl SpeechWorld) {
    let request = world.speech().await;
    let before = CancellationToken::new();
    before.cancel();
    let (result, _) = run(world, &request, before, false).await;
    assert!(
        matches!(result, Err(TranscriberError::Cancelled)),
        "cancelled before it began"
    );

    let (result, _) = run(world, &request, CancellationToken::new(), true).await;
    // News may come with the very end, when there is nothing left to cancel.
    assert!(
        matches!(result, Err(TranscriberError::Cancelled) | Ok(_)),
        "cancelled while it ran: {result:?}"
    );
}

async fn a_missing_recording_is_an_error(world: &impl SpeechWorld) {
    let request = world.missing().await;
    let (result, news) = run(world, &request, CancellationToken::new(), false).await;
    assert!(
        matches!(
            result,
            Err(TranscriberError::Port(_) | TranscriberError::Refused(_))
        ),
        "a missing recording gives an error: {result:?}"
    );
    assert!(news.segments.is_empty());
}

async fn what_is_offered_is_understood_and_the_rest_is_refused(world: &impl SpeechWorld) {
    let offered = world.transcriber().languages().await;
    assert_eq!(
        offered.first(),
        Some(&Language::English),
        "English is offered, and first"
    );
    let of_the_form = Language::ALL
        .iter()
        .map(|language| (language.as_str(), offered.contains(language)));
    // Nobody speaks the last.
    for (code, understood) in of_the_form.chain([("zz", false)]) {
        let request = TranscriptionRequest {
            language_code: code.to_owned(),
            ..world.speech().await
        };
        let (result, _) = run(world, &request, CancellationToken::new(), false).await;
        match result {
            // Who knows one language need not find out which it is.
            Ok(_) => assert!(
                understood || code == Language::Undetermined.as_str(),
                "{code} is not offered, and understood"
            ),
            Err(TranscriberError::Refused(refused)) => {
                assert_eq!(refused.code, "LANGUAGE_UNSUPPORTED", "{code}");
                assert!(!understood, "{code} is offered, and refused");
            }
            Err(error) => panic!("{code}: {error}"),
        }
    }
}
