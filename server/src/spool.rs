//! Where this process puts recordings that are on their way, in the clear.
//!
//! Each process has a directory of its own under the root and holds a lock on
//! it. What a killed process left behind is known by its lock being free, and is
//! removed by the next one that starts, however many share the root.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use uuid::Uuid;

const LOCK: &str = "lock";

/// This process's directory; removed when it is dropped.
pub(crate) struct SpoolDirectory {
    path: PathBuf,
    _lock: File,
}

impl SpoolDirectory {
    /// Makes the directory and removes those of processes that are gone.
    pub(crate) fn claim(root: &Path) -> io::Result<Self> {
        make(root)?;
        // Whoever makes or removes directories holds this lock, so that no
        // directory is taken for abandoned before its own lock is held.
        let turn = File::create(root.join(LOCK))?;
        turn.lock()?;
        remove_abandoned(root)?;
        let path = root.join(Uuid::now_v7().to_string());
        make(&path)?;
        let lock = File::create(path.join(LOCK))?;
        lock.lock()?;
        Ok(Self { path, _lock: lock })
    }

    /// For recordings only; nothing else is in there.
    pub(crate) fn recordings(&self) -> PathBuf {
        self.path.join("recordings")
    }
}

impl Drop for SpoolDirectory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, "the spool directory could not be removed");
        }
    }
}

fn make(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

fn remove_abandoned(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let lock = File::create(path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => fs::remove_dir_all(&path)?,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_dead_process_left_is_removed_and_a_living_one_keeps_its_own() {
        let root = tempfile::tempdir().unwrap();
        let living = SpoolDirectory::claim(root.path()).unwrap();
        fs::create_dir(living.recordings()).unwrap();
        fs::write(living.recordings().join("a"), b"words").unwrap();
        let dead = root.path().join("dead");
        fs::create_dir_all(dead.join("recordings")).unwrap();
        fs::write(dead.join("recordings/b"), b"words").unwrap();

        let second = SpoolDirectory::claim(root.path()).unwrap();
        assert!(!dead.exists());
        assert!(living.recordings().join("a").exists());

        let path = second.path.clone();
        drop(second);
        assert!(!path.exists());
        assert!(living.path.exists());
    }
}
