//! Our own text: the theory files of a bank, one `[[item]]` a question; alone, or in an archive with their pictures.

use serde::Deserialize;
use toml::Spanned;

use super::input::{self, lines_in};
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Blank, Body, Exchange, Hotspot, Number, Place, Question, Region, Unit, Words};
use super::number::{Decimal, plain};
use super::{package, rubric};
use crate::bank::Criterion;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    item: Vec<Spanned<Item>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    point: String,
    difficulty: Option<u8>,
    stem: String,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    key: String,
    #[serde(default)]
    prompts: Vec<String>,
    #[serde(default)]
    blank: Vec<RawBlank>,
    numeric: Option<RawNumber>,
    text: Option<RawWords>,
    hotspot: Option<RawHotspot>,
    written: Option<RawWritten>,
    #[serde(default)]
    explanation: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    enemies: Vec<String>,
    #[serde(default)]
    fixed_options: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNumber {
    value: Option<toml::Value>,
    tolerance: Option<toml::Value>,
    tolerance_percent: Option<toml::Value>,
    unit: Option<String>,
    #[serde(default)]
    units: Vec<RawUnit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUnit {
    name: String,
    factor: Option<toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    accept: Vec<String>,
    #[serde(default)]
    case_matters: bool,
    #[serde(default)]
    blanks_matter: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlank {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    key: String,
    value: Option<toml::Value>,
    tolerance: Option<toml::Value>,
    tolerance_percent: Option<toml::Value>,
    unit: Option<String>,
    #[serde(default)]
    units: Vec<RawUnit>,
    #[serde(default)]
    accept: Vec<String>,
    #[serde(default)]
    case_matters: bool,
    #[serde(default)]
    blanks_matter: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHotspot {
    picture: String,
    shows: String,
    need: Option<u32>,
    #[serde(default)]
    region: Vec<RawRegion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRegion {
    shape: String,
    #[serde(default)]
    x: u32,
    #[serde(default)]
    y: u32,
    #[serde(default)]
    width: u32,
    #[serde(default)]
    height: u32,
    #[serde(default)]
    radius: u32,
    #[serde(default)]
    corners: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWritten {
    max_chars: Option<u32>,
    #[serde(default)]
    criterion: Vec<Criterion>,
}

/// Reads a theory file, or an archive of such files with the pictures that they show.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Exchange, Refused> {
    if !package::is_archive(bytes) {
        return read_file(&input::text(bytes, file)?, file);
    }
    let mut all = Exchange::default();
    let mut found = false;
    for (name, content) in package::unpack(bytes, file)? {
        let place = format!("{file}!{name}");
        let last = name.rsplit('/').next().unwrap_or("");
        if super::ends_with(last, &["toml"]) {
            found = true;
            let exchange = read_file(&input::text(&content, &place)?, &place)?;
            for found in exchange.questions {
                all.take(found.place, found.question);
            }
            all.losses.extend(exchange.losses);
            all.full = all.full.or(exchange.full);
        } else if crate::bank::is_picture_name(last) {
            all.pictures.insert(last.to_owned(), content);
        } else {
            let place = Place { file: place, line: 0 };
            all.lose(&place, last, LossKind::Skipped { what: short(&name, 80) });
        }
    }
    if found {
        return Ok(all);
    }
    let format = "text".to_owned();
    Err(Refused::new(file, 0, RefusedKind::NotThisFormat { format }))
}

fn read_file(text: &str, file: &str) -> Result<Exchange, Refused> {
    // What the reader of TOML makes of a file is many times its size; a bank's own files keep to the same limit.
    if text.len() as u64 > crate::bank::MAX_FILE_BYTES {
        let most = crate::bank::MAX_FILE_BYTES;
        return Err(Refused::new(file, 0, RefusedKind::TooLarge { most }));
    }
    let parsed: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let reason = short(error.message(), 160);
        Refused::new(file, lines_in(&text.as_bytes()[..at]), RefusedKind::Syntax { reason })
    })?;
    let mut exchange = Exchange::default();
    let (mut counted, mut line) = (0, 1);
    for item in parsed.item {
        let start = item.span().start.min(text.len());
        line += lines_in(&text.as_bytes()[counted.min(start)..start]) - 1;
        counted = start;
        let place = Place {
            file: file.to_owned(),
            line,
        };
        let mut item = item.into_inner();
        let body = body(&mut item);
        let id = item.id.clone();
        let question = Question {
            id: item.id,
            path: vec![item.point].into_iter().filter(|point| !point.is_empty()).collect(),
            difficulty: item.difficulty,
            stem: item.stem.trim().replace("\r\n", "\n"),
            body: Body::TrueFalse { key: true },
            explanation: item.explanation.trim().to_owned(),
            source: item.source,
            enemies: item.enemies,
            fixed_options: item.fixed_options,
        };
        exchange.settle(place, &id, Vec::new(), question, body);
    }
    Ok(exchange)
}

/// The places that letters name.
pub(super) fn places(key: &str, count: usize) -> Result<Vec<usize>, LossKind> {
    let place = |c: char| (0..count).find(|place| crate::bank::letter(*place) == c);
    let places: Option<Vec<usize>> = key.chars().map(place).collect();
    places
        .filter(|places| !places.is_empty())
        .ok_or_else(|| LossKind::BadKey { key: short(key, 40) })
}

fn body(item: &mut Item) -> Result<Body, LossKind> {
    let options = std::mem::take(&mut item.options);
    let bad = || LossKind::BadKey {
        key: short(&item.key, 40),
    };
    match item.kind.as_str() {
        "single" | "multiple" => {
            let keys = places(&item.key, options.len())?;
            let several = item.kind == "multiple";
            let fits = keys.is_sorted_by(|a, b| a < b) && (several || keys.len() == 1);
            if fits {
                Ok(Body::Choice { several, options, keys })
            } else {
                Err(bad())
            }
        }
        "true_false" => match item.key.as_str() {
            "T" => Ok(Body::TrueFalse { key: true }),
            "F" => Ok(Body::TrueFalse { key: false }),
            _ => Err(bad()),
        },
        "ordering" => Ok(Body::Ordering { steps: options }),
        "matching" => {
            let keys = places(&item.key, options.len())?;
            let prompts = std::mem::take(&mut item.prompts);
            if keys.len() == prompts.len() {
                Ok(Body::Matching { prompts, options, keys })
            } else {
                Err(bad())
            }
        }
        "numeric" => {
            let own = item.numeric.take().ok_or(LossKind::NoKey {})?;
            number(own).map(Body::Number)
        }
        "text" => {
            let own = item.text.take().ok_or(LossKind::NoKey {})?;
            Ok(Body::Words(Words {
                accept: own.accept,
                case_matters: own.case_matters,
                blanks_matter: own.blanks_matter,
            }))
        }
        "cloze" => {
            let blanks: Result<Vec<Blank>, LossKind> = std::mem::take(&mut item.blank).into_iter().map(blank).collect();
            Ok(Body::Cloze { blanks: blanks? })
        }
        "hotspot" => hotspot(item.hotspot.take().ok_or(LossKind::NoKey {})?),
        "written" => {
            let own = item.written.take().ok_or(LossKind::NoKey {})?;
            Ok(Body::Written {
                max_chars: own.max_chars,
                guide: rubric::told(&own.criterion),
            })
        }
        other => Err(LossKind::TypeUnsupported { name: short(other, 40) }),
    }
}

fn number(raw: RawNumber) -> Result<Number, LossKind> {
    let text = |value: &toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown = raw.value.as_ref().map(text).unwrap_or_default();
    let bad = || LossKind::BadKey { key: short(&shown, 40) };
    let value = plain(&shown).ok_or_else(bad)?;
    let tolerance = match (&raw.tolerance, &raw.tolerance_percent) {
        (Some(_), Some(_)) => return Err(bad()),
        (Some(absolute), None) => Decimal::parse(&text(absolute)).ok_or_else(bad)?.to_string(),
        (None, Some(percent)) => share(&value, &text(percent)).ok_or_else(bad)?,
        (None, None) => "0".to_owned(),
    };
    if tolerance.starts_with('-') {
        return Err(bad());
    }
    let mut units = Unit::only(&raw.unit.unwrap_or_default());
    for unit in raw.units {
        let factor = match &unit.factor {
            Some(factor) => Some(plain(&text(factor)).ok_or_else(bad)?),
            None => None,
        };
        units.push(Unit {
            name: unit.name,
            factor,
        });
    }
    Ok(Number {
        value,
        tolerance,
        units,
    })
}

/// So many percent of a number, as a bank reckons it.
fn share(value: &str, percent: &str) -> Option<String> {
    let value: crate::kernel::Decimal = value.parse().ok()?;
    Some(value.abs().percent(percent.parse().ok()?)?.to_string())
}

fn blank(raw: RawBlank) -> Result<Blank, LossKind> {
    match raw.kind.as_str() {
        "choice" => match places(&raw.key, raw.options.len())?.as_slice() {
            [key] => Ok(Blank::Choice {
                key: *key,
                options: raw.options,
            }),
            _ => Err(LossKind::BadKey {
                key: short(&raw.key, 20),
            }),
        },
        "numeric" => number(RawNumber {
            value: raw.value,
            tolerance: raw.tolerance,
            tolerance_percent: raw.tolerance_percent,
            unit: raw.unit,
            units: raw.units,
        })
        .map(Blank::Number),
        "text" => Ok(Blank::Words(Words {
            accept: raw.accept,
            case_matters: raw.case_matters,
            blanks_matter: raw.blanks_matter,
        })),
        other => Err(LossKind::TypeUnsupported { name: short(other, 40) }),
    }
}

fn hotspot(raw: RawHotspot) -> Result<Body, LossKind> {
    let region = |region: &RawRegion| match region.shape.as_str() {
        "rectangle" => Ok(Region::Rectangle(region.x, region.y, region.width, region.height)),
        "circle" => Ok(Region::Circle(region.x, region.y, region.radius)),
        "polygon" => Ok(Region::Polygon(
            region.corners.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(),
        )),
        other => Err(LossKind::BadKey { key: short(other, 40) }),
    };
    let regions: Vec<Region> = raw.region.iter().map(region).collect::<Result<_, _>>()?;
    let all = u32::try_from(regions.len()).unwrap_or(u32::MAX);
    Ok(Body::Hotspot(Hotspot {
        picture: raw.picture,
        shows: raw.shows,
        need: raw.need.unwrap_or(all),
        regions,
    }))
}
