//! The office: one public act for each thing that a person can do, one transaction each.
//!
//! Every act loads, decides by a pure rule of a chapter, saves, and records, in this order. Nothing else writes to the
//! store, except the answer desk, through which all answers go.

mod act;
mod hasher;
pub mod input;
mod keys;
mod op;
pub mod policy;
mod refusal;
#[cfg(test)]
pub(crate) mod testing;

pub mod account;
pub mod application;
pub mod audit;
pub mod bank;
pub mod certificate;
pub mod desk;
pub mod plan;
pub mod practical;
pub mod result;
pub mod room;
pub mod session;
pub mod supervision;
pub mod terminal;
pub mod verification;

use std::sync::Arc;

pub use act::{Act, Actor, Caller};
pub use hasher::Hasher;
pub use input::{Download, List, Upload};
pub use keys::Keys;
pub use op::{Event, Op};
pub use policy::{Kind, Policy, Who};
pub use refusal::{Broken, Fact, Problem, Problems, Refusal};

use crate::document::Fonts;
use crate::kernel::{Clock, Entropy, Timestamp};
use crate::store::Store;

/// Everything that acts work with.
pub struct Office {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// Keys that are not in the database.
    pub keys: Keys,
    /// The queue for password hashing.
    pub hasher: Hasher,
    /// The faces that documents are set in: what no face has cannot be printed on a certificate.
    pub fonts: Arc<Fonts>,
}

impl Office {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
