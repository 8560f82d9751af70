//! Tests of reading items of every kind: the practice bank is good, and each way to spoil it is told.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::kernel::Language;

const PRACTICE: &str = "question-banks/practice/5";

fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(Path::new(PRACTICE), dir.path());
    dir
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// The problems of the practice bank after one word of one file was changed.
fn after(name: &str, from: &str, to: &str) -> Vec<Problem> {
    let dir = folder();
    let file = dir.path().join(name);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from} is in {name}");
    fs::write(&file, text.replacen(from, to, 1)).unwrap();
    read(dir.path()).errors().cloned().collect()
}

#[test]
fn the_practice_bank_is_good_and_has_every_kind() {
    let reading = read(Path::new(PRACTICE));
    assert_eq!(
        reading.errors().map(ToString::to_string).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    let bank = reading.bank.unwrap();
    assert_eq!(bank.kind, BankKind::Practice);
    assert!(
        ItemKind::ALL
            .iter()
            .all(|kind| bank.items.iter().any(|item| item.kind == *kind))
    );
    assert_eq!(
        bank.pictures
            .iter()
            .map(|picture| picture.name.as_str())
            .collect::<Vec<_>>(),
        ["screen.png", "triangle.png"]
    );
    let copy: Bank = serde_json::from_str(&serde_json::to_string(&bank).unwrap()).unwrap();
    assert_eq!(copy.digest(), bank.digest());
    let page = count(&bank).text(Language::Zh);
    assert!(page.contains("论述题 1") && page.contains("计算题 2"), "{page}");
}

#[test]
fn a_bank_without_the_rarer_kinds_is_written_as_before_there_were_any() {
    // Papers of the past name the digests of such banks: kinds that a bank does not have must not change them.
    let bank = read(Path::new("question-banks/electrician/4")).bank.unwrap();
    let json = serde_json::to_value(&bank).unwrap();
    assert!(json.get("pictures").is_none());
    let keys: std::collections::BTreeSet<&str> = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|item| item.as_object().unwrap().keys().map(String::as_str))
        .collect();
    let before = [
        "difficulty",
        "enemies",
        "explanation",
        "fixed_options",
        "id",
        "key",
        "kind",
        "options",
        "point",
        "source",
        "stem",
    ];
    assert!(keys.iter().all(|key| before.contains(key)), "{keys:?}");
}

