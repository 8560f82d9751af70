//! What an item has beyond stem, options and a key of letters: numbers, words, blanks, regions of a picture, a rubric.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Decimal;

/// The part of an item that only its kind has. Holds keys: never leaves the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Detail {
    /// A number is asked for.
    Numeric(Numeric),
    /// A word or two are asked for.
    Text(ShortText),
    /// The blanks in the stem, in the order of their numbers.
    Cloze(Vec<Blank>),
    /// What stands on the left; the options stand on the right, and the key has the letter of an option for each.
    Matching(Vec<String>),
    /// Places in a picture are asked for.
    Hotspot(Hotspot),
    /// A text that people mark.
    Written(Written),
}

/// A number, how near is near enough, and its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Numeric {
    /// The right number, in the first unit.
    pub value: Decimal,
    /// How far an answer may lie from it, both ends included.
    #[serde(default)]
    pub tolerance: Decimal,
    /// None: a bare number. One: it stands beside the field. Several: the candidate chooses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
}

/// A unit that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its sign.
    pub name: String,
    /// How many of the first unit it is; none for a unit that is wrong here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Decimal>,
}

/// Words that are right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShortText {
    /// Every right spelling.
    pub accept: Vec<String>,
    /// Capital and small letters differ.
    #[serde(default)]
    pub case_matters: bool,
    /// Blanks within the text count, a run of them as one.
    #[serde(default)]
    pub blanks_matter: bool,
}

impl ShortText {
    /// Whether an answer is one of the right spellings.
    pub fn accepts(&self, given: &str) -> bool {
        let given = self.folded(given);
        !given.is_empty() && self.accept.iter().any(|right| self.folded(right) == given)
    }

    /// A text as it is compared. Full-width letters, digits and marks count as half-width ones, always; capitals as small
    /// letters, unless case matters; blanks not at all, or, where they matter, none at the ends and each run as one.
    fn folded(&self, text: &str) -> String {
        let narrow = text.chars().map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        });
        let narrow: String = narrow.collect();
        let spaced = if self.blanks_matter {
            narrow.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            narrow.split_whitespace().collect()
        };
        if self.case_matters {
            spaced
        } else {
            spaced.to_lowercase()
        }
    }
}

/// A blank in a stem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Blank {
    /// One of a few options.
    Choice {
        /// What may be chosen.
        options: Vec<String>,
        /// The letter of the right one.
        key: char,
    },
    /// A number.
    Numeric(Numeric),
    /// A word or two.
    Text(ShortText),
}

/// Regions of a picture that are to be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hotspot {
    /// The picture's name.
    pub picture: String,
    /// What it shows, for those who do not see it.
    pub shows: String,
    /// How many places are to be marked, each in a region of its own.
    pub need: u8,
    /// The right regions.
    pub regions: Vec<Region>,
}

/// A region of a picture, in its pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Region {
    /// Upright sides.
    Rectangle {
        /// The left edge.
        x: u32,
        /// The upper edge.
        y: u32,
        /// How wide.
        width: u32,
        /// How high.
        height: u32,
    },
    /// Round.
    Circle {
        /// The middle, from the left.
        x: u32,
        /// The middle, from above.
        y: u32,
        /// The radius.
        radius: u32,
    },
    /// Any shape, by its corners.
    Polygon {
        /// The corners in order.
        corners: Vec<(u32, u32)>,
    },
}

impl Region {
    /// Whether a point lies in it, its edge included. Exact.
    pub fn holds(&self, (px, py): (u32, u32)) -> bool {
        match self {
            Self::Rectangle { x, y, width, height } => {
                (*x..=x.saturating_add(*width)).contains(&px) && (*y..=y.saturating_add(*height)).contains(&py)
            }
            Self::Circle { x, y, radius } => {
                let square = |a: u32, b: u32| u128::from(a.abs_diff(b)).pow(2);
                square(px, *x) + square(py, *y) <= u128::from(*radius).pow(2)
            }
            Self::Polygon { corners } => in_polygon(corners, (px, py)),
        }
    }

