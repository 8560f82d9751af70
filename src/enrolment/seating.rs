//! Who sits where: one seat each, rooms filled in their order, and the same seed gives the same plan for ever.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{ApplicationId, Seed};

/// Someone to be seated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    /// Who.
    pub application: ApplicationId,
    /// Colleagues are kept apart when seats are mixed.
    pub employer: Option<String>,
}

/// In what order seats are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeatOrder {
    /// As the list has them.
    Plain,
    /// Drawn by lot, colleagues apart as far as that goes (打乱).
    MixedByEmployer,
}

/// A seat with its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The room, by its place in the list of rooms.
    pub room: usize,
    /// The seat in the room, from 1.
    pub number: u32,
    /// Who sits there.
    pub application: ApplicationId,
}

/// Why nobody is seated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeatingError {
    /// The rooms are too small.
    #[error("{short_by} seats are missing")]
    Short {
        /// So many seats are missing.
        short_by: usize,
    },
    /// Someone is on the list twice.
    #[error("{application} is on the list twice")]
    Twice {
        /// Who.
        application: ApplicationId,
    },
}

/// Seats everybody, or nobody. `rooms` are the capacities.
pub fn assign(
    applicants: &[Applicant],
    rooms: &[u32],
    order: SeatOrder,
    seed: Seed,
) -> Result<Vec<Seat>, SeatingError> {
    let mut listed = BTreeSet::new();
    if let Some(twice) = applicants
        .iter()
        .find(|applicant| !listed.insert(applicant.application))
    {
        return Err(SeatingError::Twice {
            application: twice.application,
        });
    }
    let capacity = rooms
        .iter()
        .map(|capacity| usize::try_from(*capacity).unwrap_or(usize::MAX));
    let capacity = capacity.fold(0, usize::saturating_add);
    if capacity < applicants.len() {
        return Err(SeatingError::Short {
            short_by: applicants.len() - capacity,
        });
    }
    let ordered = match order {
        SeatOrder::Plain => applicants.iter().map(|applicant| applicant.application).collect(),
        SeatOrder::MixedByEmployer => mixed(applicants, seed),
    };
    let seats = rooms
        .iter()
        .enumerate()
        .flat_map(|(room, capacity)| (1..=*capacity).map(move |number| (room, number)));
    let seated = seats.zip(ordered).map(|((room, number), application)| Seat {
        room,
        number,
        application,
    });
    Ok(seated.collect())
}

