//! What a stranger may learn about a certificate.
//!
//! Three ways in: the number with the holder's name, the file, or the QR code's statement. Whoever has the first two
//! facts wrong learns nothing, not even whether the number exists: answer, length and time are the same.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::certificate::{issuer, open_first_record, open_record, print_record_place, standing, unseal};
use super::{Act, Caller, Office, Policy, Refusal, Upload, policy};
use crate::certificate::{
    CertificateNumber, CertificateRecord, Chain, Genuine, IssueDate, NotGenuine, Standing, Statement, StatementError,
    verify,
};
use crate::kernel::{PersonName, Timestamp};
use crate::store::Connection;
use crate::store::certificate::{self as rows, CertificateRow};

/// No answer to a number and a name comes sooner: longer than any look-up takes.
const FLOOR: Duration = Duration::from_millis(120);

/// The answer to a check.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Checked {
    /// `genuine`, `revoked`, `suspended`, `expired`, `replaced` (by a later sheet), `unknown` (nothing like it in the register) or `altered` (not what was issued).
    pub verdict: &'static str,
    /// Why a file or a code is not what was issued, as a stable code; else empty.
    pub reason: &'static str,
    /// How it was checked: `number`, `file` or `statement`.
    pub way: &'static str,
    /// What the register says, to be compared with the sheet; ids and names masked.
    pub claims: Option<Claims>,
    /// When the file was signed, by the signer's claim.
    pub signed_at: Option<Timestamp>,
    /// When its signature existed at the latest, by the word of a time stamp authority.
    pub stamped_at: Option<Timestamp>,
    /// That authority, as its certificate names it.
    pub stamped_by: Option<String>,
    /// Who signed the file.
    pub signer: Option<String>,
    /// When the certificate was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Since when it is suspended.
    pub suspended_at: Option<Timestamp>,
    /// When a later sheet took the place of the one that was shown.
    pub replaced_at: Option<Timestamp>,
    /// When this was checked.
    pub checked_at: Timestamp,
}

/// What a certificate claims, as strangers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Claims {
    /// The title.
    pub title: String,
    /// The holder's name, first and last character only.
    pub name: String,
    /// The id number, first and last character only.
    pub citizen_id: String,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level's digit.
    pub level: u8,
    /// The number.
    pub number: String,
    /// The date of issue.
    pub issued_on: String,
    /// The issuing body.
    pub issuer: String,
    /// The issuing body in English.
    pub issuer_en: String,
    /// Whether it is marked as a sample without effect: a genuine sample is still no certificate.
    pub sample: bool,
}

impl Claims {
    fn of(record: &CertificateRecord) -> Self {
        Self {
            title: record.title.clone(),
            name: record.name.masked(),
            citizen_id: record.citizen_id.masked(),
            occupation_code: record.occupation_code.clone(),
            occupation: record.occupation.clone(),
            occupation_en: record.occupation_en.clone(),
            level: record.level.digit(),
            number: record.number.to_string(),
            issued_on: record.issued_on.to_string(),
            issuer: record.issuer.clone(),
            issuer_en: record.issuer_en.clone(),
            sample: record.sample,
        }
    }
}

impl Checked {
    fn nothing(way: &'static str, now: Timestamp) -> Self {
        Self {
            verdict: "unknown",
            reason: "",
            way,
            claims: None,
            signed_at: None,
            signer: None,
            stamped_at: None,
            stamped_by: None,
            revoked_at: None,
            suspended_at: None,
            replaced_at: None,
            checked_at: now,
        }
    }

    fn altered(way: &'static str, reason: &'static str, now: Timestamp) -> Self {
        Self {
            verdict: "altered",
            reason,
            ..Self::nothing(way, now)
        }
    }

    fn registered(way: &'static str, row: &CertificateRow, record: &CertificateRecord, now: Timestamp) -> Self {
        Self {
            verdict: verdict(row, record, now),
            claims: Some(Claims::of(record)),
            revoked_at: row.revoked_at,
            suspended_at: row.suspended(),
            ..Self::nothing(way, now)
        }
    }
}

