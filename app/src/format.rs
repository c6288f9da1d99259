//! Numbers and times as a doctor reads them. Pure functions, the same on the
//! server and in the browser.

use seva_model::{ACCEPTED_EXTENSIONS, MAX_AUDIO_BYTES};

const KB: u64 = 1024;
const MB: u64 = 1024 * KB;

/// A size: "812 bytes", "64 KB", "4.1 MB" (1 MB = 1024 · 1024 bytes, as the
/// upload limit counts).
#[must_use]
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} KB", bytes / KB),
        _ => tenths(bytes * 10 / MB),
    }
}

/// A size above the limit, rounded up: it never reads as the limit itself.
fn size_over(bytes: u64) -> String {
    tenths((bytes * 10).div_ceil(MB))
}

fn tenths(number: u64) -> String {
    format!("{}.{} MB", number / 10, number % 10)
}

/// The most that can be sent, "16 MB".
#[must_use]
pub(crate) fn limit() -> String {
    format!("{} MB", MAX_AUDIO_BYTES / MB)
}

/// How far an upload is: "3.2 of 8.1 MB"; the unit once when it is the same.
#[must_use]
pub(crate) fn size_of(done: u64, total: u64) -> String {
    let (done, total) = (size(done.min(total)), size(total));
    match (done.rsplit_once(' '), total.rsplit_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number} of {total}"),
        _ => format!("{done} of {total}"),
    }
}

/// A length of audio as a clock: "0:46", "12:05", "1:02:03".
#[must_use]
pub(crate) fn clock(seconds: f64) -> String {
    // Saturating: a broken length shows as 0:00.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    let whole = seconds.clamp(0.0, 359_999.0) as u32;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A wait in words: "12 s", "2 min", "1 h 5 min"; rounded up, so that it never
/// promises too much.
#[must_use]
pub(crate) fn wait(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    let seconds = seconds.ceil().clamp(1.0, 359_999.0) as u32;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Seconds until an upload is through, from the bytes that went in the elapsed
/// seconds. `None` in the first moments, when any number would be a guess.
#[must_use]
pub(crate) fn seconds_left(done: u64, total: u64, elapsed: f64) -> Option<f64> {
    const TOO_EARLY: f64 = 0.7;
    if done == 0 || done >= total || elapsed < TOO_EARLY {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (done, total) = (done as f64, total as f64);
    Some((total - done) * elapsed / done)
}

/// Seconds until a stage is through, from its percentage and the seconds since
/// it began; `None` while that would be a guess.
#[must_use]
pub(crate) fn stage_seconds_left(percent: u8, elapsed: f64) -> Option<f64> {
    (8..100)
        .contains(&percent)
        .then(|| seconds_left(u64::from(percent), 100, elapsed))
        .flatten()
}

/// Why a chosen file can't be sent, before a byte of it is. What it really
/// holds is for the server to say.
#[must_use]
pub(crate) fn refuse_file(name: &str, bytes: u64) -> Option<String> {
    if bytes == 0 {
        return Some("This file is empty. Choose the recording again.".to_owned());
    }
    if bytes > MAX_AUDIO_BYTES {
        return Some(format!(
            "This file is {}; at most {} can be sent. Record in shorter parts, or save it as m4a or mp3.",
            size_over(bytes),
            limit()
        ));
    }
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    if !ending.is_some_and(|ending| ACCEPTED_EXTENSIONS.contains(&ending.as_str())) {
        return Some(format!(
            "This file is not a recording SEVA can read. Choose one of: {}.",
            ACCEPTED_EXTENSIONS.join(", ")
        ));
    }
    None
}

/// The path, if it is one of this site; anything that could lead elsewhere is
/// not.
#[cfg_attr(
    not(any(feature = "ssr", test)),
    expect(dead_code, reason = "asked by the server")
)]
#[must_use]
pub(crate) fn own_path(path: Option<&str>) -> Option<&str> {
    path.filter(|path| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    })
}

/// "1 medicine", "4 medicines".
#[must_use]
pub(crate) fn count(number: u32, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1023), "1023 bytes");
        assert_eq!(size(65_536), "64 KB");
        assert_eq!(size(4_299_161), "4.0 MB");
        assert_eq!(size(MAX_AUDIO_BYTES), "16.0 MB");
    }

    #[test]
    fn progress_names_the_unit_once() {
        assert_eq!(size_of(3_355_444, 8_493_466), "3.2 of 8.1 MB");
        assert_eq!(size_of(512, 2_097_152), "512 bytes of 2.0 MB");
        assert_eq!(size_of(9_999_999, 2_097_152), "2.0 of 2.0 MB");
    }

    #[test]
    fn clocks_and_waits() {
        assert_eq!(clock(46.9), "0:46");
        assert_eq!(clock(725.0), "12:05");
        assert_eq!(clock(3723.0), "1:02:03");
        assert_eq!(clock(-1.0), "0:00");
        assert_eq!(clock(f64::NAN), "0:00");
        assert_eq!(wait(0.2), "1 s");
        assert_eq!(wait(61.0), "2 min");
        assert_eq!(wait(3900.0), "1 h 5 min");
    }

    #[test]
    fn no_estimate_before_there_is_ground_for_one() {
        assert_eq!(seconds_left(0, 100, 5.0), None);
        assert_eq!(seconds_left(10, 100, 0.1), None);
        assert_eq!(seconds_left(100, 100, 5.0), None);
        assert_eq!(seconds_left(25, 100, 5.0), Some(15.0));
        assert_eq!(stage_seconds_left(3, 60.0), None);
        assert_eq!(stage_seconds_left(50, 10.0), Some(10.0));
    }

    #[test]
    fn files_are_checked_before_they_are_sent() {
        assert_eq!(refuse_file("visit.M4A", 10), None);
        assert_eq!(refuse_file("visit.wav", MAX_AUDIO_BYTES), None);
        assert!(refuse_file("visit.wav", 0).is_some_and(|s| s.contains("empty")));
        assert!(
            refuse_file("visit.wav", MAX_AUDIO_BYTES + 1)
                .is_some_and(|s| s.contains("16.1 MB; at most 16 MB"))
        );
        assert!(refuse_file("letter.pdf", 10).is_some_and(|s| s.contains("m4a")));
        assert!(refuse_file("m4a", 10).is_some());
    }

    #[test]
    fn only_paths_of_this_site_are_followed() {
        assert_eq!(
            own_path(Some("/dictations/1?x=2")),
            Some("/dictations/1?x=2")
        );
        for path in [
            "",
            "x",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/ä",
        ] {
            assert_eq!(own_path(Some(path)), None, "{path:?}");
        }
        assert_eq!(own_path(None), None);
    }
}
