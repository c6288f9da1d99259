//! Keys that are made once and kept in files only their owner can read.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use seva_services::ports::{PortError, Secret, SecretSource};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::failure::Service;

const SERVICE: Service = Service("secrets");
const KEY_BYTES: usize = 32;

/// Keys in a directory, `<name>.key` each, 32 random bytes, mode 0600.
#[derive(Debug)]
pub struct FileSecrets {
    directory: PathBuf,
}

impl FileSecrets {
    /// Keys live in `directory`, which is made when the first one is asked for.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }
}

#[async_trait]
impl SecretSource for FileSecrets {
    async fn key(&self, name: &str) -> Result<Secret, PortError> {
        let known = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if !known {
            return Err(SERVICE.lasting("name", "a key's name has lower-case letters only"));
        }
        let path = self.directory.join(format!("{name}.key"));
        SERVICE
            .blocking("key", move || read_or_create(&path))
            .await?
            .map_err(|error| SERVICE.lasting("key", error))
    }
}

fn read_or_create(path: &Path) -> io::Result<Secret> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create(path)?;
            read(path)
        }
        answer => answer,
    }
}

fn read(path: &Path) -> io::Result<Secret> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "others can read the key file: set its mode to 600",
        ));
    }
    let bytes = Zeroizing::new(fs::read(path)?);
    if bytes.len() != KEY_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the key file does not hold 32 bytes",
        ));
    }
    Ok(Secret::new(bytes.to_vec()))
}

/// Writes a new key aside and links it into place: whoever comes second, even
/// another process, finds the first one's key instead of replacing it.
fn create(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let aside = directory.join(format!(".{}", Uuid::now_v7()));
    let key = Zeroizing::new(rand::random::<[u8; KEY_BYTES]>());
    let written = write_private(&aside, key.as_slice()).and_then(|()| fs::hard_link(&aside, path));
    fs::remove_file(&aside)?;
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::File::open(directory)?.sync_all(),
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn everybody_gets_the_same_key_even_when_all_ask_at_once() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("secrets");
        let asked: Vec<_> = (0..16)
            .map(|_| {
                let secrets = FileSecrets::new(&directory);
                tokio::spawn(async move { secrets.key("session").await.unwrap() })
            })
            .collect();
        let mut keys = Vec::new();
        for key in asked {
            keys.push(key.await.unwrap().expose().to_vec());
        }
        assert_eq!(keys[0].len(), KEY_BYTES);
        assert!(keys.iter().all(|key| *key == keys[0]));
        let left: Vec<_> = fs::read_dir(&directory).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays behind");
        let other = FileSecrets::new(&directory).key("objects").await.unwrap();
        assert_ne!(other.expose(), keys[0]);
    }

    #[tokio::test]
    async fn a_key_that_others_can_read_or_that_is_damaged_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let secrets = FileSecrets::new(home.path());
        secrets.key("links").await.unwrap();
        let path = home.path().join("links.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(secrets.key("links").await.is_err());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(secrets.key("links").await.is_ok());
        fs::write(&path, b"short").unwrap();
        assert!(secrets.key("links").await.is_err());
        assert!(secrets.key("../links").await.is_err());
    }
}
