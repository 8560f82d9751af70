//! Tries a candidate list against who is registered: the chapter's dry run, and what only the office knows: whose citizen
//! id it is, which applications were withdrawn, which characters can be printed.

use std::collections::{BTreeMap, BTreeSet};

use crate::enrolment::{
    Column, Counts, Document, ExistingRoll, ImportMode, RollEntry, RowError, RowOutcome, Standing, dry_run,
};
use crate::kernel::{BatchId, Language};
use crate::office::progress::Steps;
use crate::office::{Broken, Fact, Office, Refusal};
use crate::spreadsheet::Sheet;
use crate::store::Connection;
use crate::store::enrolment::{self, ApplicationRow};

use super::person::{self, Known, Person, Unfit};
use super::roll::RollProblem;

/// A list about to be tried: who is registered in the batch, by document.
pub(super) struct Trial<'a> {
    office: &'a Office,
    batch: BatchId,
    registered: BTreeMap<Document, ApplicationRow>,
}

/// What a list would do, and what is wrong with it.
pub(super) struct Decided {
    pub(super) candidates: Vec<Candidate>,
    pub(super) removals: Vec<ApplicationRow>,
    pub(super) problems: Vec<RollProblem>,
    pub(super) counts: Counts,
}

/// A good row, and what is known of its person.
pub(super) struct Candidate {
    pub(super) person: Person,
    pub(super) entry: RollEntry,
    pub(super) known: Known,
}

impl<'a> Trial<'a> {
    /// Loads who is registered.
    pub(super) async fn of(office: &'a Office, connection: &mut Connection, batch: BatchId) -> Result<Self, Refusal> {
        let rows = enrolment::applications(connection, batch).await?;
        let registered = rows
            .into_iter()
            .map(|row| Ok((Document::of_citizen(&person::citizen_id(office, &row)?), row)))
            .collect::<Result<_, Refusal>>()?;
        Ok(Self {
            office,
            batch,
            registered,
        })
    }

    /// Tries the list in one mode.
    pub(super) async fn run(
        &self,
        connection: &mut Connection,
        sheet: &Sheet,
        mode: ImportMode,
        language: Language,
        steps: &Steps,
    ) -> Result<Decided, Refusal> {
        let run = dry_run(sheet, &self.existing(mode), mode);
        let mut decided = Decided {
            candidates: Vec::new(),
            removals: Vec::new(),
            problems: run.errors.iter().map(|error| of_chapter(error, language)).collect(),
            counts: run.counts,
        };
        let letters = Letters::of(sheet);
        let mut bad = BTreeSet::new();
        for outcome in run.rows {
            steps.step();
            match outcome {
                RowOutcome::Add { row, entry } | RowOutcome::Overwrite { row, entry } => {
                    match self.look_up(connection, entry).await? {
                        Ok(candidate) => decided.candidates.push(candidate),
                        Err((column, broken)) => {
                            bad.insert(row);
                            decided.problems.push(letters.problem(row, column, &broken, language));
                        }
                    }
                }
                RowOutcome::Skip { .. } => {}
                RowOutcome::Remove { document } => self.remove(&document, &mut decided),
            }
        }
        decided.counts.bad_rows += bad.len();
        decided.counts.added = decided.new_ones().count();
        decided.counts.overwritten = decided.candidates.len() - decided.counts.added;
        decided.problems.sort_by_key(|problem| problem.row);
        Ok(decided)
    }

    /// A withdrawn application can only be skipped; in the other modes its row is told as wrong afterwards.
    fn existing(&self, mode: ImportMode) -> ExistingRoll {
        let standing = |row: &ApplicationRow| match row.state.as_str() {
            "approved" => Some(Standing::Approved),
            "withdrawn" => (mode == ImportMode::SkipSame).then_some(Standing::Open),
            _ => Some(Standing::Open),
        };
        let entries = self.registered.iter();
        entries
            .filter_map(|(document, row)| Some((document.clone(), standing(row)?)))
            .collect()
    }

    /// Only who waits for a decision and has no seat goes; a rejection is a record and stays.
    fn remove(&self, document: &Document, decided: &mut Decided) {
        match self.registered.get(document) {
            Some(row) if row.state == "registered" && row.seats == 0 => decided.removals.push(row.clone()),
            Some(_) | None => {
                decided.counts.removed -= 1;
                decided.counts.kept += 1;
            }
        }
    }

