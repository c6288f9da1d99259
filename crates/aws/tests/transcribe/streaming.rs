//! Streams, against generated frames over HTTP/2.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use seva_aws::{Playing, Recordings, TranscribeMedical};
use seva_model::{Segment, Specialty};
use seva_services::ports::{
    ObjectStore as _, PortFailure, Transcriber, TranscriberError, TranscriberEvent,
    TranscriptionRequest,
};
use seva_testkit::contracts;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    bench::{Bench, Outcome, in_time, port_failure, request, run},
    log::Log,
    stream_server::{REQUEST_ID, Step, StreamServer},
};

/// A second of sound, in bytes.
const SECOND: usize = 32_000;

struct World {
    server: StreamServer,
    transcriber: TranscribeMedical,
    bench: Bench,
}

impl World {
    async fn new(script: Vec<Step>) -> Self {
        Self::over(StreamServer::new(script).await, Playing::default().silence).await
    }

    async fn over(server: StreamServer, silence: Duration) -> Self {
        let bench = Bench::new().await;
        let pace = bench.options(Recordings::Elsewhere, "unused").playing.pace;
        let playing = Playing { pace, silence };
        Self {
            transcriber: transcriber(&bench, &server, playing).await,
            server,
            bench,
        }
    }

    async fn pace(&mut self, pace: f64) {
        let playing = Playing {
            pace,
            ..Playing::default()
        };
        self.transcriber = transcriber(&self.bench, &self.server, playing).await;
    }

    async fn run(&self) -> (Outcome, Vec<TranscriberEvent>) {
        run(&self.transcriber, &request(Specialty::Cardiology)).await
    }
}

async fn transcriber(bench: &Bench, server: &StreamServer, playing: Playing) -> TranscribeMedical {
    let mut options = bench.options(Recordings::Elsewhere, "unused");
    options.playing = playing;
    bench.transcriber(&server.clients().await, options)
}

/// A result in the service's form: its readings, each as words with their starts.
fn result(id: &str, partial: bool, readings: &[&str], start: f64) -> Value {
    let readings = readings.iter().map(|reading| {
        let mut at = start;
        let mut items = Vec::new();
        for word in reading.split(' ') {
            let said = word.trim_end_matches(['.', ',']);
            let mut item = json!({"Content": said, "Type": "pronunciation", "StartTime": at, "EndTime": at + 0.25});
            if !partial {
                item["Confidence"] = json!(0.75);
            }
            items.push(item);
            at += 0.25;
            if said != word {
                items.push(json!({"Content": &word[said.len()..], "Type": "punctuation", "StartTime": at, "EndTime": at}));
            }
        }
        json!({"Transcript": reading, "Items": items})
    });
    let readings: Vec<_> = readings.collect();
    let words = readings[0]["Items"].as_array().unwrap();
    let end = words.last().unwrap()["EndTime"].clone();
    json!({"ResultId": id, "IsPartial": partial, "StartTime": start, "EndTime": end, "Alternatives": readings})
}

fn script() -> Vec<Step> {
    vec![
        Step::Hears(SECOND),
        Step::Says(result("one", true, &["Pain."], 0.5)),
        Step::Says(result("one", true, &["The pay"], 0.5)),
        Step::Says(result(
            "one",
            false,
            &["The patient, has a murmur.", "The patient has a murder."],
            0.5,
        )),
        Step::HearsAll,
        Step::Says(result("two", true, &["No"], 4.0)),
        Step::Says(result("two", false, &["No oedema. Review soon."], 4.0)),
        Step::Ends,
    ]
}

#[async_trait]
impl contracts::SpeechWorld for World {
    fn transcriber(&self) -> &dyn Transcriber {
        &self.transcriber
    }

    async fn speech(&self) -> TranscriptionRequest {
        request(Specialty::Oncology)
    }

    async fn missing(&self) -> TranscriptionRequest {
        TranscriptionRequest {
            audio_key: "audio/user/missing.m4a".to_owned(),
            ..request(Specialty::Oncology)
        }
    }
}

#[tokio::test]
async fn streams_keep_the_contract() {
    contracts::transcriber(async || World::new(script()).await).await;
}

