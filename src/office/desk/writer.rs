//! Writing a batch: facts are held, each part is decided in order, then all rows go in few statements.

use std::collections::BTreeMap;

use serde_json::json;

use super::held::Held;
use super::{Ack, Answer, Ask, Beat, Outcome, Part, Receipt, Saved, Tools};
use crate::certificate::{ReceiptKeyError, receipt_code};
use crate::kernel::{AttemptId, Entropy, EventId, IncidentId, SECOND, Timestamp};
use crate::office::{Broken, Keys, Refusal, policy};
use crate::sitting::{GRACE, NOTICED, ReceiptStatement, Standing, admit, answers_digest, check_answer, may_submit};
use crate::store::event::{self, EventRow};
use crate::store::sitting::answers::{self, AnswerRow, FactsRow};
use crate::store::sitting::aside::{self, AsideRow};
use crate::store::sitting::outage::{self, PresenceRow, SilenceRow};
use crate::store::sitting::receipt::{self as receipts, ReceiptRow};
use crate::store::sitting::{self, IncidentRow};
use crate::store::{Connection, Engine, StoreError};

/// A terminal's sign of life is written at most this often.
const SEEN_EVERY: i64 = 10 * SECOND;
/// The incident of a terminal that writes without the lease.
const STALE_TERMINAL: &str = "stale_terminal";
/// The incident of a candidate who left the paper for something else on the screen.
const LEFT_PAGE: &str = "left_page";

type Key = (AttemptId, i64);

/// What a batch gathers before it writes.
#[derive(Default)]
struct Gathered {
    /// The latest revision of each question.
    latest: BTreeMap<Key, i64>,
    /// Everything, by key and revision: the same key may not stand twice in one statement.
    log: BTreeMap<(Key, i64), AnswerRow>,
    seen: Vec<AttemptId>,
    silences: Vec<SilenceRow>,
    presences: Vec<PresenceRow>,
    /// Answers that do not count, kept for people to look at.
    aside: Vec<AsideRow>,
    /// What the console shows, once for each attempt.
    noticed: Vec<(AttemptId, &'static str)>,
}

impl Gathered {
    fn notice(&mut self, attempt: AttemptId, kind: &'static str) {
        if !self.noticed.contains(&(attempt, kind)) {
            self.noticed.push((attempt, kind));
        }
    }
}

/// Writes a batch in one transaction; outcomes are in the order of the parts. An error means that nothing was written.
pub(super) async fn write(
    tools: &Tools,
    held: &mut Held,
    now: Timestamp,
    parts: &[Part],
) -> Result<Vec<Result<Outcome, Refusal>>, Refusal> {
    let mut ids: Vec<AttemptId> = parts.iter().map(|part| part.attempt).collect();
    ids.sort_unstable();
    ids.dedup();
    let engine = tools.store.engine();
    let mut tx = tools.store.write_answers().await?;
    let mut facts = held.take(&mut tx, &tools.store, &ids).await?;

    let mut gathered = Gathered::default();
    let mut decided: Vec<Result<Outcome, Refusal>> = Vec::with_capacity(parts.len());
    let mut submits = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let outcome = match facts.get_mut(&part.attempt) {
            None => Err(Refusal::NotFound),
            Some(facts) => decide(part, facts, now, &mut gathered),
        };
        match (&outcome, &part.ask) {
            (Ok(Outcome::Received(_)), Ask::Submit { request_id, .. }) => {
                submits.push((index, part.attempt, Some(request_id)));
            }
            (Ok(Outcome::Received(_)), Ask::Receipt) => submits.push((index, part.attempt, None)),
            _ => {}
        }
        decided.push(outcome);
    }

    save(&mut tx, engine, &gathered, (parts, &mut decided)).await?;
    for &(index, attempt, request_id) in &submits {
        if let (Some(facts), Some(Ok(Outcome::Received(receipt)))) = (facts.get(&attempt), decided.get_mut(index)) {
            if let Some(request_id) = request_id {
                hand_in(&mut tx, tools.entropy.as_ref(), now, facts, request_id, receipt).await?;
            }
            if facts.submitted_how.as_deref() != Some("deadline") || now - receipt.submitted_at >= GRACE {
                complete(&mut tx, &tools.keys, now, receipt).await?;
            }
        }
    }
    for (attempt, kind) in &gathered.noticed {
        if let Some(facts) = facts.get(attempt) {
            note_incident(&mut tx, tools.entropy.as_ref(), now, facts, kind).await?;
        }
    }
    for silence in &gathered.silences {
        outage::note_silence(&mut tx, *silence).await?;
    }
    for presence in &gathered.presences {
        outage::note_presence(&mut tx, *presence).await?;
    }
    aside::keep(&mut tx, &gathered.aside).await?;
    answers::note_seen(&mut tx, engine, &gathered.seen, now).await?;
    tx.commit().await.map_err(StoreError::from)?;
    // Another node may have handed a paper in before us: such attempts are read again.
    for (_, attempt, _) in submits {
        facts.remove(&attempt);
    }
    held.keep(facts.into_values());
    Ok(decided)
}

