//! The on-site checklist: saved as often as needed, signed once.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{MOST_TEXT, on_site, own_session, short, store, too_long};
use crate::identity::Duty;
use crate::kernel::{SessionId, Timestamp, canonical_json};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Problems, Refusal, policy};
use crate::store::supervision::ChecklistRow;
use crate::supervision::{Answer, AnsweredItem, Checklist, ChecklistRefusal, Filled};

/// Saves one's own on-site checklist, and signs it when asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SaveChecklist {
    /// The session.
    pub session: SessionId,
    /// What the supervisor adds.
    #[serde(default)]
    pub remark: String,
    /// `yes` signs: every item must be answered, every "no" with a note; the list never changes again.
    #[serde(default)]
    pub sign: String,
    /// By item code: `answer.<code>` (`yes`, `no`, `not_applicable`) and `note.<code>`.
    #[serde(flatten)]
    pub fields: BTreeMap<String, String>,
}

/// Where a checklist stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChecklistState {
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Whether it is signed.
    pub signed: bool,
    /// How many items are answered.
    pub answered: usize,
}

impl Act for SaveChecklist {
    type Outcome = ChecklistState;
    const POLICY: Policy = policy::CHECKLIST_SAVE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<ChecklistState, Refusal> {
        let list = on_site()?;
        let answers = read_answers(&list, &self.fields)?;
        let remark = short(&self.remark, "remark")?;
        let sign = self.sign == "yes";
        let filled = if sign {
            list.fill(answers)?
        } else {
            Filled {
                name: list.name,
                version: list.version,
                answers,
            }
        };
        let fault = |error: String| Refusal::Fault(error);
        let bytes = canonical_json(&filled).map_err(|error| fault(error.to_string()))?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let work = own_session(op.connection(), self.session, caller).await?;
        let supervisor_id = op.take_duty(work.batch_id, Duty::Supervisor).await?;
        let there = store::checklists(op.connection(), self.session).await?;
        let signed_at = there
            .iter()
            .find(|list| list.supervisor_id == supervisor_id)
            .and_then(|list| list.signed_at);
        if let Some(at) = signed_at {
            return Err(Broken::new("checklist-signed").with("at", at).into());
        }
        let row = ChecklistRow {
            session_id: self.session,
            supervisor_id,
            supervisor: String::new(),
            answers: String::from_utf8(bytes).map_err(|error| fault(error.to_string()))?,
            remark,
            saved_at: now,
            signed_at: sign.then_some(now),
        };
        store::save_checklist(op.connection(), &row).await?;
        let answered = filled.answers.len();
        let event = Event::of(self.session)
            .in_batch(work.batch_id)
            .with(json!({ "answered": answered, "signed": sign, "faults": filled.faults().count() }));
        Ok(ChecklistState {
            saved_at: op.commit(event).await?,
            signed: sign,
            answered,
        })
    }
}

fn read_answers(list: &Checklist, fields: &BTreeMap<String, String>) -> Result<Vec<AnsweredItem>, Refusal> {
    let mut problems = Problems::default();
    let stray = |name: &str| Broken::new("checklist-stray").with("item", name).at(name);
    let known = |code: &str| list.items.iter().any(|item| item.code == code);
    let mut answers = Vec::new();
    for (name, value) in fields {
        match name.split_once('.') {
            _ if name.starts_with('_') => {}
            Some(("answer" | "note", code)) if !known(code) => problems.note(stray(name)),
            Some(("answer", code)) if !value.is_empty() => {
                let answer = match value.as_str() {
                    "yes" => Some(Answer::Yes),
                    "no" => Some(Answer::No),
                    "not_applicable" => Some(Answer::NotApplicable),
                    _ => None,
                };
                let note = fields.get(&format!("note.{code}")).map_or("", |note| note.trim());
                match answer {
                    Some(_) if note.chars().count() > MOST_TEXT => problems.note(too_long(&format!("note.{code}"))),
                    Some(answer) => answers.push(AnsweredItem {
                        code: code.to_owned(),
                        answer,
                        note: note.to_owned(),
                    }),
                    None => problems.note(stray(name)),
                }
            }
            Some(("answer" | "note", _)) => {}
            _ => problems.note(stray(name)),
        }
    }
    problems.refuse()?;
    Ok(answers)
}

impl From<ChecklistRefusal> for Refusal {
    fn from(refusal: ChecklistRefusal) -> Self {
        match refusal {
            ChecklistRefusal::Unanswered { codes } => {
                Broken::new("checklist-unanswered").with("count", codes.len()).into()
            }
            ChecklistRefusal::NoNote { code } => Broken::new("checklist-no-note").at(format!("note.{code}")).into(),
            ChecklistRefusal::Stray { code } => Broken::new("checklist-stray").with("item", code).into(),
        }
    }
}