/// Draws an order by lot in which neighbours have different employers: always from the employer with most people left, but
/// never the one just seated while another is there. Whoever has no employer is nobody's colleague.
fn mixed(applicants: &[Applicant], seed: Seed) -> Vec<ApplicationId> {
    let mut dice = Dice(ChaCha20Rng::from_seed(seed.0));
    let mut lot: Vec<&Applicant> = applicants.iter().collect();
    dice.shuffle(&mut lot);
    let mut groups: BTreeMap<Group<'_>, Vec<ApplicationId>> = BTreeMap::new();
    for applicant in lot {
        let employer = applicant
            .employer
            .as_deref()
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let group = employer.map_or(Group::Alone(applicant.application), Group::Employer);
        groups.entry(group).or_default().push(applicant.application);
    }
    let mut groups: Vec<Vec<ApplicationId>> = groups.into_values().collect();
    dice.shuffle(&mut groups);
    let mut ordered = Vec::with_capacity(applicants.len());
    let mut last = None;
    while ordered.len() < applicants.len() {
        let left = |index: &usize| groups[*index].len();
        let others = (0..groups.len()).filter(|index| Some(*index) != last && !groups[*index].is_empty());
        // `max_by_key` takes the last of equals, and the groups lie in an order drawn by lot.
        let Some(next) = others.max_by_key(left).or(last) else {
            break;
        };
        ordered.extend(groups[next].pop());
        last = Some(next);
    }
    ordered
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Group<'a> {
    Employer(&'a str),
    Alone(ApplicationId),
}

/// Our own shuffle over `ChaCha20` words: a library's may change between versions, and a plan must be repeatable.
struct Dice(ChaCha20Rng);

impl Dice {
    /// Fisher–Yates from the end.
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            let bound = u64::try_from(end + 1).unwrap_or(u64::MAX);
            list.swap(end, usize::try_from(self.below(bound)).unwrap_or(end));
        }
    }

    /// Evenly from `0..bound`: words that would favour small numbers are thrown again.
    fn below(&mut self, bound: u64) -> u64 {
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let word = self.0.next_u64();
            if word < limit {
                return word % bound;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::{SeededEntropy, Timestamp};

    fn people(employers: &[Option<u8>]) -> Vec<Applicant> {
        let entropy = SeededEntropy::new(7);
        let applicant = |employer: &Option<u8>| Applicant {
            application: ApplicationId::new(Timestamp::from_millis(1), &entropy),
            employer: employer.map(|number| format!("{number} 厂")),
        };
        employers.iter().map(applicant).collect()
    }

    #[test]
    fn the_list_fills_the_rooms_in_order() {
        let people = people(&[None; 5]);
        let seats = assign(&people, &[2, 0, 3], SeatOrder::Plain, Seed([0; 32])).unwrap();
        let places: Vec<(usize, u32)> = seats.iter().map(|seat| (seat.room, seat.number)).collect();
        assert_eq!(places, [(0, 1), (0, 2), (2, 1), (2, 2), (2, 3)]);
        assert!(
            seats
                .iter()
                .zip(&people)
                .all(|(seat, person)| seat.application == person.application)
        );
    }

    #[test]
    fn too_few_seats_are_said_and_nobody_is_seated() {
        let people = people(&[None; 5]);
        let short = assign(&people, &[2, 1], SeatOrder::Plain, Seed([0; 32]));
        assert_eq!(short, Err(SeatingError::Short { short_by: 2 }));
    }

    #[test]
    fn nobody_is_seated_twice_even_when_listed_twice() {
        let mut people = people(&[None; 2]);
        people.push(people[0].clone());
        let application = people[0].application;
        let refused = assign(&people, &[9], SeatOrder::Plain, Seed([0; 32]));
        assert_eq!(refused, Err(SeatingError::Twice { application }));
    }

    #[test]
    fn colleagues_are_apart_when_that_is_possible() {
        let people = people(&[Some(1), Some(1), Some(1), Some(2), Some(2), None]);
        for start in 0..20 {
            let seats = assign(&people, &[6], SeatOrder::MixedByEmployer, Seed([start; 32])).unwrap();
            let employer = |seat: &Seat| {
                let person = people.iter().find(|person| person.application == seat.application);
                person.and_then(|person| person.employer.clone())
            };
            for pair in seats.windows(2) {
                assert!(employer(&pair[0]).is_none() || employer(&pair[0]) != employer(&pair[1]));
            }
        }
    }

    #[test]
    fn the_seed_decides_the_plan() {
        let people = people(&[None; 12]);
        let plan = |start| assign(&people, &[12], SeatOrder::MixedByEmployer, Seed([start; 32])).unwrap();
        assert_eq!(plan(1), plan(1));
        assert_ne!(plan(1), plan(2));
    }

    proptest! {
        #[test]
        fn everybody_has_one_seat_and_no_room_more_than_it_holds(
            employers in prop::collection::vec(prop::option::of(0_u8..4), 0..40),
            rooms in prop::collection::vec(0_u32..15, 0..5),
            start: u8,
        ) {
            let people = people(&employers);
            let capacity: usize = rooms.iter().map(|room| usize::try_from(*room).unwrap()).sum();
            for order in [SeatOrder::Plain, SeatOrder::MixedByEmployer] {
                match assign(&people, &rooms, order, Seed([start; 32])) {
                    Err(error) => prop_assert_eq!(error, SeatingError::Short { short_by: people.len() - capacity }),
                    Ok(seats) => {
                        let sitting: BTreeSet<_> = seats.iter().map(|seat| seat.application).collect();
                        let places: BTreeSet<_> = seats.iter().map(|seat| (seat.room, seat.number)).collect();
                        prop_assert_eq!(sitting.len(), people.len());
                        prop_assert_eq!(places.len(), people.len());
                        prop_assert!(seats.iter().all(|seat| (1..=rooms[seat.room]).contains(&seat.number)));
                    }
                }
            }
        }
    }
}
