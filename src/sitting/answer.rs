//! Saving an answer: repeats and reorderings of the network are harmless, a contradiction is not swallowed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Digest;

/// The latest answer that is saved for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The terminal's running number of the save, rising with every change.
    pub revision: i64,
    /// The digest of the content.
    pub content: Digest,
}

/// What to do with a save that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SaveOutcome {
    /// Newer than what is there: write it.
    Write,
    /// The same save once more, its acknowledgement was lost: acknowledge again, write nothing.
    Repeat,
    /// Overtaken by a newer one on the way: acknowledge, write nothing.
    Overtaken,
}

/// Two different contents under one revision: the terminal is broken or tampered with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("revision {revision} was saved before with another content")]
pub struct AnswerConflict {
    /// The revision.
    pub revision: i64,
}

/// Decides on a save, given what is saved for the item.
pub fn decide_save(saved: Option<Saved>, arriving: Saved) -> Result<SaveOutcome, AnswerConflict> {
    let Some(saved) = saved else {
        return Ok(SaveOutcome::Write);
    };
    match arriving.revision.cmp(&saved.revision) {
        std::cmp::Ordering::Greater => Ok(SaveOutcome::Write),
        std::cmp::Ordering::Less => Ok(SaveOutcome::Overtaken),
        std::cmp::Ordering::Equal if arriving.content == saved.content => Ok(SaveOutcome::Repeat),
        std::cmp::Ordering::Equal => Err(AnswerConflict {
            revision: arriving.revision,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save(revision: i64, content: &str) -> Saved {
        let content = Digest::of(content.as_bytes());
        Saved { revision, content }
    }

    #[test]
    fn the_newest_answer_stands_in_whatever_order_saves_arrive() {
        let mut saved: Option<Saved> = None;
        for arriving in [save(1, "A"), save(3, "C"), save(2, "B"), save(3, "C")] {
            if decide_save(saved, arriving) == Ok(SaveOutcome::Write) {
                saved = Some(arriving);
            }
        }
        assert_eq!(saved, Some(save(3, "C")));
        assert_eq!(decide_save(saved, save(3, "C")), Ok(SaveOutcome::Repeat));
        assert_eq!(decide_save(saved, save(2, "B")), Ok(SaveOutcome::Overtaken));
    }

    #[test]
    fn one_revision_with_two_contents_is_a_conflict() {
        let conflict = decide_save(Some(save(3, "C")), save(3, "D"));
        assert_eq!(conflict, Err(AnswerConflict { revision: 3 }));
    }
}
