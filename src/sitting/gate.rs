//! The gate before the paper: what a candidate still waits for, or why not.

use schemars::JsonSchema;
use serde::Serialize;

use crate::kernel::Timestamp;

/// What stands between a candidate and the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Nothing: start.
    Ready,
    /// Nothing: the attempt is open at this terminal.
    Resume,
    /// Nothing: an invigilator released the attempt to this terminal.
    TakeOver,
    /// The paper is not drawn yet.
    NoPaper,
    /// The invigilator has not checked the candidate in.
    CheckIn,
    /// The session has not started.
    NotStarted,
    /// The session is paused.
    Paused,
    /// The latest time for entering is over.
    TooLate {
        /// When it was.
        at: Timestamp,
    },
    /// The attempt is open at another terminal.
    SecondTerminal,
    /// The paper is handed in.
    HandedIn,
    /// The session is closed.
    Closed,
}

/// How an attempt comes to a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It begins.
    Begin,
    /// It goes on.
    Resume,
    /// It comes from another terminal.
    TakeOver,
}

/// What the gate looks at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// `planned`, `running` or `closed`.
    pub session_state: &'a str,
    /// When the session is planned to open.
    pub opens_at: Timestamp,
    /// When it was started.
    pub session_started_at: Option<Timestamp>,
    /// Whether the whole room is paused.
    pub session_paused: bool,
    /// How long after its start one may enter; no limit if absent.
    pub latest_entry_ms: Option<i64>,
    /// The attempt's state; absent when no paper is drawn.
    pub attempt_state: Option<&'a str>,
    /// Whether the asking terminal has the lease.
    pub holds_lease: bool,
    /// Whether another terminal may take it.
    pub released: bool,
    /// The present instant.
    pub now: Timestamp,
}

/// Decides. An attempt that is open stays reachable whatever the session says: its own deadline counts.
pub fn gate(facts: &Facts<'_>) -> Gate {
    match facts.attempt_state {
        None => Gate::NoPaper,
        Some("submitted") => Gate::HandedIn,
        Some("open") if facts.holds_lease => Gate::Resume,
        Some("open") if facts.released => Gate::TakeOver,
        Some("open") => Gate::SecondTerminal,
        Some(_) if facts.session_state == "closed" => Gate::Closed,
        Some(state) => {
            let started = facts.session_started_at.filter(|_| facts.session_state == "running");
            let latest = started
                .zip(facts.latest_entry_ms)
                .map(|(started, limit)| started + limit);
            match (latest, started) {
                (Some(at), _) if facts.now >= at => Gate::TooLate { at },
                _ if state != "checked_in" => Gate::CheckIn,
                (_, None) => Gate::NotStarted,
                (_, Some(_)) if facts.session_paused => Gate::Paused,
                (_, Some(_)) => Gate::Ready,
            }
        }
    }
}

impl Gate {
    /// The way through, if there is one.
    pub fn way(self) -> Option<Way> {
        match self {
            Self::Ready => Some(Way::Begin),
            Self::Resume => Some(Way::Resume),
            Self::TakeOver => Some(Way::TakeOver),
            Self::NoPaper
            | Self::CheckIn
            | Self::NotStarted
            | Self::Paused
            | Self::TooLate { .. }
            | Self::SecondTerminal
            | Self::HandedIn
            | Self::Closed => None,
        }
    }

    /// Its name, as in messages `gate-…`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Resume => "resume",
            Self::TakeOver => "take_over",
            Self::NoPaper => "no_paper",
            Self::CheckIn => "check_in",
            Self::NotStarted => "not_started",
            Self::Paused => "paused",
            Self::TooLate { .. } => "too_late",
            Self::SecondTerminal => "second_terminal",
            Self::HandedIn => "handed_in",
            Self::Closed => "closed",
        }
    }
}

/// Why a session does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionRefusal {
    /// It is before its time.
    #[error("the session opens at {at}")]
    TooEarly {
        /// When it may start.
        at: Timestamp,
    },
    /// Some seats have no paper.
    #[error("{count} seats have no paper")]
    WithoutPapers {
        /// How many.
        count: i64,
    },
    /// It has started before.
    #[error("the session has started")]
    NotPlanned,
}

/// Whether a session may be started at this instant.
pub fn may_start(state: &str, opens_at: Timestamp, without_paper: i64, now: Timestamp) -> Result<(), SessionRefusal> {
    match state {
        "planned" if now < opens_at => Err(SessionRefusal::TooEarly { at: opens_at }),
        "planned" if without_paper > 0 => Err(SessionRefusal::WithoutPapers { count: without_paper }),
        "planned" => Ok(()),
        _ => Err(SessionRefusal::NotPlanned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_starts_once_not_before_its_time_and_not_without_papers() {
        assert_eq!(may_start("planned", START, 0, START), Ok(()));
        for (state, without, now, refusal) in [
            ("planned", 0, START + -1, SessionRefusal::TooEarly { at: START }),
            ("planned", 2, START, SessionRefusal::WithoutPapers { count: 2 }),
            ("running", 0, START, SessionRefusal::NotPlanned),
            ("closed", 0, START, SessionRefusal::NotPlanned),
        ] {
            assert_eq!(may_start(state, START, without, now), Err(refusal));
        }
    }

    #[test]
    fn nobody_starts_in_a_paused_room_and_who_works_there_stays() {
        let paused = |state| Facts {
            session_paused: true,
            ..facts(Some(state))
        };
        assert_eq!(gate(&paused("checked_in")), Gate::Paused);
        let own = Facts {
            holds_lease: true,
            ..paused("open")
        };
        assert_eq!(gate(&own), Gate::Resume);
    }

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn facts(attempt_state: Option<&str>) -> Facts<'_> {
        Facts {
            session_state: "running",
            opens_at: START,
            session_started_at: Some(START),
            session_paused: false,
            latest_entry_ms: Some(1_000),
            attempt_state,
            holds_lease: false,
            released: false,
            now: START,
        }
    }

    #[test]
    fn only_who_is_checked_in_starts_and_only_in_a_running_session() {
        assert_eq!(gate(&facts(Some("checked_in"))), Gate::Ready);
        assert_eq!(gate(&facts(Some("seated"))), Gate::CheckIn);
        assert_eq!(gate(&facts(None)), Gate::NoPaper);
        let planned = Facts {
            session_state: "planned",
            session_started_at: None,
            ..facts(Some("checked_in"))
        };
        assert_eq!(gate(&planned), Gate::NotStarted);
    }

    #[test]
    fn the_latest_entry_is_half_open() {
        let at = |now| Facts {
            now,
            ..facts(Some("checked_in"))
        };
        assert_eq!(gate(&at(START + 999)), Gate::Ready);
        assert_eq!(gate(&at(START + 1_000)), Gate::TooLate { at: START + 1_000 });
    }

    #[test]
    fn an_open_attempt_belongs_to_one_terminal_until_it_is_released() {
        assert_eq!(gate(&facts(Some("open"))), Gate::SecondTerminal);
        let own = Facts {
            holds_lease: true,
            ..facts(Some("open"))
        };
        assert_eq!(gate(&own), Gate::Resume);
        let released = Facts {
            released: true,
            ..facts(Some("open"))
        };
        assert_eq!(gate(&released), Gate::TakeOver);
        let late = Facts {
            now: START + 5_000,
            ..own
        };
        assert_eq!(gate(&late), Gate::Resume, "a late reload is no late entry");
    }
}