    async fn look_up(
        &self,
        connection: &mut Connection,
        entry: RollEntry,
    ) -> Result<Result<Candidate, (Column, Broken)>, Refusal> {
        let Some(id) = entry.document.citizen_id() else {
            return Ok(Err((Column::DocumentKind, Broken::new("document-not-certifiable"))));
        };
        let person = Person {
            name: entry.name.clone(),
            id,
            phone: entry.mobile.clone(),
            employer: entry.employer.clone(),
        };
        if let Err(broken) = person.printable(self.office) {
            return Ok(Err((Column::Name, broken)));
        }
        let known = match person.known(self.office, connection, self.batch).await {
            Ok(known) => known,
            Err(Unfit::Rule(broken)) => return Ok(Err((Column::Name, broken))),
            Err(Unfit::Other(refusal)) => return Err(refusal),
        };
        let withdrawn = known.application.as_ref().is_some_and(|row| row.state == "withdrawn");
        if withdrawn {
            return Ok(Err((Column::DocumentNumber, Broken::new("application-was-withdrawn"))));
        }
        Ok(Ok(Candidate { person, entry, known }))
    }
}

impl Decided {
    fn new_ones(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates
            .iter()
            .filter(|candidate| candidate.known.application.is_none())
    }
}

fn of_chapter(error: &RowError, language: Language) -> RollProblem {
    RollProblem {
        row: error.row,
        letter: error.letter.clone(),
        column: error.column.map(|column| column.label(language).to_owned()),
        message: error.kind.message(language),
        sentence: error.message(language),
    }
}

/// Where the columns stand in this file.
struct Letters(BTreeMap<Column, String>);

impl Letters {
    fn of(sheet: &Sheet) -> Self {
        let header = sheet.header(|cell| Column::named(cell).is_some());
        let cells = header.map_or(&[][..], |index| sheet.rows[index].cells.as_slice());
        let place =
            |(place, cell): (usize, &String)| Some((Column::named(cell)?, crate::spreadsheet::column_letters(place)));
        Self(cells.iter().enumerate().filter_map(place).collect())
    }

    fn problem(&self, row: u32, column: Column, broken: &Broken, language: Language) -> RollProblem {
        let label = column.label(language);
        let message = words(broken, language);
        let letter = self.0.get(&column).cloned();
        let place = letter.as_deref().unwrap_or_default();
        let sentence = match language {
            Language::Zh => format!("第 {row} 行 {place} 列（{label}）：{message}"),
            Language::En => format!("Row {row}, column {place} ({label}): {message}"),
        };
        RollProblem {
            row,
            letter,
            column: Some(label.to_owned()),
            message,
            sentence,
        }
    }
}

/// The words of what only the office finds wrong. They stand in a table beside the chapter's own words, and so are made
/// here and not by a page.
fn words(broken: &Broken, language: Language) -> String {
    let fact = |name: &str| {
        let found = broken.facts.iter().find(|(fact, _)| *fact == name);
        found.map_or_else(String::new, |(_, fact)| match fact {
            Fact::Text(text) => text.clone(),
            Fact::Number(number) => number.to_string(),
            Fact::Time(at) => at.millis().to_string(),
        })
    };
    match (broken.code, language) {
        ("name-not-printable", Language::Zh) => format!(
            "字符“{}”（{}）没有可用的字体，证书无法打印。请核对写法；确系本名的，请管理员先加装字体。",
            fact("character"),
            fact("code")
        ),
        ("name-not-printable", Language::En) => format!(
            "no font here has “{}” ({}), so a certificate could not be printed. Compare with the id; if it is right, ask the administrator to add a font.",
            fact("character"),
            fact("code")
        ),
        ("candidate-name-differs", Language::Zh) => format!(
            "该证件号码已登记的姓名是“{}”，与“{}”不同。请核对姓名和证件号码。",
            fact("known"),
            fact("given")
        ),
        ("candidate-name-differs", Language::En) => format!(
            "this id is on file under “{}”, not “{}”. Check name and id.",
            fact("known"),
            fact("given")
        ),
        ("application-was-withdrawn", Language::Zh) => {
            "该考生已撤回本批次的报名，请从名单中删去这一行，或改用“跳过相同”。".to_owned()
        }
        ("application-was-withdrawn", Language::En) => {
            "this candidate has withdrawn from the batch. Take the row out, or choose “skip the same”.".to_owned()
        }
        (_, Language::Zh) => "目前只能为居民身份证和港澳台居民居住证持有人签发证书，请填写其中一种。".to_owned(),
        (_, Language::En) => {
            "certificates can so far name only a citizen id or a residence permit; give one of these.".to_owned()
        }
    }
}
