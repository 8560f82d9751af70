//! Checks of a record by itself: names, codes, dates and addresses as the trade writes them.

use jiff::civil::Date;

use super::Finding;
use crate::certificate::{CertificateRecord, IdKind};
use crate::kernel::Marks;

/// A photograph beyond this makes the file larger than it may be.
const MAX_PHOTO: usize = 40_000;

pub(super) fn check(record: &CertificateRecord, findings: &mut Vec<Finding>) {
    let checks: [(&'static str, bool); 19] = [
        ("print-serial", print_serial(record)),
        ("private-use", !texts(record).any(private_use)),
        ("invisible", !texts(record).any(invisible)),
        (
            "lost-character",
            !texts(record).any(|c| matches!(c, '\u{FFFD}' | '□' | '■' | '?' | '？')),
        ),
        ("name-dot", dots(record.name.as_str())),
        ("name-blank", blanks(record.name.as_str())),
        ("name-mark", !record.name.as_str().chars().any(combining)),
        ("name-script", !record.name.as_str().chars().any(look_alike)),
        ("id-kind", id_kind(record)),
        ("id-birth", birth(record)),
        ("occupation-code", occupation_code(&record.occupation_code)),
        ("english", latin(&record.occupation_en) && latin(&record.issuer_en)),
        (
            "chinese",
            [&record.title, &record.occupation, &record.issuer]
                .into_iter()
                .all(|text| text.chars().any(han)),
        ),
        (
            "trade",
            record
                .trade
                .as_ref()
                .is_none_or(|trade| trade != "--" && *trade != record.occupation),
        ),
        ("too-old", record.issued_on.date() >= Date::constant(2000, 1, 1)),
        ("validity", validity(record)),
        (
            "photo-size",
            record
                .photo
                .as_ref()
                .is_none_or(|photo| photo.bytes().len() <= MAX_PHOTO),
        ),
        ("query-url", query_urls(record)),
        ("salt", salt(record)),
    ];
    findings.extend(
        checks
            .iter()
            .filter(|(_, sound)| !sound)
            .map(|(check, _)| Finding::Failed(check)),
    );
    results(record, findings);
}

/// Every character that is printed of the texts that people give.
fn texts(record: &CertificateRecord) -> impl Iterator<Item = char> {
    let trade = record.trade.as_deref().unwrap_or_default();
    [
        record.name.as_str(),
        &record.occupation,
        &record.occupation_en,
        trade,
        &record.issuer,
        &record.issuer_en,
    ]
    .into_iter()
    .flat_map(str::chars)
}

fn print_serial(record: &CertificateRecord) -> bool {
    let plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    let sound = |serial: &String| (4..=20).contains(&serial.len()) && serial.bytes().all(plain);
    record.print_serial.as_ref().is_none_or(sound)
}

fn private_use(c: char) -> bool {
    let code = u32::from(c);
    // The last two places of every plane are no characters at all.
    matches!(code, 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF | 0xFDD0..=0xFDEF) || code & 0xFFFE == 0xFFFE
}

fn invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00AD | 0x061C | 0x115F | 0x1160 | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164
            | 0xFE00..=0xFE0F | 0xFEFF | 0xE_0100..=0xE_01EF
    )
}

fn combining(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0x302A..=0x302F
        | 0x3099..=0x309A | 0xFE20..=0xFE2F)
}

/// Greek, Cyrillic and full-width letters look like Latin ones, and are others to every search.
fn look_alike(c: char) -> bool {
    matches!(u32::from(c), 0x0370..=0x03FF | 0x0400..=0x052F | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A)
}

fn han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

fn latin(text: &str) -> bool {
    text.chars()
        .all(|c| u32::from(c) < 0x0250 || matches!(u32::from(c), 0x2010..=0x2027))
        && text.chars().any(|c| c.is_ascii_alphabetic())
}

fn dots(name: &str) -> bool {
    !name.starts_with('·') && !name.ends_with('·') && !name.contains("··")
}

fn blanks(name: &str) -> bool {
    let odd = |c: char| c.is_whitespace() && c != ' ';
    name.trim() == name && !name.contains("  ") && !name.contains(odd) && !name.contains(" ·") && !name.contains("· ")
}

fn id_kind(record: &CertificateRecord) -> bool {
    let permit = matches!(record.citizen_id.reveal().get(..2), Some("81" | "82" | "83"));
    permit == (record.id_kind == IdKind::ResidencePermit)
}

fn birth(record: &CertificateRecord) -> bool {
    let born = record.citizen_id.birth_date();
    born >= Date::constant(1900, 1, 1) && born < record.issued_on.date()
}

fn occupation_code(code: &str) -> bool {
    let parts: Vec<_> = code.split('-').collect();
    let digits = |part: &&str, width: usize| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [first, rest @ ..] => digits(first, 1) && rest.len() == 3 && rest.iter().all(|part| digits(part, 2)),
        [] => false,
    }
}

/// Both ends belong to the time of validity.
fn validity(record: &CertificateRecord) -> bool {
    let Some(until) = record.valid_until else { return true };
    let longest = record
        .issued_on
        .date()
        .checked_add(jiff::Span::new().years(60))
        .unwrap_or(Date::MAX);
    until > record.issued_on && until.date() <= longest
}

fn query_urls(record: &CertificateRecord) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-/:_".contains(&byte);
    let sound = |url: &String| {
        let host = url.split(['/', ':']).next().unwrap_or_default();
        let named = host.contains('.') || host == "localhost";
        named && !host.starts_with('.') && !host.ends_with('.') && url.bytes().all(plain)
    };
    !record.query_urls.is_empty() && record.query_urls.iter().all(sound)
}

/// Dice that failed give zeros, or the same byte again and again.
fn salt(record: &CertificateRecord) -> bool {
    let text = record.salt.to_string();
    let bytes: Vec<_> = text.as_bytes().chunks(2).collect();
    bytes.iter().any(|byte| *byte != bytes[0])
}

fn results(record: &CertificateRecord, findings: &mut Vec<Finding>) {
    let Some(results) = &record.results else { return };
    let within = |marks: &Marks| *marks >= Marks::whole(0) && *marks <= Marks::whole(100);
    if ![&results.theory, &results.practical].into_iter().flatten().all(within) {
        findings.push(Finding::Failed("results-range"));
    }
    let word = |text: &String| matches!(text.as_str(), "合格" | "良好" | "优秀");
    if !results.overall.as_ref().is_none_or(word) {
        findings.push(Finding::Failed("results-word"));
    }
}
