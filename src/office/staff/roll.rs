//! The register as a workbook: tried without saving, imported whole or not at all, and given out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::card::{account_for, declare, holder, told, told_entry, write};
use super::rows::{self, CardRow};
use super::{ListStaff, entry_of};
use crate::enrolment::{Counts, ImportMode};
use crate::kernel::{AccountId, Digest, Language, Timestamp};
use crate::office::application::read_sheet;
use crate::office::{Act, Broken, Caller, Event, Fact, Office, Op, Policy, Refusal, Upload, policy};
use crate::spreadsheet::{self, Sheet};
use crate::staff::{RegisterColumn, RowProblem, StaffEntry, read_register, register_row, register_template};
use crate::store::Connection;

/// Tries a register's workbook without saving anything.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CheckStaff {
    /// The workbook: `.xlsx` or `.csv`.
    pub file: Upload,
    /// The file's name; its ending tells a text table.
    #[serde(default)]
    pub file_name: String,
}

/// What each way of importing would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StaffTried {
    /// The file's name.
    pub file_name: String,
    /// Each way: overwrite the same card, skip the same card.
    pub modes: Vec<StaffModeTried>,
}

/// What one way of importing would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StaffModeTried {
    /// Which.
    pub mode: ImportMode,
    /// How many would be added, overwritten and skipped.
    pub counts: Counts,
    /// Everything that is wrong; the workbook is taken only when this is empty.
    pub problems: Vec<RowProblem>,
}

impl Act for CheckStaff {
    type Outcome = StaffTried;
    const POLICY: Policy = policy::STAFF_CHECK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<StaffTried, Refusal> {
        let sheet = read_sheet(self.file.0, self.file_name.clone()).await?;
        let mut connection = office.store.read().await?;
        let mut modes = Vec::new();
        for mode in [ImportMode::OverwriteSame, ImportMode::SkipSame] {
            let trial = Trial::run(&mut connection, &sheet, mode, caller).await?;
            modes.push(StaffModeTried {
                mode,
                counts: trial.counts,
                problems: trial.problems,
            });
        }
        Ok(StaffTried {
            file_name: self.file_name,
            modes,
        })
    }
}

/// Imports a register's workbook: the whole of it, or nothing.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ImportStaff {
    /// The workbook: `.xlsx` or `.csv`.
    pub file: Upload,
    /// The file's name; its ending tells a text table.
    #[serde(default)]
    pub file_name: String,
    /// What becomes of cards that are on the register already: overwrite or skip.
    pub mode: ImportMode,
}

/// What an import did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StaffImported {
    /// How many were added, overwritten and skipped.
    pub counts: Counts,
    /// When.
    pub at: Timestamp,
}

impl Act for ImportStaff {
    type Outcome = StaffImported;
    const POLICY: Policy = policy::STAFF_IMPORT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<StaffImported, Refusal> {
        let by = caller.account()?;
        if self.mode == ImportMode::ClearThenImport {
            return Err(Broken::new("staff-import-mode").at("mode").into());
        }
        let digest = Digest::of(&self.file.0);
        let sheet = read_sheet(self.file.0, self.file_name).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let trial = Trial::run(op.connection(), &sheet, self.mode, caller).await?;
        if !trial.problems.is_empty() {
            let told = |problem: RowProblem| Broken::new("roll-row").with("problem", problem.sentence).at("file");
            return Err(Refusal::Invalid(trial.problems.into_iter().map(told).collect()));
        }
        if trial.counts.rows == 0 {
            return Err(Broken::new("roll-empty").at("file").into());
        }
        let mut cards = Vec::new();
        for Planned { entry, account, before } in &trial.planned {
            let state = before.as_ref().map_or("active", |row| row.state.as_str());
            let card = write(office, &mut op, before.as_ref(), entry, *account, state).await?;
            let declared = declare(office, &mut op, card, &entry.declared, by).await?;
            cards.push(json!({
                "card": card, "old": before.as_ref().map(told), "new": told_entry(entry, *account, state),
                "declared": declared,
            }));
        }
        let detail = json!({ "mode": self.mode, "file": digest, "cards": cards });
        let at = op.commit(Event::of(digest).with(detail)).await?;
        Ok(StaffImported {
            counts: trial.counts,
            at,
        })
    }
}

/// A good row about to be written.
struct Planned {
    entry: StaffEntry,
    account: Option<AccountId>,
    before: Option<CardRow>,
}

/// What a workbook would do, and what is wrong with it.
struct Trial {
    planned: Vec<Planned>,
    counts: Counts,
    problems: Vec<RowProblem>,
}

