//! Writing a batch: facts are held, each part is decided in order, then all rows go in few statements.

use std::collections::BTreeMap;

use serde_json::json;

use super::rules::{Standing, admit, check_answer, may_submit};
use super::{Ack, Answer, Ask, Outcome, Part, Receipt, Saved};
use crate::kernel::{AttemptId, Entropy, EventId, IncidentId, SECOND, Timestamp};
use crate::office::{Broken, Refusal, policy};
use crate::store::event::{self, EventRow};
use crate::store::sitting::answers::{self, AnswerRow, FactsRow};
use crate::store::sitting::{self, IncidentRow};
use crate::store::{Connection, Engine, Store, StoreError};

/// A terminal's sign of life is written at most this often.
const SEEN_EVERY: i64 = 10 * SECOND;
/// The incident of a terminal that writes without the lease.
pub(in crate::office) const STALE_TERMINAL: &str = "stale_terminal";

type Key = (AttemptId, i64);

/// What a batch gathers before it writes.
#[derive(Default)]
struct Gathered {
    /// The latest of each question.
    latest: BTreeMap<Key, AnswerRow>,
    /// Everything, by key and revision: the same key may not stand twice in one statement.
    log: BTreeMap<(Key, i64), AnswerRow>,
    seen: Vec<AttemptId>,
    stale: Vec<AttemptId>,
}

/// Writes a batch in one transaction; outcomes are in the order of the parts. An error means that nothing was written.
pub(super) async fn write(
    store: &Store,
    entropy: &dyn Entropy,
    now: Timestamp,
    parts: &[Part],
) -> Result<Vec<Result<Outcome, Refusal>>, Refusal> {
    let mut ids: Vec<AttemptId> = parts.iter().map(|part| part.attempt).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut tx = store.write().await?;
    let held = answers::lock(&mut tx, store.engine(), &ids).await?;
    let mut facts: BTreeMap<AttemptId, FactsRow> = held.into_iter().map(|row| (row.id, row)).collect();

    let mut gathered = Gathered::default();
    let mut decided: Vec<Result<Outcome, Refusal>> = Vec::with_capacity(parts.len());
    let mut submits = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let outcome = match facts.get_mut(&part.attempt) {
            None => Err(Refusal::NotFound),
            Some(facts) => decide(part, facts, now, &mut gathered),
        };
        if let (Ok(Outcome::Received(_)), Ask::Submit { request_id, .. }) = (&outcome, &part.ask) {
            submits.push((index, part.attempt, request_id));
        }
        decided.push(outcome);
    }

    save(&mut tx, store.engine(), &gathered, (parts, &mut decided)).await?;
    for (index, attempt, request_id) in submits {
        if let (Some(facts), Some(Ok(Outcome::Received(receipt)))) = (facts.get(&attempt), decided.get_mut(index)) {
            hand_in(&mut tx, entropy, now, facts, request_id, receipt).await?;
        }
    }
    for attempt in &gathered.stale {
        if let Some(facts) = facts.get(attempt) {
            note_stale(&mut tx, entropy, now, facts).await?;
        }
    }
    answers::note_seen(&mut tx, store.engine(), &gathered.seen, now).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(decided)
}

/// Decides one part and gathers its rows. Facts follow what was decided, for the parts that come after.
fn decide(part: &Part, facts: &mut FactsRow, now: Timestamp, gathered: &mut Gathered) -> Result<Outcome, Refusal> {
    match part.ask {
        Ask::Settle => return Ok(Outcome::Heard),
        Ask::Submit { .. } if facts.state == "submitted" => return Ok(Outcome::Received(receipt(facts, now))),
        _ => {}
    }
    let held = facts.lease == Some(part.lease);
    let started = facts.started_at.is_some();
    if started && !held {
        return match part.ask {
            Ask::Seen | Ask::Settle => Ok(Outcome::Heard),
            Ask::Save(_) | Ask::Submit { .. } => {
                if !gathered.stale.contains(&facts.id) {
                    gathered.stale.push(facts.id);
                }
                Err(Broken::new("second-terminal").into())
            }
        };
    }
    if facts.last_seen_at.is_none_or(|at| now - at >= SEEN_EVERY) {
        facts.last_seen_at = Some(now);
        gathered.seen.push(facts.id);
    }
    match &part.ask {
        Ask::Seen | Ask::Settle => Ok(Outcome::Heard),
        Ask::Save(answers) => gather(answers, facts, now, gathered).map(Outcome::Saved),
        Ask::Submit { earliest_ms, .. } => {
            let (Some(started_at), Some(deadline)) = (facts.started_at, facts.deadline) else {
                return Err(Broken::new("attempt-not-started").into());
            };
            let in_time = now < deadline;
            if in_time {
                may_submit(started_at, *earliest_ms, now)?;
            }
            "submitted".clone_into(&mut facts.state);
            facts.submitted_at = Some(if in_time { now } else { deadline });
            facts.submitted_how = Some(if in_time { "candidate" } else { "deadline" }.to_owned());
            Ok(Outcome::Received(receipt(facts, now)))
        }
    }
}

