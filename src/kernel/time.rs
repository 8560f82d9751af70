//! Time: milliseconds since 1970 in UTC, and the clock that tells them. Zones are for display only.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One second, in milliseconds.
pub const SECOND: i64 = 1_000;
/// One minute, in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour, in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day of 24 hours, in milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many milliseconds after 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl Add<i64> for Timestamp {
    type Output = Self;

    fn add(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl Sub for Timestamp {
    type Output = i64;

    fn sub(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// The machine's clock, without its jumps: begun at the machine's time, and counted on by the steady counter that nobody
/// can set.
///
/// Small corrections are followed. A larger one, in either direction, is not, and is logged once: an hour that somebody
/// sets in the middle of an exam must neither end it nor lengthen it. It is taken over at the next start.
pub struct SteadyClock {
    wall: Arc<dyn Clock>,
    counter: Box<dyn Fn() -> i64 + Send + Sync>,
    /// What the counter lacks to the machine's time.
    ahead: AtomicI64,
    jumped: AtomicBool,
}

/// A correction of the machine's clock that is followed.
const SMALL: i64 = 2 * SECOND;

impl SteadyClock {
    /// Begins at the machine's time.
    pub fn begin() -> Self {
        let begun = std::time::Instant::now();
        let counter = move || i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Self::over(Arc::new(SystemClock), Box::new(counter))
    }

    fn over(wall: Arc<dyn Clock>, counter: Box<dyn Fn() -> i64 + Send + Sync>) -> Self {
        let ahead = AtomicI64::new(wall.now().0 - counter());
        Self {
            wall,
            counter,
            ahead,
            jumped: AtomicBool::new(false),
        }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead.load(Ordering::SeqCst);
        let steady = Timestamp((self.counter)() + ahead);
        let gap = self.wall.now() - steady;
        if gap.abs() <= SMALL {
            self.ahead.store(ahead + gap, Ordering::SeqCst);
            return steady + gap;
        }
        if !self.jumped.swap(true, Ordering::SeqCst) {
            tracing::error!(
                ms = gap,
                "the machine's clock jumped; ours goes on steadily until the next start"
            );
        }
        steady
    }
}

/// A clock that a test sets and advances.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at this instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(instant.0)))
    }

    /// Moves the clock by so many milliseconds.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_machines_clock_changes_nothing_and_a_small_correction_is_followed() {
        let begin = Timestamp::from_millis(1_780_000_000_000);
        for jump in [HOUR, -HOUR, DAY, -DAY] {
            let (wall, counter) = (ManualClock::at(begin), ManualClock::at(Timestamp(7)));
            let ticks = counter.clone();
            let clock = SteadyClock::over(Arc::new(wall.clone()), Box::new(move || ticks.now().0));
            let pass = |millis: i64| {
                wall.advance(millis);
                counter.advance(millis);
            };
            pass(10 * MINUTE);
            wall.advance(500);
            assert_eq!(clock.now(), begin + (10 * MINUTE + 500), "half a second is followed");
            wall.advance(jump);
            assert_eq!(clock.now(), begin + (10 * MINUTE + 500));
            pass(MINUTE);
            assert_eq!(clock.now(), begin + (11 * MINUTE + 500), "time goes on");
            wall.advance(-jump);
            assert_eq!(clock.now(), begin + (11 * MINUTE + 500), "and back");
        }
    }
}
