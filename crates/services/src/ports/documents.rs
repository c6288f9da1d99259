//! Paper.

use async_trait::async_trait;
use bytes::Bytes;
use seva_model::{CurrentUser, Prescription};
use time::UtcOffset;

use super::PortError;

/// Everything the paper shows.
#[derive(Clone, Debug)]
pub struct PrescriptionPaper {
    /// The prescription.
    pub prescription: Prescription,
    /// Who signs it.
    pub doctor: CurrentUser,
    /// How far the doctor's clock is from UTC: dates on the paper are the doctor's.
    pub utc_offset: UtcOffset,
    /// Address a pharmacist opens to verify it.
    pub verification_url: String,
}

/// Makes the PDF of a prescription.
#[async_trait]
pub trait PrescriptionPrinter: Send + Sync {
    /// Equal input gives equal bytes. A draft is marked as one.
    async fn print(&self, paper: &PrescriptionPaper) -> Result<Bytes, PortError>;
}
