//! A connection comes back to the pool clean, wherever its user was dropped.

use crate::fixture::World;

const OPEN: &str = "SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND state = 'idle in transaction'";

/// A request whose browser went away and a worker that was stopped are dropped
/// at any await.
#[tokio::test]
async fn a_transaction_that_is_dropped_while_it_begins_stays_open_nowhere() {
    let world = World::new().await;
    let pool = world.pool();
    let mut watcher = pool.acquire().await.unwrap();
    // Some steps more each time, until it is through before it is dropped.
    let (mut steps, mut through) = (0, 0);
    while through < 10 {
        tokio::select! {
            biased;
            begun = seva_store::begin(pool) => {
                drop(begun.unwrap());
                through += 1;
            }
            () = async {
                for _ in 0..steps {
                    tokio::task::yield_now().await;
                }
            } => {}
        }
        while pool.num_idle() + 1 < pool.size() as usize {
            tokio::task::yield_now().await;
        }
        let open: i64 = sqlx::query_scalar(OPEN)
            .fetch_one(&mut *watcher)
            .await
            .unwrap();
        assert_eq!(open, 0, "after {steps} steps");
        steps += 1 + steps / 32;
    }
}
