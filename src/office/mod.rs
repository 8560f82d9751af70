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
    /// The typefaces of printed sheets, and what they lack.
    pub fonts: Arc<Fonts>,
    /// Where certificates are made.
    pub press: certificate::Press,
}

impl Office {
    /// An office over this database.
    pub fn start(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        keys: Keys,
        fonts: Arc<Fonts>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // One core stays free for answers.
        let hasher = Hasher::new(cores.saturating_sub(1));
        Self {
            store,
            clock,
            entropy,
            keys,
            hasher,
            fonts,
            press: certificate::Press::default(),
        }
    }

    /// The same office under the address that certificates carry; `specimen` marks them as samples without effect.
    #[must_use]
    pub fn at_site(mut self, base_url: &str, specimen: bool) -> Self {
        self.press = certificate::Press::new(base_url, specimen);
        self
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
