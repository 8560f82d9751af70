//! The plan of a section: from which range, and of which importance, each of its items will come.

use super::assembly::{Assembly, Candidate};
use super::dice::Dice;
use super::quota::apportion;
use crate::bank::Importance;

/// A place in a section that an item will fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// How many items the points of the range had before: all first items of points are drawn before any second one.
    round: usize,
    pub(super) leaf: usize,
    pub(super) importance: Importance,
}

/// What one leaf gives to a section: whole rounds of its points, and a part of the last round, where there is a choice.
#[derive(Debug, Default)]
struct LeafPlan {
    whole_rounds: Vec<[usize; 3]>,
    last: [usize; 3],
    last_most: [usize; 3],
}

/// The slots of a section, in the order in which they are filled.
pub(super) fn plan(
    assembly: &Assembly<'_>,
    section: usize,
    free: impl Fn(&Candidate) -> bool,
    uses: &[usize],
    dice: &mut Dice,
) -> Vec<Slot> {
    let rule = assembly.rule;
    let kind = rule.sections[section].kind;
    let mut leaves: Vec<LeafPlan> = assembly.quotas[section]
        .iter()
        .enumerate()
        .map(|(leaf, quota)| LeafPlan::new(assembly.pool(kind, leaf), *quota, &free, uses))
        .collect();
    balance(&mut leaves, wanted(assembly, section), dice);
    let mut slots = Vec::new();
    for (leaf, plan) in leaves.iter().enumerate() {
        let rounds = plan.whole_rounds.iter().chain(std::iter::once(&plan.last));
        for (round, counts) in rounds.enumerate() {
            for importance in Importance::ALL {
                let slot = Slot {
                    round,
                    leaf,
                    importance,
                };
                slots.extend(std::iter::repeat_n(slot, counts[place(importance)]));
            }
        }
    }
    dice.shuffle(&mut slots);
    slots.sort_by_key(|slot| slot.round);
    slots
}

/// How many items of X, Y and Z a section should have.
pub(super) fn wanted(assembly: &Assembly<'_>, section: usize) -> [usize; 3] {
    let shares = Importance::ALL.map(|importance| u64::from(assembly.rule.importance.of(importance)));
    let counts = apportion(&shares, assembly.rule.sections[section].count.into());
    std::array::from_fn(|place| usize::try_from(counts[place]).unwrap_or(0))
}

/// The place of an importance in a list of three.
pub(super) const fn place(importance: Importance) -> usize {
    match importance {
        Importance::X => 0,
        Importance::Y => 1,
        Importance::Z => 2,
    }
}

impl LeafPlan {
    fn new(pool: &[Candidate], quota: usize, free: impl Fn(&Candidate) -> bool, uses: &[usize]) -> Self {
        // For each point: times used, free items, importance.
        let mut points: Vec<(usize, usize, Importance)> = pool
            .chunk_by(|a, b| a.point == b.point)
            .map(|items| {
                (
                    uses[items[0].point],
                    items.iter().filter(|item| free(item)).count(),
                    items[0].importance,
                )
            })
            .filter(|(_, left, _)| *left > 0)
            .collect();
        let mut plan = Self::default();
        let mut needed = quota;
        while needed > 0 && !points.is_empty() {
            let least = points.iter().map(|(uses, ..)| *uses).min().unwrap_or(0);
            let mut most = [0; 3];
            for (uses, left, importance) in &mut points {
                if *uses == least {
                    most[place(*importance)] += 1;
                    *uses += 1;
                    *left -= 1;
                }
            }
            points.retain(|(_, left, _)| *left > 0);
            let round: usize = most.iter().sum();
            if round < needed {
                plan.whole_rounds.push(most);
                needed -= round;
            } else {
                plan.last = core_first(needed, most);
                plan.last_most = most;
                needed = 0;
            }
        }
        plan
    }

    fn count(&self, importance: usize) -> usize {
        self.last[importance] + self.whole_rounds.iter().map(|round| round[importance]).sum::<usize>()
    }

    fn can_swap(&self, from: usize, to: usize) -> bool {
        self.last[from] > 0 && self.last[to] < self.last_most[to]
    }
}

/// As many X as there are, then Y, then Z.
fn core_first(mut needed: usize, most: [usize; 3]) -> [usize; 3] {
    most.map(|most| {
        let taken = most.min(needed);
        needed -= taken;
        taken
    })
}

/// Starting from as many X as possible, swaps one X for a Y, one X for a Z, one Y for a Z, each in a leaf thrown for, until
/// the wanted counts are met or no leaf can swap.
fn balance(leaves: &mut [LeafPlan], wanted: [usize; 3], dice: &mut Dice) {
    for (from, to) in [(0, 1), (0, 2), (1, 2)] {
        let total = |leaves: &[LeafPlan], importance| leaves.iter().map(|leaf| leaf.count(importance)).sum::<usize>();
        while total(leaves, from) > wanted[from] && total(leaves, to) < wanted[to] {
            let able: Vec<usize> = (0..leaves.len())
                .filter(|leaf| leaves[*leaf].can_swap(from, to))
                .collect();
            if able.is_empty() {
                break;
            }
            let leaf = &mut leaves[able[dice.below(able.len())]];
            leaf.last[from] -= 1;
            leaf.last[to] += 1;
        }
    }
}