/// Decides one part and gathers its rows. Facts follow what was decided, for the parts that come after.
fn decide(part: &Part, facts: &mut FactsRow, now: Timestamp, gathered: &mut Gathered) -> Result<Outcome, Refusal> {
    match part.ask {
        Ask::Settle => return Ok(Outcome::Heard),
        Ask::Submit { .. } | Ask::Receipt if facts.state == "submitted" => {
            return Ok(Outcome::Received(receipt(facts, now)));
        }
        Ask::Receipt => return Err(Broken::new("attempt-not-handed-in").into()),
        _ => {}
    }
    let held = facts.lease == Some(part.lease);
    let started = facts.started_at.is_some();
    if started && !held {
        return match &part.ask {
            Ask::Seen(_) | Ask::Settle | Ask::Receipt => Ok(Outcome::Heard),
            Ask::Save(answers) => {
                gathered.notice(facts.id, STALE_TERMINAL);
                put_aside(part, answers, facts, now, "replaced_terminal", gathered);
                Err(Broken::new("second-terminal").into())
            }
            Ask::Submit { .. } => {
                gathered.notice(facts.id, STALE_TERMINAL);
                Err(Broken::new("second-terminal").into())
            }
        };
    }
    note_heard(facts, now, gathered);
    match &part.ask {
        Ask::Settle | Ask::Receipt => Ok(Outcome::Heard),
        Ask::Seen(beat) => {
            note_beat(*beat, facts, now, gathered);
            Ok(Outcome::Heard)
        }
        Ask::Save(answers) => {
            let saved = gather(answers, facts, now, gathered);
            if matches!(&saved, Err(Refusal::Rule(broken)) if broken.code == "attempt-closed") {
                put_aside(part, answers, facts, now, "after_grace", gathered);
            }
            saved.map(Outcome::Saved)
        }
        Ask::Submit { earliest_ms, .. } => submit(facts, *earliest_ms, now).map(Outcome::Received),
    }
}

fn submit(facts: &mut FactsRow, earliest_ms: i64, now: Timestamp) -> Result<Receipt, Refusal> {
    if facts.paused_at.is_some() {
        return Err(Broken::new("attempt-paused").into());
    }
    let (Some(started_at), Some(deadline)) = (facts.started_at, facts.deadline) else {
        return Err(Broken::new("attempt-not-started").into());
    };
    let in_time = now < deadline;
    if in_time {
        may_submit(started_at, earliest_ms, now).map_err(Broken::from)?;
    }
    "submitted".clone_into(&mut facts.state);
    facts.submitted_at = Some(if in_time { now } else { deadline });
    facts.submitted_how = Some(if in_time { "candidate" } else { "deadline" }.to_owned());
    Ok(receipt(facts, now))
}

/// Notes that the terminal was heard, and a silence that ends with it.
fn note_heard(facts: &mut FactsRow, now: Timestamp, gathered: &mut Gathered) {
    let working = facts.started_at.is_some() && matches!(facts.submitted_how.as_deref(), None | Some("deadline"));
    if let Some(from_at) = facts.last_seen_at.filter(|at| working && now - *at > NOTICED) {
        gathered.silences.push(SilenceRow {
            attempt_id: facts.id,
            from_at,
            until_at: now,
        });
    }
    if facts.last_seen_at.is_none_or(|at| now - at >= SEEN_EVERY) {
        facts.last_seen_at = Some(now);
        gathered.seen.push(facts.id);
    }
}

fn note_beat(beat: Beat, facts: &FactsRow, now: Timestamp, gathered: &mut Gathered) {
    if beat.is_quiet() || facts.state != "open" {
        return;
    }
    gathered.presences.push(PresenceRow {
        attempt_id: facts.id,
        unsaved: beat.unsaved.clamp(0, facts.questions),
        away: i64::from(beat.away),
        times_away: beat.left.clamp(0, 1_000),
        at: now,
    });
    if beat.left > 0 {
        gathered.notice(facts.id, LEFT_PAGE);
    }
}

