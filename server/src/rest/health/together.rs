//! One answer for all who ask at about the same time.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use tokio::time::Instant;

use super::PATIENCE;

/// So long an answer counts, from when it was asked for.
const COUNTS: Duration = Duration::from_secs(1);

/// What all who ask wait for.
type Answer<T> = Shared<BoxFuture<'static, T>>;

/// A question that is under way, or its last answer, and when it was asked.
pub(super) struct Together<T: Clone>(Mutex<Option<(Instant, Answer<T>)>>);

impl<T: Clone> Default for Together<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone + Send + Sync + 'static> Together<T> {
    /// The answer to whoever asked a moment ago or still does; else what `ask` gives, which
    /// has to end within [`PATIENCE`].
    pub(super) fn join<F>(&self, ask: impl FnOnce() -> F) -> Answer<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((asked, answer)) = &*last {
            // One that has not ended by then was left by everybody, and goes no further.
            let counts = if answer.peek().is_some() {
                COUNTS
            } else {
                PATIENCE
            };
            if asked.elapsed() < counts {
                return answer.clone();
            }
        }
        let answer = ask().boxed().shared();
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::{advance, sleep, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_at_once_ask_once() {
        let (together, asked) = (Together::default(), Cell::new(0));
        let join = |takes| {
            together.join(|| {
                asked.set(asked.get() + 1);
                sleep(takes).map({
                    let count = asked.get();
                    move |()| count
                })
            })
        };
        let soon = Duration::from_millis(100);
        let answers = futures::future::join_all((0..100).map(|_| join(soon))).await;
        assert_eq!(answers, vec![1; 100]);
        assert_eq!(join(soon).await, 1, "it still counts");
        advance(COUNTS).await;
        assert_eq!(join(soon).await, 2);

        // Whoever comes late to one that hangs waits no longer than whoever began.
        advance(COUNTS).await;
        let second = Duration::from_secs(1);
        assert!(timeout(second, join(PATIENCE)).await.is_err());
        let began = Instant::now();
        assert_eq!(join(soon).await, 3);
        assert!(began.elapsed() < PATIENCE);
        // One that was left goes no further: it is asked anew.
        advance(COUNTS).await;
        assert!(timeout(second, join(4 * PATIENCE)).await.is_err());
        advance(PATIENCE).await;
        assert_eq!(join(soon).await, 5);
    }
}
