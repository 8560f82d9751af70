//! A batch: an occupation at a level within a plan, and where it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::progress::{Facts, Step, steps};
use crate::bank::ItemKind;
use crate::certificate::Scheme;
use crate::kernel::{BankVersionId, BatchId, PlanId, StationId, Timestamp};
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Problems, Refusal, policy};
use crate::paper::{PaperRule, shipped_rules, summary};
use crate::result::Component;
use crate::store::bank as banks;
use crate::store::event::{self, NamedEventRow};
use crate::store::plan::{self as rows, BatchRow};
use crate::store::script;

/// The certificate schemes that a batch may name, the usual one first.
pub const SCHEMES: &[&str] = &["vocational-skill-level", "vocational-qualification"];
/// How many of the last events a batch shows.
const LAST_EVENTS: i64 = 12;

/// Adds an occupation at a level to a plan.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AddBatch {
    /// The plan.
    pub plan: PlanId,
    /// The station.
    pub station: StationId,
    /// The bank version; it decides occupation and level.
    pub bank: BankVersionId,
    /// The id of the paper rule, which is frozen into the batch.
    pub rule: String,
    /// What is examined: `theory`, `practical`.
    pub components: List<Part>,
    /// The certificate scheme; the usual one unless said.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub scheme: Option<String>,
}

/// A component that a batch may examine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Theory.
    Theory,
    /// Practical skill.
    Practical,
}

impl std::str::FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "theory" => Ok(Self::Theory),
            "practical" => Ok(Self::Practical),
            _ => Err(format!("unknown: {text}")),
        }
    }
}

impl Part {
    /// The name in the database and in message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Theory => "theory",
            Self::Practical => "practical",
        }
    }
}

impl From<Part> for Component {
    fn from(part: Part) -> Self {
        match part {
            Part::Theory => Self::Theory,
            Part::Practical => Self::Practical,
        }
    }
}

/// An added batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AddedBatch {
    /// Its id.
    pub batch: BatchId,
}

impl Act for AddBatch {
    type Outcome = AddedBatch;
    const POLICY: Policy = policy::BATCH_ADD;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<AddedBatch, Refusal> {
        let examines = |part: Part| i64::from(self.components.0.contains(&part));
        let (theory, practical) = (examines(Part::Theory), examines(Part::Practical));
        let scheme = self.scheme.clone().unwrap_or_else(|| SCHEMES[0].to_owned());
        let rule = shipped_rules().into_iter().find(|rule| rule.id == self.rule);
        let mut problems = Problems::default();
        if theory + practical == 0 {
            problems.note(Broken::new("components-none").at("components"));
        }
        if rule.is_none() {
            problems.note(Broken::new("rule-unknown").with("rule", self.rule.as_str()).at("rule"));
        }
        if Scheme::find(&scheme).is_none() {
            problems.note(
                Broken::new("scheme-unknown")
                    .with("scheme", scheme.as_str())
                    .at("scheme"),
            );
        }
        problems.refuse()?;
        let rule = rule.ok_or(Refusal::NotFound)?;
        self.check_bank(office, &rule, theory == 1, practical == 1).await?;
        self.add(office, caller, &rule, (theory, practical), scheme).await
    }
}

impl AddBatch {
    /// A bank that cannot serve the rule is told now, not on the day of the draw.
    async fn check_bank(
        &self,
        office: &Office,
        rule: &PaperRule,
        theory: bool,
        practical: bool,
    ) -> Result<(), Refusal> {
        let mut connection = office.store.read().await?;
        let version = banks::by_id(&mut connection, self.bank).await?;
        drop(connection);
        let Some(version) = version else {
            return Err(Broken::new("bank-unknown").at("bank").into());
        };
        if version.kind != "live" {
            return Err(Broken::new("bank-practice")
                .with("label", version.label)
                .at("bank")
                .into());
        }
        let bank = crate::office::bank::open_bank(office, self.bank).await?;
        if practical && bank.structure.is_empty() {
            return Err(Broken::new("bank-without-tasks").at("bank").into());
        }
        if !theory {
            return Ok(());
        }
        let rules = vec![rule.clone()];
        let summary = crate::office::bank::aside(move || summary(&bank, &rules)).await?;
        let missing: usize = summary.demands.iter().map(|demand| demand.shortages.len()).sum();
        if missing > 0 {
            let short = Broken::new("bank-too-small").with("rule", rule.name.as_str());
            return Err(short.with("places", missing).at("rule").into());
        }
        Ok(())
    }

    async fn add(
        &self,
        office: &Office,
        caller: &Caller,
        rule: &PaperRule,
        (theory, practical): (i64, i64),
        scheme: String,
    ) -> Result<AddedBatch, Refusal> {
        let paper_rule = serde_json::to_string(rule).map_err(|error| Refusal::Fault(error.to_string()))?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let plan = rows::plan(op.connection(), self.plan).await?.ok_or(Refusal::NotFound)?;
        if plan.state != "draft" {
            return Err(Broken::new("plan-published-already").with("number", plan.number).into());
        }
        if rows::station(op.connection(), self.station).await?.is_none() {
            return Err(Broken::new("station-unknown").at("station").into());
        }
        let version = banks::by_id(op.connection(), self.bank)
            .await?
            .ok_or(Refusal::NotFound)?;
        let same = rows::batches_of(op.connection(), self.plan).await?;
        if same
            .iter()
            .any(|batch| batch.occupation_code == version.occupation_code && batch.level == version.level)
        {
            let twice = Broken::new("batch-twice").with("occupation", version.occupation_name);
            return Err(twice.with("level", version.level).at("bank").into());
        }
        let row = BatchRow {
            id: BatchId::new(op.now, office.entropy.as_ref()),
            plan_id: self.plan,
            station_id: self.station,
            bank_version_id: self.bank,
            occupation_code: version.occupation_code,
            occupation_name: version.occupation_name,
            occupation_name_en: version.occupation_name_en,
            level: version.level,
            paper_rule,
            scheme,
            theory,
            practical,
            state: "open".to_owned(),
            settled_at: None,
            settled_by: None,
            approved_at: None,
            approved_by: None,
            published_at: None,
            publicity_until: None,
            created_at: op.now,
        };
        rows::insert_batch(op.connection(), &row).await?;
        let detail = json!({
            "bank": self.bank, "bank_digest": version.digest, "rule": rule.id, "rule_version": rule.version,
            "theory": theory, "practical": practical, "scheme": row.scheme,
        });
        op.commit(Event::of(row.id).in_batch(row.id).with(detail)).await?;
        Ok(AddedBatch { batch: row.id })
    }
}

