//! What must be true before the key is used: the facts that a signer reads for itself, and the rule over them.
//!
//! Whoever asks for a signature is not believed. A signer has its own look at the register, and signs only what follows from
//! it.

use super::CertificateRecord;
use crate::kernel::Timestamp;

/// The facts behind a first sheet, as the signer found them in the register.
#[derive(Debug, Clone, Default)]
pub struct SheetFacts {
    /// The number that was taken for it.
    pub number: String,
    /// The scheme of the batch.
    pub scheme: String,
    /// Whether the number came to nothing.
    pub spoiled: bool,
    /// Whether this certificate, or another for the same application, is issued.
    pub issued: bool,
    /// Who settled the results, and who approved them.
    pub results: [Option<String>; 2],
    /// Who prepared the list, and who approved it.
    pub list: [Option<String>; 2],
    /// When the publicity ends; absent while nothing is published.
    pub publicity_until: Option<Timestamp>,
    /// How many holds stand.
    pub holds: usize,
    /// Whether the person passed every component.
    pub passed: bool,
    /// The person's name.
    pub name: String,
    /// The person's id number.
    pub citizen_id: String,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation.
    pub occupation: String,
    /// The level's digit.
    pub level: u8,
    /// The issuing body.
    pub issuer: String,
    /// The whole record as it follows from the register, under the same number, serial and salt.
    pub expected: Option<Box<CertificateRecord>>,
}

/// The facts behind a later sheet.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
#[derive(Debug, Clone, Default)]
pub struct LaterFacts {
    /// The certificate's number.
    pub number: String,
    /// Who asked, and who decided.
    pub people: [Option<String>; 2],
    /// Whether it was granted.
    pub granted: bool,
    /// Whether it was printed already.
    pub printed: bool,
    /// Whether the certificate is void.
    pub void: bool,
    /// The first record.
    pub first: Option<CertificateRecord>,
    /// Whether name or id may differ from the first record: a correction.
    pub corrects: bool,
}

/// Why a signer does not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// The register has no such intent or request.
    #[error("nothing of this id waits for a signature")]
    Unknown,
    /// The number came to nothing.
    #[error("the number is spoiled")]
    Spoiled,
    /// It is issued already.
    #[error("it is issued already")]
    Issued,
    /// The results were not approved by a second person.
    #[error("the results were not approved by a second person")]
    Results,
    /// The list, or the change, was not approved by a second person.
    #[error("the list or the change was not approved by a second person")]
    Approval,
    /// The publicity has not ended.
    #[error("the publicity has not ended")]
    Publicity,
    /// A hold stands.
    #[error("a hold stands")]
    Held,
    /// Not passed.
    #[error("not every component was passed")]
    NotPassed,
    /// The record says something else than the register.
    #[error("the record's {0} is not what the register says")]
    Differs(&'static str),
    /// The ledger has no entry for this record.
    #[error("the ledger does not have this record")]
    NotEntered,
    /// The certificate is void.
    #[error("the certificate is void")]
    Void,
    /// The number was signed for another certificate, whatever the register says now.
    #[error("the number was signed for another certificate")]
    Number,
    /// The hour's limit is reached.
    #[error("the limit of {0} signatures an hour is reached")]
    Limit(u32),
}

impl NotSigned {
    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Spoiled => "spoiled",
            Self::Issued => "issued",
            Self::Results => "results",
            Self::Approval => "approval",
            Self::Publicity => "publicity",
            Self::Held => "held",
            Self::NotPassed => "not-passed",
            Self::Differs(_) => "differs",
            Self::NotEntered => "not-entered",
            Self::Void => "void",
            Self::Number => "number",
            Self::Limit(_) => "limit",
        }
    }
}

fn two(people: &[Option<String>; 2]) -> bool {
    matches!(people, [Some(one), Some(other)] if one != other)
}

