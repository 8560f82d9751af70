//! Tests of every kind of question, on the practice bank: drawn, shown without a key, answered, judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::bank::{self, Blank, Detail, ItemKind, Region, letter};
use crate::kernel::Marks;

fn practice() -> Bank {
    let reading = bank::read(Path::new("question-banks/practice/5"));
    assert_eq!(
        reading.errors().map(ToString::to_string).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    reading.bank.unwrap()
}

fn every_kind() -> PaperRule {
    shipped_rules()
        .into_iter()
        .find(|rule| rule.id == "every-kind-13")
        .unwrap()
}

fn paper(serial: u32) -> Paper {
    draw(&practice(), &every_kind(), Seed([9; 32]), serial).unwrap()
}

/// What somebody who knows everything answers.
fn right(question: &Question) -> String {
    let numeric = |numeric: &bank::Numeric| {
        let unit = if numeric.units.len() > 1 { " A" } else { "" };
        format!("{}{unit}", numeric.value)
    };
    match &question.detail {
        None | Some(Detail::Matching(_)) => question.key.clone(),
        Some(Detail::Numeric(own)) => numeric(own),
        Some(Detail::Text(text)) => text.accept[0].clone(),
        Some(Detail::Cloze(blanks)) => {
            let given: Vec<String> = blanks
                .iter()
                .map(|blank| match blank {
                    Blank::Choice { key, .. } => key.to_string(),
                    Blank::Numeric(own) => numeric(own),
                    Blank::Text(text) => text.accept[0].clone(),
                })
                .collect();
            serde_json::to_string(&given).unwrap()
        }
        Some(Detail::Hotspot(hotspot)) => {
            let inside = |region: &Region| match region {
                Region::Rectangle { x, y, .. } | Region::Circle { x, y, .. } => format!("{x},{y}"),
                Region::Polygon { corners } => format!("{},{}", corners[0].0, corners[0].1),
            };
            hotspot.regions.iter().map(inside).collect::<Vec<_>>().join(";")
        }
        Some(Detail::Written(_)) => "继续答题，答案存在本机。".to_owned(),
    }
}

fn of_kind(paper: &Paper, kind: ItemKind) -> &Question {
    paper.questions.iter().find(|question| question.kind == kind).unwrap()
}

/// What one answer earns on one paper.
fn earns(paper: &Paper, kind: ItemKind, answer: &str) -> Marks {
    let number = of_kind(paper, kind).number;
    paper.mark(&BTreeMap::from([(number, answer.to_owned())])).total
}

#[test]
fn who_knows_everything_earns_everything_but_what_people_mark() {
    for serial in 0..20 {
        let paper = paper(serial);
        let kinds: BTreeSet<ItemKind> = paper.questions.iter().map(|question| question.kind).collect();
        assert_eq!(kinds.len(), ItemKind::ALL.len());
        let answers = paper
            .questions
            .iter()
            .map(|question| (question.number, right(question)))
            .collect();
        let score = paper.mark(&answers);
        let wrong: Vec<_> = score
            .questions
            .iter()
            .filter(|one| !one.right)
            .map(|one| one.number)
            .collect();
        assert_eq!(
            wrong, score.open,
            "only the written answer is not right: {:?}",
            score.questions
        );
        assert_eq!((score.total, score.answered), (Marks::whole(84), 13));
        assert!(paper.is_drawn_from(&practice()));
    }
}

#[test]
fn no_kind_of_view_has_a_key() {
    let paper = paper(3);
    let view = serde_json::to_string(&paper.view()).unwrap();
    for word in [
        "\"key",
        "accept",
        "tolerance",
        "factor",
        "\"region",
        "rectangle",
        "criteri",
        "\"levels",
        "\"value",
        "screen.png",
        "口令\"",
        "PR-",
        "解析",
        "\"detail",
    ] {
        assert!(!view.contains(word), "{word}");
    }
    let shown: PaperView = serde_json::from_str(&view).unwrap();
    assert_eq!(shown, paper.view());
    assert!(
        view.contains("<mfrac>") || view.contains("<msqrt>"),
        "formulas are rendered"
    );
    for (question, seen) in paper.questions.iter().zip(&shown.questions) {
        let of_view = AnswerShape::of_view(seen.kind, seen.options.len(), seen.field.as_ref());
        let kept = of_view.canonical(&right(question)).unwrap();
        assert_eq!(
            AnswerShape::of(question).canonical(&kept),
            Ok(kept),
            "{:?}",
            question.kind
        );
    }
}

#[test]
fn steps_and_right_sides_are_shuffled_whatever_the_rule_says() {
    let mut rule = every_kind();
    rule.shuffle_options = false;
    let bank = practice();
    let mut keys: BTreeMap<ItemKind, BTreeSet<String>> = BTreeMap::new();
    for serial in 0..10 {
        let paper = draw(&bank, &rule, Seed([3; 32]), serial).unwrap();
        for question in &paper.questions {
            keys.entry(question.kind).or_default().insert(question.key.clone());
            if question.kind == ItemKind::Ordering {
                let steps: Vec<&str> = question
                    .key
                    .chars()
                    .map(|step| question.options[(0..26).find(|place| letter(*place) == step).unwrap()].as_str())
                    .collect();
                assert_eq!(steps, bank.item(&question.item).unwrap().options);
            }
        }
    }
    assert!(
        keys[&ItemKind::Ordering].len() > 5 && keys[&ItemKind::Matching].len() > 5,
        "{keys:?}"
    );
}

#[test]
fn parts_earn_their_share_only_where_the_rule_says_so() {
    let paper = paper(0);
    let key = of_kind(&paper, ItemKind::Matching).key.clone();
    assert_eq!(earns(&paper, ItemKind::Matching, &key), Marks::whole(10));
    let half = format!("{}--", &key[..2]);
    assert_eq!(earns(&paper, ItemKind::Matching, &half), Marks::whole(5));

    let key = of_kind(&paper, ItemKind::Ordering).key.clone();
    let swapped: String = [&key[1..2], &key[..1], &key[2..]].concat();
    assert_eq!(earns(&paper, ItemKind::Ordering, &swapped), Marks::ZERO);
    assert_eq!(earns(&paper, ItemKind::Ordering, &key), Marks::whole(8));

    let mut rule = every_kind();
    rule.sections[5].marks = Marks::whole(10);
    rule.sections[7].marks = Marks::whole(10);
    let paper = draw(&practice(), &rule, Seed([9; 32]), 0).unwrap();
    assert_eq!(
        earns(&paper, ItemKind::Cloze, r#"["","m","9"]"#),
        Marks::from_hundredths(333),
        "rounded down"
    );
    assert_eq!(
        earns(&paper, ItemKind::Cloze, r#"["","Ｍ","8.0"]"#),
        Marks::from_hundredths(666)
    );
}

#[test]
fn who_lacks_an_option_earns_half_and_who_takes_a_wrong_one_nothing() {
    let paper = paper(0);
    let question = of_kind(&paper, ItemKind::Multiple);
    let wrong = (0..question.options.len())
        .map(letter)
        .find(|one| !question.key.contains(*one))
        .unwrap();
    assert_eq!(earns(&paper, ItemKind::Multiple, &question.key), Marks::whole(6));
    assert_eq!(earns(&paper, ItemKind::Multiple, &question.key[..1]), Marks::whole(3));
    assert_eq!(
        earns(&paper, ItemKind::Multiple, &format!("{}{wrong}", &question.key[..1])),
        Marks::ZERO
    );
    let all = format!("{}{wrong}", question.key);
    assert_eq!(earns(&paper, ItemKind::Multiple, &all), Marks::ZERO);
}

#[test]
fn a_number_counts_with_its_unit_and_within_its_tolerance() {
    let paper = draw(&practice(), &every_kind(), Seed([9; 32]), 0).unwrap();
    let number = paper
        .questions
        .iter()
        .find(|question| question.item == "PR-N-2")
        .unwrap()
        .number;
    let earned = |answer: &str| paper.mark(&BTreeMap::from([(number, answer.to_owned())])).total;
    for full in ["22 A", "22.22 A", "22000 B", "2.2e4 B", "２２ A"] {
        assert_eq!(earned(full), Marks::whole(8), "{full}");
    }
    for none in ["22", "22.3 A", "22 B", "22 C", "A", "", "22 D", "twenty-two A"] {
        assert_eq!(earned(none), Marks::ZERO, "{none}");
    }
}

#[test]
fn a_place_counts_once() {
    let paper = paper(0);
    assert_eq!(earns(&paper, ItemKind::Hotspot, "432,8"), Marks::whole(6));
    assert_eq!(earns(&paper, ItemKind::Hotspot, "431,8"), Marks::ZERO);
    let mut question = of_kind(&paper, ItemKind::Hotspot).clone();
    let Some(Detail::Hotspot(hotspot)) = &mut question.detail else {
        panic!("a hotspot")
    };
    // Two regions that overlap: the point that lies in both makes room for the one that lies in the first only.
    hotspot.regions = vec![
        Region::Circle {
            x: 50,
            y: 50,
            radius: 20,
        },
        Region::Circle {
            x: 70,
            y: 50,
            radius: 20,
        },
    ];
    hotspot.need = 2;
    assert!(judge(&question, "60,50;35,50").is_whole());
    let twice = judge(&question, "35,50;36,50");
    assert_eq!((twice.right, twice.wrong), (1, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_text_is_marked_and_never_above_its_question(
        which in 0_usize..13,
        text in prop_oneof![
            ".{0,60}",
            r"[A-F0-9,;.\- ]{0,14}",
            r#"\["[A-C]?","[mM]?","[0-9.]{0,3}"\]"#,
            "[0-9]{1,30}(e[0-9]{1,3})?( [A-C])?",
        ],
        per_part in any::<bool>(),
    ) {
        let mut paper = paper(1);
        if per_part {
            for section in &mut paper.rule.sections {
                section.scoring = Scoring::PerPart;
            }
        }
        let question = paper.questions[which].clone();
        let score = paper.mark(&BTreeMap::from([(question.number, text)]));
        prop_assert!(score.total >= Marks::ZERO && score.total <= question.marks);
        let whole = score.questions[which].right;
        prop_assert_eq!(whole, score.total == question.marks);
    }
}
