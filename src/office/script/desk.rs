//! A marker's desk: the next script, and its mark.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{place, rows, wanting};
use crate::bank::{Detail, Written};
use crate::identity::Duty;
use crate::kernel::{AccountId, BatchId, Exact, Marks, ScriptId, Timestamp};
use crate::marking::{RubricRefusal, worth};
use crate::office::bank::open_bank;
use crate::office::plan::frozen_rule;
use crate::office::staff::card_permits;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Problems, Refusal, policy};
use crate::store::plan as plans;
use crate::store::script::GivenRow;

/// The longest remark, in characters.
const MOST_REMARK: usize = 500;

/// Gives the caller the next answer to a written question.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TakeNext {
    /// The batch.
    pub batch: BatchId,
    /// The question's item.
    pub item: String,
}

/// A script to mark.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NextScript {
    /// Its id.
    pub script: ScriptId,
}

impl Act for TakeNext {
    type Outcome = NextScript;
    const POLICY: Policy = policy::MARKING_NEXT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<NextScript, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        // One marker at a time in a batch: two who ask at once must not both get the last place at a script.
        plans::hold_open_batch(op.connection(), self.batch).await?;
        let me = op.take_duty(self.batch, Duty::Examiner).await?;
        permit(office, &mut op, self.batch, me).await?;
        let taken = take(&mut op, self.batch, &self.item, me).await?;
        let script = taken.ok_or_else(|| Broken::new("marking-none-left"))?;
        op.commit(
            Event::of(script)
                .in_batch(self.batch)
                .with(json!({ "item": self.item })),
        )
        .await?;
        Ok(NextScript { script })
    }
}

/// Whoever marks is an examiner: with a card that is valid now, for the occupation and level.
async fn permit(office: &Office, op: &mut Op<'_>, batch: BatchId, me: AccountId) -> Result<(), Refusal> {
    let now = op.now;
    let batch = plans::batch(op.connection(), batch).await?.ok_or(Refusal::NotFound)?;
    let scope = (batch.occupation_code.as_str(), batch.level);
    card_permits(office, op.connection(), scope, me, now).await
}

/// Claims the next script of a question, if there is one.
async fn take(op: &mut Op<'_>, batch: BatchId, item: &str, me: AccountId) -> Result<Option<ScriptId>, Refusal> {
    let now = op.now;
    let next = rows::next(op.connection(), place(batch, item, me, now)).await?;
    if let Some(script) = next {
        rows::claim(op.connection(), script, me, now).await?;
    }
    Ok(next)
}

/// Marks a written answer.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MarkScript {
    /// The script.
    pub script: ScriptId,
    /// What the marker writes beside it.
    #[serde(default)]
    pub remark: String,
    /// `level.<n>`: the level (from 0) for the n-th line (from 0) of the rubric, as text.
    #[serde(flatten)]
    pub fields: BTreeMap<String, String>,
}

/// A marked answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Marked {
    /// When.
    pub at: Timestamp,
    /// What the levels are worth, rounded for display.
    pub marks: Marks,
    /// Where to go on: the next script of the question, or the list.
    pub next: String,
}

impl Act for MarkScript {
    type Outcome = Marked;
    const POLICY: Policy = policy::SCRIPT_MARK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Marked, Refusal> {
        let me = caller.account()?;
        let mut connection = office.store.read().await?;
        let script = rows::by_id(&mut connection, self.script)
            .await?
            .ok_or(Refusal::NotFound)?;
        let given = rows::marks(&mut connection, script.id).await?;
        if given.iter().any(|mark| mark.marker_id == me) {
            return Err(Broken::new("marking-marked").into());
        }
        if !rows::claimed(&mut connection, script.id, me).await? {
            return Err(Refusal::NotFound);
        }
        let batch = plans::batch(&mut connection, script.batch_id)
            .await?
            .ok_or(Refusal::NotFound)?;
        drop(connection);
        let rule = frozen_rule(&batch)?.written;
        let bank = open_bank(office, batch.bank_version_id).await?;
        let rubric = rubric_of(&bank, &script.item)?;
        let levels = self.levels(rubric)?;
        let exact = worth(rubric, &levels, script.most).map_err(|refusal| told(&refusal))?;

        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        // From here on nobody else marks in this batch until this mark is saved.
        plans::hold_open_batch(op.connection(), script.batch_id).await?;
        op.take_duty(script.batch_id, Duty::Examiner).await?;
        permit(office, &mut op, script.batch_id, me).await?;
        let place = place(script.batch_id, &script.item, me, now);
        if !rows::waits(op.connection(), script.id, place).await? {
            return Err(Broken::new("marking-taken").into());
        }
        let mark = GivenRow {
            script_id: script.id,
            marker_id: me,
            levels: json!(levels).to_string(),
            exact,
            remark: self.remark.trim().to_owned(),
            marked_at: now,
        };
        rows::give(op.connection(), &mark).await?;
        let given = rows::marks(op.connection(), script.id).await?;
        let marks: Vec<Exact> = given.iter().map(|mark| mark.exact).collect();
        rows::set_wanting(op.connection(), script.id, wanting(&marks, script.most, rule)).await?;
        let next = take(&mut op, script.batch_id, &script.item, me).await?;
        // No levels here: who reads events may be the next marker.
        let event = Event::of(script.id)
            .in_batch(script.batch_id)
            .with(json!({ "item": script.item, "next": next }));
        let at = op.commit(event).await?;
        Ok(Marked {
            at,
            marks: exact.half_up(),
            next: next.map_or_else(|| "/marking".to_owned(), |next| format!("/marking/{next}")),
        })
    }
}

impl MarkScript {
    fn levels(&self, rubric: &Written) -> Result<Vec<u8>, Refusal> {
        let mut problems = Problems::default();
        if self.remark.chars().count() > MOST_REMARK {
            problems.note(
                Broken::new("marking-remark-long")
                    .with("most", MOST_REMARK)
                    .at("remark"),
            );
        }
        let mut levels = Vec::new();
        for line in 0..rubric.criteria.len() {
            let field = format!("level.{line}");
            let level = self.fields.get(&field).and_then(|level| level.trim().parse().ok());
            match level {
                Some(level) => levels.push(level),
                None => problems.note(Broken::new("marking-level").with("line", line + 1).at(&field)),
            }
        }
        problems.refuse()?;
        Ok(levels)
    }
}

fn told(refusal: &RubricRefusal) -> Refusal {
    let (RubricRefusal::Missing { line } | RubricRefusal::NoSuchLevel { line, .. }) = refusal;
    Broken::new("marking-level")
        .with("line", line + 1)
        .at(format!("level.{line}"))
        .into()
}

/// The rubric of a written item.
pub(super) fn rubric_of<'b>(bank: &'b crate::bank::Bank, item: &str) -> Result<&'b Written, Refusal> {
    match bank.item(item).and_then(|item| item.detail.as_ref()) {
        Some(Detail::Written(written)) => Ok(written),
        _ => Err(Refusal::Fault(format!("the bank has no written item {item}"))),
    }
}