#[tokio::test]
async fn decided_results_become_segments_and_the_sound_arrives_whole() {
    let world = World::new(script()).await;
    let (outcome, news) = world.run().await;
    let segments = outcome.unwrap();
    let texts: Vec<_> = segments
        .iter()
        .map(|s| (s.index, s.start, s.text.as_str()))
        .collect();
    assert_eq!(
        texts,
        [
            (0, 0.5, "The patient, has a murmur."),
            (1, 4.0, "No oedema."),
            (2, 4.5, "Review soon."),
        ]
    );
    assert_eq!(segments[0].words[4].alternatives, ["murder"]);
    assert_eq!(segments[0].words[4].confidence, 0.75);
    let told: Vec<Segment> = news
        .iter()
        .filter_map(|event| match event {
            TranscriberEvent::Segment(segment) => Some(segment.clone()),
            TranscriberEvent::Progress(_) => None,
        })
        .collect();
    assert_eq!(told, segments);
    let percentages: Vec<_> = news
        .iter()
        .filter_map(|event| match event {
            TranscriberEvent::Progress(percent) => Some(*percent),
            TranscriberEvent::Segment(_) => None,
        })
        .collect();
    assert!(
        percentages.is_sorted() && percentages.len() > 3,
        "{percentages:?}"
    );
    assert_eq!(percentages.last(), Some(&100));

    let heard = world.server.until(|heard| heard.ended).await;
    let seconds = heard.sound.len() as f64 / SECOND as f64;
    let expected = request(Specialty::Cardiology).duration_seconds;
    assert!(
        (seconds - expected).abs() < 0.2,
        "{seconds} of {expected} s"
    );
    assert_eq!(heard.longest, SECOND / 10, "a tenth of a second a message");
    let loudest = heard
        .sound
        .chunks_exact(2)
        .map(|b| i16::from_le_bytes([b[0], b[1]]).unsigned_abs())
        .max();
    assert!(loudest > Some(1000), "it is speech: {loudest:?}");
    for (name, value) in [
        ("x-amzn-transcribe-specialty", "CARDIOLOGY"),
        ("x-amzn-transcribe-type", "DICTATION"),
        ("x-amzn-transcribe-language-code", "en-US"),
        ("x-amzn-transcribe-sample-rate", "16000"),
        ("x-amzn-transcribe-media-encoding", "pcm"),
    ] {
        assert_eq!(heard.headers[name], value);
    }
}

#[tokio::test]
async fn an_exception_in_mid_stream_keeps_its_name_and_kind() {
    for (name, message, failure) in [
        ("LimitExceededException", "", PortFailure::Throttled),
        ("InternalFailureException", "", PortFailure::Unavailable),
        ("ServiceUnavailableException", "", PortFailure::Unavailable),
        ("BadRequestException", "Asha Verma", PortFailure::Broken),
        (
            "BadRequestException",
            "Your request timed out because no new audio was received for 15 seconds.",
            PortFailure::TimedOut,
        ),
    ] {
        let mut steps = script();
        steps.truncate(4);
        steps.push(Step::Refuses(name, message));
        let world = World::new(steps).await;
        let (log, _until_the_end) = Log::listen();
        let (outcome, news) = world.run().await;
        let error = port_failure(outcome);
        assert_eq!(
            (error.failure, error.code.as_deref()),
            (failure, Some(name)),
            "{error:?}"
        );
        assert_eq!(error.request_id.as_deref(), Some(REQUEST_ID));
        let lines = log.lines("the stream broke off");
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line = &lines[0];
        assert_eq!(line["failure"], format!("{failure:?}"));
        assert_eq!(
            (&line["service"], &line["code"], &line["request_id"]),
            (&json!("transcribe"), &json!(name), &json!(REQUEST_ID))
        );
        assert!(line["milliseconds"].is_u64(), "{line}");
        assert!(!line.to_string().contains("Asha"));
        assert!(!format!("{error:?}").contains("Asha"));
        let told = news
            .iter()
            .filter(|event| matches!(event, TranscriberEvent::Segment(_)));
        assert_eq!(told.count(), 1, "what was decided before it was told");
    }
}

#[tokio::test]
async fn a_stream_that_came_to_its_end_is_a_line() {
    let world = World::new(script()).await;
    let (log, _until_the_end) = Log::listen();
    world.run().await.0.unwrap();
    let lines = log.lines("the stream came to its end");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["request_id"], REQUEST_ID);
    assert_eq!(lines[0]["operation"], "StartMedicalStreamTranscription");
    assert!(lines[0]["milliseconds"].is_u64());
}

