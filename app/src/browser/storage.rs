//! Keeps an unsent recording in the browser (IndexedDB), second by second, so
//! that neither a failed upload nor a reload loses a word. One recording a
//! doctor; it is removed once the server has it.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransactionMode,
};

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
    owner: &str,
    number: u32,
    piece: &Blob,
    seconds: f64,
) -> Result<(), NotKept> {
    let entry = js_sys::Object::new();
    Reflect::set(&entry, &"audio".into(), piece)?;
    Reflect::set(&entry, &"seconds".into(), &seconds.into())?;
    let store = open_store(IdbTransactionMode::Readwrite).await?;
    let key = format!("{owner}/{number:06}");
    finished(&store.put_with_key(&entry, &key.into())?).await?;
    Ok(())
}

/// The recording that waits to be sent, if there is one.
pub(crate) async fn kept(owner: &str) -> Result<Option<KeptRecording>, NotKept> {
    let store = open_store(IdbTransactionMode::Readonly).await?;
    let entries = finished(&store.get_all_with_key(of(owner)?.as_ref())?).await?;
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

/// Removes the recording.
pub(crate) async fn forget(owner: &str) -> Result<(), NotKept> {
    let store = open_store(IdbTransactionMode::Readwrite).await?;
    finished(&store.delete(of(owner)?.as_ref())?).await?;
    Ok(())
}

/// One piece of audio made of several.
pub(crate) fn joined(pieces: &Array, mime: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    Blob::new_with_blob_sequence_and_options(pieces, &options)
}

fn of(owner: &str) -> Result<IdbKeyRange, JsValue> {
    IdbKeyRange::bound(
        &format!("{owner}/").into(),
        &format!("{owner}/\u{ffff}").into(),
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
