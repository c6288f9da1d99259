//! Who, when and whether: which statements of the text are negated, doubted,
//! supposed, of the past, of the family or planned.

mod answers;
mod clauses;
mod cues;
mod relatives;
mod scope;

pub(crate) use scope::{Scopes, Subject};
