//! The import of a candidate roll: tried first, then taken whole.
//!
//! [`dry_run`] reads every row, names everything that is wrong, and says what an import would do. Only
//! [`DryRun::accept`] gives out what is to be done; while a row is bad it gives nothing, unless the clerk chooses the good
//! rows, and never when rows would be removed: a bad row may be the one that keeps a candidate on the roll.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{PersonName, Sex};
use crate::spreadsheet::Sheet;

use super::roll_row::{Layout, ReadRow, name_duplicates};
use super::{Column, Document, Education, ExamType, RowError, RowErrorKind, Source};

/// What happens to candidates that the roll has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// The file is the whole roll: whoever is not in it goes (清空后导入).
    ClearThenImport,
    /// A candidate with the same document is overwritten (覆盖相同).
    OverwriteSame,
    /// A candidate with the same document stays as is (跳过相同).
    SkipSame,
}

/// Whether an entry on the roll may still be changed by an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Registered only.
    Open,
    /// Approved, or further: an import leaves it alone.
    Approved,
}

/// Who is on the roll before the import.
#[derive(Debug, Clone, Default)]
pub struct ExistingRoll(BTreeMap<Document, Standing>);

impl FromIterator<(Document, Standing)> for ExistingRoll {
    fn from_iter<I: IntoIterator<Item = (Document, Standing)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// A candidate as a good row tells of him or her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollEntry {
    /// 姓名
    pub name: PersonName,
    /// 证件
    pub document: Document,
    /// 性别; taken from the citizen id where there is one
    pub sex: Sex,
    /// 出生日期; taken from the citizen id where there is one
    pub birth_date: Date,
    /// 手机号码, 11 digits
    pub mobile: Option<String>,
    /// 工作单位
    pub employer: Option<String>,
    /// 文化程度
    pub education: Option<Education>,
    /// 考生来源
    pub source: Option<Source>,
    /// 考试类型; a first sitting when the row does not say
    pub exam_type: ExamType,
    /// 本工种年限
    pub trade_years: Option<u8>,
    /// 照片文件名: only ever compared with the names of uploaded photos, never opened as a path
    pub photo: Option<String>,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// A new candidate.
    Add {
        /// The row.
        row: u32,
        /// The candidate.
        entry: RollEntry,
    },
    /// A candidate on the roll gets the row's data.
    Overwrite {
        /// The row.
        row: u32,
        /// The candidate.
        entry: RollEntry,
    },
    /// The candidate is on the roll and stays as is.
    Skip {
        /// The row.
        row: u32,
        /// Who.
        document: Document,
    },
    /// The candidate is on the roll, not in the file, and goes.
    Remove {
        /// Who.
        document: Document,
    },
}

/// How many of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Rows with a candidate in them.
    pub rows: usize,
    /// Candidates that come new.
    pub added: usize,
    /// Candidates that are overwritten.
    pub overwritten: usize,
    /// Candidates that stay as they are.
    pub skipped: usize,
    /// Candidates that go.
    pub removed: usize,
    /// Approved candidates that are not in the file and stay nevertheless.
    pub kept: usize,
    /// Rows with something wrong.
    pub bad_rows: usize,
}

/// The result of trying a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRun {
    /// What would be done, in the order of the file.
    pub rows: Vec<RowOutcome>,
    /// Everything that is wrong, in the order of the file.
    pub errors: Vec<RowError>,
    /// The sums.
    pub counts: Counts,
    mode: ImportMode,
}

/// What the clerk chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportChoice {
    /// Everything or nothing: the rule.
    Whole,
    /// The good rows; the bad ones are corrected and imported later.
    GoodRows,
}

/// Why nothing is imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefused {
    /// Rows are bad.
    #[error("{bad_rows} rows have errors; nothing was imported")]
    Errors {
        /// How many.
        bad_rows: usize,
    },
    /// Rows are bad, and the file was to replace the roll.
    #[error("{bad_rows} rows have errors; a file that replaces the roll is taken whole or not at all")]
    WouldRemove {
        /// How many.
        bad_rows: usize,
    },
    /// The file has no candidate.
    #[error("the file has no candidate")]
    Empty,
}

impl DryRun {
    /// What to do, if it may be done.
    pub fn accept(self, choice: ImportChoice) -> Result<Vec<RowOutcome>, ImportRefused> {
        let bad_rows = self.counts.bad_rows;
        if !self.errors.is_empty() {
            if choice == ImportChoice::Whole {
                return Err(ImportRefused::Errors { bad_rows });
            }
            if self.mode == ImportMode::ClearThenImport {
                return Err(ImportRefused::WouldRemove { bad_rows });
            }
        }
        if self.counts.rows == 0 {
            return Err(ImportRefused::Empty);
        }
        Ok(self.rows)
    }
}

/// Tries a roll: reads every row, compares it with the rest of the file and with who is there already.
pub fn dry_run(sheet: &Sheet, existing: &ExistingRoll, mode: ImportMode) -> DryRun {
    let mut run = DryRun {
        rows: Vec::new(),
        errors: Vec::new(),
        counts: Counts::default(),
        mode,
    };
    let layout = match Layout::of(sheet) {
        Ok(layout) => layout,
        Err(errors) => {
            run.counts.bad_rows = 1;
            run.errors = errors;
            return run;
        }
    };
    let body = sheet.rows.iter().skip(layout.header + 1);
    let mut rows: Vec<ReadRow> = body.filter_map(|row| ReadRow::of(row, sheet, &layout)).collect();
    name_duplicates(&mut rows, &layout);
    run.counts.rows = rows.len();
    let in_file: Vec<Document> = rows.iter().filter_map(|row| row.document.clone()).collect();
    for row in rows {
        run.decide(row, existing, &layout);
    }
    if mode == ImportMode::ClearThenImport {
        run.remove_absent(&in_file.into_iter().collect(), existing);
    }
    run
}

impl DryRun {
    fn decide(&mut self, mut row: ReadRow, existing: &ExistingRoll, layout: &Layout) {
        let standing = row
            .document
            .as_ref()
            .and_then(|document| existing.0.get(document))
            .copied();
        if standing == Some(Standing::Approved) && self.mode != ImportMode::SkipSame {
            row.wrong(Column::DocumentNumber, layout, RowErrorKind::AlreadyApproved);
        }
        if !row.errors.is_empty() {
            self.counts.bad_rows += 1;
            self.errors.append(&mut row.errors);
            return;
        }
        let Some(entry) = row.entry else { return };
        let row = row.number;
        self.rows.push(match (standing, self.mode) {
            (None, _) => {
                self.counts.added += 1;
                RowOutcome::Add { row, entry }
            }
            (Some(_), ImportMode::SkipSame) => {
                self.counts.skipped += 1;
                let document = entry.document;
                RowOutcome::Skip { row, document }
            }
            (Some(_), ImportMode::OverwriteSame | ImportMode::ClearThenImport) => {
                self.counts.overwritten += 1;
                RowOutcome::Overwrite { row, entry }
            }
        });
    }

    fn remove_absent(&mut self, in_file: &BTreeSet<Document>, existing: &ExistingRoll) {
        let absent = existing.0.iter().filter(|(document, _)| !in_file.contains(document));
        for (document, standing) in absent {
            match standing {
                Standing::Approved => self.counts.kept += 1,
                Standing::Open => {
                    self.counts.removed += 1;
                    let document = document.clone();
                    self.rows.push(RowOutcome::Remove { document });
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "roll_tests.rs"]
mod tests;
