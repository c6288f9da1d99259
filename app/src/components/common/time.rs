use leptos::prelude::*;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::clock;

/// A moment, as short as it stays clear, where the doctor is.
#[component]
pub(crate) fn Moment(at: OffsetDateTime) -> impl IntoView {
    let offset = clock::use_clock();
    let now = OffsetDateTime::now_utc();
    view! {
        <time datetime=at.format(&Rfc3339).unwrap_or_default()>
            {move || clock::moment(at, now, offset.get())}
        </time>
    }
}
