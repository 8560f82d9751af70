//! The ledger of time: recorded changes, one after another, from which an attempt's deadline follows and nothing else.
//!
//! A change concerns one attempt or everybody in the room. It is never edited: a wrong one is set right by another. What
//! comes at the instant of the deadline or later finds the time over and changes nothing, unless it restores time that an
//! outage took. A pause holds while the attempt or its room is paused.

use crate::kernel::Timestamp;

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeChange {
    /// The paper was opened.
    Start,
    /// Time was added, for those whose time is not over.
    Extra {
        /// How much.
        ms: i64,
    },
    /// Time that an outage took was given back, also when the deadline passed meanwhile.
    Restore {
        /// How much.
        ms: i64,
    },
    /// Time stands still.
    Pause,
    /// Time goes on.
    Resume,
    /// An invigilator took the paper.
    Taken,
}

/// Whom a change concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everybody in the room.
    Room,
    /// This attempt.
    Attempt,
}

/// A line of the ledger. Lines of one instant are taken in the order of [`TimeChange`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: TimeChange,
    /// For whom.
    pub scope: Scope,
}

/// How an attempt's time stands after its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clockwork {
    /// Not started.
    Waiting {
        /// Extra time given beforehand.
        extra_ms: i64,
    },
    /// Time runs until the deadline.
    Running {
        /// When the paper was opened.
        started: Timestamp,
        /// The first instant that is too late.
        deadline: Timestamp,
        /// Extra time so far.
        extra_ms: i64,
    },
    /// Time stands still.
    Paused {
        /// When the paper was opened.
        started: Timestamp,
        /// Since when.
        since: Timestamp,
        /// How much is left.
        left_ms: i64,
        /// Extra time so far.
        extra_ms: i64,
    },
    /// An invigilator took the paper.
    Taken {
        /// When the paper was opened.
        started: Timestamp,
        /// When it was taken.
        at: Timestamp,
        /// Extra time so far.
        extra_ms: i64,
    },
}

/// A half-open span of time: its end does not belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Clockwork {
    /// Extra time given so far.
    pub fn extra_ms(self) -> i64 {
        match self {
            Self::Waiting { extra_ms }
            | Self::Running { extra_ms, .. }
            | Self::Paused { extra_ms, .. }
            | Self::Taken { extra_ms, .. } => extra_ms,
        }
    }

    /// The deadline, while time runs.
    pub fn deadline(self) -> Option<Timestamp> {
        match self {
            Self::Running { deadline, .. } => Some(deadline),
            Self::Waiting { .. } | Self::Paused { .. } | Self::Taken { .. } => None,
        }
    }

    /// Whether time was over at this instant.
    pub fn is_over(self, now: Timestamp) -> bool {
        match self {
            Self::Running { deadline, .. } => now >= deadline,
            Self::Taken { .. } => true,
            Self::Waiting { .. } | Self::Paused { .. } => false,
        }
    }

    fn add(self, ms: i64) -> Self {
        match self {
            Self::Waiting { extra_ms } => Self::Waiting {
                extra_ms: extra_ms + ms,
            },
            Self::Running {
                started,
                deadline,
                extra_ms,
            } => Self::Running {
                started,
                deadline: deadline + ms,
                extra_ms: extra_ms + ms,
            },
            Self::Paused {
                started,
                since,
                left_ms,
                extra_ms,
            } => Self::Paused {
                started,
                since,
                left_ms: left_ms + ms,
                extra_ms: extra_ms + ms,
            },
            Self::Taken { .. } => self,
        }
    }

    fn stop(self, at: Timestamp) -> Self {
        match self {
            Self::Running {
                started,
                deadline,
                extra_ms,
            } if at < deadline => Self::Paused {
                started,
                since: at,
                left_ms: deadline - at,
                extra_ms,
            },
            _ => self,
        }
    }

    fn go_on(self, at: Timestamp) -> Self {
        match self {
            Self::Paused {
                started,
                left_ms,
                extra_ms,
                ..
            } => Self::Running {
                started,
                deadline: at + left_ms,
                extra_ms,
            },
            _ => self,
        }
    }
}

/// How time stands for an attempt of this duration after these changes, in whatever order they are given.
pub fn clockwork(duration_ms: i64, entries: &[TimeEntry]) -> Clockwork {
    walk(duration_ms, entries, |_| {}).0
}

/// When the attempt's time ran, up to this instant: between its start, its pauses and its end.
pub fn spans(duration_ms: i64, entries: &[TimeEntry], now: Timestamp) -> Vec<Span> {
    let mut ran = Vec::new();
    let (last, since) = walk(duration_ms, entries, |span| ran.push(span));
    if let (Clockwork::Running { deadline, .. }, Some(from)) = (last, since) {
        let until = deadline.min(now);
        if from < until {
            ran.push(Span { from, until });
        }
    }
    ran
}

