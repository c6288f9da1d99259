//! The engine on real files. Needs the speech model that `cargo xtask setup` installs.
#![allow(clippy::unwrap_used)]

mod support;

use seva_speech::{
    CancelFlag, Event, Pcm, Segment, SpeechError, TranscribeOptions, Transcript, decode,
};
use support::{ENGINE, fixture, wav};

fn run(pcm: &Pcm, options: &TranscribeOptions) -> (Transcript, Vec<Event>) {
    let mut events = Vec::new();
    let transcript = ENGINE
        .transcribe(
            pcm,
            options,
            &mut |event| events.push(event),
            &CancelFlag::new(),
        )
        .unwrap();
    (transcript, events)
}

fn speech() -> Pcm {
    decode(&fixture("speech.wav"), &CancelFlag::new()).unwrap()
}

fn prompted() -> TranscribeOptions {
    let prompt_terms = ["Metformin", "Amlodipine"].map(str::to_owned).to_vec();
    TranscribeOptions {
        prompt_terms,
        ..TranscribeOptions::default()
    }
}

fn handed_out(events: &[Event]) -> Vec<Segment> {
    let segment = |event: &Event| match event {
        Event::Segment(segment) => Some(segment.clone()),
        Event::Progress { .. } => None,
    };
    events.iter().filter_map(segment).collect()
}

#[test]
fn a_sentence_becomes_words_with_times() {
    let pcm = speech();
    let (transcript, events) = run(&pcm, &prompted());

    let text = transcript.text.to_lowercase();
    for spoken in [
        "starting",
        "metformin",
        "500",
        "twice daily",
        "after food",
        "30 days",
    ] {
        assert!(text.contains(spoken), "{spoken:?} is missing in {text:?}");
    }

    let words: Vec<_> = transcript.words().collect();
    assert!(
        words
            .windows(2)
            .all(|pair| pair[0].end <= pair[1].start + 1e-9),
        "in order"
    );
    assert!(
        words
            .iter()
            .all(|word| word.start <= word.end && word.end <= pcm.seconds())
    );
    assert!(
        words
            .iter()
            .all(|word| (0.0..=1.0).contains(&word.confidence))
    );
    let last = words.last().unwrap();
    assert!(
        (4.2..5.2).contains(&last.end),
        "the last word ends with the sound: {last:?}"
    );

    let mut rest = transcript.text.as_str();
    for word in words {
        let at = rest.find(&word.text).unwrap();
        rest = &rest[at + word.text.len()..];
    }

    assert_eq!(handed_out(&events), transcript.segments);
    let percents: Vec<f32> = events
        .iter()
        .filter_map(|event| match event {
            Event::Progress { percent } => Some(*percent),
            Event::Segment(_) => None,
        })
        .collect();
    assert!(
        percents.is_sorted() && percents.last() == Some(&100.0),
        "{percents:?}"
    );
}

/// A pause, speech, a tone, speech.
fn around_a_tone(radians: f32, seconds: usize) -> Pcm {
    let tone = |count: usize, level: f32| {
        (0..count)
            .map(move |at| level * (at as f32 * radians).sin())
            .collect::<Vec<f32>>()
    };
    let speech = speech();
    let mut samples = tone(3 * 16_000, 0.0);
    samples.extend(speech.samples());
    samples.extend(tone(seconds * 16_000, 0.2));
    samples.extend(tone(16_000, 0.0));
    samples.extend(speech.samples());
    Pcm::from_samples(samples)
}

/// The prompt and the tone change nothing in what was said. Under some of these tones the
/// model writes the sentence a third time; after the one of 0.05, another look at the last
/// tenth of a second would end the process.
#[test]
fn nothing_is_invented_and_nothing_is_dropped_around_a_tone() {
    for (radians, seconds) in [(0.17, 12), (0.17, 4), (0.05, 12), (0.3, 4)] {
        let (transcript, _) = run(&around_a_tone(radians, seconds), &prompted());
        let text = transcript.text.to_lowercase();
        for spoken in ["i am starting", "twice daily", "30 days"] {
            assert_eq!(
                text.matches(spoken).count(),
                2,
                "{radians} {seconds}: {text}"
            );
        }
        let again = 3.0 + 5.2 + seconds as f64;
        let in_tone = |word: &&seva_speech::Word| word.start > 8.5 && word.end < again;
        let in_tone: Vec<_> = transcript.words().filter(in_tone).collect();
        assert!(in_tone.is_empty(), "{radians} {seconds}: {in_tone:?}");
    }
}

