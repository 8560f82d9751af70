//! Tests of reading a folder: a good bank is read whole, and a bad one tells every reason.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::kernel::{Language, Marks};

const BANK: &str = r#"
format = 1
code = "electrician-4"
version = "2026.1"
kind = "live"
level = 4
standard = "国家职业技能标准 电工（2018年版）"
[occupation]
code = "6-31-01-03"
edition = "2022"
name = "电工"
name_en = "Electrician"
"#;

const ELEMENTS: &str = r#"
[[range]]
code = "A"
name = "基本要求"
name_en = "Basic requirements"
weight = 100
[[range]]
code = "AA"
name = "职业道德"
name_en = "Ethics"
weight = "2.5"
[[range]]
code = "AB"
name = "电工基础"
name_en = "Basics"
weight = "97.5"
[[point]]
code = "AA001"
name = "职业守则"
importance = "X"
[[point]]
code = "AB001"
name = "欧姆定律"
importance = "Y"
"#;

const ITEMS: &str = r#"
[[item]]
id = "S-1"
type = "single"
point = "AA001"
difficulty = 2
stem = "电工上岗前必须（ ）。"
options = ["持证", "休息", "用餐", "会客"]
key = "A"
explanation = "特种作业人员持证上岗。"
enemies = ["J-1"]
[[item]]
id = "M-1"
type = "multiple"
point = "AB001"
difficulty = 3
stem = "欧姆定律涉及（ ）。"
options = ["电压", "电流", "电阻", "温度", "以上都不对"]
key = "ABC"
explanation = "U = IR。"
source = "GB/T 1—2020"
fixed_options = true
[[item]]
id = "J-1"
type = "true_false"
point = "AB001"
difficulty = 1
stem = "电阻的单位是欧姆。"
key = "T"
explanation = "是。"
"#;

const STRUCTURE: &str = r#"
[[group]]
code = "P1"
name = "安装"
name_en = "Installation"
weight = 100
draw = 1
selection = "must"
tasks = ["E4-P-01"]
"#;

const TASK: &str = r#"
code = "E4-P-01"
title = "安装控制线路"
title_en = "Control circuit"
form = "实操"
time_limit_minutes = 90
importance = "X"
task = """
安装一条线路。

两段文字。
"""
notes = ["穿绝缘鞋"]
[[site_preparation]]
name = "电源"
specification = "380 V"
unit = "处"
quantity = 1
[[candidate_preparation]]
name = "工具"
unit = "套"
quantity = 1
[overtime]
grace_seconds = 0
step_seconds = 60
deduct_per_step = "1"
hard_stop_seconds = 300
[[element]]
code = "1"
name = "接线"
requirement = "牢固"
marks = "89.5"
[[element.deduction]]
text = "松动，每处扣0.5分"
marks = "0.5"
[[element]]
code = "2"
name = "安全与文明生产"
requirement = "遵守规程"
marks = "10.5"
[[veto]]
code = "V1"
text = "短路"
scope = "element"
effect = "zero"
element = "1"
"#;

fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("theory")).unwrap();
    fs::create_dir(dir.path().join("practical")).unwrap();
    for (name, text) in [
        ("bank.toml", BANK),
        ("elements.toml", ELEMENTS),
        ("theory/items.toml", ITEMS),
        ("practical/structure.toml", STRUCTURE),
        ("practical/E4-P-01.toml", TASK),
    ] {
        write(dir.path(), name, text);
    }
    dir
}

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
}

/// The errors of a good bank after one word of one file was changed.
fn errors_after(name: &str, from: &str, to: &str) -> Vec<Problem> {
    let dir = folder();
    let text = fs::read_to_string(dir.path().join(name)).unwrap();
    assert!(text.contains(from), "{from} is in {name}");
    write(dir.path(), name, &text.replacen(from, to, 1));
    let reading = read(dir.path());
    assert_eq!(reading.bank.is_none(), reading.errors().next().is_some());
    reading.errors().cloned().collect()
}

