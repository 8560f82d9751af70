//! The ledger: a public list of commitments to which one can only add, so that nobody changes the past unseen.
//!
//! Each recorded event is one entry. An entry is a short text ([`Entry`]) that says which act it was and when, and commits to
//! the event by a salted digest; nothing in it is personal. The entries are the leaves of a Merkle tree as RFC 6962 has it
//! ([`tree`]); a signed [`Checkpoint`] fixes the whole list up to its size, and a [`Proof`] shows that an entry is in it. The
//! formats are those of C2SP (signed notes, tlog-checkpoint, tlog-tiles, tlog-proof, tlog-cosignature, tlog-witness).
//!
//! What it cannot do alone: an operator who shows different lists to different people is caught only by somebody outside who
//! remembers ([`witness`]).

mod checkpoint;
mod entry;
mod note;
mod proof;
pub mod tile;
pub mod tree;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Commitment, Entry, EntryError, EventFacts};
pub use note::{KeyKind, Note, NoteError, NoteKey, NoteSigner, SignatureLine};
pub use proof::{Proof, ProofError};
