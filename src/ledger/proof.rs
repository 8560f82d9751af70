//! A proof that an entry is in the ledger: travels with what it proves and is checked without any network (C2SP tlog-proof).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::checkpoint::{Checkpoint, CheckpointError, digest};
use super::entry::Entry;
use super::note::{Note, NoteKey};
use super::tree::root_by_inclusion;
use crate::kernel::Digest;

const FORMAT: &str = "c2sp.org/tlog-proof@v1";

/// A proof with the entry that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry; in the format it is the extra data.
    pub entry: Entry,
    /// Its place in the ledger.
    pub index: u64,
    /// The neighbours from the leaf up.
    pub path: Vec<Digest>,
    /// The signed checkpoint, with the witnesses' signatures.
    pub checkpoint: Note,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not in the form of a proof.
    #[error("not a proof of the ledger")]
    Shape,
    /// The checkpoint is not one of the expected ledger.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not where the proof says.
    #[error("the entry is not in the ledger that the checkpoint signs")]
    NotIncluded,
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The known witnesses that cosigned it, with the second at which each did.
    pub witnesses: Vec<(String, u64)>,
}

impl Proof {
    /// Checks the proof with the ledger's key; counts the witnesses among those known.
    pub fn check(&self, ledger: &NoteKey, witnesses: &[NoteKey]) -> Result<Shown, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, ledger)?;
        let root = root_by_inclusion(self.entry.leaf(), self.index, checkpoint.size, &self.path);
        if root != Some(checkpoint.root) {
            return Err(ProofError::NotIncluded);
        }
        let seen = |key: &NoteKey| Some((key.name().to_owned(), key.check(&self.checkpoint).ok()??));
        Ok(Shown {
            witnesses: witnesses.iter().filter_map(seen).collect(),
            checkpoint,
        })
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FORMAT}\nextra {}", BASE64.encode(self.entry.to_string()))?;
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", BASE64.encode(hash.bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Self, ProofError> {
        let read = || {
            let (head, checkpoint) = text.split_once("\n\n")?;
            let mut lines = head.lines();
            lines.next().filter(|line| *line == FORMAT)?;
            let extra = BASE64.decode(lines.next()?.strip_prefix("extra ")?).ok()?;
            let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
            let path: Option<Vec<_>> = lines.map(digest).collect();
            Some(Self {
                entry: String::from_utf8(extra).ok()?.parse().ok()?,
                index,
                path: path?,
                checkpoint: checkpoint.parse().ok()?,
            })
        };
        let proof = read().ok_or(ProofError::Shape)?;
        (proof.to_string() == text).then_some(proof).ok_or(ProofError::Shape)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::kernel::Timestamp;
    use crate::ledger::{KeyKind, NoteSigner, tree};

    /// A proof for the fourth of six entries, its ledger's key and a witness's.
    pub(crate) fn proof() -> (Proof, NoteKey, NoteKey) {
        let ledger = NoteSigner::new("exam.example/ledger", KeyKind::Log, &[1; 32]).unwrap();
        let witness = NoteSigner::new("witness.example/w1", KeyKind::Witness, &[2; 32]).unwrap();
        let entry = |number: u8| Entry {
            act: "certificate.enter".to_owned(),
            at: Timestamp::from_millis(i64::from(number)),
            event: Digest::of(&[number]),
            about: None,
        };
        let leaves: Vec<_> = (0..6).map(|number| entry(number).leaf()).collect();
        let checkpoint = Checkpoint {
            origin: ledger.public().name().to_owned(),
            size: 6,
            root: tree::root(6, &mut tree::over(&leaves)).unwrap(),
        };
        let mut note = checkpoint.sign(&ledger);
        note.signatures.push(witness.sign(&note.body, 1_795_400_000));
        let proof = Proof {
            entry: entry(3),
            index: 3,
            path: tree::inclusion(3, 6, &mut tree::over(&leaves)).unwrap(),
            checkpoint: note,
        };
        (proof, ledger.public().clone(), witness.public().clone())
    }

    #[test]
    fn a_proof_is_read_and_shows_its_entry() {
        let (proof, ledger, witness) = proof();
        let read: Proof = proof.to_string().parse().unwrap();
        let shown = read.check(&ledger, std::slice::from_ref(&witness)).unwrap();
        assert_eq!(shown.checkpoint.size, 6);
        assert_eq!(shown.witnesses, [(witness.name().to_owned(), 1_795_400_000)]);
        let elsewhere = Proof { index: 2, ..proof };
        assert_eq!(elsewhere.check(&ledger, &[]), Err(ProofError::NotIncluded));
    }

    #[test]
    fn every_flipped_bit_of_a_proof_breaks_it_or_loses_the_witness() {
        let (proof, ledger, witness) = proof();
        let text = proof.to_string().into_bytes();
        for at in 0..text.len() {
            let mut altered = text.clone();
            altered[at] ^= 1;
            let read = String::from_utf8(altered)
                .ok()
                .and_then(|text| text.parse::<Proof>().ok());
            let shown = read.and_then(|read| read.check(&ledger, std::slice::from_ref(&witness)).ok());
            assert!(shown.is_none_or(|shown| shown.witnesses.is_empty()), "byte {at}");
        }
    }
}
