//! SEVA's ports on Amazon Web Services, with the official SDK: one file a service.
//!
//! Every call goes through one place, which measures it, writes one line about it
//! and turns its failure into the ports' error. Retries are the SDK's own; there
//! is no loop around them.

mod call;
mod clients;
mod cognito;
mod comprehend;
mod put;
mod s3;
mod secrets;
mod ses;
mod transcribe;

pub use clients::{AwsClients, AwsSettings, Endpoints};
pub use cognito::{CognitoIdentity, CognitoSettings};
pub use comprehend::ComprehendMedical;
pub use s3::{S3Objects, S3Settings};
pub use secrets::AwsSecrets;
pub use ses::{SesMailer, SesSettings};
pub use transcribe::{Playing, Polling, Recordings, TranscribeMedical, TranscribeOptions};
