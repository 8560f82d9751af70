//! Tries and imports a candidate list: every problem is told with its row and column, and nothing is half imported.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::enrolment::{Counts, ExamType, ImportMode, RollEntry, roll_template};
use crate::identity::Duty;
use crate::kernel::{AccountId, ApplicationId, BatchId, Digest, Language, Timestamp};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, Upload, policy};
use crate::spreadsheet::{self, MAX_COLUMNS, MAX_FILE_BYTES, Sheet, SpreadsheetError};
use crate::store::enrolment::{self, Entry};

use super::person::enter;
use super::trial::{Candidate, Decided, Trial};
use super::{Claims, batch_of, registration_open, stored_word};

/// The most candidates in one list: all are written in one go, and nobody else writes meanwhile.
const MOST_CANDIDATES: usize = 3_000;

/// Tries a candidate list without saving anything.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CheckRoll {
    /// The batch.
    pub batch: BatchId,
    /// The list: `.xlsx` or `.csv`.
    pub file: Upload,
    /// The file's name; its ending tells a text table.
    #[serde(default)]
    pub file_name: String,
}

/// What each way of importing would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RollTried {
    /// The file's name.
    pub file_name: String,
    /// Rows with a candidate in them.
    pub rows: usize,
    /// Each way: overwrite the same, skip the same, clear and import.
    pub modes: Vec<ModeTried>,
}

/// What one way of importing would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModeTried {
    /// Which.
    pub mode: ImportMode,
    /// How many would be added, overwritten, skipped, removed and kept.
    pub counts: Counts,
    /// Everything that is wrong; the list is taken only when this is empty.
    pub problems: Vec<RollProblem>,
}

/// Something wrong in a list, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RollProblem {
    /// The row as the office program numbers it.
    pub row: u32,
    /// The column's letter in this file; absent when the file does not have it.
    pub letter: Option<String>,
    /// The column's name; absent when it is about the whole row.
    pub column: Option<String>,
    /// What is wrong and how to mend it.
    pub message: String,
    /// Place and reason in one sentence.
    pub sentence: String,
}

impl Act for CheckRoll {
    type Outcome = RollTried;
    const POLICY: Policy = policy::ROLL_CHECK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<RollTried, Refusal> {
        let file_name = self.file_name.clone();
        let sheet = read_sheet(self.file.0, self.file_name).await?;
        let mut connection = office.store.read().await?;
        let batch = batch_of(&mut connection, self.batch).await?;
        registration_open(&batch, office.now())?;
        let trial = Trial::of(office, &mut connection, self.batch).await?;
        let steps = office.progress.begin(caller, sheet.rows.len() * 3);
        let mut modes = Vec::new();
        for mode in [
            ImportMode::OverwriteSame,
            ImportMode::SkipSame,
            ImportMode::ClearThenImport,
        ] {
            let decided = trial
                .run(&mut connection, &sheet, mode, caller.language, &steps)
                .await?;
            modes.push(ModeTried {
                mode,
                counts: decided.counts,
                problems: decided.problems,
            });
        }
        Ok(RollTried {
            file_name,
            rows: modes.first().map_or(0, |tried| tried.counts.rows),
            modes,
        })
    }
}

/// Imports a candidate list: the whole of it, or nothing.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ImportRoll {
    /// The batch.
    pub batch: BatchId,
    /// The list: `.xlsx` or `.csv`.
    pub file: Upload,
    /// The file's name; its ending tells a text table.
    #[serde(default)]
    pub file_name: String,
    /// What becomes of candidates that are registered already.
    pub mode: ImportMode,
}

/// What an import did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RollImported {
    /// The batch.
    pub batch: BatchId,
    /// How many were added, overwritten, skipped, removed and kept.
    pub counts: Counts,
    /// When.
    pub at: Timestamp,
}

/// The applications that an import touched, for its event.
#[derive(Default, Serialize)]
struct Touched {
    added: Vec<ApplicationId>,
    overwritten: Vec<ApplicationId>,
    removed: Vec<ApplicationId>,
}

impl Act for ImportRoll {
    type Outcome = RollImported;
    const POLICY: Policy = policy::ROLL_IMPORT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<RollImported, Refusal> {
        let digest = Digest::of(&self.file.0);
        let sheet = read_sheet(self.file.0, self.file_name).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let batch = batch_of(op.connection(), self.batch).await?;
        registration_open(&batch, now)?;
        let trial = Trial::of(office, op.connection(), self.batch).await?;
        let steps = office.progress.begin(caller, sheet.rows.len() * 2);
        let decided = trial
            .run(op.connection(), &sheet, self.mode, caller.language, &steps)
            .await?;
        let decided = faultless(decided)?;
        let by = op.take_duty(self.batch, Duty::Registrar).await?;
        let mut touched = Touched::default();
        for row in &decided.removals {
            enrolment::remove(op.connection(), row).await?;
            touched.removed.push(row.id);
        }
        for candidate in decided.candidates {
            steps.step();
            let again = candidate.known.application.is_some();
            let id = write(office, &mut op, candidate, self.batch, by).await?;
            if again {
                &mut touched.overwritten
            } else {
                &mut touched.added
            }
            .push(id);
        }
        let detail = json!({ "mode": self.mode, "file": digest, "applications": touched });
        let event = Event::of(self.batch).in_batch(self.batch).with(detail);
        let at = op.commit(event).await?;
        Ok(RollImported {
            batch: self.batch,
            counts: decided.counts,
            at,
        })
    }
}

