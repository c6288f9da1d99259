//! Objects in memory, and a printer of plain text.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use seva_model::PrescriptionStatus;
use seva_services::ports::{
    ByteRange, ObjectBody, ObjectError, ObjectStore, PortError, PrescriptionPaper,
    PrescriptionPrinter,
};

use super::failure;

#[derive(Default)]
pub(crate) struct Objects {
    pub(crate) stored: Mutex<HashMap<String, Bytes>>,
    pub(crate) refuse_puts: AtomicBool,
}

impl Objects {
    pub(crate) fn keys(&self) -> Vec<String> {
        self.stored.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn store(&self, key: &str, content: &'static str) {
        let mut stored = self.stored.lock().unwrap();
        stored.insert(key.to_owned(), Bytes::from_static(content.as_bytes()));
    }

    pub(crate) fn get(&self, key: &str) -> Option<Bytes> {
        self.stored.lock().unwrap().get(key).cloned()
    }
}

#[async_trait]
impl ObjectStore for Objects {
    async fn put_file(&self, key: &str, file: &Path, mime: &str) -> Result<(), ObjectError> {
        let bytes = std::fs::read(file).unwrap().into();
        self.put_bytes(key, bytes, mime).await
    }

    async fn put_bytes(&self, key: &str, bytes: Bytes, _: &str) -> Result<(), ObjectError> {
        if self.refuse_puts.load(Ordering::SeqCst) {
            return Err(failure("objects", true).into());
        }
        self.stored.lock().unwrap().insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn open(&self, key: &str, range: Option<ByteRange>) -> Result<ObjectBody, ObjectError> {
        let bytes = self.get(key).ok_or(ObjectError::NotFound)?;
        let length = bytes.len() as u64;
        let start = range.map_or(0, |range| range.start);
        if start >= length {
            return Err(ObjectError::RangeNotSatisfiable { length });
        }
        let end = range
            .and_then(|range| range.end)
            .unwrap_or(length - 1)
            .min(length - 1);
        let part = bytes.slice(usize::try_from(start).unwrap()..=usize::try_from(end).unwrap());
        Ok(ObjectBody {
            length,
            range: (start, end),
            stream: stream::iter([Ok(part)]).boxed(),
        })
    }

    async fn fetch_to(&self, key: &str, file: &Path) -> Result<(), ObjectError> {
        std::fs::write(file, self.get(key).ok_or(ObjectError::NotFound)?).unwrap();
        Ok(())
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        self.stored.lock().unwrap().remove(key);
        Ok(())
    }

    async fn download_link(&self, key: &str, file_name: &str) -> Result<String, ObjectError> {
        Ok(format!("https://files.example/{key}?as={file_name}"))
    }
}

/// Prints the parts that a test looks for.
#[derive(Default)]
pub(crate) struct Printer {
    pub(crate) jam: AtomicBool,
}

#[async_trait]
impl PrescriptionPrinter for Printer {
    async fn print(&self, paper: &PrescriptionPaper) -> Result<Bytes, PortError> {
        if self.jam.load(Ordering::SeqCst) {
            return Err(failure("printer", false));
        }
        let prescription = &paper.prescription;
        let title = match prescription.status {
            PrescriptionStatus::Draft => "DRAFT",
            PrescriptionStatus::Finalized => "SIGNED",
        };
        let lines: Vec<_> = prescription
            .content
            .medications
            .iter()
            .map(|line| format!("{} {}", line.name, line.strength))
            .collect();
        Ok(format!("{title}|{}|{}", lines.join(","), paper.verification_url).into())
    }
}