fn verdict(row: &CertificateRow, record: &CertificateRecord, now: Timestamp) -> &'static str {
    let expired = record.valid_until.is_some_and(|until| until < IssueDate::of(now));
    match standing(row) {
        Standing::Void => "revoked",
        Standing::Suspended => "suspended",
        // The last day is a day of validity.
        Standing::Valid if expired => "expired",
        Standing::Valid => "genuine",
    }
}

impl Checked {
    /// A sheet that a later one took the place of: no longer the one to show, whatever else is right.
    fn replaced(self, at: Option<Timestamp>) -> Self {
        Self {
            verdict: if self.verdict == "genuine" || self.verdict == "expired" {
                "replaced"
            } else {
                self.verdict
            },
            replaced_at: at,
            ..self
        }
    }
}

/// Checks a certificate by number and name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VerifyNumber {
    /// The number.
    pub number: String,
    /// The holder's full name.
    pub name: String,
}

impl Act for VerifyNumber {
    type Outcome = Checked;
    const POLICY: Policy = policy::VERIFY_NUMBER;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Checked, Refusal> {
        let floor = tokio::time::sleep(FLOOR);
        let checked = self.look_up(office).await;
        floor.await;
        checked
    }
}

impl VerifyNumber {
    async fn look_up(&self, office: &Office) -> Result<Checked, Refusal> {
        let now = office.now();
        let number: String = self.number.chars().filter(|c| !c.is_whitespace()).collect();
        let number = number.to_ascii_uppercase();
        let name = self.name.parse::<PersonName>().map(|name| name.to_string());
        let name = name.unwrap_or_default();
        let mut connection = office.store.read().await?;
        let row = match number.parse::<CertificateNumber>() {
            Ok(number) => rows::by_number(&mut connection, number.as_str()).await?,
            Err(_) => None,
        };
        // A corrected name is on the last sheet only.
        let record = match &row {
            Some(row) => Some(open_record(office, &mut connection, row.id).await?),
            None => None,
        };
        let same = same_text(office, &name, record.as_ref().map_or("", |record| record.name.as_str()));
        match row.zip(record) {
            Some((row, record)) if same => Ok(Checked::registered("number", &row, &record, now)),
            _ => Ok(Checked::nothing("number", now)),
        }
    }
}

/// Compares by keyed digests, so that not even the time of a comparison tells how much of a text was right.
pub(super) fn same_text(office: &Office, told: &str, held: &str) -> bool {
    let digest = |text: &str| office.keys.digest("verify-name", text);
    digest(told) == digest(held)
}

/// Checks a certificate's PDF: its signature offline, then its number and status in the register.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VerifyFile {
    /// The PDF.
    pub file: Upload,
}

impl Act for VerifyFile {
    type Outcome = Checked;
    const POLICY: Policy = policy::VERIFY_FILE;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Checked, Refusal> {
        let now = office.now();
        let root = issuer(office).await?.root();
        let bytes = self.file.0;
        let verified = tokio::task::spawn_blocking(move || verify(&bytes, &[root]));
        let verified = verified.await.map_err(|error| Refusal::Fault(error.to_string()))?;
        match verified {
            Ok(genuine) => registered_file(office, genuine, now).await,
            // Nobody altered it: it simply is not ours.
            Err(NotGenuine::Untrusted) => Ok(Checked {
                reason: "untrusted",
                ..Checked::nothing("file", now)
            }),
            Err(reason) => Ok(Checked::altered("file", reason_code(&reason), now)),
        }
    }
}

