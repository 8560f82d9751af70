//! An item's table: which keys each kind has, and whether they fit together.

use super::detail::{Blank, Criterion, Detail, Hotspot, Numeric, Region, ShortText, Unit, Written};
use super::fields::{Fields, Place, Placed};
use super::model::{Item, ItemKind, letter};
use super::problem::ProblemKind;
use super::rich;
use super::text::Form;
use crate::kernel::Decimal;

const KINDS: &str = "single, multiple, true_false, numeric, text, cloze, matching, ordering, hotspot, written";
/// The most characters of a written answer.
const MAX_WRITTEN: i64 = 4_000;

pub(super) fn item(mut fields: Fields<'_, '_>) -> Option<Placed<Item>> {
    let id = fields.code("id", Form::Id);
    let kind = fields.word::<ItemKind>("type", KINDS);
    let point = fields.text("point");
    let difficulty = fields.integer("difficulty", 1..=5);
    let stem = fields.text("stem");
    let options = if kind.is_none_or(ItemKind::has_options) {
        fields.texts("options")
    } else {
        Vec::new()
    };
    let key = match kind {
        Some(kind) if !kind.has_key() => Some(String::new()),
        _ => fields.text("key"),
    };
    let detail = kind.and_then(|kind| detail(kind, &mut fields));
    let explanation = fields.text("explanation");
    let source = fields.optional_text("source");
    let enemies = fields.texts("enemies");
    let fixed_options = fields.flag("fixed_options");
    let (Some(kind), Some(mut key)) = (kind, key) else {
        fields.finish();
        return None;
    };
    if kind == ItemKind::Ordering {
        key = (0..options.len()).map(letter).collect();
    }
    for (at, problem) in super::key::check(kind, &key, &options, detail.as_ref()) {
        fields.report(at, problem);
    }
    if let Some(stem) = &stem {
        blanks(&mut fields, stem, detail.as_ref());
    }
    formulas(
        &mut fields,
        [("stem", stem.iter()), ("explanation", explanation.iter())],
    );
    formulas(&mut fields, [("options", options.iter())]);
    if let Some(Detail::Matching(prompts)) = &detail {
        formulas(&mut fields, [("prompts", prompts.iter())]);
    }
    let place = fields.finish();
    let needs_detail = !matches!(
        kind,
        ItemKind::Single | ItemKind::Multiple | ItemKind::TrueFalse | ItemKind::Ordering
    );
    if needs_detail && detail.is_none() {
        return None;
    }
    let item = Item {
        id: id?,
        kind,
        point: point?,
        difficulty: difficulty?,
        stem: stem?,
        options,
        key,
        detail,
        explanation: explanation?,
        source,
        enemies,
        fixed_options,
    };
    Some(Placed { value: item, place })
}

/// Reports formulas that cannot be shown.
fn formulas<'t, I>(fields: &mut Fields<'_, '_>, texts: impl IntoIterator<Item = (&'static str, I)>)
where
    I: Iterator<Item = &'t String>,
{
    for (key, texts) in texts {
        for (formula, error) in texts.flat_map(|text| rich::bad_formulas(text)) {
            let formula = formula.chars().take(60).collect();
            let kind = ProblemKind::BadFormula {
                key: key.to_owned(),
                formula,
                reason: error.to_string(),
            };
            fields.report(key, kind);
        }
    }
}

/// Every blank stands once in the stem, in order; no other kind has blanks.
fn blanks(fields: &mut Fields<'_, '_>, stem: &str, detail: Option<&Detail>) {
    let marks = rich::blanks(stem);
    let blanks = match detail {
        Some(Detail::Cloze(blanks)) => blanks.len(),
        _ => 0,
    };
    if !marks.iter().copied().eq(1..=blanks) {
        let marks = marks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        fields.report("stem", ProblemKind::BlankMarks { marks, blanks });
    }
}

fn detail(kind: ItemKind, fields: &mut Fields<'_, '_>) -> Option<Detail> {
    match kind {
        ItemKind::Single | ItemKind::Multiple | ItemKind::TrueFalse | ItemKind::Ordering => None,
        ItemKind::Numeric => fields
            .required_table("numeric", |mut own| finished(numeric(&mut own), own))
            .map(Detail::Numeric),
        ItemKind::Text => fields
            .required_table("text", |mut own| finished(Some(words(&mut own)), own))
            .map(Detail::Text),
        ItemKind::Cloze => {
            let blanks = fields.tables("blank", blank);
            within(fields, "blank", blanks.len(), 1..=20);
            Some(Detail::Cloze(blanks))
        }
        ItemKind::Matching => {
            let prompts = fields.texts("prompts");
            within(fields, "prompts", prompts.len(), 2..=12);
            Some(Detail::Matching(prompts))
        }
        ItemKind::Hotspot => fields.required_table("hotspot", hotspot).map(Detail::Hotspot),
        ItemKind::Written => fields.required_table("written", written).map(Detail::Written),
    }
}

