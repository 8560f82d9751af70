//! The steady clock: it runs evenly whatever somebody does to the machine's clock.
//!
//! It takes the time of day once and then counts with the machine's own oscillator, which nobody can set. A restart on the
//! same machine goes on from what was noted last, by the time since the machine was switched on. Otherwise a restart takes
//! the machine's time of day, but never an earlier instant than one that was noted.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use super::{Clock, SystemClock, Timestamp};

/// A clock that nobody can set while it runs.
#[derive(Debug)]
pub struct SteadyClock {
    origin: Instant,
    base: AtomicI64,
}

impl SteadyClock {
    /// A clock that shows this instant now.
    pub fn showing(instant: Timestamp) -> Self {
        Self {
            origin: Instant::now(),
            base: AtomicI64::new(instant.millis()),
        }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let run = i64::try_from(self.origin.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.base.load(Ordering::SeqCst).saturating_add(run))
    }

    fn drift(&self) -> i64 {
        SystemClock.now() - self.now()
    }

    fn correct(&self, by: i64) {
        self.base.fetch_add(by, Ordering::SeqCst);
    }
}

/// The machine since it was switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// What names this run of the machine.
    pub id: String,
    /// How long it has run, in milliseconds.
    pub uptime_ms: i64,
}

impl Boot {
    /// The present run of the machine, where the system tells it.
    pub fn present() -> Option<Self> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
        let seconds: i64 = seconds.parse().ok()?;
        let hundredths: i64 = hundredths.get(..2)?.parse().ok()?;
        Some(Self {
            id: id.trim().to_owned(),
            uptime_ms: seconds * 1_000 + hundredths * 10,
        })
    }
}

/// What was noted of the time before a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The run of the machine in which it was noted; empty where the system does not tell.
    pub boot: Boot,
    /// What our clock showed.
    pub at: Timestamp,
}

/// What the clock shows after a restart, from the machine's time of day and the marks of all runs.
pub fn resumed(wall: Timestamp, boot: Option<&Boot>, marks: &[Mark]) -> Timestamp {
    let same = boot.and_then(|boot| {
        let marks = marks.iter().filter(|mark| mark.boot.id == boot.id);
        let last = marks.max_by_key(|mark| mark.at)?;
        (boot.uptime_ms >= last.boot.uptime_ms).then(|| last.at + (boot.uptime_ms - last.boot.uptime_ms))
    });
    let latest = marks.iter().map(|mark| mark.at).max();
    same.unwrap_or_else(|| latest.map_or(wall, |latest| wall.max(latest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{DAY, HOUR, MINUTE};

    const AT: Timestamp = Timestamp::from_millis(1_795_395_600_000);

    fn boot(id: &str, uptime_ms: i64) -> Boot {
        Boot {
            id: id.to_owned(),
            uptime_ms,
        }
    }

    fn mark(id: &str, uptime_ms: i64, at: Timestamp) -> Mark {
        Mark {
            boot: boot(id, uptime_ms),
            at,
        }
    }

    #[test]
    fn a_restart_on_the_same_machine_counts_the_time_that_passed_and_no_jump() {
        let marks = [mark("a", 10 * MINUTE, AT), mark("a", 9 * MINUTE, AT + -MINUTE)];
        for jump in [0, HOUR, -HOUR, DAY, -DAY] {
            let shown = resumed(AT + (3 * MINUTE + jump), Some(&boot("a", 13 * MINUTE)), &marks);
            assert_eq!(shown, AT + 3 * MINUTE, "{jump}");
        }
    }

    #[test]
    fn after_the_machine_was_switched_off_time_never_goes_back() {
        let marks = [mark("a", 10 * MINUTE, AT)];
        let other = boot("b", MINUTE);
        assert_eq!(resumed(AT + HOUR, Some(&other), &marks), AT + HOUR);
        assert_eq!(resumed(AT + -DAY, Some(&other), &marks), AT);
        assert_eq!(resumed(AT + -DAY, None, &marks), AT);
        assert_eq!(resumed(AT, None, &[]), AT, "the first start");
    }

    #[test]
    fn it_shows_what_it_was_given_and_is_corrected_by_us_only() {
        let clock = SteadyClock::showing(AT);
        let shown = clock.now() - AT;
        assert!((0..MINUTE).contains(&shown), "{shown}");
        clock.correct(HOUR);
        assert!((HOUR..HOUR + MINUTE).contains(&(clock.now() - AT)));
        assert!(clock.drift() != 0, "the machine's clock shows another day");
    }
}
