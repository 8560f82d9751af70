//! The score bundle of a batch: exported, and reckoned again on the spot.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::gather::{self, Facts};
use crate::kernel::{ApplicationId, BatchId, Digest};
use crate::marking::{MeanRule, SheetRecord};
use crate::office::bank::open_bank;
use crate::office::{Act, Broken, Caller, Download, Event, Office, Op, Policy, Refusal, policy};
use crate::result::bundle::{
    AttemptLine, Bundle, PaperLine, PracticalLine, Rules, ScoreLine, SheetLine, TaskLine, VetoLine,
};
use crate::result::recompute::{Difference, recompute};
use crate::result::scoring::{self, Correction};
use crate::result::{Component, GradeRule};
use crate::store::Connection;
use crate::store::regrade as regrades;
use crate::store::result::{self as rows, ApplicantRow, EntriesRow, ResultRow, SignedVetoRow};

/// Exports what a batch's scores are made of, so that anybody can reckon them again. It has keys: taking it is recorded.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExportBundle {
    /// The batch.
    pub batch: BatchId,
}

impl Act for ExportBundle {
    type Outcome = Download;
    const POLICY: Policy = policy::RESULT_BUNDLE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Download, Refusal> {
        let bundle = bundle_of(office, self.batch).await?;
        let name = format!("score-bundle-{}.zip", self.batch);
        let packed = tokio::task::spawn_blocking(move || bundle.pack()).await;
        let packed = packed.map_err(fault)?.map_err(fault)?;
        let op = Op::begin::<Self>(office, caller).await?;
        let event = Event::of(self.batch)
            .in_batch(self.batch)
            .with(json!({ "bundle": Digest::of(&packed), "bytes": packed.len() }));
        op.commit(event).await?;
        Ok(Download::new(name, "application/zip", &packed))
    }
}

/// Reckons a batch's scores again out of answers and sheets, and compares them with what is stored.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecomputeResults {
    /// The batch.
    pub batch: BatchId,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecomputedResults {
    /// The batch.
    pub batch: BatchId,
    /// How many scores were reckoned.
    pub scores: usize,
    /// Their fingerprint.
    #[schemars(with = "String")]
    pub digest: Digest,
    /// What is stored otherwise.
    pub differences: Vec<DifferenceView>,
}

/// Something that is stored otherwise than it is reckoned.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DifferenceView {
    /// The ticket's number.
    pub ticket: String,
    /// The component.
    pub component: Component,
    /// `score`, `missing`, `extra`, `answers`, `sheet`, `unmarked` or `unsettled`.
    pub what: &'static str,
    /// Which sheet or questions.
    pub place: String,
    /// What is stored.
    pub stored: String,
    /// What was reckoned.
    pub reckoned: String,
}

impl Act for RecomputeResults {
    type Outcome = RecomputedResults;
    const POLICY: Policy = policy::RESULT_RECOMPUTE;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<RecomputedResults, Refusal> {
        let mut connection = office.store.read().await?;
        let applicants = rows::applicants(&mut connection, self.batch).await?;
        drop(connection);
        let bundle = bundle_of(office, self.batch).await?;
        let again = tokio::task::spawn_blocking(move || recompute(&bundle)).await;
        let again = again.map_err(fault)?.map_err(fault)?;
        Ok(RecomputedResults {
            batch: self.batch,
            scores: again.scores.len(),
            digest: again.digest,
            differences: again
                .differences
                .into_iter()
                .map(|one| view(&applicants, one))
                .collect(),
        })
    }
}

fn view(applicants: &[ApplicantRow], found: Difference) -> DifferenceView {
    let own = applicants.iter().find(|row| row.application_id == found.application);
    DifferenceView {
        ticket: own.and_then(|row| row.ticket_number.clone()).unwrap_or_default(),
        component: found.component,
        what: found.what,
        place: found.place,
        stored: found.stored,
        reckoned: found.reckoned,
    }
}

fn fault(error: impl std::fmt::Display) -> Refusal {
    Refusal::Fault(error.to_string())
}

/// Everything that a settled batch's scores are made of.
pub async fn bundle_of(office: &Office, id: BatchId) -> Result<Bundle, Refusal> {
    let facts = gather::facts(office, id).await?;
    if facts.batch.state == "open" {
        return Err(Broken::new("result-not-settled").into());
    }
    let mut connection = office.store.read().await?;
    let corrections = corrections(&mut connection, id).await?;
    let (papers, attempts) = theory(office, &mut connection, &facts).await?;
    let practical = practical(&mut connection, &facts, id).await?;
    let results = rows::results(&mut connection, id).await?;
    drop(connection);
    let drawn: Vec<&str> = facts.draws.iter().map(|draw| draw.task_code.as_str()).collect();
    let tasks = if drawn.is_empty() {
        Vec::new()
    } else {
        Bundle::tasks_of(open_bank(office, facts.batch.bank_version_id).await?.as_ref(), &drawn)
    };
    Ok(Bundle {
        about: about(&facts),
        rules: Rules {
            grade: GradeRule::default(),
            mean: MeanRule::default(),
            theory: facts.batch.theory == 1,
            practical: facts.batch.practical == 1,
        },
        corrections,
        tasks,
        papers,
        attempts,
        practical,
        results: results.iter().filter_map(stored).collect(),
    })
}

