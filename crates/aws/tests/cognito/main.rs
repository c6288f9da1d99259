//! Accounts in a user pool: the contract of the port and what a pool is set to do,
//! against the emulator; and what Cognito can say and the emulator does not, in
//! answers written by hand. Both over HTTP, with the real SDK.
#![allow(clippy::unwrap_used)]

macro_rules! assert_refused {
    ($result:expr, $expected:pat) => {
        match $result {
            Err($expected) => {}
            other => panic!("expected {}, got {other:?}", stringify!($expected)),
        }
    };
}

mod accounts;
mod contract;
mod log;
mod people;
mod pool;
mod properties;
mod refusals;
mod script;
mod settings;
mod steps;
mod tokens;
