//! The lease: which terminal may write. A take-over gives the next number, and every older number is refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fencing token. It only ever rises, and it rises only when an invigilator releases the attempt to another terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Lease(i64);

/// The terminal's lease is not the one in force: another terminal has taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("another terminal has taken over this paper (lease {presented:?}, now {current:?})")]
pub struct StaleLease {
    /// What the terminal presented.
    pub presented: Lease,
    /// What is in force.
    pub current: Lease,
}

impl Lease {
    /// The lease of the first terminal.
    pub const FIRST: Self = Self(1);

    /// The lease with that number.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The lease of the terminal that takes over.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Whether a terminal with the presented lease may write. A number from the future is as wrong as one from the past.
    pub fn admit(self, presented: Self) -> Result<(), StaleLease> {
        if presented == self {
            Ok(())
        } else {
            Err(StaleLease {
                presented,
                current: self,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_take_over_the_first_terminal_writes_no_more() {
        let taken = Lease::FIRST.next();
        assert!(taken.admit(taken).is_ok());
        let refused = taken.admit(Lease::FIRST).unwrap_err();
        assert_eq!((refused.presented, refused.current), (Lease::FIRST, taken));
        assert!(Lease::FIRST.admit(taken).is_err());
    }
}