fn line_of(text: &str, needle: &str) -> u32 {
    let index = text.lines().position(|line| line.contains(needle)).unwrap();
    u32::try_from(index).unwrap() + 1
}

#[test]
fn a_good_bank_is_read_whole() {
    let dir = folder();
    let reading = read(dir.path());
    assert_eq!(reading.errors().collect::<Vec<_>>(), Vec::<&Problem>::new());
    let bank = reading.bank.unwrap();
    assert_eq!(
        (bank.code.as_str(), bank.level, bank.kind),
        ("electrician-4", 4, BankKind::Live)
    );
    assert_eq!(
        bank.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(),
        ["J-1", "M-1", "S-1"]
    );
    assert_eq!(bank.ranges[1].weight, Weight::from_hundredths(250));
    let multiple = bank.item("M-1").unwrap();
    assert_eq!(
        (multiple.key.as_str(), multiple.options.len(), multiple.fixed_options),
        ("ABC", 5, true)
    );
    let task = bank.task("E4-P-01").unwrap();
    assert_eq!(task.task, "安装一条线路。\n\n两段文字。");
    assert_eq!(
        task.element("1").unwrap().deductions[0].marks,
        Marks::from_hundredths(50)
    );
    assert_eq!(task.overtime.unwrap().hard_stop_seconds, 300);
    assert_eq!(task.veto("V1").unwrap().element.as_deref(), Some("1"));
}

#[test]
fn the_digest_survives_json_and_another_arrangement_of_files() {
    let dir = folder();
    let bank = read(dir.path()).bank.unwrap();
    let copy: Bank = serde_json::from_str(&serde_json::to_string(&bank).unwrap()).unwrap();
    assert_eq!(copy.digest(), bank.digest());
    let (first, rest) = ITEMS.split_at(ITEMS.find("[[item]]\nid = \"M-1\"").unwrap());
    write(dir.path(), "theory/items.toml", rest);
    write(dir.path(), "theory/zz.toml", first);
    assert_eq!(read(dir.path()).bank.unwrap().digest(), bank.digest());
}

#[test]
fn one_bad_item_does_not_hide_the_next() {
    let dir = folder();
    let text = ITEMS
        .replacen("difficulty = 2", "difficulty = \"two\"\nremark = \"x\"", 1)
        .replacen("key = \"ABC\"", "key = \"CBA\"", 1)
        .replacen("explanation = \"是。\"\n", "", 1);
    write(dir.path(), "theory/items.toml", &text);
    let reading = read(dir.path());
    assert!(reading.bank.is_none());
    let found: Vec<(u32, &ProblemKind)> = reading.errors().map(|problem| (problem.line, &problem.kind)).collect();
    let expect = |needle: &str| line_of(&text, needle);
    assert!(
        matches!(found.as_slice(), [
        (type_line, ProblemKind::WrongType { .. }),
        (unknown_line, ProblemKind::UnknownKey { .. }),
        (key_line, ProblemKind::KeyForm { .. }),
        (missing_line, ProblemKind::MissingKey { .. }),
    ] if *type_line == expect("two") && *unknown_line == expect("remark") && *key_line == expect("CBA")
        && *missing_line == expect("id = \"J-1\"") - 1),
        "{found:#?}"
    );
}

#[test]
fn problems_are_told_with_line_and_excerpt_in_both_languages() {
    let errors = errors_after("theory/items.toml", "point = \"AA001\"", "point = \"AA009\"");
    let [problem] = errors.as_slice() else {
        panic!("one error: {errors:#?}")
    };
    assert_eq!(problem.file, "theory/items.toml");
    assert_eq!(problem.line, line_of(ITEMS, "AA001"));
    assert_eq!(problem.excerpt, "point = \"AA009\"");
    assert_eq!(problem.message(Language::Zh), "鉴定点 AA009 不在细目表中");
    assert_eq!(
        problem.message(Language::En),
        "the point AA009 is not in the element table"
    );
}

