//! What an engine tells while it runs, on its way into the database.

use std::time::Duration;

use seva_model::Segment;
use seva_store::{StoreError, jobs};
use tokio::{sync::mpsc, time::Instant};

use super::lease::{Stop, Stopper};
use crate::{Services, errors, ports::TranscriberEvent};

/// A percentage alone is written this often at most; text at once.
const PROGRESS_EVERY: Duration = Duration::from_millis(300);

/// Stores progress and segments until the engine ends. What can't be stored is
/// no loss: the end of the transcription stores everything.
pub(super) async fn record(
    services: &Services,
    lease: &jobs::Lease,
    mut news: mpsc::Receiver<TranscriberEvent>,
    stopper: &Stopper,
) {
    let mut progress = 0;
    let mut segments: Vec<Segment> = Vec::new();
    let mut written = (0, Instant::now() - PROGRESS_EVERY);
    loop {
        let due = written.1 + PROGRESS_EVERY;
        let event = if progress > written.0 {
            tokio::select! {
                event = news.recv() => event,
                () = tokio::time::sleep_until(due) => Some(TranscriberEvent::Progress(progress)),
            }
        } else {
            news.recv().await
        };
        let Some(event) = event else { break };
        note(event, &mut progress, &mut segments);
        while let Ok(event) = news.try_recv() {
            note(event, &mut progress, &mut segments);
        }
        if segments.is_empty() && (progress == written.0 || Instant::now() < due) {
            continue;
        }
        match write(services, lease, progress, &segments).await {
            Ok(()) => segments.clear(),
            Err(StoreError::LeaseLost) => stopper.stop(Stop::LeaseLost),
            Err(error) => errors::report("store", "write progress", &error),
        }
        written = (progress, Instant::now());
    }
}

fn note(event: TranscriberEvent, progress: &mut u8, segments: &mut Vec<Segment>) {
    match event {
        TranscriberEvent::Progress(percent) => *progress = percent.min(100).max(*progress),
        TranscriberEvent::Segment(segment) => segments.push(segment),
    }
}

async fn write(
    services: &Services,
    lease: &jobs::Lease,
    progress: u8,
    segments: &[Segment],
) -> Result<(), StoreError> {
    let mut tx = seva_store::begin(services.pool()).await?;
    jobs::progress(&mut tx, lease, progress, segments).await?;
    seva_store::commit(tx).await
}
