//! Uploads on their way: streamed to a private file, never held in memory.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use seva_model::{AppError, ErrorCode, MAX_AUDIO_BYTES, turns_direction};
use sha2::{Digest, Sha256};
use tempfile::TempPath;
use tokio::{fs::File, io::AsyncWriteExt};

use crate::errors;

/// What a spool file that outlived its process is called, and how old it has to
/// be before a new process removes it: another process may still be filling it.
const PREFIX: &str = "upload-";
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);

/// Longest file name that is kept, in characters.
const MAX_FILE_NAME: usize = 255;

/// The folder that uploads pass through.
#[derive(Clone, Debug)]
pub struct Spool {
    dir: PathBuf,
    limit: u64,
}

/// A received file. It is removed from the spool when this is dropped.
#[derive(Debug)]
pub struct SpooledUpload {
    file_name: String,
    path: TempPath,
    bytes: u64,
    sha256: [u8; 32],
}

impl SpooledUpload {
    /// Name the browser gave, without folders and unprintable characters.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Where the content lies while this lives.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Size in bytes, never 0.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of the content.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

impl Spool {
    /// Opens the spool and removes what a killed process left in it.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        remove_leftovers(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            limit: MAX_AUDIO_BYTES,
        })
    }

    /// Streams an upload into a file, digesting it on the way.
    ///
    /// # Errors
    /// `AUDIO_TOO_LARGE` as soon as the limit is passed, without reading on;
    /// `AUDIO_REJECTED` when nothing came; `VALIDATION_FAILED` when the upload
    /// broke off; `INTERNAL` when the disk refuses. The file is gone by then.
    pub async fn receive<S, E>(&self, file_name: &str, stream: S) -> Result<SpooledUpload, AppError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut stream = std::pin::pin!(stream);
        let (mut file, path) = self.create().map_err(disk_failed)?;
        let mut digest = Sha256::new();
        let mut bytes = 0_u64;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| broke_off(&error, bytes))?;
            bytes += chunk.len() as u64;
            if bytes > self.limit {
                return Err(too_large(self.limit));
            }
            digest.update(&chunk);
            file.write_all(&chunk).await.map_err(disk_failed)?;
        }
        file.flush().await.map_err(disk_failed)?;
        if bytes == 0 {
            return Err(AppError::new(
                ErrorCode::AudioRejected,
                "The file is empty. Choose the recording again.",
            ));
        }
        Ok(SpooledUpload {
            file_name: tidy_file_name(file_name),
            path,
            bytes,
            sha256: digest.finalize().into(),
        })
    }

    fn create(&self) -> io::Result<(File, TempPath)> {
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(&self.dir)?;
        let (file, path) = file.into_parts();
        Ok((File::from_std(file), path))
    }
}

fn remove_leftovers(dir: &Path) -> io::Result<()> {
    let now = SystemTime::now();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let old = entry
            .metadata()
            .and_then(|m| m.modified())
            .is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > LEFTOVER_AGE));
        if ours && old {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The last part of a path, of printable characters, cut to what is stored.
fn tidy_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let tidy: String = last
        .chars()
        .filter(|c| !c.is_control() && !turns_direction(*c))
        .take(MAX_FILE_NAME)
        .collect();
    let tidy = tidy.trim();
    if tidy.is_empty() {
        "recording".to_owned()
    } else {
        tidy.to_owned()
    }
}

fn too_large(limit: u64) -> AppError {
    AppError::new(
        ErrorCode::AudioTooLarge,
        format!(
            "The recording is larger than {} MB. Nothing was stored. Record it in two parts, or save it as m4a or mp3.",
            limit / (1024 * 1024)
        ),
    )
}

