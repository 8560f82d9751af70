//! A certificate's record: every fact that is printed on it, and the credential that travels inside it.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{CertificateNumber, Edition, JpegPhoto, SkillLevel};
use crate::kernel::{CitizenId, Digest, Entropy, Marks, PersonName, Timestamp, canonical_json};
use crate::ledger::{NoteKey, Proof};

/// Every fact that is printed on one certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateRecord {
    /// The number scheme's id.
    pub scheme: String,
    /// The title as printed (证书名称).
    pub title: String,
    /// The number (证书编号).
    pub number: CertificateNumber,
    /// The number of the printed sheet (印制流水码); a new one after loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print_serial: Option<String>,
    /// The holder's name as the id has it.
    pub name: PersonName,
    /// The kind of id.
    pub id_kind: IdKind,
    /// The id number, printed in full because the rules ask for it.
    pub citizen_id: CitizenId,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation (职业名称).
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// Trade or direction (工种/职业方向); printed as `--` when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trade: Option<String>,
    /// The level.
    pub level: SkillLevel,
    /// The issuing body as it is filed.
    pub issuer: String,
    /// The issuing body in English.
    pub issuer_en: String,
    /// The date of issue.
    pub issued_on: IssueDate,
    /// The last day of validity, where the occupation asks for renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<IssueDate>,
    /// Why this is not the first sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Edition>,
    /// Scores, where the scheme prints them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<Results>,
    /// The photograph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<JpegPhoto>,
    /// What a QR code's text begins with: the address where statements are read, ending in `/`.
    pub verify_url: String,
    /// Where the certificate can be queried.
    pub query_urls: Vec<String>,
    /// Keeps digests of this record from being guessed.
    pub salt: Salt,
    /// A sample is marked as one, across its face and in its data.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sample: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl CertificateRecord {
    /// The salted digest of the id number, 16 bytes: who knows the record's salt and an id can compare.
    pub fn id_digest(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(self.salt.0);
        hash.update(self.citizen_id.reveal());
        let digest: [u8; 32] = hash.finalize().into();
        std::array::from_fn(|index| digest[index])
    }

    /// The digest of everything that the certificate claims: what the ledger's entry is about. The salt keeps it from being
    /// guessed.
    pub fn claims_digest(&self) -> Digest {
        let photo = self.photo.as_ref().map(JpegPhoto::digest);
        claims_digest(
            &Self {
                photo: None,
                ..self.clone()
            },
            photo,
        )
    }

    /// Trade or direction as printed.
    pub fn trade_printed(&self) -> &str {
        self.trade.as_deref().unwrap_or("--")
    }
}

fn claims_digest(without_photo: &CertificateRecord, photo_sha256: Option<Digest>) -> Digest {
    let claims = serde_json::json!({ "record": without_photo, "photo_sha256": photo_sha256 });
    // Texts and integers only: they can always be written.
    Digest::of(&canonical_json(&claims).unwrap_or_default())
}

/// Kinds of id whose numbers follow GB 11643.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// 居民身份证
    ResidentIdCard,
    /// 港澳台居民居住证
    ResidencePermit,
}

impl IdKind {
    /// As certificates print it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::ResidentIdCard => "居民身份证",
            Self::ResidencePermit => "港澳台居民居住证",
        }
    }

    /// The same in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::ResidentIdCard => "Resident Identity Card",
            Self::ResidencePermit => "Residence Permit for Hong Kong, Macao and Taiwan Residents",
        }
    }
}

/// Scores as the old certificates print them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// 理论知识考试成绩
    pub theory: Option<Marks>,
    /// 操作技能考核成绩
    pub practical: Option<Marks>,
    /// 评定成绩
    pub overall: Option<String>,
}

/// A day, written `2026-11-23`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(transparent)]
pub struct IssueDate(#[schemars(with = "String")] Date);

/// The text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date like 2026-11-23")]
pub struct NotADate;

impl IssueDate {
    /// The day of an instant, eight hours east of Greenwich.
    pub fn of(instant: Timestamp) -> Self {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let instant = jiff::Timestamp::from_millisecond(instant.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Self(zone.to_datetime(instant).date())
    }

    /// The date itself.
    pub fn date(self) -> Date {
        self.0
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        let epoch = Date::constant(1970, 1, 1);
        i64::from(epoch.until(self.0).map_or(0, |span| span.get_days()))
    }

    /// As certificates print it.
    pub fn chinese(self) -> String {
        self.0.strftime("%Y年%-m月%-d日").to_string()
    }
}

impl fmt::Display for IssueDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for IssueDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let date: Date = text.parse().map_err(|_| NotADate)?;
        (date.to_string() == text).then_some(Self(date)).ok_or(NotADate)
    }
}

