//! Why a job failed, in a doctor's words.
//!
//! The service's reason is a sentence. The documented ones are known here; any
//! other may hold anything, so it is neither shown nor logged: whoever runs SEVA
//! is told what it seems to be about, by one of a few codes.

use seva_services::ports::{AudioRefused, PortFailure};

/// A documented reason, by words that stand in it.
struct Reason {
    says: &'static str,
    code: &'static str,
    message: &'static str,
}

const KNOWN: [Reason; 7] = [
    Reason {
        says: "unsupported media format",
        code: "AUDIO_UNSUPPORTED",
        message: "The speech service cannot read this kind of recording. The recording is kept. Save it as MP3, WAV or FLAC and send that.",
    },
    Reason {
        says: "does not match the detected media format",
        code: "AUDIO_UNSUPPORTED",
        message: "The recording holds another kind of sound than its name says. It is kept. Save it anew as MP3, WAV or FLAC and send that.",
    },
    Reason {
        says: "does not match the detected sample rate",
        code: "AUDIO_DAMAGED",
        message: "The recording does not hold what its header says. It is kept. Save it anew as MP3, WAV or FLAC and send that.",
    },
    Reason {
        says: "invalid sample rate",
        code: "AUDIO_SAMPLE_RATE",
        message: "The recording was made at a rate that the speech service cannot read. It is kept. Save it at 16,000 to 48,000 Hz and send that.",
    },
    Reason {
        says: "file size too large",
        code: "AUDIO_TOO_LARGE",
        message: "The recording is larger than the speech service takes. It is kept. Save it as MP3, or send it in shorter parts.",
    },
    Reason {
        says: "number of channels",
        code: "AUDIO_CHANNELS",
        message: "The recording has more channels than the speech service takes. It is kept. Save it in mono and send that.",
    },
    Reason {
        says: "data in your input file isn't valid",
        code: "AUDIO_DAMAGED",
        message: "The speech service found the recording damaged. It is kept. Listen to it; if it plays, save it anew as MP3 or WAV and send that.",
    },
];

/// What the doctor is told; `None` for a reason that is not about the recording,
/// or not known.
pub(super) fn refusal(reason: &str) -> Option<AudioRefused> {
    let reason = reason.to_lowercase();
    let known = KNOWN.iter().find(|known| reason.contains(known.says))?;
    Some(AudioRefused {
        code: known.code,
        message: known.message.to_owned(),
    })
}

/// What a failure that is not the recording's seems to be about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Class {
    /// For whoever runs SEVA.
    pub(super) code: &'static str,
    /// Whether a fresh job may do better.
    pub(super) failure: PortFailure,
}

/// By words that stand in the reason, the first that does.
const CLASSES: [(&[&str], Class); 4] = [
    (
        &["kms", "encrypt", "decrypt"],
        Class {
            code: "JOB_FAILED_KMS",
            failure: PortFailure::Denied,
        },
    ),
    (
        &["access", "permission", "bucket", "uri", "s3 object"],
        Class {
            code: "JOB_FAILED_BUCKET",
            failure: PortFailure::Denied,
        },
    ),
    (
        &["format", "sample rate", "codec", "channel"],
        Class {
            code: "JOB_FAILED_FORMAT",
            failure: PortFailure::Unavailable,
        },
    ),
    (
        &["internal"],
        Class {
            code: "JOB_FAILED_INTERNAL",
            failure: PortFailure::Unavailable,
        },
    ),
];

/// A reason that is not known may be one of the service's own, so that a fresh job
/// may do better.
const OTHER: Class = Class {
    code: "JOB_FAILED_OTHER",
    failure: PortFailure::Unavailable,
};

/// What a reason seems to be about that no doctor can do anything about.
pub(super) fn class(reason: &str) -> Class {
    let reason = reason.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    let known = CLASSES.iter().find(|(words, _)| says(words));
    known.map_or(OTHER, |(_, class)| *class)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_documented_reason_has_its_sentence() {
        for (reason, code) in [
            ("Unsupported media format.", "AUDIO_UNSUPPORTED"),
            (
                "The media format provided does not match the detected media format.",
                "AUDIO_UNSUPPORTED",
            ),
            ("Invalid sample rate for audio file.", "AUDIO_SAMPLE_RATE"),
            (
                "The sample rate provided does not match the detected sample rate.",
                "AUDIO_DAMAGED",
            ),
            ("Invalid file size: file size too large.", "AUDIO_TOO_LARGE"),
            (
                "Invalid number of channels: number of channels too large.",
                "AUDIO_CHANNELS",
            ),
        ] {
            let refused = refusal(reason).unwrap();
            assert_eq!(refused.code, code, "{reason}");
            assert!(refused.message.contains("is kept"), "{reason}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_repeated() {
        assert!(refusal("Internal Failure").is_none());
        assert!(refusal("Asha Verma has a fever").is_none());
    }

    #[test]
    fn whoever_runs_it_is_told_one_of_a_few_codes() {
        for (reason, code, failure) in [
            (
                "The S3 object that you specified can't be accessed. Make sure that you have read permission.",
                "JOB_FAILED_BUCKET",
                PortFailure::Denied,
            ),
            (
                "The specified bucket does not exist",
                "JOB_FAILED_BUCKET",
                PortFailure::Denied,
            ),
            (
                "Access to the KMS key in S3 was denied",
                "JOB_FAILED_KMS",
                PortFailure::Denied,
            ),
            (
                "Internal Failure",
                "JOB_FAILED_INTERNAL",
                PortFailure::Unavailable,
            ),
            (
                "An unexpected audio codec",
                "JOB_FAILED_FORMAT",
                PortFailure::Unavailable,
            ),
            (
                "Asha Verma has a fever",
                "JOB_FAILED_OTHER",
                PortFailure::Unavailable,
            ),
            ("", "JOB_FAILED_OTHER", PortFailure::Unavailable),
        ] {
            assert_eq!(class(reason), Class { code, failure }, "{reason}");
        }
    }
}
