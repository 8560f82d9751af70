//! Looks at applications: the list of a batch, and one application; ids are masked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enrolment::{Need, Verdict};
use crate::kernel::{AccountId, ApplicationId, BatchId, Sex, Timestamp};
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::store::enrolment::{self, ApplicationRow, BatchFacts, HistoryRow};

use super::{Claims, Conditions, batch_of, number, person, registration_open, word};

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Waits for a decision.
    Registered,
    /// May sit.
    Approved,
    /// May not sit.
    Rejected,
    /// Taken back.
    Withdrawn,
}

impl Phase {
    /// As the database and the message files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Lists the applications of a batch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListApplications {
    /// The batch.
    pub batch: BatchId,
    /// Only those in this state.
    #[serde(default, deserialize_with = "word")]
    pub state: Option<Phase>,
    /// Only those whose name or employer has this text.
    #[serde(default)]
    pub text: String,
    /// `missing`: only those without a photo.
    #[serde(default)]
    pub photo: String,
    /// The page, of 500 applications; all without it.
    #[serde(default, deserialize_with = "number")]
    pub page: Option<u16>,
}

/// How many applications a page of the list has.
pub const PAGE: usize = 500;

/// The applications of a batch, ids masked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationList {
    /// The batch.
    pub batch: BatchView,
    /// How many of the whole batch are in which state.
    pub counts: StateCounts,
    /// How many match the filter.
    pub matching: usize,
    /// How many pages they fill.
    pub pages: usize,
    /// The applications.
    pub applications: Vec<ListedApplication>,
}

/// The batch, as pages of applications name it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchView {
    /// The batch.
    pub batch: BatchId,
    /// The plan's number.
    pub plan_number: String,
    /// The plan's title.
    pub plan_title: String,
    /// The occupation.
    pub occupation: String,
    /// The same in English.
    pub occupation_en: String,
    /// The level; 1 is the highest.
    pub level: i64,
    /// Until when candidates are registered.
    pub registration_until: Timestamp,
    /// Whether candidates may be registered now.
    pub registering: bool,
    /// Whether decisions may still be taken.
    pub deciding: bool,
}

impl BatchView {
    fn of(facts: BatchFacts, now: Timestamp) -> Self {
        Self {
            registering: registration_open(&facts, now).is_ok(),
            deciding: facts.state == "open",
            batch: facts.id,
            plan_number: facts.plan_number,
            plan_title: facts.plan_title,
            occupation: facts.occupation_name,
            occupation_en: facts.occupation_name_en,
            level: facts.level,
            registration_until: facts.registration_until,
        }
    }
}

/// The batch, for pages that show no application.
pub async fn batch(office: &Office, id: BatchId) -> Result<BatchView, Refusal> {
    let mut connection = office.store.read().await?;
    let facts = batch_of(&mut connection, id).await?;
    Ok(BatchView::of(facts, office.now()))
}

/// How many are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StateCounts {
    /// Waiting for a decision.
    pub registered: usize,
    /// Approved.
    pub approved: usize,
    /// Rejected.
    pub rejected: usize,
    /// Withdrawn.
    pub withdrawn: usize,
    /// Without a photo, not counting those that were withdrawn or rejected.
    pub without_photo: usize,
}

impl StateCounts {
    fn of(rows: &[ApplicationRow]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            match row.state.as_str() {
                "approved" => counts.approved += 1,
                "rejected" => counts.rejected += 1,
                "withdrawn" => counts.withdrawn += 1,
                _ => counts.registered += 1,
            }
            let sits = matches!(row.state.as_str(), "registered" | "approved");
            counts.without_photo += usize::from(sits && row.has_photo == 0);
        }
        counts
    }
}

/// An application in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedApplication {
    /// The application.
    pub application: ApplicationId,
    /// The candidate's name.
    pub name: String,
    /// The citizen id with all but its ends hidden.
    pub citizen_id: String,
    /// The sex.
    pub sex: Sex,
    /// The birth date.
    pub birth_date: String,
    /// The employer.
    pub employer: String,
    /// Where the candidate comes from; may be empty.
    pub source: String,
    /// `new` or `resit`.
    pub exam_kind: String,
    /// What the candidate claims.
    pub claims: Claims,
    /// Where it stands: `registered`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    /// Why it was decided so.
    pub reason: String,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Whether the caller registered it, and so may not decide on it.
    pub own: bool,
    /// Whether there is a photo.
    pub photo: bool,
    /// Whether a seat is assigned.
    pub seated: bool,
    /// The number of the admission ticket, once there is one.
    pub ticket_number: Option<String>,
    /// Whether the claims meet the conditions.
    pub verdict: VerdictView,
}

