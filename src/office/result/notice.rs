//! Public notices: who passed, for as long as results may be objected to. Names masked, no score.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcome_of;
use crate::kernel::{BatchId, PersonName, Timestamp};
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::result::Outcome;
use crate::store::result::{self as rows, ApplicantRow, BatchRow};

/// Lists the batches in publicity.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListNotices {}

/// A batch in publicity.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Notice {
    /// The batch.
    pub batch: BatchId,
    /// The plan's title.
    pub plan: String,
    /// The station.
    pub station: String,
    /// The station in English.
    pub station_en: String,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level's digit.
    pub level: i64,
    /// When it was published.
    pub from: Option<Timestamp>,
    /// Until when it may be objected to.
    pub until: Option<Timestamp>,
}

impl Notice {
    fn of(row: BatchRow) -> Self {
        Self {
            batch: row.id,
            plan: row.plan_title,
            station: row.station_name,
            station_en: row.station_name_en,
            occupation: row.occupation_name,
            occupation_en: row.occupation_name_en,
            level: row.level,
            from: row.published_at,
            until: row.publicity_until,
        }
    }
}

impl Act for ListNotices {
    type Outcome = Vec<Notice>;
    const POLICY: Policy = policy::NOTICE_LIST;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Vec<Notice>, Refusal> {
        let mut connection = office.store.read().await?;
        let batches = rows::in_publicity(&mut connection, office.now()).await?;
        Ok(batches.into_iter().map(Notice::of).collect())
    }
}

/// Shows a batch's published results.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowNotice {
    /// The batch.
    pub batch: BatchId,
}

/// A batch's published results.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NoticePage {
    /// The batch.
    pub notice: Notice,
    /// Its candidates.
    pub lines: Vec<NoticeLine>,
}

/// One candidate on a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoticeLine {
    /// The last digits of the ticket number.
    pub ticket: String,
    /// The name, masked.
    pub name: String,
    /// Whether every component is passed.
    pub passed: bool,
}

/// So many last digits let a candidate find the line, and nobody else the candidate.
const TAIL: usize = 4;

impl NoticeLine {
    fn of(applicant: &ApplicantRow, passed: bool) -> Self {
        let ticket = applicant.ticket_number.as_deref().unwrap_or_default();
        let tail = ticket.chars().count().saturating_sub(TAIL);
        let name = applicant.name.parse::<PersonName>();
        Self {
            ticket: ticket.chars().skip(tail).collect(),
            name: name.map(|name| name.masked()).unwrap_or_default(),
            passed,
        }
    }
}

impl Act for ShowNotice {
    type Outcome = NoticePage;
    const POLICY: Policy = policy::NOTICE_SHOW;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<NoticePage, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = super::batch(&mut connection, self.batch).await?;
        let public = batch.state == "published" && batch.publicity_until.is_some_and(|until| until > office.now());
        if !public {
            return Err(Refusal::NotFound);
        }
        let applicants = rows::applicants(&mut connection, self.batch).await?;
        let results = rows::results(&mut connection, self.batch).await?;
        let lines = applicants.iter().map(|applicant| {
            let passed = matches!(
                outcome_of(&batch, applicant.application_id, &results),
                Outcome::Passed { .. }
            );
            NoticeLine::of(applicant, passed)
        });
        Ok(NoticePage {
            lines: lines.collect(),
            notice: Notice::of(batch),
        })
    }
}
