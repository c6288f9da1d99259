//! Looks into a running decoder from outside: how far it is, whether it should stop, and
//! which names it leans to.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use whisper_rs::{
    FullParams, WhisperContext, WhisperSysContext, WhisperSysState, WhisperTokenData,
    WhisperTokenId,
};

use super::expected::Expected;
use crate::CancelFlag;

/// How long a text token lasts in ordinary dictation, in hundredths of a second.
const TOKEN_CENTISECONDS: u32 = 22;

/// Shared with the decoder's own threads, so nothing but atomics and what never changes.
pub(crate) struct Watch {
    cancel: CancelFlag,
    /// First id of the time stamp tokens; each next one is 0.02 s later.
    first_timestamp: i32,
    /// How many tokens the model knows.
    vocabulary: usize,
    expected: Arc<Expected>,
    progress: Progress,
}

/// How far into its sound the decoder has written.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    centiseconds: Arc<AtomicU32>,
}

impl Progress {
    /// Seconds from the start of the sound; never falls.
    pub(crate) fn seconds(&self) -> f64 {
        f64::from(self.centiseconds.load(Ordering::Relaxed)) / 100.0
    }
}

impl Watch {
    pub(crate) fn new(
        cancel: CancelFlag,
        context: &WhisperContext,
        expected: Arc<Expected>,
    ) -> Self {
        Self {
            cancel,
            first_timestamp: context.token_beg(),
            vocabulary: usize::try_from(context.n_vocab()).unwrap_or(0),
            expected,
            progress: Progress::default(),
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Makes the decoder report here while it runs with `params`.
    ///
    /// `self` must stay in place during the call to `WhisperState::full` that takes the
    /// parameters; `Job` owns it and runs that call.
    #[expect(unsafe_code, reason = "whisper.cpp takes its callbacks as C functions")]
    pub(crate) fn attach(&self, params: &mut FullParams<'_, '_>) {
        let this = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        // SAFETY: both callbacks only read `this` as a shared `Watch`, all of whose fields
        // may be used from any thread. Of the engine's pointers they touch the odds alone,
        // which are handed out to be changed.
        unsafe {
            params.set_abort_callback(Some(should_stop));
            params.set_abort_callback_user_data(this);
            params.set_filter_logits_callback(Some(on_tokens));
            params.set_filter_logits_callback_user_data(this);
        }
    }

    fn note(&self, tokens: &[WhisperTokenData]) {
        let first = self.first_timestamp;
        let stamp = tokens.iter().rposition(|token| token.id >= first);
        let (known, after) = match stamp {
            Some(at) => (
                (tokens[at].id - first).cast_unsigned() * 2,
                tokens.len() - at - 1,
            ),
            None => (0, tokens.len()),
        };
        let heard = known + u32::try_from(after).unwrap_or(0) * TOKEN_CENTISECONDS;
        self.progress
            .centiseconds
            .fetch_max(heard, Ordering::Relaxed);
    }
}

#[expect(
    unsafe_code,
    reason = "called by whisper.cpp between two steps of its computation"
)]
unsafe extern "C" fn should_stop(user_data: *mut c_void) -> bool {
    // SAFETY: `attach` passed a `Watch` that outlives the computation.
    let watch = unsafe { &*user_data.cast::<Watch>() };
    watch.cancel.is_cancelled()
}

#[expect(
    unsafe_code,
    reason = "called by whisper.cpp for every candidate, from its threads"
)]
unsafe extern "C" fn on_tokens(
    _: *mut WhisperSysContext,
    _: *mut WhisperSysState,
    tokens: *const WhisperTokenData,
    count: i32,
    odds: *mut f32,
    user_data: *mut c_void,
) {
    let count = usize::try_from(count).unwrap_or(0);
    if tokens.is_null() || count == 0 {
        return;
    }
    // SAFETY: `attach` passed a `Watch` that outlives the computation, and whisper.cpp
    // passes `count` tokens that stay in place during this call.
    let (watch, tokens) = unsafe {
        (
            &*user_data.cast::<Watch>(),
            std::slice::from_raw_parts(tokens, count),
        )
    };
    watch.note(tokens);
    if odds.is_null() || watch.vocabulary == 0 {
        return;
    }
    // SAFETY: whisper.cpp passes one number for each token of its vocabulary, which belong
    // to the candidate that this call is about and to nobody else during it.
    let odds = unsafe { std::slice::from_raw_parts_mut(odds, watch.vocabulary) };
    let written: Vec<WhisperTokenId> = tokens.iter().map(|token| token.id).collect();
    watch.expected.names.lean(&written, odds);
}
