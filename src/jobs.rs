//! What happens with nobody present.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::office::{Office, room, time};

/// How often the jobs look around.
const BEAT: Duration = Duration::from_secs(1);
/// After how many looks the time is noted for a restart.
const NOTED_EVERY: u32 = 10;

/// Runs the jobs until `stop` says so.
pub async fn run(office: Arc<Office>, mut stop: watch::Receiver<bool>) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let (mut beats, mut jump) = (0_u32, 0);
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
        match time::watch_clock(&office, jump).await {
            Ok(known) => jump = known,
            Err(refusal) => tracing::warn!(%refusal, "comparing clocks"),
        }
        if beats % NOTED_EVERY == 0
            && let Err(refusal) = time::note_time(&office).await
        {
            tracing::warn!(%refusal, "noting the time");
        }
        beats = beats.wrapping_add(1);
    }
}
