//! Machines that are bound to seats: who may work at which.

use crate::kernel::RoomId;

/// The seat of a spare machine: it takes anybody of its room.
pub const SPARE: i64 = 0;

/// A seat of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The room.
    pub room: RoomId,
    /// The number in it; [`SPARE`] for a spare machine.
    pub number: i64,
}

/// Why a candidate may not work at a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeatRefusal {
    /// The machine is bound to no seat.
    #[error("the machine is bound to no seat")]
    Unbound,
    /// The machine stands in another room.
    #[error("the machine stands in another room")]
    OtherRoom,
    /// The machine is another seat's.
    #[error("the machine is that of seat {here}, the candidate's seat is {own}")]
    OtherSeat {
        /// The candidate's seat.
        own: i64,
        /// The machine's.
        here: i64,
    },
}

/// Whether a candidate may work at a machine. Whose paper an invigilator has released may go on at any of the room.
pub fn may_sit(own: Seat, released: bool, machine: Option<Seat>) -> Result<(), SeatRefusal> {
    let machine = machine.ok_or(SeatRefusal::Unbound)?;
    if machine.room != own.room {
        return Err(SeatRefusal::OtherRoom);
    }
    if released || [own.number, SPARE].contains(&machine.number) {
        return Ok(());
    }
    Err(SeatRefusal::OtherSeat {
        own: own.number,
        here: machine.number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{SeededEntropy, Timestamp};

    #[test]
    fn one_works_at_ones_own_machine_a_spare_one_or_where_an_invigilator_let_one() {
        let dice = SeededEntropy::new(1);
        let room = || RoomId::new(Timestamp::from_millis(0), &dice);
        let (hall, other) = (room(), room());
        let seat = |room, number| Seat { room, number };
        let own = seat(hall, 12);
        assert_eq!(may_sit(own, false, Some(own)), Ok(()));
        assert_eq!(may_sit(own, false, Some(seat(hall, SPARE))), Ok(()));
        let refused = SeatRefusal::OtherSeat { own: 12, here: 13 };
        assert_eq!(may_sit(own, false, Some(seat(hall, 13))), Err(refused));
        assert_eq!(may_sit(own, true, Some(seat(hall, 13))), Ok(()));
        for released in [false, true] {
            assert_eq!(may_sit(own, released, None), Err(SeatRefusal::Unbound));
            assert_eq!(
                may_sit(own, released, Some(seat(other, 12))),
                Err(SeatRefusal::OtherRoom)
            );
        }
    }
}