/// Sixteen random bytes of a record, written as 32 hexadecimal digits. Destroying them makes the record's digests say nothing.
#[derive(Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Salt(#[schemars(with = "String")] [u8; 16]);

impl Salt {
    /// Throws a salt.
    pub fn throw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

impl FromStr for Salt {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let value = u128::from_str_radix(text, 16).map_err(|_| NotADate)?;
        let salt = Self(value.to_be_bytes());
        (salt.to_string() == text).then_some(salt).ok_or(NotADate)
    }
}

macro_rules! as_text {
    ($($name:ty),+) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|_| serde::de::Error::custom("not well formed"))
            }
        }
    )+};
}

as_text!(IssueDate, Salt);

/// What [`Credential::format`] says.
pub const CREDENTIAL_FORMAT: &str = "jianding-certificate/1";

/// The data inside a certificate's file: the record, with the photograph's digest in place of the photograph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Names this format and its version.
    pub format: String,
    /// The record without its photograph.
    pub record: CertificateRecord,
    /// The digest of the photograph's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub photo_sha256: Option<Digest>,
    /// The text of the QR code.
    pub statement: String,
    /// The proof that the record is in the public ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerEvidence>,
    /// Its place in the published status list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusPlace>,
}

/// The proof that a record is in the public ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerEvidence {
    /// The ledger's public key in one line.
    pub key: String,
    /// The proof (C2SP tlog-proof) with the entry and a signed checkpoint.
    pub proof: String,
}

/// Where a certificate's status is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusPlace {
    /// The address of the list.
    pub list: String,
    /// The place in it.
    pub index: u64,
}

/// The proof inside does not show that this record is in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the proof inside does not show that the record is in the ledger")]
pub struct NotIncluded;

/// The act whose entry commits to a certificate's claims.
pub const ENTERED: &str = "certificate.enter";

/// What the proof inside shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The ledger's key, as the file has it: to be compared with the one that is published.
    pub key: NoteKey,
    /// The proof.
    pub proof: Proof,
    /// When the record was entered.
    pub entered_at: Timestamp,
}

impl Credential {
    /// The credential of a record whose QR code has this text.
    pub fn of(record: &CertificateRecord, statement: String) -> Self {
        let photo_sha256 = record.photo.as_ref().map(JpegPhoto::digest);
        let record = CertificateRecord {
            photo: None,
            ..record.clone()
        };
        Self {
            format: CREDENTIAL_FORMAT.to_owned(),
            record,
            photo_sha256,
            statement,
            ledger: None,
            status: None,
        }
    }

    /// The credential that this record should have, with the evidence of this one.
    pub(super) fn again(&self, record: &CertificateRecord) -> Self {
        Self {
            ledger: self.ledger.clone(),
            status: self.status.clone(),
            ..Self::of(record, self.statement.clone())
        }
    }

    /// Checks that the proof inside is about this very record; `None` when there is no proof.
    pub fn inclusion(&self) -> Result<Option<Inclusion>, NotIncluded> {
        let Some(evidence) = &self.ledger else { return Ok(None) };
        let key: NoteKey = evidence.key.parse().map_err(|_| NotIncluded)?;
        let proof: Proof = evidence.proof.parse().map_err(|_| NotIncluded)?;
        proof.check(&key, &[]).map_err(|_| NotIncluded)?;
        let about = claims_digest(&self.record, self.photo_sha256);
        if proof.entry.act != ENTERED || proof.entry.about != Some(about) {
            return Err(NotIncluded);
        }
        Ok(Some(Inclusion {
            key,
            entered_at: proof.entry.at,
            proof,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_day_in_china() {
        // 2026-11-22 16:30 UTC is half past midnight of the 23rd in China.
        let date = IssueDate::of(Timestamp::from_millis(1_795_365_000_000));
        assert_eq!(date.to_string(), "2026-11-23");
        assert_eq!(date.chinese(), "2026年11月23日");
        assert_eq!("1970-01-31".parse::<IssueDate>().unwrap().days(), 30);
        assert!("2026-2-30".parse::<IssueDate>().is_err());
    }
}
