//! The way of a batch's results: settled, approved by somebody else, published, final.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{AccountId, HoldId, Timestamp};

/// Where the results of a batch stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ResultState {
    /// All marks are in and locked.
    Settled {
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// A second person stands for them.
    Approved {
        /// Who settled them.
        settled_by: AccountId,
        /// Who approved.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// They are public, and may be objected to until the end of the period.
    Published {
        /// Who settled them.
        settled_by: AccountId,
        /// Who approved them.
        approved_by: AccountId,
        /// From when.
        from: Timestamp,
        /// Until when; at this instant the period is over.
        until: Timestamp,
    },
    /// The period is over: certificates may be prepared.
    Final {
        /// Who settled them.
        settled_by: AccountId,
        /// Who approved them.
        approved_by: AccountId,
        /// When they were published.
        published: Timestamp,
        /// When they became final.
        at: Timestamp,
    },
}

/// Why results do not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResultRefusal {
    /// Whoever settled the results does not approve them.
    #[error("whoever settled the results does not approve them")]
    SamePerson,
    /// The step before has not been taken.
    #[error("the results are {is}; first they must be {needed}")]
    OutOfOrder {
        /// What they are.
        is: &'static str,
        /// What they must be.
        needed: &'static str,
    },
    /// Holds stand against the release.
    #[error("{} holds stand against the release", .holds.len())]
    Held {
        /// Which.
        holds: Vec<HoldId>,
    },
    /// The period is not over.
    #[error("the publicity period lasts until {until}")]
    StillPublic {
        /// Until when.
        until: Timestamp,
    },
    /// The publicity period cannot be reckoned.
    #[error("the publicity period leads to no date")]
    NoEnd,
}

impl ResultState {
    /// Settles results.
    pub fn settle(by: AccountId, now: Timestamp) -> Self {
        Self::Settled { by, at: now }
    }

    /// Approves settled results.
    pub fn approve(self, by: AccountId, now: Timestamp, holds: &[HoldId]) -> Result<Self, ResultRefusal> {
        let Self::Settled { by: settled_by, .. } = self else {
            return Err(self.not("settled"));
        };
        if settled_by == by {
            return Err(ResultRefusal::SamePerson);
        }
        unheld(holds)?;
        Ok(Self::Approved {
            settled_by,
            by,
            at: now,
        })
    }

    /// Publishes approved results until the end of the period ([`PublicityRule::end`]).
    pub fn publish(self, now: Timestamp, until: Timestamp, holds: &[HoldId]) -> Result<Self, ResultRefusal> {
        let Self::Approved { settled_by, by, .. } = self else {
            return Err(self.not("approved"));
        };
        unheld(holds)?;
        Ok(Self::Published {
            settled_by,
            approved_by: by,
            from: now,
            until,
        })
    }

    /// Makes published results final once the period is over.
    pub fn finish(self, now: Timestamp, holds: &[HoldId]) -> Result<Self, ResultRefusal> {
        let Self::Published {
            settled_by,
            approved_by,
            from,
            until,
        } = self
        else {
            return Err(self.not("published"));
        };
        if now < until {
            return Err(ResultRefusal::StillPublic { until });
        }
        unheld(holds)?;
        Ok(Self::Final {
            settled_by,
            approved_by,
            published: from,
            at: now,
        })
    }

    /// The state's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Settled { .. } => "settled",
            Self::Approved { .. } => "approved",
            Self::Published { .. } => "published",
            Self::Final { .. } => "final",
        }
    }

    fn not(&self, needed: &'static str) -> ResultRefusal {
        ResultRefusal::OutOfOrder {
            is: self.name(),
            needed,
        }
    }
}

fn unheld(holds: &[HoldId]) -> Result<(), ResultRefusal> {
    if holds.is_empty() {
        return Ok(());
    }
    Err(ResultRefusal::Held { holds: holds.to_vec() })
}

/// How long results are public before they are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicityRule {
    /// So many.
    pub length: u16,
    /// Of these.
    pub unit: PublicityUnit,
}

/// What a publicity period is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicityUnit {
    /// 自然日
    Days,
    /// 工作日
    WorkingDays,
}

impl Default for PublicityRule {
    /// Five working days.
    fn default() -> Self {
        Self {
            length: 5,
            unit: PublicityUnit::WorkingDays,
        }
    }
}

