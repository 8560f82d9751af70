//! A checkpoint: how long the ledger is and the digest of all of it, for signing.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::note::{Note, NoteError, NoteKey, NoteSigner};
use crate::kernel::Digest;

/// How long a ledger is, and the digest of all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Digest,
}

/// Why a text is no checkpoint of the expected ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not in the form of a checkpoint.
    #[error("not a checkpoint")]
    Shape,
    /// Of another ledger.
    #[error("the checkpoint is of {0}")]
    Origin(String),
    /// Not signed as it must be.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl Checkpoint {
    /// Signs it as the ledger's own.
    pub fn sign(&self, signer: &NoteSigner) -> Note {
        let body = self.to_string();
        let signatures = vec![signer.sign(&body, 0)];
        Note { body, signatures }
    }

    /// Reads a note and checks that it is a checkpoint signed by this ledger.
    pub fn open(note: &Note, ledger: &NoteKey) -> Result<Self, CheckpointError> {
        let checkpoint: Self = note.body.parse()?;
        if checkpoint.origin != ledger.name() {
            return Err(CheckpointError::Origin(checkpoint.origin));
        }
        ledger.check(note)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = BASE64.encode(self.root.bytes());
        write!(f, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(body: &str) -> Result<Self, CheckpointError> {
        let mut lines = body.lines();
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Shape);
        };
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| CheckpointError::Shape)?,
            root: digest(root).ok_or(CheckpointError::Shape)?,
        };
        // Sizes have one spelling.
        (checkpoint.to_string() == body)
            .then_some(checkpoint)
            .ok_or(CheckpointError::Shape)
    }
}

/// A digest in base 64, as notes and proofs write it.
pub(super) fn digest(text: &str) -> Option<Digest> {
    let bytes = BASE64.decode(text).ok()?;
    Some(Digest::from_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::KeyKind;

    #[test]
    fn a_checkpoint_of_another_ledger_or_key_is_refused() {
        let signer = |name, seed| NoteSigner::new(name, KeyKind::Log, &[seed; 32]).unwrap();
        let ours = signer("exam.example/ledger", 1);
        let checkpoint = Checkpoint {
            origin: "exam.example/ledger".to_owned(),
            size: 20,
            root: Digest::of(b"root"),
        };
        let note = checkpoint.sign(&ours);
        assert_eq!(Checkpoint::open(&note, ours.public()), Ok(checkpoint));
        let forged = Checkpoint::open(&note, signer("exam.example/ledger", 2).public());
        assert!(matches!(forged, Err(CheckpointError::Note(NoteError::Unsigned(_)))));
        let foreign = Checkpoint::open(&note, signer("other.example", 1).public());
        assert_eq!(foreign, Err(CheckpointError::Origin("exam.example/ledger".to_owned())));
        for text in ["a\n020\n", "a\n-1\nAA==\n", "a\n1\n"] {
            assert_eq!(text.parse::<Checkpoint>(), Err(CheckpointError::Shape), "{text}");
        }
    }
}
