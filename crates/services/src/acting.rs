//! By which access token a request acts, for the audit.
//!
//! It is kept beside the request's own task and read where audit events are written. As an
//! argument it would go through every use case down to that one place, and the one that
//! forgot it would write a program's act down as the person's own. What a use case moves to
//! a task of its own takes it along by [`carried`].

use std::future::Future;

use seva_model::AccessTokenId;

tokio::task_local! {
    static TOKEN: AccessTokenId;
}

/// Runs a request of whoever showed this token: what it does for a person is written down
/// as done by the token.
pub async fn with_token<F: Future>(token: AccessTokenId, request: F) -> F::Output {
    TOKEN.scope(token, request).await
}

/// The token by which the current request acts, if it is one's.
pub(crate) fn token() -> Option<AccessTokenId> {
    TOKEN.try_with(|token| *token).ok()
}

/// The same work for a task of its own, by the token of the current request.
pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let token = token();
    async move {
        match token {
            Some(token) => with_token(token, work).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_token_is_known_within_its_request_and_in_the_tasks_that_carry_it() {
        let (one, other) = (AccessTokenId::generate(), AccessTokenId::generate());
        let of_request = async |id| {
            with_token(id, async {
                tokio::task::yield_now().await;
                let carried = tokio::spawn(carried(async { token() })).await.unwrap();
                let left = tokio::spawn(async { token() }).await.unwrap();
                (token(), carried, left)
            })
            .await
        };
        let (first, second) = tokio::join!(of_request(one), of_request(other));
        assert_eq!(first, (Some(one), Some(one), None));
        assert_eq!(second, (Some(other), Some(other), None));
        assert_eq!(token(), None);
        let by_nobody = tokio::spawn(carried(async { token() })).await.unwrap();
        assert_eq!(by_nobody, None);
    }
}
