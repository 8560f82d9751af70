//! What a signer makes sure of, by its own look at the register, before it uses the key.

use super::record::{self, Pass};
use super::signing::{Order, SigningFailure};
use crate::certificate::{
    CertificateRecord, Change, Credential, Extras, LaterFacts, LedgerEvidence, NotSigned, SheetFacts, StatusPlace,
};
use crate::kernel::{CertificateId, RequestId};
use crate::ledger::NoteKey;
use crate::office::result::outcome_of;
use crate::office::{Office, Refusal};
use crate::result::Outcome;
use crate::store::Connection;
use crate::store::certificate::{self as rows, facts};
use crate::store::result as result_rows;

/// A sheet that may be signed.
pub(super) struct Allowed {
    /// The record, as the register has it.
    pub(super) record: CertificateRecord,
    pub(super) extras: Extras,
}

/// Reads the facts of a sheet and applies the rule to them. `log` is the ledger whose entries are believed.
pub(super) async fn examine(office: &Office, order: &Order, log: &NoteKey) -> Result<Allowed, SigningFailure> {
    let mut connection = office.store.read().await?;
    let (found, ledger) = match order {
        Order::Sheet { id, ledger } => (first_sheet(office, &mut connection, *id).await?, ledger),
        Order::LaterSheet { id, ledger } => (later_sheet(office, &mut connection, *id).await?, ledger),
        Order::StatusList { .. } | Order::Badge { .. } => return Err(NotSigned::Unknown.into()),
    };
    drop(connection);
    let (record, slot) = found;
    Ok(allowed(office, record, slot, ledger, log)?)
}

fn allowed(
    office: &Office,
    record: CertificateRecord,
    slot: i64,
    evidence: &LedgerEvidence,
    log: &NoteKey,
) -> Result<Allowed, NotSigned> {
    let credential = Credential {
        ledger: Some(evidence.clone()),
        ..Credential::of(&record, String::new())
    };
    let inclusion = credential.inclusion().map_err(|_| NotSigned::NotEntered)?;
    if inclusion.is_none_or(|inclusion| inclusion.key != *log) {
        return Err(NotSigned::NotEntered);
    }
    Ok(Allowed {
        record,
        extras: Extras {
            ledger: Some(evidence.clone()),
            status: Some(place(office, slot)),
        },
    })
}

pub(super) fn place(office: &Office, slot: i64) -> StatusPlace {
    StatusPlace {
        list: format!("{}/status/1", office.base_url),
        index: u64::try_from(slot).unwrap_or(0),
    }
}

async fn first_sheet(
    office: &Office,
    connection: &mut Connection,
    id: CertificateId,
) -> Result<(CertificateRecord, i64), SigningFailure> {
    let row = facts::intent(connection, id).await?.ok_or(NotSigned::Unknown)?;
    let record: CertificateRecord = super::unseal(office, &super::record_place(id), &row.record)?;
    let application = row.application_id;
    if facts::batch_of(connection, application).await? != Some(row.batch_id) {
        return Err(NotSigned::Unknown.into());
    }
    let batch = super::batch_row(connection, row.batch_id).await?;
    let holder = rows::holder(connection, application).await?.ok_or(NotSigned::Unknown)?;
    let results = facts::results(connection, application).await?;
    let list = rows::list(connection, row.batch_id).await?;
    let place = format!("candidate.citizen_id/{}", holder.candidate_id);
    let citizen_id = office.keys.vault.open(&place, &holder.citizen_id).unwrap_or_default();
    let published = batch.state == "published";
    let pass = Pass {
        batch: &batch,
        results: &results,
        holder: &holder,
        now: row.made_at,
    };
    let expected = expected(office, &pass, &record)?;
    let found = SheetFacts {
        number: row.number,
        scheme: batch.scheme.clone(),
        spoiled: facts::is_spoiled(connection, id).await?,
        issued: facts::is_issued(connection, application).await?,
        results: [batch.settled_by, batch.approved_by].map(|who| who.map(|who| who.to_string())),
        list: [
            list.as_ref().map(|list| list.prepared_by.to_string()),
            list.as_ref()
                .and_then(|list| list.approved_by)
                .map(|who| who.to_string()),
        ],
        publicity_until: batch.publicity_until.filter(|_| published),
        holds: result_rows::open_holds(connection, row.batch_id).await?.len(),
        passed: matches!(outcome_of(&batch, application, &results), Outcome::Passed { .. }),
        name: holder.name,
        citizen_id: String::from_utf8(citizen_id).unwrap_or_default(),
        occupation_code: batch.occupation_code,
        occupation: batch.occupation_name,
        level: u8::try_from(batch.level).unwrap_or(0),
        issuer: batch.station_name,
        expected: expected.map(Box::new),
    };
    found.allow(&record, office.now())?;
    Ok((record, row.slot))
}

/// The record as it follows from the register, under the same serial and salt; `None` when the number is not of its scope.
fn expected(
    office: &Office,
    pass: &Pass<'_>,
    record: &CertificateRecord,
) -> Result<Option<CertificateRecord>, Refusal> {
    let scheme = record::scheme(pass.batch)?;
    let scope = record::scope(scheme, &record::parts(pass.batch, scheme, pass.now)?)?;
    let beginning = scope.rsplit('/').next().unwrap_or_default();
    if !record.number.as_str().starts_with(beginning) {
        return Ok(None);
    }
    Ok(Some(CertificateRecord {
        number: record.number.clone(),
        print_serial: record.print_serial.clone(),
        salt: record.salt,
        ..pass.record(office, 1)?
    }))
}

async fn later_sheet(
    office: &Office,
    connection: &mut Connection,
    id: RequestId,
) -> Result<(CertificateRecord, i64), SigningFailure> {
    let request = facts::request(connection, id).await?.ok_or(NotSigned::Unknown)?;
    let decision = facts::decision(connection, id).await?.ok_or(NotSigned::Approval)?;
    let row = rows::by_id(connection, request.certificate_id).await?;
    let row = row.ok_or(NotSigned::Unknown)?;
    let record = super::unseal(office, &super::request_place(id), &request.detail)?;
    // Corrections stay: a sheet after one is compared with the last that was printed.
    let before = super::open_record(office, connection, row.id).await?;
    let found = LaterFacts {
        number: row.number.clone(),
        people: [Some(request.asked_by.to_string()), Some(decision.decided_by)],
        granted: decision.granted == 1,
        printed: facts::is_printed(connection, id).await?,
        void: row.revoked_at.is_some(),
        first: Some(before),
        corrects: request.change == Change::Correct.name(),
    };
    found.allow(&record)?;
    Ok((record, row.slot))
}
