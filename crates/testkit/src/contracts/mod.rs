//! What every adapter of a port has to do, whatever stands behind it.
//!
//! A contract is an `async fn` that panics at the first broken promise. It gets
//! `make`, which builds the adapter in a world of its own; the world answers what
//! the port itself does not tell, such as which mail arrived.

mod extractor;
mod identity;
mod mailer;
mod objects;
mod secrets;
mod transcriber;

pub use extractor::extractor;
pub use identity::{IdentityException, IdentityWorld, code_shown, identity};
pub use mailer::{MailWorld, mailer};
pub use objects::{ObjectWorld, object_store};
pub use secrets::{SecretWorld, secrets};
pub use transcriber::{SpeechWorld, transcriber};
