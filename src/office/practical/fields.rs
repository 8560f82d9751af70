//! A score sheet as a form sends it: flat fields, read into the record of a sheet, all problems told at once.

use std::collections::BTreeMap;

use crate::bank::{PracticalTask, ScoreElement};
use crate::kernel::{Marks, MarksError};
use crate::marking::{Deduction, ElementRecord, SheetRecord};
use crate::office::{Broken, Problems, Refusal};

/// Fields by name, as in `count.3.0`.
pub(super) type Fields = BTreeMap<String, String>;

/// Marks are given in halves.
const STEP: i64 = 50;
const MOST_NOTE: usize = 500;
const MOST_COUNT: u16 = 99;
const MOST_SECONDS: u32 = 24 * 3600;

impl From<MarksError> for Broken {
    fn from(_: MarksError) -> Self {
        Self::new("marks-shape")
    }
}

/// Whether any field is an entry; names that begin with `_` are the form's own.
pub(super) fn has_entries(fields: &Fields) -> bool {
    fields.keys().any(|name| !name.starts_with('_'))
}

/// Reads all fields of a sheet.
pub(super) fn read(task: &PracticalTask, fields: &Fields) -> Result<SheetRecord, Refusal> {
    let mut problems = Problems::default();
    let mut record = SheetRecord {
        elements: task
            .elements
            .iter()
            .map(|element| (element.code.clone(), ElementRecord::default()))
            .collect(),
        seconds: None,
    };
    for (name, value) in fields {
        let value = value.trim();
        if name.starts_with('_') || value.is_empty() {
            continue;
        }
        let read = match name.as_str() {
            "minutes" => add_time(&mut record, value, 60),
            "seconds" => add_time(&mut record, value, 1),
            _ => read_entry(task, &mut record, name, value),
        };
        problems.take(name, read);
    }
    if let Some(element) = both(task, &record) {
        problems.note(Broken::new("marks-and-faults").at(format!("marks.{}", element.code)));
    }
    if let Err(over) = record.overtime(task) {
        problems.note(
            Broken::new("time-over-limit")
                .with("limit", usize::from(over.limit))
                .at("minutes"),
        );
    }
    problems.refuse()?;
    Ok(record)
}

fn add_time(record: &mut SheetRecord, value: &str, unit: u32) -> Result<(), Broken> {
    let number: u32 = value.parse().map_err(|_| Broken::new("time-shape"))?;
    let seconds = number.saturating_mul(unit).saturating_add(record.seconds.unwrap_or(0));
    if seconds > MOST_SECONDS {
        return Err(Broken::new("time-shape"));
    }
    record.seconds = Some(seconds);
    Ok(())
}

fn read_entry(task: &PracticalTask, record: &mut SheetRecord, name: &str, value: &str) -> Result<(), Broken> {
    let unknown = || Broken::new("element-unknown").with("element", name);
    let (kind, rest) = name.split_once('.').ok_or_else(unknown)?;
    let (code, rule) = match kind {
        "count" => rest.rsplit_once('.').ok_or_else(unknown)?,
        _ => (rest, ""),
    };
    let element = task.element(code).ok_or_else(unknown)?;
    let entry = record.elements.get_mut(code).ok_or_else(unknown)?;
    match kind {
        "done" => entry.marked = true,
        "note" if value.chars().count() > MOST_NOTE => {
            return Err(Broken::new("text-too-long").with("most", MOST_NOTE));
        }
        "note" => value.clone_into(&mut entry.note),
        "marks" => {
            entry.given = Some(given(element, value)?);
            entry.marked = true;
        }
        "count" => add_faults(element, entry, rule, value)?,
        _ => return Err(unknown()),
    }
    Ok(())
}

fn given(element: &ScoreElement, value: &str) -> Result<Marks, Broken> {
    let marks: Marks = value.parse()?;
    if marks < Marks::ZERO {
        return Err(Broken::new("marks-negative"));
    }
    if marks > element.marks {
        return Err(Broken::new("marks-above").with("most", element.marks.to_string()));
    }
    if marks.hundredths() % STEP != 0 && marks != element.marks {
        return Err(Broken::new("marks-step"));
    }
    Ok(marks)
}

fn add_faults(element: &ScoreElement, entry: &mut ElementRecord, rule: &str, value: &str) -> Result<(), Broken> {
    let rule: usize = rule
        .parse()
        .map_err(|_| Broken::new("element-unknown").with("element", rule))?;
    let rule = element
        .deductions
        .get(rule)
        .ok_or_else(|| Broken::new("element-unknown").with("element", rule.to_string()))?;
    let count: u16 = value.parse().map_err(|_| Broken::new("count-shape"))?;
    if count > MOST_COUNT {
        return Err(Broken::new("count-shape"));
    }
    if count > 0 {
        entry.marked = true;
        entry.deductions.push(Deduction {
            rule: rule.text.clone(),
            each: rule.marks,
            count,
        });
    }
    Ok(())
}

/// An element with marks given at once and with faults: which of them counts, nobody could say.
fn both<'t>(task: &'t PracticalTask, record: &SheetRecord) -> Option<&'t ScoreElement> {
    task.elements.iter().find(|element| {
        record
            .elements
            .get(&element.code)
            .is_some_and(|entry| entry.given.is_some() && !entry.deductions.is_empty())
    })
}
