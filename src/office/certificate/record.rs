//! From a settled pass to the record that a certificate prints.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::certificate::{
    CertificateRecord, Finding, Form, IdKind, IssueDate, JpegPhoto, NumberParts, Results, Salt, Scheme, SkillLevel,
    normalise,
};
use crate::kernel::{ApplicationId, Timestamp};
use crate::office::result::{find, outcome_of};
use crate::office::{Broken, Office, Problem, Refusal};
use crate::result::{Component, Grade, Outcome};
use crate::store::certificate::HolderRow;
use crate::store::result::{BatchRow, ResultRow};

/// The scheme of a batch.
pub(super) fn scheme(batch: &BatchRow) -> Result<&'static Scheme, Refusal> {
    let unknown = || {
        Broken::new("certificate-scheme")
            .with("scheme", batch.scheme.as_str())
            .into()
    };
    Scheme::find(&batch.scheme).ok_or_else(unknown)
}

/// What goes into the numbers of a batch on this day.
pub(super) fn parts(batch: &BatchRow, scheme: &Scheme, now: Timestamp) -> Result<NumberParts, Refusal> {
    let digit = u8::try_from(batch.level).ok();
    let level = digit.and_then(SkillLevel::of_digit);
    Ok(NumberParts {
        year: IssueDate::of(now).date().year(),
        level: level.ok_or_else(|| Refusal::Fault(format!("batch {}: level {}", batch.id, batch.level)))?,
        body: body_parts(scheme, &batch.station_code),
    })
}

/// A station's code cut into a scheme's own parts: its first letter is the kind, its last digits fill the others from
/// the right, with zeros before them.
fn body_parts(scheme: &Scheme, code: &str) -> BTreeMap<String, String> {
    let own: Vec<_> = scheme
        .parts
        .iter()
        .filter(|part| !["year", "level", "serial"].contains(&part.name.as_str()))
        .collect();
    let letter = code.chars().next().filter(char::is_ascii_uppercase).unwrap_or('S');
    let width: usize = own
        .iter()
        .filter(|part| part.form == Form::Digits)
        .map(|part| part.width)
        .sum();
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let padded = format!("{digits:0>width$}");
    let mut rest = &padded[padded.len() - width..];
    let mut parts = BTreeMap::new();
    for part in own {
        let text = match part.form {
            Form::Letters => letter.to_string().repeat(part.width),
            Form::Digits => {
                let (text, after) = rest.split_at(part.width);
                rest = after;
                text.to_owned()
            }
        };
        parts.insert(part.name.clone(), text);
    }
    parts
}

/// The scope in which serials are counted: everything in the number but its serial.
pub(super) fn scope(scheme: &Scheme, parts: &NumberParts) -> Result<String, Refusal> {
    let first = number(scheme, parts, 1)?;
    let serial = scheme
        .parts
        .iter()
        .find(|part| part.name == "serial")
        .map_or(0, |part| part.width);
    let kept = first.as_str().len().saturating_sub(serial);
    Ok(format!("certificate/{}/{}", scheme.id, &first.as_str()[..kept]))
}

/// The number with this serial.
pub(super) fn number(
    scheme: &Scheme,
    parts: &NumberParts,
    serial: u32,
) -> Result<crate::certificate::CertificateNumber, Refusal> {
    let refused = |error: crate::certificate::NumberError| {
        Broken::new("certificate-number")
            .with("cause", error.to_string())
            .into()
    };
    scheme.number(parts, serial).map_err(refused)
}

/// What a record is made of.
pub(super) struct Pass<'a> {
    pub(super) batch: &'a BatchRow,
    pub(super) results: &'a [ResultRow],
    pub(super) holder: &'a HolderRow,
    pub(super) now: Timestamp,
}

