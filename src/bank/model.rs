//! A bank as the rest of the house knows it: ranges with weights, points with importance, items, practical tasks.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::detail::Detail;
use super::picture::Picture;
use super::task::{Group, PracticalTask};
use crate::kernel::{Digest, Language, Marks, MarksError, canonical_json};

/// Everything that may be asked of an occupation at a level. Lists are sorted (by code, by id), so that the same content
/// has the same digest however its files are arranged; only the groups of the structure keep the authors' order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    /// Unique among banks: lower-case letters, digits, hyphens.
    pub code: String,
    /// The authors' label; what is loaded is identified by its digest.
    pub version: String,
    /// Whether it may serve a real session.
    pub kind: BankKind,
    /// The level, 1 (highest) to 5.
    pub level: u8,
    /// What is appraised.
    pub occupation: Occupation,
    /// The occupational standard that the bank follows.
    pub standard: String,
    /// The ranges (鉴定范围) of the element table, sorted by code.
    pub ranges: Vec<Range>,
    /// The points (鉴定点) of the element table, sorted by code.
    pub points: Vec<Point>,
    /// The items of theory, sorted by id.
    pub items: Vec<Item>,
    /// The groups of the practical structure table (考核内容结构表), in the order of the test.
    pub structure: Vec<Group>,
    /// The practical tasks, sorted by code.
    pub tasks: Vec<PracticalTask>,
    /// The pictures that items show, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<Picture>,
}

impl Bank {
    /// The fingerprint of the content: SHA-256 of its canonical JSON. Taking it costs a pass over the whole bank.
    #[expect(
        clippy::expect_used,
        reason = "a bank holds text, integers and lists; all of them have a JSON form"
    )]
    pub fn digest(&self) -> Digest {
        Digest::of(&canonical_json(self).expect("a bank has a JSON form"))
    }

    /// The ranges that have no range below them, and therefore hold the points.
    pub fn leaves(&self) -> impl Iterator<Item = &Range> {
        self.ranges.iter().filter(|range| self.is_leaf(&range.code))
    }

    /// Whether no range lies below this one. Uses that ranges are sorted: the children follow their parent.
    pub fn is_leaf(&self, code: &str) -> bool {
        let after = self.ranges.partition_point(|range| range.code.as_str() <= code);
        self.ranges.get(after).is_none_or(|next| !next.code.starts_with(code))
    }

    /// The item of this id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        let found = self.items.binary_search_by(|item| item.id.as_str().cmp(id)).ok()?;
        self.items.get(found)
    }

    /// The point of this code.
    pub fn point(&self, code: &str) -> Option<&Point> {
        let found = self
            .points
            .binary_search_by(|point| point.code.as_str().cmp(code))
            .ok()?;
        self.points.get(found)
    }

    /// The practical task of this code.
    pub fn task(&self, code: &str) -> Option<&PracticalTask> {
        let found = self.tasks.binary_search_by(|task| task.code.as_str().cmp(code)).ok()?;
        self.tasks.get(found)
    }

    /// The picture of this name.
    pub fn picture(&self, name: &str) -> Option<&Picture> {
        let found = self
            .pictures
            .binary_search_by(|picture| picture.name.as_str().cmp(name))
            .ok()?;
        self.pictures.get(found)
    }

    /// Puts every list into its order. Needed by whoever builds a bank by hand, before it is used.
    pub fn sort(&mut self) {
        self.ranges.sort_by(|a, b| a.code.cmp(&b.code));
        self.points.sort_by(|a, b| a.code.cmp(&b.code));
        self.items.sort_by(|a, b| a.id.cmp(&b.id));
        self.tasks.sort_by(|a, b| a.code.cmp(&b.code));
        self.pictures.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// Whether a bank may serve a real session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BankKind {
    /// For real sessions; never shown to trainees.
    Live,
    /// For practice; never serves a real session.
    Practice,
}

/// An occupation (职业) by its code in one edition of the classification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Occupation {
    /// Eight digits, `6-31-01-03`.
    pub code: String,
    /// The edition of the classification that the code belongs to, `2022`.
    pub edition: String,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
}

/// A range (鉴定范围): a branch of the element table. `A`, `AB`, `ABC`: one capital letter a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The code, one letter a layer.
    pub code: String,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// The share of the whole (鉴定比重).
    pub weight: Weight,
}

