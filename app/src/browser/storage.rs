//! Keeps unsent recordings in the browser (IndexedDB), second by second, so
//! that neither a failed upload nor a reload loses a word. Each recording has a
//! name of its own, and a tab holds a lock on what it records or offers, so that
//! two tabs never touch the same one. It is removed once the server has it.

use std::{collections::BTreeSet, fmt};

use js_sys::{Array, Promise, Reflect};
use time::OffsetDateTime;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransactionMode,
};

use super::locks::{self, Held};

const DATABASE: &str = "seva";
const STORE: &str = "recording-chunks";

/// The browser would not keep it: no space, or a private window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotKept;

impl From<JsValue> for NotKept {
    fn from(_: JsValue) -> Self {
        Self
    }
}

/// Names one recording: whose it is, when it began, and a random number, since
/// two may begin in the same millisecond. Later ones sort after earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RecordingId {
    owner: String,
    /// Milliseconds since 1970.
    began: u64,
    number: u32,
}

impl RecordingId {
    /// The name of a recording that begins now.
    pub(crate) fn new(owner: String) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time after 1970, and a random number below 2^32"
        )]
        let (began, number) = (
            js_sys::Date::now() as u64,
            (js_sys::Math::random() * f64::from(u32::MAX)) as u32,
        );
        Self {
            owner,
            began,
            number,
        }
    }

    /// When it began.
    pub(crate) fn began(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.began) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Takes it for this tab; none while another tab has it.
    pub(crate) async fn hold(&self) -> Option<Held> {
        locks::hold(&format!("seva-recording/{self}")).await
    }

    /// The recording a stored piece belongs to.
    fn of_key(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let owner = parts.next()?.to_owned();
        let began = parts.next()?.parse().ok()?;
        let number = u32::from_str_radix(parts.next()?, 16).ok()?;
        Some(Self {
            owner,
            began,
            number,
        })
    }
}

/// Fixed widths, so that keys sort as recordings do.
impl fmt::Display for RecordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            owner,
            began,
            number,
        } = self;
        write!(f, "{owner}/{began:015}/{number:08x}")
    }
}

/// A recording that was never sent.
#[derive(Clone, Debug)]
pub(crate) struct KeptRecording {
    /// The audio.
    pub(crate) audio: Blob,
    /// Length as recorded.
    pub(crate) seconds: f64,
}

/// Adds a piece of a running recording. `number` counts the pieces from 0;
/// `seconds` is the length with this piece.
pub(crate) async fn keep(
    id: &RecordingId,
    number: u32,
    piece: &Blob,
    seconds: f64,
) -> Result<(), NotKept> {
    let entry = js_sys::Object::new();
    Reflect::set(&entry, &"audio".into(), piece)?;
    Reflect::set(&entry, &"seconds".into(), &seconds.into())?;
    let store = open_store(IdbTransactionMode::Readwrite).await?;
    let key = format!("{id}/{number:06}");
    finished(&store.put_with_key(&entry, &key.into())?).await?;
    Ok(())
}

/// Every recording of a doctor that lies here, running ones too; oldest first.
pub(crate) async fn kept_ids(owner: &str) -> Result<Vec<RecordingId>, NotKept> {
    let store = open_store(IdbTransactionMode::Readonly).await?;
    let keys = finished(&store.get_all_keys_with_key(below(owner)?.as_ref())?).await?;
    let keys: Array = keys.dyn_into()?;
    let ids: BTreeSet<_> = keys
        .iter()
        .filter_map(|key| RecordingId::of_key(&key.as_string()?))
        .collect();
    Ok(ids.into_iter().collect())
}

/// One recording, put together from its pieces; none when it is gone.
pub(crate) async fn kept(id: &RecordingId) -> Result<Option<KeptRecording>, NotKept> {
    let store = open_store(IdbTransactionMode::Readonly).await?;
    let range = below(&id.to_string())?;
    let entries = finished(&store.get_all_with_key(range.as_ref())?).await?;
    let entries: Array = entries.dyn_into()?;
    let pieces = Array::new();
    let mut mime = String::new();
    let mut seconds = 0.0;
    for entry in entries.iter() {
        let piece: Blob = Reflect::get(&entry, &"audio".into())?.dyn_into()?;
        if mime.is_empty() {
            mime = piece.type_();
        }
        seconds = Reflect::get(&entry, &"seconds".into())?
            .as_f64()
            .unwrap_or(seconds);
        pieces.push(&piece);
    }
    if pieces.length() == 0 {
        return Ok(None);
    }
    Ok(Some(KeptRecording {
        audio: joined(&pieces, &mime)?,
        seconds,
    }))
}

/// Removes a recording.
pub(crate) async fn forget(id: &RecordingId) -> Result<(), NotKept> {
    let store = open_store(IdbTransactionMode::Readwrite).await?;
    finished(&store.delete(below(&id.to_string())?.as_ref())?).await?;
    Ok(())
}

/// One piece of audio made of several.
pub(crate) fn joined(pieces: &Array, mime: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    Blob::new_with_blob_sequence_and_options(pieces, &options)
}

/// All keys that begin with `prefix` and a stroke.
fn below(prefix: &str) -> Result<IdbKeyRange, JsValue> {
    IdbKeyRange::bound(
        &format!("{prefix}/").into(),
        &format!("{prefix}/\u{ffff}").into(),
    )
}

async fn open_store(mode: IdbTransactionMode) -> Result<IdbObjectStore, NotKept> {
    let factory = leptos::prelude::window().indexed_db()?.ok_or(NotKept)?;
    let request: IdbOpenDbRequest = factory.open_with_u32(DATABASE, 1)?;
    let upgrade = Closure::once_into_js({
        let request = request.clone();
        move || {
            if let Ok(database) = request.result() {
                // A store of that name can't be there in a new database.
                let _ = database
                    .unchecked_into::<IdbDatabase>()
                    .create_object_store(STORE);
            }
        }
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    let database: IdbDatabase = finished(&request).await?.dyn_into()?;
    let transaction = database.transaction_with_str_and_mode(STORE, mode)?;
    // Takes effect when the transaction has ended.
    database.close();
    Ok(transaction.object_store(STORE)?)
}

/// Waits for a request and gives its result.
async fn finished(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let done = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(done).await?;
    request.result()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn ids() -> impl Strategy<Value = RecordingId> {
        ("[0-9a-f-]{1,36}", 0_u64..10_u64.pow(15), any::<u32>()).prop_map(
            |(owner, began, number)| RecordingId {
                owner,
                began,
                number,
            },
        )
    }

    proptest! {
        #[test]
        fn a_piece_names_its_recording(id in ids(), piece in 0_u32..1_000_000) {
            prop_assert_eq!(RecordingId::of_key(&format!("{id}/{piece:06}")), Some(id));
        }

        #[test]
        fn keys_sort_as_recordings_begin(id in ids(), began in 0_u64..10_u64.pow(15)) {
            let other = RecordingId { began, ..id.clone() };
            prop_assert_eq!(id.to_string().cmp(&other.to_string()), id.cmp(&other));
        }
    }

    #[test]
    fn what_is_no_key_of_a_piece_names_nothing() {
        for key in ["", "owner", "owner/000001", "owner/x/0000000f/000001"] {
            assert_eq!(RecordingId::of_key(key), None, "{key:?}");
        }
    }
}
