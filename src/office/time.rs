//! The office's clock: noted in the database, taken up after a restart, and compared with the machine's.
//!
//! While a paper is open the clock follows nobody: a machine whose time of day jumps must not end an examination or prolong
//! it. A jump is recorded. With no paper open the clock takes the machine's time of day again.

use serde_json::json;

use super::{Caller, Event, Office, Op, Refusal};
use crate::kernel::{Boot, Clock, Mark, SECOND, SteadyClock, SystemClock, Timestamp, resumed};
use crate::store::{Store, setting, sitting};

/// Names of marks lie between these two.
const MARKS: (&str, &str) = ("clock/", "clock0");
/// A difference of this much is a jump; less is the ordinary unevenness of clocks.
const JUMP: i64 = 2 * SECOND;
/// By how much a clock that runs unevenly is led back, in milliseconds for each look.
const LEAD: i64 = 1;

/// The clock to work with, taken up where it was left.
pub async fn steady_clock(store: &Store) -> Result<SteadyClock, Refusal> {
    let mut connection = store.read().await?;
    let rows = setting::between(&mut connection, MARKS.0, MARKS.1).await?;
    let marks: Vec<Mark> = rows.iter().filter_map(|(name, value)| read_mark(name, value)).collect();
    Ok(SteadyClock::showing(resumed(
        SystemClock.now(),
        Boot::present().as_ref(),
        &marks,
    )))
}

fn read_mark(name: &str, value: &[u8]) -> Option<Mark> {
    let (at, uptime_ms): (Timestamp, i64) = serde_json::from_slice(value).ok()?;
    let id = name.strip_prefix(MARKS.0)?.to_owned();
    Some(Mark {
        boot: Boot { id, uptime_ms },
        at,
    })
}

/// Notes what the clock shows, for a restart.
pub async fn note_time(office: &Office) -> Result<(), Refusal> {
    let boot = Boot::present().unwrap_or(Boot {
        id: String::new(),
        uptime_ms: 0,
    });
    let now = office.now();
    let value = serde_json::to_vec(&(now, boot.uptime_ms)).map_err(|error| Refusal::Fault(error.to_string()))?;
    let mut tx = office.store.write().await?;
    setting::put(&mut tx, &format!("{}{}", MARKS.0, boot.id), &value, now).await?;
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    Ok(())
}

/// Compares the clock with the machine's. `known` is the jump that was told last; gives the one to remember.
pub async fn watch_clock(office: &Office, known: i64) -> Result<i64, Refusal> {
    let drift = office.clock.drift();
    if drift.abs() < JUMP {
        office.clock.correct(drift.clamp(-LEAD, LEAD));
        return Ok(0);
    }
    let mut connection = office.store.read().await?;
    let open = sitting::open_papers(&mut connection).await?;
    drop(connection);
    if open == 0 {
        office.clock.correct(drift);
    } else if (drift - known).abs() < JUMP {
        return Ok(known);
    }
    tracing::warn!(drift, open, "the machine's clock jumped");
    let job = Caller::system("clock");
    let op = Op::begin_named(office, &job, "clock.jumped").await?;
    let event = Event::of("clock").with(json!({ "ms": drift, "open_papers": open, "followed": open == 0 }));
    op.commit(event).await?;
    Ok(if open == 0 { 0 } else { drift })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::kernel::{DAY, HOUR, MINUTE};
    use crate::office::terminal::tests::{NOON, room};
    use crate::store::sitting::fixture;

    /// A clock beside a machine whose time of day somebody sets.
    #[derive(Default)]
    struct Tampered {
        shown: AtomicI64,
        wall: AtomicI64,
    }

    impl Clock for Tampered {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.shown.load(Ordering::SeqCst))
        }

        fn drift(&self) -> i64 {
            self.wall.load(Ordering::SeqCst) - self.shown.load(Ordering::SeqCst)
        }

        fn correct(&self, by: i64) {
            self.shown.fetch_add(by, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn while_a_paper_is_open_a_jump_of_the_machines_clock_is_recorded_and_not_followed() {
        let mut room = room().await;
        room.session_starts().await;
        room.works(0).await;
        let clock = Arc::new(Tampered::default());
        clock.shown.store(NOON.millis(), Ordering::SeqCst);
        room.office.clock = clock.clone();
        let mut known = 0;
        for jump in [HOUR, -HOUR, DAY, -DAY] {
            clock.wall.store(NOON.millis() + jump, Ordering::SeqCst);
            for _ in 0..3 {
                known = watch_clock(&room.office, known).await.unwrap();
            }
            assert_eq!(room.office.now(), NOON, "{jump}");
            assert_eq!(crate::office::room::close_overdue(&room.office).await.unwrap(), 0);
        }
        let told = "SELECT COUNT(*) FROM event WHERE act = 'clock.jumped'".to_owned();
        assert_eq!(fixture::number(&room.office.store, told).await, 4, "each jump once");
    }

    #[tokio::test]
    async fn with_no_paper_open_the_clock_takes_the_machines_time_again() {
        let mut room = room().await;
        let clock = Arc::new(Tampered::default());
        clock.shown.store(NOON.millis(), Ordering::SeqCst);
        clock.wall.store(NOON.millis() + HOUR, Ordering::SeqCst);
        room.office.clock = clock.clone();
        watch_clock(&room.office, 0).await.unwrap();
        assert_eq!(room.office.now(), NOON + HOUR);
        clock.wall.store((NOON + (HOUR + 5)).millis(), Ordering::SeqCst);
        watch_clock(&room.office, 0).await.unwrap();
        assert_eq!(
            room.office.now(),
            NOON + (HOUR + 1),
            "a small difference is led back slowly"
        );
    }

    #[tokio::test]
    async fn the_time_that_was_noted_is_found_again() {
        let room = room().await;
        room.clock.advance(5 * MINUTE);
        note_time(&room.office).await.unwrap();
        note_time(&room.office).await.unwrap();
        let mut connection = room.office.store.read().await.unwrap();
        let rows = setting::between(&mut connection, MARKS.0, MARKS.1).await.unwrap();
        let marks: Vec<Mark> = rows.iter().filter_map(|(name, value)| read_mark(name, value)).collect();
        assert_eq!(marks.len(), 1);
        assert_eq!(marks[0].at, NOON + 5 * MINUTE);
    }
}
