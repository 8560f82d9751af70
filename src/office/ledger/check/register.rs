//! The register of certificates against the ledger: each row has its entry, and says what the entry says.

use serde_json::Value;

use super::{Found, Step, found, sound};
use crate::certificate::{CertificateRecord, ENTERED};
use crate::kernel::{Digest, Vault};
use crate::ledger::Entry;
use crate::office::certificate::{pdf_place, print_pdf_place, print_record_place, record_place, request_place};
use crate::store::Connection;
use crate::store::certificate::register::{self as rows, EnteredRow};

/// So many files are opened at once.
const PAGE: i64 = 200;

/// Checks every certificate; tells how many.
pub(super) async fn check(connection: &mut Connection, vault: &Vault) -> Step<u64> {
    sound!(intents(connection, vault).await?);
    let count = sound!(certificates(connection, vault).await?);
    sound!(requests(connection, vault).await?);
    sound!(decisions(connection).await?);
    sound!(prints(connection, vault).await?);
    sound!(spoilage(connection).await?);
    Ok(Ok(count))
}

/// What the ledger says about a row: the event of an act about it, and its entry.
struct Said<'a> {
    place: String,
    row: &'a EnteredRow,
    detail: Value,
}

impl<'a> Said<'a> {
    fn of(place: impl std::fmt::Display, row: &'a EnteredRow) -> Result<Self, Found> {
        let place = place.to_string();
        if row.event_id.is_none() {
            return found(place, "no entry in the ledger");
        }
        let detail = row.detail.as_deref().unwrap_or_default();
        let detail = serde_json::from_str(detail).unwrap_or(Value::Null);
        Ok(Self { place, row, detail })
    }

    fn says(&self, key: &str, value: &str) -> Result<(), Found> {
        if self.detail[key].as_str() == Some(value) {
            Ok(())
        } else {
            found(&self.place, "the ledger says otherwise")
        }
    }

    fn at(&self, millis: i64) -> Result<(), Found> {
        if self.row.at == Some(millis) {
            Ok(())
        } else {
            found(&self.place, "the ledger has another time")
        }
    }

    fn about(&self, digest: Digest) -> Result<(), Found> {
        let entry: Option<Entry> = self.row.leaf.as_deref().and_then(|leaf| leaf.parse().ok());
        match entry.and_then(|entry| entry.about) {
            Some(about) if about == digest => Ok(()),
            _ => found(&self.place, "the ledger's entry is about something else"),
        }
    }
}

fn opened(place: &str, vault: &Vault, sealed_at: &str, sealed: &[u8]) -> Result<Vec<u8>, Found> {
    vault.open(sealed_at, sealed).map_err(|_| Found {
        place: place.to_owned(),
        what: "what is sealed does not open",
    })
}

fn record(place: &str, vault: &Vault, sealed_at: &str, sealed: &[u8]) -> Result<CertificateRecord, Found> {
    let plain = opened(place, vault, sealed_at, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Found {
        place: place.to_owned(),
        what: "the record cannot be read",
    })
}

fn same(place: &str, equal: bool, what: &'static str) -> Result<(), Found> {
    if equal { Ok(()) } else { found(place, what) }
}

async fn intents(connection: &mut Connection, vault: &Vault) -> Step<()> {
    let mut after = String::new();
    let mut count = 0;
    loop {
        let page = rows::intents(connection, &after, PAGE).await?;
        for (row, said) in &page {
            count += 1;
            sound!(intent(row, said, vault));
        }
        let Some((last, _)) = page.last() else { break };
        after = last.id.to_string();
    }
    let numbers = rows::events(connection, "certificate.number").await?;
    sound!(same(
        "certificate_intent",
        numbers == count,
        "rows are missing, or were added"
    ));
    Ok(Ok(()))
}

fn intent(row: &rows::IntentFacts, said: &EnteredRow, vault: &Vault) -> Result<(), Found> {
    let said = Said::of(format!("intent {}", row.id), said)?;
    said.says("number", &row.number)?;
    said.says("application", &row.application_id)?;
    said.at(row.made_at)?;
    same(
        &said.place,
        said.detail["slot"].as_i64() == Some(row.slot),
        "the ledger has another place in the list",
    )?;
    let record = record(&said.place, vault, &record_place(row.id), &row.record)?;
    same(
        &said.place,
        record.number.as_str() == row.number,
        "the record has another number",
    )
}

async fn certificates(connection: &mut Connection, vault: &Vault) -> Step<u64> {
    let mut after = String::new();
    let mut count = 0;
    loop {
        let page = rows::certificates(connection, &after, PAGE).await?;
        for (row, said) in &page {
            count += 1;
            let record = sound!(certificate(row, said, vault));
            sound!(entered(connection, &row.id.to_string(), &record).await?);
        }
        let Some((last, _)) = page.last() else { break };
        after = last.id.to_string();
    }
    let issued = rows::events(connection, "certificate.issue").await?;
    sound!(same("certificate", issued == count, "rows are missing, or were added"));
    Ok(Ok(u64::try_from(count).unwrap_or(0)))
}

