//! Trouble: what needs somebody in the room, most urgent first.

use schemars::JsonSchema;
use serde::Serialize;

use super::view::SeatView;
use crate::store::sitting::IncidentRow;

/// Something that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Trouble {
    /// The seat.
    pub seat: i64,
    /// The person's name.
    pub name: String,
    /// One of the kinds that the console names: `second_terminal`, `disconnected`, `unsaved` …
    pub kind: &'static str,
}

/// Kinds of trouble, most urgent first.
pub const TROUBLES: &[&str] = &[
    "wrong_person",
    "second_terminal",
    "stale_terminal",
    "disconnected",
    "unsaved",
    "left_page",
    "paused",
    "released",
    "not_started",
    "not_present",
    "zero_answers",
];

/// What the program noticed and recorded as an incident.
const NOTICED: &[&str] = &["wrong_person", "second_terminal", "stale_terminal"];

/// What needs somebody. What a person has dealt with in an incident of their own is no trouble any more.
pub(super) fn troubles(session_state: &str, seats: &[SeatView], incidents: &[IncidentRow]) -> Vec<Trouble> {
    let mut found = Vec::new();
    if session_state == "closed" {
        return found;
    }
    for seat in seats {
        for kind in of_seat(session_state, seat, incidents) {
            found.push(Trouble {
                seat: seat.seat,
                name: seat.name.clone(),
                kind,
            });
        }
    }
    let urgency = |trouble: &Trouble| TROUBLES.iter().position(|kind| *kind == trouble.kind);
    found.sort_by_key(|trouble| (urgency(trouble), trouble.seat));
    found
}

fn of_seat(session_state: &str, seat: &SeatView, incidents: &[IncidentRow]) -> Vec<&'static str> {
    let about = || {
        incidents
            .iter()
            .filter(|incident| incident.application_id == Some(seat.application))
    };
    let dealt_with = about()
        .filter(|incident| incident.recorded_by != "system")
        .map(|incident| incident.at)
        .max();
    if seat.state == "handed_in" {
        let zero = seat.answered == 0 && dealt_with.is_none_or(|at| Some(at) < seat.submitted_at);
        return if zero { vec!["zero_answers"] } else { Vec::new() };
    }
    let mut kinds = Vec::new();
    for kind in NOTICED {
        let noticed = about().any(|incident| {
            incident.recorded_by == "system" && incident.kind == **kind && dealt_with.is_none_or(|at| at < incident.at)
        });
        if noticed {
            kinds.push(*kind);
        }
    }
    if seat.unsaved > 0 {
        kinds.push("unsaved");
    }
    if seat.left_at.is_some_and(|left| dealt_with.is_none_or(|at| at < left)) {
        kinds.push("left_page");
    }
    match (session_state, seat.state) {
        (_, "disconnected") => kinds.push("disconnected"),
        (_, "paused") => kinds.push("paused"),
        ("running", "checked_in") => kinds.push("not_started"),
        ("running", "seated") => kinds.push("not_present"),
        _ => {}
    }
    if seat.released {
        kinds.push("released");
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{AccountId, ApplicationId, IncidentId, SeededEntropy, SessionId, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn seat(number: i64, state: &'static str) -> SeatView {
        let dice = SeededEntropy::new(u64::try_from(number).unwrap());
        SeatView::empty(number, ApplicationId::new(NOW, &dice), state)
    }

    fn incident(seat: &SeatView, kind: &str, by: &str, at: Timestamp) -> IncidentRow {
        let dice = SeededEntropy::new(99);
        IncidentRow {
            id: IncidentId::new(NOW, &dice),
            session_id: SessionId::new(NOW, &dice),
            application_id: Some(seat.application),
            kind: kind.to_owned(),
            reason: String::new(),
            recorded_by: by.to_owned(),
            at,
        }
    }

    fn kinds(seats: &[SeatView], incidents: &[IncidentRow]) -> Vec<(i64, &'static str)> {
        let found = troubles("running", seats, incidents);
        found.into_iter().map(|one| (one.seat, one.kind)).collect()
    }

    #[test]
    fn the_most_urgent_comes_first_whatever_its_seat() {
        let mut unsaved = seat(1, "working");
        unsaved.unsaved = 3;
        let seats = [
            seat(4, "seated"),
            seat(2, "disconnected"),
            unsaved,
            seat(3, "checked_in"),
        ];
        let expected = [
            (2, "disconnected"),
            (1, "unsaved"),
            (3, "not_started"),
            (4, "not_present"),
        ];
        assert_eq!(kinds(&seats, &[]), expected);
        assert!(troubles("closed", &seats, &[]).is_empty());
    }

    #[test]
    fn what_a_person_dealt_with_is_no_trouble_until_it_happens_again() {
        let mut one = seat(1, "working");
        one.left_at = Some(NOW);
        let second = incident(&one, "second_terminal", "system", NOW);
        let seats = [one];
        assert_eq!(
            kinds(&seats, std::slice::from_ref(&second)),
            [(1, "second_terminal"), (1, "left_page")]
        );
        let person = AccountId::new(NOW, &SeededEntropy::new(5)).to_string();
        let dealt = incident(&seats[0], "other", &person, NOW + 1);
        assert!(kinds(&seats, &[second.clone(), dealt.clone()]).is_empty());
        let again = incident(&seats[0], "second_terminal", "system", NOW + 2);
        assert_eq!(kinds(&seats, &[second, dealt, again]), [(1, "second_terminal")]);
    }

    #[test]
    fn an_empty_paper_is_pointed_out_after_it_was_handed_in() {
        let mut empty = seat(1, "handed_in");
        empty.submitted_at = Some(NOW);
        assert_eq!(kinds(&[empty.clone()], &[]), [(1, "zero_answers")]);
        empty.answered = 1;
        assert!(kinds(&[empty], &[]).is_empty());
    }
}
