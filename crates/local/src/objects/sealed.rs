//! The format of a sealed file: AES-256-GCM in chunks, so that a part can be
//! read without the rest.
//!
//! ```text
//! header   "SEVAOBJ1" | 32 bytes of salt | length of MIME type (1 byte) | MIME type
//! chunk    64 KiB of content, sealed: 16 bytes longer; the last one is shorter, maybe empty
//! ```
//!
//! Each file has a key of its own, derived from the store's key and the salt. A
//! chunk's nonce is its number and whether it is the last; header and object
//! key are authenticated with every chunk. So a chunk can't be changed, moved,
//! left out or put into another file, and a file that was cut off is noticed as
//! soon as it is opened, because opening verifies the last chunk.

use std::{
    fs,
    io::{self, Read, Write},
    os::unix::fs::FileExt as _,
};

use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use hmac::{Hmac, Mac as _};
use seva_services::ports::Secret;
use sha2::Sha256;
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"SEVAOBJ1";
const SALT_BYTES: usize = 32;
const FIXED_HEADER_BYTES: usize = MAGIC.len() + SALT_BYTES + 1;
const TAG_BYTES: u64 = 16;
/// Content of a full chunk.
pub(super) const CHUNK_BYTES: u64 = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error("the disk failed")]
    Io(#[from] io::Error),
    #[error("the stored object is damaged or was changed")]
    Damaged,
}

/// Seals files with one key.
pub(super) struct Sealer {
    key: Secret,
}

impl Sealer {
    pub(super) fn new(key: &Secret) -> Self {
        Self { key: key.clone() }
    }

    /// Reads `source` to its end and writes it sealed.
    pub(super) fn seal(
        &self,
        object_key: &str,
        mime: &str,
        mut source: impl Read,
        target: &mut impl Write,
    ) -> Result<(), SealError> {
        let mime_length = u8::try_from(mime.len()).map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidInput, "the MIME type is too long")
        })?;
        let salt: [u8; SALT_BYTES] = rand::random();
        let header = [MAGIC.as_slice(), &salt, &[mime_length], mime.as_bytes()].concat();
        target.write_all(&header)?;
        let chunks = ChunkCipher::new(&self.key, &salt, &header, object_key);
        let mut number = 0;
        let mut chunk = read_chunk(&mut source)?;
        loop {
            // Whether a chunk is the last one shows when there is nothing behind it.
            let next = if chunk.len() as u64 == CHUNK_BYTES {
                read_chunk(&mut source)?
            } else {
                Zeroizing::default()
            };
            let is_last = next.is_empty();
            target.write_all(&chunks.seal(number, is_last, &chunk)?)?;
            if is_last {
                return Ok(());
            }
            chunk = next;
            number += 1;
        }
    }
}

/// Fills a chunk unless the source ends.
fn read_chunk(source: &mut impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut chunk = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES as usize));
    source.take(CHUNK_BYTES).read_to_end(&mut chunk)?;
    Ok(chunk)
}

struct ChunkCipher {
    cipher: Aes256Gcm,
    bound_to: Vec<u8>,
}

impl ChunkCipher {
    fn new(key: &Secret, salt: &[u8], header: &[u8], object_key: &str) -> Self {
        let mut derive = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key.expose())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        derive.update(b"seva sealed object");
        derive.update(salt);
        let file_key = Zeroizing::new(<[u8; 32]>::from(derive.finalize().into_bytes()));
        Self {
            cipher: Aes256Gcm::new((&*file_key).into()),
            bound_to: [header, object_key.as_bytes()].concat(),
        }
    }

    /// Unique under the file's key: the number grows, and only one is the last.
    fn nonce(number: u64, is_last: bool) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        nonce[11] = u8::from(is_last);
        nonce
    }

    fn seal(&self, number: u64, is_last: bool, content: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = Nonce::from(Self::nonce(number, is_last));
        self.cipher
            .encrypt(&nonce, self.payload(content))
            .map_err(|_| SealError::Damaged)
    }

    fn open(&self, number: u64, is_last: bool, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = Nonce::from(Self::nonce(number, is_last));
        self.cipher
            .decrypt(&nonce, self.payload(sealed))
            .map_err(|_| SealError::Damaged)
    }

    fn payload<'a>(&'a self, msg: &'a [u8]) -> Payload<'a, 'a> {
        Payload {
            msg,
            aad: &self.bound_to,
        }
    }
}

