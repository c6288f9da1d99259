//! Files in a directory, sealed at rest.
//!
//! The key `audio/7/x.m4a` is the file `audio/7/x.m4a.sealed` under the root.
//! A file appears by a rename after its bytes are on the disk, so that readers,
//! and a machine that lost power, see all of it or nothing.

mod links;
mod sealed;

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use seva_services::ports::{ByteRange, ObjectBody, ObjectError, ObjectStore, PortError, Secret};
use time::OffsetDateTime;
use uuid::Uuid;

pub use self::links::{DownloadLinks, SignedFile};
use self::sealed::{SealError, SealedReader, Sealer};
use crate::failure::Service;

const SERVICE: Service = Service("objects");
const ENDING: &str = ".sealed";
const ASIDE: &str = ".aside";
/// A file aside that is older was left by a process that died.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

/// The embedded object store.
pub struct DirectoryObjects {
    root: PathBuf,
    sealer: Arc<Sealer>,
    links: DownloadLinks,
}

impl DirectoryObjects {
    /// Opens the store under `root`, making it where needed, and removes what
    /// writers that died have left. `key` seals the objects, `links` signs the
    /// download links.
    ///
    /// # Errors
    /// The directory can't be made or read.
    pub fn open(
        root: impl Into<PathBuf>,
        key: &Secret,
        links: DownloadLinks,
    ) -> Result<Self, PortError> {
        let root = root.into();
        make_directory(&root.join(ASIDE))
            .and_then(|()| remove_abandoned(&root.join(ASIDE)))
            .map_err(|error| SERVICE.lasting("open", error))?;
        Ok(Self {
            root,
            sealer: Arc::new(Sealer::new(key)),
            links,
        })
    }

    /// What a download link's token stands for, unless it is false or too old.
    #[must_use]
    pub fn signed_file(&self, token: &str) -> Option<SignedFile> {
        self.links.verify(token, OffsetDateTime::now_utc())
    }

    /// MIME type the object was stored with.
    ///
    /// # Errors
    /// As [`ObjectStore::open`].
    pub async fn mime(&self, key: &str) -> Result<String, ObjectError> {
        let reader = self.reader(key, "mime").await?;
        Ok(reader.mime().to_owned())
    }

    fn path(&self, key: &str) -> Result<PathBuf, PortError> {
        if is_valid_key(key) {
            Ok(self.root.join(format!("{key}{ENDING}")))
        } else {
            Err(SERVICE.lasting("key", "the key is not a plain relative path"))
        }
    }

    async fn reader(
        &self,
        key: &str,
        operation: &'static str,
    ) -> Result<SealedReader, ObjectError> {
        let path = self.path(key)?;
        let (sealer, key) = (Arc::clone(&self.sealer), key.to_owned());
        SERVICE
            .blocking(operation, move || {
                let file = fs::File::open(path)?;
                SealedReader::open(&sealer, &key, file)
            })
            .await?
            .map_err(|error| object_error(operation, error))
    }

    /// Seals what `write` is given to read, aside, then moves it into place.
    async fn put(
        &self,
        key: &str,
        mime: &str,
        open: impl FnOnce() -> io::Result<Box<dyn io::Read + Send>> + Send + 'static,
    ) -> Result<(), ObjectError> {
        let path = self.path(key)?;
        let aside = self.root.join(ASIDE).join(Uuid::now_v7().to_string());
        let (sealer, key, mime) = (Arc::clone(&self.sealer), key.to_owned(), mime.to_owned());
        SERVICE
            .blocking("put", move || {
                let stored = open()
                    .map_err(SealError::from)
                    .and_then(|source| seal_into(&sealer, &key, &mime, source, &aside))
                    .and_then(|()| Ok(move_into_place(&aside, &path)?));
                if stored.is_err() {
                    // The first error is the one to tell; what can't be removed
                    // now is removed as abandoned later.
                    let _ = fs::remove_file(&aside);
                }
                stored
            })
            .await?
            .map_err(|error| object_error("put", error))
    }
}

#[async_trait]
impl ObjectStore for DirectoryObjects {
    async fn put_file(&self, key: &str, file: &Path, mime: &str) -> Result<(), ObjectError> {
        let file = file.to_owned();
        self.put(key, mime, move || Ok(Box::new(fs::File::open(file)?)))
            .await
    }

    async fn put_bytes(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), ObjectError> {
        self.put(key, mime, move || Ok(Box::new(io::Cursor::new(bytes))))
            .await
    }

