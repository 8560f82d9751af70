//! Plain text in a bank: which characters it may have, and which form a code has.

use std::fmt;

use super::problem::ProblemKind;

/// Text as it is kept: line ends of any system become one, blanks around it go.
pub(super) fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// Everything that is wrong with a text.
pub(super) fn check_text(key: &str, text: &str) -> Vec<ProblemKind> {
    let key = || key.to_owned();
    let mut wrong = Vec::new();
    if text.trim().is_empty() {
        wrong.push(ProblemKind::EmptyText { key: key() });
    }
    if let Some(c) = text.chars().find(|c| unusable(*c)) {
        let code = format!("U+{:04X}", u32::from(c));
        wrong.push(ProblemKind::UnusableCharacter { key: key(), code });
    }
    if has_lost_character(text) {
        wrong.push(ProblemKind::LostCharacter { key: key() });
    }
    wrong
}

/// Controls (but line ends and tabs), invisible characters and marks of direction, private use, the replacement
/// character, non-characters: what a bad export leaves, or what makes a text read differently from what it is.
fn unusable(c: char) -> bool {
    let code = u32::from(c);
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(code, 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF0..=0xFFFF)
        || matches!(code, 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF)
        || code & 0xFFFE == 0xFFFE
}

/// A character that an old encoding could not hold comes out as `?`. Beside a Han character it is taken for that; in
/// Latin text it may be a question.
fn has_lost_character(text: &str) -> bool {
    let mut before = ' ';
    for c in text.chars() {
        if (c == '?' && (is_han(before) || before == '?')) || (before == '?' && is_han(c)) {
            return true;
        }
        before = c;
    }
    false
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// The form of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Of a bank.
    Bank,
    /// Of an occupation.
    Occupation,
    /// Of a range.
    Range,
    /// Of a point.
    Point,
    /// Of an item, a task, a group, a row of a sheet.
    Id,
}

impl Form {
    const MAX_CHARS: usize = 40;
    const MAX_LAYERS: usize = 6;

    /// Whether the code has this form.
    pub(super) fn fits(self, code: &str) -> bool {
        let bytes = code.as_bytes();
        let all = |fits: fn(&u8) -> bool| !bytes.is_empty() && bytes.len() <= Self::MAX_CHARS && bytes.iter().all(fits);
        match self {
            Self::Bank => all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-') && bytes[0] != b'-',
            Self::Id => all(|b| b.is_ascii_alphanumeric() || *b == b'-') && bytes[0] != b'-',
            Self::Range => all(u8::is_ascii_uppercase) && bytes.len() <= Self::MAX_LAYERS,
            Self::Point => code
                .split_at_checked(code.len().saturating_sub(3))
                .is_some_and(|(range, digits)| {
                    Self::Range.fits(range) && digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())
                }),
            Self::Occupation => {
                let parts: Vec<&str> = code.split('-').collect();
                all(|b| b.is_ascii_digit() || *b == b'-') && parts.iter().map(|part| part.len()).eq([1, 2, 2, 2])
            }
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bank => "[a-z0-9-]",
            Self::Occupation => "6-31-01-03",
            Self::Range => "A … ABCDEF",
            Self::Point => "AB001",
            Self::Id => "[A-Za-z0-9-]",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_mark_is_a_lost_character_only_beside_chinese() {
        let wrong = |text: &str| !check_text("stem", text).is_empty();
        assert!(wrong("电?机的转速"));
        assert!(wrong("这样对吗?"));
        assert!(wrong("??"));
        assert!(!wrong("这样对吗？"));
        assert!(!wrong("Which one?"));
    }

    #[test]
    fn what_a_bad_export_leaves_is_found() {
        for text in [
            "电\u{E863}工",
            "a\u{FFFD}",
            "a\u{0}b",
            "a\u{202E}b",
            "\u{FEFF}a",
            "  ",
            "\u{F0000}",
        ] {
            assert!(!check_text("stem", text).is_empty(), "{text:?}");
        }
        assert!(check_text("stem", "～3×380/220 V，20 A\n\n\t≥ 0.5 MΩ 𬱟").is_empty());
    }

    #[test]
    fn codes_have_their_forms() {
        assert!(Form::Point.fits("BAA012"));
        for wrong in ["BAA12", "012", "baa012", "B1A012", "BAA0123", "电012"] {
            assert!(!Form::Point.fits(wrong), "{wrong}");
        }
        assert!(Form::Occupation.fits("6-31-01-03") && !Form::Occupation.fits("6-31-1-03"));
        assert!(Form::Bank.fits("electrician-4") && !Form::Bank.fits("Electrician 4") && !Form::Bank.fits(""));
        assert!(Form::Id.fits("E4-S-001") && !Form::Id.fits("../x"));
    }
}
