//! Marking written answers: one question across all candidates, by two people who see neither a name nor each other.
//!
//! What a marker gets is a script: an id that was thrown, the question, the rubric and the text. The attempt behind it stays
//! in the house. No more people read a script than are asked for; a claim that nobody used for a while is free again.

mod desk;
mod show;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use desk::{MarkScript, Marked, NextScript, TakeNext};
pub use show::{CriterionView, ListMarking, OwnMark, QuestionWork, ScriptView, ShowScript};

use super::bank::aside;
use super::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::kernel::{AccountId, BatchId, Exact, MINUTE, Marks, ScriptId, Timestamp, Vault};
use crate::marking::{Standing, standing};
use crate::paper::{Paper, WrittenRule};
use crate::store::plan as plans;
use crate::store::result as results;
use crate::store::script::{self as rows, ClaimRow, GivenRow, ScriptRow};

/// How long a script waits for whom it was given to.
const CLAIM: i64 = 30 * MINUTE;

/// Makes the written answers of a batch ready for its markers.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OpenMarking {
    /// The batch.
    pub batch: BatchId,
}

/// What markers have before them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OpenedMarking {
    /// All written answers of the batch.
    pub scripts: usize,
    /// Those that were added now.
    pub added: usize,
}

impl Act for OpenMarking {
    type Outcome = OpenedMarking;
    const POLICY: Policy = policy::MARKING_OPEN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<OpenedMarking, Refusal> {
        let found = written_answers(office, self.batch).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        plans::hold_open_batch(op.connection(), self.batch).await?;
        let known = rows::of_batch(op.connection(), self.batch).await?;
        let there: BTreeSet<_> = known.iter().map(|script| (script.attempt_id, script.number)).collect();
        let mut added = 0;
        for mut script in found {
            if there.contains(&(script.attempt_id, script.number)) {
                continue;
            }
            script.made_at = now;
            rows::insert(op.connection(), &script).await?;
            added += 1;
        }
        let scripts = there.len() + added;
        if scripts == 0 {
            return Err(Broken::new("marking-nothing").into());
        }
        let event = Event::of(self.batch).in_batch(self.batch);
        op.commit(event.with(json!({ "scripts": scripts, "added": added })))
            .await?;
        Ok(OpenedMarking { scripts, added })
    }
}

/// The written answers of all papers that were handed in, as scripts that are not stored yet.
async fn written_answers(office: &Office, batch: BatchId) -> Result<Vec<ScriptRow>, Refusal> {
    let mut connection = office.store.read().await?;
    plans::batch(&mut connection, batch).await?.ok_or(Refusal::NotFound)?;
    let attempts = results::attempts(&mut connection, batch).await?;
    let mut found = Vec::new();
    for attempt in attempts.into_iter().filter(|attempt| attempt.state == "submitted") {
        let content = results::paper_content(&mut connection, attempt.paper_id).await?;
        let answers = results::answers(&mut connection, attempt.id).await?;
        let answered: BTreeSet<i64> = answers
            .iter()
            .filter(|one| !one.value.is_empty())
            .map(|one| one.number)
            .collect();
        let vault = office.keys.vault.clone();
        let place = format!("paper.content/{}", attempt.paper_id);
        let questions = aside(move || written_questions(&vault, &place, &content))
            .await?
            .map_err(Refusal::Fault)?;
        let open = questions.into_iter().filter(|(number, ..)| answered.contains(number));
        found.extend(open.map(|(number, item, most)| ScriptRow {
            // Thrown, so that its order tells nothing of the order of candidates.
            id: ScriptId::new(Timestamp::from_millis(0), office.entropy.as_ref()),
            batch_id: batch,
            attempt_id: attempt.id,
            number,
            item,
            most,
            made_at: Timestamp::from_millis(0),
        }));
    }
    Ok(found)
}

fn written_questions(vault: &Vault, place: &str, content: &[u8]) -> Result<Vec<(i64, String, Marks)>, String> {
    let plain = vault.open(place, content).map_err(|error| error.to_string())?;
    let paper: Paper = serde_json::from_slice(&plain).map_err(|error| error.to_string())?;
    let question = |one: &crate::paper::Question| (i64::from(one.number), one.item.clone(), one.marks);
    Ok(paper.written().map(question).collect())
}

/// Everything that is known of a batch's scripts.
struct Stack {
    rule: WrittenRule,
    scripts: Vec<ScriptRow>,
    claims: BTreeMap<ScriptId, Vec<ClaimRow>>,
    marks: BTreeMap<ScriptId, Vec<GivenRow>>,
}

impl Stack {
    async fn read(connection: &mut crate::store::Connection, batch: BatchId) -> Result<Self, Refusal> {
        let row = plans::batch(connection, batch).await?.ok_or(Refusal::NotFound)?;
        let mut claims: BTreeMap<ScriptId, Vec<ClaimRow>> = BTreeMap::new();
        for claim in rows::claims(connection, batch).await? {
            claims.entry(claim.script_id).or_default().push(claim);
        }
        let mut marks: BTreeMap<ScriptId, Vec<GivenRow>> = BTreeMap::new();
        for mark in rows::marks(connection, batch).await? {
            marks.entry(mark.script_id).or_default().push(mark);
        }
        Ok(Self {
            rule: super::plan::frozen_rule(&row)?.written,
            scripts: rows::of_batch(connection, batch).await?,
            claims,
            marks,
        })
    }

    fn marks(&self, script: ScriptId) -> &[GivenRow] {
        self.marks.get(&script).map_or(&[], Vec::as_slice)
    }

    fn own(&self, script: ScriptId, me: AccountId) -> Option<&GivenRow> {
        self.marks(script).iter().find(|mark| mark.marker_id == me)
    }

    fn claimed(&self, script: ScriptId, me: AccountId) -> bool {
        self.claims
            .get(&script)
            .is_some_and(|all| all.iter().any(|claim| claim.marker_id == me))
    }

    /// How many more people must mark a script; none when it is settled.
    fn wanting(&self, script: &ScriptRow) -> usize {
        let marks: Vec<Exact> = self.marks(script.id).iter().map(|mark| mark.exact).collect();
        match standing(&marks, script.most, self.rule) {
            Standing::Settled { .. } => 0,
            Standing::Wanting { needed } => needed.saturating_sub(marks.len()),
        }
    }

    /// Whether a script waits for this marker: it wants more marks than others hold it for at this moment.
    fn waits_for(&self, script: &ScriptRow, me: AccountId, now: Timestamp) -> bool {
        let marked = |who: AccountId| self.own(script.id, who).is_some();
        let claims = self.claims.get(&script.id).map_or(&[] as &[ClaimRow], Vec::as_slice);
        let held = claims
            .iter()
            .filter(|claim| claim.marker_id != me && now - claim.claimed_at < CLAIM && !marked(claim.marker_id));
        !marked(me) && self.wanting(script) > held.count()
    }

    /// The next script of a question for this marker: one already taken, then one that others began, then any.
    fn next(&self, item: &str, me: AccountId, now: Timestamp) -> Option<&ScriptRow> {
        let waiting = self
            .scripts
            .iter()
            .filter(|one| one.item == item && self.waits_for(one, me, now));
        waiting.min_by_key(|one| {
            (
                !self.claimed(one.id, me),
                std::cmp::Reverse(self.marks(one.id).len()),
                one.id,
            )
        })
    }
}