/// A share of the whole, in hundredths of a percent. Text form: percent with at most two decimals (`"25"`, `"2.5"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(transparent)]
pub struct Weight(#[schemars(with = "String")] u32);

impl Weight {
    /// All of it.
    pub const WHOLE: Self = Self(10_000);

    /// So many whole percents.
    pub const fn percent(percent: u32) -> Self {
        Self(percent * 100)
    }

    /// So many hundredths of a percent.
    pub const fn from_hundredths(hundredths: u32) -> Self {
        Self(hundredths)
    }

    /// Hundredths of a percent.
    pub const fn hundredths(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text of hundredths is the same for percents and for marks.
        Marks::from_hundredths(self.0.into()).fmt(f)
    }
}

impl FromStr for Weight {
    type Err = MarksError;

    fn from_str(text: &str) -> Result<Self, MarksError> {
        let hundredths = text.parse::<Marks>()?.hundredths();
        u32::try_from(hundredths).map(Self).map_err(|_| MarksError::NotANumber)
    }
}

impl Serialize for Weight {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A point (鉴定点): the smallest thing that can be tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Its leaf range's code and three digits.
    pub code: String,
    /// The Chinese name.
    pub name: String,
    /// How important it is.
    pub importance: Importance,
}

impl Point {
    /// The code of the leaf range that it belongs to.
    pub fn range(&self) -> &str {
        range_of(&self.code)
    }
}

/// The range part of a point's code.
pub(super) fn range_of(point: &str) -> &str {
    point.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// Importance (重要程度) of a point or a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Importance {
    /// Core.
    X,
    /// General.
    Y,
    /// Auxiliary.
    Z,
}

impl Importance {
    /// All of them, the core first.
    pub const ALL: [Self; 3] = [Self::X, Self::Y, Self::Z];
}

/// An item (试题) of theory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Unique in the bank, never reused.
    pub id: String,
    /// How it is answered.
    pub kind: ItemKind,
    /// The code of the point it tests.
    pub point: String,
    /// 1 (very easy) to 5 (very hard).
    pub difficulty: u8,
    /// What is asked.
    pub stem: String,
    /// What may be chosen, in the authors' order; the steps of an ordering in their right order; empty for other kinds.
    pub options: Vec<String>,
    /// The right answer by the authors' order: `C`, `ABD`, `T`, `F`; for matching and ordering a letter for each place;
    /// empty where the key is in the detail.
    pub key: String,
    /// What only this kind of item has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// Why the key is right.
    pub explanation: String,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Items that must not stand in one paper with this one. One direction is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enemies: Vec<String>,
    /// Options keep their order: one refers to another or to all.
    #[serde(default)]
    pub fixed_options: bool,
}

impl Item {
    /// Every text that a page shows, with the name of its key in the file.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let prompts: &[String] = match &self.detail {
            Some(Detail::Matching(prompts)) => prompts,
            _ => &[],
        };
        let options = self.options.iter().map(|option| ("options", option.as_str()));
        let prompts = prompts.iter().map(|prompt| ("prompts", prompt.as_str()));
        [("stem", self.stem.as_str()), ("explanation", self.explanation.as_str())]
            .into_iter()
            .chain(options)
            .chain(prompts)
    }
}

impl Item {
    /// The names of the pictures that the item shows.
    pub fn pictures(&self) -> impl Iterator<Item = &str> {
        let hotspot = match &self.detail {
            Some(Detail::Hotspot(hotspot)) => Some(hotspot.picture.as_str()),
            _ => None,
        };
        let in_texts = self.texts().flat_map(|(_, text)| super::rich::pictures(text));
        in_texts.map(|(name, _)| name).chain(hotspot)
    }
}

/// How an item is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// One of four options (单选题).
    Single,
    /// At least two of four to six options (多选题).
    Multiple,
    /// Right or wrong (判断题).
    TrueFalse,
    /// A number, perhaps with a unit (计算题).
    Numeric,
    /// A word or two (填空题).
    Text,
    /// Blanks within a text (综合填空题).
    Cloze,
    /// To each on the left one on the right (匹配题).
    Matching,
    /// Steps to be put in order (排序题).
    Ordering,
    /// Places in a picture (识图题).
    Hotspot,
    /// A text that people mark (论述题).
    Written,
}