fn certificate(row: &rows::CertificateFacts, said: &EnteredRow, vault: &Vault) -> Result<CertificateRecord, Found> {
    let said = Said::of(format!("certificate {} ({})", row.number, row.id), said)?;
    said.says("number", &row.number)?;
    said.says("application", &row.application_id)?;
    said.at(row.issued_at)?;
    said.about(row.pdf_digest)?;
    same(
        &said.place,
        said.row.batch_id.as_deref() == Some(&row.batch_id),
        "the ledger has another batch",
    )?;
    let pdf = opened(&said.place, vault, &pdf_place(row.id), &row.pdf)?;
    same(
        &said.place,
        Digest::of(&pdf) == row.pdf_digest,
        "the file is not the one that was issued",
    )?;
    let record = record(&said.place, vault, &record_place(row.id), &row.record)?;
    let equal = record.number.as_str() == row.number && record.name.as_str() == row.name && record.scheme == row.scheme;
    same(&said.place, equal, "the row is not what the record says")?;
    Ok(record)
}

/// The entry that was made before the signature is about this very record.
async fn entered(connection: &mut Connection, subject: &str, record: &CertificateRecord) -> Step<()> {
    let row = rows::about(connection, ENTERED, subject).await?;
    let check = |row: Option<EnteredRow>| {
        let row = row.unwrap_or_default();
        Said::of(subject, &row)?.about(record.claims_digest())
    };
    Ok(check(row))
}

async fn requests(connection: &mut Connection, vault: &Vault) -> Step<()> {
    let all = rows::requests(connection).await?;
    for (row, said) in &all {
        let check = || {
            let said = Said::of(format!("request {}", row.id), said)?;
            said.says("certificate", &row.certificate_id)?;
            said.says("change", &row.change)?;
            said.says("detail_sha256", &Digest::of(&row.detail).to_string())?;
            said.at(row.asked_at)?;
            let equal = said.row.reason.as_deref() == Some(&row.reason);
            same(&said.place, equal, "the ledger has another reason")?;
            same(
                &said.place,
                said.row.actor_id.as_deref() == Some(&row.asked_by),
                "the ledger has another person",
            )?;
            if row.detail.is_empty() {
                return Ok(());
            }
            record(&said.place, vault, &request_place(row.id), &row.detail).map(|_| ())
        };
        sound!(check());
    }
    let asked = rows::events(connection, "certificate.ask").await?;
    sound!(same(
        "certificate_request",
        asked == count(&all),
        "rows are missing, or were added"
    ));
    Ok(Ok(()))
}

fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

async fn decisions(connection: &mut Connection) -> Step<()> {
    let all = rows::decisions(connection).await?;
    for (row, said) in &all {
        let check = || {
            let said = Said::of(format!("decision on {}", row.request_id), said)?;
            let granted = said.detail["granted"].as_bool() == Some(row.granted == 1);
            same(&said.place, granted, "the ledger has another decision")?;
            same(
                &said.place,
                said.row.actor_id.as_deref() == Some(&row.decided_by),
                "the ledger has another person",
            )?;
            said.at(row.decided_at)
        };
        sound!(check());
    }
    let decided = rows::events(connection, "certificate.decide").await?;
    sound!(same(
        "certificate_decision",
        decided == count(&all),
        "rows are missing, or were added"
    ));
    Ok(Ok(()))
}

async fn prints(connection: &mut Connection, vault: &Vault) -> Step<()> {
    let ids = rows::print_ids(connection).await?;
    for id in &ids {
        let (row, said) = rows::print(connection, id).await?;
        let check = || {
            let said = Said::of(format!("sheet {id}"), &said)?;
            said.says("certificate", &row.certificate_id)?;
            said.says("print_serial", &row.print_serial)?;
            said.at(row.printed_at)?;
            said.about(row.pdf_digest)?;
            let pdf = opened(&said.place, vault, &print_pdf_place(id), &row.pdf)?;
            same(
                &said.place,
                Digest::of(&pdf) == row.pdf_digest,
                "the file is not the one that was issued",
            )?;
            record(&said.place, vault, &print_record_place(id), &row.record)
        };
        let record = sound!(check());
        sound!(entered(connection, id, &record).await?);
    }
    let printed = rows::events(connection, "certificate.print").await?;
    sound!(same(
        "certificate_print",
        printed == count(&ids),
        "rows are missing, or were added"
    ));
    Ok(Ok(()))
}

async fn spoilage(connection: &mut Connection) -> Step<()> {
    let all = rows::spoilage(connection).await?;
    for (row, said) in &all {
        let check = || {
            let said = Said::of(format!("spoiled {}", row.intent_id), said)?;
            said.says("cause", &row.cause)?;
            said.at(row.at)
        };
        sound!(check());
    }
    let spoiled = rows::events(connection, "certificate.spoil").await?;
    sound!(same(
        "certificate_spoilage",
        spoiled == count(&all),
        "rows are missing, or were added"
    ));
    Ok(Ok(()))
}
