//! Objections: taken in while results are public, rechecked, and decided by somebody who had no part in the batch before.
//!
//! A recheck reads what is there: it applies the key again, adds every sheet again and looks for missed pages. It changes
//! nothing; if a result has to change, a correction is proposed ([`crate::office::regrade`]).

mod list;

pub use list::{ListObjections, ObjectionList, ObjectionView, RecheckView};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::identity::Duty;
use crate::kernel::{ApplicationId, BatchId, Digest, ObjectionId, RecheckId, Timestamp};
use crate::office::practical::reason;
use crate::office::result::{Done, batch as batch_row, bundle_of};
use crate::office::{Act, Broken, Caller, Download, Event, Office, Op, Policy, Refusal, Upload, policy};
use crate::result::bundle::Bundle;
use crate::result::recompute::{Difference, recompute};
use crate::result::{Component, scoring};
use crate::store::objection::{self as store, NewObjection, ObjectionRow, RecheckRow};
use crate::store::result::{self as rows};

const MOST_BYTES: usize = 5 * 1024 * 1024;

/// Takes an objection in, while the results are public.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FileObjection {
    /// The batch.
    pub batch: BatchId,
    /// The ticket's number.
    pub ticket: String,
    /// `theory` or `practical`.
    pub component: Component,
    /// What the candidate says is wrong.
    pub claim: String,
    /// The evidence: a PDF, JPEG or PNG; or none.
    #[serde(default)]
    pub evidence: Option<Upload>,
    /// The name of its file.
    #[serde(default)]
    pub evidence_name: String,
}

/// An objection that was taken in.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Filed {
    /// The objection.
    pub objection: ObjectionId,
    /// When.
    pub at: Timestamp,
}

impl Act for FileObjection {
    type Outcome = Filed;
    const POLICY: Policy = policy::OBJECTION_FILE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Filed, Refusal> {
        let claim = reason(&self.claim, "claim")?;
        let by = caller.account()?;
        let id = ObjectionId::new(office.now(), office.entropy.as_ref());
        let evidence = self
            .evidence
            .as_ref()
            .map(|file| file.0.as_slice())
            .filter(|bytes| !bytes.is_empty());
        evidence.map_or(Ok(()), fits)?;
        let vault = &office.keys.vault;
        let sealed = evidence.map(|bytes| vault.seal(&place(id), bytes, office.entropy.as_ref()));
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let batch = batch_row(op.connection(), self.batch).await?;
        match (batch.published_at, batch.publicity_until) {
            (Some(_), Some(until)) if now < until => {}
            (Some(_), Some(until)) => return Err(Broken::new("objection-too-late").with("until", until).into()),
            _ => return Err(Broken::new("objection-not-public").into()),
        }
        let application = store::by_ticket(op.connection(), self.batch, self.ticket.trim()).await?;
        let application = application.ok_or_else(|| Broken::new("objection-ticket").at("ticket"))?;
        let new = NewObjection {
            id,
            batch_id: self.batch,
            application_id: application,
            component: self.component.word(),
            claim: &claim,
            evidence: sealed.as_deref(),
            evidence_name: if evidence.is_some() {
                self.evidence_name.trim()
            } else {
                ""
            },
            evidence_digest: evidence.map(Digest::of),
            filed_by: by,
            filed_at: now,
        };
        store::insert(op.connection(), &new).await?;
        let event = Event::of(id)
            .in_batch(self.batch)
            .with(json!({ "component": new.component, "evidence": new.evidence_digest, "application": application }));
        Ok(Filed {
            objection: id,
            at: op.commit(event).await?,
        })
    }
}

fn place(id: ObjectionId) -> String {
    format!("objection.evidence/{id}")
}

/// What kind of file evidence is, by its first bytes; a name proves nothing.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    [
        (&b"%PDF-"[..], "application/pdf"),
        (&[0xFF, 0xD8, 0xFF][..], "image/jpeg"),
        (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
    ]
    .into_iter()
    .find(|(magic, _)| bytes.starts_with(magic))
    .map(|(_, kind)| kind)
}

