//! Tests of the draw: what every paper keeps, and one paper frozen for ever.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::bank::{BankKind, Importance, Item, ItemKind, Occupation, Point, Range, Weight, generated, letter};
use crate::kernel::{Language, Marks, SeededEntropy};

fn rule(id: &str) -> PaperRule {
    shipped_rules().into_iter().find(|rule| rule.id == id).unwrap()
}

/// A small bank spelled out here, so that the frozen draw depends on nothing else: two leaves, twelve points.
fn small_bank() -> Bank {
    let range = |code: &str, weight| Range {
        code: code.to_owned(),
        name: format!("范围{code}"),
        name_en: format!("Range {code}"),
        weight: Weight::percent(weight),
    };
    let mut bank = Bank {
        code: "small-5".to_owned(),
        version: "1".to_owned(),
        kind: BankKind::Practice,
        level: 5,
        occupation: Occupation {
            code: "6-31-01-03".to_owned(),
            edition: "2022".to_owned(),
            name: "电工".to_owned(),
            name_en: "Electrician".to_owned(),
        },
        standard: "标准".to_owned(),
        ranges: vec![range("A", 100), range("AA", 35), range("AB", 65)],
        points: Vec::new(),
        items: Vec::new(),
        structure: Vec::new(),
        tasks: Vec::new(),
        pictures: Vec::new(),
    };
    for number in 0..12_usize {
        let code = format!("A{}{:03}", if number < 5 { 'A' } else { 'B' }, number + 1);
        let importance = [
            Importance::X,
            Importance::X,
            Importance::X,
            Importance::Y,
            Importance::Z,
        ][number % 5];
        bank.points.push(Point {
            code: code.clone(),
            name: code.clone(),
            importance,
        });
        for place in 0..6 {
            bank.items.push(small_item(number * 6 + place, place, &code));
        }
    }
    bank.sort();
    bank
}

fn small_item(number: usize, place: usize, point: &str) -> Item {
    let kind = [ItemKind::Single, ItemKind::TrueFalse, ItemKind::Multiple][place % 3];
    let choice = kind != ItemKind::TrueFalse;
    Item {
        id: format!("I-{number:03}"),
        kind,
        point: point.to_owned(),
        difficulty: [1, 2, 3, 3, 4, 5, 2][number % 7],
        stem: format!("题{number}"),
        options: if choice {
            (0..4).map(|option| format!("选{option}")).collect()
        } else {
            Vec::new()
        },
        key: match kind {
            ItemKind::Single => letter(number % 4).to_string(),
            ItemKind::TrueFalse => ["T", "F"][number % 2].to_owned(),
            _ => "ACD".to_owned(),
        },
        detail: None,
        explanation: "解".to_owned(),
        source: None,
        enemies: if number == 12 {
            vec!["I-018".to_owned()]
        } else {
            Vec::new()
        },
        fixed_options: number % 10 == 3,
    }
}

#[test]
fn the_draw_is_frozen() {
    // A change here means that papers of the past can no longer be drawn again: raise the version in `dice` and keep the old.
    let paper = draw(&small_bank(), &rule("demo-20"), Seed([42; 32]), 7).unwrap();
    let first: Vec<(&str, &str)> = paper
        .questions
        .iter()
        .take(4)
        .map(|q| (q.item.as_str(), q.key.as_str()))
        .collect();
    assert_eq!(first, [("I-057", "A"), ("I-039", "C"), ("I-033", "B"), ("I-018", "C")]);
    assert_eq!(
        paper.digest().to_string(),
        "b326f970391c746640f5cc3bfc20875104811dca2b67d65f4596306efb6e9df3"
    );
}

#[test]
fn a_paper_can_be_proved_and_a_changed_one_cannot() {
    let bank = small_bank();
    let paper = draw(&bank, &rule("demo-20"), Seed([1; 32]), 3).unwrap();
    let stored: Paper = serde_json::from_str(&serde_json::to_string(&paper).unwrap()).unwrap();
    assert_eq!(stored.digest(), paper.digest());
    assert!(stored.is_drawn_from(&bank));
    let mut chosen = paper.clone();
    chosen.questions.swap(0, 1);
    assert!(!chosen.is_drawn_from(&bank));
    let mut other_bank = bank;
    other_bank.items[0].explanation.push('！');
    assert!(!paper.is_drawn_from(&other_bank));
}

#[test]
fn the_view_has_nothing_that_helps_to_cheat() {
    let bank = generated(1_000, &SeededEntropy::new(5));
    let paper = draw(&bank, &rule("mixed-60-20-20"), Seed([1; 32]), 0).unwrap();
    let json = serde_json::to_string(&paper.view()).unwrap();
    for word in [
        "\"key",
        "seed",
        "item",
        "\"point",
        "difficulty",
        "importance",
        "explanation",
        "serial",
        "解析",
        "G-0",
    ] {
        assert!(!json.contains(word), "{word}");
    }
    let view = paper.view();
    assert_eq!(
        (view.total, view.questions.len(), view.form),
        (Marks::whole(100), 100, None)
    );
    let bounds: Vec<_> = view
        .sections
        .iter()
        .map(|section| (section.first, section.last))
        .collect();
    assert_eq!(bounds, [(1, 60), (61, 80), (81, 100)]);
    assert_eq!(
        view.questions[0].options.iter().map(|o| o.letter).collect::<String>(),
        "ABCD"
    );
    assert!(view.questions[60].options.is_empty());
}

