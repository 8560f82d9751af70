//! The print set: a batch's sheets as one file under bookmarks, made as it is read; and the log of spoiled blanks.

use std::collections::VecDeque;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::document::{About, Bundle};
use crate::identity::Duty;
use crate::kernel::{BatchId, CertificateId, Timestamp};
use crate::office::input::{PDF, optional};
use crate::office::result::Done;
use crate::office::{Act, Broken, Caller, Download, Event, Office, Op, Policy, Refusal, ledger, policy};
use crate::store::certificate::blank::{self, NewSpoiled};
use crate::store::certificate::{self as rows, CertificateRow};

/// Gives a part of a batch's sheets as one file to print. The page gives all of them in one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PrintCertificates {
    /// The batch.
    pub batch: BatchId,
    /// The first certificate of the part, counted from 1.
    #[serde(default, deserialize_with = "optional")]
    #[schemars(with = "Option<usize>")]
    pub from: Option<usize>,
    /// How many, at most 100.
    #[serde(default, deserialize_with = "optional")]
    #[schemars(with = "Option<usize>")]
    pub count: Option<usize>,
}

/// The most certificates in one answer of the API.
const PART: usize = 100;

impl Act for PrintCertificates {
    type Outcome = Download;
    const POLICY: Policy = policy::CERTIFICATE_PRINT;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Download, Refusal> {
        let from = self.from.unwrap_or(1).max(1);
        let count = self.count.unwrap_or(PART).min(PART);
        let mut set = PrintSet::open(office, self.batch, from, Some(count)).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = set.next(office).await? {
            bytes.extend(chunk);
        }
        Ok(Download::new(set.file_name, PDF, &bytes))
    }
}

/// A print set that is being made. Voided certificates are not in it; of several sheets it has the last.
pub struct PrintSet {
    waiting: VecDeque<CertificateId>,
    bundle: Option<Bundle>,
    first: Vec<u8>,
    /// What to call it.
    pub file_name: String,
    /// How many certificates it has.
    pub total: usize,
}

impl PrintSet {
    /// Begins with the certificate of this place, counted from 1.
    pub async fn open(office: &Office, batch: BatchId, from: usize, count: Option<usize>) -> Result<Self, Refusal> {
        // Nothing is given out that the published ledger does not have.
        ledger::publish(office).await?;
        let mut connection = office.store.read().await?;
        let row = super::batch_row(&mut connection, batch).await?;
        let issued = rows::of_batch(&mut connection, batch).await?;
        let wanted = issued.iter().filter(|row| row.revoked_at.is_none());
        let wanted = wanted.skip(from.saturating_sub(1)).take(count.unwrap_or(usize::MAX));
        let wanted: Vec<&CertificateRow> = wanted.collect();
        let (Some(head), Some(tail)) = (wanted.first(), wanted.last()) else {
            return Err(Broken::new("certificate-print-nothing").into());
        };
        let about = About {
            title: format!("{}–{}", head.number, tail.number),
            author: row.station_name.clone(),
            language: "zh-CN".to_owned(),
            // The same sheets give the same file, whenever it is asked for.
            created: wanted.iter().map(|row| row.issued_at).max().unwrap_or(head.issued_at),
            identity: batch.to_string(),
        };
        let (bundle, first) = Bundle::begin(&about);
        Ok(Self {
            file_name: format!("打印-{}-{}级-{}.pdf", row.occupation_name, row.level, head.number),
            total: wanted.len(),
            waiting: wanted.iter().map(|row| row.id).collect(),
            bundle: Some(bundle),
            first,
        })
    }

    /// Goes on after an interruption, with what was saved of the bundle then. The list of certificates must be the same.
    pub fn resume(&mut self, bundle: Bundle) {
        self.waiting.drain(..bundle.documents().min(self.waiting.len()));
        self.bundle = Some(bundle);
        self.first.clear();
    }

    /// What was made so far, to be saved and gone on from.
    pub fn made(&self) -> Option<&Bundle> {
        self.bundle.as_ref()
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self, office: &Office) -> Result<Option<Vec<u8>>, Refusal> {
        if !self.first.is_empty() {
            return Ok(Some(std::mem::take(&mut self.first)));
        }
        let Some(mut bundle) = self.bundle.take() else {
            return Ok(None);
        };
        let Some(id) = self.waiting.pop_front() else {
            return Ok(Some(bundle.finish()));
        };
        let mut connection = office.store.read().await?;
        let row = rows::by_id(&mut connection, id).await?.ok_or(Refusal::NotFound)?;
        let pdf = super::show::opened_pdf(office, &mut connection, &row).await?;
        drop(connection);
        let title = format!("{} {}", row.number, row.name);
        let added = tokio::task::spawn_blocking(move || bundle.add(&pdf, &title).map(|bytes| (bundle, bytes)));
        let added = added.await.map_err(|error| Refusal::Fault(error.to_string()))?;
        let (bundle, bytes) = added.map_err(|error| Refusal::Fault(format!("{id}: {error}")))?;
        self.bundle = Some(bundle);
        Ok(Some(bytes))
    }
}