fn fits(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() > MOST_BYTES {
        return Err(Broken::new("objection-evidence-large")
            .with("megabytes", MOST_BYTES / 1024 / 1024)
            .at("evidence")
            .into());
    }
    match media_type(bytes) {
        Some(_) => Ok(()),
        None => Err(Broken::new("objection-evidence-kind").at("evidence").into()),
    }
}

/// Gives the evidence of an objection.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ObjectionEvidence {
    /// The objection.
    pub objection: ObjectionId,
}

impl Act for ObjectionEvidence {
    type Outcome = Download;
    const POLICY: Policy = policy::OBJECTION_EVIDENCE;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Download, Refusal> {
        let mut connection = office.store.read().await?;
        let row = store::by_id(&mut connection, self.objection)
            .await?
            .ok_or(Refusal::NotFound)?;
        let sealed = store::evidence(&mut connection, self.objection)
            .await?
            .ok_or(Refusal::NotFound)?;
        drop(connection);
        let place = place(self.objection);
        let opened = office.keys.vault.open(&place, &sealed);
        let bytes = opened.map_err(|error| Refusal::Fault(format!("{place}: {error}")))?;
        if row.evidence_digest != Some(Digest::of(&bytes)) {
            return Err(Refusal::Fault(format!("{place}: not what was handed in")));
        }
        let kind = media_type(&bytes).unwrap_or("application/octet-stream");
        Ok(Download::new(row.evidence_name, kind, &bytes))
    }
}

/// Rechecks what an objection is about; what is found is recorded.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecheckObjection {
    /// The objection.
    pub objection: ObjectionId,
}

/// What a recheck looked at and found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecheckReport {
    /// The stored score, exactly.
    pub stored: String,
    /// The score reckoned again.
    pub reckoned: String,
    /// How many questions the paper has, or how many sheets there are.
    pub pages: usize,
    /// Questions without an answer, or tasks without a signed sheet: pages that could have been missed.
    pub blank: Vec<String>,
    /// Answers that came too late or from a replaced terminal, and do not count.
    pub aside: usize,
    /// What is stored otherwise than it is reckoned.
    pub differences: Vec<String>,
}

impl Act for RecheckObjection {
    type Outcome = RecheckReport;
    const POLICY: Policy = policy::OBJECTION_RECHECK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<RecheckReport, Refusal> {
        let mut connection = office.store.read().await?;
        let row = store::by_id(&mut connection, self.objection)
            .await?
            .ok_or(Refusal::NotFound)?;
        let aside = rows::aside_count(&mut connection, row.application_id).await?;
        drop(connection);
        let component = Component::of_word(&row.component).ok_or(Refusal::NotFound)?;
        let mut bundle = bundle_of(office, row.batch_id).await?;
        only(&mut bundle, row.application_id, component);
        let report = tokio::task::spawn_blocking(move || report(&bundle, usize::try_from(aside).unwrap_or(0))).await;
        let report = report.map_err(|error| Refusal::Fault(error.to_string()))??;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        open(op.connection(), self.objection).await?;
        let by = decider(&mut op, &row).await?;
        let recheck = RecheckRow {
            id: RecheckId::new(now, office.entropy.as_ref()),
            objection_id: self.objection,
            report: json!(report).to_string(),
            differences: i64::try_from(report.differences.len()).unwrap_or(i64::MAX),
            made_by: by,
            made_name: String::new(),
            made_at: now,
        };
        store::insert_recheck(op.connection(), &recheck).await?;
        let event = Event::of(self.objection)
            .in_batch(row.batch_id)
            .with(json!({ "recheck": recheck.id, "differences": recheck.differences }));
        op.commit(event).await?;
        Ok(report)
    }
}

