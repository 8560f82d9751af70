//! What happens with nobody present.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::office::Office;

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
        crate::office::certificate::continue_lists(&office);
    }
}