/// Makes the print set of a batch for somebody who reads it piece by piece.
pub async fn feed_print_set(
    office: Arc<Office>,
    mut set: PrintSet,
    pieces: tokio::sync::mpsc::Sender<Result<Vec<u8>, Refusal>>,
) {
    loop {
        let next = set.next(&office).await.transpose();
        let Some(piece) = next else { return };
        let failed = piece.is_err();
        if pieces.send(piece).await.is_err() || failed {
            return;
        }
    }
}

/// What happened to a blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpoilCause {
    /// Printed askew, or the wrong one.
    Misprint,
    /// Jammed in the printer.
    Jam,
    /// Torn or soiled.
    Damaged,
    /// Faulty when it came.
    FaultyBlank,
    /// Missing.
    Lost,
    /// Something else, as noted.
    Other,
}

impl SpoilCause {
    /// All causes.
    pub const ALL: [Self; 6] = [
        Self::Misprint,
        Self::Jam,
        Self::Damaged,
        Self::FaultyBlank,
        Self::Lost,
        Self::Other,
    ];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Misprint => "misprint",
            Self::Jam => "jam",
            Self::Damaged => "damaged",
            Self::FaultyBlank => "faulty_blank",
            Self::Lost => "lost",
            Self::Other => "other",
        }
    }
}

/// Notes a spoiled blank or sheet.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NoteSpoiled {
    /// The batch that it was used for.
    pub batch: BatchId,
    /// The blank's serial, or the print serial on the sheet.
    pub serial: String,
    /// What happened.
    pub cause: SpoilCause,
    /// The number of the certificate that was on it, if one was.
    #[serde(default)]
    pub number: String,
    /// In your own words.
    #[serde(default)]
    pub note: String,
}

impl Act for NoteSpoiled {
    type Outcome = Done;
    const POLICY: Policy = policy::BLANK_SPOIL;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let by = caller.account()?;
        let serial = self.serial.trim().to_ascii_uppercase();
        let sound = serial.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !sound || !(4..=24).contains(&serial.len()) {
            return Err(Broken::new("blank-serial").at("serial").into());
        }
        let note = self.note.trim();
        if self.cause == SpoilCause::Other && note.is_empty() {
            return Err(Broken::new("blank-note").at("note").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        op.take_duty(self.batch, Duty::CertificateOfficer).await?;
        let number = self.number.trim().to_ascii_uppercase();
        let certificate = if number.is_empty() {
            None
        } else {
            rows::by_number(op.connection(), &number).await?
        };
        if !number.is_empty() && certificate.as_ref().is_none_or(|row| row.batch_id != self.batch) {
            return Err(Broken::new("blank-number").at("number").into());
        }
        let new = NewSpoiled {
            serial: &serial,
            batch_id: self.batch,
            certificate_id: certificate.map(|row| row.id),
            cause: self.cause.name(),
            note,
            noted_by: by,
            noted_at: now,
        };
        if !blank::insert(op.connection(), &new).await? {
            return Err(Broken::new("blank-noted").at("serial").into());
        }
        let facts = json!({ "serial": serial, "cause": self.cause, "certificate": new.certificate_id });
        let event = Event::of(self.batch).in_batch(self.batch).because(note).with(facts);
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// Lists a batch's spoiled blanks.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListSpoiled {
    /// The batch.
    pub batch: BatchId,
}

/// A spoiled blank or sheet.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SpoiledBlank {
    /// Its serial.
    pub serial: String,
    /// What happened, as a stable name.
    pub cause: String,
    /// The number of the certificate that was on it.
    pub number: Option<String>,
    /// In the officer's words.
    pub note: String,
    /// Who noted it.
    pub noted_by: String,
    /// When.
    pub noted_at: Timestamp,
}

impl Act for ListSpoiled {
    type Outcome = Vec<SpoiledBlank>;
    const POLICY: Policy = policy::BLANK_LIST;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Vec<SpoiledBlank>, Refusal> {
        let mut connection = office.store.read().await?;
        let listed = blank::of_batch(&mut connection, self.batch).await?;
        let view = |row: blank::SpoiledRow| SpoiledBlank {
            serial: row.serial,
            cause: row.cause,
            number: row.number,
            note: row.note,
            noted_by: row.noted_name,
            noted_at: row.noted_at,
        };
        Ok(listed.into_iter().map(view).collect())
    }
}
