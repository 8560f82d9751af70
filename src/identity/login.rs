//! Log-in delays: after some failures every further one doubles the wait. Nobody is locked out for good by a stranger.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{SECOND, Timestamp};

/// The rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackOff {
    /// So many failures in a row cost nothing.
    pub free_failures: u32,
    /// The longest wait, in seconds.
    pub most_seconds: u32,
}

impl Default for BackOff {
    /// Five failures free, then 1, 2, 4 … seconds, at most a quarter of an hour.
    fn default() -> Self {
        Self {
            free_failures: 5,
            most_seconds: 900,
        }
    }
}

/// It is too early for another try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("try again at {at}")]
pub struct TryAgainAt {
    /// From when on.
    pub at: Timestamp,
}

impl BackOff {
    /// The wait after so many failures in a row, in seconds.
    pub fn wait_seconds(&self, failures: u32) -> u32 {
        match failures.checked_sub(self.free_failures) {
            None => 0,
            Some(further) => 1_u32.checked_shl(further).unwrap_or(u32::MAX).min(self.most_seconds),
        }
    }

    /// Whether another try is heard.
    pub fn admit(&self, failures: u32, last_failure: Timestamp, now: Timestamp) -> Result<(), TryAgainAt> {
        let at = last_failure + i64::from(self.wait_seconds(failures)) * SECOND;
        if now < at { Err(TryAgainAt { at }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_ends() {
        let rule = BackOff::default();
        let waits = [0, 4, 5, 6, 7, 14, 15, 40, u32::MAX].map(|failures| rule.wait_seconds(failures));
        assert_eq!(waits, [0, 0, 1, 2, 4, 512, 900, 900, 900]);
    }

    #[test]
    fn a_try_before_its_time_is_told_when() {
        let (rule, last) = (BackOff::default(), Timestamp::from_millis(1_000));
        let at = last + 2 * SECOND;
        assert_eq!(rule.admit(6, last, at + -1), Err(TryAgainAt { at }));
        assert_eq!(rule.admit(6, last, at), Ok(()));
        assert_eq!(rule.admit(1, last, last), Ok(()));
    }
}
