#![allow(clippy::unwrap_used)]
use std::io::{Seek as _, Write as _};

use futures::TryStreamExt as _;
use proptest::{prelude::*, test_runner::TestRunner};

use super::*;

struct Home {
    directory: tempfile::TempDir,
    store: DirectoryObjects,
}

fn home() -> Home {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), 1);
    Home { directory, store }
}

fn store(root: &Path, key: u8) -> DirectoryObjects {
    let links = DownloadLinks::new("https://seva.example", &Secret::new(vec![2; 32]));
    DirectoryObjects::open(root, &Secret::new(vec![key; 32]), links).unwrap()
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 + i / 251) as u8).collect()
}

async fn read(
    store: &DirectoryObjects,
    key: &str,
    range: Option<ByteRange>,
) -> Result<Vec<u8>, ObjectError> {
    let body = store.open(key, range).await?;
    let bytes: Vec<Bytes> = body.stream.try_collect().await?;
    Ok(bytes.concat())
}

fn sealed_file(home: &Home, key: &str) -> PathBuf {
    home.directory.path().join(format!("{key}.sealed"))
}

fn is_damaged(result: Result<Vec<u8>, ObjectError>) -> bool {
    matches!(result, Err(ObjectError::Port(error)) if !error.may_retry())
}

#[tokio::test]
async fn property_15_nothing_of_the_content_is_readable_on_the_disk() {
    let home = home();
    let words = b"The patient takes metformin".repeat(10);
    home.store
        .put_bytes("a/b.txt", words.clone().into(), "text/plain")
        .await
        .unwrap();
    let stored = fs::read(sealed_file(&home, "a/b.txt")).unwrap();
    assert!(!stored.windows(9).any(|window| window == b"metformin"));
    assert_eq!(read(&home.store, "a/b.txt", None).await.unwrap(), words);
    assert_eq!(home.store.mime("a/b.txt").await.unwrap(), "text/plain");
    assert_eq!(
        fs::read_dir(home.directory.path().join(ASIDE))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn a_cut_off_object_is_refused_even_when_only_its_beginning_is_read() {
    let home = home();
    let chunk = CHUNK as usize;
    for length in [1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 17] {
        home.store
            .put_bytes("x", content(length).into(), "audio/wav")
            .await
            .unwrap();
        let path = sealed_file(&home, "x");
        let whole = fs::read(&path).unwrap();
        // One byte, one tag, exactly one sealed chunk, and down to the header.
        for cut in [1, 16, chunk + 16, length + 16, whole.len()] {
            fs::write(&path, &whole[..whole.len().saturating_sub(cut)]).unwrap();
            let first = ByteRange {
                start: 0,
                end: Some(0),
            };
            let answer = read(&home.store, "x", Some(first)).await;
            assert!(is_damaged(answer), "{length} bytes without the last {cut}");
        }
        fs::write(&path, [whole.as_slice(), &[0]].concat()).unwrap();
        assert!(
            is_damaged(read(&home.store, "x", None).await),
            "a byte more"
        );
    }
}

#[tokio::test]
async fn chunks_can_be_neither_exchanged_nor_moved_to_another_object_or_key() {
    let home = home();
    let chunk = CHUNK as usize;
    for key in ["x", "y"] {
        home.store
            .put_bytes(key, content(3 * chunk).into(), "audio/wav")
            .await
            .unwrap();
    }
    let path = sealed_file(&home, "x");
    let whole = fs::read(&path).unwrap();
    let sealed = chunk + 16;
    let first = whole.len() - 3 * sealed;
    let mut exchanged = whole.clone();
    exchanged[first..first + sealed].copy_from_slice(&whole[first + sealed..first + 2 * sealed]);
    fs::write(&path, exchanged).unwrap();
    assert!(is_damaged(read(&home.store, "x", None).await));
    // The same bytes under another key are another object.
    fs::write(sealed_file(&home, "y"), &whole).unwrap();
    assert!(is_damaged(read(&home.store, "y", None).await));
    // And another store key opens nothing.
    fs::write(&path, &whole).unwrap();
    let other = store(home.directory.path(), 9);
    assert!(is_damaged(read(&other, "x", None).await));
    assert!(read(&home.store, "x", None).await.is_ok());
}

#[tokio::test]
async fn a_key_can_not_leave_the_root() {
    let home = home();
    let long = "a".repeat(513);
    for key in [
        "",
        "/",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "a/.",
        ".aside/x",
        "a b",
        "a\0b",
        "a\\b",
        "a.sealed/b",
        "\u{e4}",
        &long,
    ] {
        let put = home.store.put_bytes(key, Bytes::new(), "text/plain").await;
        assert!(put.is_err(), "{key:?}");
        assert!(home.store.open(key, None).await.is_err(), "{key:?}");
        assert!(home.store.delete(key).await.is_err(), "{key:?}");
        assert!(home.store.download_link(key, "x").await.is_err(), "{key:?}");
    }
}

#[tokio::test]
async fn a_failed_write_leaves_the_old_object_and_nothing_aside() {
    let home = home();
    home.store
        .put_bytes("x", Bytes::from_static(b"old"), "text/plain")
        .await
        .unwrap();
    let missing = home.directory.path().join("missing");
    let put = home.store.put_file("x", &missing, "text/plain").await;
    assert!(put.is_err());
    assert_eq!(read(&home.store, "x", None).await.unwrap(), b"old");
    assert_eq!(
        fs::read_dir(home.directory.path().join(ASIDE))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn a_download_link_leads_back_to_the_object() {
    let home = home();
    let link = home
        .store
        .download_link("p/1.pdf", "one.pdf")
        .await
        .unwrap();
    let token = link.strip_prefix("https://seva.example/files/").unwrap();
    let file = home.store.signed_file(token).unwrap();
    assert_eq!(
        (file.key.as_str(), file.file_name.as_str()),
        ("p/1.pdf", "one.pdf")
    );
}

const CHUNK: u64 = sealed::CHUNK_BYTES;

/// Around nothing, one chunk and two chunks.
const LENGTHS: [u64; 11] = [
    0,
    1,
    2,
    39,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK - 1,
    2 * CHUNK,
    2 * CHUNK + 1,
    2 * CHUNK + 200,
];

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.build().unwrap().block_on(work)
}

async fn assert_range_is_right(store: &DirectoryObjects, length: u64, range: ByteRange) {
    let original = content(length as usize);
    match store.open(&length.to_string(), Some(range)).await {
        Ok(body) => {
            let (first, last) = body.range;
            let bytes: Vec<Bytes> = body.stream.try_collect().await.unwrap();
            assert_eq!(body.length, length);
            assert_eq!(first, range.start);
            assert_eq!(last, range.end.unwrap_or(u64::MAX).min(length - 1));
            assert!(bytes.concat() == original[first as usize..=last as usize]);
        }
        Err(ObjectError::RangeNotSatisfiable { length: told }) => {
            assert_eq!(told, length);
            assert!(range.start >= length);
        }
        Err(error) => panic!("{error}"),
    }
}

/// Two chunks and a little, sealed.
fn sealed_bytes(sealer: &Sealer) -> Vec<u8> {
    let mut sealed = Vec::new();
    let original = content(2 * CHUNK as usize + 100);
    sealer
        .seal("x", "audio/wav", original.as_slice(), &mut sealed)
        .unwrap();
    sealed
}

fn unseal(sealer: &Sealer, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(sealed).unwrap();
    file.rewind().unwrap();
    let mut bytes = Vec::new();
    SealedReader::open(sealer, "x", file)?.copy_to(&mut bytes)?;
    Ok(bytes)
}

#[test]
fn any_range_reads_the_same_bytes_as_the_original() {
    let home = home();
    block_on(async {
        for length in LENGTHS {
            let bytes = content(length as usize).into();
            let key = length.to_string();
            home.store
                .put_bytes(&key, bytes, "audio/wav")
                .await
                .unwrap();
        }
    });
    let ranges = (
        prop::sample::select(LENGTHS.as_slice()),
        prop_oneof![0..50_u64, CHUNK - 3..CHUNK + 3, 0..3 * CHUNK],
        prop_oneof![Just(None), (0..3 * CHUNK).prop_map(Some)],
    );
    TestRunner::new(ProptestConfig::with_cases(256))
        .run(&ranges, |(length, start, size)| {
            let end = size.map(|size| start + size);
            block_on(assert_range_is_right(
                &home.store,
                length,
                ByteRange { start, end },
            ));
            Ok(())
        })
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_bit_anywhere_is_noticed(at: prop::sample::Index, bit in 0..8_u8) {
        let sealer = Sealer::new(&Secret::new(vec![1; 32]));
        let mut sealed = sealed_bytes(&sealer);
        prop_assert!(unseal(&sealer, &sealed).is_ok());
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        let is_noticed = matches!(unseal(&sealer, &sealed), Err(SealError::Damaged));
        prop_assert!(is_noticed, "byte {}", at);
    }
}
