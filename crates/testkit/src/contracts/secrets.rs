use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use seva_services::ports::SecretSource;

/// A place that holds no secret yet.
#[async_trait]
pub trait SecretWorld: Send + Sync {
    /// A new adapter for the place, as after a restart.
    fn source(&self) -> Arc<dyn SecretSource>;
}

const NAMES: [&str; 3] = ["session", "objects", "links"];

async fn key(source: &dyn SecretSource, name: &str) -> Vec<u8> {
    source.key(name).await.expect("a key").expose().to_vec()
}

/// Runs the whole contract of [`SecretSource`].
///
/// # Panics
/// At the first promise that is not kept.
pub async fn secrets<W: SecretWorld>(make: impl AsyncFn() -> W) {
    let world = make().await;
    let source = world.source();
    let mut keys = Vec::new();
    for name in NAMES {
        let first = key(&*source, name).await;
        assert_eq!(first.len(), 32, "{name} has 32 bytes");
        assert!(
            first.iter().collect::<HashSet<_>>().len() > 8,
            "{name} is no pattern"
        );
        assert!(first == key(&*source, name).await, "{name} stays the same");
        assert!(
            first == key(&*world.source(), name).await,
            "{name} survives a restart"
        );
        keys.push(first);
    }
    let different: HashSet<_> = keys.iter().collect();
    assert_eq!(
        different.len(),
        NAMES.len(),
        "each name has a key of its own"
    );

    let other = make().await;
    assert!(
        key(&*other.source(), "session").await != keys[0],
        "another place has another key"
    );

    // Processes that start at once on a new machine agree.
    let fresh = make().await;
    let starts = (0..8).map(|_| {
        let source = fresh.source();
        async move { key(&*source, "session").await }
    });
    let seen: HashSet<_> = futures::future::join_all(starts)
        .await
        .into_iter()
        .collect();
    assert_eq!(seen.len(), 1, "all got the same key");
}