impl Trial {
    async fn run(
        connection: &mut Connection,
        sheet: &Sheet,
        mode: ImportMode,
        caller: &Caller,
    ) -> Result<Self, Refusal> {
        let (language, keeper) = (caller.language, caller.account()?);
        let mut read = read_register(sheet, language);
        let mut present: BTreeMap<String, CardRow> = BTreeMap::new();
        for row in rows::cards(connection).await? {
            present.insert(row.number.clone(), row);
        }
        let mut counts = Counts {
            rows: read.rows,
            ..Counts::default()
        };
        let mut planned = Vec::new();
        for (row, entry) in std::mem::take(&mut read.entries) {
            let before = present.remove(&entry.number);
            if before.is_some() && mode == ImportMode::SkipSame {
                counts.skipped += 1;
                continue;
            }
            match account_for(connection, &entry).await? {
                Ok(account) => {
                    let holder = holder(connection, before.as_ref(), account, keeper).await?;
                    if let Err(broken) = holder {
                        read.note(row, Some(RegisterColumn::Login), words(&broken, language), language);
                        continue;
                    }
                    if before.is_some() {
                        counts.overwritten += 1;
                    } else {
                        counts.added += 1;
                    }
                    planned.push(Planned { entry, account, before });
                }
                Err(broken) => read.note(row, Some(RegisterColumn::Login), words(&broken, language), language),
            }
        }
        read.problems.sort_by_key(|problem| problem.row);
        let bad: std::collections::BTreeSet<u32> = read.problems.iter().map(|problem| problem.row).collect();
        counts.bad_rows = bad.len();
        Ok(Self {
            planned,
            counts,
            problems: read.problems,
        })
    }
}

/// The words of what only the office finds wrong: they stand in a table beside the chapter's own.
fn words(broken: &Broken, language: Language) -> String {
    let fact = broken.facts.first().map(|(_, fact)| match fact {
        Fact::Text(text) => text.clone(),
        Fact::Number(number) => number.to_string(),
        Fact::Time(at) => at.to_string(),
    });
    let fact = fact.unwrap_or_default();
    match (broken.code, language) {
        ("staff-login", Language::Zh) => format!("没有账号“{fact}”。请先建立账号，或把这一格留空。"),
        ("staff-login", Language::En) => {
            format!("there is no account '{fact}'. Make the account first, or leave this empty.")
        }
        ("staff-own-card", Language::Zh) => "不能登记或修改自己的证卡，请由另一位管理员办理。".to_owned(),
        ("staff-own-card", Language::En) => "nobody keeps an own card; another administrator must.".to_owned(),
        ("staff-holder-fixed", Language::Zh) => format!("证卡 {fact} 已登记回避关系，不能改到别的账号。"),
        ("staff-holder-fixed", Language::En) => {
            format!("card {fact} has declared conflicts, and stays with its holder's account.")
        }
        (_, Language::Zh) => format!("{fact}的账号没有相应角色（考评员或督导员）。"),
        (_, Language::En) => format!("{fact}'s account has not the role (examiner or supervisor)."),
    }
}

/// The register as a workbook, with the record of a year (the present one if none is named): the file's name, and its bytes.
pub async fn register_workbook(
    office: &Office,
    caller: &Caller,
    year: Option<i16>,
) -> Result<(&'static str, Vec<u8>), Refusal> {
    let list = office.perform(ListStaff { year }, caller).await?;
    let language = caller.language;
    let record = record_columns(list.year, language);
    let mut header = register_template(language);
    header.extend(record.iter().map(String::as_str));
    let mut rows = Vec::new();
    for view in &list.cards {
        let mut row = register_row(&entry_of(view)?, language);
        row.extend([
            view.judged.to_string(),
            view.supervised.to_string(),
            view.complaints.len().to_string(),
        ]);
        rows.push(row);
    }
    let (sheet, file) = match language {
        Language::Zh => ("考评督导人员", "考评督导人员名册.xlsx"),
        Language::En => ("Register", "register.xlsx"),
    };
    workbook(sheet, &header, &rows).map(|bytes| (file, bytes))
}

/// The columns of a year's record. An import passes over them.
fn record_columns(year: i16, language: Language) -> [String; 3] {
    match language {
        Language::Zh => ["考评场次", "督导场次", "投诉"].map(|word| format!("{year} 年{word}")),
        Language::En => ["sessions judged", "sessions supervised", "complaints"].map(|word| format!("{year} {word}")),
    }
}

/// An empty workbook to fill in.
pub fn staff_template(language: Language) -> Result<(&'static str, Vec<u8>), Refusal> {
    let (sheet, file) = match language {
        Language::Zh => ("考评督导人员", "考评督导人员名册模板.xlsx"),
        Language::En => ("Register", "register-template.xlsx"),
    };
    workbook(sheet, &register_template(language), &[]).map(|bytes| (file, bytes))
}

fn workbook(sheet: &str, header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, Refusal> {
    spreadsheet::write(sheet, header, rows).map_err(|error| Refusal::Fault(error.to_string()))
}
