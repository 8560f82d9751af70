//! An entry: what the public list says about one event, and how it commits to what it does not say.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::tree::leaf_hash;
use crate::kernel::{Digest, Timestamp, canonical_json};

/// What the first line of every entry says.
const FORMAT: &str = "jianding-entry/1";

/// What the public list says about one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name of the act.
    pub act: String,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// The commitment to the event's facts.
    pub event: Commitment,
    /// The digest of what the act made, when others can know it: a certificate's record, a file.
    pub about: Option<Digest>,
}

/// A salted digest: says nothing to whoever has not the salt, and cannot be opened in two ways.
pub type Commitment = Digest;

/// All facts of an event, as they are committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventFacts<'a> {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The kind of actor.
    pub actor_kind: &'a str,
    /// The actor.
    pub actor_id: &'a str,
    /// The act.
    pub act: &'a str,
    /// What it was about.
    pub subject: &'a str,
    /// The batch.
    pub batch: Option<String>,
    /// Why.
    pub reason: &'a str,
    /// Its details as they are stored.
    pub detail: &'a str,
    /// The request.
    pub request: &'a str,
}

impl EventFacts<'_> {
    /// The commitment under this salt.
    pub fn commit(&self, salt: &[u8]) -> Commitment {
        // Texts and integers only: they can always be written.
        let facts = canonical_json(self).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(u32::try_from(salt.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(salt);
        hash.update(facts);
        Digest::from_bytes(hash.finalize().into())
    }
}

/// The text is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an entry of the ledger")]
pub struct EntryError;

impl Entry {
    /// The digest of this entry in the tree.
    pub fn leaf(&self) -> Digest {
        leaf_hash(self.to_string().as_bytes())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{FORMAT}\nact {}\nat {}\nevent {}",
            self.act,
            self.at.millis(),
            self.event
        )?;
        match &self.about {
            Some(about) => writeln!(f, "about {about}"),
            None => writeln!(f, "about -"),
        }
    }
}

impl FromStr for Entry {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        let mut lines = text.lines();
        if lines.next() != Some(FORMAT) {
            return Err(EntryError);
        }
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let mut read = || {
            Some(Self {
                act: field("act")?.to_owned(),
                at: Timestamp::from_millis(field("at")?.parse().ok()?),
                event: field("event")?.parse().ok()?,
                about: match field("about")? {
                    "-" => None,
                    digest => Some(digest.parse().ok()?),
                },
            })
        };
        let entry = read().ok_or(EntryError)?;
        // One spelling, or one could hide two entries behind one meaning.
        (entry.to_string() == text).then_some(entry).ok_or(EntryError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_one_spelling() {
        let entry = Entry {
            act: "certificate.issue".to_owned(),
            at: Timestamp::from_millis(1_795_400_000_000),
            event: Digest::of(b"facts"),
            about: Some(Digest::of(b"file")),
        };
        let text = entry.to_string();
        assert_eq!(text.parse(), Ok(entry.clone()));
        for other in [
            text.replace("at 1", "at 01"),
            format!("{text}x"),
            text.to_uppercase(),
            text.replace('\n', "\r\n"),
        ] {
            assert_eq!(other.parse::<Entry>(), Err(EntryError), "{other}");
        }
        let without = Entry { about: None, ..entry };
        assert_eq!(without.to_string().parse(), Ok(without));
    }

    #[test]
    fn a_commitment_opens_with_its_salt_and_its_facts_only() {
        let facts = EventFacts {
            id: "evt_1".to_owned(),
            at: Timestamp::from_millis(1),
            actor_kind: "staff",
            actor_id: "acc_1",
            act: "sheet.sign",
            subject: "sht_1",
            batch: None,
            reason: "",
            detail: "{}",
            request: "r",
        };
        let kept = facts.commit(&[1; 16]);
        assert_eq!(kept, facts.commit(&[1; 16]));
        assert_ne!(kept, facts.commit(&[2; 16]));
        assert_ne!(
            kept,
            EventFacts {
                detail: "{ }",
                ..facts.clone()
            }
            .commit(&[1; 16])
        );
        assert_ne!(
            kept,
            EventFacts {
                batch: Some(String::new()),
                ..facts
            }
            .commit(&[1; 16])
        );
    }
}