/// Whoever decides had no part in the batch before, and did not take the objection in.
async fn decider(op: &mut Op<'_>, row: &ObjectionRow) -> Result<crate::kernel::AccountId, Refusal> {
    let by = op.take_duty(row.batch_id, Duty::ObjectionDecider).await?;
    if by == row.filed_by {
        return Err(Broken::new("objection-own").into());
    }
    Ok(by)
}

async fn open(connection: &mut crate::store::Connection, id: ObjectionId) -> Result<ObjectionRow, Refusal> {
    let row = store::by_id(connection, id).await?.ok_or(Refusal::NotFound)?;
    match row.decided_at {
        Some(at) => Err(Broken::new("objection-decided").with("at", at).into()),
        None => Ok(row),
    }
}

fn only(bundle: &mut Bundle, application: ApplicationId, component: Component) {
    let theory = component == Component::Theory;
    bundle.rules.theory &= theory;
    bundle.rules.practical &= !theory;
    bundle.attempts.retain(|line| theory && line.application == application);
    bundle
        .practical
        .retain(|line| !theory && line.application == application);
    bundle
        .results
        .retain(|line| line.application == application && line.component == component);
}

fn report(bundle: &Bundle, aside: usize) -> Result<RecheckReport, Refusal> {
    let again = recompute(bundle).map_err(|error| Refusal::Fault(error.to_string()))?;
    let (mut pages, mut blank) = (0, Vec::new());
    for attempt in &bundle.attempts {
        let paper = bundle.papers.iter().find(|paper| Some(paper.paper) == attempt.paper);
        let answers = scoring::answers_of(&attempt.log);
        for question in paper.iter().flat_map(|paper| &paper.content.questions) {
            pages += 1;
            if answers.get(&question.number).is_none_or(String::is_empty) {
                blank.push(question.number.to_string());
            }
        }
    }
    for task in bundle.practical.iter().flat_map(|line| &line.tasks) {
        let signed = task.sheets.iter().filter(|sheet| sheet.signed_at.is_some()).count();
        pages += task.sheets.len();
        if signed < bundle.rules.mean.least_examiners || signed < task.sheets.len() {
            blank.push(task.task.clone());
        }
    }
    let told = |found: &Difference| format!("{} {} {} → {}", found.what, found.place, found.stored, found.reckoned);
    Ok(RecheckReport {
        stored: bundle
            .results
            .first()
            .map(|line| line.exact.clone())
            .unwrap_or_default(),
        reckoned: again.scores.first().map(|line| line.exact.clone()).unwrap_or_default(),
        pages,
        blank,
        aside,
        differences: again.differences.iter().map(told).collect(),
    })
}

/// Decides an objection that was rechecked.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DecideObjection {
    /// The objection.
    pub objection: ObjectionId,
    /// `uphold` or `dismiss`.
    pub decision: String,
    /// Why, as the candidate will read it.
    pub reason: String,
}

impl Act for DecideObjection {
    type Outcome = Done;
    const POLICY: Policy = policy::OBJECTION_DECIDE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = reason(&self.reason, "reason")?;
        let upheld = match self.decision.as_str() {
            "uphold" => true,
            "dismiss" => false,
            _ => return Err(Broken::new("objection-decision").at("decision").into()),
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = open(op.connection(), self.objection).await?;
        let by = decider(&mut op, &row).await?;
        let rechecks = store::rechecks(op.connection(), row.batch_id).await?;
        let last = rechecks
            .iter()
            .rev()
            .find(|recheck| recheck.objection_id == self.objection);
        let last = last.ok_or_else(|| Broken::new("objection-not-rechecked"))?;
        if !store::decide(op.connection(), self.objection, last.id, upheld, &reason, (by, now)).await? {
            return Err(Refusal::Stale);
        }
        let event = Event::of(self.objection)
            .in_batch(row.batch_id)
            .because(&reason)
            .with(json!({ "upheld": upheld, "recheck": last.id, "differences": last.differences }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}