impl SheetFacts {
    /// Whether this record may be signed now.
    pub fn allow(&self, record: &CertificateRecord, now: Timestamp) -> Result<(), NotSigned> {
        let refusals = [
            (self.spoiled, NotSigned::Spoiled),
            (self.issued, NotSigned::Issued),
            (!two(&self.results), NotSigned::Results),
            (!two(&self.list), NotSigned::Approval),
            (
                self.publicity_until.is_none_or(|until| now < until),
                NotSigned::Publicity,
            ),
            (self.holds > 0, NotSigned::Held),
            (!self.passed, NotSigned::NotPassed),
            (self.number != record.number.as_str(), NotSigned::Differs("number")),
            (self.scheme != record.scheme, NotSigned::Differs("scheme")),
            (self.name != record.name.as_str(), NotSigned::Differs("name")),
            (
                self.citizen_id != record.citizen_id.reveal(),
                NotSigned::Differs("id number"),
            ),
            (
                self.occupation_code != record.occupation_code,
                NotSigned::Differs("occupation"),
            ),
            (self.occupation != record.occupation, NotSigned::Differs("occupation")),
            (self.level != record.level.digit(), NotSigned::Differs("level")),
            (self.issuer != record.issuer, NotSigned::Differs("issuer")),
            (record.edition.is_some(), NotSigned::Differs("edition")),
            (
                self.expected.as_deref() != Some(record),
                NotSigned::Differs("photograph, addresses or other content"),
            ),
        ];
        first(&refusals)
    }
}

impl LaterFacts {
    /// Whether this record may be signed now.
    pub fn allow(&self, record: &CertificateRecord) -> Result<(), NotSigned> {
        let Some(before) = &self.first else {
            return Err(NotSigned::Unknown);
        };
        let person = before.name == record.name && before.citizen_id == record.citizen_id;
        let refusals = [
            (!self.granted || !two(&self.people), NotSigned::Approval),
            (self.printed, NotSigned::Issued),
            (self.void, NotSigned::Void),
            (self.number != record.number.as_str(), NotSigned::Differs("number")),
            (before.scheme != record.scheme, NotSigned::Differs("scheme")),
            (!person && !self.corrects, NotSigned::Differs("name or id number")),
            (
                before.occupation_code != record.occupation_code,
                NotSigned::Differs("occupation"),
            ),
            (before.occupation != record.occupation, NotSigned::Differs("occupation")),
            (before.level != record.level, NotSigned::Differs("level")),
            (before.issuer != record.issuer, NotSigned::Differs("issuer")),
            (
                before.issued_on != record.issued_on,
                NotSigned::Differs("date of issue"),
            ),
            (record.edition.is_none(), NotSigned::Differs("edition")),
        ];
        first(&refusals)
    }
}

