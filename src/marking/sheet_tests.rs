//! At the work-bench, with a score sheet.

use proptest::prelude::*;

use super::*;
use crate::kernel::SeededEntropy;
use crate::marking::{ElementForm, VetoForm};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(in crate::marking) fn accounts(count: usize) -> Vec<AccountId> {
    let entropy = SeededEntropy::new(5);
    (0..count).map(|_| AccountId::new(NOW, &entropy)).collect()
}

pub(in crate::marking) fn form() -> SheetForm {
    let element = |code: &str, marks| ElementForm {
        code: code.to_owned(),
        name: code.to_owned(),
        marks: Marks::whole(marks),
    };
    let veto = |code: &str, scope, effect| VetoForm {
        code: code.to_owned(),
        scope,
        effect,
    };
    SheetForm {
        task: "T1".to_owned(),
        elements: vec![element("准备", 30), element("加工", 60), element("安全", 10)],
        vetoes: vec![
            veto("尺寸超差", VetoScope::Element, VetoEffect::Zero),
            veto("工件报废", VetoScope::Task, VetoEffect::Zero),
            veto("严重事故", VetoScope::Test, VetoEffect::Terminate),
        ],
    }
}

fn blank() -> ScoreSheet {
    ScoreSheet::new(form(), accounts(2)[0]).unwrap()
}

fn filled() -> ScoreSheet {
    let mut sheet = blank();
    for (code, marks) in [("准备", 25), ("加工", 50), ("安全", 10)] {
        sheet.give(code, Marks::whole(marks)).unwrap();
    }
    sheet
}

fn off(each: i64, count: u16) -> Deduction {
    Deduction {
        rule: "每错一处".to_owned(),
        each: Marks::whole(each),
        count,
    }
}

fn call(code: &str, element: Option<&str>) -> VetoCall {
    VetoCall {
        code: code.to_owned(),
        element: element.map(str::to_owned),
        reason: "未停机测量".to_owned(),
        at: NOW,
        second_signer: accounts(2)[1],
    }
}

#[test]
fn deductions_count_each_case_and_never_take_more_than_the_element() {
    let mut sheet = blank();
    sheet.deduct("准备", vec![off(2, 3), off(1, 1)]).unwrap();
    assert_eq!(sheet.marks_of("准备"), Some(Marks::whole(23)));
    sheet.deduct("安全", vec![off(5, 9)]).unwrap();
    assert_eq!(sheet.marks_of("安全"), Some(Marks::ZERO));
    sheet.deduct("加工", Vec::new()).unwrap();
    assert_eq!(sheet.total(), Marks::whole(83));
    let absurd = Deduction {
        each: Marks::from_hundredths(i64::MAX),
        ..off(0, u16::MAX)
    };
    sheet.deduct("加工", vec![absurd.clone(), absurd]).unwrap();
    assert_eq!(sheet.marks_of("加工"), Some(Marks::ZERO));
}

#[test]
fn impossible_marks_are_refused_with_what_is_possible() {
    let mut sheet = blank();
    let (code, most, given) = ("安全".to_owned(), Marks::whole(10), Marks::from_hundredths(1_001));
    assert_eq!(
        sheet.give("安全", given),
        Err(SheetRefusal::TooMany { code, most, given })
    );
    let minus = Marks::from_hundredths(-1);
    assert!(matches!(sheet.give("安全", minus), Err(SheetRefusal::Negative { .. })));
    assert!(matches!(
        sheet.deduct("安全", vec![off(-1, 1)]),
        Err(SheetRefusal::Negative { .. })
    ));
    assert!(matches!(
        sheet.give("外观", Marks::ZERO),
        Err(SheetRefusal::NoSuchElement { .. })
    ));
    assert_eq!(sheet.total(), Marks::ZERO, "a refused entry leaves no trace");
}

#[test]
fn nobody_signs_a_sheet_with_gaps() {
    let mut sheet = blank();
    sheet.give("准备", Marks::whole(30)).unwrap();
    let codes = vec!["加工".to_owned(), "安全".to_owned()];
    assert_eq!(sheet.sign(NOW), Err(SheetRefusal::Unmarked { codes }));
    assert_eq!(filled().sign(NOW).unwrap().total(), Marks::whole(85));
}

#[test]
fn a_veto_needs_a_reason_and_a_second_person() {
    let mut sheet = filled();
    let silent = VetoCall {
        reason: " ".to_owned(),
        ..call("工件报废", None)
    };
    assert_eq!(sheet.veto(silent), Err(SheetRefusal::VetoWithoutReason));
    let alone = VetoCall {
        second_signer: accounts(2)[0],
        ..call("工件报废", None)
    };
    assert_eq!(sheet.veto(alone), Err(SheetRefusal::SameSigner));
    assert_eq!(sheet.veto(call("尺寸超差", None)), Err(SheetRefusal::VetoElement));
    assert_eq!(
        sheet.veto(call("工件报废", Some("加工"))),
        Err(SheetRefusal::VetoElement)
    );
    assert!(matches!(
        sheet.veto(call("迟到", None)),
        Err(SheetRefusal::NoSuchVeto { .. })
    ));
    assert_eq!(sheet.total(), Marks::whole(85));
    sheet.veto(call("工件报废", None)).unwrap();
    assert!(matches!(
        sheet.veto(call("工件报废", None)),
        Err(SheetRefusal::VetoStands { .. })
    ));
}

#[test]
fn a_veto_strikes_as_far_as_its_scope() {
    let mut element = filled();
    element.veto(call("尺寸超差", Some("加工"))).unwrap();
    assert_eq!(element.total(), Marks::whole(35));
    assert!(!element.sign(NOW).unwrap().strikes_test());
    let mut task = filled();
    task.veto(call("工件报废", None)).unwrap();
    assert_eq!(task.total(), Marks::ZERO);
    assert!(!task.sign(NOW).unwrap().strikes_test());
    let mut stopped = blank();
    stopped.veto(call("严重事故", None)).unwrap();
    let signed = stopped.sign(NOW).unwrap();
    assert!(
        signed.strikes_test(),
        "a candidate who was stopped needs no marks for the rest"
    );
    assert_eq!(signed.total(), Marks::ZERO);
}

#[test]
fn a_form_that_cannot_be_marked_is_refused() {
    let mut twice = form();
    twice.elements[1].code = "准备".to_owned();
    assert!(ScoreSheet::new(twice, accounts(1)[0]).is_err());
    let mut worthless = form();
    worthless.elements[0].marks = Marks::ZERO;
    assert!(ScoreSheet::new(worthless, accounts(1)[0]).is_err());
}

proptest! {
    #[test]
    fn no_sheet_ever_has_more_than_its_task_or_less_than_nothing(
        entries in prop::collection::vec((0_usize..3, prop::bool::ANY, -2_000_i64..9_000, 0_u16..40), 0..12)
    ) {
        let mut sheet = blank();
        for (element, gives, hundredths, count) in entries {
            let code = ["准备", "加工", "安全"][element];
            let marks = Marks::from_hundredths(hundredths);
            // Refusals are part of the story: the sheet must stay sound whatever is tried.
            let _tried = if gives {
                sheet.give(code, marks)
            } else {
                sheet.deduct(code, vec![Deduction { rule: String::new(), each: marks, count }])
            };
            prop_assert!(sheet.total() >= Marks::ZERO && sheet.total() <= sheet.form().most());
        }
    }
}