async fn registered_file(office: &Office, genuine: Genuine, now: Timestamp) -> Result<Checked, Refusal> {
    let number = genuine.credential.record.number.as_str();
    let mut connection = office.store.read().await?;
    let row = rows::by_number(&mut connection, number).await?;
    let signed = |checked: Checked| Checked {
        signed_at: Some(genuine.signed_at),
        signer: Some(genuine.signer.clone()),
        stamped_at: genuine.stamp.as_ref().map(|stamp| stamp.at),
        stamped_by: genuine.stamp.as_ref().map(|stamp| stamp.by.clone()),
        ..checked
    };
    let unregistered = Checked {
        reason: "unregistered",
        ..Checked::nothing("file", now)
    };
    let Some(row) = row else {
        return Ok(signed(unregistered));
    };
    let prints = rows::prints(&mut connection, row.id).await?;
    let known = row.pdf_digest == genuine.digest || prints.iter().any(|print| print.pdf_digest == genuine.digest);
    if !known {
        return Ok(signed(unregistered));
    }
    let last = prints.first().map_or(row.pdf_digest, |print| print.pdf_digest);
    let record = open_record(office, &mut connection, row.id).await?;
    let checked = signed(Checked::registered("file", &row, &record, now));
    Ok(if last == genuine.digest {
        checked
    } else {
        checked.replaced(row.reprinted_at)
    })
}

/// Why a file is not genuine, as a stable code.
pub(crate) fn reason_code(reason: &NotGenuine) -> &'static str {
    match reason {
        NotGenuine::Unreadable => "unreadable",
        NotGenuine::NotSigned => "not-signed",
        NotGenuine::ManySignatures => "many-signatures",
        NotGenuine::LaterRevision => "later-revision",
        NotGenuine::NotCovered => "not-covered",
        NotGenuine::Hole => "hole",
        NotGenuine::Envelope => "envelope",
        NotGenuine::Altered => "altered",
        NotGenuine::Signature => "signature",
        NotGenuine::Untrusted => "untrusted",
        NotGenuine::Purpose => "purpose",
        NotGenuine::Expired => "expired",
        NotGenuine::Revoked => "key-revoked",
        NotGenuine::TimeStamp => "time-stamp",
        NotGenuine::Structure(_) => "structure",
        NotGenuine::Credential => "credential",
        NotGenuine::Slip => "slip",
        NotGenuine::Ledger => "ledger",
    }
}

/// Checks the signed statement of a QR code.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VerifyStatement {
    /// The statement: the letters after the last `/` of the code's address.
    pub statement: String,
}

/// Longer than any statement.
const MAX_STATEMENT: usize = 2_000;

impl Act for VerifyStatement {
    type Outcome = Checked;
    const POLICY: Policy = policy::VERIFY_STATEMENT;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Checked, Refusal> {
        let now = office.now();
        let keys = issuer(office).await?.statement_keys();
        let text = self.statement.trim().to_ascii_uppercase();
        if text.len() > MAX_STATEMENT {
            return Ok(Checked::altered("statement", "statement-shape", now));
        }
        let statement = match Statement::check(&text, &keys) {
            Ok(statement) => statement,
            Err(StatementError::Shape) => return Ok(Checked::altered("statement", "statement-shape", now)),
            Err(StatementError::Forged) => return Ok(Checked::altered("statement", "statement-forged", now)),
            Err(StatementError::UnknownKey) => {
                return Ok(Checked {
                    reason: "untrusted",
                    ..Checked::nothing("statement", now)
                });
            }
        };
        let mut connection = office.store.read().await?;
        registered_statement(office, &mut connection, &statement, now).await
    }
}

async fn registered_statement(
    office: &Office,
    connection: &mut Connection,
    statement: &Statement,
    now: Timestamp,
) -> Result<Checked, Refusal> {
    let unregistered = Checked {
        reason: "unregistered",
        ..Checked::nothing("statement", now)
    };
    let Some(row) = rows::by_number(connection, &statement.number).await? else {
        return Ok(unregistered);
    };
    let record = open_record(office, connection, row.id).await?;
    let checked = Checked::registered("statement", &row, &record, now);
    if Statement::of(&record) == *statement {
        return Ok(checked);
    }
    let mut earlier = vec![open_first_record(office, connection, row.id).await?];
    for print in rows::prints(connection, row.id).await? {
        earlier.push(unseal(office, &print_record_place(&print.id), &print.record)?);
    }
    if earlier.iter().any(|record| Statement::of(record) == *statement) {
        return Ok(checked.replaced(row.reprinted_at));
    }
    // Signed by us, but not what was registered: a number that was spoiled, and never left the house.
    Ok(unregistered)
}

