//! What happens with nobody present.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::office::{Office, certificate, ledger, room, time};

/// How often the jobs look around.
const BEAT: Duration = Duration::from_secs(1);
/// After how many looks the time is noted for a restart.
const NOTED_EVERY: u32 = 10;

/// Runs the jobs until `stop` says so.
pub async fn run(office: Arc<Office>, stop: watch::Receiver<bool>) {
    tokio::join!(
        rooms(office.clone(), stop.clone()),
        ledger(office.clone(), stop.clone()),
        database(office, stop)
    );
}

/// Keeps the embedded database's log short.
async fn database(office: Arc<Office>, mut stop: watch::Receiver<bool>) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = office.store.carry_over().await {
            tracing::warn!(%error, "carrying over the database's log");
        }
    }
}

/// Publishes what is new in the ledger. Apart from the rooms: a witness that is slow to answer must not keep a paper open.
async fn ledger(office: Arc<Office>, mut stop: watch::Receiver<bool>) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            _ = stop.changed() => return,
        }
        ledger::watch(&office).await;
        if let Err(refusal) = certificate::continue_prints(&office).await {
            tracing::warn!(%refusal, "later sheets");
        }
    }
}

/// Closes what is overdue, issues what was asked for, and watches the clock.
async fn rooms(office: Arc<Office>, mut stop: watch::Receiver<bool>) {
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
        certificate::continue_lists(&office);
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
