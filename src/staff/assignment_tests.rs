//! Ten thousand random rosters, each judged again by a plain function that shares nothing with the proposer.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::kernel::{SeededEntropy, Timestamp};

const TRADE: &str = "6-31-01-03";
const ON: Date = date(2026, 5, 6);

/// Somebody as a test describes them: each number chooses one thing that is wrong, or nothing.
#[derive(Debug, Clone)]
struct Sketch {
    card: u8,
    conflict: u8,
    duty: u8,
    busy: bool,
    employer: u8,
    row: u8,
    judged: u32,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let mostly = |wrong: u8| prop_oneof![7 => Just(0), 3 => 0..=wrong];
    let busy = prop_oneof![9 => Just(false), 1 => Just(true)];
    (mostly(6), mostly(3), mostly(3), busy, mostly(2), 0_u8..=4, 0_u32..4).prop_map(
        |(card, conflict, duty, busy, employer, row, judged)| Sketch {
            card,
            conflict,
            duty,
            busy,
            employer,
            row,
            judged,
        },
    )
}

fn cards(kind: u8) -> Vec<ExaminerCard> {
    let good = ExaminerCard {
        number: "K1".to_owned(),
        senior: kind == 6,
        suspended: kind == 5,
        occupations: BTreeSet::from([if kind == 3 { "4-03-02-01" } else { TRADE }.to_owned()]),
        levels: BTreeSet::from(if kind == 4 { [1, 2] } else { [4, 5] }),
        valid_from: if kind == 2 { date(2026, 5, 7) } else { date(2024, 1, 1) },
        valid_until: if kind == 1 { ON } else { date(2027, 1, 1) },
    };
    vec![good]
}

struct Scene {
    occasion: Occasion,
    people: Vec<Practitioner>,
}

fn scene(sketches: &[Sketch], candidates: usize, history: bool) -> Scene {
    let entropy = SeededEntropy::new(5);
    let mut previous = vec![BTreeSet::new(); if history { 4 } else { 0 }];
    let mut people = Vec::new();
    for sketch in sketches {
        let account = AccountId::new(Timestamp::from_millis(1), &entropy);
        for group in previous.iter_mut().take(usize::from(sketch.row)) {
            group.insert(account);
        }
        let one = |wanted: u8, name: &str| {
            let shared = sketch.employer == wanted;
            BTreeSet::from([if shared {
                "江城机电".to_owned()
            } else {
                name.to_owned()
            }])
        };
        people.push(Practitioner {
            account,
            cards: cards(sketch.card),
            employers: one(1, "职业学院"),
            training_bodies: one(2, "培训中心"),
            conflicts: Conflict::ALL
                .iter()
                .copied()
                .skip(usize::from(sketch.conflict).wrapping_sub(1))
                .take(1)
                .collect(),
            duties: match sketch.duty {
                1 => vec![Duty::Registrar],
                2 => vec![Duty::Supervisor],
                3 => vec![Duty::Examiner],
                _ => vec![],
            },
            busy: sketch.busy,
            judged: sketch.judged,
        });
    }
    let occasion = Occasion {
        occupation: TRADE.to_owned(),
        level: 4,
        on: ON,
        candidates,
        employers: BTreeSet::from(["江城机电".to_owned()]),
        previous,
        rule: GroupRule::default(),
    };
    Scene { occasion, people }
}

/// The independent judge: every rule in its plainest form, over the sketches and not over what the proposer saw.
fn breaks(sketches: &[Sketch], candidates: usize, history: bool, chosen: &[usize]) -> bool {
    let bad = |sketch: &Sketch| {
        (1..=5).contains(&sketch.card)
            || sketch.conflict != 0
            || sketch.duty == 1
            || sketch.duty == 2
            || sketch.busy
            || sketch.employer != 0
            || (history && sketch.row >= 3)
    };
    let fresh = chosen.iter().filter(|index| sketches[**index].row == 0).count();
    chosen.len() < 3
        || chosen.len().is_multiple_of(2)
        || chosen.len() * 5 < candidates
        || chosen.iter().any(|index| bad(&sketches[*index]))
        || (history && fresh * 3 < chosen.len())
}

