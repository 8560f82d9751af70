//! The terminal: from the ticket to the receipt, as the candidate meets it.
//!
//! The server's clock decides; a terminal is told milliseconds left and never asked the time. One terminal holds the
//! lease of an attempt; another is refused until an invigilator releases it. What a terminal gets of its paper is read
//! into [`paper::CandidatePaper`], a type that has no place for a key.

use super::{Broken, Caller, Office, Refusal};
use crate::kernel::{CandidateId, Digest, MINUTE, Timestamp};
use crate::sitting::{Facts, Gate, gate};
use crate::store::Connection;
use crate::store::sitting::{self, AttemptRow, DeskRow};

mod binding;
pub mod paper;
pub mod picture;
mod receipt;
pub mod shape;
mod sign_in;
mod start;
mod state;
#[cfg(test)]
pub(super) mod tests;
mod work;

pub use binding::{
    BindTerminal, BindingCode, BoundTerminal, ListTerminals, MakeBindingCode, RoomTerminals, Standpoint, TerminalSeat,
    standpoint,
};
pub use paper::{CandidatePaper, Minutes, PaperOption, PaperQuestion};
pub use receipt::{ReceiptView, ShowReceipt};
pub use sign_in::{ConfirmPerson, TerminalSignIn};
pub use start::{StartAttempt, Started};
pub use state::{SavedAnswer, ShowTerminal, TerminalBeat, TerminalView};
pub use work::{SaveAnswers, ShowPaper, SubmitAttempt};

/// Where a signed-in candidate sits.
struct Place {
    desk: DeskRow,
    minutes: Minutes,
    attempt: Option<AttemptRow>,
}

async fn place(connection: &mut Connection, caller: &Caller) -> Result<Place, Refusal> {
    let (application, session, _) = caller.candidate()?;
    // A seat that was taken away leaves a sign-in without a place.
    let desk = sitting::desk(connection, session, application)
        .await?
        .ok_or_else(|| Broken::new("ticket-no-seat"))?;
    let minutes = Minutes::of_rule(&desk.paper_rule)?;
    let attempt = sitting::attempt_of(connection, session, application).await?;
    Ok(Place { desk, minutes, attempt })
}

impl Place {
    fn gate(&self, lease: Digest, now: Timestamp) -> Gate {
        gate(&Facts {
            session_state: &self.desk.session_state,
            opens_at: self.desk.opens_at,
            session_started_at: self.desk.session_started_at,
            session_paused: self.desk.session_paused_at.is_some(),
            latest_entry_ms: self.minutes.latest_entry_minutes.map(|minutes| minutes * MINUTE),
            attempt_state: self.attempt.as_ref().map(|attempt| attempt.state.as_str()),
            holds_lease: self
                .attempt
                .as_ref()
                .is_some_and(|attempt| attempt.lease == Some(lease)),
            released: self.attempt.as_ref().is_some_and(|attempt| attempt.released == 1),
            now,
        })
    }
}

/// A photo, ready to show.
#[derive(Debug)]
pub struct Photo {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The signed-in candidate's photo.
pub async fn own_photo(office: &Office, caller: &Caller) -> Result<Photo, Refusal> {
    let (application, session, _) = caller.candidate()?;
    let mut connection = office.store.read().await?;
    let (candidate, stored) = sitting::photo(&mut connection, session, application)
        .await?
        .ok_or(Refusal::NotFound)?;
    open_photo(office, candidate, stored)
}

/// Opens a stored photo, sealed or not.
pub(super) fn open_photo(office: &Office, candidate: CandidateId, stored: Option<Vec<u8>>) -> Result<Photo, Refusal> {
    let stored = stored.ok_or(Refusal::NotFound)?;
    let bytes = if media_type(&stored).is_some() {
        stored
    } else {
        office
            .keys
            .vault
            .open(&format!("candidate.photo/{candidate}"), &stored)
            .map_err(|error| Refusal::Fault(error.to_string()))?
    };
    let media_type = media_type(&bytes).ok_or(Refusal::NotFound)?;
    Ok(Photo { media_type, bytes })
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        _ => None,
    }
}
