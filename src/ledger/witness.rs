//! A witness: somebody outside who remembers the last checkpoint, and signs a new one only if the past is still in it.
//!
//! The rule and the form of request are those of C2SP's tlog-witness. Keeping the memory safe across requests is the
//! caller's part.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::checkpoint::{Checkpoint, CheckpointError, digest};
use super::note::{Note, NoteKey};
use super::tree::{empty_root, is_consistent};
use crate::kernel::Digest;

/// No honest proof is longer.
const MAX_PROOF: usize = 63;

/// What a ledger asks of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the ledger believes the witness saw last.
    pub old: u64,
    /// The proof from there.
    pub proof: Vec<Digest>,
    /// The new checkpoint.
    pub note: Note,
}

/// Why a witness does not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The request is not well formed.
    #[error("the request is not well formed")]
    Shape,
    /// A ledger that it does not know.
    #[error("this witness does not know the ledger")]
    UnknownLedger,
    /// The checkpoint is not signed by the ledger.
    #[error("the checkpoint is not signed by the ledger")]
    Unsigned,
    /// The witness last saw another size than the ledger says.
    #[error("the witness last saw {0} entries")]
    OtherSize(u64),
    /// The past was changed: the one thing that must never happen.
    #[error("the past was changed: what was seen at {seen} entries is not in the new list")]
    Changed {
        /// The size that was seen.
        seen: u64,
    },
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", BASE64.encode(hash.bytes()))?;
        }
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for AddCheckpoint {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let read = || {
            let (head, note) = text.split_once("\n\n")?;
            let mut lines = head.lines();
            let old = lines.next()?.strip_prefix("old ")?.parse().ok()?;
            let proof: Option<Vec<_>> = lines.map(digest).collect();
            Some(Self {
                old,
                proof: proof.filter(|proof| proof.len() <= MAX_PROOF)?,
                note: note.parse().ok()?,
            })
        };
        read().ok_or(Refused::Shape)
    }
}

/// Decides on a request. `seen` is the last checkpoint that this witness signed; what is returned takes its place, durably,
/// before the signature leaves the house.
pub fn consider(request: &AddCheckpoint, ledger: &NoteKey, seen: Option<&Checkpoint>) -> Result<Checkpoint, Refused> {
    let new = match Checkpoint::open(&request.note, ledger) {
        Ok(new) => new,
        Err(CheckpointError::Shape) => return Err(Refused::Shape),
        Err(CheckpointError::Origin(_)) => return Err(Refused::UnknownLedger),
        Err(CheckpointError::Note(_)) => return Err(Refused::Unsigned),
    };
    if request.old > new.size {
        return Err(Refused::Shape);
    }
    let (size, root) = seen.map_or_else(|| (0, empty_root()), |seen| (seen.size, seen.root));
    if request.old != size {
        return Err(Refused::OtherSize(size));
    }
    if is_consistent(size, &root, new.size, &new.root, &request.proof) {
        Ok(new)
    } else {
        Err(Refused::Changed { seen: size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{KeyKind, NoteSigner, tree};

    fn ledger() -> NoteSigner {
        NoteSigner::new("exam.example/ledger", KeyKind::Log, &[1; 32]).unwrap()
    }

    fn request(leaves: &[Digest], old: u64) -> AddCheckpoint {
        let size = leaves.len() as u64;
        let checkpoint = Checkpoint {
            origin: "exam.example/ledger".to_owned(),
            size,
            root: tree::root(size, &mut tree::over(leaves)).unwrap(),
        };
        AddCheckpoint {
            old,
            proof: tree::consistency(old, size, &mut tree::over(leaves)).unwrap_or_default(),
            note: checkpoint.sign(&ledger()),
        }
    }

    #[test]
    fn a_witness_signs_what_grew_and_refuses_what_changed() {
        let mut leaves: Vec<_> = (0..9_u8).map(|n| tree::leaf_hash(&[n])).collect();
        let key = ledger().public().clone();
        let first = request(&leaves[..5], 0).to_string().parse().unwrap();
        let seen = consider(&first, &key, None).unwrap();
        assert_eq!(seen.size, 5);
        let grown = consider(&request(&leaves, 5), &key, Some(&seen)).unwrap();
        assert_eq!(grown.size, 9);
        // A roll-back is shorter than what was seen.
        assert_eq!(
            consider(&request(&leaves[..7], 7), &key, Some(&grown)),
            Err(Refused::OtherSize(9))
        );
        leaves[2] = tree::leaf_hash(b"another past");
        for size in 5..9 {
            let changed = consider(&request(&leaves[..size], 5), &key, Some(&seen));
            assert_eq!(changed, Err(Refused::Changed { seen: 5 }), "{size}");
        }
    }

    #[test]
    fn a_stranger_gets_no_signature() {
        let leaves = [tree::leaf_hash(b"a")];
        let other = NoteSigner::new("other.example", KeyKind::Log, &[1; 32]).unwrap();
        let request = request(&leaves, 0);
        assert_eq!(consider(&request, other.public(), None), Err(Refused::UnknownLedger));
        let forged = NoteSigner::new("exam.example/ledger", KeyKind::Log, &[9; 32]).unwrap();
        assert_eq!(consider(&request, forged.public(), None), Err(Refused::Unsigned));
        assert_eq!("old 1\n".parse::<AddCheckpoint>(), Err(Refused::Shape));
    }
}