fn finished<T>(value: Option<T>, fields: Fields<'_, '_>) -> Option<T> {
    fields.finish();
    value
}

fn within(fields: &mut Fields<'_, '_>, key: &str, count: usize, bounds: std::ops::RangeInclusive<i64>) {
    let number = i64::try_from(count).unwrap_or(i64::MAX);
    if !bounds.contains(&number) {
        let kind = ProblemKind::OutOfBounds {
            key: key.to_owned(),
            value: count.to_string(),
            least: *bounds.start(),
            most: *bounds.end(),
        };
        fields.report(key, kind);
    }
}

fn numeric(fields: &mut Fields<'_, '_>) -> Option<Numeric> {
    let value = fields.decimal("value");
    let absolute = fields.optional_decimal("tolerance");
    let percent = fields.optional_decimal("tolerance_percent");
    let unit = fields.optional_text("unit");
    let mut units = fields.tables("units", |mut own| {
        let name = own.text("name");
        let factor = own.optional_decimal("factor");
        own.finish();
        Some(Unit { name: name?, factor })
    });
    let value = value?;
    let tolerance = match (absolute, percent) {
        (Some(_), Some(_)) => None,
        (Some(absolute), None) => Some(absolute),
        (None, Some(percent)) => value.abs().percent(percent),
        (None, None) => Some(Decimal::ZERO),
    };
    let tolerance = tolerance.filter(|tolerance| !tolerance.is_negative());
    if tolerance.is_none() {
        fields.report("tolerance", ProblemKind::BadTolerance {});
    }
    let first_counts_one = units.first().is_none_or(|unit| unit.factor == Some(Decimal::ONE));
    if (unit.is_some() && !units.is_empty()) || units.len() == 1 || units.len() > 8 || !first_counts_one {
        fields.report("units", ProblemKind::BadUnits {});
    }
    units.extend(unit.map(|name| Unit {
        name,
        factor: Some(Decimal::ONE),
    }));
    Some(Numeric {
        value,
        tolerance: tolerance?,
        units,
    })
}

fn words(fields: &mut Fields<'_, '_>) -> ShortText {
    let accept = fields.texts("accept");
    let case_matters = fields.flag("case_matters");
    let blanks_matter = fields.flag("blanks_matter");
    within(fields, "accept", accept.len(), 1..=30);
    for long in accept.iter().filter(|right| right.chars().count() > 100) {
        let value = long.chars().take(20).collect();
        fields.report(
            "accept",
            ProblemKind::OutOfBounds {
                key: "accept".to_owned(),
                value,
                least: 1,
                most: 100,
            },
        );
    }
    ShortText {
        accept,
        case_matters,
        blanks_matter,
    }
}

fn blank(mut fields: Fields<'_, '_>) -> Option<Blank> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Choice,
        Numeric,
        Text,
    }
    let blank = match fields.word("type", "choice, numeric, text")? {
        Word::Choice => {
            let options = fields.texts("options");
            let key = fields.text("key");
            within(&mut fields, "options", options.len(), 2..=8);
            let key = key?;
            let mut letters = key.chars();
            let known = |first: &char| (0..options.len()).any(|place| letter(place) == *first);
            let first = letters.next().filter(known).filter(|_| letters.next().is_none());
            // A bank with a wrong key is refused, whatever stands for it here.
            let key = first.unwrap_or_else(|| {
                let (key, form) = (key.chars().take(20).collect(), "A … H".to_owned());
                fields.report("key", ProblemKind::KeyForm { key, form });
                'A'
            });
            formulas(&mut fields, [("options", options.iter())]);
            Some(Blank::Choice { options, key })
        }
        Word::Numeric => numeric(&mut fields).map(Blank::Numeric),
        Word::Text => Some(Blank::Text(words(&mut fields))),
    };
    finished(blank, fields)
}

