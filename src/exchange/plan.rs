//! The dry run: what an import would bring into a bank, what it would change, and everything that would be lost.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::bank::{Bank, Item};

use super::loss::{Degree, Loss, LossKind};
use super::mapping::{self, Defaults};
use super::model::{Exchange, Place};
use super::pictures::{Album, ComingPicture};

/// What an import would do.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// How many questions were read.
    pub read: usize,
    /// The items that the bank does not have yet.
    pub new: Vec<Coming>,
    /// The items that the bank has otherwise.
    pub changed: Vec<Coming>,
    /// How many items the bank has as they are.
    pub same: usize,
    /// The pictures that come with them.
    pub pictures: Vec<ComingPicture>,
    /// Everything that does not come through, and what was settled, by file and line.
    pub losses: Vec<Loss>,
}

/// An item that comes in.
#[derive(Debug, Clone, Serialize)]
pub struct Coming {
    /// Where it stands.
    pub place: Place,
    /// The names of the fields that differ from the bank's; empty for a new item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<&'static str>,
    /// The item.
    pub item: Item,
}

impl Plan {
    /// Whether anything is lost; what was only settled is no loss.
    pub fn is_clean(&self) -> bool {
        self.losses.iter().all(|loss| loss.degree == Degree::Note)
    }

    /// How many losses there are of a degree.
    pub fn count(&self, degree: Degree) -> usize {
        self.losses.iter().filter(|loss| loss.degree == degree).count()
    }

    /// The bank as it would be.
    pub fn applied(&self, bank: &Bank) -> Bank {
        let mut applied = bank.clone();
        let coming: BTreeSet<&str> = self.changed.iter().map(|coming| coming.item.id.as_str()).collect();
        applied.items.retain(|item| !coming.contains(item.id.as_str()));
        applied
            .items
            .extend(self.new.iter().chain(&self.changed).map(|coming| coming.item.clone()));
        let pictures = self.pictures.iter().map(|coming| coming.picture.clone());
        applied.pictures.extend(pictures);
        applied.sort();
        applied
    }
}

/// Works out what an import would do to a bank. Changes nothing.
pub fn plan(exchange: &Exchange, bank: &Bank, defaults: &Defaults) -> Plan {
    let mut losses = exchange.losses.clone();
    let mut taken: Vec<(Place, Item)> = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut album = Album::new(bank, &exchange.pictures);
    for found in &exchange.questions {
        let question = &found.question;
        let shown = if question.id.is_empty() {
            &question.stem
        } else {
            &question.id
        };
        let mut notes = Vec::new();
        let pictured = album.settle(question.clone(), &mut notes);
        let made = pictured.and_then(|question| {
            let measured = |name: &str| album.measured(name);
            mapping::item(bank, question, defaults, &measured, &mut notes)
        });
        // What was settled for a question that does not come is nobody's concern.
        if made.is_ok() {
            losses.extend(notes.into_iter().map(|note| Loss::new(&found.place, shown, note)));
        }
        match made {
            Ok(item) if !known.insert(item.id.clone()) => {
                losses.push(Loss::new(&found.place, shown, LossKind::IdTwice { id: item.id }));
            }
            Ok(item) => {
                ids.insert(question.id.clone(), item.id.clone());
                taken.push((found.place.clone(), item));
            }
            Err(loss) => losses.push(Loss::new(&found.place, shown, loss)),
        }
    }
    enemies(&mut taken, &ids, bank, &mut losses);
    let mut plan = Plan {
        read: exchange.questions.len(),
        new: Vec::new(),
        changed: Vec::new(),
        same: 0,
        pictures: Vec::new(),
        losses,
    };
    for (place, item) in taken {
        match bank.item(&item.id) {
            None => plan.new.push(Coming {
                place,
                fields: Vec::new(),
                item,
            }),
            Some(known) if *known == item => plan.same += 1,
            Some(known) => plan.changed.push(Coming {
                place,
                fields: differences(known, &item),
                item,
            }),
        }
    }
    plan.pictures = shown(album.coming, &plan);
    plan.losses.sort_by(|a, b| a.place.cmp(&b.place));
    plan
}

/// The pictures that an item shows which comes in.
fn shown(mut pictures: Vec<ComingPicture>, plan: &Plan) -> Vec<ComingPicture> {
    let coming = plan.new.iter().chain(&plan.changed);
    let named: BTreeSet<&str> = coming.flat_map(|coming| coming.item.pictures()).collect();
    pictures.retain(|picture| named.contains(picture.name.as_str()));
    pictures
}

/// Enemies by the ids that they have in the bank; one that is not there is told as lost.
fn enemies(taken: &mut [(Place, Item)], ids: &BTreeMap<String, String>, bank: &Bank, losses: &mut Vec<Loss>) {
    let coming: BTreeSet<String> = taken.iter().map(|(_, item)| item.id.clone()).collect();
    for (place, item) in taken {
        let mut kept = Vec::new();
        for enemy in &item.enemies {
            let enemy = ids.get(enemy).unwrap_or(enemy).clone();
            if enemy != item.id && (coming.contains(&enemy) || bank.item(&enemy).is_some()) {
                kept.push(enemy);
            } else {
                let kind = LossKind::Field {
                    name: "enemies".to_owned(),
                    value: super::loss::short(&enemy, 40),
                };
                losses.push(Loss::new(place, &item.id, kind));
            }
        }
        item.enemies = kept;
    }
}

fn differences(known: &Item, item: &Item) -> Vec<&'static str> {
    let compared = [
        ("type", known.kind == item.kind),
        ("point", known.point == item.point),
        ("difficulty", known.difficulty == item.difficulty),
        ("stem", known.stem == item.stem),
        ("options", known.options == item.options),
        ("key", known.key == item.key),
        ("detail", known.detail == item.detail),
        ("explanation", known.explanation == item.explanation),
        ("source", known.source == item.source),
        ("enemies", known.enemies == item.enemies),
        ("fixed_options", known.fixed_options == item.fixed_options),
    ];
    compared
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| name)
        .collect()
}
