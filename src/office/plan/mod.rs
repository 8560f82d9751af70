//! Plans, stations, rooms and batches.

mod batch;
mod progress;
mod station;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(in crate::office) use batch::frozen_rule;
pub use batch::{AddBatch, AddedBatch, BatchView, DutyView, EventLine, Part, SCHEMES, ShowBatch, WrittenView};
pub use progress::{Count, Light, Step};
pub use station::{CreateRoom, CreateStation, CreatedRoom, CreatedStation, ListStations, RoomView, StationView};

use super::{Act, Broken, Caller, Event, Moment, Office, Op, Policy, Problems, Refusal, policy};
use crate::kernel::{BatchId, PlanId, StationId, Timestamp};
use crate::store::Connection;
use crate::store::plan::{self as rows, BatchRow, PlanRow};

/// The most days of publicity.
const MOST_PUBLICITY_DAYS: i64 = 60;
/// The usual days of publicity.
const PUBLICITY_DAYS: i64 = 5;
const TITLE_CHARS: usize = 80;
/// A plan number has three digits for the plans of a month.
const MOST_PLANS: i64 = 999;

/// A name or title without blanks around it, of at least one character.
fn words(text: &str, most: usize) -> Result<String, Broken> {
    let text = text.trim();
    let chars = text.chars().count();
    if chars == 0 {
        return Err(Broken::new("text-empty"));
    }
    if chars > most || text.chars().any(char::is_control) {
        return Err(Broken::new("text-too-long").with("chars", chars).with("most", most));
    }
    Ok(text.to_owned())
}

/// Lists plans and their batches.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListPlans {}

/// A plan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanView {
    /// Its id.
    pub plan: PlanId,
    /// The number that people see.
    pub number: String,
    /// What it is for.
    pub title: String,
    /// The end of registration.
    pub registration_until: Timestamp,
    /// Days of publicity of its results.
    pub publicity_days: i64,
    /// `draft` or `published`.
    pub state: String,
    /// Its batches.
    pub batches: Vec<BatchBrief>,
}

/// A batch, in a line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchBrief {
    /// Its id.
    pub batch: BatchId,
    /// The occupation's Chinese name.
    pub occupation: String,
    /// The occupation's English name.
    pub occupation_en: String,
    /// The level, 1 (highest) to 5.
    pub level: i64,
    /// The station's name.
    pub station: String,
    /// The station's English name.
    pub station_en: String,
    /// Whether theory is examined.
    pub theory: bool,
    /// Whether practical skill is examined.
    pub practical: bool,
    /// `open`, `settled`, `approved` or `published`.
    pub state: String,
    /// Applications that nobody decided on yet.
    pub registered: i64,
    /// Approved applications.
    pub approved: i64,
    /// Where it stands: the step that is to be worked on, or the last.
    pub step: &'static str,
    /// How that step stands.
    pub light: Light,
}

impl Act for ListPlans {
    type Outcome = Vec<PlanView>;
    const POLICY: Policy = policy::PLAN_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<Vec<PlanView>, Refusal> {
        let now = office.now();
        let mut connection = office.store.read().await?;
        let plans = rows::plans(&mut connection).await?;
        let stations = rows::stations(&mut connection).await?;
        let names: BTreeMap<StationId, (String, String)> = stations
            .into_iter()
            .map(|station| (station.id, (station.name, station.name_en)))
            .collect();
        let mut batches: BTreeMap<PlanId, Vec<BatchRow>> = BTreeMap::new();
        for row in rows::batches(&mut connection).await? {
            batches.entry(row.plan_id).or_default().push(row);
        }
        let mut views = Vec::with_capacity(plans.len());
        for plan in plans {
            let mut briefs = Vec::new();
            for row in batches.remove(&plan.id).unwrap_or_default() {
                let (station, station_en) = names.get(&row.station_id).cloned().unwrap_or_default();
                briefs.push(brief(&mut connection, &plan, row, (station, station_en), now).await?);
            }
            views.push(PlanView {
                plan: plan.id,
                number: plan.number,
                title: plan.title,
                registration_until: plan.registration_until,
                publicity_days: plan.publicity_days,
                state: plan.state,
                batches: briefs,
            });
        }
        Ok(views)
    }
}

async fn brief(
    connection: &mut Connection,
    plan: &PlanRow,
    row: BatchRow,
    (station, station_en): (String, String),
    now: Timestamp,
) -> Result<BatchBrief, Refusal> {
    let facts = progress::Facts::gather(connection, plan, &row, now).await?;
    let steps = progress::steps(&facts);
    let at = steps
        .iter()
        .find(|step| step.light != Light::Green)
        .or(steps.last())
        .map_or(("plan", Light::Grey), |step| (step.name, step.light));
    Ok(BatchBrief {
        batch: row.id,
        occupation: row.occupation_name,
        occupation_en: row.occupation_name_en,
        level: row.level,
        station,
        station_en,
        theory: row.theory == 1,
        practical: row.practical == 1,
        state: row.state,
        registered: facts.numbers.registered,
        approved: facts.numbers.approved,
        step: at.0,
        light: at.1,
    })
}

