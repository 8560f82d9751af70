//! A batch's results as the office looks at them, and as a workbook.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{components, digest_of, find, one_decimal, outcome_of};
use crate::kernel::{ApplicationId, BatchId, Digest, Timestamp};
use crate::office::input::XLSX;
use crate::office::{Act, Caller, Download, Office, Policy, Refusal, policy};
use crate::result::{Component, Grade, Outcome};
use crate::spreadsheet;
use crate::store::result::{self as rows, ApplicantRow, BatchRow, ResultRow};

/// Lists a batch's results.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListResults {
    /// The batch.
    pub batch: BatchId,
    /// `passed`, `failed` or `absent`: only these.
    #[serde(default)]
    pub only: String,
    /// Part of a name or a ticket number.
    #[serde(default)]
    pub q: String,
}

/// A batch's results.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ResultList {
    /// The batch.
    pub batch: BatchId,
    /// The plan's title.
    pub plan: String,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level's digit.
    pub level: i64,
    /// Whether theory is examined.
    pub theory: bool,
    /// Whether practical skill is examined.
    pub practical: bool,
    /// `open`, `settled`, `approved` or `published`.
    pub state: String,
    /// When the results were settled.
    pub settled_at: Option<Timestamp>,
    /// When they were approved.
    pub approved_at: Option<Timestamp>,
    /// When they were published.
    pub published_at: Option<Timestamp>,
    /// When the publicity ends.
    pub publicity_until: Option<Timestamp>,
    /// Whether the publicity is over.
    pub is_final: bool,
    /// How many holds stand against the release.
    pub holds: usize,
    /// The fingerprint of the settled results.
    #[schemars(with = "String")]
    pub digest: Digest,
    /// How many of each kind.
    pub counts: ResultCounts,
    /// The candidates that were asked for.
    pub rows: Vec<ResultView>,
}

/// How many candidates of each kind.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ResultCounts {
    /// All.
    pub all: usize,
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Absent in a component.
    pub absent: usize,
}

/// One candidate's results.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ResultView {
    /// The application.
    pub application: ApplicationId,
    /// The ticket's number.
    pub ticket: String,
    /// The name.
    pub name: String,
    /// Theory, if settled.
    pub theory: Option<ScoreView>,
    /// Practical, if settled.
    pub practical: Option<ScoreView>,
    /// `passed`, `failed` or `incomplete`.
    pub outcome: &'static str,
    /// `pass`, `good` or `excellent`, for those who passed.
    pub grade: Option<&'static str>,
    /// Whether a component was not sat.
    pub absent: bool,
}

/// One component's score.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ScoreView {
    /// With one decimal.
    pub shown: String,
    /// The exact fraction.
    pub exact: String,
    /// Whether it reaches the pass mark.
    pub passed: bool,
    /// Whether the candidate was absent.
    pub absent: bool,
}

impl ScoreView {
    fn of(row: &ResultRow) -> Self {
        let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
        Self {
            shown: one_decimal(row.exact),
            exact: row.exact.to_string(),
            passed: row.passed == 1,
            absent: detail["absent"] == true,
        }
    }
}

impl ResultView {
    fn of(batch: &BatchRow, applicant: &ApplicantRow, results: &[ResultRow]) -> Self {
        let score = |component| find(results, applicant.application_id, component).map(ScoreView::of);
        let (theory, practical) = (score(Component::Theory), score(Component::Practical));
        let absent = [&theory, &practical].into_iter().flatten().any(|score| score.absent);
        let (outcome, grade) = match outcome_of(batch, applicant.application_id, results) {
            Outcome::Passed { grade } => ("passed", Some(grade_word(grade))),
            Outcome::Failed { .. } => ("failed", None),
            Outcome::Incomplete { .. } => ("incomplete", None),
        };
        Self {
            application: applicant.application_id,
            ticket: applicant.ticket_number.clone().unwrap_or_default(),
            name: applicant.name.clone(),
            theory,
            practical,
            outcome,
            grade,
            absent,
        }
    }