type Case = (&'static str, &'static str, &'static str, fn(&ProblemKind) -> bool);

const CASES: [Case; 23] = [
    ("theory/written.toml", "value = \"65\"", "value = \"六十五\"", |k| {
        matches!(k, ProblemKind::BadNumber { .. })
    }),
    (
        "theory/written.toml",
        "value = \"65\"",
        "value = \"65\"\ntolerance = \"-1\"",
        |k| matches!(k, ProblemKind::BadTolerance {}),
    ),
    (
        "theory/written.toml",
        "tolerance_percent = \"1\"",
        "tolerance_percent = \"1\"\ntolerance = \"1\"",
        |k| matches!(k, ProblemKind::BadTolerance {}),
    ),
    (
        "theory/written.toml",
        "unit = \"分钟\"",
        "unit = \"分钟\"\nkey = \"A\"",
        |k| matches!(k, ProblemKind::UnknownKey { .. }),
    ),
    ("theory/written.toml", "factor = \"1\"", "factor = \"2\"", |k| {
        matches!(k, ProblemKind::BadUnits {})
    }),
    ("theory/written.toml", "[item.text]", "[item.texts]", |k| {
        matches!(k, ProblemKind::MissingKey { .. } | ProblemKind::UnknownKey { .. })
    }),
    ("theory/written.toml", "[\"口令\", \"密码\"]", "[]", |k| {
        matches!(k, ProblemKind::OutOfBounds { .. })
    }),
    ("theory/written.toml", "{{2}}", "{{4}}", |k| {
        matches!(k, ProblemKind::BlankMarks { .. })
    }),
    ("theory/written.toml", "右边是 {{1}}", "右边是答题卡", |k| {
        matches!(k, ProblemKind::BlankMarks { .. })
    }),
    ("theory/written.toml", "key = \"A\"", "key = \"D\"", |k| {
        matches!(k, ProblemKind::KeyForm { .. })
    }),
    ("theory/written.toml", "max_chars = 500", "max_chars = 5", |k| {
        matches!(k, ProblemKind::OutOfBounds { .. })
    }),
    (
        "theory/written.toml",
        "[\"没有写，或不对\", \"写明答案存在本机并自动补传\"]",
        "[\"没有\"]",
        |k| matches!(k, ProblemKind::OutOfBounds { .. }),
    ),
    ("theory/written.toml", r"$I=\frac{U}{R}$", r"$I=\frac{U$", |k| {
        matches!(k, ProblemKind::BadFormula { .. })
    }),
    ("theory/choice.toml", r"'$\sqrt{7}$'", r"'$\href{x}{y}$'", |k| {
        matches!(k, ProblemKind::BadFormula { .. })
    }),
    ("theory/choice.toml", "(triangle.png)", "(square.png)", |k| {
        matches!(k, ProblemKind::UnknownPicture { .. })
    }),
    (
        "theory/choice.toml",
        "![一个直角三角形，直角边标 3 和 4，斜边标 c]",
        "![]",
        |k| matches!(k, ProblemKind::PictureUnsaid { .. }),
    ),
    ("theory/choice.toml", "\"先答题再说明\"", "'$\\bad$'", |k| {
        matches!(k, ProblemKind::BadFormula { .. })
    }),
    ("theory/arrange.toml", "key = \"ABCD\"", "key = \"ABC\"", |k| {
        matches!(k, ProblemKind::KeyForm { .. })
    }),
    ("theory/arrange.toml", "key = \"ABCD\"", "key = \"ABCF\"", |k| {
        matches!(k, ProblemKind::KeyOutside { .. })
    }),
    ("theory/arrange.toml", "\"答题\", ", "\"核对本人信息\", ", |k| {
        matches!(k, ProblemKind::SameOptions { .. })
    }),
    (
        "theory/arrange.toml",
        "picture = \"screen.png\"",
        "picture = \"x.png\"",
        |k| matches!(k, ProblemKind::UnknownPicture { .. }),
    ),
    ("theory/arrange.toml", "width = 200", "width = 300", |k| {
        matches!(k, ProblemKind::RegionOutside { .. })
    }),
    (
        "theory/arrange.toml",
        "shape = \"rectangle\"",
        "shape = \"square\"",
        |k| matches!(k, ProblemKind::UnknownWord { .. } | ProblemKind::OutOfBounds { .. }),
    ),
];

#[test]
fn every_way_to_spoil_an_item_is_told_at_its_line() {
    for (file, from, to, expected) in &CASES {
        let errors = after(file, from, to);
        assert!(!errors.is_empty(), "{from} -> {to} is not noticed");
        for problem in &errors {
            assert!(expected(&problem.kind), "{from} -> {to}: {problem}");
            assert_eq!(&problem.file, file);
            assert!(problem.line > 0 && !problem.excerpt.is_empty());
        }
    }
}

#[test]
fn pictures_that_cannot_be_used_are_told_and_svg_is_none() {
    let dir = folder();
    let pictures = dir.path().join("pictures");
    fs::write(pictures.join("logo.svg"), "<svg onload='alert(1)'/>").unwrap();
    fs::write(pictures.join("broken.png"), b"not a picture").unwrap();
    fs::write(pictures.join("big.png"), vec![0_u8; MAX_PICTURE_BYTES + 1]).unwrap();
    fs::write(pictures.join("unused.png"), picture::tests::png(40, 40)).unwrap();
    let reading = read(dir.path());
    let told: Vec<(&str, bool)> = reading
        .problems
        .iter()
        .filter(|problem| problem.file.starts_with("pictures/"))
        .map(|problem| (problem.file.as_str(), problem.is_error()))
        .collect();
    assert_eq!(
        told,
        [
            ("pictures/big.png", true),
            ("pictures/broken.png", true),
            ("pictures/logo.svg", true),
            ("pictures/unused.png", false)
        ]
    );
    assert!(reading.bank.is_none());
}
