//! Amazon Comprehend Medical on 127.0.0.1, for the real SDK to talk to.
//!
//! No emulator speaks the service's protocol (Smithy RPC v2, CBOR). This one
//! answers the three operations that SEVA uses with what the embedded extractor
//! finds, in the service's shapes, refuses what the service refuses, and can be
//! told to misbehave. Its errors quote the text they are about, because the
//! service may do so too and callers have to cope with it.

mod server;
mod wire;

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429, `TooManyRequestsException`.
    Throttle,
    /// 500, `InternalServerException`.
    InternalError,
    /// 503, `ServiceUnavailableException`.
    Unavailable,
    /// 400, `AccessDeniedException`: the role lacks a permission.
    Denied,
    /// A page that is no CBOR, with this status.
    Garbage(u16),
    /// No answer before [`ComprehendFake::release`]; then the right one.
    Hang,
    /// The connection ends in the middle of the answer.
    BreakOff,
    /// The right answer in so many pieces, each after a pause.
    Trickle {
        /// Pieces of the body.
        pieces: usize,
        /// Time before each.
        pause: Duration,
    },
}

/// A call that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `DetectEntitiesV2`, `InferRxNorm` or `InferICD10CM`.
    pub operation: String,
    /// Bytes of its text.
    pub bytes: usize,
}

/// The running service. It ends when this is dropped.
pub struct ComprehendFake {
    address: SocketAddr,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

struct State {
    /// For the next calls, one each.
    next: Mutex<VecDeque<Fault>>,
    /// For every call that has none of its own.
    always: Mutex<Option<Fault>>,
    calls: Mutex<Vec<Call>>,
    in_flight: AtomicUsize,
    most_at_once: AtomicUsize,
    /// Calls that hang.
    hanging: watch::Sender<usize>,
    released: watch::Sender<bool>,
}

impl ComprehendFake {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// When 127.0.0.1 has none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port of 127.0.0.1");
        let address = listener.local_addr().expect("a bound port has an address");
        let state = Arc::new(State {
            next: Mutex::default(),
            always: Mutex::default(),
            calls: Mutex::default(),
            in_flight: AtomicUsize::default(),
            most_at_once: AtomicUsize::default(),
            hanging: watch::Sender::new(0),
            released: watch::Sender::new(false),
        });
        let router = server::router(Arc::clone(&state));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("the fake serves");
        });
        Self {
            address,
            state,
            serving,
        }
    }

    /// Where it answers, for the SDK's endpoint.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets the next call that has no fault yet go wrong.
    pub fn next(&self, fault: Fault) {
        lock(&self.state.next).push_back(fault);
    }

    /// Lets every call go wrong, or none any more.
    pub fn always(&self, fault: Option<Fault>) {
        *lock(&self.state.always) = fault;
    }

    /// The calls so far, in order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.state.calls).clone()
    }

    /// The most calls that were in hand at one moment.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// Waits until so many calls hang at once.
    ///
    /// # Panics
    /// When the service has ended.
    pub async fn until_hanging(&self, calls: usize) {
        let mut hanging = self.state.hanging.subscribe();
        let reached = hanging.wait_for(|now| *now >= calls).await;
        reached.expect("the fake lives");
    }

    /// Answers what hangs, and lets nothing hang any more.
    pub fn release(&self) {
        self.state.released.send_replace(true);
    }
}

impl Drop for ComprehendFake {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl State {
    fn fault(&self) -> Option<Fault> {
        let next = lock(&self.next).pop_front();
        next.or_else(|| *lock(&self.always))
    }

    /// Counts a call until the answer is dropped.
    fn enter(&self) -> InHand<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        InHand(&self.in_flight)
    }

    async fn hang(&self) {
        let mut released = self.released.subscribe();
        self.hanging.send_modify(|calls| *calls += 1);
        // Fails only when the fake has ended.
        let _ = released.wait_for(|released| *released).await;
        self.hanging.send_modify(|calls| *calls -= 1);
    }
}

struct InHand<'a>(&'a AtomicUsize);

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