/// A file, a word in it, what replaces the word, and the only problems that may come of it.
type Case = (&'static str, &'static str, &'static str, fn(&ProblemKind) -> bool);

const CASES: [Case; 38] = [
    ("bank.toml", "format = 1", "format = 2", |k| {
        matches!(k, ProblemKind::OutOfBounds { .. })
    }),
    ("bank.toml", "level = 4", "level = 6", |k| {
        matches!(k, ProblemKind::OutOfBounds { .. })
    }),
    ("bank.toml", "\"live\"", "\"alive\"", |k| {
        matches!(k, ProblemKind::UnknownWord { .. })
    }),
    ("bank.toml", "electrician-4", "Electrician", |k| {
        matches!(k, ProblemKind::BadCode { .. })
    }),
    ("bank.toml", "6-31-01-03", "6-31-1-3", |k| {
        matches!(k, ProblemKind::BadCode { .. })
    }),
    ("bank.toml", "name_en =", "nome =", |k| {
        matches!(k, ProblemKind::UnknownKey { .. } | ProblemKind::MissingKey { .. })
    }),
    ("bank.toml", "level = 4", "level = ", |k| {
        matches!(
            k,
            ProblemKind::Syntax { .. } | ProblemKind::MissingKey { .. } | ProblemKind::WrongType { .. }
        )
    }),
    ("elements.toml", "weight = 100", "weight = 90", |k| {
        matches!(k, ProblemKind::TopWeight { .. } | ProblemKind::ChildrenWeight { .. })
    }),
    ("elements.toml", "\"2.5\"", "\"3\"", |k| {
        matches!(k, ProblemKind::ChildrenWeight { .. })
    }),
    ("elements.toml", "\"2.5\"", "\"2.555\"", |k| {
        matches!(
            k,
            ProblemKind::BadWeight { .. } | ProblemKind::ChildrenWeight { .. } | ProblemKind::UnknownRange { .. }
        )
    }),
    ("elements.toml", "code = \"A\"", "code = \"B\"", |k| {
        matches!(k, ProblemKind::NoParent { .. })
    }),
    ("elements.toml", "code = \"AB001\"", "code = \"A001\"", |k| {
        matches!(k, ProblemKind::PointInBranch { .. } | ProblemKind::UnknownPoint { .. })
    }),
    ("elements.toml", "code = \"AB001\"", "code = \"C001\"", |k| {
        matches!(k, ProblemKind::UnknownRange { .. } | ProblemKind::UnknownPoint { .. })
    }),
    ("elements.toml", "code = \"AB001\"", "code = \"AA001\"", |k| {
        matches!(k, ProblemKind::Duplicate { .. } | ProblemKind::UnknownPoint { .. })
    }),
    ("theory/items.toml", "id = \"M-1\"", "id = \"S-1\"", |k| {
        matches!(k, ProblemKind::Duplicate { .. })
    }),
    ("theory/items.toml", "difficulty = 2", "difficulty = 6", |k| {
        matches!(k, ProblemKind::OutOfBounds { .. })
    }),
    ("theory/items.toml", "\"A\"", "\"E\"", |k| {
        matches!(k, ProblemKind::KeyOutside { .. })
    }),
    ("theory/items.toml", "\"用餐\"", "\"休 息\"", |k| {
        matches!(k, ProblemKind::SameOptions { .. })
    }),
    ("theory/items.toml", ", \"会客\"", "", |k| {
        matches!(k, ProblemKind::OptionCount { .. })
    }),
    (
        "theory/items.toml",
        "key = \"T\"",
        "key = \"T\"\noptions = [\"对\"]",
        |k| matches!(k, ProblemKind::NeedlessOptions {}),
    ),
    ("theory/items.toml", "\"U = IR。\"", "\"  \"", |k| {
        matches!(k, ProblemKind::EmptyText { .. })
    }),
    ("theory/items.toml", "U = IR", "电?", |k| {
        matches!(k, ProblemKind::LostCharacter { .. })
    }),
    ("theory/items.toml", "U = IR", "\u{E863}", |k| {
        matches!(k, ProblemKind::UnusableCharacter { .. })
    }),
    ("theory/items.toml", "[\"J-1\"]", "[\"J-9\"]", |k| {
        matches!(k, ProblemKind::UnknownEnemy { .. })
    }),
    ("theory/items.toml", "[\"J-1\"]", "[\"S-1\"]", |k| {
        matches!(k, ProblemKind::OwnEnemy {})
    }),
    ("practical/structure.toml", "weight = 100", "weight = 90", |k| {
        matches!(k, ProblemKind::GroupSum { .. })
    }),
    ("practical/structure.toml", "E4-P-01", "E4-P-02", |k| {
        matches!(k, ProblemKind::UnknownTask { .. })
    }),
    ("practical/structure.toml", "draw = 1", "draw = 2", |k| {
        matches!(k, ProblemKind::DrawCount { .. })
    }),
    ("practical/E4-P-01.toml", "\"89.5\"", "\"89\"", |k| {
        matches!(k, ProblemKind::ElementSum { .. })
    }),
    ("practical/E4-P-01.toml", "\"0.5\"", "\"0.3\"", |k| {
        matches!(k, ProblemKind::BadMarks { .. })
    }),
    ("practical/E4-P-01.toml", "\"0.5\"", "\"90\"", |k| {
        matches!(k, ProblemKind::DeductionTooLarge { .. })
    }),
    (
        "practical/E4-P-01.toml",
        "\"安全与文明生产\"",
        "\"安全\"",
        |k| matches!(k, ProblemKind::NoSafetyElement { .. }),
    ),
    ("practical/E4-P-01.toml", "element = \"1\"", "element = \"7\"", |k| {
        matches!(k, ProblemKind::VetoElement { .. })
    }),
    (
        "practical/E4-P-01.toml",
        "scope = \"element\"",
        "scope = \"task\"",
        |k| matches!(k, ProblemKind::VetoElement { .. }),
    ),
    (
        "practical/E4-P-01.toml",
        "grace_seconds = 0",
        "grace_seconds = 900",
        |k| matches!(k, ProblemKind::OvertimeOrder { .. }),
    ),
    ("practical/E4-P-01.toml", "code = \"2\"", "code = \"1\"", |k| {
        matches!(k, ProblemKind::Duplicate { .. })
    }),
    ("practical/E4-P-01.toml", "E4-P-01", "E4-P-03", |k| {
        matches!(k, ProblemKind::TaskFileName { .. } | ProblemKind::UnknownTask { .. })
    }),
    ("practical/E4-P-01.toml", "\"实操\"", "\"练习\"", |k| {
        matches!(k, ProblemKind::UnknownWord { .. } | ProblemKind::UnknownTask { .. })
    }),
];

#[test]
fn every_rule_of_the_format_is_checked() {
    for (file, from, to, expected) in CASES {
        let errors = errors_after(file, from, to);
        assert!(!errors.is_empty(), "{from} -> {to} passes");
        let strange: Vec<_> = errors.iter().filter(|problem| !expected(&problem.kind)).collect();
        assert!(
            strange
                .iter()
                .all(|problem| matches!(problem.kind, ProblemKind::UnknownEnemy { .. })),
            "{from} -> {to}: {strange:#?}"
        );
    }
}

#[test]
fn files_that_cannot_be_trusted_are_refused() {
    let dir = folder();
    fs::write(dir.path().join("theory/big.toml"), vec![b'#'; 5_000_001]).unwrap();
    fs::write(dir.path().join("theory/gbk.toml"), b"# \xb5\xe7\xb9\xa4").unwrap();
    let reading = read(dir.path());
    let found: Vec<(&str, &ProblemKind)> = reading.errors().map(|p| (p.file.as_str(), &p.kind)).collect();
    assert_eq!(
        found,
        [
            ("theory/big.toml", &ProblemKind::TooLarge { most: MAX_FILE_BYTES }),
            ("theory/gbk.toml", &ProblemKind::NotUtf8 { offset: 2 }),
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let (dir, elsewhere) = (folder(), folder());
    let target = elsewhere.path().join("theory/items.toml");
    std::os::unix::fs::symlink(&target, dir.path().join("theory/link.toml")).unwrap();
    let reading = read(dir.path());
    let kinds: Vec<_> = reading.errors().map(|problem| &problem.kind).collect();
    assert_eq!(
        kinds,
        [&ProblemKind::LinkOutside {}],
        "and no duplicates: nothing was read through it"
    );
}

#[test]
fn what_is_missing_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let reading = read(dir.path());
    let names: Vec<_> = reading.errors().map(|problem| problem.file.as_str()).collect();
    assert_eq!(names, ["bank.toml", "elements.toml"]);
    assert!(
        read(&dir.path().join("nowhere"))
            .errors()
            .any(|p| matches!(p.kind, ProblemKind::NotAFolder { .. }))
    );
}

#[test]
fn guessable_keys_and_twin_stems_are_suspicious() {
    use std::fmt::Write as _;
    let dir = folder();
    let mut text = String::new();
    for number in 0..60 {
        let stem: String = (0..12)
            .map(|place| char::from_u32(0x4E00 + number * 16 + place).unwrap())
            .collect();
        let stem = if number == 59 {
            "电压的单位是伏特电流的单位是安培电阻的单位是欧姆功率的单位是瓦特".to_owned()
        } else {
            stem
        };
        let stem = if number == 58 {
            "电压的单位是伏特，电流的单位是安培；电阻的单位是欧姆、功率的单位是瓦。".to_owned()
        } else {
            stem
        };
        if number < 30 {
            writeln!(text, "[[item]]\nid = \"J{number}\"\ntype = \"true_false\"\npoint = \"AB001\"\ndifficulty = 1\nstem = \"{stem}\"\nkey = \"T\"\nexplanation = \"。\"").unwrap();
        }
        writeln!(text, "[[item]]\nid = \"S{number}\"\ntype = \"single\"\npoint = \"AB001\"\ndifficulty = 1\nstem = \"{stem}乙\"\noptions = [\"最长的选项\", \"一\", \"二\", \"三\"]\nkey = \"A\"\nexplanation = \"。\"").unwrap();
    }
    write(dir.path(), "theory/items.toml", &text);
    let reading = read(dir.path());
    assert!(reading.bank.is_some(), "warnings do not refuse a bank");
    let has = |wanted: fn(&ProblemKind) -> bool| reading.warnings().any(|problem| wanted(&problem.kind));
    assert!(has(|k| matches!(
        k,
        ProblemKind::KeySkew {
            letter: 'A',
            percent: 100
        }
    )));
    assert!(has(|k| matches!(
        k,
        ProblemKind::KeySkew {
            letter: 'D',
            percent: 0
        }
    )));
    assert!(has(|k| matches!(k, ProblemKind::KeyLongest { percent: 100 })));
    assert!(has(|k| matches!(k, ProblemKind::TrueFalseBalance { percent: 100 })));
    assert!(has(
        |k| matches!(k, ProblemKind::PointWithoutItem { point } if point == "AA001")
    ));
    assert!(has(
        |k| matches!(k, ProblemKind::NearIdentical { other, .. } if other == "S58")
    ));
    assert!(!has(
        |k| matches!(k, ProblemKind::NearIdentical { other, .. } if other == "S1")
    ));
}
