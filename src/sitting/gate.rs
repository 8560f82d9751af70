//! The gate before the paper: what a candidate still waits for, or why not. No database, no clock.

use schemars::JsonSchema;
use serde::Serialize;

use crate::kernel::Timestamp;
use crate::office::Broken;

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
                (_, Some(_)) => Gate::Ready,
            }
        }
    }
}

impl Gate {
    /// The way through, or the rule that forbids it.
    pub fn way(self) -> Result<Way, Broken> {
        match self {
            Self::Ready => Ok(Way::Begin),
            Self::Resume => Ok(Way::Resume),
            Self::TakeOver => Ok(Way::TakeOver),
            Self::NoPaper => Err(Broken::new("gate-no-paper")),
            Self::CheckIn => Err(Broken::new("gate-check-in")),
            Self::NotStarted => Err(Broken::new("gate-not-started")),
            Self::TooLate { at } => Err(Broken::new("gate-too-late").with("at", at)),
            Self::SecondTerminal => Err(Broken::new("second-terminal")),
            Self::HandedIn => Err(Broken::new("gate-handed-in")),
            Self::Closed => Err(Broken::new("gate-closed")),
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
            Self::TooLate { .. } => "too_late",
            Self::SecondTerminal => "second_terminal",
            Self::HandedIn => "handed_in",
            Self::Closed => "closed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn facts(attempt_state: Option<&str>) -> Facts<'_> {
        Facts {
            session_state: "running",
            opens_at: START,
            session_started_at: Some(START),
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
