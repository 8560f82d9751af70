//! Overtime at a task: what each begun step costs, and when it is over for good.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Marks;

/// The rule of a task. Early finish gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OvertimeRule {
    /// So many milliseconds over time cost nothing.
    pub grace_ms: i64,
    /// The length of a step, in milliseconds.
    pub step_ms: i64,
    /// What every begun step costs.
    pub deduct_per_step: Marks,
    /// From so many milliseconds over time on the work is taken as it stands.
    pub hard_stop_ms: i64,
}

/// What an overrun leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overrun {
    /// Nothing.
    InTime,
    /// So much is taken off the task's score.
    Deduct(Marks),
    /// The candidate had to stop; so much is taken off for the time until then.
    Stopped(Marks),
}

impl OvertimeRule {
    /// What so many milliseconds over time lead to.
    pub fn overrun(&self, over_ms: i64) -> Overrun {
        if over_ms >= self.hard_stop_ms {
            return Overrun::Stopped(self.deduction(self.hard_stop_ms));
        }
        match self.deduction(over_ms) {
            Marks::ZERO => Overrun::InTime,
            off => Overrun::Deduct(off),
        }
    }

    fn deduction(&self, over_ms: i64) -> Marks {
        let counted = over_ms.saturating_sub(self.grace_ms).max(0);
        // A step of nothing would cost without end: it counts as one millisecond.
        let step = self.step_ms.max(1);
        let steps = counted / step + i64::from(counted % step > 0);
        self.deduct_per_step.times(steps)
    }
}

impl Overrun {
    /// What is taken off the task's score.
    pub fn deduction(self) -> Marks {
        match self {
            Self::InTime => Marks::ZERO,
            Self::Deduct(off) | Self::Stopped(off) => off,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{MINUTE, SECOND};

    #[test]
    fn every_begun_minute_costs_until_the_hard_stop() {
        let rule = OvertimeRule {
            grace_ms: 30 * SECOND,
            step_ms: MINUTE,
            deduct_per_step: Marks::whole(2),
            hard_stop_ms: 5 * MINUTE,
        };
        assert_eq!(rule.overrun(-10 * MINUTE), Overrun::InTime);
        assert_eq!(rule.overrun(30 * SECOND), Overrun::InTime);
        assert_eq!(rule.overrun(30 * SECOND + 1), Overrun::Deduct(Marks::whole(2)));
        assert_eq!(rule.overrun(90 * SECOND), Overrun::Deduct(Marks::whole(2)));
        assert_eq!(rule.overrun(91 * SECOND), Overrun::Deduct(Marks::whole(4)));
        assert_eq!(rule.overrun(5 * MINUTE), Overrun::Stopped(Marks::whole(10)));
        assert_eq!(rule.overrun(60 * MINUTE).deduction(), Marks::whole(10));
    }
}
