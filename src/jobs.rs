//! What happens with nobody present.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::office::{Office, room};

/// How often the jobs look around.
const BEAT: Duration = Duration::from_secs(1);

/// Runs the jobs until `stop` says so.
pub async fn run(office: Arc<Office>, mut stop: watch::Receiver<bool>) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            _ = stop.changed() => return,
        }
        // Overdue attempts are also closed when somebody looks; a failure here is tried again at the next beat.
        if let Err(refusal) = room::close_overdue(&office).await {
            tracing::warn!(%refusal, "overdue attempts");
        }
        crate::office::certificate::continue_lists(&office);
        crate::office::ledger::watch(&office).await;
        if let Err(refusal) = crate::office::certificate::continue_prints(&office).await {
            tracing::warn!(%refusal, "later sheets");
        }
    }
}