/// An opened file whose last chunk, and so whose length, is verified.
pub(super) struct SealedReader {
    file: fs::File,
    chunks: ChunkCipher,
    mime: String,
    header_bytes: u64,
    length: u64,
    last: u64,
}

impl SealedReader {
    pub(super) fn open(
        sealer: &Sealer,
        object_key: &str,
        mut file: fs::File,
    ) -> Result<Self, SealError> {
        let header = read_header(&mut file)?;
        let salt = &header[MAGIC.len()..MAGIC.len() + SALT_BYTES];
        let mime = String::from_utf8(header[FIXED_HEADER_BYTES..].to_vec())
            .map_err(|_| SealError::Damaged)?;
        let header_bytes = header.len() as u64;
        let sealed_bytes = file.metadata()?.len().saturating_sub(header_bytes);
        let count = sealed_bytes.div_ceil(CHUNK_BYTES + TAG_BYTES).max(1);
        let last = count - 1;
        let length = sealed_bytes
            .checked_sub(count * TAG_BYTES)
            .filter(|length| *length >= last * CHUNK_BYTES)
            .ok_or(SealError::Damaged)?;
        let mut reader = Self {
            chunks: ChunkCipher::new(&sealer.key, salt, &header, object_key),
            file,
            mime,
            header_bytes,
            length,
            last,
        };
        reader.chunk(last)?;
        Ok(reader)
    }

    /// Bytes of content.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn mime(&self) -> &str {
        &self.mime
    }

    /// Content from byte `at`, which is inside, to the end of its chunk.
    pub(super) fn chunk_at(&mut self, at: u64) -> Result<Vec<u8>, SealError> {
        let mut chunk = self.chunk(at / CHUNK_BYTES)?;
        let skip = usize::try_from(at % CHUNK_BYTES).unwrap_or(usize::MAX);
        if skip >= chunk.len() {
            return Err(SealError::Damaged);
        }
        chunk.drain(..skip);
        Ok(chunk)
    }

    pub(super) fn copy_to(&mut self, target: &mut impl Write) -> Result<(), SealError> {
        for number in 0..=self.last {
            target.write_all(&Zeroizing::new(self.chunk(number)?))?;
        }
        target.flush()?;
        Ok(())
    }

    fn chunk(&mut self, number: u64) -> Result<Vec<u8>, SealError> {
        let content = if number == self.last {
            self.length - number * CHUNK_BYTES
        } else {
            CHUNK_BYTES
        };
        let mut sealed = vec![0; usize::try_from(content + TAG_BYTES).unwrap_or(usize::MAX)];
        let at = self.header_bytes + number * (CHUNK_BYTES + TAG_BYTES);
        match self.file.read_exact_at(&mut sealed, at) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(SealError::Damaged),
            Err(error) => Err(error.into()),
            Ok(()) => self.chunks.open(number, number == self.last, &sealed),
        }
    }
}

fn read_header(file: &mut fs::File) -> Result<Vec<u8>, SealError> {
    let mut header = vec![0; FIXED_HEADER_BYTES];
    let mut read = |part: &mut [u8]| match file.read_exact(part) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(SealError::Damaged),
        answer => Ok(answer?),
    };
    read(&mut header)?;
    if !header.starts_with(MAGIC) {
        return Err(SealError::Damaged);
    }
    let mut mime = vec![0; usize::from(header[FIXED_HEADER_BYTES - 1])];
    read(&mut mime)?;
    header.append(&mut mime);
    Ok(header)
}