fn broke_off(error: &(dyn std::error::Error + 'static), bytes: u64) -> AppError {
    tracing::info!(bytes, cause = %errors::chain(error), "an upload broke off");
    AppError::field(
        "audio_file",
        "The upload broke off before its end. Nothing was stored. Send the recording again.",
    )
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape map_err wants; an I/O error is read once"
)]
fn disk_failed(error: io::Error) -> AppError {
    errors::report("spool", "write", &error);
    AppError::internal()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::convert::Infallible;

    use futures::stream;
    use proptest::prelude::*;

    use super::*;

    fn chunks(sizes: &[usize]) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
        let chunks: Vec<_> = sizes.iter().map(|n| Ok(Bytes::from(vec![7; *n]))).collect();
        stream::iter(chunks)
    }

    fn spool(limit: u64) -> (tempfile::TempDir, Spool) {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::open(dir.path()).unwrap();
        spool.limit = limit;
        (dir, spool)
    }

    fn files(dir: &tempfile::TempDir) -> usize {
        std::fs::read_dir(dir.path()).unwrap().count()
    }

    #[tokio::test]
    async fn an_upload_is_digested_and_removed_on_drop() {
        let (dir, spool) = spool(100);
        let upload = spool
            .receive("C:\\fake\\visit.m4a", chunks(&[3, 4]))
            .await
            .unwrap();
        assert_eq!(upload.file_name(), "visit.m4a");
        assert_eq!(upload.bytes(), 7);
        assert_eq!(upload.sha256()[..], Sha256::digest([7; 7])[..]);
        assert_eq!(std::fs::read(upload.path()).unwrap(), [7; 7]);
        drop(upload);
        assert_eq!(files(&dir), 0);
    }

    #[tokio::test]
    async fn the_limit_stops_an_endless_upload() {
        let (dir, spool) = spool(1000);
        let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[0; 64])));
        let error = spool.receive("x.wav", endless).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::AudioTooLarge);
        assert_eq!(files(&dir), 0);
    }

    #[tokio::test]
    async fn what_broke_off_or_is_empty_leaves_nothing() {
        let (dir, spool) = spool(1000);
        let broken = stream::iter([
            Ok(Bytes::from_static(b"abc")),
            Err(io::Error::other("connection reset")),
        ]);
        let error = spool.receive("x.wav", broken).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationFailed);
        assert!(error.fields.contains_key("audio_file"));
        let error = spool.receive("x.wav", chunks(&[0, 0])).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::AudioRejected);
        assert_eq!(files(&dir), 0);
    }

    #[test]
    fn only_old_spool_files_are_leftovers() {
        let dir = tempfile::tempdir().unwrap();
        let old = std::fs::File::create(dir.path().join("upload-old")).unwrap();
        old.set_modified(SystemTime::now() - 2 * LEFTOVER_AGE)
            .unwrap();
        std::fs::File::create(dir.path().join("upload-new")).unwrap();
        let other = std::fs::File::create(dir.path().join("other")).unwrap();
        other
            .set_modified(SystemTime::now() - 2 * LEFTOVER_AGE)
            .unwrap();
        Spool::open(dir.path()).unwrap();
        assert!(!dir.path().join("upload-old").exists());
        assert!(dir.path().join("upload-new").exists());
        assert!(dir.path().join("other").exists());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn property_17_an_upload_passes_exactly_up_to_the_limit(
            sizes in prop::collection::vec(0_usize..400, 1..6),
            limit in 1_u64..1000,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (dir, spool) = spool(limit);
            let total: u64 = sizes.iter().map(|n| *n as u64).sum();
            match runtime.block_on(spool.receive("x.wav", chunks(&sizes))) {
                Ok(upload) => {
                    prop_assert!(total > 0 && total <= limit);
                    prop_assert_eq!(upload.bytes(), total);
                }
                Err(error) => {
                    let expected = if total > limit { ErrorCode::AudioTooLarge } else { ErrorCode::AudioRejected };
                    prop_assert_eq!(error.code, expected);
                    prop_assert!(total > limit || total == 0);
                }
            }
            prop_assert_eq!(files(&dir), 0);
        }

        #[test]
        fn a_tidied_file_name_is_one_printable_name(name in "\\PC{0,300}|[\\x00-\\x7f]{0,300}") {
            let tidy = tidy_file_name(&name);
            prop_assert!(!tidy.is_empty() && tidy.chars().count() <= MAX_FILE_NAME);
            prop_assert!(!tidy.contains(['/', '\\']) && !tidy.contains(char::is_control));
        }
    }
}