    /// The farthest point right and down that belongs to it.
    pub fn reach(&self) -> (u32, u32) {
        match self {
            Self::Rectangle { x, y, width, height } => (x.saturating_add(*width), y.saturating_add(*height)),
            Self::Circle { x, y, radius } => (x.saturating_add(*radius), y.saturating_add(*radius)),
            Self::Polygon { corners } => (
                corners.iter().map(|corner| corner.0).max().unwrap_or(0),
                corners.iter().map(|corner| corner.1).max().unwrap_or(0),
            ),
        }
    }
}

/// Counts the edges that a ray to the right crosses; a point on an edge is inside.
fn in_polygon(corners: &[(u32, u32)], (px, py): (u32, u32)) -> bool {
    let (px, py) = (i64::from(px), i64::from(py));
    let mut inside = false;
    let next = corners.iter().cycle().skip(1);
    for (a, b) in corners.iter().zip(next) {
        let ((ax, ay), (bx, by)) = ((i64::from(a.0), i64::from(a.1)), (i64::from(b.0), i64::from(b.1)));
        let side = i128::from(bx - ax) * i128::from(py - ay) - i128::from(by - ay) * i128::from(px - ax);
        let between = px >= ax.min(bx) && px <= ax.max(bx) && py >= ay.min(by) && py <= ay.max(by);
        if side == 0 && between {
            return true;
        }
        if (ay > py) != (by > py) && (side > 0) == (by > ay) {
            inside = !inside;
        }
    }
    inside
}

/// A text that people mark by a rubric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The longest answer, in characters.
    pub max_chars: u16,
    /// What is looked at, each with its levels.
    pub criteria: Vec<Criterion>,
}

/// A line of a rubric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// What is looked at.
    pub text: String,
    /// Its weight beside the other lines.
    pub weight: u8,
    /// What each level means, from nothing of the line's share to all of it, in equal steps.
    pub levels: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(accept: &[&str]) -> ShortText {
        ShortText {
            accept: accept.iter().map(ToString::to_string).collect(),
            case_matters: false,
            blanks_matter: false,
        }
    }

    #[test]
    fn width_case_and_blanks_do_not_count_unless_the_item_says_so() {
        let text = words(&["PE 线", "保护接地线"]);
        for right in ["PE线", "ｐｅ　线", " pe 线 ", "保护 接地线"] {
            assert!(text.accepts(right), "{right}");
        }
        for wrong in ["", "  ", "P线", "PE线。"] {
            assert!(!text.accepts(wrong), "{wrong}");
        }
        let strict = ShortText {
            case_matters: true,
            blanks_matter: true,
            ..words(&["mW h"])
        };
        assert!(strict.accepts(" mW  h "));
        assert!(!strict.accepts("MW h") && !strict.accepts("mWh"));
    }

    #[test]
    fn edges_belong_to_a_region() {
        let rectangle = Region::Rectangle {
            x: 10,
            y: 10,
            width: 5,
            height: 5,
        };
        assert!(rectangle.holds((10, 15)) && !rectangle.holds((16, 12)));
        let circle = Region::Circle {
            x: 10,
            y: 10,
            radius: 5,
        };
        assert!(circle.holds((13, 14)) && !circle.holds((14, 14)));
    }

    #[test]
    fn a_polygon_may_have_a_dent() {
        let dented = Region::Polygon {
            corners: vec![(0, 0), (10, 0), (10, 10), (5, 5), (0, 10)],
        };
        for inside in [(5, 2), (1, 8), (9, 8), (5, 5), (0, 0), (10, 5), (0, 10)] {
            assert!(dented.holds(inside), "{inside:?}");
        }
        for outside in [(5, 8), (11, 0), (5, 6)] {
            assert!(!dented.holds(outside), "{outside:?}");
        }
        assert!(!Region::Polygon { corners: Vec::new() }.holds((0, 0)));
    }
}