#[test]
fn the_key_follows_its_options() {
    let bank = generated(1_000, &SeededEntropy::new(5));
    let paper = draw(&bank, &rule("mixed-60-20-20"), Seed([2; 32]), 0).unwrap();
    let mut moved = 0;
    for question in &paper.questions {
        let item = bank.item(&question.item).unwrap();
        let right = |options: &[String], key: &str| -> BTreeSet<String> {
            let chosen = options
                .iter()
                .enumerate()
                .filter(|(place, _)| key.contains(letter(*place)));
            chosen.map(|(_, option)| option.clone()).collect()
        };
        assert_eq!(right(&question.options, &question.key), right(&item.options, &item.key));
        assert!(question.key.chars().is_sorted());
        if item.fixed_options || item.kind == ItemKind::TrueFalse {
            assert_eq!((&question.options, &question.key), (&item.options, &item.key));
        } else {
            moved += usize::from(question.options != item.options);
        }
    }
    assert!(moved > 60, "most options are shuffled: {moved}");
}

#[test]
fn the_whole_key_earns_the_whole_marks_and_half_a_key_nothing() {
    let bank = generated(1_000, &SeededEntropy::new(5));
    let paper = draw(&bank, &rule("mixed-60-20-20"), Seed([3; 32]), 0).unwrap();
    let mut answers: BTreeMap<u16, String> = paper.questions.iter().map(|q| (q.number, q.key.clone())).collect();
    let full = paper.mark(&answers);
    assert_eq!((full.total, full.right, full.answered), (Marks::whole(100), 100, 100));
    let multiple = paper.question(81).unwrap();
    answers.insert(81, multiple.key[..1].to_owned());
    answers.insert(1, String::new());
    answers.insert(2, "nonsense".to_owned());
    answers.remove(&3);
    answers.insert(101, "A".to_owned());
    let score = paper.mark(&answers);
    assert_eq!((score.total, score.right, score.answered), (Marks::whole(96), 96, 98));
    assert_eq!(score.questions[1].given, "nonsense");
    assert_eq!(paper.mark(&BTreeMap::new()).total, Marks::ZERO);
}

#[test]
fn neighbours_alternate_between_forms_and_a_form_is_one_paper() {
    let mut rule = rule("demo-20");
    rule.supply = Supply::Forms { count: 2 };
    let bank = small_bank();
    let papers = draw_many(&bank, &rule, Seed([4; 32]), 5).unwrap();
    let forms: Vec<_> = papers.iter().map(|paper| paper.form().unwrap()).collect();
    assert_eq!(forms, ['A', 'B', 'A', 'B', 'A']);
    assert_eq!(papers[0], papers[2]);
    assert_eq!(papers[1], papers[3]);
    assert_ne!(papers[0].digest(), papers[1].digest());
    assert!(papers[3].is_drawn_from(&bank));
}

#[test]
fn what_a_bank_lacks_is_told_in_full() {
    let mut bank = small_bank();
    bank.items
        .retain(|item| item.kind != ItemKind::TrueFalse || item.point.starts_with("AB"));
    let Err(Shortages(shortages)) = draw(&bank, &rule("compact-80-20"), Seed([0; 32]), 0) else {
        panic!("too few items")
    };
    let told: Vec<_> = shortages
        .iter()
        .map(|s| (s.section, s.range.as_str(), s.needed, s.available, s.why))
        .collect();
    assert_eq!(
        told,
        [
            (1, "AA", 28, 10, Why::TooFew),
            (1, "AB", 52, 14, Why::TooFew),
            (2, "AA", 7, 0, Why::None)
        ]
    );
    assert_eq!(
        shortages[2].message(Language::Zh),
        "第 2 部分（判断题）：范围 AA 范围AA 需 7 题，可用 0 题"
    );
    let page = summary(&bank, &shipped_rules()).text(Language::En);
    assert!(
        page.contains("section 1 (single choice): range AB Range AB needs 52, has 14"),
        "{page}"
    );
}