    fn is(&self, only: &str) -> bool {
        match only {
            "absent" => self.absent,
            "" => true,
            outcome => self.outcome == outcome,
        }
    }
}

fn grade_word(grade: Grade) -> &'static str {
    match grade {
        Grade::Pass => "pass",
        Grade::Good => "good",
        Grade::Excellent => "excellent",
    }
}

impl Act for ListResults {
    type Outcome = ResultList;
    const POLICY: Policy = policy::RESULT_LIST;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<ResultList, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = super::batch(&mut connection, self.batch).await?;
        let applicants = rows::applicants(&mut connection, self.batch).await?;
        let results = rows::results(&mut connection, self.batch).await?;
        let holds = rows::open_holds(&mut connection, self.batch).await?;
        let all: Vec<ResultView> = applicants
            .iter()
            .map(|applicant| ResultView::of(&batch, applicant, &results))
            .collect();
        let count = |only| all.iter().filter(|row| row.is(only)).count();
        let counts = ResultCounts {
            all: all.len(),
            passed: count("passed"),
            failed: count("failed"),
            absent: count("absent"),
        };
        let q = self.q.trim();
        let asked = |row: &ResultView| row.is(&self.only) && (row.name.contains(q) || row.ticket.contains(q));
        let examined = components(&batch);
        Ok(ResultList {
            batch: batch.id,
            theory: examined.contains(&Component::Theory),
            practical: examined.contains(&Component::Practical),
            is_final: batch.publicity_until.is_some_and(|until| until <= office.now()),
            plan: batch.plan_title,
            occupation: batch.occupation_name,
            occupation_en: batch.occupation_name_en,
            level: batch.level,
            state: batch.state,
            settled_at: batch.settled_at,
            approved_at: batch.approved_at,
            published_at: batch.published_at,
            publicity_until: batch.publicity_until,
            holds: holds.len(),
            digest: digest_of(&results),
            counts,
            rows: all.into_iter().filter(asked).collect(),
        })
    }
}

/// Gives a batch's results as a workbook.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExportResults {
    /// The batch.
    pub batch: BatchId,
    /// `passed`, `failed` or `absent`: only these.
    #[serde(default)]
    pub only: String,
    /// Part of a name or a ticket number.
    #[serde(default)]
    pub q: String,
}

const HEADERS: [&str; 6] = ["准考证号", "姓名", "理论知识", "操作技能", "结果", "等次"];

impl Act for ExportResults {
    type Outcome = Download;
    const POLICY: Policy = policy::RESULT_EXPORT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Download, Refusal> {
        let list = ListResults {
            batch: self.batch,
            only: self.only,
            q: self.q,
        };
        let list = list.perform(office, caller).await?;
        let score = |score: &Option<ScoreView>| match score {
            None => String::new(),
            Some(score) if score.absent => "缺考".to_owned(),
            Some(score) => score.shown.clone(),
        };
        let line = |row: &ResultView| {
            vec![
                row.ticket.clone(),
                row.name.clone(),
                score(&row.theory),
                score(&row.practical),
                chinese(row.outcome).to_owned(),
                row.grade.map_or("", chinese).to_owned(),
            ]
        };
        let lines: Vec<_> = list.rows.iter().map(line).collect();
        let bytes = spreadsheet::write("成绩", &HEADERS, &lines).map_err(|error| Refusal::Fault(error.to_string()))?;
        let name = format!("成绩-{}-{}级.xlsx", list.occupation, list.level);
        Ok(Download::new(name, XLSX, &bytes))
    }
}

fn chinese(word: &str) -> &'static str {
    match word {
        "passed" | "pass" => "合格",
        "failed" => "不合格",
        "good" => "良好",
        "excellent" => "优秀",
        _ => "未出",
    }
}