/// The corrections of keys that two people approved, the latest last.
pub(in crate::office) async fn corrections(
    connection: &mut Connection,
    batch: BatchId,
) -> Result<Vec<Correction>, Refusal> {
    let mut applied = regrades::of_batch(connection, batch).await?;
    applied.retain(|row| row.version.is_some());
    applied.sort_by_key(|row| row.version);
    let mut all: Vec<Correction> = Vec::new();
    for row in applied {
        let own: Vec<Correction> = serde_json::from_str(&row.corrections).map_err(fault)?;
        all.extend(own);
    }
    Ok(all)
}

fn about(facts: &Facts) -> BTreeMap<String, String> {
    let batch = &facts.batch;
    [
        ("batch", batch.id.to_string()),
        ("plan", batch.plan_number.clone()),
        ("occupation", batch.occupation_code.clone()),
        ("level", batch.level.to_string()),
        ("state", batch.state.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn stored(row: &ResultRow) -> Option<ScoreLine> {
    Some(ScoreLine {
        application: row.application_id,
        component: Component::of_word(&row.component)?,
        exact: row.exact.to_string(),
        passed: row.passed == 1,
    })
}

async fn theory(
    office: &Office,
    connection: &mut Connection,
    facts: &Facts,
) -> Result<(Vec<PaperLine>, Vec<AttemptLine>), Refusal> {
    let (mut papers, mut attempts) = (Vec::new(), Vec::new());
    if facts.batch.theory != 1 {
        return Ok((papers, attempts));
    }
    for applicant in &facts.applicants {
        let mut line = AttemptLine {
            application: applicant.application_id,
            paper: None,
            log: Vec::new(),
            marks: Vec::new(),
            differs: Vec::new(),
        };
        if let Some(attempt) = facts.handed_in(applicant) {
            let content = rows::paper_content(connection, attempt.paper_id).await?;
            papers.push(PaperLine {
                paper: attempt.paper_id,
                content: gather::open_paper(&office.keys.vault, attempt.paper_id, &content)?,
            });
            line.paper = Some(attempt.paper_id);
            line.log = gather::logged(connection, attempt.id).await?;
            let given = gather::given(connection, attempt.id).await?;
            line.marks = given
                .into_iter()
                .map(|(number, mark)| (number, mark.to_string()))
                .collect();
            let quick = rows::answers(connection, attempt.id).await?;
            line.differs = differing(&scoring::answers_of(&line.log), &quick);
        }
        attempts.push(line);
    }
    attempts.sort_by_key(|line| line.application);
    papers.sort_by_key(|line| line.paper);
    Ok((papers, attempts))
}

/// The questions whose quick answer is not the last of the log.
fn differing(logged: &BTreeMap<u16, String>, quick: &[rows::AnswerRow]) -> Vec<u16> {
    let quick: BTreeMap<u16, &str> = quick
        .iter()
        .filter_map(|row| Some((u16::try_from(row.number).ok()?, row.value.as_str())))
        .collect();
    let mut numbers: Vec<u16> = logged.keys().chain(quick.keys()).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.retain(|number| logged.get(number).map(String::as_str) != quick.get(number).copied());
    numbers
}

async fn practical(connection: &mut Connection, facts: &Facts, id: BatchId) -> Result<Vec<PracticalLine>, Refusal> {
    if facts.batch.practical != 1 {
        return Ok(Vec::new());
    }
    let sheets = rows::entries(connection, id).await?;
    let vetoes = rows::signed_vetoes(connection, id).await?;
    let mut lines = Vec::new();
    for applicant in &facts.applicants {
        let own: Vec<&EntriesRow> = sheets
            .iter()
            .filter(|row| row.application_id == applicant.application_id)
            .collect();
        let seat = facts.seats.get(&(applicant.application_id, "practical")).copied();
        let session = seat.or(own.first().map(|sheet| sheet.session_id));
        let mut tasks = Vec::new();
        for draw in facts.draws.iter().filter(|draw| Some(draw.session_id) == session) {
            let of_task = own.iter().filter(|sheet| sheet.task_code == draw.task_code);
            tasks.push(TaskLine {
                task: draw.task_code.clone(),
                weight: u16::try_from(draw.weight).unwrap_or(0),
                sheets: of_task.map(|row| sheet(row)).collect::<Result<_, _>>()?,
                vetoes: struck(&vetoes, applicant.application_id, &draw.task_code),
            });
        }
        lines.push(PracticalLine {
            application: applicant.application_id,
            tasks,
        });
    }
    lines.sort_by_key(|line| line.application);
    Ok(lines)
}

fn struck(vetoes: &[SignedVetoRow], application: ApplicationId, task: &str) -> Vec<VetoLine> {
    let own = vetoes
        .iter()
        .filter(|veto| veto.application_id == application && veto.task_code == task);
    own.map(|veto| VetoLine {
        code: veto.code.clone(),
        raised_by: veto.raised_by,
        confirmed: veto.confirmed_by.zip(veto.confirmed_at),
    })
    .collect()
}

fn sheet(row: &EntriesRow) -> Result<SheetLine, Refusal> {
    let record = serde_json::from_str::<SheetRecord>(&row.content);
    let mut record = record.map_err(|error| Refusal::Fault(format!("score sheet {}: {error}", row.id)))?;
    for element in record.elements.values_mut() {
        element.note.clear();
    }
    Ok(SheetLine {
        sheet: row.id,
        examiner: row.examiner_id,
        signed_at: row.signed_at,
        total: row.total,
        record,
    })
}