#[test]
fn enemies_are_never_forced_together() {
    let mut bank = small_bank();
    let singles: Vec<String> = bank
        .items
        .iter()
        .filter(|i| i.kind == ItemKind::Single && i.point.starts_with("AA"))
        .map(|i| i.id.clone())
        .collect();
    for item in &mut bank.items {
        if singles.contains(&item.id) {
            item.enemies = singles.iter().filter(|other| **other != item.id).cloned().collect();
        }
    }
    let Err(Shortages(shortages)) = draw(&bank, &rule("demo-20"), Seed([0; 32]), 0) else {
        panic!("all are enemies")
    };
    assert_eq!(shortages.len(), 1);
    assert_eq!(
        (shortages[0].range.as_str(), shortages[0].needed, shortages[0].available),
        ("AA", 5, 1)
    );
    assert_eq!(shortages[0].why, Why::Enemies);
}

#[test]
fn a_point_is_asked_twice_only_when_all_others_were_asked() {
    let bank = small_bank();
    let mut rule = rule("demo-20");
    rule.sections = vec![Section {
        kind: ItemKind::Single,
        count: 20,
        marks: Marks::whole(5),
        scoring: Scoring::AllOrNothing,
    }];
    for serial in 0..20 {
        let paper = draw(&bank, &rule, Seed([5; 32]), serial).unwrap();
        let mut uses: BTreeMap<&str, usize> = bank.points.iter().map(|point| (point.code.as_str(), 0)).collect();
        for question in &paper.questions {
            *uses.get_mut(bank.item(&question.item).unwrap().point.as_str()).unwrap() += 1;
        }
        // AA: 7 items of 5 points; AB: 13 items of 7 points.
        assert!(uses.values().all(|uses| (1..=2).contains(uses)), "{uses:?}");
    }
}

#[test]
fn importance_and_difficulty_keep_their_shares_where_the_bank_can() {
    let bank = generated(5_000, &SeededEntropy::new(8));
    for paper in draw_many(&bank, &rule("classic-160-40"), Seed([6; 32]), 20).unwrap() {
        for (importance, share) in &paper.composition.importances {
            assert_eq!(share.got, share.wanted, "{importance:?}");
        }
        for (difficulty, share) in &paper.composition.difficulties {
            assert!(share.got.abs_diff(share.wanted) <= 4, "{difficulty}: {share:?}");
        }
        assert_eq!(
            paper
                .composition
                .difficulties
                .values()
                .map(|share| share.got)
                .sum::<usize>(),
            200
        );
    }
}

#[test]
fn every_place_of_the_key_is_about_equally_likely() {
    let bank = generated(2_000, &SeededEntropy::new(9));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for paper in draw_many(&bank, &rule("compact-80-20"), Seed([7; 32]), 30).unwrap() {
        for question in paper
            .questions
            .iter()
            .filter(|question| question.kind == ItemKind::Single)
        {
            *seen.entry(question.key.clone()).or_default() += 1;
        }
    }
    assert!(seen.values().all(|times| (500..700).contains(times)), "{seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_paper_keeps_the_rules(
        seed in any::<[u8; 32]>(),
        serial in any::<u32>(),
        items in 800_usize..2_000,
        bank_seed in any::<u64>(),
        which in 0_usize..4,
    ) {
        let bank = generated(items, &SeededEntropy::new(bank_seed));
        let rule = shipped_rules().remove(which);
        let paper = draw(&bank, &rule, Seed(seed), serial).unwrap();

        prop_assert_eq!(draw(&bank, &rule, Seed(seed), serial).unwrap().digest(), paper.digest(), "repeatable");
        prop_assert_ne!(&draw(&bank, &rule, Seed(seed), serial.wrapping_add(1)).unwrap().questions, &paper.questions);

        let ids: BTreeSet<&str> = paper.questions.iter().map(|question| question.item.as_str()).collect();
        prop_assert_eq!(ids.len(), paper.questions.len(), "no item twice");
        let hostile = paper.questions.iter().flat_map(|q| &bank.item(&q.item).unwrap().enemies);
        prop_assert!(!hostile.into_iter().any(|enemy| ids.contains(enemy.as_str())), "no enemies together");

        prop_assert_eq!(paper.questions.iter().map(|question| question.marks).sum::<Marks>(), Marks::whole(100));
        prop_assert!(paper.questions.iter().map(|q| q.number).eq(1..=u16::try_from(paper.questions.len()).unwrap()));
        for (index, section) in rule.sections.iter().enumerate() {
            let questions: Vec<_> = paper.questions.iter().filter(|q| usize::from(q.section) == index).collect();
            prop_assert_eq!(questions.len(), usize::from(section.count));
            prop_assert!(questions.iter().all(|question| question.kind == section.kind));
            let mut ranges: BTreeMap<&str, i64> = BTreeMap::new();
            for question in &questions {
                *ranges.entry(bank.point(&bank.item(&question.item).unwrap().point).unwrap().range()).or_default() += 1;
            }
            for leaf in bank.leaves() {
                let ideal = i64::from(leaf.weight.hundredths()) * i64::from(section.count);
                let got = ranges.get(leaf.code.as_str()).copied().unwrap_or(0);
                prop_assert!((got * 10_000 - ideal).abs() < 10_000, "{}: {} of {}/10000", leaf.code, got, ideal);
            }
        }
    }
}
