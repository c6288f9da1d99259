//! The recording in parts, as a player asks for it.

use reqwest::{Method, Response, StatusCode};

use crate::support::{Browser, recordings, spawn_web};

async fn part(doctor: &Browser, id: &str, range: &str) -> Response {
    let path = format!("/api/v1/transcriptions/{id}/audio");
    let request = doctor.request(Method::GET, &path).header("range", range);
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recording_comes_back_whole_and_in_any_part() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let recording = recordings::sample();
    let length = recording.len();
    let id = doctor.dictate("a.m4a", recording.clone()).await;

    let whole = doctor
        .get(&format!("/api/v1/transcriptions/{id}/audio"))
        .await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(
        whole.headers()["content-length"],
        length.to_string().as_str()
    );
    assert_eq!(whole.headers()["cache-control"], "no-store");
    assert_eq!(whole.bytes().await.unwrap(), recording);

    for (asked, first, last) in [
        ("bytes=0-0".to_owned(), 0, 0),
        ("bytes=65530-65550".to_owned(), 65_530, 65_550),
        ("bytes=100000-".to_owned(), 100_000, length - 1),
        ("bytes=-500".to_owned(), length - 500, length - 1),
        (format!("bytes=10-{}", length + 5), 10, length - 1),
        (format!("bytes=-{}", length + 5), 0, length - 1),
    ] {
        let answer = part(&doctor, &id, &asked).await;
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT, "{asked}");
        let expected = format!("bytes {first}-{last}/{length}");
        assert_eq!(answer.headers()["content-range"], expected.as_str());
        assert_eq!(
            answer.bytes().await.unwrap(),
            recording[first..=last],
            "{asked}"
        );
    }

    for asked in [format!("bytes={length}-"), "bytes=-0".to_owned()] {
        let answer = part(&doctor, &id, &asked).await;
        assert_eq!(
            answer.status(),
            StatusCode::RANGE_NOT_SATISFIABLE,
            "{asked}"
        );
        let expected = format!("bytes */{length}");
        assert_eq!(answer.headers()["content-range"], expected.as_str());
    }

    let ignored = part(&doctor, &id, "bytes=5-2").await;
    assert_eq!(ignored.status(), StatusCode::OK);
}
