//! The web: parses what comes in, performs one act of the office, and answers with a page or JSON.
//!
//! One table of routes ([`routes`]); each has a policy. Forms post to `/do/…` and programs to `/api/v1/…`: both are made
//! from the acts, so that they cannot differ. Pages are structs with typed templates; scripts enhance and never decide.

mod assets;
mod caller;
mod download;
mod figures;
mod forms;
mod frame;
mod input;
mod live;
mod messages;
mod offline;
mod openapi;
mod path;
mod refusal;
mod rich;
pub mod routes;
mod server;

mod account;
mod after;
mod application;
mod audit;
mod bank;
mod candidate;
mod certificate;
mod ledger;
mod marking;
mod plan;
mod practical;
mod print_set;
mod public;
mod result;
mod room;
mod session;
mod staff;
mod supervision;
mod terminal;
mod verify;
mod witness;

use std::sync::Arc;

pub use frame::Frame;
pub use messages::Messages;
pub use offline::page as offline_page;
pub use server::{Serving, serve};
pub use witness::{Witness, WitnessError, serve_witness};

use crate::office::Office;

/// The part of asset addresses that changes with the assets; for templates.
pub(crate) fn assets_version() -> &'static str {
    assets::version()
}

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The office.
    pub office: Arc<Office>,
    /// Settings of the web side.
    pub site: Site,
    /// Becomes true when the server stops, so that standing streams end.
    stopping: tokio::sync::watch::Sender<bool>,
}

/// Settings of the web side.
#[derive(Debug, Clone, Copy, Default)]
pub struct Site {
    /// Whether a proxy in front tells the caller's address in `X-Forwarded-For`.
    pub trust_proxy: bool,
}

impl App {
    /// The shared state for this office.
    pub fn new(office: Arc<Office>, site: Site) -> Self {
        Self {
            office,
            site,
            stopping: tokio::sync::watch::Sender::new(false),
        }
    }

    /// Cookies go over https only when the public address says https.
    fn secure(&self) -> bool {
        self.office.base_url.starts_with("https:")
    }
}