fn subsets(of: usize) -> impl Iterator<Item = Vec<usize>> {
    (0_u32..1 << of).map(move |bits| (0..of).filter(|index| bits & (1 << index) != 0).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn no_proposed_group_breaks_a_rule_and_none_is_missed(
        sketches in prop::collection::vec(sketch(), 0..9),
        candidates in 0_usize..38,
        history: bool,
        seed: [u8; 32],
    ) {
        let Scene { occasion, people } = scene(&sketches, candidates, history);
        let place = |account: AccountId| people.iter().position(|person| person.account == account).unwrap();
        match propose(&occasion, &people, Seed(seed)) {
            Ok(proposal) => {
                let chosen: Vec<usize> = proposal.members.iter().map(|member| place(member.account)).collect();
                let distinct: BTreeSet<usize> = chosen.iter().copied().collect();
                prop_assert_eq!(distinct.len(), chosen.len());
                prop_assert!(!breaks(&sketches, candidates, history, &chosen), "{:?}", chosen);
                prop_assert_eq!(proposal.members.iter().filter(|member| member.leads).count(), 1);
                prop_assert_eq!(objections(&occasion, &people, &proposal.members), vec![]);
                prop_assert_eq!(proposal.left_out.len() + chosen.len(), people.len());
                // Somebody left out without a reason could have been in.
                for one in proposal.left_out.iter().filter(|one| one.why.is_empty()) {
                    prop_assert!(!breaks(&sketches, 0, false, &[place(one.account); 3]));
                }
            }
            Err(none) => {
                prop_assert!(!none.colliding.is_empty());
                let possible = subsets(sketches.len()).find(|chosen| !breaks(&sketches, candidates, history, chosen));
                prop_assert_eq!(possible, None);
            }
        }
    }

    #[test]
    fn a_changed_group_is_judged_like_a_proposed_one(
        sketches in prop::collection::vec(sketch(), 3..8),
        candidates in 0_usize..24,
        history: bool,
        bits: u32,
    ) {
        let Scene { occasion, people } = scene(&sketches, candidates, history);
        let chosen: Vec<usize> = (0..people.len()).filter(|index| bits & (1 << index) != 0).collect();
        let group: Vec<Member> = chosen
            .iter()
            .enumerate()
            .map(|(place, index)| Member { account: people[*index].account, leads: place == 0 })
            .collect();
        let found = objections(&occasion, &people, &group);
        prop_assert_eq!(found.is_empty(), !breaks(&sketches, candidates, history, &chosen), "{:?}", found);
    }
}

fn good() -> Sketch {
    Sketch {
        card: 0,
        conflict: 0,
        duty: 0,
        busy: false,
        employer: 0,
        row: 0,
        judged: 0,
    }
}

#[test]
fn a_group_that_does_not_exist_names_the_rules_that_collide_and_what_would_help() {
    let relative = Sketch { conflict: 1, ..good() };
    let colleague = Sketch { employer: 1, ..good() };
    let expired = Sketch { card: 1, ..good() };
    let Scene { occasion, people } = scene(&[good(), good(), relative, colleague, expired], 8, false);
    let none = propose(&occasion, &people, Seed([1; 32])).unwrap_err();
    assert_eq!((none.needed, none.able), (3, 2));
    let named: Vec<Rule> = none.colliding.keys().copied().collect();
    assert_eq!(named, [Rule::Expired, Rule::Relative, Rule::Employer, Rule::Size]);
    assert_eq!(none.relief, [Rule::Employer], "a relative is never let judge");
    assert_eq!(none.left_out[4].why[0].fact, "2026-05-06");
}

#[test]
fn a_third_of_the_group_changes_and_nobody_judges_a_fourth_time_in_a_row() {
    let again = |row| Sketch { row, ..good() };
    let same = scene(&[again(1), again(2), again(3)], 3, true);
    let none = propose(&same.occasion, &same.people, Seed([1; 32])).unwrap_err();
    assert!(none.colliding.contains_key(&Rule::Rotation) && none.colliding.contains_key(&Rule::Changed));
    let one_new = scene(&[again(1), again(2), again(3), good()], 3, true);
    let group = propose(&one_new.occasion, &one_new.people, Seed([1; 32])).unwrap();
    assert_eq!(group.members.len(), 3);
    assert_eq!(group.left_out[0].why[0].rule, Rule::Rotation);
}

#[test]
fn the_lot_prefers_who_judged_less_and_a_senior_leads() {
    let tired = Sketch { judged: 9, ..good() };
    let senior = Sketch { card: 6, ..good() };
    let Scene { occasion, people } = scene(&[tired, good(), good(), senior], 3, false);
    for seed in 0..20 {
        let group = propose(&occasion, &people, Seed([seed; 32])).unwrap();
        assert_eq!(group.left_out[0].account, people[0].account);
        let leader = group.members.iter().find(|member| member.leads).unwrap();
        assert_eq!(leader.account, people[3].account);
    }
}

#[test]
fn rules_about_cards_conflicts_and_duties_are_never_let_go() {
    for rule in [
        Rule::NoCard,
        Rule::Expired,
        Rule::Level,
        Rule::Relative,
        Rule::Trainee,
        Rule::Duty,
        Rule::Leader,
    ] {
        assert!(!rule.overridable(), "{rule}");
    }
}