async fn write(
    office: &Office,
    op: &mut Op<'_>,
    candidate: Candidate,
    batch: BatchId,
    by: AccountId,
) -> Result<ApplicationId, Refusal> {
    let now = op.now;
    let Candidate { person, entry, known } = candidate;
    let claims = claims_of(&entry, known.application.as_ref())?;
    let profile = serde_json::to_string(&claims).map_err(|error| Refusal::Fault(error.to_string()))?;
    let earlier = known.application.as_ref();
    let id = earlier.map_or_else(|| ApplicationId::new(now, office.entropy.as_ref()), |row| row.id);
    let saved = person.save(office, op.connection(), known.candidate, now).await?;
    let row = Entry {
        id,
        batch,
        candidate: saved,
        exam_kind: match entry.exam_type {
            ExamType::First => "new",
            ExamType::Resit => "resit",
        },
        source: &entry.source.map(stored_word).unwrap_or_default(),
        profile: &profile,
        by,
        at: now,
    };
    enter(op.connection(), &row, earlier).await?;
    Ok(id)
}

/// A list has no columns for a certificate held: what the form said about it stays.
fn claims_of(entry: &RollEntry, earlier: Option<&enrolment::ApplicationRow>) -> Result<Claims, Refusal> {
    let before = earlier.map(Claims::of).transpose()?.unwrap_or_default();
    Ok(Claims {
        education: entry.education.or(before.education),
        trade_years: entry.trade_years.or(before.trade_years),
        ..before
    })
}

/// The list, if nothing is wrong with it.
fn faultless(decided: Decided) -> Result<Decided, Refusal> {
    if !decided.problems.is_empty() {
        let told = |problem: RollProblem| Broken::new("roll-row").with("problem", problem.sentence).at("file");
        return Err(Refusal::Invalid(decided.problems.into_iter().map(told).collect()));
    }
    if decided.counts.rows == 0 {
        return Err(Broken::new("roll-empty").at("file").into());
    }
    Ok(decided)
}

/// Unpacking and parsing take a while: not on a thread that answers requests, and before the database is asked.
pub(in crate::office) async fn read_sheet(bytes: Vec<u8>, file_name: String) -> Result<Sheet, Refusal> {
    if bytes.is_empty() {
        return Err(Broken::new("roll-no-file").at("file").into());
    }
    let sheet = tokio::task::spawn_blocking(move || spreadsheet::read(&bytes, &file_name))
        .await
        .map_err(|error| Refusal::Fault(format!("roll: {error}")))?
        .map_err(|error| Broken::from(error).at("file"))?;
    if sheet.rows.len() > MOST_CANDIDATES {
        return Err(Broken::new("roll-too-long")
            .with("rows", sheet.rows.len())
            .with("max", MOST_CANDIDATES)
            .at("file")
            .into());
    }
    Ok(sheet)
}

impl From<SpreadsheetError> for Broken {
    fn from(error: SpreadsheetError) -> Self {
        match error {
            SpreadsheetError::TooLarge { .. } => {
                Self::new("sheet-too-large").with("megabytes", MAX_FILE_BYTES / 1_000_000)
            }
            SpreadsheetError::OldOrLocked => Self::new("sheet-old-or-locked"),
            SpreadsheetError::UnknownKind { name } => Self::new("sheet-kind").with("name", name),
            SpreadsheetError::TooManyParts { .. }
            | SpreadsheetError::TooManySheets
            | SpreadsheetError::Claimed { .. }
            | SpreadsheetError::Bomb => Self::new("sheet-bomb"),
            SpreadsheetError::TooManyRows => Self::new("roll-too-long")
                .with("rows", spreadsheet::MAX_ROWS)
                .with("max", MOST_CANDIDATES),
            SpreadsheetError::TooManyColumns { row } => Self::new("sheet-columns")
                .with("row", i64::from(row))
                .with("max", MAX_COLUMNS),
            SpreadsheetError::Encoding => Self::new("sheet-encoding"),
            SpreadsheetError::NoSheet => Self::new("sheet-empty"),
            SpreadsheetError::Broken { detail } | SpreadsheetError::NotWritten { detail } => {
                Self::new("sheet-broken").with("cause", detail)
            }
        }
    }
}

/// An empty list for people to fill in: the file's name, and the workbook.
pub fn template(language: Language) -> Result<(&'static str, Vec<u8>), Refusal> {
    let headers = roll_template(language);
    let (sheet, file) = match language {
        Language::Zh => ("考生名单", "考生名单模板.xlsx"),
        Language::En => ("Candidates", "candidate-list-template.xlsx"),
    };
    let bytes = spreadsheet::write(sheet, &headers, &[]).map_err(|error| Refusal::Fault(error.to_string()))?;
    Ok((file, bytes))
}