/// Drafts a plan.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreatePlan {
    /// The station whose code the plan's number begins with.
    pub station: StationId,
    /// What it is for.
    pub title: String,
    /// The end of registration: `2026-05-06T18:00` in the installation's zone, or milliseconds since 1970.
    pub registration_until: Moment,
    /// Days of publicity of its results; 5 unless said.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub publicity_days: Option<i64>,
}

/// A drafted plan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedPlan {
    /// Its id.
    pub plan: PlanId,
    /// Its number.
    pub number: String,
}

impl Act for CreatePlan {
    type Outcome = CreatedPlan;
    const POLICY: Policy = policy::PLAN_CREATE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CreatedPlan, Refusal> {
        let by = caller.account()?;
        let mut problems = Problems::default();
        let title = problems.take("title", words(&self.title, TITLE_CHARS));
        let until = problems.take("registration_until", self.registration_until.read(&office.zone));
        if let Some(until) = until.filter(|until| *until <= office.now()) {
            problems.note(Broken::new("deadline-past").with("at", until).at("registration_until"));
        }
        let publicity_days = self.publicity_days.unwrap_or(PUBLICITY_DAYS);
        if !(0..=MOST_PUBLICITY_DAYS).contains(&publicity_days) {
            let wrong = Broken::new("publicity-days").with("most", MOST_PUBLICITY_DAYS);
            problems.note(wrong.at("publicity_days"));
        }
        problems.refuse()?;
        let (Some(title), Some(registration_until)) = (title, until) else {
            return Err(Refusal::Invalid(Vec::new()));
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        let station = rows::station(op.connection(), self.station)
            .await?
            .ok_or_else(|| Broken::new("station-unknown").at("station"))?;
        let number = plan_number(&mut op, &station.code, &office.zone).await?;
        let row = PlanRow {
            id: PlanId::new(op.now, office.entropy.as_ref()),
            number,
            title,
            registration_until,
            publicity_days,
            state: "draft".to_owned(),
            created_at: op.now,
            created_by: by,
        };
        rows::insert_plan(op.connection(), &row).await?;
        op.commit(Event::of(row.id).with(json!({ "number": row.number })))
            .await?;
        Ok(CreatedPlan {
            plan: row.id,
            number: row.number,
        })
    }
}

/// Station code, year, month and three digits; given out once and never changed.
async fn plan_number(op: &mut Op<'_>, code: &str, zone: &jiff::tz::TimeZone) -> Result<String, Refusal> {
    let now = jiff::Timestamp::from_millisecond(op.now.millis()).map_err(|error| Refusal::Fault(error.to_string()))?;
    let month = now.to_zoned_datetime(zone.clone()).strftime("%Y%m").to_string();
    let serial = rows::next_number(op.connection(), &format!("plan/{code}/{month}")).await?;
    if serial > MOST_PLANS {
        return Err(Broken::new("plan-numbers-used-up").into());
    }
    Ok(format!("{code}{month}{serial:03}"))
}

/// Publishes a complete plan.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PublishPlan {
    /// The plan.
    pub plan: PlanId,
}

/// A published plan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PublishedPlan {
    /// The plan.
    pub plan: PlanId,
    /// When.
    pub at: Timestamp,
}

impl Act for PublishPlan {
    type Outcome = PublishedPlan;
    const POLICY: Policy = policy::PLAN_PUBLISH;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<PublishedPlan, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let plan = rows::plan(op.connection(), self.plan).await?.ok_or(Refusal::NotFound)?;
        if plan.state != "draft" {
            return Err(Broken::new("plan-published-already").with("number", plan.number).into());
        }
        let batches = rows::batches_of(op.connection(), self.plan).await?;
        let mut problems = Problems::default();
        if batches.is_empty() {
            problems.note(
                Broken::new("plan-without-batch")
                    .with("number", plan.number.as_str())
                    .at(""),
            );
        }
        if plan.registration_until <= now {
            problems.note(Broken::new("deadline-past").with("at", plan.registration_until).at(""));
        }
        problems.refuse()?;
        rows::publish_plan(op.connection(), self.plan).await?;
        let event = Event::of(self.plan).with(json!({ "number": plan.number, "batches": batches.len() }));
        Ok(PublishedPlan {
            plan: self.plan,
            at: op.commit(event).await?,
        })
    }
}

#[cfg(test)]
mod tests;
