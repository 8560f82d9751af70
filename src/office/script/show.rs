//! What markers see: their questions, and one script at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::desk::rubric_of;
use super::{CLAIM, place, rows};
use crate::bank::rich::{Part, parts, plain};
use crate::kernel::{BatchId, Marks, ScriptId};
use crate::office::bank::open_bank;
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::store::plan as plans;

/// Lists the written questions that wait for markers.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListMarking {}

/// A written question, and how far its marking is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuestionWork {
    /// The batch.
    pub batch: BatchId,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level.
    pub level: i64,
    /// The question's item.
    pub item: String,
    /// What is asked, in plain characters.
    pub stem: String,
    /// How many answers there are.
    pub scripts: i64,
    /// How many of them are settled.
    pub settled: i64,
    /// How many the caller marked.
    pub own: i64,
    /// How many wait for the caller at this moment.
    pub waiting: i64,
}

impl Act for ListMarking {
    type Outcome = Vec<QuestionWork>;
    const POLICY: Policy = policy::MARKING_WORK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Vec<QuestionWork>, Refusal> {
        let (me, now) = (caller.account()?, office.now());
        let mut connection = office.store.read().await?;
        let questions = rows::questions(&mut connection, me, now + -CLAIM).await?;
        drop(connection);
        let mut works = Vec::new();
        for question in questions {
            let bank = open_bank(office, question.bank_version_id).await?;
            let stem = bank.item(&question.item).map(|item| plain(&item.stem));
            works.push(QuestionWork {
                batch: question.batch_id,
                occupation: question.occupation_name,
                occupation_en: question.occupation_name_en,
                level: question.level,
                item: question.item,
                stem: stem.unwrap_or_default(),
                scripts: question.scripts,
                settled: question.settled,
                own: question.own,
                waiting: question.waiting,
            });
        }
        Ok(works)
    }
}

/// Shows a script that the caller was given.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowScript {
    /// The script.
    pub script: ScriptId,
}

/// A written answer, with its question and rubric. Has no place for whose it is, nor for what others gave.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScriptView {
    /// Its id.
    pub script: ScriptId,
    /// The batch.
    pub batch: BatchId,
    /// The question's item.
    pub item: String,
    /// What is asked, in plain characters.
    pub stem: String,
    /// The same with formulas, where it has any.
    pub parts: Option<Vec<Part>>,
    /// What a good answer says.
    pub explanation: String,
    /// What the question is worth.
    pub most: Marks,
    /// The rubric.
    pub criteria: Vec<CriterionView>,
    /// What the candidate wrote.
    pub answer: String,
    /// What the caller gave.
    pub own: Option<OwnMark>,
    /// How many answers to the question wait for the caller, this one included.
    pub waiting: i64,
}

/// A line of the rubric.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CriterionView {
    /// Its place, from 0.
    pub line: usize,
    /// What is looked at.
    pub text: String,
    /// Its share of the question's marks, rounded for display.
    pub share: Marks,
    /// What each level means.
    pub levels: Vec<String>,
}

/// What the caller gave.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnMark {
    /// The level of each line.
    pub levels: Vec<u8>,
    /// The remark.
    pub remark: String,
    /// What they are worth, rounded for display.
    pub marks: Marks,
}

impl Act for ShowScript {
    type Outcome = ScriptView;
    const POLICY: Policy = policy::SCRIPT_SHOW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<ScriptView, Refusal> {
        let (me, now) = (caller.account()?, office.now());
        let mut connection = office.store.read().await?;
        let script = rows::by_id(&mut connection, self.script)
            .await?
            .ok_or(Refusal::NotFound)?;
        let given = rows::marks(&mut connection, script.id).await?;
        let own = given.iter().find(|mark| mark.marker_id == me);
        if own.is_none() && !rows::claimed(&mut connection, script.id, me).await? {
            return Err(Refusal::NotFound);
        }
        let place = place(script.batch_id, &script.item, me, now);
        let waiting = rows::waiting(&mut connection, place).await?;
        let batch = plans::batch(&mut connection, script.batch_id)
            .await?
            .ok_or(Refusal::NotFound)?;
        let answer = rows::answer(&mut connection, script.attempt_id, script.number).await?;
        drop(connection);
        let bank = open_bank(office, batch.bank_version_id).await?;
        let rubric = rubric_of(&bank, &script.item)?;
        let item = bank.item(&script.item).ok_or(Refusal::NotFound)?;
        let weights: i128 = rubric.criteria.iter().map(|line| i128::from(line.weight)).sum();
        let criteria = rubric
            .criteria
            .iter()
            .enumerate()
            .map(|(line, criterion)| CriterionView {
                line,
                text: criterion.text.clone(),
                share: script
                    .most
                    .exact()
                    .times(criterion.weight.into(), weights.max(1))
                    .half_up(),
                levels: criterion.levels.clone(),
            });
        Ok(ScriptView {
            script: script.id,
            batch: script.batch_id,
            item: script.item.clone(),
            stem: plain(&item.stem),
            parts: parts(&item.stem, |_| None),
            explanation: plain(&item.explanation),
            most: script.most,
            criteria: criteria.collect(),
            answer,
            own: own.map(|mark| OwnMark {
                levels: serde_json::from_str(&mark.levels).unwrap_or_default(),
                remark: mark.remark.clone(),
                marks: mark.exact.half_up(),
            }),
            waiting,
        })
    }
}
