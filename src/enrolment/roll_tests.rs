//! Rolls as offices send them.

use super::*;
use crate::enrolment::DocumentKind;
use crate::kernel::{CitizenId, CitizenIdError, Language, NameError};
use crate::spreadsheet::{Cell, read};

fn sheet(text: &str) -> Sheet {
    read(text.as_bytes(), "花名册.csv").unwrap()
}

fn id(serial: u32) -> String {
    CitizenId::complete(&format!("11010519900506{serial:03}"))
        .unwrap()
        .reveal()
        .to_owned()
}

fn person(serial: u32) -> Document {
    Document::parse(DocumentKind::CitizenCard, &id(serial)).unwrap()
}

fn kinds(run: &DryRun) -> Vec<(u32, Option<Column>, RowErrorKind)> {
    run.errors
        .iter()
        .map(|error| (error.row, error.column, error.kind.clone()))
        .collect()
}

fn try_new(text: &str) -> DryRun {
    dry_run(&sheet(text), &ExistingRoll::default(), ImportMode::OverwriteSame)
}

#[test]
fn a_roll_under_titles_with_blanks_in_its_header_is_read() {
    let run = try_new(&format!(
        "某市技能鉴定花名册,,,,,,\n姓　名*,性 别,身份证号（必填）,联系电话,单位,文化程度,出生日期\n王伟,男,{},138 0013 8000,一厂,大专,1990.5.6\n,,,,,,\n",
        id(1)
    ));
    assert_eq!(run.errors, []);
    let RowOutcome::Add { row: 3, entry } = &run.rows[0] else {
        panic!("{:?}", run.rows)
    };
    assert_eq!(entry.mobile.as_deref(), Some("13800138000"));
    assert_eq!(entry.education, Some(Education::College));
    assert_eq!(entry.exam_type, ExamType::First);
    assert_eq!(entry.sex, Sex::Male);
    assert_eq!(run.counts.rows, 1, "an empty row is no candidate");
}

#[test]
fn every_bad_row_is_named_with_its_column_and_reason() {
    let wrong_check = {
        let good = id(2);
        let last = if good.ends_with('1') { '2' } else { '1' };
        format!("{}{last}", &good[..17])
    };
    let run = try_new(&format!(
        "姓名,身份证号,性别,出生日期,手机,学历,本工种年限\n王?,{},男,,,,\n李四,{wrong_check},,,,,\n张三,{},女,1990-05-07,12345,幼儿园,百年\n,{},,,,,\n",
        id(1),
        id(3),
        id(5)
    ));
    let expected_date = jiff::civil::date(1990, 5, 6);
    assert_eq!(
        kinds(&run),
        [
            (2, Some(Column::Name), RowErrorKind::Name(NameError::Unusable('?'))),
            (
                3,
                Some(Column::DocumentNumber),
                RowErrorKind::CitizenId(CitizenIdError::CheckCharacter)
            ),
            (4, Some(Column::Sex), RowErrorKind::SexContradicts { by_id: Sex::Male }),
            (
                4,
                Some(Column::BirthDate),
                RowErrorKind::BirthDateContradicts { by_id: expected_date }
            ),
            (4, Some(Column::Mobile), RowErrorKind::Mobile),
            (
                4,
                Some(Column::Education),
                RowErrorKind::UnknownValue {
                    found: "幼儿园".to_owned(),
                    known: Education::WORDS
                }
            ),
            (4, Some(Column::TradeYears), RowErrorKind::TradeYears),
            (5, Some(Column::Name), RowErrorKind::Missing),
        ]
    );
    assert_eq!(run.counts.bad_rows, 4);
    assert_eq!(
        run.errors[1].message(Language::Zh),
        "第 3 行 B 列（证件号码）：身份证号校验位不符，请核对是否录错。"
    );
    assert!(
        run.errors[1]
            .message(Language::En)
            .starts_with("Row 3, column B (Document number):")
    );
}

#[test]
fn both_rows_of_a_duplicate_are_named() {
    let run = try_new(&format!("姓名,证件号码\n甲,{0}\n乙,{1}\n丙,{0}\n", id(1), id(2)));
    let place = Some(Column::DocumentNumber);
    assert_eq!(
        kinds(&run),
        [
            (2, place, RowErrorKind::Duplicate { other_row: 4 }),
            (4, place, RowErrorKind::Duplicate { other_row: 2 })
        ]
    );
}

#[test]
fn a_table_without_its_columns_is_refused_whole() {
    assert_eq!(try_new("a,b\n1,2\n").errors[0].kind, RowErrorKind::NoHeader);
    let run = try_new("姓名,性别\n王伟,男\n");
    assert_eq!(
        kinds(&run),
        [(1, Some(Column::DocumentNumber), RowErrorKind::MissingColumn)]
    );
    let twice = try_new("姓名,证件号码,身份证号\n");
    assert_eq!(twice.errors[0].kind, RowErrorKind::ColumnTwice);
    assert_eq!(twice.errors[0].letter.as_deref(), Some("C"));
}

