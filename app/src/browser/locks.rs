//! Names that one tab alone holds (Web Locks). The browser takes a name back
//! when the tab is closed or crashes, so nothing stays locked for ever.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// How long a name is waited for, in milliseconds. A page that is loaded again
/// may ask before its former self has let go.
const PATIENCE: u32 = 2000;

/// A name that belongs to this tab until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    /// None where the browser knows no locks.
    release: Option<Function>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            // Settling a promise can't fail.
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// Takes a name; none if another tab has it and keeps it for two seconds. A
/// browser without locks gives any name to everybody.
pub(crate) async fn hold(name: &str) -> Option<Held> {
    let navigator = leptos::prelude::window().navigator();
    match Reflect::get(&navigator, &"locks".into()) {
        Ok(locks) if locks.is_object() => ask(&locks, name).await.ok(),
        _ => Some(Held { release: None }),
    }
}

/// The browser keeps the name for as long as the promise that the callback
/// gives it is open, so `Held` closes that promise.
async fn ask(locks: &JsValue, name: &str) -> Result<Held, JsValue> {
    let (held, release) = promise()?;
    let (granted, grant) = promise()?;
    let on_grant = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
        let _ = grant.call0(&JsValue::NULL);
        held.into()
    });
    let options = Object::new();
    let patience = AbortSignal::timeout_with_u32(PATIENCE);
    Reflect::set(&options, &"signal".into(), &patience)?;
    let request: Function = Reflect::get(locks, &"request".into())?.dyn_into()?;
    let over = request.call3(locks, &name.into(), &options, &on_grant)?;
    // `over` is rejected when the patience ends before the name is free.
    JsFuture::from(Promise::race(&Array::of2(&granted, &over))).await?;
    Ok(Held {
        release: Some(release),
    })
}

/// A promise, and what fulfils it.
fn promise() -> Result<(Promise, Function), JsValue> {
    let mut fulfil = None;
    let promise = Promise::new(&mut |resolve, _| fulfil = Some(resolve));
    Ok((promise, fulfil.ok_or(JsValue::UNDEFINED)?))
}
