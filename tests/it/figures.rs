//! Figures on items are the same as those of a program of a few lines that knows nothing of ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use jianding::kernel::{Entropy, Marks, SeededEntropy};
use jianding::result::figures::{Reply, Tally};
use serde_json::{Value, json};

use crate::house::required;

const ITEMS: u64 = 60;
const ON_PAPER: usize = 40;
const CANDIDATES: u64 = 300;

struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end
    }
}

/// Candidates of different strength before items of different difficulty; `random`: each with items of their own.
fn candidates(random: bool, dice: &Dice) -> Vec<Vec<Reply>> {
    let paper = |strength: u64| {
        let mut items: Vec<u64> = (0..ITEMS).collect();
        if random {
            for place in 0..items.len() {
                let end = u64::try_from(items.len() - place).unwrap();
                items.swap(place, place + usize::try_from(dice.below(end)).unwrap());
            }
        }
        items.truncate(ON_PAPER);
        items.iter().map(|item| reply(*item, strength, dice)).collect()
    };
    (0..CANDIDATES).map(|_| paper(dice.below(100))).collect()
}

fn reply(item: u64, strength: u64, dice: &Dice) -> Reply {
    let worth = 50 + 50 * i64::try_from(item % 3).unwrap();
    let right = dice.below(100) < (strength + 100 - item) / 2 + 10;
    let half = item.is_multiple_of(7) && dice.below(3) == 0;
    let got = match (right, half) {
        (true, _) => worth,
        (false, true) => worth / 2,
        (false, false) => 0,
    };
    let blank = !right && dice.below(20) == 0;
    let options: usize = if item.is_multiple_of(5) { 0 } else { 4 };
    let taken = match (options, blank, right) {
        (0, _, _) | (_, true, _) => Vec::new(),
        (_, false, true) => vec![0],
        (_, false, false) => vec![1 + usize::try_from(dice.below(3)).unwrap()],
    };
    Reply {
        item: format!("Q{item}"),
        got: Marks::from_hundredths(got),
        worth: Marks::from_hundredths(worth),
        taken,
        options,
        blank,
    }
}

fn independent(candidates: &[Vec<Reply>]) -> Value {
    let told = |reply: &Reply| {
        json!({
            "item": reply.item, "got": reply.got.hundredths(), "worth": reply.worth.hundredths(),
            "taken": reply.taken, "options": reply.options,
        })
    };
    let papers: Vec<Vec<Value>> = candidates
        .iter()
        .map(|paper| paper.iter().map(told).collect())
        .collect();
    let mut child = Command::new("python3")
        .arg("tests/python/item_figures.py")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = json!({ "candidates": papers }).to_string();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[expect(clippy::float_arithmetic, reason = "how far two figures are apart")]
fn near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() < 1e-9
}

/// Holds every value of `theirs` against the same of `ours`.
fn same(ours: &Value, theirs: &Value, place: &str) {
    match theirs {
        Value::Object(fields) => {
            for (name, value) in fields {
                same(&ours[name], value, &format!("{place}.{name}"));
            }
        }
        Value::Array(values) => {
            assert_eq!(ours.as_array().map(Vec::len), Some(values.len()), "{place}");
            for (index, value) in values.iter().enumerate() {
                same(&ours[index], value, &format!("{place}[{index}]"));
            }
        }
        Value::Number(number) => {
            let (ours, theirs) = (ours.as_f64().unwrap_or(f64::NAN), number.as_f64().unwrap());
            assert!(near(ours, theirs), "{place}: {ours} and {theirs}");
        }
        other => assert_eq!(ours, other, "{place}"),
    }
}

#[test]
fn figures_equal_an_independent_computation_on_complete_and_on_random_papers() {
    let found = Command::new("python3")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        assert!(!required("python"), "python3 is not there");
        eprintln!("skipped: python3 is not there");
        return;
    }
    let dice = Dice(SeededEntropy::new(20_261_124));
    for random in [false, true] {
        let candidates = candidates(random, &dice);
        let mut tally = Tally::default();
        for paper in &candidates {
            tally.add(paper);
        }
        let ours = json!(tally.figures());
        let theirs = independent(&candidates);
        assert_eq!(theirs["alpha"].is_null(), random, "alpha needs a common paper");
        assert!(theirs["dependability"].as_f64().unwrap() > 0.5, "{theirs}");
        same(&ours, &theirs, if random { "random" } else { "complete" });
        assert_eq!(
            ours["items"].as_object().unwrap().len(),
            theirs["items"].as_object().unwrap().len()
        );
    }
}
