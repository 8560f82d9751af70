//! Marking written answers: one question across all candidates, by two people who see neither a name nor each other.
//!
//! What a marker gets is a script: an id that was thrown, the question, the rubric and the text. The attempt behind it stays
//! in the house. No more people read a script than are asked for; a claim that nobody used for a while is free again.

mod desk;
mod show;

use std::collections::BTreeSet;

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
use crate::store::script::{self as rows, Place, ScriptRow};

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
        let (rule, found) = written_answers(office, self.batch).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        plans::hold_open_batch(op.connection(), self.batch).await?;
        let known = rows::known(op.connection(), self.batch).await?;
        let there: BTreeSet<_> = known.into_iter().collect();
        let mut added = 0;
        for mut script in found {
            if there.contains(&(script.attempt_id, script.number)) {
                continue;
            }
            script.made_at = now;
            let first = wanting(&[], script.most, rule);
            rows::insert(op.connection(), &script, first).await?;
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
async fn written_answers(office: &Office, batch: BatchId) -> Result<(WrittenRule, Vec<ScriptRow>), Refusal> {
    let mut connection = office.store.read().await?;
    let row = plans::batch(&mut connection, batch).await?.ok_or(Refusal::NotFound)?;
    let rule = super::plan::frozen_rule(&row)?.written;
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
    Ok((rule, found))
}

fn written_questions(vault: &Vault, place: &str, content: &[u8]) -> Result<Vec<(i64, String, Marks)>, String> {
    let plain = vault.open(place, content).map_err(|error| error.to_string())?;
    let paper: Paper = serde_json::from_slice(&plain).map_err(|error| error.to_string())?;
    let question = |one: &crate::paper::Question| (i64::from(one.number), one.item.clone(), one.marks);
    Ok(paper.written().map(question).collect())
}

/// The place of a marker at a question, at this moment.
fn place(batch: BatchId, item: &str, marker: AccountId, now: Timestamp) -> Place<'_> {
    Place {
        batch,
        item,
        marker,
        since: now + -CLAIM,
    }
}

/// From how many more people an answer with these marks wants a mark; from none when it is settled.
fn wanting(marks: &[Exact], most: Marks, rule: WrittenRule) -> i64 {
    match standing(marks, most, rule) {
        Standing::Settled { .. } => 0,
        Standing::Wanting { needed } => i64::try_from(needed.saturating_sub(marks.len())).unwrap_or(i64::MAX),
    }
}
