//! Tests of all SQL, against a real PostgreSQL server.
#![allow(clippy::unwrap_used)]
// `.sqlx` describes the queries of the product, not those of its tests.
#![allow(clippy::disallowed_methods)]

mod accounts;
mod audit;
mod dictations;
mod fixture;
mod leases;
mod live;
mod prescriptions;
mod queue;
mod scoping;
mod sessions;