/// Since when the whole room is paused, if it is.
pub fn room_paused_since(entries: &[TimeEntry]) -> Option<Timestamp> {
    let of_room = entries.iter().filter(|entry| entry.scope == Scope::Room);
    let turns = of_room.filter(|entry| matches!(entry.change, TimeChange::Pause | TimeChange::Resume));
    let last = turns.max()?;
    (last.change == TimeChange::Pause).then_some(last.at)
}

/// Goes through the changes in order; tells each span in which time ran and that ended, and gives the last state with the
/// instant since which it runs.
fn walk(duration_ms: i64, entries: &[TimeEntry], mut ran: impl FnMut(Span)) -> (Clockwork, Option<Timestamp>) {
    let mut entries = entries.to_vec();
    entries.sort_unstable();
    let mut state = Clockwork::Waiting { extra_ms: 0 };
    let (mut room, mut own) = (false, false);
    let mut since: Option<Timestamp> = None;
    for TimeEntry { at, change, scope } in entries {
        let before = state;
        match change {
            TimeChange::Pause => *(if scope == Scope::Room { &mut room } else { &mut own }) = true,
            TimeChange::Resume => *(if scope == Scope::Room { &mut room } else { &mut own }) = false,
            TimeChange::Start | TimeChange::Extra { .. } | TimeChange::Restore { .. } | TimeChange::Taken => {}
        }
        state = step(state, at, change, duration_ms, room || own);
        let stopped = match (before, state) {
            (Clockwork::Running { deadline, .. }, Clockwork::Running { .. }) if at > deadline && before != state => {
                Some(deadline)
            }
            (Clockwork::Running { deadline, .. }, Clockwork::Paused { .. } | Clockwork::Taken { .. }) => {
                Some(deadline.min(at))
            }
            _ => None,
        };
        if let (Some(from), Some(until)) = (since, stopped.filter(|until| since < Some(*until))) {
            ran(Span { from, until });
        }
        let began = matches!(before, Clockwork::Waiting { .. } | Clockwork::Paused { .. });
        if matches!(state, Clockwork::Running { .. }) && (began || stopped.is_some()) {
            since = Some(at);
        }
    }
    (state, since)
}

