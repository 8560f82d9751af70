//! A made-up bank of any size, for measurements and tests: formally right, and about nothing.

use super::model::{Bank, BankKind, Importance, Item, ItemKind, Occupation, Point, Range, Weight, letter};
use super::task::{Deduction, Group, PracticalTask, ScoreElement, Selection, TaskForm, Veto, VetoEffect, VetoScope};
use crate::kernel::{Entropy, Marks};

const ITEMS_A_POINT: usize = 8;
/// Of so many items one has an enemy.
const ENEMY_EVERY: usize = 25;
/// Code, weight in percent; the ranges without a range below hold the points.
const RANGES: [(&str, u32); 12] = [
    ("A", 25),
    ("AA", 5),
    ("AB", 20),
    ("B", 75),
    ("BA", 30),
    ("BAA", 15),
    ("BAB", 15),
    ("BB", 25),
    ("BBA", 15),
    ("BBB", 10),
    ("BC", 20),
    ("BCA", 20),
];

/// A practice bank with exactly so many items, spread over its leaf ranges by weight: four single, two multiple and two
/// true/false items a point; 80 % of points core, 15 % general, 5 % auxiliary.
pub fn generated(items: usize, entropy: &dyn Entropy) -> Bank {
    let mut bank = Bank {
        code: "generated-4".to_owned(),
        version: "1".to_owned(),
        kind: BankKind::Practice,
        level: 4,
        occupation: Occupation {
            code: "0-00-00-00".to_owned(),
            edition: "2022".to_owned(),
            name: "样例职业".to_owned(),
            name_en: "Sample occupation".to_owned(),
        },
        standard: "样例标准".to_owned(),
        ranges: RANGES.iter().map(|(code, weight)| range(code, *weight)).collect(),
        points: Vec::new(),
        items: Vec::new(),
        structure: vec![group()],
        tasks: vec![task()],
        pictures: Vec::new(),
    };
    let leaves: Vec<Range> = bank.leaves().cloned().collect();
    let mut before = 0;
    for leaf in &leaves {
        before += usize::try_from(leaf.weight.hundredths()).unwrap_or(0);
        let last = items * before / 10_000;
        fill(&mut bank, leaf, last, entropy);
    }
    bank.sort();
    bank
}

/// Adds points and items to a leaf until the bank has so many items.
fn fill(bank: &mut Bank, leaf: &Range, last: usize, entropy: &dyn Entropy) {
    let first = bank.items.len();
    for number in first..last {
        let within = number - first;
        if within.is_multiple_of(ITEMS_A_POINT) {
            bank.points.push(point(&leaf.code, within / ITEMS_A_POINT + 1));
        }
        let Some(point) = bank.points.last() else { return };
        let mut item = item(number + 1, &point.code, within % ITEMS_A_POINT, entropy);
        if within % ENEMY_EVERY == ENEMY_EVERY - 1 {
            item.enemies.push(id(number + 1 - throw(entropy, 8)));
            item.enemies.retain(|enemy| *enemy != item.id);
        }
        bank.items.push(item);
    }
}

fn range(code: &str, weight: u32) -> Range {
    Range {
        code: code.to_owned(),
        name: format!("范围 {code}"),
        name_en: format!("Range {code}"),
        weight: Weight::percent(weight),
    }
}

fn point(range: &str, number: usize) -> Point {
    let importance = match number % 20 {
        6 | 13 | 19 => Importance::Y,
        10 => Importance::Z,
        _ => Importance::X,
    };
    Point {
        code: format!("{range}{number:03}"),
        name: format!("鉴定点 {range}{number:03}"),
        importance,
    }
}

fn id(number: usize) -> String {
    format!("G-{number:06}")
}

fn item(number: usize, point: &str, within_point: usize, entropy: &dyn Entropy) -> Item {
    let kind = match within_point {
        0 | 1 | 4 | 5 => ItemKind::Single,
        2 | 6 => ItemKind::TrueFalse,
        _ => ItemKind::Multiple,
    };
    let key = match kind {
        ItemKind::Single => letter(throw(entropy, 4)).to_string(),
        ItemKind::Multiple => ["AB", "ACD", "BD", "ABCD", "CD"][throw(entropy, 5)].to_owned(),
        _ => ["T", "F"][throw(entropy, 2)].to_owned(),
    };
    let option = |place| format!("第 {number} 题的说法 {}", ["甲", "乙", "丙", "丁"][place]);
    let options = if kind == ItemKind::TrueFalse {
        Vec::new()
    } else {
        (0..4).map(option).collect()
    };
    Item {
        id: id(number),
        kind,
        point: point.to_owned(),
        difficulty: [1, 2, 2, 3, 3, 3, 3, 4, 4, 5][throw(entropy, 10)],
        stem: format!("关于鉴定点 {point}，第 {number} 题的问法是（ ）。"),
        options,
        key,
        detail: None,
        explanation: format!("第 {number} 题的解析。"),
        source: None,
        enemies: Vec::new(),
        fixed_options: number.is_multiple_of(17),
    }
}

/// A number below `bound`; the small bias of a remainder does not matter here.
fn throw(entropy: &dyn Entropy, bound: usize) -> usize {
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(0) % bound
}

fn group() -> Group {
    Group {
        code: "P1".to_owned(),
        name: "样例".to_owned(),
        name_en: "Sample".to_owned(),
        weight: 100,
        draw: 1,
        selection: Selection::Must,
        tasks: vec!["G-P-01".to_owned()],
    }
}

fn task() -> PracticalTask {
    let element = |code: &str, name: &str, marks| ScoreElement {
        code: code.to_owned(),
        name: name.to_owned(),
        requirement: "按要求完成".to_owned(),
        marks: Marks::whole(marks),
        deductions: vec![Deduction {
            text: "每处扣1分".to_owned(),
            marks: Marks::whole(1),
        }],
    };
    PracticalTask {
        code: "G-P-01".to_owned(),
        title: "样例任务".to_owned(),
        title_en: "Sample task".to_owned(),
        form: TaskForm::HandsOn,
        time_limit_minutes: 60,
        importance: Importance::X,
        task: "完成样例任务。".to_owned(),
        notes: Vec::new(),
        site_preparation: Vec::new(),
        candidate_preparation: Vec::new(),
        overtime: None,
        elements: vec![
            element("1", "操作", 90),
            element("2", PracticalTask::SAFETY_ELEMENT, 10),
        ],
        vetoes: vec![Veto {
            code: "V1".to_owned(),
            text: "造成事故".to_owned(),
            scope: VetoScope::Task,
            effect: VetoEffect::Zero,
            element: None,
        }],
    }
}