/// Gives the root certificate with which anybody can check without us.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RootCertificate {}

/// The root.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Root {
    /// The certificate as PEM.
    pub pem: String,
    /// Who signs, as the signing certificate names it.
    pub signer: String,
}

impl Act for RootCertificate {
    type Outcome = Root;
    const POLICY: Policy = policy::VERIFY_ROOT;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Root, Refusal> {
        let issuer = issuer(office).await?;
        Ok(Root {
            pem: issuer.root_pem.clone(),
            signer: issuer.chain.signer_name(),
        })
    }
}

/// Gives a list of revoked certificates of the authority.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RevokedCertificates {
    /// The name of the list in the certificates that it is about, with or without `.crl`.
    pub name: String,
}

/// A list of revoked certificates.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RevocationList {
    /// The list as X.509 CRL, DER in base 64.
    pub der: String,
    /// The same bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Act for RevokedCertificates {
    type Outcome = RevocationList;
    const POLICY: Policy = policy::VERIFY_CRL;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<RevocationList, Refusal> {
        let issuer = issuer(office).await?;
        let name = self.name.trim_end_matches(".crl");
        let list = issuer.chains.iter().find_map(|chain| chain.list_named(name));
        let bytes = list.ok_or(Refusal::NotFound)?.to_der()?;
        Ok(RevocationList {
            der: BASE64.encode(&bytes),
            bytes,
        })
    }
}

/// Gives the issuer's roots and keys for checking offline.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IssuerKeys {}

/// Everything that an offline check trusts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TrustedKeys {
    /// The trusted root certificates, DER in base 64.
    pub roots: Vec<String>,
    /// The keys that sign QR codes and status lists.
    pub keys: Vec<TrustedKey>,
    /// The certificates of the issuer that were revoked.
    pub revoked: Vec<RevokedCertificate>,
    /// The day on which this was given out.
    pub made: String,
}

/// A certificate of the issuer that was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RevokedCertificate {
    /// Its serial number, DER in hexadecimal.
    pub serial: String,
    /// Since when, in milliseconds since 1970.
    pub at: i64,
    /// Whether an earlier date says nothing, because somebody else may have the key.
    pub always: bool,
}

/// A key with its id.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TrustedKey {
    /// The id, in hexadecimal.
    pub kid: String,
    /// The public key (`SubjectPublicKeyInfo`), DER in base 64.
    pub spki: String,
}

impl TrustedKeys {
    /// What an offline check of these chains' certificates trusts; all of them lead to one root.
    pub fn of(chains: &[Chain], now: Timestamp) -> Self {
        let sound = chains.iter().filter(|chain| !chain.is_compromised());
        let key = |chain: &Chain| TrustedKey {
            kid: format!("{:08x}", u32::from_be_bytes(chain.key_id())),
            spki: BASE64.encode(chain.public_key_der()),
        };
        let mut revoked: Vec<RevokedCertificate> = Vec::new();
        for (serial, at, always) in chains.iter().flat_map(Chain::revocations) {
            let one = RevokedCertificate {
                serial,
                at: at.millis(),
                always,
            };
            if !revoked.contains(&one) {
                revoked.push(one);
            }
        }
        Self {
            roots: chains
                .first()
                .map(|chain| BASE64.encode(chain.root_der()))
                .into_iter()
                .collect(),
            keys: sound.map(key).collect(),
            revoked,
            made: IssueDate::of(now).to_string(),
        }
    }
}

impl Act for IssuerKeys {
    type Outcome = TrustedKeys;
    const POLICY: Policy = policy::VERIFY_KEYS;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<TrustedKeys, Refusal> {
        let issuer = issuer(office).await?;
        Ok(TrustedKeys::of(&issuer.chains, office.now()))
    }
}
