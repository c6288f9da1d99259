//! Tests of all SQL, against a real PostgreSQL server.
#![allow(clippy::unwrap_used)]
// `.sqlx` describes the queries of the product, not those of its tests.
#![allow(clippy::disallowed_methods)]

mod accounts;
mod audit;
mod authenticators;
mod dictation_lists;
mod dictations;
mod fixture;
mod leases;
mod live;
mod object_intents;
mod prescriptions;
mod purging;
mod queue;
mod scoping;
mod sessions;
mod signing;
mod speech_traces;
mod transactions;
mod upgrade;
