//! Lists of prescriptions: which to list, and how they are answered.

use serde::Serialize;
use seva_model::{PrescriptionStatus, PrescriptionSummary};
use seva_services::{Page, PrescriptionFilter};
use utoipa::ToSchema;

use crate::rest::{bodies::Success, listing::listing};

listing! {
    PrescriptionFilter {},
    status: PrescriptionStatus,
    search: "Each of the words is in the patient's name or in a medicine's."
        at "/api/v1/prescriptions/search" as PrescriptionSearchBody,
}

/// A page of a list of prescriptions.
#[derive(Serialize, ToSchema)]
#[schema(as = PrescriptionListBody)]
pub(crate) struct ListBody {
    #[schema(inline)]
    success: Success,
    prescriptions: Vec<PrescriptionSummary>,
    /// What to send as `before` for the rows that follow; null at the end.
    next: Option<String>,
}

impl ListBody {
    pub(super) fn new(page: Page<PrescriptionSummary>) -> Self {
        Self {
            success: Success,
            prescriptions: page.items,
            next: page.next,
        }
    }
}
