//! Machines of a hall and their seats: binding them, and keeping candidates to their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kernel::{ApplicationId, Digest, MINUTE, OneTimeCode, RoomId, SessionId, TerminalId, Timestamp};
use crate::office::account::fresh_token;
use crate::office::room::lock_of;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::sitting::{SPARE, Seat, SeatRefusal, may_sit};
use crate::store::plan::{self as plans, RoomRow};
use crate::store::sitting::terminal::{self as terminals, BindingCodeRow, TerminalRow};

/// How long a room's code binds machines.
const CODE_LIFE: i64 = 120 * MINUTE;

/// Lists the machines of a room.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListTerminals {
    /// The room.
    pub room: RoomId,
}

/// The machines of a room.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RoomTerminals {
    /// The room.
    pub room: RoomId,
    /// Its name.
    pub name: String,
    /// How many seats it has.
    pub seats: i64,
    /// The bound machines, by seat.
    pub terminals: Vec<TerminalSeat>,
    /// Seats without one.
    pub missing: Vec<i64>,
}

/// A bound machine.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TerminalSeat {
    /// The machine.
    pub terminal: TerminalId,
    /// Its seat; 0 for a spare machine.
    pub seat: i64,
    /// Since when.
    pub bound_at: Timestamp,
}

impl Act for ListTerminals {
    type Outcome = RoomTerminals;
    const POLICY: Policy = policy::TERMINAL_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<RoomTerminals, Refusal> {
        let mut connection = office.store.read().await?;
        let room = plans::room(&mut connection, self.room)
            .await?
            .ok_or(Refusal::NotFound)?;
        let rows = terminals::of_room(&mut connection, room.id).await?;
        let missing = (1..=room.seats).filter(|seat| rows.iter().all(|row| row.seat_no != *seat));
        Ok(RoomTerminals {
            missing: missing.collect(),
            terminals: rows.iter().map(TerminalSeat::from).collect(),
            room: room.id,
            name: room.name,
            seats: room.seats,
        })
    }
}

impl From<&TerminalRow> for TerminalSeat {
    fn from(row: &TerminalRow) -> Self {
        Self {
            terminal: row.id,
            seat: row.seat_no,
            bound_at: row.bound_at,
        }
    }
}

/// Makes the code with which machines of a room are bound. The one before ends.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MakeBindingCode {
    /// The room.
    pub room: RoomId,
}

/// The code of a room. It is shown once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BindingCode {
    /// What is typed at each machine.
    pub code: String,
    /// Until when.
    pub until: Timestamp,
}

impl Act for MakeBindingCode {
    type Outcome = BindingCode;
    const POLICY: Policy = policy::TERMINAL_CODE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<BindingCode, Refusal> {
        let code = OneTimeCode::throw(office.entropy.as_ref());
        let mut op = Op::begin::<Self>(office, caller).await?;
        let room = plans::room(op.connection(), self.room)
            .await?
            .ok_or(Refusal::NotFound)?;
        let row = BindingCodeRow {
            room_id: room.id,
            code: office.keys.digest("binding", code.as_str()),
            until: op.now + CODE_LIFE,
            made_at: op.now,
            made_by: caller.account()?,
        };
        terminals::put_code(op.connection(), &row).await?;
        op.commit(Event::of(room.id)).await?;
        Ok(BindingCode {
            code: code.to_string(),
            until: row.until,
        })
    }
}

/// Binds the machine at which it is done.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BindTerminal {
    /// The room's code; case, blanks and hyphens do not matter.
    pub code: String,
    /// The seat; 0 for a spare machine.
    #[serde(deserialize_with = "crate::office::input::number")]
    pub seat: i64,
}

/// A bound machine: the secret for its cookie.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BoundTerminal {
    /// The secret for the cookie (`jianding_terminal`).
    pub token: String,
    /// Where it stands now.
    pub next: String,
}

