//! The office: one public act for each thing that a person can do, one transaction each.
//!
//! Every act loads, decides by a pure rule of a chapter, saves, and records, in this order. Nothing else writes to the
//! store, except the answer desk, through which all answers go.

mod act;
mod hasher;
pub mod input;
mod keys;
pub mod limits;
mod op;
pub mod policy;
pub mod progress;
mod refusal;
mod remembered;

pub mod account;
pub mod application;
pub mod audit;
pub mod bank;
pub mod certificate;
pub mod checking;
pub mod desk;
pub mod figures;
pub mod ledger;
pub mod objection;
pub mod plan;
pub mod practical;
pub mod regrade;
pub mod result;
pub mod room;
pub mod script;
pub mod session;
pub mod staff;
pub mod supervision;
pub mod terminal;
pub mod time;
pub mod verification;

#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

pub use act::{Act, Actor, Caller};
pub use hasher::Hasher;
pub use input::{Download, List, Moment, Upload};
pub use keys::Keys;
pub use op::{Event, Op};
pub use policy::{Kind, Policy, Who};
pub use refusal::{Broken, Fact, Problem, Problems, Refusal};
pub use remembered::Remembered;

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
    /// The zone in which people give and read times.
    pub zone: jiff::tz::TimeZone,
    /// The typefaces of printed sheets, and what they lack.
    pub fonts: Arc<Fonts>,
    /// The address under which people reach us, without a final slash; printed on certificates.
    pub base_url: String,
    /// Whether this is a demonstration, whose certificates say so.
    pub demo: bool,
    /// How groups of examiners are made up.
    pub groups: crate::staff::GroupRule,
    /// The banks that were opened lately.
    pub banks: bank::Shelf,
    /// Candidates that were seen lately.
    pub remembered: Remembered,
    /// The desk through which all answers go.
    pub desk: desk::AnswerDesk,
    /// Which texts are answers to which question of whose paper.
    pub shapes: terminal::shape::Shapes,
    /// Where certificates are made.
    pub press: certificate::Press,
    /// Where the ledger is kept.
    pub ledger: ledger::LedgerDesk,
    /// The rooms that are watched now.
    pub watched: room::Watched,
    /// What sessions ask of their terminals' browsers.
    pub locks: room::Locks,
    /// How far slow work has come.
    pub progress: progress::Progress,
    /// What strangers have tried lately.
    pub limits: limits::Limits,
}

/// What an office stands on.
pub struct Foundations {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// Keys that are not in the database.
    pub keys: Keys,
    /// The typefaces of printed sheets.
    pub fonts: Arc<Fonts>,
    /// The zone in which people give and read times.
    pub zone: jiff::tz::TimeZone,
    /// The address under which people reach us, without a final slash.
    pub base_url: String,
    /// Whether this is a demonstration.
    pub demo: bool,
}

impl Office {
    /// Opens the office. Needs a runtime: the answer desk begins its work here.
    pub fn open(foundations: Foundations) -> Self {
        let Foundations {
            store,
            clock,
            entropy,
            keys,
            fonts,
            zone,
            base_url,
            demo,
        } = foundations;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let desk = desk::AnswerDesk::start(store.clone(), clock.clone(), entropy.clone(), keys.clone());
        Self {
            store,
            clock,
            entropy,
            keys,
            // One core stays free for answers.
            hasher: Hasher::new(cores.saturating_sub(1)),
            zone,
            fonts,
            press: certificate::Press::new(&base_url, demo),
            base_url,
            demo,
            groups: crate::staff::GroupRule::default(),
            banks: bank::Shelf::default(),
            ledger: ledger::LedgerDesk::default(),
            remembered: Remembered::default(),
            desk,
            shapes: terminal::shape::Shapes::default(),
            watched: room::Watched::default(),
            locks: room::Locks::default(),
            progress: progress::Progress::default(),
            limits: limits::Limits::default(),
        }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
