//! The draw: filling the plan of each section with items, and sealing what came of it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::assembly::{Assembly, Candidate};
use super::dice::Dice;
use super::plan::{Slot, place, plan, wanted};
use super::quota::apportion;
use super::sealed::{BankReference, Composition, Paper, Question, Share};
use super::shortage::{Shortage, Shortages, Why};
use crate::bank::{Blank, Detail, Importance, Item, ItemKind, letter};
use crate::kernel::Seed;

/// Enemies can lead a draw into a corner. It then starts anew with the following numbers of its dice, so many times.
const TRIES: usize = 64;

/// A draw under way.
pub(super) struct Draw<'a> {
    assembly: &'a Assembly<'a>,
    dice: Dice,
    /// Items that are in the paper, or enemies of one that is.
    barred: Vec<bool>,
    /// How often each point is in the paper.
    uses: Vec<usize>,
    composition: Composition,
}

impl<'a> Draw<'a> {
    pub(super) fn paper(assembly: &'a Assembly<'a>, seed: Seed, serial: u32) -> Result<Paper, Shortages> {
        let mut dice = Dice::of(seed, serial);
        let mut corner = Vec::new();
        for _ in 0..TRIES {
            let mut draw = Self {
                assembly,
                dice,
                barred: vec![false; assembly.bank.items.len()],
                uses: vec![0; assembly.bank.points.len()],
                composition: Composition::default(),
            };
            match draw.sections() {
                Ok(sections) => return Ok(draw.seal(&sections, seed, serial)),
                Err(shortage) => corner = vec![shortage],
            }
            dice = draw.dice;
        }
        Err(Shortages(corner))
    }

    /// The items of each section, in the order of the paper.
    fn sections(&mut self) -> Result<Vec<Vec<usize>>, Shortage> {
        (0..self.assembly.rule.sections.len())
            .map(|section| self.section(section))
            .collect()
    }

    fn section(&mut self, section: usize) -> Result<Vec<usize>, Shortage> {
        let assembly = self.assembly;
        let rule = assembly.rule;
        let barred = &self.barred;
        let slots = plan(
            assembly,
            section,
            |candidate| !barred[candidate.item],
            &self.uses,
            &mut self.dice,
        );
        self.check_planned(section, &slots)?;
        let difficulty = apportion(&rule.difficulty.map(u64::from), rule.sections[section].count.into());
        let mut needs: Vec<i64> = difficulty
            .iter()
            .map(|count| i64::try_from(*count).unwrap_or(0))
            .collect();
        self.note_wishes(section, &difficulty);
        let mut items = Vec::with_capacity(slots.len());
        for (filled, slot) in slots.iter().enumerate() {
            let Some(candidate) = self.pick(section, *slot, &needs) else {
                let got = slots[..filled]
                    .iter()
                    .filter(|earlier| earlier.leaf == slot.leaf)
                    .count();
                return Err(assembly.shortage(section, slot.leaf, got, Why::Enemies));
            };
            if let Some(need) = needs.get_mut(grade(&candidate)) {
                *need -= 1;
            }
            self.take(candidate, slot.leaf);
            items.push(candidate.item);
        }
        let bank = assembly.bank;
        items.sort_by(|a, b| (&bank.items[*a].point, a).cmp(&(&bank.items[*b].point, b)));
        if rule.shuffle_items {
            self.dice.shuffle(&mut items);
        }
        Ok(items)
    }

    /// The plan has fewer places than the quota when an earlier section barred too many enemies.
    fn check_planned(&self, section: usize, slots: &[Slot]) -> Result<(), Shortage> {
        for (leaf, quota) in self.assembly.quotas[section].iter().enumerate() {
            let planned = slots.iter().filter(|slot| slot.leaf == leaf).count();
            if planned < *quota {
                return Err(self.assembly.shortage(section, leaf, planned, Why::Enemies));
            }
        }
        Ok(())
    }

    /// One of the best free items for a slot: of the least used points, of the planned importance, of the difficulty that
    /// is most wanting; the dice choose among equals.
    fn pick(&mut self, section: usize, slot: Slot, needs: &[i64]) -> Option<Candidate> {
        let pool = self.assembly.pool(self.assembly.rule.sections[section].kind, slot.leaf);
        let mut best = Vec::new();
        let mut best_rank = None;
        for candidate in pool.iter().filter(|candidate| !self.barred[candidate.item]) {
            let need = needs.get(grade(candidate)).copied().unwrap_or(i64::MIN);
            let rank = (
                self.uses[candidate.point],
                candidate.importance != slot.importance,
                Reverse(need),
            );
            if best_rank.is_none_or(|best_rank| rank < best_rank) {
                best_rank = Some(rank);
                best.clear();
            }
            if best_rank == Some(rank) {
                best.push(*candidate);
            }
        }
        best.get(self.dice.below(best.len())).copied()
    }

