//! The room live: one look at the database each second for each session that somebody watches, however many they are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use super::may_look;
use super::trouble::Trouble;
use super::view::{BoardView, Counts, SeatView, board_of};
use crate::kernel::{SessionId, Timestamp};
use crate::office::{Caller, Office, Refusal, policy};

/// How often the room is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// The sessions that are watched now.
#[derive(Debug, Default)]
pub struct Watched(Mutex<BTreeMap<SessionId, watch::Sender<Arc<Tick>>>>);

/// What watchers are told at one look, as JSON.
#[derive(Debug, Default)]
pub struct Tick {
    /// The number of the look; one that was missed shows as a gap. Nothing was seen yet at 0.
    pub number: u64,
    /// The whole room, for those who come now or missed a look.
    pub whole: String,
    /// What changed since the look before.
    pub change: String,
}

/// The room as watchers are told of it.
#[derive(Debug, Serialize)]
struct Told<'a> {
    number: u64,
    whole: bool,
    now: Timestamp,
    state: &'a str,
    paused_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    counts: Counts,
    incidents: usize,
    troubles: &'a [Trouble],
    seats: Vec<&'a LiveSeat>,
}

/// A seat, without what changes by the clock alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct LiveSeat {
    seat: i64,
    name: String,
    state: &'static str,
    at_terminal: bool,
    deadline: Option<Timestamp>,
    left_ms: Option<i64>,
    answered: i64,
    questions: i64,
    unsaved: i64,
    times_away: i64,
}

impl From<&SeatView> for LiveSeat {
    fn from(seat: &SeatView) -> Self {
        Self {
            seat: seat.seat,
            name: seat.name.clone(),
            state: seat.state,
            at_terminal: seat.at_terminal,
            deadline: seat.deadline.filter(|_| seat.remaining_ms.is_some()),
            left_ms: seat.left_ms,
            answered: seat.answered,
            questions: seat.questions,
            unsaved: seat.unsaved,
            times_away: seat.times_away,
        }
    }
}

/// The looks at a session from now on, for those who may see its board.
pub async fn watch(
    office: &Arc<Office>,
    caller: &Caller,
    session: SessionId,
) -> Result<watch::Receiver<Arc<Tick>>, Refusal> {
    caller.may(&policy::SESSION_BOARD)?;
    let mut connection = office.store.read().await?;
    may_look(&mut connection, caller, session).await?;
    drop(connection);
    let mut watched = office.watched.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = watched.get(&session) {
        return Ok(sender.subscribe());
    }
    let (sender, receiver) = watch::channel(Arc::default());
    watched.insert(session, sender);
    tokio::spawn(keep_looking(office.clone(), session));
    Ok(receiver)
}

/// Looks until nobody watches any more.
async fn keep_looking(office: Arc<Office>, session: SessionId) {
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut seen: BTreeMap<i64, LiveSeat> = BTreeMap::new();
    let mut number = 0;
    loop {
        beat.tick().await;
        if is_left(&office.watched, session) {
            return;
        }
        // A look that fails is not told: watchers see by the silence that what they have is old.
        let board = match look(&office, session).await {
            Ok(board) => board,
            Err(refusal) => {
                tracing::warn!(%refusal, %session, "looking at a room");
                continue;
            }
        };
        number += 1;
        let tick = Arc::new(compare(number, &board, &mut seen));
        let watched = office.watched.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = watched.get(&session) {
            sender.send_replace(tick);
        }
    }
}

/// Forgets a session that nobody watches any more; tells whether it did.
fn is_left(watched: &Watched, session: SessionId) -> bool {
    let mut watched = watched.0.lock().unwrap_or_else(PoisonError::into_inner);
    let left = watched.get(&session).is_none_or(|sender| sender.receiver_count() == 0);
    if left {
        watched.remove(&session);
    }
    left
}

async fn look(office: &Office, session: SessionId) -> Result<BoardView, Refusal> {
    let mut connection = office.store.read().await?;
    board_of(&mut connection, session, office.now()).await
}

/// The whole and the change since the last look; remembers the seats for the next.
fn compare(number: u64, board: &BoardView, seen: &mut BTreeMap<i64, LiveSeat>) -> Tick {
    let seats: BTreeMap<i64, LiveSeat> = board
        .seats
        .iter()
        .map(|seat| (seat.seat, LiveSeat::from(seat)))
        .collect();
    let told = |whole: bool, seats: Vec<&LiveSeat>| {
        let told = Told {
            number,
            whole,
            now: board.now,
            state: &board.session.state,
            paused_at: board.session.paused_at,
            ends_at: board.ends_at,
            counts: board.counts,
            incidents: board.incidents.len(),
            troubles: &board.troubles,
            seats,
        };
        // Plain texts and numbers: it cannot fail.
        serde_json::to_string(&told).unwrap_or_default()
    };
    let changed = seats.values().filter(|seat| seen.get(&seat.seat) != Some(seat));
    let tick = Tick {
        number,
        change: told(false, changed.collect()),
        whole: told(true, seats.values().collect()),
    };
    *seen = seats;
    tick
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::office::terminal::tests::room;

    fn seats(text: &str) -> Vec<i64> {
        let told: Value = serde_json::from_str(text).unwrap();
        let seats = told["seats"].as_array().unwrap().iter();
        seats.map(|seat| seat["seat"].as_i64().unwrap()).collect()
    }

    #[tokio::test]
    async fn only_the_seats_that_changed_are_told_and_newcomers_get_all() {
        let room = room().await;
        room.session_starts().await;
        let mut seen = BTreeMap::new();
        let first = compare(1, &look(&room.office, room.hall.session).await.unwrap(), &mut seen);
        assert_eq!(seats(&first.change), [1, 2, 3]);
        room.works(1).await;
        room.clock.advance(1_000);
        let second = compare(2, &look(&room.office, room.hall.session).await.unwrap(), &mut seen);
        assert_eq!((seats(&second.change), seats(&second.whole)), (vec![2], vec![1, 2, 3]));
        room.clock.advance(1_000);
        let third = compare(3, &look(&room.office, room.hall.session).await.unwrap(), &mut seen);
        assert_eq!(seats(&third.change), [0_i64; 0], "time alone changes no seat");
    }

    #[tokio::test]
    async fn many_watchers_share_one_look_and_the_last_one_ends_it() {
        let room = room().await;
        let (session, invigilator) = (room.hall.session, room.invigilator());
        let office = Arc::new(room.office);
        let mut first = watch(&office, &invigilator, session).await.unwrap();
        let mut second = watch(&office, &invigilator, session).await.unwrap();
        first.changed().await.unwrap();
        second.changed().await.unwrap();
        assert!(first.same_channel(&second));
        assert!(first.borrow().number >= 1);
        assert_eq!(office.watched.0.lock().unwrap().len(), 1);
        drop((first, second));
        while !office.watched.0.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    #[tokio::test]
    async fn who_may_not_see_the_board_watches_nothing() {
        let room = room().await;
        let (session, mut stranger) = (room.hall.session, room.invigilator());
        if let crate::office::Actor::Staff { account, .. } = &mut stranger.actor {
            *account = crate::kernel::AccountId::new(office_now(&room.office), room.office.entropy.as_ref());
        }
        let office = Arc::new(room.office);
        assert!(matches!(
            watch(&office, &stranger, session).await,
            Err(Refusal::NotFound)
        ));
    }

    fn office_now(office: &Office) -> Timestamp {
        office.now()
    }
}
