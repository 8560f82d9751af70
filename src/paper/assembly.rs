//! An assembly (组卷): a bank made ready for one rule, from which papers are drawn.

use std::collections::BTreeMap;

use super::draw::Draw;
use super::quota::apportion;
use super::rule::{PaperRule, Supply};
use super::sealed::{Paper, PictureReference};
use super::shortage::{Shortage, Shortages, Why};
use crate::bank::{Bank, Importance, Item, ItemKind, Picture, Range};
use crate::kernel::{Digest, Seed};

/// A bank made ready for one rule: quotas per section and range, items by kind and range. Made once, drawn from often.
#[derive(Debug)]
pub struct Assembly<'b> {
    pub(super) bank: &'b Bank,
    pub(super) digest: Digest,
    pub(super) rule: &'b PaperRule,
    pub(super) leaves: Vec<&'b Range>,
    pools: BTreeMap<(ItemKind, usize), Vec<Candidate>>,
    /// For each item the items that must not stand beside it, both directions.
    pub(super) enemies: Vec<Vec<usize>>,
    /// The pictures of the bank, by name: their digests are taken once.
    pictures: BTreeMap<&'b str, PictureReference>,
    /// For each section the number of items from each leaf.
    pub(super) quotas: Vec<Vec<usize>>,
}

/// An item that may be drawn; numbers are places in the bank's lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) item: usize,
    pub(super) point: usize,
    pub(super) importance: Importance,
    pub(super) difficulty: u8,
}

impl<'b> Assembly<'b> {
    /// Makes the bank ready, or tells everything that it lacks.
    pub fn new(bank: &'b Bank, rule: &'b PaperRule) -> Result<Self, Shortages> {
        let leaves: Vec<&Range> = bank.leaves().collect();
        let weights: Vec<u64> = leaves.iter().map(|leaf| leaf.weight.hundredths().into()).collect();
        let quota = |count: u16| -> Vec<usize> {
            apportion(&weights, count.into())
                .into_iter()
                .map(|share| usize::try_from(share).unwrap_or(0))
                .collect()
        };
        let assembly = Self {
            bank,
            digest: bank.digest(),
            rule,
            pools: pools(bank, &leaves),
            enemies: enemies(bank),
            pictures: bank.pictures.iter().map(reference).collect(),
            quotas: rule.sections.iter().map(|section| quota(section.count)).collect(),
            leaves,
        };
        let shortages = assembly.shortages();
        if shortages.is_empty() {
            Ok(assembly)
        } else {
            Err(Shortages(shortages))
        }
    }

    /// Draws the paper of a serial under a seed. The same bank, rule, seed and serial give the same paper for ever.
    pub fn draw(&self, seed: Seed, serial: u32) -> Result<Paper, Shortages> {
        let serial = match self.rule.supply {
            Supply::Individual => serial,
            Supply::Forms { count } => serial % u32::from(count.max(1)),
        };
        Draw::paper(self, seed, serial)
    }

    pub(super) fn picture(&self, name: &str) -> Option<PictureReference> {
        self.pictures.get(name).cloned()
    }

    /// What may be drawn of a kind from a leaf, ordered by point, then by item.
    pub(super) fn pool(&self, kind: ItemKind, leaf: usize) -> &[Candidate] {
        self.pools.get(&(kind, leaf)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn shortage(&self, section: usize, leaf: usize, available: usize, why: Why) -> Shortage {
        let range = self.leaves[leaf];
        Shortage {
            section: section + 1,
            kind: self.rule.sections[section].kind,
            range: range.code.clone(),
            name: range.name.clone(),
            name_en: range.name_en.clone(),
            needed: self.quotas[section][leaf],
            available,
            why,
        }
    }

    fn shortages(&self) -> Vec<Shortage> {
        let mut shortages = Vec::new();
        let mut spent: BTreeMap<(ItemKind, usize), usize> = BTreeMap::new();
        for (section, quotas) in self.quotas.iter().enumerate() {
            let kind = self.rule.sections[section].kind;
            for (leaf, needed) in quotas.iter().enumerate() {
                // Two sections of one kind take from the same items.
                let spent = spent.entry((kind, leaf)).or_default();
                let available = self.pool(kind, leaf).len().saturating_sub(*spent);
                *spent += needed;
                if available < *needed {
                    let why = if available == 0 { Why::None } else { Why::TooFew };
                    shortages.push(self.shortage(section, leaf, available, why));
                }
            }
            if quotas.iter().sum::<usize>() == 0 && self.rule.sections[section].count > 0 {
                shortages.push(self.no_ranges(section));
            }
        }
        shortages
    }

    /// A bank whose ranges have no weight at all: nothing can be apportioned.
    fn no_ranges(&self, section: usize) -> Shortage {
        Shortage {
            section: section + 1,
            kind: self.rule.sections[section].kind,
            range: String::new(),
            name: self.bank.occupation.name.clone(),
            name_en: self.bank.occupation.name_en.clone(),
            needed: self.rule.sections[section].count.into(),
            available: 0,
            why: Why::None,
        }
    }
}

fn reference(picture: &Picture) -> (&str, PictureReference) {
    let reference = PictureReference {
        name: picture.name.clone(),
        digest: picture.digest,
        width: picture.width,
        height: picture.height,
    };
    (&picture.name, reference)
}

fn pools(bank: &Bank, leaves: &[&Range]) -> BTreeMap<(ItemKind, usize), Vec<Candidate>> {
    let mut pools: BTreeMap<_, Vec<Candidate>> = BTreeMap::new();
    for (index, item) in bank.items.iter().enumerate() {
        if let Some((leaf, candidate)) = candidate(bank, leaves, index, item) {
            pools.entry((item.kind, leaf)).or_default().push(candidate);
        }
    }
    for pool in pools.values_mut() {
        pool.sort_by_key(|candidate| (candidate.point, candidate.item));
    }
    pools
}

fn candidate(bank: &Bank, leaves: &[&Range], index: usize, item: &Item) -> Option<(usize, Candidate)> {
    let place = bank.points.binary_search_by(|point| point.code.cmp(&item.point)).ok()?;
    let point = &bank.points[place];
    let leaf = leaves.iter().position(|leaf| leaf.code == point.range())?;
    let candidate = Candidate {
        item: index,
        point: place,
        importance: point.importance,
        difficulty: item.difficulty,
    };
    Some((leaf, candidate))
}

/// Enmity works both ways, whichever item declares it.
fn enemies(bank: &Bank) -> Vec<Vec<usize>> {
    let mut enemies = vec![Vec::new(); bank.items.len()];
    for (index, item) in bank.items.iter().enumerate() {
        for other in &item.enemies {
            if let Ok(other) = bank.items.binary_search_by(|item| item.id.cmp(other)) {
                enemies[index].push(other);
                enemies[other].push(index);
            }
        }
    }
    enemies
}
