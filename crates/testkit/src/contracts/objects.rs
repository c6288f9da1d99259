use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt as _;
use seva_services::ports::{ByteRange, LINK_LIFETIME, ObjectBody, ObjectError, ObjectStore};

/// An empty object store.
#[async_trait]
pub trait ObjectWorld: Send + Sync {
    /// The adapter.
    fn objects(&self) -> &dyn ObjectStore;

    /// Follows a download link as anybody may; `None` when it is refused.
    async fn download(&self, link: &str) -> Option<Bytes>;

    /// How long the link still lives.
    fn lifetime(&self, link: &str) -> Duration;
}

/// Larger than any buffer on the way, and no multiple of one.
const LARGE: usize = 3 * 1024 * 1024 + 17;

fn large() -> Vec<u8> {
    (0..LARGE).map(|at| (at * 31 % 251) as u8).collect()
}

async fn read(body: ObjectBody) -> Vec<u8> {
    let expected = usize::try_from(body.range.1 - body.range.0 + 1).expect("a range in memory");
    let chunks: Vec<Bytes> = body.stream.try_collect().await.expect("the bytes");
    let bytes = chunks.concat();
    assert_eq!(bytes.len(), expected, "the range tells how many bytes come");
    bytes
}

/// Runs the whole contract of [`ObjectStore`].
///
/// # Panics
/// At the first promise that is not kept.
pub async fn object_store<W: ObjectWorld>(make: impl AsyncFn() -> W) {
    let checked = make().await.objects().check().await;
    assert!(checked.is_ok(), "{checked:?}");
    what_is_put_is_read_back(&make().await).await;
    files_go_in_and_out(&make().await).await;
    parts_are_read_by_range(&make().await).await;
    an_object_is_replaced_as_a_whole(&make().await).await;
    deleting_is_idempotent(&make().await).await;
    what_is_missing_is_said_to_be(&make().await).await;
    a_link_opens_its_object_for_an_hour(&make().await).await;
}

async fn what_is_put_is_read_back(world: &impl ObjectWorld) {
    let port = world.objects();
    for (key, bytes) in [
        ("audio/user/small.wav", b"RIFF".to_vec()),
        ("audio/user/large.wav", large()),
    ] {
        let length = bytes.len() as u64;
        port.put_bytes(key, Bytes::from(bytes.clone()), "audio/wav")
            .await
            .expect("put");
        let body = port.open(key, None).await.expect("open");
        assert_eq!((body.length, body.range), (length, (0, length - 1)));
        assert!(read(body).await == bytes, "{key} came back changed");
    }
}

async fn files_go_in_and_out(world: &impl ObjectWorld) {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (folder.path().join("in"), folder.path().join("out"));
    std::fs::write(&source, large()).expect("a file");
    let port = world.objects();
    port.put_file("audio/user/file.wav", &source, "audio/wav")
        .await
        .expect("put");
    assert!(source.exists(), "the caller's file stays");
    port.fetch_to("audio/user/file.wav", &target)
        .await
        .expect("fetch");
    assert!(
        std::fs::read(&target).expect("the copy") == large(),
        "the file came back changed"
    );
}

async fn parts_are_read_by_range(world: &impl ObjectWorld) {
    let port = world.objects();
    let whole = large();
    port.put_bytes("audio/user/a.wav", Bytes::from(whole.clone()), "audio/wav")
        .await
        .expect("put");
    let last = LARGE as u64 - 1;
    for (start, end, given) in [
        (0, Some(0), (0, 0)),
        (1, Some(70_000), (1, 70_000)),
        (65_535, Some(65_537), (65_535, 65_537)),
        (1_000_000, None, (1_000_000, last)),
        (last, None, (last, last)),
        // An end behind the end is the end.
        (10, Some(u64::MAX), (10, last)),
    ] {
        let range = ByteRange { start, end };
        let body = port
            .open("audio/user/a.wav", Some(range))
            .await
            .expect("open");
        assert_eq!(
            (body.length, body.range),
            (LARGE as u64, given),
            "{range:?}"
        );
        let bytes = read(body).await;
        assert!(
            bytes == whole[given.0 as usize..=given.1 as usize],
            "{range:?} is wrong"
        );
    }
    let behind = ByteRange {
        start: LARGE as u64,
        end: None,
    };
    match port.open("audio/user/a.wav", Some(behind)).await {
        Err(ObjectError::RangeNotSatisfiable { length }) => assert_eq!(length, LARGE as u64),
        Ok(_) => panic!("a range behind the end was given"),
        Err(other) => panic!("expected RangeNotSatisfiable, got {other:?}"),
    }
}

