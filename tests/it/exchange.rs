//! Questions of other systems at a trade expert's desk: what the command line says, and what it leaves alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const PRACTICE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/question-banks/practice/5");

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A copy of the practice bank and a place for files beside it.
fn desk() -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    for (name, bytes) in contents(Path::new(PRACTICE)) {
        let target = desk.path().join("bank").join(name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, bytes).unwrap();
    }
    desk
}

fn jianding(desk: &tempfile::TempDir, arguments: &[&str]) -> (i32, Value, Output) {
    let output = Command::new(env!("CARGO_BIN_EXE_jianding"))
        .current_dir(desk.path())
        .arg("bank")
        .args(arguments)
        .output()
        .unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), told, output)
}

const GIFT: &str = "$CATEGORY: $course$/top/A001\n\n// [tag:jianding-difficulty=2]\n::NEW-1::[plain]新题？ {=甲 ~乙 ~丙 ~丁 ####因为甲。}\n";

#[test]
fn a_clean_file_comes_in_and_a_second_time_changes_nothing() {
    let desk = desk();
    std::fs::write(desk.path().join("new.gift"), GIFT).unwrap();
    let before = contents(&desk.path().join("bank"));
    let dry = ["import", "new.gift", "--bank", "bank", "--dry-run", "--json"];
    let (status, told, _) = jianding(&desk, &dry);
    assert_eq!((status, told["new"].as_array().unwrap().len()), (0, 1), "{told}");
    assert_eq!(contents(&desk.path().join("bank")), before, "a dry run writes nothing");

    let real = ["import", "new.gift", "--bank", "bank", "--json"];
    let (status, told, _) = jianding(&desk, &real);
    assert_eq!((status, told["written"].as_array().unwrap().len()), (0, 1), "{told}");
    let bank = jianding::bank::read(&desk.path().join("bank")).bank.unwrap();
    assert_eq!(bank.item("NEW-1").unwrap().key, "A");
    let (status, told, _) = jianding(&desk, &real);
    assert_eq!(
        (status, &told["same"], &told["new"]),
        (0, &Value::from(1), &Value::from(Vec::<Value>::new()))
    );
}

#[test]
fn a_bank_goes_out_and_comes_back_and_losses_are_told_by_the_exit_status() {
    let desk = desk();
    for (format, ending, status) in [
        ("text", "zip", 0),
        ("qti22", "zip", 1),
        ("qti30", "zip", 1),
        ("gift", "gift", 1),
    ] {
        let file = format!("{format}.{ending}");
        let (exported, told, output) =
            jianding(&desk, &["export", "bank", "--format", format, "--out", &file, "--json"]);
        assert_eq!(exported, status, "{told} {output:?}");
        assert_eq!(told["losses"].as_array().unwrap().is_empty(), status == 0, "{told}");
        let dry = [
            "import",
            &file,
            "--format",
            format,
            "--bank",
            "bank",
            "--dry-run",
            "--json",
        ];
        let (imported, told, _) = jianding(&desk, &dry);
        assert_eq!(imported, 0, "{told}");
        assert_eq!(told["new"], Value::from(Vec::<Value>::new()), "{format}");
        let (again, _, output) = jianding(&desk, &["export", "bank", "--format", format, "--out", &file]);
        assert_eq!(again, 2, "no file is written over");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[test]
fn a_picture_comes_with_its_question() {
    let desk = desk();
    let (status, _, _) = jianding(&desk, &["export", "bank", "--format", "moodle", "--out", "out.xml"]);
    assert_eq!(status, 1, "a hotspot is left out");
    // A bank without them: the items and pictures of the export alone.
    std::fs::remove_dir_all(desk.path().join("bank/theory")).unwrap();
    std::fs::remove_dir_all(desk.path().join("bank/pictures")).unwrap();
    let (status, told, output) = jianding(&desk, &["import", "out.xml", "--bank", "bank", "--json"]);
    assert_eq!(status, 0, "{told} {output:?}");
    let (was, is) = (
        jianding::bank::read(Path::new(PRACTICE)).bank.unwrap(),
        jianding::bank::read(&desk.path().join("bank")).bank.unwrap(),
    );
    for item in &is.items {
        assert_eq!(was.item(&item.id), Some(item));
    }
    assert!(!is.pictures.is_empty() && is.items.len() > was.items.len() / 2);
    assert!(
        is.pictures
            .iter()
            .all(|picture| was.picture(&picture.name) == Some(picture))
    );
}

#[test]
fn a_refused_file_says_where_with_status_two_and_leaves_the_bank_alone() {
    let desk = desk();
    let before = contents(&desk.path().join("bank"));
    std::fs::write(desk.path().join("bad.gift"), format!("{GIFT}\n坏 {{=a\n")).unwrap();
    std::fs::write(
        desk.path().join("bad.xml"),
        "<!DOCTYPE q [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><quiz>&x;</quiz>",
    )
    .unwrap();
    std::fs::write(desk.path().join("zero.csv"), "题型,题干\n单选题,a\0b\n").unwrap();
    for (file, line) in [("bad.gift", 6), ("bad.xml", 1), ("zero.csv", 2)] {
        let (status, told, _) = jianding(&desk, &["import", file, "--bank", "bank", "--json"]);
        assert_eq!(
            (status, &told["refused"]["line"]),
            (2, &Value::from(line)),
            "{file} {told}"
        );
        assert_eq!(told["refused"]["file"], file);
        let (status, _, output) = jianding(&desk, &["import", file, "--bank", "bank"]);
        assert_eq!(status, 2);
        assert!(String::from_utf8_lossy(&output.stderr).contains(&format!("{file}:{line}")));
    }
    for arguments in [
        &["import", "none.gift", "--bank", "bank"][..],
        &["import", "bad.gift", "--bank", "none"],
        &["import", "bad.gift", "--format", "none", "--dry-run"],
        &["import", "bad.gift"],
        &["export", "bank", "--format", "aiken", "--out", "x"],
        &["export", "bank", "--format", "gift", "--out", "none/x"],
    ] {
        assert_eq!(jianding(&desk, arguments).0, 2, "{arguments:?}");
    }
    assert_eq!(contents(&desk.path().join("bank")), before);
}

#[test]
fn what_is_lost_is_told_and_the_rest_comes() {
    let desk = desk();
    let text = format!("{GIFT}\n::NEW-2:: 三选 {{=甲 ~乙 ~丙}}\n\n::NEW-3:: 说明\n");
    std::fs::write(desk.path().join("new.gift"), text).unwrap();
    let (status, told, _) = jianding(&desk, &["import", "new.gift", "--bank", "bank", "--json"]);
    let lost: Vec<&Value> = told["losses"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|loss| loss["degree"] == "item")
        .collect();
    assert_eq!((status, lost.len()), (1, 2), "{told}");
    assert!(
        lost.iter()
            .all(|loss| loss["line"].as_u64().unwrap() > 4 && loss["message"] != "")
    );
    let bank = jianding::bank::read(&desk.path().join("bank")).bank.unwrap();
    assert!(bank.item("NEW-1").is_some() && bank.item("NEW-2").is_none());
}