#[test]
fn a_document_without_a_citizen_id_needs_sex_and_birth_date() {
    let run =
        try_new("姓名,证件类型,证件号码,性别,出生日期\nAnna Berg,护照,k1234567,女,1991/2/3\nBo Li,护照,K7654321,,\n");
    assert!(matches!(&run.rows[0], RowOutcome::Add { entry, .. } if entry.document.reveal() == "K1234567"));
    assert_eq!(
        kinds(&run),
        [
            (3, Some(Column::Sex), RowErrorKind::Missing),
            (3, Some(Column::BirthDate), RowErrorKind::Missing)
        ]
    );
}

#[test]
fn an_id_that_lost_its_digits_is_reported_once_as_that() {
    let run = try_new("姓名,证件号码\n王伟,1.10105E+17\n");
    let lost = RowErrorKind::NotText(Cell::LostDigits);
    assert_eq!(kinds(&run), [(2, Some(Column::DocumentNumber), lost)]);
}

#[test]
fn nothing_is_half_imported_unless_the_clerk_takes_the_good_rows() {
    let text = format!("姓名,证件号码\n甲,{}\n乙,123\n", id(1));
    assert_eq!(
        try_new(&text).accept(ImportChoice::Whole),
        Err(ImportRefused::Errors { bad_rows: 1 })
    );
    assert_eq!(try_new(&text).accept(ImportChoice::GoodRows).unwrap().len(), 1);
    let clearing = dry_run(&sheet(&text), &ExistingRoll::default(), ImportMode::ClearThenImport);
    assert_eq!(
        clearing.accept(ImportChoice::GoodRows),
        Err(ImportRefused::WouldRemove { bad_rows: 1 })
    );
    assert_eq!(
        try_new("姓名,证件号码\n").accept(ImportChoice::Whole),
        Err(ImportRefused::Empty)
    );
}

#[test]
fn the_modes_treat_who_is_there_as_they_say() {
    let existing = || -> ExistingRoll {
        [
            (person(1), Standing::Open),
            (person(2), Standing::Open),
            (person(3), Standing::Approved),
        ]
        .into_iter()
        .collect()
    };
    let text = format!("姓名,证件号码\n甲,{}\n新,{}\n", id(1), id(9));
    let counts = |mode| dry_run(&sheet(&text), &existing(), mode).counts;
    let overwrite = counts(ImportMode::OverwriteSame);
    assert_eq!((overwrite.added, overwrite.overwritten, overwrite.removed), (1, 1, 0));
    let skip = counts(ImportMode::SkipSame);
    assert_eq!((skip.added, skip.skipped, skip.removed), (1, 1, 0));
    let clear = counts(ImportMode::ClearThenImport);
    assert_eq!(
        (clear.added, clear.overwritten, clear.removed, clear.kept),
        (1, 1, 1, 1)
    );
    let approved = format!("姓名,证件号码\n丙,{}\n", id(3));
    let run = dry_run(&sheet(&approved), &existing(), ImportMode::OverwriteSame);
    assert_eq!(run.errors[0].kind, RowErrorKind::AlreadyApproved);
    assert_eq!(
        dry_run(&sheet(&approved), &existing(), ImportMode::SkipSame)
            .counts
            .skipped,
        1
    );
}

#[test]
fn our_own_template_is_understood() {
    for language in [Language::Zh, Language::En] {
        for title in super::super::roll_template(language) {
            assert!(Column::named(title).is_some(), "{title}");
        }
    }
}

#[test]
fn a_log_line_never_carries_a_document_number() {
    assert!(!format!("{:?}", person(1)).contains("19900506"));
}

#[test]
fn a_blank_within_a_chinese_name_or_an_id_means_nothing() {
    let spaced = format!("{} {}", &id(1)[..6], &id(1)[6..]);
    let run = try_new(&format!("姓名,证件号码\n王　伟,{spaced}\nAnna Berg,{}\n", id(2)));
    let names: Vec<&str> = run
        .rows
        .iter()
        .map(|outcome| match outcome {
            RowOutcome::Add { entry, .. } => entry.name.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["王伟", "Anna Berg"]);
}

#[test]
fn one_card_under_two_names_is_still_one_person() {
    let run = try_new(&format!(
        "姓名,证件类型,证件号码\n甲,身份证,{0}\n乙,居住证,{0}\n",
        id(1)
    ));
    assert_eq!(run.counts.bad_rows, 2);
    let permit = CitizenId::complete("81000019900101001").unwrap();
    assert_eq!(Document::of_citizen(&permit).kind(), DocumentKind::ResidencePermit);
}
