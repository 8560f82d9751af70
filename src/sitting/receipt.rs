//! The receipt: what was stored of a paper when it was handed in.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::kernel::{AttemptId, Digest, Timestamp, canonical_json};

/// What a receipt states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptStatement {
    /// The attempt.
    pub attempt: AttemptId,
    /// When it was handed in.
    pub handed_in_at: Timestamp,
    /// `candidate`, `deadline` or `invigilator`.
    pub how: String,
    /// How many questions have an answer.
    pub answered: i64,
    /// How many questions there are.
    pub questions: i64,
    /// The digest of the answers, as [`answers_digest`] makes it.
    pub answers: String,
}

impl ReceiptStatement {
    /// The text that is signed: always the same for the same facts.
    pub fn text(&self) -> Result<String, String> {
        let bytes = canonical_json(self).map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }
}

/// How many questions have an answer, and the digest of all answers: SHA-256 over `number=value;` by rising number,
/// without those that are empty.
pub fn answers_digest<'a>(answers: impl IntoIterator<Item = (i64, &'a str)>) -> (i64, Digest) {
    let mut given: Vec<(i64, &str)> = answers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    given.sort_unstable();
    let mut text = String::new();
    for (number, value) in &given {
        // Writing to a String cannot fail.
        let _ = write!(text, "{number}={value};");
    }
    let count = i64::try_from(given.len()).unwrap_or(i64::MAX);
    (count, Digest::of(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_depends_on_the_answers_alone() {
        let (count, digest) = answers_digest([(2, "B"), (1, "ACD"), (3, "")]);
        assert_eq!(count, 2);
        assert_eq!(digest, Digest::of(b"1=ACD;2=B;"));
        assert_eq!(answers_digest([(1, "ACD"), (2, "B")]).1, digest);
        assert_ne!(answers_digest([(1, "ACD"), (2, "C")]).1, digest);
    }
}
