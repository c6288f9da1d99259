/// The largest recording that is accepted, in bytes (16 MiB).
pub const MAX_AUDIO_BYTES: u64 = 16 * 1024 * 1024;

/// File name endings the upload form offers. What a file really is gets decided
/// by its content; `webm` and `ogg` are what browsers record.
pub const ACCEPTED_EXTENSIONS: [&str; 7] = ["wav", "mp3", "flac", "mp4", "m4a", "webm", "ogg"];
