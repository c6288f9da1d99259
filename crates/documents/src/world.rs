//! The whole file system that the layout engine may see: a template, the data and a picture.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use crate::fonts::Fonts;

const TEMPLATE: &str = include_str!("../assets/prescription.typ");

/// What is equal for every document: made once.
pub(crate) struct Base {
    library: LazyHash<Library>,
    pub(crate) fonts: Fonts,
    template: Source,
    data_id: FileId,
    qr_id: FileId,
}

impl Base {
    pub(crate) fn new() -> Self {
        Self {
            library: LazyHash::new(Library::default()),
            fonts: Fonts::load(),
            template: Source::new(file_id("/prescription.typ"), TEMPLATE.to_owned()),
            data_id: file_id("/prescription.json"),
            qr_id: file_id("/verification.svg"),
        }
    }
}

/// The paths are constants of this file, all valid.
#[expect(
    clippy::expect_used,
    reason = "constant paths, covered by every test that renders"
)]
fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("a valid virtual path");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// [`Base`] and the contents of one document.
pub(crate) struct DocumentWorld<'a> {
    base: &'a Base,
    data: Bytes,
    qr: Bytes,
}

impl<'a> DocumentWorld<'a> {
    pub(crate) fn new(base: &'a Base, data: Vec<u8>, qr: String) -> Self {
        Self {
            base,
            data: Bytes::new(data),
            qr: Bytes::from_string(qr),
        }
    }
}

impl World for DocumentWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.base.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.base.fonts.book
    }

    fn main(&self) -> FileId {
        self.base.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() {
            Ok(self.base.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.base.data_id {
            Ok(self.data.clone())
        } else if id == self.base.qr_id {
            Ok(self.qr.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.base.fonts.faces.get(index).cloned()
    }

    /// No clock: a document depends on its input alone.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
