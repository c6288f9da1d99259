//! Files: recordings and prescriptions.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use super::PortError;

/// How long a link to a stored object lives.
pub const LINK_LIFETIME: Duration = Duration::from_secs(3600);

/// Why an object could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// Nothing is stored under the key.
    #[error("there is no such object")]
    NotFound,
    /// The range starts behind the end.
    #[error("the range lies outside the object of {length} bytes")]
    RangeNotSatisfiable {
        /// Bytes of the whole object.
        length: u64,
    },
    /// The store itself failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// First and last byte, inclusive; an open end reads to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// Last byte, inclusive.
    pub end: Option<u64>,
}

/// Bytes of an object on their way.
pub struct ObjectBody {
    /// Bytes of the whole object.
    pub length: u64,
    /// First and last byte that `stream` gives, inclusive.
    pub range: (u64, u64),
    /// The bytes.
    pub stream: BoxStream<'static, Result<Bytes, ObjectError>>,
}

/// Files: recordings and prescriptions, encrypted at rest.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Stores a file, streamed from disk. Atomic: readers see all of it or
    /// nothing; an object of the same key is replaced.
    async fn put_file(&self, key: &str, file: &Path, mime: &str) -> Result<(), ObjectError>;

    /// Stores bytes, atomically.
    async fn put_bytes(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), ObjectError>;

    /// Opens an object, or a part of it.
    async fn open(&self, key: &str, range: Option<ByteRange>) -> Result<ObjectBody, ObjectError>;

    /// Copies an object into a file.
    async fn fetch_to(&self, key: &str, file: &Path) -> Result<(), ObjectError>;

    /// Removes an object; one that is not there is a success.
    async fn delete(&self, key: &str) -> Result<(), ObjectError>;

    /// Whether objects can be kept and had now; asked every few seconds.
    ///
    /// # Errors
    /// Why they can't; its source says what to mend.
    async fn check(&self) -> Result<(), PortError>;

    /// A link by which anybody may download the object as `file_name` until it
    /// is [`LINK_LIFETIME`] old.
    async fn download_link(&self, key: &str, file_name: &str) -> Result<String, ObjectError>;
}