/// The state after one change.
fn step(state: Clockwork, at: Timestamp, change: TimeChange, duration_ms: i64, held: bool) -> Clockwork {
    match (change, state) {
        (TimeChange::Start, Clockwork::Waiting { extra_ms }) => {
            let begun = Clockwork::Running {
                started: at,
                deadline: at + (duration_ms + extra_ms),
                extra_ms,
            };
            if held { begun.stop(at) } else { begun }
        }
        (TimeChange::Extra { ms }, _) if !state.is_over(at) => state.add(ms),
        (
            TimeChange::Restore { ms },
            Clockwork::Running {
                started,
                deadline,
                extra_ms,
            },
        ) => Clockwork::Running {
            started,
            deadline: deadline.max(at) + ms,
            extra_ms: extra_ms + ms,
        },
        (TimeChange::Restore { ms }, _) => state.add(ms),
        (TimeChange::Pause, _) => state.stop(at),
        (TimeChange::Resume, _) if !held => state.go_on(at),
        (
            TimeChange::Taken,
            Clockwork::Running { started, extra_ms, .. } | Clockwork::Paused { started, extra_ms, .. },
        ) => Clockwork::Taken { started, at, extra_ms },
        (TimeChange::Start | TimeChange::Extra { .. } | TimeChange::Resume | TimeChange::Taken, _) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::MINUTE;

    const START: Timestamp = Timestamp::from_millis(1_000_000_000);
    const HOUR_AND_HALF: i64 = 90 * MINUTE;

    fn entry(after: i64, change: TimeChange, scope: Scope) -> TimeEntry {
        TimeEntry {
            at: START + after,
            change,
            scope,
        }
    }

    fn own(after: i64, change: TimeChange) -> TimeEntry {
        entry(after, change, Scope::Attempt)
    }

    fn room(after: i64, change: TimeChange) -> TimeEntry {
        entry(after, change, Scope::Room)
    }

    fn deadline(entries: &[TimeEntry]) -> Option<i64> {
        clockwork(HOUR_AND_HALF, entries).deadline().map(|at| at - START)
    }

    #[test]
    fn the_deadline_is_start_and_duration_and_what_was_added_before_it() {
        let start = own(0, TimeChange::Start);
        assert_eq!(deadline(&[start]), Some(HOUR_AND_HALF));
        let given_before = room(-5, TimeChange::Extra { ms: 10 });
        let last_instant = own(HOUR_AND_HALF + 9, TimeChange::Extra { ms: 7 });
        assert_eq!(deadline(&[start, given_before]), Some(HOUR_AND_HALF + 10));
        assert_eq!(deadline(&[start, given_before, last_instant]), Some(HOUR_AND_HALF + 17));
        let too_late = room(HOUR_AND_HALF, TimeChange::Extra { ms: 7 });
        assert_eq!(deadline(&[start, too_late]), Some(HOUR_AND_HALF), "half-open");
    }

    #[test]
    fn the_order_in_which_lines_are_read_changes_nothing() {
        let mut lines = vec![
            own(0, TimeChange::Start),
            room(MINUTE, TimeChange::Pause),
            own(2 * MINUTE, TimeChange::Extra { ms: MINUTE }),
            room(5 * MINUTE, TimeChange::Resume),
            own(6 * MINUTE, TimeChange::Pause),
            own(7 * MINUTE, TimeChange::Resume),
        ];
        let forward = clockwork(HOUR_AND_HALF, &lines);
        lines.reverse();
        assert_eq!(clockwork(HOUR_AND_HALF, &lines), forward);
        assert_eq!(forward.deadline(), Some(START + (HOUR_AND_HALF + 6 * MINUTE)));
        assert_eq!(forward.extra_ms(), MINUTE, "a pause is no extra time");
    }

    #[test]
    fn time_goes_on_only_when_neither_room_nor_attempt_is_paused() {
        let mut lines = vec![
            own(0, TimeChange::Start),
            own(MINUTE, TimeChange::Pause),
            room(2 * MINUTE, TimeChange::Pause),
            own(3 * MINUTE, TimeChange::Resume),
        ];
        let paused = clockwork(HOUR_AND_HALF, &lines);
        let expected = Clockwork::Paused {
            started: START,
            since: START + MINUTE,
            left_ms: 89 * MINUTE,
            extra_ms: 0,
        };
        assert_eq!(paused, expected);
        assert!(!paused.is_over(START + 365 * HOUR_AND_HALF), "time stands still");
        lines.push(room(13 * MINUTE, TimeChange::Resume));
        assert_eq!(deadline(&lines), Some(HOUR_AND_HALF + 12 * MINUTE));
        let ran = spans(HOUR_AND_HALF, &lines, START + 20 * MINUTE);
        let minutes: Vec<_> = ran
            .iter()
            .map(|span| ((span.from - START) / MINUTE, (span.until - START) / MINUTE))
            .collect();
        assert_eq!(minutes, [(0, 1), (13, 20)]);
    }

    #[test]
    fn a_pause_after_the_end_and_a_second_start_change_nothing() {
        let lines = [own(0, TimeChange::Start), own(MINUTE, TimeChange::Start)];
        assert_eq!(deadline(&lines), Some(HOUR_AND_HALF));
        let late = [own(0, TimeChange::Start), room(HOUR_AND_HALF, TimeChange::Pause)];
        assert_eq!(deadline(&late), Some(HOUR_AND_HALF));
    }

    #[test]
    fn what_an_outage_took_is_given_back_also_after_the_deadline() {
        let before = own(80 * MINUTE, TimeChange::Restore { ms: 5 * MINUTE });
        assert_eq!(deadline(&[own(0, TimeChange::Start), before]), Some(95 * MINUTE));
        let after = own(100 * MINUTE, TimeChange::Restore { ms: 5 * MINUTE });
        assert_eq!(deadline(&[own(0, TimeChange::Start), after]), Some(105 * MINUTE));
    }

    #[test]
    fn a_paper_that_was_taken_stays_taken() {
        let lines = [
            own(0, TimeChange::Start),
            own(10 * MINUTE, TimeChange::Taken),
            own(11 * MINUTE, TimeChange::Restore { ms: MINUTE }),
            room(12 * MINUTE, TimeChange::Resume),
        ];
        let taken = clockwork(HOUR_AND_HALF, &lines);
        assert!(matches!(taken, Clockwork::Taken { at, .. } if at == START + 10 * MINUTE));
        assert_eq!(spans(HOUR_AND_HALF, &lines, START + HOUR_AND_HALF).len(), 1);
    }

    #[test]
    fn the_room_is_paused_from_its_last_pause_until_it_goes_on() {
        let pause = room(0, TimeChange::Pause);
        assert_eq!(room_paused_since(&[pause, own(5, TimeChange::Resume)]), Some(START));
        assert_eq!(room_paused_since(&[pause, room(5, TimeChange::Resume)]), None);
        assert_eq!(room_paused_since(&[own(0, TimeChange::Pause)]), None);
    }
}