/// Shows a batch: where it stands and what comes next.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowBatch {
    /// The batch.
    pub batch: BatchId,
}

/// A batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchView {
    /// Its id.
    pub batch: BatchId,
    /// The plan.
    pub plan: PlanId,
    /// The plan's number.
    pub plan_number: String,
    /// The plan's title.
    pub plan_title: String,
    /// The end of registration.
    pub registration_until: Timestamp,
    /// Days of publicity.
    pub publicity_days: i64,
    /// The occupation's code.
    pub occupation_code: String,
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
    /// The bank version.
    pub bank: BankVersionId,
    /// The authors' label of the bank version.
    pub bank_label: String,
    /// The frozen paper rule.
    pub rule: PaperRule,
    /// The certificate scheme.
    pub scheme: String,
    /// Whether theory is examined.
    pub theory: bool,
    /// Whether practical skill is examined.
    pub practical: bool,
    /// `open`, `settled`, `approved` or `published`.
    pub state: String,
    /// The end of publicity, once published.
    pub publicity_until: Option<Timestamp>,
    /// How far the marking of written answers is; nothing where none is asked for.
    pub written: Option<WrittenView>,
    /// The steps of its work.
    pub steps: Vec<Step>,
    /// Who took which duty.
    pub duties: Vec<DutyView>,
    /// What happened last.
    pub events: Vec<EventLine>,
}

/// How far the marking of written answers is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrittenView {
    /// How many answers were prepared for markers.
    pub scripts: i64,
    /// How many of them enough people marked.
    pub settled: i64,
}

/// Who took a duty.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DutyView {
    /// The person's name.
    pub name: String,
    /// The login.
    pub login: String,
    /// The duty.
    pub duty: String,
    /// When it was first taken.
    pub at: Timestamp,
}

/// An event, in a line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventLine {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// Which act.
    pub act: String,
    /// Why.
    pub reason: String,
}

impl From<NamedEventRow> for EventLine {
    fn from(row: NamedEventRow) -> Self {
        Self {
            at: row.at,
            who: row.name.unwrap_or(row.actor_kind),
            act: row.act,
            reason: row.reason,
        }
    }
}

impl Act for ShowBatch {
    type Outcome = BatchView;
    const POLICY: Policy = policy::BATCH_SHOW;

    async fn perform(self, office: &Office, _: &Caller) -> Result<BatchView, Refusal> {
        let now = office.now();
        let mut connection = office.store.read().await?;
        let row = rows::batch(&mut connection, self.batch)
            .await?
            .ok_or(Refusal::NotFound)?;
        let plan = rows::plan(&mut connection, row.plan_id)
            .await?
            .ok_or(Refusal::NotFound)?;
        let station = rows::station(&mut connection, row.station_id).await?;
        let bank = banks::by_id(&mut connection, row.bank_version_id).await?;
        let facts = Facts::gather(&mut connection, &plan, &row, now).await?;
        let duties = rows::duties(&mut connection, self.batch).await?;
        let search = event::Search {
            batch: self.batch.to_string(),
            limit: LAST_EVENTS,
            ..event::Search::default()
        };
        let events = event::search(&mut connection, &search).await?;
        let rule = frozen_rule(&row)?;
        let written = if rule.sections.iter().any(|section| section.kind == ItemKind::Written) {
            let (scripts, open) = script::progress(&mut connection, self.batch).await?;
            let settled = scripts - open;
            Some(WrittenView { scripts, settled })
        } else {
            None
        };
        let (station, station_en) = station.map_or_else(Default::default, |row| (row.name, row.name_en));
        let duty = |(name, login, duty, at)| DutyView { name, login, duty, at };
        Ok(BatchView {
            batch: row.id,
            plan: plan.id,
            plan_number: plan.number,
            plan_title: plan.title,
            registration_until: plan.registration_until,
            publicity_days: plan.publicity_days,
            rule,
            written,
            occupation_code: row.occupation_code,
            occupation: row.occupation_name,
            occupation_en: row.occupation_name_en,
            level: row.level,
            station,
            station_en,
            bank: row.bank_version_id,
            bank_label: bank.map(|bank| bank.label).unwrap_or_default(),
            scheme: row.scheme,
            theory: row.theory == 1,
            practical: row.practical == 1,
            state: row.state,
            publicity_until: row.publicity_until,
            steps: steps(&facts),
            duties: duties.into_iter().map(duty).collect(),
            events: events.into_iter().map(EventLine::from).collect(),
        })
    }
}

/// The paper rule that was frozen into a batch.
pub(in crate::office) fn frozen_rule(batch: &BatchRow) -> Result<PaperRule, Refusal> {
    serde_json::from_str(&batch.paper_rule)
        .map_err(|error| Refusal::Fault(format!("paper rule of {}: {error}", batch.id)))
}
