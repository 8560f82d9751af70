//! Issuing: numbers, records, entries in the ledger, signed files. One certificate, or a whole list in the background.
//!
//! The order of writes, so that a stop at any line leaves evidence and nothing twice:
//!  1. the intent: number, place in the status list and record, saved together and never changed;
//!  2. lint: what is unfit is noted as spoiled, its number spent;
//!  3. the ledger's entry that commits to the record is durable, and a published checkpoint covers it;
//!  4. the sheet is drawn with the proof inside, proofread, and signed;
//!  5. certificate and file are saved with the entry that is about the file;
//!  6. a checkpoint over that entry is published: only now the file is given out.
//!
//! Whoever issues again goes on where it stopped: open intents come before new numbers.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::press::{self, Issuer, Run};
use super::record::{self, Pass};
use super::signing::{self, Order, Sheet};
use super::{passed, ready};
use crate::certificate::{CertificateRecord, ENTERED, Finding, LedgerEvidence, lint};
use crate::identity::Duty;
use crate::kernel::{ApplicationId, BatchId, CertificateId};
use crate::office::ledger::{self, prove};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::certificate::intent::{self, IntentRow};
use crate::store::certificate::{self as rows, NewCertificate};
use crate::store::ledger as ledger_rows;
use crate::store::result::{self as result_rows, BatchRow, ResultRow};

/// So many certificates go through the steps together: each step costs one wait for the disk.
const CHUNK: usize = 50;
const CHUNK_ROWS: i64 = 50;

/// Issues the certificates of an approved list, or one of them. Asked again, it goes on with those that are missing.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IssueCertificates {
    /// The batch.
    pub batch: BatchId,
    /// Only this candidate's; else all, in the background.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<String>")]
    pub application: Option<ApplicationId>,
}

/// What became of the request.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Issuing {
    /// How many certificates the list has.
    pub total: usize,
    /// How many are still to be issued; the list of certificates tells how far they are.
    pub remaining: usize,
    /// The certificate, when one was asked for.
    pub certificate: Option<CertificateId>,
}

/// What all certificates of a batch share.
struct Work {
    batch: BatchRow,
    results: Vec<ResultRow>,
    /// Who passed and has no certificate yet.
    missing: Vec<ApplicationId>,
    total: usize,
}

impl Act for IssueCertificates {
    type Outcome = Issuing;
    const POLICY: Policy = policy::CERTIFICATE_ISSUE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Issuing, Refusal> {
        press::issuer(office).await?;
        let work = work(office, self.batch).await?;
        if let Some(stop) = office.ledger.stopped().await {
            return Err(stop.into());
        }
        let mut op = Op::begin_named(office, caller, "certificate.issue-list").await?;
        op.take_duty(self.batch, Duty::CertificateOfficer).await?;
        let asked = json!({ "application": self.application, "missing": work.missing.len() });
        op.commit(Event::of(self.batch).in_batch(self.batch).with(asked))
            .await?;
        let remaining = work.missing.len();
        let certificate = match self.application {
            None => {
                want(office, caller, self.batch, remaining);
                None
            }
            Some(application) if work.missing.contains(&application) => {
                issue(office, caller, self.batch, Some(application)).await?;
                let mut connection = office.store.read().await?;
                let issued = rows::of_batch(&mut connection, self.batch).await?;
                let own = issued.iter().find(|row| row.application_id == application);
                own.map(|row| row.id)
            }
            Some(_) => return Err(Broken::new("certificate-not-due").into()),
        };
        Ok(Issuing {
            total: work.total,
            remaining: remaining - usize::from(certificate.is_some()),
            certificate,
        })
    }
}

fn want(office: &Office, caller: &Caller, batch: BatchId, remaining: usize) {
    let mut lists = office.press.lists();
    if remaining > 0 && !matches!(lists.get(&batch), Some(Run::Running)) {
        lists.insert(batch, Run::Wanted(caller.clone()));
    }
}