fn standing(facts: &FactsRow) -> Standing {
    match (facts.deadline, facts.submitted_at, facts.submitted_how.as_deref()) {
        (Some(deadline), Some(_), Some("deadline")) => Standing::OverByTime { deadline },
        (_, Some(at), _) => Standing::HandedIn { at },
        (Some(deadline), None, _) => Standing::Open { deadline },
        (None, None, _) => Standing::Waiting,
    }
}

fn gather(answers: &[Answer], facts: &FactsRow, now: Timestamp, gathered: &mut Gathered) -> Result<Saved, Refusal> {
    let late = admit(standing(facts), now)?;
    for answer in answers {
        check_answer(answer.number, &answer.value, answer.revision, facts.questions)?;
    }
    let acks = answers.iter().map(|answer| {
        let row = AnswerRow {
            attempt_id: facts.id,
            number: answer.number,
            revision: answer.revision,
            value: answer.value.clone(),
            flagged: i64::from(answer.flagged),
            saved_at: now,
            late: i64::from(late),
        };
        let key = (facts.id, answer.number);
        let logged = gathered
            .log
            .entry((key, answer.revision))
            .or_insert_with(|| row.clone());
        let clash = !same(logged, &row.value, row.flagged);
        match gathered.latest.get(&key) {
            Some(latest) if clash || latest.revision >= row.revision => {}
            _ => {
                gathered.latest.insert(key, row);
            }
        }
        Ack {
            number: answer.number,
            revision: answer.revision,
            saved_at: now,
            late,
            clash,
        }
    });
    Ok(Saved {
        answers: acks.collect(),
        remaining_ms: facts.deadline.map_or(0, |deadline| (deadline - now).max(0)),
    })
}

fn same(row: &AnswerRow, value: &str, flagged: i64) -> bool {
    row.value == value && row.flagged == flagged
}

async fn save(
    tx: &mut Connection,
    engine: Engine,
    gathered: &Gathered,
    (parts, decided): (&[Part], &mut [Result<Outcome, Refusal>]),
) -> Result<(), StoreError> {
    let log: Vec<AnswerRow> = gathered.log.values().cloned().collect();
    let latest: Vec<AnswerRow> = gathered.latest.values().cloned().collect();
    let new = answers::append(tx, engine, &log).await?;
    answers::put(tx, engine, &latest).await?;
    let all_new = u64::try_from(log.len()).is_ok_and(|rows| rows == new);
    for (part, outcome) in parts.iter().zip(decided) {
        let (Ask::Save(sent), Ok(Outcome::Saved(saved))) = (&part.ask, outcome) else {
            continue;
        };
        for (answer, ack) in sent.iter().zip(&mut saved.answers) {
            // Only a repeat can clash with what was there before; then what was there decides, not who came first here.
            if !all_new {
                let stored = answers::logged(tx, part.attempt, answer.number, answer.revision).await?;
                ack.clash = stored != Some((answer.value.clone(), i64::from(answer.flagged)));
            }
            if ack.clash {
                ack.revision = answers::revision(tx, part.attempt, answer.number).await?;
            }
        }
    }
    Ok(())
}

fn receipt(facts: &FactsRow, now: Timestamp) -> Receipt {
    Receipt {
        attempt: facts.id,
        submitted_at: facts.submitted_at.unwrap_or(now),
        how: facts.submitted_how.clone().unwrap_or_default(),
        answered: 0,
        questions: facts.questions,
    }
}

/// Writes the submission with its event, and counts for the receipt. A repeat only counts.
async fn hand_in(
    tx: &mut Connection,
    entropy: &dyn Entropy,
    now: Timestamp,
    facts: &FactsRow,
    request_id: &str,
    receipt: &mut Receipt,
) -> Result<(), StoreError> {
    receipt.answered = answers::answered(tx, facts.id).await?;
    match sitting::submit(tx, facts.id, receipt.submitted_at, &receipt.how).await {
        Ok(()) => {}
        Err(StoreError::Stale(_)) => return Ok(()),
        Err(error) => return Err(error),
    }
    let row = EventRow {
        id: EventId::new(now, entropy),
        at: now,
        actor_kind: "candidate".to_owned(),
        actor_id: facts.application_id.to_string(),
        act: policy::TERMINAL_SUBMIT.name.to_owned(),
        subject: facts.id.to_string(),
        batch_id: Some(facts.batch_id),
        reason: String::new(),
        detail: json!({ "answered": receipt.answered, "how": receipt.how }).to_string(),
        request_id: request_id.to_owned(),
    };
    event::insert(tx, &row).await
}

async fn note_stale(
    tx: &mut Connection,
    entropy: &dyn Entropy,
    now: Timestamp,
    facts: &FactsRow,
) -> Result<(), StoreError> {
    if sitting::has_incident(tx, facts.session_id, facts.application_id, STALE_TERMINAL).await? {
        return Ok(());
    }
    let incident = IncidentRow {
        id: IncidentId::new(now, entropy),
        session_id: facts.session_id,
        application_id: Some(facts.application_id),
        kind: STALE_TERMINAL.to_owned(),
        reason: String::new(),
        recorded_by: "system".to_owned(),
        at: now,
    };
    sitting::insert_incident(tx, &incident).await
}
