//! Whether a bank would take an item as it stands, told before it is written into a file.

use super::key;
use super::model::Item;
use super::problem::ProblemKind;
use super::text::{Form, check_text};

/// Everything for which a bank would refuse the item by itself. Whether its point and its enemies are there is not looked at.
pub fn item_problems(item: &Item) -> Vec<ProblemKind> {
    let mut problems = Vec::new();
    if !Form::Id.fits(&item.id) {
        let value = item.id.chars().take(40).collect();
        let (key, form) = ("id".to_owned(), Form::Id.to_string());
        problems.push(ProblemKind::BadCode { key, value, form });
    }
    problems.extend(check_text("stem", &item.stem));
    problems.extend(check_text("explanation", &item.explanation));
    problems.extend(item.source.iter().flat_map(|source| check_text("source", source)));
    problems.extend(item.options.iter().flat_map(|option| check_text("options", option)));
    problems.extend(
        key::check(item.kind, &item.key, &item.options)
            .into_iter()
            .map(|(_, kind)| kind),
    );
    problems
}