#[tokio::test]
async fn a_stream_that_breaks_may_be_tried_again() {
    // The slow ones are broken off long before the end of the sound.
    let (fast, slow) = (1000.0, 2.0);
    for (steps, pace, what) in [
        (
            vec![Step::Hears(SECOND), Step::Resets],
            slow,
            "reset before an answer",
        ),
        (
            [&script()[..4], &[Step::Resets]].concat(),
            slow,
            "reset in the middle",
        ),
        (
            [&script()[..4], &[Step::Ends]].concat(),
            slow,
            "ended before the sound",
        ),
        (
            [&script()[..6], &[Step::Ends]].concat(),
            fast,
            "ended with words undecided",
        ),
    ] {
        let mut world = World::new(steps).await;
        world.pace(pace).await;
        let error = port_failure(world.run().await.0);
        assert!(error.may_retry(), "{what}: {error:?}");
        in_time(world.server.until(|heard| heard.closed)).await;
    }
}

#[tokio::test]
async fn a_refused_stream_is_throttled_or_denied_before_it_begins() {
    for (status, name, failure) in [
        (429, "LimitExceededException", PortFailure::Throttled),
        (403, "AccessDeniedException", PortFailure::Denied),
        (503, "ServiceUnavailableException", PortFailure::Unavailable),
    ] {
        let server = StreamServer::refusing(status, name).await;
        let world = World::over(server, Playing::default().silence).await;
        let error = port_failure(world.run().await.0);
        assert_eq!(
            (error.failure, error.code.as_deref()),
            (failure, Some(name))
        );
    }
}

#[tokio::test]
async fn a_stream_that_stands_still_is_given_up() {
    let silence = Duration::from_millis(200);
    for server in [
        StreamServer::deaf().await,
        StreamServer::new(vec![Step::HearsAll, Step::Hangs]).await,
    ] {
        let world = World::over(server, silence).await;
        let error = port_failure(world.run().await.0);
        assert_eq!(error.failure, PortFailure::TimedOut);
    }
}

#[tokio::test]
async fn a_cancellation_closes_the_stream() {
    let mut steps = script();
    steps.truncate(4);
    steps.push(Step::Hangs);
    let mut world = World::new(steps).await;
    // Slow enough that most of the sound is still to come.
    world.pace(2.0).await;
    let cancel = CancellationToken::new();
    let (sender, mut receiver) = mpsc::channel(1);
    let stop = cancel.clone();
    let stopping = async {
        while !matches!(receiver.recv().await, Some(TranscriberEvent::Segment(_))) {}
        stop.cancel();
        while receiver.recv().await.is_some() {}
    };
    let request = request(Specialty::Radiology);
    let work = world.transcriber.transcribe(&request, sender, cancel);
    let (outcome, ()) = in_time(async { tokio::join!(work, stopping) }).await;
    assert!(matches!(outcome, Err(TranscriberError::Cancelled)));
    let heard = in_time(world.server.until(|heard| heard.closed)).await;
    let seconds = heard.sound.len() as f64 / SECOND as f64;
    assert!(
        seconds < request.duration_seconds / 2.0,
        "{seconds} s were sent"
    );
}

/// Only its end shows that a recording was cut short.
#[tokio::test]
async fn a_recording_that_turns_out_to_be_cut_short_is_refused() {
    let world = World::new(vec![Step::HearsAll, Step::Ends]).await;
    let mut flac = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../speech/tests/fixtures/speech.flac"
    ))
    .unwrap();
    flac.truncate(flac.len() / 2);
    let key = "audio/user/cut.flac";
    let put = world
        .bench
        .objects
        .put_bytes(key, flac.into(), "audio/flac");
    put.await.unwrap();
    let request = TranscriptionRequest {
        audio_key: key.to_owned(),
        ..request(Specialty::Neurology)
    };
    match run(&world.transcriber, &request).await.0 {
        Err(TranscriberError::Refused(refused)) => assert_eq!(refused.code, "AUDIO_TRUNCATED"),
        other => panic!("{other:?}"),
    }
    let heard = world.server.until(|heard| heard.ended).await;
    assert!(
        heard.sound.len() > SECOND,
        "it was played as far as it goes"
    );
}

#[tokio::test]
async fn a_file_that_is_no_recording_is_refused() {
    let world = World::new(script()).await;
    let key = "audio/user/letter.m4a";
    let letter = bytes::Bytes::from_static(b"Dear colleague");
    world
        .bench
        .objects
        .put_bytes(key, letter, "audio/mp4")
        .await
        .unwrap();
    let request = TranscriptionRequest {
        audio_key: key.to_owned(),
        ..request(Specialty::Neurology)
    };
    match run(&world.transcriber, &request).await.0 {
        Err(TranscriberError::Refused(refused)) => assert_eq!(refused.code, "AUDIO_UNSUPPORTED"),
        other => panic!("{other:?}"),
    }
}