    async fn open(&self, key: &str, range: Option<ByteRange>) -> Result<ObjectBody, ObjectError> {
        let reader = self.reader(key, "open").await?;
        let length = reader.length();
        let (first, behind) = resolve(range, length)?;
        let chunks = stream::try_unfold((reader, first), move |(mut reader, at)| async move {
            if at >= behind {
                return Ok(None);
            }
            let read = move || {
                let chunk = reader.chunk_at(at)?;
                Ok::<_, SealError>((chunk, reader))
            };
            let (mut chunk, reader) = SERVICE
                .blocking("read", read)
                .await?
                .map_err(|error| object_error("read", error))?;
            let wanted = usize::try_from(behind - at).unwrap_or(usize::MAX);
            chunk.truncate(wanted);
            let next = at + chunk.len() as u64;
            Ok(Some((Bytes::from(chunk), (reader, next))))
        });
        Ok(ObjectBody {
            length,
            range: (first, behind.saturating_sub(1)),
            stream: chunks.boxed(),
        })
    }

    async fn fetch_to(&self, key: &str, file: &Path) -> Result<(), ObjectError> {
        let mut reader = self.reader(key, "fetch").await?;
        let file = file.to_owned();
        SERVICE
            .blocking("fetch", move || {
                let copied = private_file(&file)
                    .map_err(SealError::from)
                    .and_then(|mut target| reader.copy_to(&mut target));
                if copied.is_err() {
                    let _ = fs::remove_file(&file);
                }
                copied
            })
            .await?
            .map_err(|error| object_error("fetch", error))
    }

    /// The disk takes a file.
    async fn check(&self) -> Result<(), PortError> {
        let probe = self.root.join(ASIDE).join(Uuid::now_v7().to_string());
        SERVICE
            .blocking("check", move || {
                io::Write::write_all(&mut private_file(&probe)?, b"check")?;
                fs::remove_file(&probe)
            })
            .await?
            .map_err(|error| SERVICE.passing("check", error))
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        let path = self.path(key)?;
        SERVICE
            .blocking("delete", move || match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            })
            .await?
            .map_err(|error| SERVICE.passing("delete", error).into())
    }

    async fn download_link(&self, key: &str, file_name: &str) -> Result<String, ObjectError> {
        self.path(key)?;
        Ok(self.links.sign(key, file_name, OffsetDateTime::now_utc()))
    }
}

/// Names joined by `/`, each of letters, digits, `-`, `_` and `.`, none hidden,
/// so that a key can never leave the root nor meet another key's file.
fn is_valid_key(key: &str) -> bool {
    key.len() <= 512
        && key.split('/').all(|name| {
            !name.is_empty()
                && !name.starts_with('.')
                && !name.ends_with(ENDING)
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        })
}

/// First byte, and the one behind the last.
fn resolve(range: Option<ByteRange>, length: u64) -> Result<(u64, u64), ObjectError> {
    let Some(range) = range else {
        return Ok((0, length));
    };
    let behind = range
        .end
        .map_or(length, |last| last.saturating_add(1).min(length));
    if range.start < behind {
        Ok((range.start, behind))
    } else {
        Err(ObjectError::RangeNotSatisfiable { length })
    }
}

fn object_error(operation: &'static str, error: SealError) -> ObjectError {
    match error {
        SealError::Io(error) if error.kind() == io::ErrorKind::NotFound => ObjectError::NotFound,
        SealError::Io(error) => SERVICE.passing(operation, error).into(),
        SealError::Damaged => SERVICE.lasting(operation, error).into(),
    }
}

fn make_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

fn seal_into(
    sealer: &Sealer,
    key: &str,
    mime: &str,
    source: Box<dyn io::Read + Send>,
    aside: &Path,
) -> Result<(), SealError> {
    let mut target = io::BufWriter::with_capacity(1 << 17, private_file(aside)?);
    sealer.seal(key, mime, source, &mut target)?;
    let file = target
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(())
}

fn move_into_place(aside: &Path, path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    make_directory(directory)?;
    fs::rename(aside, path)?;
    fs::File::open(directory)?.sync_all()
}

fn remove_abandoned(aside: &Path) -> io::Result<()> {
    let now = SystemTime::now();
    for entry in fs::read_dir(aside)? {
        let entry = entry?;
        // Another process may have finished the file in between.
        let Ok(modified) = entry.metadata().and_then(|facts| facts.modified()) else {
            continue;
        };
        if now
            .duration_since(modified)
            .is_ok_and(|age| age > ABANDONED_AFTER)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
