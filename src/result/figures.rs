//! Figures on items: how hard each is, how well it tells good candidates from weak ones, and who took which option.
//!
//! Papers are drawn at random, so that hardly two candidates saw the same items. An item is therefore held against the
//! **rest** of each candidate's own paper: the marks got on all other items ÷ the marks possible on them. Everything is
//! reckoned in one pass over the candidates (Welford), in memory that grows with the items only. A figure that cannot be
//! estimated is none. docs/item-figures.md has the formulas.
#![expect(clippy::float_arithmetic, reason = "figures describe; no score is made of them")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{Marks, Timestamp};

/// What one candidate did with one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The item.
    pub item: String,
    /// What it earned.
    pub got: Marks,
    /// What it was worth.
    pub worth: Marks,
    /// The options that were taken, by their place in the bank; empty for kinds without options, and for blank answers.
    pub taken: Vec<usize>,
    /// How many options the item has.
    pub options: usize,
    /// Whether nothing was answered.
    pub blank: bool,
}

/// Means and the sums of squares around them, of two quantities that come in pairs.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    n: u64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

/// A sum of squares below this is a rounding error of none.
const NOTHING: f64 = 1e-12;

impl Pairs {
    fn add(&mut self, x: f64, y: f64) {
        self.n += 1;
        let n = count(self.n);
        let (from_x, from_y) = (x - self.x, y - self.y);
        self.x += from_x / n;
        self.y += from_y / n;
        self.xx += from_x * (x - self.x);
        self.yy += from_y * (y - self.y);
        self.xy += from_x * (y - self.y);
    }

    fn correlation(&self) -> Option<f64> {
        (self.n > 1 && self.xx > NOTHING && self.yy > NOTHING).then(|| self.xy / (self.xx * self.yy).sqrt())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of candidates are far below 2^52")]
fn count(n: u64) -> f64 {
    n as f64
}

fn share(got: Marks, worth: Marks) -> f64 {
    count_marks(got) / count_marks(worth)
}

#[expect(clippy::cast_precision_loss, reason = "hundredths of marks are far below 2^52")]
fn count_marks(marks: Marks) -> f64 {
    marks.hundredths() as f64
}

#[derive(Debug, Clone, Default)]
struct ItemTally {
    papers: u64,
    last: Option<Timestamp>,
    blank: u64,
    /// The share of marks, of all who saw it.
    share: Pairs,
    /// The share of marks against the rest of the paper.
    rest: Pairs,
    /// Whether an option was taken, against the rest of the paper; and how often it was, whatever the rest.
    options: Vec<(Pairs, u64)>,
}

/// Sums over candidates for the reliability of their scores.
#[derive(Debug, Clone, Default)]
struct People {
    n: u64,
    items: u64,
    items_squared: u64,
    /// The weighted mean of candidates' means, and the sum of squares around it.
    mean: f64,
    between: f64,
    within: f64,
    /// The items that everybody had, as long as everybody had the same.
    form: Option<BTreeMap<String, Marks>>,
    mixed: bool,
    total: Pairs,
}

/// Gathers figures, one candidate after the other.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    items: BTreeMap<String, ItemTally>,
    people: People,
}

impl Tally {
    /// Counts a paper that was drawn, answered or not, and when it was used.
    pub fn drawn<'a>(&mut self, items: impl Iterator<Item = &'a str>, used_at: Option<Timestamp>) {
        for item in items {
            let tally = self.items.entry(item.to_owned()).or_default();
            tally.papers += 1;
            tally.last = tally.last.max(used_at);
        }
    }

    /// Takes a candidate who handed in.
    pub fn add(&mut self, replies: &[Reply]) {
        let replies: Vec<&Reply> = replies.iter().filter(|reply| reply.worth > Marks::ZERO).collect();
        let got: Marks = replies.iter().map(|reply| reply.got).sum();
        let worth: Marks = replies.iter().map(|reply| reply.worth).sum();
        for reply in &replies {
            let item = self.items.entry(reply.item.clone()).or_default();
            let own = share(reply.got, reply.worth);
            item.share.add(own, 0.0);
            item.blank += u64::from(reply.blank);
            if item.options.len() < reply.options {
                item.options.resize(reply.options, (Pairs::default(), 0));
            }
            for (place, (_, taken)) in item.options.iter_mut().enumerate() {
                *taken += u64::from(reply.taken.contains(&place));
            }
            if worth == reply.worth {
                continue;
            }
            let rest = share(got - reply.got, worth - reply.worth);
            item.rest.add(own, rest);
            for (place, (pairs, _)) in item.options.iter_mut().enumerate() {
                pairs.add(if reply.taken.contains(&place) { 1.0 } else { 0.0 }, rest);
            }
        }
        self.people.add(&replies, got);
    }

