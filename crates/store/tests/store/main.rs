//! Tests of all SQL, against a real PostgreSQL server.
#![allow(clippy::unwrap_used)]
// `.sqlx` describes the queries of the product, not those of its tests.
#![allow(clippy::disallowed_methods)]

mod access_tokens;
mod accounts;
mod audit;
mod authenticators;
mod dictation_lists;
mod dictations;
mod fixture;
mod idempotency;
mod leases;
mod live;
mod lost_connections;
mod migrations;
mod object_intents;
mod prescriptions;
mod purging;
mod queue;
mod queue_depth;
mod scoping;
mod sessions;
mod sign_in_limits;
mod signing;
mod speech_traces;
mod transactions;
mod upgrade;