    fn take(&mut self, candidate: Candidate, leaf: usize) {
        self.barred[candidate.item] = true;
        for enemy in &self.assembly.enemies[candidate.item] {
            self.barred[*enemy] = true;
        }
        self.uses[candidate.point] += 1;
        let composition = &mut self.composition;
        *composition
            .ranges
            .entry(self.assembly.leaves[leaf].code.clone())
            .or_default() += 1;
        composition.importances.entry(candidate.importance).or_default().got += 1;
        composition.difficulties.entry(candidate.difficulty).or_default().got += 1;
    }

    fn note_wishes(&mut self, section: usize, difficulty: &[u64]) {
        let importances = wanted(self.assembly, section);
        for importance in Importance::ALL {
            self.composition.importances.entry(importance).or_default().wanted += importances[place(importance)];
        }
        for (grade, count) in (1..).zip(difficulty) {
            let share: &mut Share = self.composition.difficulties.entry(grade).or_default();
            share.wanted += usize::try_from(*count).unwrap_or(0);
        }
    }

    fn seal(mut self, sections: &[Vec<usize>], seed: Seed, serial: u32) -> Paper {
        let bank = self.assembly.bank;
        let mut questions = Vec::new();
        let mut shown = BTreeSet::new();
        let mut numbers = 1..;
        for (index, (items, section)) in sections.iter().zip(&self.assembly.rule.sections).enumerate() {
            for item in items {
                let item = &bank.items[*item];
                let (options, key) = self.present(item);
                let detail = self.present_detail(item);
                shown.extend(item.pictures());
                questions.push(Question {
                    number: numbers.next().unwrap_or(u16::MAX),
                    item: item.id.clone(),
                    section: u16::try_from(index).unwrap_or(u16::MAX),
                    kind: item.kind,
                    stem: item.stem.clone(),
                    options,
                    key,
                    detail,
                    marks: section.marks,
                });
            }
        }
        Paper {
            bank: BankReference {
                code: bank.code.clone(),
                version: bank.version.clone(),
                digest: self.assembly.digest,
            },
            occupation: bank.occupation.clone(),
            level: bank.level,
            standard: bank.standard.clone(),
            rule: self.assembly.rule.clone(),
            seed,
            serial,
            questions,
            composition: self.composition,
            pictures: shown
                .into_iter()
                .filter_map(|name| self.assembly.picture(name))
                .collect(),
        }
    }

    /// The options as the candidate sees them, and the key by their new letters.
    fn present(&mut self, item: &Item) -> (Vec<String>, String) {
        let sequence = matches!(item.kind, ItemKind::Matching | ItemKind::Ordering);
        if !sequence && !matches!(item.kind, ItemKind::Single | ItemKind::Multiple) {
            return (Vec::new(), item.key.clone());
        }
        let mut order: Vec<usize> = (0..item.options.len()).collect();
        // The steps of an ordering stand in their right order in the bank, so that they are shuffled whatever a rule says.
        if sequence || (self.assembly.rule.shuffle_options && !item.fixed_options) {
            self.dice.shuffle(&mut order);
        }
        let options = order.iter().map(|place| item.options[*place].clone()).collect();
        let shown_of = |right: char| order.iter().position(|place| letter(*place) == right).map(letter);
        let key = if sequence {
            item.key.chars().filter_map(shown_of).collect()
        } else {
            let right = order
                .iter()
                .enumerate()
                .filter(|(_, place)| item.key.contains(letter(**place)));
            right.map(|(shown, _)| letter(shown)).collect()
        };
        (options, key)
    }

    /// The rest of the item; the options of its blanks as the candidate sees them.
    fn present_detail(&mut self, item: &Item) -> Option<Detail> {
        let mut detail = item.detail.clone()?;
        if let Detail::Cloze(blanks) = &mut detail
            && self.assembly.rule.shuffle_options
            && !item.fixed_options
        {
            for blank in blanks {
                let Blank::Choice { options, key } = blank else {
                    continue;
                };
                let mut order: Vec<usize> = (0..options.len()).collect();
                self.dice.shuffle(&mut order);
                let shown = order.iter().position(|place| letter(*place) == *key);
                *options = order.iter().map(|place| options[*place].clone()).collect();
                *key = shown.map_or(*key, letter);
            }
        }
        Some(detail)
    }
}

/// The place of an item's difficulty in the list of five.
fn grade(candidate: &Candidate) -> usize {
    usize::from(candidate.difficulty).wrapping_sub(1)
}
