//! Counting: how many of each act were done, how long they took, and what went wrong; without locks.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use serde::Serialize;

/// What a simulated candidate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Signs in with ticket and code.
    SignIn,
    /// Confirms name and photo.
    Confirm,
    /// Starts.
    Start,
    /// Fetches the paper.
    Paper,
    /// Saves an answer.
    Save,
    /// Sends a sign of life.
    Heartbeat,
    /// Loads the page anew: state, saved answers and paper.
    Reload,
    /// Comes back after the line was cut, and sends the last save again.
    Reconnect,
    /// Hands in.
    Submit,
    /// Reads back what the server has.
    Compare,
    /// Asks for nothing: the yardstick.
    Hello,
}

impl Kind {
    /// All, in the order of the day.
    pub(super) const ALL: [Self; 11] = [
        Self::SignIn,
        Self::Confirm,
        Self::Start,
        Self::Paper,
        Self::Save,
        Self::Heartbeat,
        Self::Reload,
        Self::Reconnect,
        Self::Submit,
        Self::Compare,
        Self::Hello,
    ];
}

/// Times, in buckets of one part in 32: enough for percentiles, and counting is one addition.
pub(super) struct Times {
    buckets: Vec<AtomicU64>,
    most: AtomicU64,
}

const FINE: usize = 32;
const FINE_BITS: u32 = 5;
/// Up to 2^36 microseconds.
const BUCKETS: usize = FINE * 32;

impl Default for Times {
    fn default() -> Self {
        Self {
            buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
            most: AtomicU64::new(0),
        }
    }
}

fn bucket(micros: u64) -> usize {
    let magnitude = (u64::BITS - micros.leading_zeros()).saturating_sub(FINE_BITS + 1);
    let fine = usize::try_from(micros >> magnitude).unwrap_or(usize::MAX);
    let place = if magnitude == 0 {
        fine
    } else {
        FINE * usize::try_from(magnitude).unwrap_or(0) + fine
    };
    place.min(BUCKETS - 1)
}

/// The largest value of a bucket.
fn upper(bucket: usize) -> u64 {
    let (magnitude, fine) = if bucket < 2 * FINE {
        (0, bucket)
    } else {
        (bucket / FINE - 1, FINE + bucket % FINE)
    };
    ((u64::try_from(fine).unwrap_or(0) + 1) << magnitude) - 1
}

impl Times {
    /// Counts one.
    pub(super) fn count(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(micros)].fetch_add(1, Relaxed);
        self.most.fetch_max(micros, Relaxed);
    }

    /// How many were counted.
    pub(super) fn number(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// The time that so many of a thousand stay below, in microseconds.
    pub(super) fn quantile(&self, thousandths: u64) -> u64 {
        let wanted = (self.number() * thousandths).div_ceil(1_000);
        let mut sum = 0;
        for (place, count) in self.buckets.iter().enumerate() {
            sum += count.load(Relaxed);
            if sum >= wanted && sum > 0 {
                return upper(place).min(self.most());
            }
        }
        0
    }

    /// The longest, in microseconds.
    pub(super) fn most(&self) -> u64 {
        self.most.load(Relaxed)
    }
}

/// The counts of a kind of act.
#[derive(Default)]
pub(super) struct Count {
    /// How long each took, from the first try to the answer.
    pub(super) times: Times,
    /// How often the server said to come back later.
    pub(super) told_to_wait: AtomicU64,
    /// How often it failed otherwise and was tried again.
    pub(super) errors: AtomicU64,
}

/// All counts.
pub(super) struct Tally {
    counts: Vec<Count>,
    /// Candidates that gave up.
    pub(super) gave_up: AtomicU64,
    /// Answers that a reload did not give back as they were acknowledged.
    pub(super) lost: AtomicU64,
    /// Answers compared at the end.
    pub(super) compared: AtomicU64,
    /// Lines that were cut on purpose.
    pub(super) cut: AtomicU64,
    /// The first thing that went wrong, in the server's words.
    pub(super) first_error: std::sync::OnceLock<String>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            counts: Kind::ALL.iter().map(|_| Count::default()).collect(),
            gave_up: AtomicU64::default(),
            lost: AtomicU64::default(),
            compared: AtomicU64::default(),
            cut: AtomicU64::default(),
            first_error: std::sync::OnceLock::new(),
        }
    }
}

impl Tally {
    /// The counts of this kind.
    pub(super) fn of(&self, kind: Kind) -> &Count {
        &self.counts[kind as usize]
    }

    /// Errors of all kinds.
    pub(super) fn errors(&self) -> u64 {
        self.counts.iter().map(|count| count.errors.load(Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_never_below_the_truth_and_at_most_a_thirty_second_above() {
        let times = Times::default();
        for micros in 1..=10_000 {
            times.count(Duration::from_micros(micros));
        }
        assert_eq!((times.number(), times.most()), (10_000, 10_000));
        for (thousandths, truth) in [(500, 5_000), (990, 9_900), (999, 9_990), (1_000, 10_000)] {
            let told = times.quantile(thousandths);
            assert!(told >= truth && told <= truth + truth / 32, "{thousandths}: {told}");
        }
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        let mut last = 0;
        for micros in 0..1_000_000 {
            let place = bucket(micros);
            assert!(place == last || place == last + 1, "{micros}");
            assert!(upper(place) >= micros, "{micros}");
            last = place;
        }
    }
}