impl ListedApplication {
    fn of(
        row: &ApplicationRow,
        batch: &BatchFacts,
        conditions: &Conditions,
        caller: Option<AccountId>,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            application: row.id,
            name: row.name.clone(),
            citizen_id: row.citizen_mask.clone(),
            sex: person::sex(row),
            birth_date: row.birth_date.clone(),
            employer: row.employer.clone(),
            source: row.source.clone(),
            exam_kind: row.exam_kind.clone(),
            claims: Claims::of(row)?,
            state: row.state.clone(),
            reason: row.reason.clone(),
            registered_at: row.registered_at,
            own: caller == Some(row.registered_by),
            photo: row.has_photo == 1,
            seated: row.seats > 0,
            ticket_number: row.ticket_number.clone(),
            verdict: VerdictView::of(conditions.verdict(row, batch)?),
        })
    }
}

/// Whether claims meet the conditions of application.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerdictView {
    /// The line that is met, such as `4-2`.
    pub met: Option<String>,
    /// Otherwise each line with what it lacks, the nearest first; empty when the level has no conditions on file.
    pub missing: Vec<MissingLine>,
}

/// A line of the conditions that is not met.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MissingLine {
    /// The line, such as `4-2`.
    pub line: String,
    /// What it lacks.
    pub needs: Vec<Need>,
}

impl VerdictView {
    fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Met { line } => Self {
                met: Some(line),
                missing: Vec::new(),
            },
            Verdict::NotMet { missing } => Self {
                met: None,
                missing: missing
                    .into_iter()
                    .map(|(line, needs)| MissingLine { line, needs })
                    .collect(),
            },
            Verdict::NoRule => Self {
                met: None,
                missing: Vec::new(),
            },
        }
    }
}

impl Act for ListApplications {
    type Outcome = ApplicationList;
    const POLICY: Policy = policy::APPLICATION_LIST;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<ApplicationList, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = batch_of(&mut connection, self.batch).await?;
        let rows = enrolment::applications(&mut connection, self.batch).await?;
        drop(connection);
        let counts = StateCounts::of(&rows);
        let matching: Vec<_> = rows.iter().filter(|row| self.admits(row)).collect();
        let shown = match self.page {
            None => matching.as_slice(),
            Some(page) => {
                let from = usize::from(page.max(1) - 1) * PAGE;
                let until = matching.len().min(from + PAGE);
                matching.get(from..until).unwrap_or_default()
            }
        };
        let conditions = Conditions::in_force()?;
        let own = caller.account().ok();
        let applications = shown
            .iter()
            .map(|row| ListedApplication::of(row, &batch, &conditions, own))
            .collect::<Result<_, _>>()?;
        Ok(ApplicationList {
            batch: BatchView::of(batch, office.now()),
            counts,
            matching: matching.len(),
            pages: matching.len().div_ceil(PAGE).max(1),
            applications,
        })
    }
}

impl ListApplications {
    fn admits(&self, row: &ApplicationRow) -> bool {
        let text = self.text.trim().to_lowercase();
        let named = |field: &str| field.to_lowercase().contains(&text);
        self.state.is_none_or(|state| state.name() == row.state)
            && (text.is_empty() || named(&row.name) || named(&row.employer))
            && (self.photo != "missing" || row.has_photo == 0)
    }
}

/// Shows one application, its id masked.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowApplication {
    /// The application.
    pub application: ApplicationId,
}

/// One application.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationView {
    /// The batch.
    pub batch: BatchView,
    /// The application, as in the list.
    pub application: ListedApplication,
    /// The kind of document.
    pub id_kind: String,
    /// The mobile number, its middle hidden.
    pub phone: Option<String>,
    /// What happened to it.
    pub history: Vec<HistoryEntry>,
}

/// Something that happened to an application.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Which act.
    pub act: String,
    /// Who; absent when it was not a member of staff.
    pub who: Option<String>,
    /// Why.
    pub reason: String,
}

impl From<HistoryRow> for HistoryEntry {
    fn from(row: HistoryRow) -> Self {
        Self {
            at: row.at,
            act: row.act,
            who: row.who,
            reason: row.reason,
        }
    }
}

impl Act for ShowApplication {
    type Outcome = ApplicationView;
    const POLICY: Policy = policy::APPLICATION_SHOW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<ApplicationView, Refusal> {
        let mut connection = office.store.read().await?;
        let row = enrolment::application(&mut connection, self.application)
            .await?
            .ok_or(Refusal::NotFound)?;
        let batch = batch_of(&mut connection, row.batch_id).await?;
        let history = enrolment::history(&mut connection, &row).await?;
        drop(connection);
        let listed = ListedApplication::of(&row, &batch, &Conditions::in_force()?, caller.account().ok())?;
        Ok(ApplicationView {
            batch: BatchView::of(batch, office.now()),
            application: listed,
            id_kind: row.id_kind.clone(),
            phone: person::phone(office, &row)?.map(|phone| masked_phone(&phone)),
            history: history.into_iter().map(HistoryEntry::from).collect(),
        })
    }
}

/// 138****5678
fn masked_phone(phone: &str) -> String {
    match (phone.get(..3), phone.get(7..)) {
        (Some(head), Some(tail)) => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}
