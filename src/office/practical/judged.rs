//! What the settling of results gets: every candidate's tasks with the signed sheets, checked against their digests, and
//! who has not signed yet.

use serde::Serialize;

use super::{open_bank, task_of};
use crate::bank::PracticalTask;
use crate::kernel::{AccountId, ApplicationId, Digest, Marks, SessionId, SheetId, Timestamp, canonical_json};
use crate::marking::{ConfirmedVeto, SheetForm, SheetRecord, SignedSheet};
use crate::office::{Office, Refusal};
use crate::store::practical::{self as store, SheetRow, StruckRow};

/// One candidate's task: the sheets that are signed, and the examiners who have not signed.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The candidate's application.
    pub application: ApplicationId,
    /// The place of the task in the test.
    pub position: i64,
    /// The task.
    pub task_code: String,
    /// The task's share of the test, in percent.
    pub weight: i64,
    /// What the task is worth at most on its sheet.
    pub most: Marks,
    /// The signed sheets. Lateness is in their totals already; a veto with both signatures strikes all of them.
    pub sheets: Vec<SignedSheet>,
    /// The totals that the examiners signed, in the order of the sheets.
    pub signed_totals: Vec<Marks>,
    /// The assigned examiners without a signed sheet.
    pub missing: Vec<AccountId>,
}

/// Everything judged in a session, by seat and task. A sheet that does not match the digest it was signed with is a fault.
pub async fn judged(office: &Office, session: SessionId) -> Result<Vec<Judged>, Refusal> {
    let mut connection = office.store.read().await?;
    let Some(work) = store::work(&mut connection, session).await? else {
        return Err(Refusal::NotFound);
    };
    let seated = store::seated(&mut connection, session).await?;
    let drawn = store::drawn(&mut connection, session).await?;
    let examiners = store::examiners(&mut connection, session).await?;
    let sheets = store::signed_sheets(&mut connection, session).await?;
    let struck = store::confirmed_vetoes(&mut connection, session).await?;
    drop(connection);
    if drawn.is_empty() {
        return Ok(Vec::new());
    }
    let bank = open_bank(office, work.bank_version_id).await?;
    let mut all = Vec::new();
    for seat in &seated {
        for drawn in &drawn {
            let task = task_of(&bank, &drawn.task_code)?;
            let of =
                |application: ApplicationId, code: &str| application == seat.application_id && code == drawn.task_code;
            let own: Vec<&SheetRow> = sheets
                .iter()
                .filter(|sheet| of(sheet.application_id, &sheet.task_code))
                .collect();
            let struck: Vec<&StruckRow> = struck
                .iter()
                .filter(|veto| of(veto.application_id, &veto.task_code))
                .collect();
            let signed_by = |examiner: &AccountId| own.iter().any(|sheet| sheet.examiner_id == *examiner);
            all.push(Judged {
                application: seat.application_id,
                position: drawn.position,
                task_code: drawn.task_code.clone(),
                weight: drawn.weight,
                most: SheetForm::of(task).most(),
                missing: examiners
                    .iter()
                    .copied()
                    .filter(|examiner| !signed_by(examiner))
                    .collect(),
                signed_totals: own.iter().filter_map(|sheet| sheet.total).collect(),
                sheets: own
                    .iter()
                    .map(|sheet| rebuild(task, sheet, &struck))
                    .collect::<Result<_, _>>()?,
            });
        }
    }
    Ok(all)
}

fn rebuild(task: &PracticalTask, sheet: &SheetRow, struck: &[&StruckRow]) -> Result<SignedSheet, Refusal> {
    let fault = |what: &str| Refusal::Fault(format!("score sheet {}: {what}", sheet.id));
    let record = record_of(sheet)?;
    let veto = |veto: &&StruckRow| ConfirmedVeto {
        code: veto.code.clone(),
        reason: veto.reason.clone(),
        raised_by: veto.raised_by,
        confirmed_by: veto.confirmed_by,
        at: veto.confirmed_at,
    };
    let own: Vec<ConfirmedVeto> = struck
        .iter()
        .filter(|struck| struck.sheet_id == sheet.id)
        .map(veto)
        .collect();
    let (Some(signed_at), Some(total), Some(digest)) = (sheet.signed_at, sheet.total, sheet.digest) else {
        return Err(fault("signed without time, total or digest"));
    };
    if statement_digest(sheet, &record, &own, total, signed_at)? != digest {
        return Err(fault("does not match the digest it was signed with"));
    }
    let all: Vec<ConfirmedVeto> = struck.iter().map(veto).collect();
    record
        .sheet(task, sheet.examiner_id, &all)
        .and_then(|sheet| sheet.sign(signed_at))
        .map_err(|error| fault(&error.to_string()))
}

/// The entries of a sheet.
pub(super) fn record_of(sheet: &SheetRow) -> Result<SheetRecord, Refusal> {
    serde_json::from_str(&sheet.content).map_err(|error| Refusal::Fault(format!("score sheet {}: {error}", sheet.id)))
}

/// What an examiner signs.
#[derive(Serialize)]
struct Statement<'a> {
    sheet: SheetId,
    session: SessionId,
    application: ApplicationId,
    task: &'a str,
    examiner: AccountId,
    record: &'a SheetRecord,
    vetoes: Vec<SignedVeto<'a>>,
    total: Marks,
    signed_at: Timestamp,
}

#[derive(Serialize)]
struct SignedVeto<'a> {
    code: &'a str,
    reason: &'a str,
    raised_by: AccountId,
    confirmed_by: AccountId,
    at: Timestamp,
}

/// The digest of what an examiner signs: whose, of whom, the entries, the vetoes on the sheet, the total, the time.
pub(super) fn statement_digest(
    sheet: &SheetRow,
    record: &SheetRecord,
    vetoes: &[ConfirmedVeto],
    total: Marks,
    signed_at: Timestamp,
) -> Result<Digest, Refusal> {
    let statement = Statement {
        sheet: sheet.id,
        session: sheet.session_id,
        application: sheet.application_id,
        task: &sheet.task_code,
        examiner: sheet.examiner_id,
        record,
        vetoes: vetoes
            .iter()
            .map(|veto| SignedVeto {
                code: &veto.code,
                reason: &veto.reason,
                raised_by: veto.raised_by,
                confirmed_by: veto.confirmed_by,
                at: veto.at,
            })
            .collect(),
        total,
        signed_at,
    };
    canonical_json(&statement)
        .map(|bytes| Digest::of(&bytes))
        .map_err(|error| Refusal::Fault(error.to_string()))
}