fn first(refusals: &[(bool, NotSigned)]) -> Result<(), NotSigned> {
    let met = refusals.iter().find(|(met, _)| *met);
    met.map_or(Ok(()), |(_, refusal)| Err(*refusal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Edition;
    use crate::certificate::sample::tests::{NOW, one};

    fn sound() -> (SheetFacts, CertificateRecord) {
        let record = one();
        let who = |name: &str| Some(name.to_owned());
        let facts = SheetFacts {
            number: record.number.to_string(),
            scheme: record.scheme.clone(),
            results: [who("a"), who("b")],
            list: [who("c"), who("d")],
            publicity_until: Some(NOW),
            passed: true,
            name: record.name.to_string(),
            citizen_id: record.citizen_id.reveal().to_owned(),
            occupation_code: record.occupation_code.clone(),
            occupation: record.occupation.clone(),
            level: record.level.digit(),
            issuer: record.issuer.clone(),
            expected: Some(Box::new(record.clone())),
            ..SheetFacts::default()
        };
        (facts, record)
    }

    #[test]
    fn the_key_is_used_only_for_a_settled_pass_with_two_approvals_that_is_not_issued() {
        let (facts, record) = sound();
        assert_eq!(facts.allow(&record, NOW), Ok(()));
        let with = |change: fn(&mut SheetFacts)| {
            let mut facts = facts.clone();
            change(&mut facts);
            facts.allow(&record, NOW).unwrap_err()
        };
        assert_eq!(with(|facts| facts.spoiled = true), NotSigned::Spoiled);
        assert_eq!(with(|facts| facts.issued = true), NotSigned::Issued);
        assert_eq!(with(|facts| facts.results[1] = None), NotSigned::Results);
        assert_eq!(
            with(|facts| facts.results[1] = facts.results[0].clone()),
            NotSigned::Results
        );
        assert_eq!(with(|facts| facts.list[1] = facts.list[0].clone()), NotSigned::Approval);
        assert_eq!(with(|facts| facts.list[1] = None), NotSigned::Approval);
        assert_eq!(with(|facts| facts.publicity_until = None), NotSigned::Publicity);
        assert_eq!(
            with(|facts| facts.publicity_until = Some(NOW + 1)),
            NotSigned::Publicity
        );
        assert_eq!(with(|facts| facts.holds = 1), NotSigned::Held);
        assert_eq!(with(|facts| facts.passed = false), NotSigned::NotPassed);
        assert_eq!(with(|facts| facts.number.push('1')), NotSigned::Differs("number"));
        assert_eq!(
            with(|facts| facts.name = "王小明".to_owned()),
            NotSigned::Differs("name")
        );
        assert_eq!(with(|facts| facts.citizen_id.clear()), NotSigned::Differs("id number"));
        assert_eq!(with(|facts| facts.occupation.clear()), NotSigned::Differs("occupation"));
        assert_eq!(
            with(|facts| facts.occupation_code.clear()),
            NotSigned::Differs("occupation")
        );
        assert_eq!(with(|facts| facts.level = 9), NotSigned::Differs("level"));
        assert_eq!(with(|facts| facts.issuer.clear()), NotSigned::Differs("issuer"));
        assert_eq!(with(|facts| facts.scheme.clear()), NotSigned::Differs("scheme"));
        let mut other = record.clone();
        other.verify_url = "https://elsewhere.example/v/".to_owned();
        assert!(matches!(facts.allow(&other, NOW), Err(NotSigned::Differs(_))));
    }

    #[test]
    fn a_later_sheet_needs_a_granted_change_and_keeps_everything_that_was_not_corrected() {
        let first = one();
        let mut record = first.clone();
        record.edition = Some(Edition::Reissued);
        let facts = LaterFacts {
            number: record.number.to_string(),
            people: [Some("a".to_owned()), Some("b".to_owned())],
            granted: true,
            first: Some(first),
            ..LaterFacts::default()
        };
        assert_eq!(facts.allow(&record), Ok(()));
        let with = |change: fn(&mut LaterFacts)| {
            let mut facts = facts.clone();
            change(&mut facts);
            facts.allow(&record).unwrap_err()
        };
        assert_eq!(with(|facts| facts.granted = false), NotSigned::Approval);
        assert_eq!(
            with(|facts| facts.people[1] = facts.people[0].clone()),
            NotSigned::Approval
        );
        assert_eq!(with(|facts| facts.printed = true), NotSigned::Issued);
        assert_eq!(with(|facts| facts.void = true), NotSigned::Void);
        assert_eq!(with(|facts| facts.first = None), NotSigned::Unknown);
        let mut other = record.clone();
        other.name = "王小明".parse().unwrap();
        assert_eq!(facts.allow(&other), Err(NotSigned::Differs("name or id number")));
        let corrects = LaterFacts {
            corrects: true,
            ..facts.clone()
        };
        assert_eq!(corrects.allow(&other), Ok(()));
        other.occupation = "车工".to_owned();
        assert_eq!(corrects.allow(&other), Err(NotSigned::Differs("occupation")));
    }
}