/// Somebody speaks, turns away and speaks on, and comes back: every two seconds of that
/// have words.
#[test]
fn no_two_seconds_of_speech_stay_without_a_word() {
    let near = speech();
    let away = near.samples().iter().map(|sample| 0.2 * sample);
    let pause = vec![0.0_f32; 16_000];
    let mut samples = near.samples().to_vec();
    samples.extend(&pause);
    samples.extend(away);
    samples.extend(&pause);
    samples.extend(near.samples());
    let (transcript, _) = run(&Pcm::from_samples(samples), &prompted());
    let text = transcript.text.to_lowercase();
    assert_eq!(text.matches("twice daily").count(), 3, "{text}");

    // The fixture is spoken from its first to its last second.
    for spoken in [0.0, 6.2, 12.4].map(|start| start..start + near.seconds()) {
        let mut heard = spoken.start;
        for word in transcript
            .words()
            .filter(|word| spoken.contains(&word.start))
        {
            assert!(
                word.start - heard < 2.0,
                "{heard} to {}: {text}",
                word.start
            );
            heard = word.end;
        }
        assert!(
            spoken.end - heard < 2.0,
            "{heard} to {}: {text}",
            spoken.end
        );
    }
}

#[test]
fn a_recording_without_speech_gives_no_text() {
    let tone: Vec<f32> = (0..160_000)
        .map(|at| 0.3 * (at as f32 * 0.17).sin())
        .collect();
    for samples in [tone, vec![0.0; 160_000], Vec::new()] {
        let (transcript, events) = run(&Pcm::from_samples(samples), &TranscribeOptions::default());
        assert_eq!(
            (transcript.text.as_str(), handed_out(&events).len()),
            ("", 0)
        );
        assert_eq!(events.last(), Some(&Event::Progress { percent: 100.0 }));
    }
}

/// The file is longer than a piece, so that it is written down in several.
#[test]
fn a_file_gives_what_its_samples_give() {
    let pcm = Pcm::from_samples(speech().samples().repeat(8));
    let (whole, events) = run(&pcm, &prompted());

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.wav");
    let sixteen_bit = |sample: &f32| (sample * 32_768.0).round() as i16;
    let samples: Vec<i16> = pcm.samples().iter().map(sixteen_bit).collect();
    std::fs::write(&file, wav(16_000, &samples)).unwrap();
    let mut of_file = Vec::new();
    let mut on_event = |event| of_file.push(event);
    let cancel = CancelFlag::new();
    let streamed = ENGINE.transcribe_file(&file, &prompted(), &mut on_event, &cancel);
    assert_eq!(streamed.unwrap(), whole);
    assert_eq!(handed_out(&of_file), handed_out(&events));

    let missing = fixture("missing.wav");
    let error = ENGINE.transcribe_file(&missing, &prompted(), &mut |_| {}, &cancel);
    assert_eq!(error.unwrap_err().code(), "AUDIO_IO");
    cancel.cancel();
    let error = ENGINE.transcribe_file(&file, &prompted(), &mut |_| {}, &cancel);
    assert_eq!(error.unwrap_err().code(), "AUDIO_CANCELLED");
}

#[test]
fn what_was_handed_out_is_not_handed_out_again() {
    let pcm = speech();
    let (whole, _) = run(&pcm, &prompted());
    let resume_from = Some(whole.segments.clone());
    let (resumed, events) = run(
        &pcm,
        &TranscribeOptions {
            resume_from,
            ..prompted()
        },
    );
    assert_eq!(resumed, whole);
    assert_eq!(handed_out(&events), []);
}

#[test]
fn a_raised_flag_stops_the_engine_in_the_middle_of_a_piece() {
    // Four pieces, of which not even the first is finished when the flag goes up.
    let pcm = Pcm::from_samples(speech().samples().repeat(20));
    let cancel = CancelFlag::new();
    let mut events = Vec::new();
    let result = ENGINE.transcribe(
        &pcm,
        &TranscribeOptions::default(),
        &mut |event| {
            if matches!(event, Event::Progress { percent } if percent > 0.0) {
                cancel.cancel();
            }
            events.push(event);
        },
        &cancel,
    );
    assert!(matches!(result, Err(SpeechError::Cancelled)), "{result:?}");
    assert_eq!(handed_out(&events), []);
    assert!(cancel.is_cancelled() && events.len() == 2, "{events:?}");
}

#[test]
fn an_unknown_language_and_a_wrong_model_are_named() {
    let options = TranscribeOptions {
        language: Some("doctor".to_owned()),
        ..TranscribeOptions::default()
    };
    let error = ENGINE
        .transcribe(&speech(), &options, &mut |_| {}, &CancelFlag::new())
        .unwrap_err();
    assert_eq!(error.code(), "SPEECH_LANGUAGE");

    let load = |path: &std::path::Path| {
        seva_speech::Engine::load(path, seva_speech::EngineOptions::default())
            .unwrap_err()
            .code()
    };
    assert_eq!(load(&fixture("speech.wav")), "SPEECH_MODEL_INVALID");
    assert_eq!(load(&fixture("missing.bin")), "SPEECH_MODEL_UNREADABLE");
}
