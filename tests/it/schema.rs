//! Both engines have the same tables with the same columns.

use std::collections::BTreeMap;

/// Tables with their columns, as the text of a migration declares them, with the engines' type names made one.
fn tables(migration: &str) -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    for create in migration.split("CREATE TABLE ").skip(1) {
        let (name, rest) = create.split_once(" (").unwrap();
        let body = rest.split("\n)").next().unwrap();
        let columns = body
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .map(|line| line.replace("BIGINT", "INTEGER").replace("BYTEA", "BLOB"))
            .filter(|line| !line.is_empty() && !line.starts_with("--"))
            .collect();
        tables.insert(name.to_owned(), columns);
    }
    tables
}

#[test]
fn both_engines_have_the_same_tables() {
    let mut names: Vec<_> = std::fs::read_dir("migrations/sqlite")
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for name in names {
        let read = |engine: &str| {
            std::fs::read_to_string(std::path::Path::new("migrations").join(engine).join(&name)).unwrap()
        };
        assert_eq!(tables(&read("sqlite")), tables(&read("postgres")), "{}", name.display());
    }
}