impl Pass<'_> {
    /// The record under the number with this serial.
    pub(super) fn record(&self, office: &Office, serial: u32) -> Result<CertificateRecord, Refusal> {
        let (batch, holder) = (self.batch, self.holder);
        let scheme = scheme(batch)?;
        let parts = parts(batch, scheme, self.now)?;
        let place = format!("candidate.citizen_id/{}", holder.candidate_id);
        let opened = office.keys.vault.open(&place, &holder.citizen_id);
        let broken = |what: &str| Refusal::Fault(format!("candidate {}: {what}", holder.candidate_id));
        let citizen_id = opened.map_err(|_| broken("citizen id does not open"))?;
        let citizen_id = String::from_utf8(citizen_id).map_err(|_| broken("citizen id is no text"))?;
        Ok(CertificateRecord {
            scheme: scheme.id.clone(),
            title: scheme.title.clone(),
            number: number(scheme, &parts, serial)?,
            print_serial: None,
            name: holder.name.parse().map_err(|_| broken("name does not parse"))?,
            id_kind: match holder.id_kind.as_str() {
                "residence_permit" => IdKind::ResidencePermit,
                _ => IdKind::ResidentIdCard,
            },
            citizen_id: citizen_id.parse().map_err(|_| broken("citizen id does not parse"))?,
            occupation_code: batch.occupation_code.clone(),
            occupation: batch.occupation_name.clone(),
            occupation_en: batch.occupation_name_en.clone(),
            trade: None,
            level: parts.level,
            issuer: batch.station_name.clone(),
            issuer_en: batch.station_name_en.clone(),
            issued_on: IssueDate::of(self.now),
            valid_until: None,
            edition: None,
            results: scheme.results.then(|| self.scores(holder.application_id)),
            photo: holder.photo.as_deref().map(photo).transpose()?,
            verify_url: office.press.verify_url(),
            query_urls: vec![office.press.query_url()],
            salt: Salt::throw(office.entropy.as_ref()),
            sample: office.press.specimen(),
        })
    }

    fn scores(&self, application: ApplicationId) -> Results {
        let marks = |component| find(self.results, application, component).map(|row| row.hundredths);
        let overall = match outcome_of(self.batch, application, self.results) {
            Outcome::Passed { grade } => Some(grade),
            Outcome::Failed { .. } | Outcome::Incomplete { .. } => None,
        };
        let word = |grade| match grade {
            Grade::Pass => "合格",
            Grade::Good => "良好",
            Grade::Excellent => "优秀",
        };
        Results {
            theory: marks(Component::Theory),
            practical: marks(Component::Practical),
            overall: overall.map(|grade| word(grade).to_owned()),
        }
    }
}

/// A stored photograph; one that is not in the certificate's size is made so.
fn photo(bytes: &[u8]) -> Result<JpegPhoto, Refusal> {
    let stored = serde_json::Value::String(BASE64.encode(bytes));
    serde_json::from_value(stored)
        .or_else(|_| normalise(bytes))
        .map_err(|error| Refusal::Fault(format!("photo: {error}")))
}

/// What is wrong with one candidate's record, told to the office.
pub(super) fn problems(name: &str, findings: &[Finding]) -> Vec<Problem> {
    let told = |finding: &Finding| {
        let broken = match finding {
            Finding::NoPhoto => Broken::new("certificate-no-photo"),
            Finding::MissingGlyph(character) => Broken::new("certificate-glyph")
                .with("character", character.to_string())
                .with("code", format!("U+{:04X}", u32::from(*character))),
            Finding::VerifyUrl(url) => Broken::new("certificate-address").with("url", url.as_str()),
            Finding::TooYoung => Broken::new("certificate-too-young"),
            Finding::TooLong { field, chars, most } => Broken::new("certificate-too-long")
                .with("field", *field)
                .with("chars", *chars)
                .with("most", *most),
            Finding::SignerNotValid | Finding::SignerEndsSoon => Broken::new("certificate-signer-ends"),
            other => Broken::new("certificate-unfit").with("finding", other.to_string()),
        };
        broken.with("name", name).at("")
    };
    findings.iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skill() -> &'static Scheme {
        Scheme::find("vocational-skill-level").unwrap()
    }

    #[test]
    fn a_stations_code_fills_the_number_from_the_right() {
        let parts = |code| {
            let parts = NumberParts {
                year: 2026,
                level: SkillLevel::Intermediate,
                body: body_parts(skill(), code),
            };
            number(skill(), &parts, 7).unwrap().to_string()
        };
        assert_eq!(parts("Y00142001007"), "Y000142001007264000007");
        assert_eq!(parts("BJ01"), "B000000000001264000007");
        assert_eq!(parts("42"), "S000000000042264000007");
    }

    #[test]
    fn serials_are_counted_by_everything_else_in_the_number() {
        let parts = |level| NumberParts {
            year: 2026,
            level,
            body: body_parts(skill(), "42"),
        };
        let four = scope(skill(), &parts(SkillLevel::Intermediate)).unwrap();
        let five = scope(skill(), &parts(SkillLevel::Junior)).unwrap();
        assert_eq!(four, "certificate/vocational-skill-level/S000000000042264");
        assert_ne!(four, five);
    }
}