impl Act for BindTerminal {
    type Outcome = BoundTerminal;
    const POLICY: Policy = policy::TERMINAL_BIND;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<BoundTerminal, Refusal> {
        let wrong = || Refusal::from(Broken::new("binding-code-wrong").at("code"));
        let code = OneTimeCode::typed(&self.code).ok_or_else(wrong)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let code = terminals::code(op.connection(), office.keys.digest("binding", code.as_str())).await?;
        let code = code.filter(|code| now < code.until).ok_or_else(wrong)?;
        let room = plans::room(op.connection(), code.room_id).await?;
        let room = room.ok_or(Refusal::NotFound)?;
        check_seat_number(&room, self.seat)?;
        if let Some(machine) = caller.terminal {
            terminals::remove(op.connection(), machine, now).await?;
        }
        let token = fresh_token(office);
        let row = TerminalRow {
            id: TerminalId::new(now, office.entropy.as_ref()),
            room_id: room.id,
            seat_no: self.seat,
            token: office.machine(&token),
            bound_at: now,
            bound_by: code.made_by,
        };
        terminals::bind(op.connection(), &row).await?;
        op.commit(Event::of(row.id).with(json!({ "room": room.id, "seat": self.seat, "let_by": code.made_by })))
            .await?;
        Ok(BoundTerminal {
            token,
            next: "/exam".to_owned(),
        })
    }
}

fn check_seat_number(room: &RoomRow, seat: i64) -> Result<(), Refusal> {
    if (SPARE..=room.seats).contains(&seat) {
        return Ok(());
    }
    let broken = Broken::new("binding-no-such-seat").with("seats", room.seats);
    Err(broken.at("seat").into())
}

impl Office {
    /// A machine, by the secret that its browser keeps: only its digest is kept here.
    pub fn machine(&self, token: &str) -> Digest {
        self.keys.digest("terminal", token)
    }
}

/// Where a machine stands, to be shown on it.
#[derive(Debug, Clone)]
pub struct Standpoint {
    /// The room's name.
    pub room: String,
    /// The seat; 0 for a spare machine.
    pub seat: i64,
}

/// Where the caller's machine stands, if it is bound.
pub async fn standpoint(office: &Office, caller: &Caller) -> Result<Option<Standpoint>, Refusal> {
    let Some(machine) = caller.terminal else {
        return Ok(None);
    };
    let mut connection = office.store.read().await?;
    let Some(row) = terminals::of_token(&mut connection, machine).await? else {
        return Ok(None);
    };
    let room = plans::room(&mut connection, row.room_id).await?;
    Ok(room.map(|room| Standpoint {
        room: room.name,
        seat: row.seat_no,
    }))
}

/// Refuses a candidate at a machine that is not their seat's, where the session asks for that. Gives the machine.
pub(super) async fn check_seat(
    office: &Office,
    caller: &Caller,
    session: SessionId,
    application: ApplicationId,
) -> Result<Option<TerminalId>, Refusal> {
    let lock = lock_of(office, session).await?;
    if lock.is_none_or(|lock| lock.own_seat == 0) {
        return Ok(None);
    }
    let mut connection = office.store.read().await?;
    let place = terminals::place(&mut connection, session, application).await?;
    let place = place.ok_or_else(|| Broken::new("ticket-no-seat"))?;
    let machine = match caller.terminal {
        Some(machine) => terminals::of_token(&mut connection, machine).await?,
        None => None,
    };
    let own = Seat {
        room: place.room_id,
        number: place.seat_no,
    };
    let here = machine.as_ref().map(|row| Seat {
        room: row.room_id,
        number: row.seat_no,
    });
    may_sit(own, place.released == Some(1), here).map_err(Broken::from)?;
    Ok(machine.map(|row| row.id))
}