async fn an_object_is_replaced_as_a_whole(world: &impl ObjectWorld) {
    let port = world.objects();
    let key = "prescriptions/user/1.pdf";
    port.put_bytes(key, Bytes::from(large()), "application/pdf")
        .await
        .expect("put");
    let before = port.open(key, None).await.expect("open");
    port.put_bytes(key, Bytes::from_static(b"%PDF-new"), "application/pdf")
        .await
        .expect("put");
    let after = port.open(key, None).await.expect("open");
    assert_eq!(read(after).await, b"%PDF-new");
    // Who began to read the old one never gets a mixture of both: either all of
    // the old one, or an error.
    if let Ok(chunks) = before.stream.try_collect::<Vec<Bytes>>().await {
        assert!(
            chunks.concat() == large(),
            "a reader got parts of two objects"
        );
    }
}

async fn deleting_is_idempotent(world: &impl ObjectWorld) {
    let port = world.objects();
    port.put_bytes("audio/user/a.wav", Bytes::from_static(b"x"), "audio/wav")
        .await
        .expect("put");
    port.put_bytes("audio/user/b.wav", Bytes::from_static(b"y"), "audio/wav")
        .await
        .expect("put");
    for _ in 0..2 {
        port.delete("audio/user/a.wav").await.expect("delete");
        assert!(matches!(
            port.open("audio/user/a.wav", None).await,
            Err(ObjectError::NotFound)
        ));
    }
    let other = port
        .open("audio/user/b.wav", None)
        .await
        .expect("the other one stays");
    assert_eq!(read(other).await, b"y");
}

async fn what_is_missing_is_said_to_be(world: &impl ObjectWorld) {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("out");
    let port = world.objects();
    assert!(matches!(
        port.open("audio/nobody/x.wav", None).await,
        Err(ObjectError::NotFound)
    ));
    assert!(matches!(
        port.fetch_to("audio/nobody/x.wav", &target).await,
        Err(ObjectError::NotFound)
    ));
    let none = folder.path().join("no such file");
    assert!(
        port.put_file("audio/user/x.wav", &none, "audio/wav")
            .await
            .is_err()
    );
    assert!(matches!(
        port.open("audio/user/x.wav", None).await,
        Err(ObjectError::NotFound)
    ));
}

async fn a_link_opens_its_object_for_an_hour(world: &impl ObjectWorld) {
    let port = world.objects();
    port.put_bytes(
        "prescriptions/user/1.pdf",
        Bytes::from_static(b"%PDF"),
        "application/pdf",
    )
    .await
    .expect("put");
    port.put_bytes(
        "prescriptions/user/2.pdf",
        Bytes::from_static(b"other"),
        "application/pdf",
    )
    .await
    .expect("put");
    let link = port
        .download_link("prescriptions/user/1.pdf", "prescription.pdf")
        .await
        .expect("a link");
    assert_eq!(
        world.download(&link).await.as_deref(),
        Some(b"%PDF".as_slice())
    );
    let lifetime = world.lifetime(&link);
    assert!(
        lifetime <= LINK_LIFETIME && lifetime + Duration::from_secs(60) > LINK_LIFETIME,
        "the link lives {lifetime:?}"
    );
    let forged = forge(&link);
    assert_eq!(
        world.download(&forged).await,
        None,
        "a changed link is refused"
    );
}

/// The link with its last letter or digit changed: part of the signature.
fn forge(link: &str) -> String {
    let at = link.rfind(char::is_alphanumeric).expect("a signature");
    // Of a base64 digit some low bits may be unused; this changes the highest.
    let other = match link.as_bytes()[at] {
        b'0'..=b'9' => "A",
        _ => "0",
    };
    format!("{}{other}{}", &link[..at], &link[at + 1..])
}