impl ItemKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Single,
        Self::Multiple,
        Self::TrueFalse,
        Self::Numeric,
        Self::Text,
        Self::Cloze,
        Self::Matching,
        Self::Ordering,
        Self::Hotspot,
        Self::Written,
    ];

    /// Whether it is one of the three that every bank has.
    pub const fn is_classic(self) -> bool {
        matches!(self, Self::Single | Self::Multiple | Self::TrueFalse)
    }

    /// Whether its items have options.
    pub const fn has_options(self) -> bool {
        matches!(
            self,
            Self::Single | Self::Multiple | Self::Matching | Self::Ordering | Self::TrueFalse
        )
    }

    /// Whether authors give it a key of letters. The key of an ordering is the order of its options.
    pub const fn has_key(self) -> bool {
        matches!(self, Self::Single | Self::Multiple | Self::TrueFalse | Self::Matching)
    }

    /// The trade's name of the kind.
    pub const fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Single, Language::Zh) => "单选题",
            (Self::Single, Language::En) => "single choice",
            (Self::Multiple, Language::Zh) => "多选题",
            (Self::Multiple, Language::En) => "multiple choice",
            (Self::TrueFalse, Language::Zh) => "判断题",
            (Self::TrueFalse, Language::En) => "true/false",
            (Self::Numeric, Language::Zh) => "计算题",
            (Self::Numeric, Language::En) => "numeric",
            (Self::Text, Language::Zh) => "填空题",
            (Self::Text, Language::En) => "short text",
            (Self::Cloze, Language::Zh) => "综合填空题",
            (Self::Cloze, Language::En) => "cloze",
            (Self::Matching, Language::Zh) => "匹配题",
            (Self::Matching, Language::En) => "matching",
            (Self::Ordering, Language::Zh) => "排序题",
            (Self::Ordering, Language::En) => "ordering",
            (Self::Hotspot, Language::Zh) => "识图题",
            (Self::Hotspot, Language::En) => "hotspot",
            (Self::Written, Language::Zh) => "论述题",
            (Self::Written, Language::En) => "written answer",
        }
    }
}

/// The name of a level as forms print it.
pub const fn level_name(level: u8, language: Language) -> &'static str {
    match (level, language) {
        (1, Language::Zh) => "一级/高级技师",
        (2, Language::Zh) => "二级/技师",
        (3, Language::Zh) => "三级/高级工",
        (4, Language::Zh) => "四级/中级工",
        (5, Language::Zh) => "五级/初级工",
        (_, Language::Zh) => "等级未定",
        (1, Language::En) => "Level 1 (senior technician)",
        (2, Language::En) => "Level 2 (technician)",
        (3, Language::En) => "Level 3 (advanced)",
        (4, Language::En) => "Level 4 (intermediate)",
        (5, Language::En) => "Level 5 (elementary)",
        (_, Language::En) => "level unknown",
    }
}

/// The letter of an option by its place: A, B, C …
pub fn letter(place: usize) -> char {
    u8::try_from(place)
        .ok()
        .filter(|place| *place < 26)
        .map_or('?', |place| char::from(b'A' + place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::generated;
    use crate::kernel::SeededEntropy;

    #[test]
    fn the_digest_does_not_depend_on_the_arrangement_but_on_every_word() {
        let bank = generated(200, &SeededEntropy::new(1));
        let mut shuffled = bank.clone();
        shuffled.items.reverse();
        shuffled.points.reverse();
        shuffled.sort();
        assert_eq!(shuffled.digest(), bank.digest());
        shuffled.items[0].explanation.push('。');
        assert_ne!(shuffled.digest(), bank.digest());
    }

    #[test]
    fn a_range_with_a_range_below_is_no_leaf() {
        let mut bank = generated(200, &SeededEntropy::new(1));
        bank.ranges.retain(|range| range.code != "AB");
        assert!(!bank.is_leaf("A"));
        assert!(bank.is_leaf("AA"));
        assert!(bank.leaves().all(|leaf| leaf.code.len() > 1));
    }

    #[test]
    fn weights_are_percents() {
        assert_eq!("2.5".parse::<Weight>().unwrap(), Weight::from_hundredths(250));
        assert_eq!(Weight::WHOLE.to_string(), "100");
        assert!("-1".parse::<Weight>().is_err());
    }
}