impl From<SeatRefusal> for Broken {
    fn from(refusal: SeatRefusal) -> Self {
        match refusal {
            SeatRefusal::Unbound => Self::new("seat-unbound"),
            SeatRefusal::OtherRoom => Self::new("seat-other-room"),
            SeatRefusal::OtherSeat { own, here } => Self::new("seat-other").with("own", own).with("here", here),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;
    use crate::office::Actor;
    use crate::office::room::{LockSession, ReleaseAttempt};
    use crate::office::terminal::tests::{Room, caller, code, room};
    use crate::office::testing::staff;

    async fn hall() -> Room {
        let room = room().await;
        let officer = staff(&room.office, "office", &[Role::ExamOfficer]).await;
        let lock = LockSession {
            session: room.hall.session,
            full_screen: false,
            no_copy: false,
            seb: false,
            own_seat: true,
            quit_password: None,
        };
        room.office.perform(lock, &officer).await.unwrap();
        room
    }

    async fn room_of(hall: &Room) -> RoomId {
        let mut connection = hall.office.store.read().await.unwrap();
        let (session, application) = (hall.hall.session, hall.hall.seats[0].0);
        let place = terminals::place(&mut connection, session, application).await;
        place.unwrap().unwrap().room_id
    }

    async fn make_code(hall: &Room) -> String {
        let room = room_of(hall).await;
        let made = hall.office.perform(MakeBindingCode { room }, &hall.invigilator()).await;
        made.unwrap().code
    }

    /// Whoever stands at a machine that was bound to this seat.
    async fn at(hall: &Room, code: &str, seat: i64) -> Caller {
        let act = BindTerminal {
            code: code.to_owned(),
            seat,
        };
        let bound = hall.office.perform(act, &caller(Actor::Anonymous)).await.unwrap();
        Caller {
            terminal: Some(hall.office.machine(&bound.token)),
            ..caller(Actor::Anonymous)
        }
    }

    #[tokio::test]
    async fn a_candidate_signs_in_at_the_machine_of_the_own_seat_a_spare_one_or_after_a_release() {
        let hall = hall().await;
        let binding = make_code(&hall).await;
        let (own, other, spare) = (
            at(&hall, &binding, 1).await,
            at(&hall, &binding, 2).await,
            at(&hall, &binding, 0).await,
        );
        assert_eq!(
            code(hall.signs_in_at(0, &caller(Actor::Anonymous)).await),
            "seat-unbound"
        );
        assert_eq!(code(hall.signs_in_at(0, &other).await), "seat-other");
        hall.signs_in_at(0, &spare).await.unwrap();
        let candidate = hall.signs_in_at(0, &own).await.unwrap();

        hall.session_starts().await;
        let attempt = hall.hall.seats[0].1;
        let check_in = crate::office::room::CheckIn { attempt };
        hall.office.perform(check_in, &hall.invigilator()).await.unwrap();
        let start = || crate::office::terminal::StartAttempt {};
        let elsewhere = Caller {
            terminal: other.terminal,
            ..candidate.clone()
        };
        assert_eq!(code(hall.office.perform(start(), &elsewhere).await), "seat-other");
        hall.office.perform(start(), &candidate).await.unwrap();
        let release = ReleaseAttempt {
            attempt,
            reason: "machine broke".to_owned(),
        };
        hall.office.perform(release, &hall.invigilator()).await.unwrap();
        let moved = hall.signs_in_at(0, &other).await.unwrap();
        hall.office.perform(start(), &moved).await.unwrap();
    }

    #[tokio::test]
    async fn the_machine_that_was_bound_last_has_the_seat_and_a_code_ends() {
        let hall = hall().await;
        let binding = make_code(&hall).await;
        let first = at(&hall, &binding, 1).await;
        let second = at(&hall, &binding, 1).await;
        assert_eq!(code(hall.signs_in_at(0, &first).await), "seat-unbound");
        hall.signs_in_at(0, &second).await.unwrap();
        let moved = BindTerminal {
            code: binding.clone(),
            seat: 2,
        };
        hall.office.perform(moved, &second).await.unwrap();
        let room = room_of(&hall).await;
        let shown = hall.office.perform(ListTerminals { room }, &hall.invigilator()).await;
        let shown = shown.unwrap();
        let seats: Vec<i64> = shown.terminals.iter().map(|terminal| terminal.seat).collect();
        assert_eq!(seats, [2], "a machine stands at one seat");
        assert!(!shown.missing.contains(&2) && shown.missing.contains(&1));

        let bind = |code: &str, seat| BindTerminal {
            code: code.to_owned(),
            seat,
        };
        let nobody = caller(Actor::Anonymous);
        let beyond = hall.office.perform(bind(&binding, shown.seats + 1), &nobody).await;
        assert!(matches!(beyond, Err(Refusal::Invalid(problems)) if problems[0].broken.code == "binding-no-such-seat"));
        let next = make_code(&hall).await;
        for (code, seat) in [(binding.as_str(), 1), ("", 1)] {
            let refused = hall.office.perform(bind(code, seat), &nobody).await;
            assert!(
                matches!(refused, Err(Refusal::Invalid(problems)) if problems[0].broken.code == "binding-code-wrong")
            );
        }
        hall.clock.advance(CODE_LIFE);
        assert!(hall.office.perform(bind(&next, 1), &nobody).await.is_err());
    }
}