async fn work(office: &Office, id: BatchId) -> Result<Work, Refusal> {
    let mut connection = office.store.read().await?;
    let batch = ready(office, &mut connection, id).await?;
    let list = rows::list(&mut connection, id).await?;
    if list.and_then(|list| list.approved_at).is_none() {
        return Err(Broken::new("certificate-list-not-approved").into());
    }
    let results = result_rows::results(&mut connection, id).await?;
    let applicants = result_rows::applicants(&mut connection, id).await?;
    let passed = passed(&batch, &applicants, &results);
    let issued = rows::of_batch(&mut connection, id).await?;
    let issued: BTreeSet<_> = issued.iter().map(|row| row.application_id).collect();
    let due = passed.iter().map(|applicant| applicant.application_id);
    Ok(Work {
        missing: due.filter(|one| !issued.contains(one)).collect(),
        total: passed.len(),
        batch,
        results,
    })
}

/// Begins, in the background, to issue the lists that somebody asked for.
pub fn continue_lists(office: &Arc<Office>) {
    let mut lists = office.press.lists();
    for (batch, run) in lists.iter_mut() {
        if let Run::Wanted(caller) = run {
            let (office, caller, batch) = (office.clone(), caller.clone(), *batch);
            *run = Run::Running;
            tokio::spawn(async move {
                let ended = issue_list(&office, &caller, batch).await;
                let mut lists = office.press.lists();
                match ended {
                    Ok(()) => _ = lists.remove(&batch),
                    Err(refusal) => {
                        tracing::warn!(%batch, %refusal, "issuing stopped");
                        lists.insert(batch, Run::Stopped(refusal));
                    }
                }
            });
        }
    }
}

/// Issues all that are missing of a list. Holds and the list itself are looked at anew before each chunk.
pub async fn issue_list(office: &Office, caller: &Caller, batch: BatchId) -> Result<(), Refusal> {
    issue(office, caller, batch, None).await
}

async fn issue(office: &Office, caller: &Caller, batch: BatchId, only: Option<ApplicationId>) -> Result<(), Refusal> {
    let issuer = press::issuer(office).await?;
    let mut run = Issue {
        office,
        caller,
        issuer,
        only,
        unfit: BTreeSet::new(),
        first: None,
    };
    // One at a time, or two would take numbers for the same person.
    let _turn = office.press.turn().await;
    while run.chunk(batch).await? {}
    run.first.map_or(Ok(()), Err)
}

/// One run of issuing.
struct Issue<'a> {
    office: &'a Office,
    caller: &'a Caller,
    issuer: Arc<Issuer>,
    only: Option<ApplicationId>,
    /// Whose record is unfit: they must not keep the others waiting.
    unfit: BTreeSet<ApplicationId>,
    /// The first thing that was wrong, told at the end.
    first: Option<Refusal>,
}

/// An intent with its record, opened.
struct Open {
    row: IntentRow,
    record: CertificateRecord,
}