/// Keeps answers that do not count, if they are answers at all. What is stored as counting is left out when writing.
fn put_aside(
    part: &Part,
    answers: &[Answer],
    facts: &FactsRow,
    now: Timestamp,
    why: &'static str,
    gathered: &mut Gathered,
) {
    let possible =
        |answer: &&Answer| check_answer(answer.number, &answer.value, answer.revision, facts.questions).is_ok();
    for answer in answers.iter().filter(possible) {
        gathered.aside.push(AsideRow {
            attempt_id: facts.id,
            terminal: part.lease,
            number: answer.number,
            revision: answer.revision,
            value: answer.value.clone(),
            flagged: i64::from(answer.flagged),
            why: why.to_owned(),
            received_at: now,
        });
    }
}

fn standing(facts: &FactsRow) -> Standing {
    if facts.paused_at.is_some() && facts.submitted_at.is_none() {
        return Standing::Paused;
    }
    match (facts.deadline, facts.submitted_at, facts.submitted_how.as_deref()) {
        (Some(deadline), Some(_), Some("deadline")) => Standing::OverByTime { deadline },
        (_, Some(at), _) => Standing::HandedIn { at },
        (Some(deadline), None, _) => Standing::Open { deadline },
        (None, None, _) => Standing::Waiting,
    }
}

fn gather(answers: &[Answer], facts: &FactsRow, now: Timestamp, gathered: &mut Gathered) -> Result<Saved, Refusal> {
    let late = admit(standing(facts), now).map_err(Broken::from)?;
    for answer in answers {
        check_answer(answer.number, &answer.value, answer.revision, facts.questions).map_err(Broken::from)?;
    }
    let acks = answers.iter().map(|answer| {
        let key = (facts.id, answer.number);
        let flagged = i64::from(answer.flagged);
        let logged = gathered.log.entry((key, answer.revision)).or_insert_with(|| AnswerRow {
            attempt_id: facts.id,
            number: answer.number,
            revision: answer.revision,
            value: answer.value.clone(),
            flagged,
            saved_at: now,
            late: i64::from(late),
        });
        let clash = logged.value != answer.value || logged.flagged != flagged;
        let latest = gathered.latest.entry(key).or_insert(answer.revision);
        *latest = answer.revision.max(*latest);
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
        remaining_ms: match facts.deadline {
            Some(deadline) => (deadline - now).max(0),
            None => facts.left_ms.unwrap_or(0),
        },
    })
}

async fn save(
    tx: &mut Connection,
    engine: Engine,
    gathered: &Gathered,
    (parts, decided): (&[Part], &mut [Result<Outcome, Refusal>]),
) -> Result<(), StoreError> {
    let log: Vec<&AnswerRow> = gathered.log.values().collect();
    let latest = gathered.latest.iter();
    let latest: Vec<&AnswerRow> = latest
        .filter_map(|(key, revision)| gathered.log.get(&(*key, *revision)))
        .collect();
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
        code: None,
        digest: None,
        signature: None,
    }
}

/// Puts the signed statement into a receipt: the one that there is, or a new one of what is stored now.
async fn complete(tx: &mut Connection, keys: &Keys, now: Timestamp, receipt: &mut Receipt) -> Result<(), Refusal> {
    let stored = answers::of_attempt(tx, receipt.attempt).await?;
    let (answered, digest) = answers_digest(stored.iter().map(|row| (row.number, row.value.as_str())));
    let statement = ReceiptStatement {
        attempt: receipt.attempt,
        handed_in_at: receipt.submitted_at,
        how: receipt.how.clone(),
        answered,
        questions: receipt.questions,
        answers: digest.to_string(),
    };
    let text = statement.text().map_err(Refusal::Fault)?;
    let fault = |error: ReceiptKeyError| Refusal::Fault(error.to_string());
    let row = ReceiptRow {
        code: receipt_code(&text),
        attempt_id: receipt.attempt,
        signature: keys.receipt_key().and_then(|key| key.sign(&text)).map_err(fault)?,
        statement: text,
        issued_at: now,
    };
    receipts::insert(tx, &row).await?;
    receipt.answered = answered;
    receipt.code = Some(row.code);
    receipt.digest = Some(statement.answers);
    receipt.signature = Some(row.signature);
    Ok(())
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
    event::insert(tx, &row, None, entropy).await?;
    Ok(())
}

/// Records, once, what the program noticed of a terminal.
async fn note_incident(
    tx: &mut Connection,
    entropy: &dyn Entropy,
    now: Timestamp,
    facts: &FactsRow,
    kind: &str,
) -> Result<(), StoreError> {
    if sitting::has_incident(tx, facts.session_id, facts.application_id, kind).await? {
        return Ok(());
    }
    let incident = IncidentRow {
        id: IncidentId::new(now, entropy),
        session_id: facts.session_id,
        application_id: Some(facts.application_id),
        kind: kind.to_owned(),
        reason: String::new(),
        recorded_by: "system".to_owned(),
        at: now,
    };
    sitting::insert_incident(tx, &incident).await
}
