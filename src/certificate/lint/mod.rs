//! Lint before ink: what must be right with a record, and with the sheet drawn from it, before a key touches either.
//!
//! Every check has a name ([`CHECKS`]); for each there is a sample that fails it, and a test that tries them all.

mod record;
mod sheet;
#[cfg(test)]
mod tests;

pub(super) use sheet::{Drawn, proofread};

use super::{CertificateRecord, Chain, NumberError, Scheme, SkillLevel};
use crate::document::Fonts;
use crate::kernel::{DAY, Timestamp};

/// Every check: its name, and what it asks for.
pub const CHECKS: &[(&str, &str)] = &[
    // The record
    ("scheme", "the number scheme is known"),
    ("title", "the title is the scheme's, exactly"),
    ("number", "the number is of the scheme"),
    ("level", "the level in the number is the record's"),
    ("year", "the year in the number is the year of issue"),
    ("print-serial", "the print serial is 4 to 20 capitals and digits"),
    ("empty", "no field is blank; -- stands where there is nothing"),
    ("too-long", "every field fits on the sheet"),
    ("unprintable", "no field has a control character"),
    ("missing-glyph", "every character has a glyph"),
    ("private-use", "no field has a character without a public meaning"),
    ("invisible", "no field has an invisible or direction-changing character"),
    ("lost-character", "no field has a sign that stands for a lost character"),
    ("name-dot", "dots in a name stand single, between other characters"),
    ("name-blank", "blanks in a name stand single, between letters"),
    ("name-mark", "the name has no mark that would need shaping"),
    ("name-script", "the name is not written in look-alike letters"),
    ("id-kind", "the kind of id is that of the number"),
    (
        "id-birth",
        "the birth date in the id is between 1900 and the day of issue",
    ),
    ("too-young", "the holder is at least 16"),
    ("occupation-code", "the occupation's code is n-nn-nn-nn"),
    ("english", "English fields are in Latin letters"),
    ("chinese", "title, occupation and issuer are in Chinese"),
    ("trade", "a trade that is given is none of -- and the occupation itself"),
    ("future", "the date of issue is not in the future"),
    ("too-old", "the date of issue is not before the scheme's rules"),
    (
        "validity",
        "an end of validity is after the issue, and not beyond a working life",
    ),
    ("results", "scores are given exactly where the scheme prints them"),
    ("results-range", "scores are between 0 and 100"),
    ("results-word", "the overall result is one of its words"),
    ("no-photo", "there is a photograph"),
    ("photo-size", "the photograph is small enough for the file"),
    ("verify-url", "the address in the QR code is an https address"),
    ("query-url", "each query address is a plain address"),
    ("salt", "the salt is no constant"),
    ("signer-not-valid", "the signing key's certificates are valid now"),
    ("signer-ends-soon", "and for 30 days more"),
    // The sheet
    ("sheets", "there is one sheet"),
    ("page-size", "it is A4"),
    ("font-embedded", "every face is embedded"),
    ("font-subset", "every face is cut down and tagged so"),
    ("font-unicode", "every face tells its characters"),
    ("text-title", "the title can be read back from the sheet"),
    ("text-name", "the name can be read back, character for character"),
    ("text-id", "the id number can be read back"),
    ("text-number", "the number can be read back"),
    ("text-fields", "every other field can be read back"),
    ("text-issuer", "the issuing body can be read back"),
    ("text-date", "the date of issue can be read back"),
    (
        "qr-statement",
        "the QR code's statement is signed and says what the record says",
    ),
    ("qr-printed", "the QR code on the sheet is that statement"),
    ("photo-printed", "the photograph on the sheet is the record's"),
    ("attachment", "the data inside are the record"),
    ("sample-mark", "a sample says so on its face, and nothing else does"),
    ("ledger-proof", "the proof inside commits to this very record"),
    ("document-title", "the file's title is title and number"),
    ("document-language", "the file's language is set"),
    ("archive", "the file says that it is PDF/A-3b"),
    ("colour", "the colours have their profile"),
    ("transparency", "nothing is transparent"),
    ("active-content", "nothing acts by itself"),
];

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
    /// Another check of the record or the sheet failed.
    #[error("{}", said(.0))]
    Failed(&'static str),
    /// The drawing took more than one sheet.
    #[error("the certificate takes {0} sheets instead of one")]
    Sheets(usize),
}

fn said(check: &str) -> &'static str {
    CHECKS
        .iter()
        .find(|(name, _)| *name == check)
        .map_or("an unknown check", |(_, asks)| asks)
}

impl Finding {
    /// The name of the check that failed.
    pub fn check(&self) -> &'static str {
        match self {
            Self::MissingGlyph(_) => "missing-glyph",
            Self::UnknownScheme(_) => "scheme",
            Self::Title { .. } => "title",
            Self::Number(_) => "number",
            Self::Level { .. } => "level",
            Self::Year { .. } => "year",
            Self::Empty(_) => "empty",
            Self::TooLong { .. } => "too-long",
            Self::Unprintable(_) => "unprintable",
            Self::VerifyUrl(_) => "verify-url",
            Self::Future(_) => "future",
            Self::TooYoung => "too-young",
            Self::NoPhoto => "no-photo",
            Self::Results => "results",
            Self::SignerNotValid => "signer-not-valid",
            Self::SignerEndsSoon => "signer-ends-soon",
            Self::Sheets(_) => "sheets",
            Self::Failed(check) => check,
        }
    }
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
    record::check(record, &mut findings);
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
