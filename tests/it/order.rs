//! The order of the house: which module may import which.

use std::collections::BTreeMap;
use std::path::Path;

/// The modules, from the ground up; each may import only what stands before it.
const ORDER: &[&str] = &[
    "kernel",
    "spreadsheet",
    "document",
    "bank",
    "paper",
    "enrolment",
    "sitting",
    "marking",
    "result",
    "ledger",
    "certificate",
    "identity",
    "staff",
    "supervision",
    "store",
    "office",
    "web",
    "jobs",
    "config",
    "cli",
];

/// Crates that belong in one room only.
const ROOMS: &[(&str, &str)] = &[
    ("sqlx", "store"),
    ("axum", "web"),
    ("askama", "web"),
    ("printpdf", "document"),
    ("calamine", "spreadsheet"),
    ("rust_xlsxwriter", "spreadsheet"),
    ("clap", "cli"),
    ("ed25519_dalek", "ledger"),
];

/// Files that are compiled for tests only.
const ONLY_TESTS: &[&str] = &["tests.rs", "kill.rs", "power_cut.rs"];

fn sources() -> BTreeMap<String, Vec<(String, String)>> {
    let mut found = BTreeMap::<String, Vec<(String, String)>>::new();
    let mut folders = vec![Path::new("src").to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix("src").unwrap();
                let module = inside
                    .iter()
                    .next()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .trim_end_matches(".rs")
                    .to_owned();
                let text = std::fs::read_to_string(&path).unwrap();
                found
                    .entry(module)
                    .or_default()
                    .push((path.display().to_string(), text));
            }
        }
    }
    found
}

#[test]
fn imports_run_one_way() {
    let mut against = Vec::new();
    for (module, files) in sources() {
        let Some(rank) = ORDER.iter().position(|one| *one == module) else {
            assert!(
                ["main", "lib"].contains(&module.as_str()),
                "{module} has no place in the order of the house"
            );
            continue;
        };
        for (file, text) in files {
            for reference in text.split("crate::").skip(1) {
                let name: String = reference
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                if ORDER
                    .iter()
                    .position(|one| *one == name)
                    .is_some_and(|other| other > rank)
                {
                    against.push(format!("{file} imports {name}"));
                }
            }
        }
    }
    assert!(against.is_empty(), "{against:#?}");
}

#[test]
fn each_tool_stays_in_its_room() {
    let mut strayed = Vec::new();
    for (module, files) in sources() {
        for (file, text) in files {
            for (tool, room) in ROOMS {
                let used = text.lines().any(|line| {
                    !line.trim_start().starts_with("//")
                        && (line.contains(&format!("{tool}::")) || line.contains(&format!("use {tool};")))
                });
                if used && module != *room && module != "main" && !ONLY_TESTS.iter().any(|tests| file.ends_with(tests))
                {
                    strayed.push(format!("{file} uses {tool}"));
                }
            }
        }
    }
    assert!(strayed.is_empty(), "{strayed:#?}");
}
