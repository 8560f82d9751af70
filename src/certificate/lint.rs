//! Lint before ink: what must be right with a record before a key touches it.

use super::{CertificateRecord, Chain, NumberError, Scheme, SkillLevel};
use crate::document::Fonts;
use crate::kernel::{DAY, Timestamp};

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// No font has a character that is to be printed.
    #[error("no font has the character {0} (U+{code:04X}); add a font that has it", code = u32::from(*.0))]
    MissingGlyph(char),
    /// The scheme is not known.
    #[error("there is no number scheme '{0}'")]
    UnknownScheme(String),
    /// The title is not the scheme's.
    #[error("the title must be exactly '{expected}'")]
    Title {
        /// The scheme's title.
        expected: String,
    },
    /// The number is not of the scheme.
    #[error("the number is not of the record's scheme")]
    Number(#[source] NumberError),
    /// The number says another level.
    #[error("the number says level {in_number}, the record {level:?}")]
    Level {
        /// The digit in the number.
        in_number: String,
        /// The record's level.
        level: SkillLevel,
    },
    /// The number says another year.
    #[error("the number says year {in_number}, the record was issued on {issued_on}")]
    Year {
        /// The digits in the number.
        in_number: String,
        /// The record's date.
        issued_on: super::IssueDate,
    },
    /// A field is empty: `--` is printed where there is nothing, never a blank.
    #[error("the field {0} is empty")]
    Empty(&'static str),
    /// A field does not fit on the sheet.
    #[error("the field {field} has {chars} characters; at most {most} fit")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// How many characters it has.
        chars: usize,
        /// How many fit.
        most: usize,
    },
    /// A field has a control character or a line break.
    #[error("the field {0} has a character that cannot be printed")]
    Unprintable(&'static str),
    /// The address for the QR code is none.
    #[error("'{0}' is not an address for the QR code: https, plain letters, ending in /")]
    VerifyUrl(String),
    /// The date of issue is after today.
    #[error("the date of issue {0} is in the future")]
    Future(super::IssueDate),
    /// The holder is younger than anyone may work.
    #[error("the holder was not yet 16 on the date of issue")]
    TooYoung,
    /// A certificate without photograph.
    #[error("the photograph is missing")]
    NoPhoto,
    /// A certificate with scores that has none, or the other way round.
    #[error("the scheme and the record do not agree whether scores are printed")]
    Results,
    /// The signing key's certificates are not valid now.
    #[error("a certificate of the signing key is not valid at the time of signing")]
    SignerNotValid,
    /// They end before a certificate could reasonably be checked.
    #[error("a certificate of the signing key ends within 30 days: renew it first")]
    SignerEndsSoon,
    /// The drawing took more than one sheet.
    #[error("the certificate takes {0} sheets instead of one")]
    Sheets(usize),
}

/// Every finding about a record that is to be signed by this chain at this instant.
pub fn lint(record: &CertificateRecord, fonts: &Fonts, chain: &Chain, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    match Scheme::find(&record.scheme) {
        Some(scheme) => numbers(record, scheme, &mut findings),
        None => findings.push(Finding::UnknownScheme(record.scheme.clone())),
    }
    texts(record, fonts, &mut findings);
    dates(record, now, &mut findings);
    if record.photo.is_none() {
        findings.push(Finding::NoPhoto);
    }
    if !is_address(&record.verify_url) {
        findings.push(Finding::VerifyUrl(record.verify_url.clone()));
    }
    if !chain.valid_at(now) {
        findings.push(Finding::SignerNotValid);
    } else if !chain.valid_at(now + 30 * DAY) {
        findings.push(Finding::SignerEndsSoon);
    }
    findings
}

fn numbers(record: &CertificateRecord, scheme: &Scheme, findings: &mut Vec<Finding>) {
    if record.title != scheme.title {
        findings.push(Finding::Title {
            expected: scheme.title.clone(),
        });
    }
    if record.results.is_some() != scheme.results {
        findings.push(Finding::Results);
    }
    let Some(parts) = scheme.parts(record.number.as_str()) else {
        findings.push(Finding::Number(NumberError::Shape));
        return;
    };
    if parts
        .get("level")
        .is_some_and(|digit| *digit != record.level.digit().to_string())
    {
        findings.push(Finding::Level {
            in_number: parts["level"].to_owned(),
            level: record.level,
        });
    }
    let year = format!("{:02}", record.issued_on.date().year().rem_euclid(100));
    if parts.get("year").is_some_and(|digits| *digits != year) {
        findings.push(Finding::Year {
            in_number: parts["year"].to_owned(),
            issued_on: record.issued_on,
        });
    }
}

fn texts(record: &CertificateRecord, fonts: &Fonts, findings: &mut Vec<Finding>) {
    let urls = record.query_urls.join(" ");
    let fields: [(&'static str, &str, usize); 11] = [
        ("title", &record.title, 12),
        ("name", record.name.as_str(), 50),
        ("occupation code", &record.occupation_code, 20),
        ("occupation", &record.occupation, 36),
        ("occupation in English", &record.occupation_en, 90),
        ("trade", record.trade_printed(), 36),
        ("issuer", &record.issuer, 32),
        ("issuer in English", &record.issuer_en, 90),
        ("query addresses", &urls, 60),
        ("print serial", record.print_serial.as_deref().unwrap_or("--"), 20),
        ("address for the QR code", &record.verify_url, 60),
    ];
    for (field, text, most) in fields {
        let chars = text.chars().count();
        if text.trim().is_empty() {
            findings.push(Finding::Empty(field));
        }
        if chars > most {
            findings.push(Finding::TooLong { field, chars, most });
        }
        if text.chars().any(char::is_control) {
            findings.push(Finding::Unprintable(field));
        } else {
            findings.extend(fonts.missing(text).into_iter().map(Finding::MissingGlyph));
        }
    }
}

fn dates(record: &CertificateRecord, now: Timestamp, findings: &mut Vec<Finding>) {
    if record.issued_on > super::IssueDate::of(now) {
        findings.push(Finding::Future(record.issued_on));
    }
    let of_age = jiff::Span::new()
        .try_years(16)
        .and_then(|span| record.citizen_id.birth_date().checked_add(span));
    if of_age.is_ok_and(|of_age| of_age > record.issued_on.date()) {
        findings.push(Finding::TooYoung);
    }
}

/// Letters that a QR code holds densely when they are capitals, and an end that the statement can follow. Without https only
/// on the machine itself, where nobody stands between.
fn is_address(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let host = lower.strip_prefix("https://").or_else(|| {
        let rest = lower.strip_prefix("http://")?;
        let host = rest.split(['/', ':']).next()?;
        matches!(host, "127.0.0.1" | "localhost").then_some(rest)
    });
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-/:".contains(&byte);
    host.is_some_and(|rest| rest.len() > 3 && rest.bytes().all(plain)) && url.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::sample::tests::{NOW, one, signer};
    use crate::certificate::{IssueDate, Signer};
    use crate::document::tests::FONTS;

    fn findings(change: impl FnOnce(&mut CertificateRecord)) -> Vec<Finding> {
        let mut record = one();
        change(&mut record);
        lint(&record, &FONTS, signer().chain(), NOW)
    }

    #[test]
    fn a_sound_record_has_no_findings() {
        assert_eq!(findings(|_| ()), []);
    }

    #[test]
    fn each_fault_is_found_by_its_name() {
        let date = |text: &str| text.parse::<IssueDate>().unwrap();
        assert_eq!(
            findings(|r| r.occupation.push('\u{30EDD}')),
            [Finding::MissingGlyph('\u{30EDD}')]
        );
        assert_eq!(findings(|r| r.scheme.push('x')).len(), 1);
        assert!(matches!(findings(|r| r.title.push('书'))[..], [Finding::Title { .. }]));
        assert!(matches!(
            findings(|r| r.level = SkillLevel::Senior)[..],
            [Finding::Level { .. }]
        ));
        assert!(matches!(
            findings(|r| r.issued_on = date("2025-01-01"))[..],
            [Finding::Year { .. }]
        ));
        assert!(matches!(
            findings(|r| r.issued_on = date("2026-12-31"))[..],
            [Finding::Future(_)]
        ));
        assert_eq!(findings(|r| r.trade = Some(" ".to_owned())), [Finding::Empty("trade")]);
        assert!(matches!(
            findings(|r| r.issuer = "长".repeat(33))[..],
            [Finding::TooLong { chars: 33, .. }]
        ));
        assert_eq!(
            findings(|r| r.occupation.push('\n')),
            [Finding::Unprintable("occupation")]
        );
        assert_eq!(findings(|r| r.photo = None), [Finding::NoPhoto]);
        assert!(matches!(
            findings(|r| r.verify_url = "http://a/".to_owned())[..],
            [Finding::VerifyUrl(_)]
        ));
        assert_eq!(
            findings(|r| r.number = "0810012003412345".parse().unwrap()),
            [Finding::Number(NumberError::Shape)]
        );
    }

    #[test]
    fn a_key_whose_certificate_ends_is_not_used() {
        let chain = signer().chain().clone();
        let later = NOW + 3 * 365 * DAY;
        assert!(lint(&one(), &FONTS, &chain, later).contains(&Finding::SignerEndsSoon));
        assert!(lint(&one(), &FONTS, &chain, later + 2 * DAY).contains(&Finding::SignerNotValid));
    }
}
