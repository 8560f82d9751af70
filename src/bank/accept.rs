//! Whether a bank would take an item as its file would say it, told before that file is written.

use super::file::Source;
use super::model::Item;
use super::parse::list;
use super::parse_item::{check_pictures, item};
use super::problem::{Problem, ProblemKind};

/// The item that one table of a theory file says, read as a bank's folder is read; or everything for which a bank would
/// refuse it by itself. `picture` gives the width and height of a picture by its name. Whether its point and its enemies
/// are there is not looked at.
pub fn item_of(text: &str, picture: &dyn Fn(&str) -> Option<(u32, u32)>) -> Result<Item, Vec<ProblemKind>> {
    let mut problems = Vec::new();
    let source = Source::new("item".to_owned(), text.to_owned());
    let mut items = list(&source, &mut problems, "item", item);
    if let [placed] = items.as_slice() {
        check_pictures(&placed.value, &placed.place, picture, &mut problems);
    }
    problems.retain(Problem::is_error);
    match items.pop() {
        Some(placed) if problems.is_empty() && items.is_empty() => Ok(placed.value),
        _ => Err(problems.into_iter().map(|problem| problem.kind).collect()),
    }
}