/// Where the calendar of a year departs from Monday to Friday.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Weekdays without work.
    pub off: BTreeSet<Date>,
    /// Weekend days that are worked (调休).
    pub worked: BTreeSet<Date>,
}

impl Holidays {
    fn is_working(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.worked.contains(&day) || (!weekend && !self.off.contains(&day))
    }
}

impl PublicityRule {
    /// When a period that begins now is over: at the midnight, in the zone of the place, that ends its last day. The day
    /// of publication does not count.
    pub fn end(&self, from: Timestamp, holidays: &Holidays, zone: &TimeZone) -> Result<Timestamp, ResultRefusal> {
        let no_end = |_| ResultRefusal::NoEnd;
        let from = jiff::Timestamp::from_millisecond(from.millis()).map_err(no_end)?;
        let mut day = zone.to_datetime(from).date();
        let mut left = self.length;
        while left > 0 {
            day = day.tomorrow().map_err(no_end)?;
            let counts = match self.unit {
                PublicityUnit::Days => true,
                PublicityUnit::WorkingDays => holidays.is_working(day),
            };
            left -= u16::from(counts);
        }
        let after = day.checked_add(1.day()).map_err(no_end)?;
        let midnight = zone.to_timestamp(after.to_datetime(Time::midnight())).map_err(no_end)?;
        Ok(Timestamp::from_millis(midnight.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::kernel::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn two_people() -> (AccountId, AccountId) {
        let entropy = SeededEntropy::new(1);
        (AccountId::new(NOW, &entropy), AccountId::new(NOW, &entropy))
    }

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        let instant = zone().to_timestamp(text.parse().unwrap()).unwrap();
        Timestamp::from_millis(instant.as_millisecond())
    }

    #[test]
    fn results_take_two_people_and_the_whole_period() {
        let (settler, approver) = two_people();
        let settled = ResultState::settle(settler, NOW);
        assert_eq!(
            settled.clone().approve(settler, NOW, &[]),
            Err(ResultRefusal::SamePerson)
        );
        assert!(matches!(
            settled.clone().publish(NOW, NOW + 1, &[]),
            Err(ResultRefusal::OutOfOrder {
                is: "settled",
                needed: "approved"
            })
        ));
        let until = NOW + 1_000;
        let published = settled
            .approve(approver, NOW, &[])
            .unwrap()
            .publish(NOW, until, &[])
            .unwrap();
        assert_eq!(
            published.clone().finish(NOW + 999, &[]),
            Err(ResultRefusal::StillPublic { until })
        );
        let last = published.finish(until, &[]).unwrap();
        assert_eq!(last.name(), "final");
        assert!(last.finish(until, &[]).is_err());
    }

    #[test]
    fn a_hold_stops_every_release() {
        let (settler, approver) = two_people();
        let holds = [HoldId::new(NOW, &SeededEntropy::new(2))];
        let refused = Err(ResultRefusal::Held { holds: holds.to_vec() });
        let settled = ResultState::settle(settler, NOW);
        assert_eq!(settled.clone().approve(approver, NOW, &holds), refused);
        let ready = settled.approve(approver, NOW, &[]).unwrap();
        assert_eq!(ready.clone().publish(NOW, NOW, &holds), refused);
        let published = ready.publish(NOW, NOW, &[]).unwrap();
        assert_eq!(published.finish(NOW, &holds), refused);
    }

    #[test]
    fn working_days_leave_out_weekends_and_follow_the_calendar() {
        // 2024-05-09 is a Thursday; 2024-05-11 a Saturday that was worked.
        let from = at("2024-05-09T15:00:00");
        let rule = PublicityRule::default();
        let plain = rule.end(from, &Holidays::default(), &zone());
        assert_eq!(plain, Ok(at("2024-05-17T00:00:00")));
        let mut calendar = Holidays::default();
        calendar.worked.insert(date(2024, 5, 11));
        assert_eq!(rule.end(from, &calendar, &zone()), Ok(at("2024-05-16T00:00:00")));
        calendar.off.insert(date(2024, 5, 10));
        assert_eq!(rule.end(from, &calendar, &zone()), Ok(at("2024-05-17T00:00:00")));
        let days = PublicityRule {
            length: 7,
            unit: PublicityUnit::Days,
        };
        assert_eq!(days.end(from, &calendar, &zone()), Ok(at("2024-05-17T00:00:00")));
    }
}
