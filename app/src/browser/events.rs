//! The live state of a dictation, as the server pushes it.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use seva_model::{DictationEvent, TranscriptionId};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, EventSource, MessageEvent, RequestInit, Response};

/// Whether the pushed state is up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamState {
    /// Connected.
    Live,
    /// The connection broke; it is being made again, and nothing gets lost.
    Reconnecting,
    /// Nobody is signed in any more. It is over, until the page is opened anew.
    SignedOut,
    /// The dictation was deleted. It is over.
    Gone,
}

impl StreamState {
    /// Whether trying again is of no use, by the status of an answer.
    const fn end_of(status: u16) -> Option<Self> {
        match status {
            401 => Some(Self::SignedOut),
            404 => Some(Self::Gone),
            _ => None,
        }
    }
}

/// Follows a dictation while the calling component lives and `running` holds.
/// `on_event` gets the whole state at once, then every change; versions only
/// grow. The stream ends by itself after the final state.
pub(crate) fn follow_dictation(
    id: TranscriptionId,
    running: Signal<bool>,
    on_event: impl Fn(DictationEvent) + 'static,
    on_state: impl Fn(StreamState) + 'static,
) {
    let handlers = Rc::new(Handlers {
        on_event: Box::new(on_event),
        on_state: Box::new(on_state),
    });
    Effect::new(move |_| {
        if running.get() {
            let stream = SendWrapper::new(DictationStream::open(id, Rc::clone(&handlers)));
            on_cleanup(move || drop(stream));
        }
    });
}

struct Handlers {
    on_event: Box<dyn Fn(DictationEvent)>,
    on_state: Box<dyn Fn(StreamState)>,
}

/// An open stream; dropping it closes it.
struct DictationStream(Rc<Connection>);

impl DictationStream {
    fn open(id: TranscriptionId, handlers: Rc<Handlers>) -> Self {
        let connection = Rc::new(Connection {
            url: format!("/api/v1/transcriptions/{id}"),
            handlers,
            source: RefCell::new(None),
            failures: Cell::new(0),
            seen: Cell::new(i64::MIN),
            ended: Cell::new(false),
        });
        connection.connect();
        Self(connection)
    }
}

impl Drop for DictationStream {
    fn drop(&mut self) {
        self.0.close();
    }
}

struct Source {
    events: EventSource,
    // Kept alive for as long as the browser may call them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_open: Closure<dyn FnMut(Event)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

struct Connection {
    /// Where the dictation is; its events are below.
    url: String,
    handlers: Rc<Handlers>,
    source: RefCell<Option<Source>>,
    failures: Cell<u32>,
    seen: Cell<i64>,
    ended: Cell<bool>,
}

impl Connection {
    fn connect(self: &Rc<Self>) {
        let Ok(events) = EventSource::new(&format!("{}/events", self.url)) else {
            return;
        };
        let on_message = handler(self, |this, message: MessageEvent| this.message(&message));
        let on_open = handler(self, |this, _: Event| {
            this.failures.set(0);
            (this.handlers.on_state)(StreamState::Live);
        });
        let on_error = handler(self, |this, _: Event| this.broken());
        // Registering a listener on a living object can't fail.
        let _ = events
            .add_event_listener_with_callback("dictation", on_message.as_ref().unchecked_ref());
        events.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        events.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        *self.source.borrow_mut() = Some(Source {
            events,
            _on_message: on_message,
            _on_open: on_open,
            _on_error: on_error,
        });
    }

    fn message(&self, message: &MessageEvent) {
        let Some(event) = message
            .data()
            .as_string()
            .and_then(|json| serde_json::from_str::<DictationEvent>(&json).ok())
        else {
            return;
        };
        if event.version <= self.seen.get() && !event.status.is_final() {
            return;
        }
        self.seen.set(event.version);
        if event.status.is_final() {
            self.close();
        }
        (self.handlers.on_event)(event);
    }

    /// The browser tries again by itself after a lost connection, but gives up
    /// when the server answered with an error: it restarts, or there is nothing
    /// to follow any more. An event source does not say which.
    fn broken(self: &Rc<Self>) {
        if self.ended.get() {
            return;
        }
        (self.handlers.on_state)(StreamState::Reconnecting);
        let gave_up = self
            .source
            .borrow()
            .as_ref()
            .is_none_or(|source| source.events.ready_state() == EventSource::CLOSED);
        if gave_up {
            let this = Rc::downgrade(self);
            let url = self.url.clone();
            spawn_local(async move {
                let end = status(&url).await.ok().and_then(StreamState::end_of);
                let Some(this) = this.upgrade().filter(|this| !this.ended.get()) else {
                    return;
                };
                match end {
                    Some(end) => {
                        this.close();
                        (this.handlers.on_state)(end);
                    }
                    None => this.connect_later(),
                }
            });
        }
    }

    fn connect_later(self: &Rc<Self>) {
        let wait = Duration::from_secs(1 << self.failures.get().min(4));
        self.failures.set(self.failures.get() + 1);
        let this = Rc::downgrade(self);
        set_timeout(
            move || {
                if let Some(this) = this.upgrade().filter(|this| !this.ended.get()) {
                    this.connect();
                }
            },
            wait,
        );
    }

    fn close(&self) {
        self.ended.set(true);
        if let Some(source) = self.source.borrow().as_ref() {
            source.events.set_onerror(None);
            source.events.close();
        }
    }
}

/// The status of an address, without its content.
async fn status(url: &str) -> Result<u16, JsValue> {
    let head = RequestInit::new();
    head.set_method("HEAD");
    let answer = JsFuture::from(window().fetch_with_str_and_init(url, &head)).await?;
    Ok(answer.dyn_into::<Response>()?.status())
}

/// A callback that does nothing once the connection is gone.
fn handler<E>(
    connection: &Rc<Connection>,
    run: impl Fn(&Rc<Connection>, E) + 'static,
) -> Closure<dyn FnMut(E)>
where
    E: wasm_bindgen::convert::FromWasmAbi + 'static,
{
    let connection: Weak<Connection> = Rc::downgrade(connection);
    Closure::new(move |event| {
        if let Some(connection) = connection.upgrade() {
            run(&connection, event);
        }
    })
}
