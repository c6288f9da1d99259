//! All SQL of SEVA, one file a topic.
//!
//! What is written takes a connection inside a transaction, so that a use case
//! and its audit event commit together; what is only read takes the pool. Each
//! query that serves a doctor names the doctor: another doctor's row is
//! [`StoreError::NotFound`], exactly as one that does not exist. Only the worker
//! (by its lease), the embedded identity provider (by e-mail) and access tokens (by
//! their digest) reach rows in another way.
//!
//! Locks are taken in one order, the queue, then a job, then its dictation, then its
//! trace; one change of state a transaction keeps it so.

pub mod access_tokens;
pub mod audit;
pub mod edits;
pub mod entities;
mod error;
pub mod idempotency;
pub mod jobs;
mod live;
pub mod local_authenticators;
pub mod local_credentials;
pub mod object_intents;
mod page;
mod pool;
pub mod prescriptions;
mod queue_depth;
mod retry;
mod rows;
mod segments;
mod sessions;
pub mod sign_in_limits;
pub mod speech_traces;
pub mod transcriptions;
pub mod users;

pub use error::{DatabaseError, Result, StoreError};
pub use live::{Change, LiveUpdates};
pub use page::{BadCursor, Cursor, Page};
pub use pool::{PoolSettings, Transaction, begin, commit, connect, migrate, ping};
pub use queue_depth::{QueueDepth, queue_depth};
pub use sessions::{
    SESSION_EPOCH_KEY, SESSION_USER_KEY, SealedSessionStore, SessionKey, SignInEpoch, end_session,
    end_sessions,
};
pub use sqlx::{PgConnection, PgPool};