    /// What was gathered.
    pub fn figures(&self) -> Figures {
        Figures {
            candidates: self.people.n,
            alpha: self.people.alpha(&self.items),
            dependability: self.people.dependability(),
            items: self
                .items
                .iter()
                .map(|(item, tally)| (item.clone(), tally.figures()))
                .collect(),
        }
    }
}

impl People {
    fn add(&mut self, replies: &[&Reply], got: Marks) {
        let Ok(items) = u64::try_from(replies.len()) else {
            return;
        };
        if items == 0 {
            return;
        }
        let mut own = Pairs::default();
        for reply in replies {
            own.add(share(reply.got, reply.worth), 0.0);
        }
        self.n += 1;
        self.items += items;
        self.items_squared += items * items;
        let from = own.x - self.mean;
        self.mean += from * count(items) / count(self.items);
        self.between += count(items) * from * (own.x - self.mean);
        self.within += own.xx;
        self.total.add(count_marks(got), 0.0);
        let form: BTreeMap<String, Marks> = replies.iter().map(|reply| (reply.item.clone(), reply.worth)).collect();
        match &self.form {
            None => self.form = Some(form),
            Some(first) => self.mixed |= *first != form,
        }
    }

    /// Cronbach's alpha, of a paper that everybody had.
    fn alpha(&self, items: &BTreeMap<String, ItemTally>) -> Option<f64> {
        let form = self.form.as_ref().filter(|form| !self.mixed && form.len() > 1)?;
        if self.n < 2 || self.total.xx <= NOTHING {
            return None;
        }
        let each = form.iter().map(|(item, worth)| {
            let marks = count_marks(*worth);
            items.get(item).map_or(0.0, |tally| tally.share.xx * marks * marks)
        });
        let k = count(u64::try_from(form.len()).ok()?);
        Some(k / (k - 1.0) * (1.0 - each.sum::<f64>() / self.total.xx))
    }

    /// The dependability of scores on papers of random items (items within persons, a one-way analysis of variance), for a
    /// paper of mean length.
    fn dependability(&self) -> Option<f64> {
        if self.n < 2 || self.items <= self.n {
            return None;
        }
        let (people, items) = (count(self.n), count(self.items));
        let between = self.between / (people - 1.0);
        let within = self.within / (items - people);
        let size = (items - count(self.items_squared) / items) / (people - 1.0);
        let of_people = ((between - within) / size).max(0.0);
        let of_paper = of_people + within / (items / people);
        (of_paper > NOTHING).then(|| of_people / of_paper)
    }
}

impl ItemTally {
    fn figures(&self) -> ItemFigures {
        let option = |(pairs, taken): &(Pairs, u64)| OptionFigures {
            taken: *taken,
            rest: pairs.correlation(),
        };
        ItemFigures {
            papers: self.papers,
            last: self.last,
            seen: self.share.n,
            blank: self.blank,
            correct: (self.share.n > 0).then_some(self.share.x),
            discrimination: self.rest.correlation(),
            options: self.options.iter().map(option).collect(),
        }
    }
}

/// Figures on the items of a bank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// How many candidates handed in.
    pub candidates: u64,
    /// Cronbach's alpha; none where candidates had different papers.
    pub alpha: Option<f64>,
    /// The dependability of scores where everybody has a paper of random items.
    pub dependability: Option<f64>,
    /// The items that were on papers, by id.
    pub items: BTreeMap<String, ItemFigures>,
}

/// Figures on an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemFigures {
    /// On how many papers it was.
    pub papers: u64,
    /// When it was last on one.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// How many candidates had it on a paper that they handed in.
    pub seen: u64,
    /// How many of them left it blank.
    pub blank: u64,
    /// The mean share of its marks that was earned.
    pub correct: Option<f64>,
    /// The correlation of that share with the rest of the paper.
    pub discrimination: Option<f64>,
    /// Its options, in the bank's order.
    pub options: Vec<OptionFigures>,
}

/// Figures on an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OptionFigures {
    /// How often it was taken.
    pub taken: u64,
    /// The correlation of taking it with the rest of the paper.
    pub rest: Option<f64>,
}

/// Something about an item that a person should look at. It never decides by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Better candidates prefer an option that the key calls wrong: the key may be wrong.
    Key,
    /// Better candidates do worse on it.
    Negative,
    /// It hardly tells good candidates from weak ones.
    Weak,
    /// Nearly everybody gets it right.
    Easy,
    /// Hardly anybody gets it right.
    Hard,
    /// A wrong option that hardly anybody takes.
    Idle,
}

impl Flag {
    /// All of them, the gravest first.
    pub const ALL: [Self; 6] = [
        Self::Key,
        Self::Negative,
        Self::Weak,
        Self::Easy,
        Self::Hard,
        Self::Idle,
    ];

