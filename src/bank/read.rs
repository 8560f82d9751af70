//! Reading a bank from its folder: all of it, with every problem, or not at all.

use std::path::Path;

use super::check::check;
use super::fields::Placed;
use super::file::Folder;
use super::model::Bank;
use super::parse::Draft;
use super::problem::{Problem, Severity};
use super::suspicion::look;

/// What came of reading a folder.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The bank, when nothing is wrong with it but warnings.
    pub bank: Option<Bank>,
    /// Everything that was found, errors and warnings, by file and line.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// The problems for which the bank is refused.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
    }

    /// What the authors should look at.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.problems
            .iter()
            .filter(|problem| problem.severity == Severity::Warning)
    }
}

/// Reads the bank in a folder. Reports every problem that can be seen at once: each table is read on its own, so that a
/// wrong item hides neither the items after it nor what is wrong between those that could be read.
pub fn read(dir: &Path) -> Reading {
    let mut problems = Vec::new();
    let folder = Folder::open(dir, &mut problems);
    let draft = Draft::read(&folder, &mut problems);
    check(&draft, &mut problems);
    look(&draft, &mut problems);
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let bank = if problems.iter().any(Problem::is_error) {
        None
    } else {
        assemble(draft)
    };
    Reading { bank, problems }
}

fn assemble(draft: Draft) -> Option<Bank> {
    let head = draft.head?;
    let mut bank = Bank {
        code: head.code,
        version: head.version,
        kind: head.kind,
        level: head.level,
        occupation: head.occupation,
        standard: head.standard,
        ranges: values(draft.ranges),
        points: values(draft.points),
        items: values(draft.items),
        structure: values(draft.groups),
        tasks: values(draft.tasks),
        pictures: draft.pictures,
    };
    bank.sort();
    Some(bank)
}

fn values<T>(placed: Vec<Placed<T>>) -> Vec<T> {
    placed.into_iter().map(|placed| placed.value).collect()
}
