use leptos::prelude::*;
use seva_model::{PrescriptionStatus, Stage, TranscriptionStatus, TranscriptionSummary};
use time::OffsetDateTime;

use crate::{clock::seconds_between, format};

/// Where a dictation stands, in a doctor's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// The state.
    pub(crate) words: String,
    /// What belongs to it: time left, what was found, why it failed.
    pub(crate) detail: Option<String>,
    /// Percent, while there is one.
    pub(crate) percent: Option<u8>,
    /// Look of the state; a class, and never the only sign.
    pub(crate) look: &'static str,
}

/// Puts a dictation's state into words, as of `now`; without it there is no
/// estimate of the time left.
pub(crate) fn status_of(dictation: &TranscriptionSummary, now: Option<OffsetDateTime>) -> Status {
    let plain = |words: &str, detail: Option<String>, look| Status {
        words: words.to_owned(),
        detail,
        percent: None,
        look,
    };
    match dictation.status {
        TranscriptionStatus::Pending => {
            plain("Waiting", Some(waiting(dictation.queue_ahead)), "moving")
        }
        TranscriptionStatus::InProgress if dictation.stage == Stage::Extracting => {
            plain("Finding medicines and conditions", None, "moving")
        }
        TranscriptionStatus::InProgress => Status {
            words: "Transcribing".to_owned(),
            detail: dictation
                .times
                .transcribing_at
                .and_then(|since| {
                    format::stage_seconds_left(dictation.progress, seconds_between(since, now?))
                })
                .map(|seconds| format!("{} left", format::wait(seconds))),
            // An engine that can't tell how far it is says 0.
            percent: (dictation.progress > 0).then(|| dictation.progress.min(100)),
            look: "moving",
        },
        TranscriptionStatus::Completed => match dictation.prescription {
            Some((_, PrescriptionStatus::Finalized)) => {
                plain("Prescription signed", None, "signed")
            }
            Some((_, PrescriptionStatus::Draft)) => {
                plain("Prescription drafted", Some(found(dictation)), "ready")
            }
            None => plain("Ready to review", Some(found(dictation)), "ready"),
        },
        TranscriptionStatus::Failed => plain(
            "Failed",
            dictation
                .failure
                .as_ref()
                .map(|failure| failure.message.clone()),
            "failed",
        ),
        TranscriptionStatus::Cancelled => plain("Cancelled", None, "quiet"),
    }
}

fn waiting(ahead: Option<u32>) -> String {
    match ahead {
        None | Some(0) => "Next in line".to_owned(),
        Some(ahead) => format::count(ahead, "dictation ahead", "dictations ahead"),
    }
}

fn found(dictation: &TranscriptionSummary) -> String {
    let medicines = match dictation.medicine_count {
        // None were found because none were looked for.
        _ if dictation.extraction_failed => "Medicines could not be marked".to_owned(),
        0 => "No medicines found".to_owned(),
        number => format::count(number, "medicine", "medicines"),
    };
    match dictation.unsure_count {
        0 => medicines,
        number => format!(
            "{medicines}, {} to check",
            format::count(number, "word", "words")
        ),
    }
}

/// A dictation's state: words, progress, detail.
#[component]
pub(crate) fn StatusLine(#[prop(into)] dictation: Signal<TranscriptionSummary>) -> impl IntoView {
    // Server and browser must draw the same first, and their clocks differ.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let status = Memo::new(move |_| {
        let now = alive.get().then(OffsetDateTime::now_utc);
        status_of(&dictation.get(), now)
    });
    view! {
        <span class="status" data-look=move || status.with(|s| s.look)>
            <span class="status__words">{move || status.with(|s| s.words.clone())}</span>
            {move || status.with(|s| s.percent).is_some().then(|| view! {
                <progress class="progress" max="100" aria-label="Transcribed"
                    prop:value=move || status.with(|s| s.percent.unwrap_or(100)).to_string()
                    value=status.with_untracked(|s| s.percent.unwrap_or(100)).to_string()
                ></progress>
                <span class="status__percent">{move || status.with(|s| s.percent.map(|p| format!("{p} %")))}</span>
            })}
            {move || status.with(|s| s.detail.clone()).map(|detail| view! {
                <span class="status__detail">{detail}</span>
            })}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use seva_model::{Specialty, StageTimes, TranscriptionId};
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 10:00 UTC);

    fn dictation(status: TranscriptionStatus, stage: Stage) -> TranscriptionSummary {
        TranscriptionSummary {
            id: TranscriptionId::generate(),
            status,
            stage,
            progress: 0,
            queue_ahead: None,
            failure: None,
            patient_name: None,
            specialty: Specialty::PrimaryCare,
            duration_seconds: 46.0,
            medicine_count: 0,
            extraction_failed: false,
            unsure_count: 0,
            prescription: None,
            version: 1,
            created_at: NOW,
            times: StageTimes::default(),
        }
    }

    #[test]
    fn a_running_dictation_says_how_far_and_how_long() {
        let mut it = dictation(TranscriptionStatus::InProgress, Stage::Transcribing);
        it.progress = 50;
        it.times.transcribing_at = Some(NOW - Duration::seconds(30));
        let status = status_of(&it, Some(NOW));
        assert_eq!(status.percent, Some(50));
        assert_eq!(status.detail.as_deref(), Some("30 s left"));
    }

    #[test]
    fn a_running_dictation_pretends_no_percentage() {
        let it = dictation(TranscriptionStatus::InProgress, Stage::Transcribing);
        assert_eq!(status_of(&it, Some(NOW)).percent, None);
    }

    #[test]
    fn a_waiting_dictation_says_its_place() {
        let mut it = dictation(TranscriptionStatus::Pending, Stage::Queued);
        it.queue_ahead = Some(2);
        assert_eq!(
            status_of(&it, Some(NOW)).detail.as_deref(),
            Some("2 dictations ahead")
        );
        it.queue_ahead = Some(0);
        assert_eq!(
            status_of(&it, Some(NOW)).detail.as_deref(),
            Some("Next in line")
        );
    }

    #[test]
    fn a_finished_dictation_says_what_was_found() {
        let mut it = dictation(TranscriptionStatus::Completed, Stage::Done);
        it.medicine_count = 4;
        it.unsure_count = 1;
        assert_eq!(
            status_of(&it, Some(NOW)).detail.as_deref(),
            Some("4 medicines, 1 word to check")
        );
    }

    #[test]
    fn a_dictation_whose_entities_are_unknown_does_not_say_there_are_none() {
        let mut it = dictation(TranscriptionStatus::Completed, Stage::Done);
        it.extraction_failed = true;
        let status = status_of(&it, Some(NOW));
        assert_eq!(status.words, "Ready to review");
        assert_eq!(
            status.detail.as_deref(),
            Some("Medicines could not be marked")
        );
    }
}