impl Issue<'_> {
    /// Takes some certificates through all steps; tells whether there may be more.
    async fn chunk(&mut self, batch: BatchId) -> Result<bool, Refusal> {
        let work = work(self.office, batch).await?;
        let mut open = self.open(batch).await?;
        if open.is_empty() {
            if !self.intend(&work).await? {
                return Ok(false);
            }
            open = self.open(batch).await?;
        }
        let open = self.fit(open, &work).await?;
        self.enter(&open).await?;
        let signed = self.sign(open).await?;
        self.save(&work, &signed).await?;
        ledger::publish(self.office).await?;
        Ok(true)
    }

    async fn open(&self, batch: BatchId) -> Result<Vec<Open>, Refusal> {
        let mut connection = self.office.store.read().await?;
        let rows = intent::open(&mut connection, batch, CHUNK_ROWS).await?;
        let wanted = |row: &IntentRow| self.only.is_none_or(|only| row.application_id == only);
        rows.into_iter()
            .filter(wanted)
            .map(|row| {
                let record = super::unseal(self.office, &super::record_place(row.id), &row.record)?;
                Ok(Open { row, record })
            })
            .collect()
    }

    /// Step 1. Whatever can be found wrong before is found before a number is spent.
    async fn intend(&mut self, work: &Work) -> Result<bool, Refusal> {
        let mut holders = Vec::new();
        let mut connection = self.office.store.read().await?;
        let now = self.office.now();
        let (unfit, only) = (&self.unfit, self.only);
        let due = work
            .missing
            .iter()
            .filter(|one| !unfit.contains(one) && only.is_none_or(|only| only == **one));
        for application in due.copied().collect::<Vec<_>>() {
            if holders.len() == CHUNK {
                break;
            }
            let holder = rows::holder(&mut connection, application)
                .await?
                .ok_or(Refusal::NotFound)?;
            let pass = Pass {
                batch: &work.batch,
                results: &work.results,
                holder: &holder,
                now,
            };
            let findings = lint(
                &pass.record(self.office, 1)?,
                &self.office.fonts,
                &self.issuer.chain,
                now,
            );
            if findings.is_empty() {
                holders.push(holder);
            } else {
                self.note_unfit(application, Refusal::Invalid(record::problems(&holder.name, &findings)));
            }
        }
        drop(connection);
        if holders.is_empty() {
            return Ok(false);
        }
        let mut op = Op::begin_named(self.office, self.caller, "certificate.number").await?;
        let now = op.now;
        let mut last = None;
        for holder in &holders {
            let pass = Pass {
                batch: &work.batch,
                results: &work.results,
                holder,
                now,
            };
            let row = self.number(&mut op, &pass).await?;
            let detail = json!({ "application": row.application_id, "number": row.number, "slot": row.slot });
            let event = Event::of(row.id).in_batch(row.batch_id).with(detail);
            if let Some(earlier) = last.replace(event) {
                op.note("certificate.number", earlier).await?;
            }
        }
        if let Some(last) = last {
            op.commit(last).await?;
        }
        self.office.press.reached(Step::Intended)?;
        Ok(true)
    }

    fn note_unfit(&mut self, application: ApplicationId, refusal: Refusal) {
        self.unfit.insert(application);
        self.first.get_or_insert(refusal);
    }

    async fn number(&self, op: &mut Op<'_>, pass: &Pass<'_>) -> Result<IntentRow, Refusal> {
        let scheme = record::scheme(pass.batch)?;
        let parts = record::parts(pass.batch, scheme, pass.now)?;
        let scope = record::scope(scheme, &parts)?;
        let serial = rows::next_serial(op.connection(), &scope).await?;
        let serial = u32::try_from(serial).map_err(|_| Refusal::Fault(format!("{scope}: serial {serial}")))?;
        let mut record = pass.record(self.office, serial)?;
        record.print_serial = Some(super::print_serial(op.connection(), pass.now).await?);
        let entropy = self.office.entropy.as_ref();
        let id = CertificateId::new(pass.now, entropy);
        let row = IntentRow {
            id,
            number: record.number.to_string(),
            application_id: pass.holder.application_id,
            batch_id: pass.batch.id,
            record: super::seal(self.office, &super::record_place(id), &record)?,
            slot: rows::next_serial(op.connection(), "status").await? - 1,
            made_at: pass.now,
        };
        intent::insert(op.connection(), &row).await?;
        Ok(row)
    }

    /// Step 2: the records under their numbers. What is unfit, or was issued otherwise, is spoiled.
    async fn fit(&mut self, open: Vec<Open>, work: &Work) -> Result<Vec<Open>, Refusal> {
        let now = self.office.now();
        let mut fit = Vec::new();
        for one in open {
            let findings = lint(&one.record, &self.office.fonts, &self.issuer.chain, now);
            if !work.missing.contains(&one.row.application_id) {
                self.spoil(&one.row, "not-due").await?;
            } else if findings.is_empty() {
                fit.push(one);
            } else {
                self.unfit(&one, &findings).await?;
            }
        }
        Ok(fit)
    }

    async fn unfit(&mut self, one: &Open, findings: &[Finding]) -> Result<(), Refusal> {
        let problems = record::problems(one.record.name.as_str(), findings);
        self.note_unfit(one.row.application_id, Refusal::Invalid(problems));
        let cause = findings.first().map_or("unfit", Finding::check);
        self.spoil(&one.row, cause).await
    }

    /// Notes that a number was spent for nothing.
    async fn spoil(&self, row: &IntentRow, cause: &str) -> Result<(), Refusal> {
        let mut op = Op::begin_named(self.office, self.caller, "certificate.spoil").await?;
        let now = op.now;
        intent::spoil(op.connection(), row.id, cause, now).await?;
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .with(json!({ "number": row.number, "cause": cause }));
        op.commit(event).await?;
        Ok(())
    }

    /// Step 3: an entry for each record that has none yet.
    async fn enter(&self, open: &[Open]) -> Result<(), Refusal> {
        let mut op = Op::begin_named(self.office, self.caller, ENTERED).await?;
        let mut last = None;
        for one in open {
            let id = one.row.id;
            if ledger_rows::place_of(op.connection(), ENTERED, &id.to_string())
                .await?
                .is_some()
            {
                continue;
            }
            let event = Event::of(id)
                .in_batch(one.row.batch_id)
                .about(one.record.claims_digest())
                .with(json!({ "number": one.row.number }));
            if let Some(earlier) = last.replace(event) {
                op.note(ENTERED, earlier).await?;
            }
        }
        if let Some(last) = last {
            op.commit(last).await?;
        }
        self.office.press.reached(Step::Entered)
    }

    /// Step 4, by whoever has the key.
    async fn sign(&mut self, open: Vec<Open>) -> Result<Vec<(Open, Sheet)>, Refusal> {
        let mut orders = Vec::new();
        for one in &open {
            let ledger = evidence(self.office, &one.row.id.to_string()).await?;
            orders.push(Order::Sheet { id: one.row.id, ledger });
        }
        let signed = signing::sheets(self.office, &self.issuer, &orders).await?;
        let mut sheets = Vec::new();
        for (one, sheet) in open.into_iter().zip(signed) {
            let failure = match sheet {
                Ok(sheet) => {
                    sheets.push((one, sheet));
                    continue;
                }
                Err(failure) => failure,
            };
            let check = failure.check().map(ToOwned::to_owned);
            let refusal = failure.told(one.record.name.as_str());
            // Only what is unfit is spoiled; what the signer does not allow now, it may allow later.
            let Some(check) = check else { return Err(refusal) };
            self.note_unfit(one.row.application_id, refusal);
            self.spoil(&one.row, &check).await?;
        }
        self.office.press.reached(Step::Signed)?;
        Ok(sheets)
    }

    /// Step 5.
    async fn save(&self, work: &Work, signed: &[(Open, Sheet)]) -> Result<(), Refusal> {
        let (vault, entropy) = (&self.office.keys.vault, self.office.entropy.as_ref());
        // Sealed before the one writer is taken: both hold the full id number.
        let sealed: Vec<_> = signed
            .iter()
            .map(|(one, sheet)| vault.seal(&super::pdf_place(one.row.id), &sheet.pdf, entropy))
            .collect();
        let mut op = Op::begin_named(self.office, self.caller, "certificate.issue").await?;
        let now = op.now;
        let mut last = None;
        for ((one, sheet), pdf) in signed.iter().zip(&sealed) {
            let new = NewCertificate {
                id: one.row.id,
                number: &one.row.number,
                application_id: one.row.application_id,
                batch_id: one.row.batch_id,
                scheme: &one.record.scheme,
                name: one.record.name.as_str(),
                record: &one.row.record,
                pdf,
                pdf_digest: sheet.digest,
                issued_at: now,
            };
            rows::insert(op.connection(), &new).await?;
            let detail = json!({
                "application": one.row.application_id, "number": one.row.number, "pdf_sha256": sheet.digest,
            });
            let event = Event::of(one.row.id)
                .in_batch(one.row.batch_id)
                .about(sheet.digest)
                .with(detail);
            if let Some(earlier) = last.replace(event) {
                op.note("certificate.issue", earlier).await?;
            }
        }
        let Some(last) = last else { return Ok(()) };
        if signed.len() == work.missing.len() {
            rows::finish(op.connection(), work.batch.id, now).await?;
        }
        op.commit(last).await?;
        self.office.press.reached(Step::Saved)
    }
}

/// The proof that a record was entered, under a published checkpoint.
pub(super) async fn evidence(office: &Office, subject: &str) -> Result<LedgerEvidence, Refusal> {
    let published = ledger::publish(office).await?;
    let mut connection = office.store.read().await?;
    let place = ledger_rows::place_of(&mut connection, ENTERED, subject).await?;
    drop(connection);
    let place = place.ok_or_else(|| Refusal::Fault(format!("{subject}: not in the ledger")))?;
    let proof = prove(office, &published, place).await?;
    let key = ledger::public_key(office).await?;
    Ok(LedgerEvidence {
        key: key.to_string(),
        proof: proof.to_string(),
    })
}

/// Where a test can stop the work as a power cut would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Numbers are taken.
    Intended,
    /// The records are in the ledger.
    Entered,
    /// The sheets are signed, and in no database.
    Signed,
    /// Certificates are saved, and covered by no checkpoint.
    Saved,
}