    /// Its word in addresses and message keys.
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Negative => "negative",
            Self::Weak => "weak",
            Self::Easy => "easy",
            Self::Hard => "hard",
            Self::Idle => "idle",
        }
    }
}

/// From which values on an item is flagged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Fewer candidates than this flag nothing.
    pub candidates: u64,
    /// A discrimination below this is weak.
    pub weak: f64,
    /// A share of marks above this is easy.
    pub easy: f64,
    /// A share of marks below this is hard.
    pub hard: f64,
    /// A wrong option taken by a smaller share than this is idle.
    pub idle: f64,
}

/// The limits in use: rules of thumb of classical test theory (Ebel and Frisbie, Essentials of Educational Measurement, for
/// discrimination; options below 5 % do no work, Haladyna and Downing).
pub const LIMITS: Limits = Limits {
    candidates: 30,
    weak: 0.15,
    easy: 0.95,
    hard: 0.25,
    idle: 0.05,
};

impl ItemFigures {
    /// What is striking about an item whose right options are at these places.
    pub fn flags(&self, right: &[usize], limits: &Limits) -> Vec<Flag> {
        if self.seen < limits.candidates {
            return Vec::new();
        }
        let rest = |right_ones: bool| {
            let options = self.options.iter().enumerate();
            options
                .filter(move |(place, option)| right.contains(place) == right_ones && option.taken >= TAKERS)
                .filter_map(|(_, option)| option.rest)
        };
        let preferred = rest(false).fold(0.0, f64::max);
        let key = !right.is_empty() && preferred > 0.0 && rest(true).all(|value| value < preferred);
        let correct = self.correct.unwrap_or(0.5);
        let discrimination = self.discrimination.unwrap_or(limits.weak);
        let idle = self.options.iter().enumerate().any(|(place, option)| {
            !right.contains(&place) && count(option.taken) < limits.idle * count(self.seen) && correct <= limits.easy
        });
        [
            (key, Flag::Key),
            (discrimination < 0.0, Flag::Negative),
            ((0.0..limits.weak).contains(&discrimination), Flag::Weak),
            (correct > limits.easy, Flag::Easy),
            (correct < limits.hard, Flag::Hard),
            (idle && !right.is_empty(), Flag::Idle),
        ]
        .into_iter()
        .filter_map(|(so, flag)| so.then_some(flag))
        .collect()
    }
}

/// What fewer people did with an option says nothing about it.
const TAKERS: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(item: &str, got: i64, taken: usize) -> Reply {
        Reply {
            item: item.to_owned(),
            got: Marks::from_hundredths(got * 100),
            worth: Marks::from_hundredths(100),
            taken: vec![taken],
            options: 4,
            blank: false,
        }
    }

    #[test]
    fn what_has_no_spread_or_no_company_is_not_estimable() {
        let mut tally = Tally::default();
        assert_eq!(tally.figures().dependability, None);
        tally.add(&[reply("a", 1, 0)]);
        let figures = tally.figures();
        assert_eq!(figures.items["a"].correct, Some(1.0));
        assert_eq!(figures.items["a"].discrimination, None, "there is no rest of the paper");
        tally.add(&[reply("a", 1, 0), reply("b", 0, 1)]);
        tally.add(&[reply("a", 1, 0), reply("b", 1, 0)]);
        let figures = tally.figures();
        assert_eq!(figures.items["a"].discrimination, None, "everybody got it right");
        assert_eq!(figures.alpha, None, "they had different papers");
        assert_eq!(figures.items["b"].options[1].taken, 1);
    }

    #[test]
    fn an_option_that_the_better_candidates_prefer_puts_the_key_in_doubt() {
        let mut tally = Tally::default();
        for person in 0..60_usize {
            let good = person % 2 == 0;
            let mut paper: Vec<Reply> = ["a", "b", "c", "d"]
                .iter()
                .map(|item| reply(item, i64::from(good), usize::from(!good)))
                .collect();
            // The key says 0; those who know take 2.
            paper.push(reply("wrong", i64::from(!good), if good { 2 } else { 0 }));
            tally.add(&paper);
        }
        let figures = tally.figures();
        let wrong = &figures.items["wrong"];
        assert_eq!(wrong.flags(&[0], &LIMITS)[..2], [Flag::Key, Flag::Negative]);
        assert!(wrong.discrimination.unwrap() < -0.99);
        assert!(!figures.items["a"].flags(&[0], &LIMITS).contains(&Flag::Key));
        let few = Limits {
            candidates: 61,
            ..LIMITS
        };
        assert!(wrong.flags(&[0], &few).is_empty(), "too few candidates flag nothing");
    }
}