fn hotspot(mut fields: Fields<'_, '_>) -> Option<Hotspot> {
    let picture = fields.text("picture");
    let shows = fields.text("shows");
    let regions = fields.tables("region", region);
    let need = fields.optional_integer("need", 1..=12);
    within(&mut fields, "region", regions.len(), 1..=12);
    let all = u8::try_from(regions.len()).unwrap_or(u8::MAX);
    let need = need.unwrap_or(all);
    if need > all {
        fields.report(
            "need",
            ProblemKind::OutOfBounds {
                key: "need".to_owned(),
                value: need.to_string(),
                least: 1,
                most: all.into(),
            },
        );
    }
    fields.finish();
    Some(Hotspot {
        picture: picture?,
        shows: shows?,
        need,
        regions,
    })
}

fn region(mut fields: Fields<'_, '_>) -> Option<Region> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Rectangle,
        Circle,
        Polygon,
    }
    let side = i64::from(super::picture::MAX_PICTURE_SIDE);
    let region = match fields.word("shape", "rectangle, circle, polygon")? {
        Word::Polygon => {
            let numbers = fields.integers("corners", 0..=side);
            let corners: Vec<(u32, u32)> = numbers
                .chunks_exact(2)
                .map(|pair| (u32::try_from(pair[0]).unwrap_or(0), u32::try_from(pair[1]).unwrap_or(0)))
                .collect();
            if numbers.len() % 2 == 1 {
                fields.report(
                    "corners",
                    ProblemKind::WrongType {
                        key: "corners".to_owned(),
                        expected: "[x, y, x, y, …]".to_owned(),
                    },
                );
            }
            within(&mut fields, "corners", corners.len(), 3..=40);
            Some(Region::Polygon { corners })
        }
        Word::Rectangle => {
            let (x, y) = (fields.integer("x", 0..=side), fields.integer("y", 0..=side));
            let (width, height) = (fields.integer("width", 1..=side), fields.integer("height", 1..=side));
            (|| {
                Some(Region::Rectangle {
                    x: x?,
                    y: y?,
                    width: width?,
                    height: height?,
                })
            })()
        }
        Word::Circle => {
            let (x, y) = (fields.integer("x", 0..=side), fields.integer("y", 0..=side));
            let radius = fields.integer("radius", 1..=side);
            (|| {
                Some(Region::Circle {
                    x: x?,
                    y: y?,
                    radius: radius?,
                })
            })()
        }
    };
    finished(region, fields)
}

fn written(mut fields: Fields<'_, '_>) -> Option<Written> {
    let max_chars = fields.integer("max_chars", 20..=MAX_WRITTEN);
    let criteria = fields.tables("criterion", |mut own| {
        let text = own.text("text");
        let weight = own.integer("weight", 1..=100);
        let levels = own.texts("levels");
        within(&mut own, "levels", levels.len(), 2..=9);
        own.finish();
        Some(Criterion {
            text: text?,
            weight: weight?,
            levels,
        })
    });
    within(&mut fields, "criterion", criteria.len(), 1..=12);
    fields.finish();
    Some(Written {
        max_chars: max_chars?,
        criteria,
    })
}

/// Problems of an item with the pictures of its bank: pictures that are not there, regions beyond their picture.
pub(super) fn check_pictures(item: &Item, place: &Place, known: &[super::Picture], problems: &mut Vec<super::Problem>) {
    let find = |name: &str| known.iter().find(|picture| picture.name == name);
    let missing = |name: &str| ProblemKind::UnknownPicture {
        name: name.chars().take(60).collect(),
    };
    for (key, text) in item.texts() {
        for (name, shows) in rich::pictures(text) {
            if find(name).is_none() {
                problems.push(place.problem(key, missing(name)));
            }
            if shows.is_empty() {
                problems.push(place.problem(
                    key,
                    ProblemKind::PictureUnsaid {
                        name: name.chars().take(60).collect(),
                    },
                ));
            }
        }
    }
    let Some(Detail::Hotspot(hotspot)) = &item.detail else {
        return;
    };
    let Some(picture) = find(&hotspot.picture) else {
        problems.push(place.problem("hotspot", missing(&hotspot.picture)));
        return;
    };
    for (region, number) in hotspot.regions.iter().zip(1..) {
        let (right, down) = region.reach();
        if right > picture.width || down > picture.height {
            let (width, height) = (picture.width, picture.height);
            problems.push(place.problem("hotspot", ProblemKind::RegionOutside { number, width, height }));
        }
    }
}
