//! Candidates' sign-ins that were seen lately, so that a save need not ask the database who sends it.
//!
//! Rules it keeps: only candidates are remembered, staff are asked for each time; a sign-in that ends here is forgotten at
//! once. Another node may take half a minute to hear of it; meanwhile that terminal can still not write without the lease,
//! which the desk asks for in the transaction of each save.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::kernel::{Digest, SECOND, SignInId, Timestamp};
use crate::store::account::SignInRow;

/// How long a sign-in is believed without asking again.
const BELIEVED: i64 = 30 * SECOND;
/// More than this are not kept.
const MOST: usize = 100_000;

/// Sign-ins by the keyed digest of their token, with the instant at which each was asked for.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<BTreeMap<Digest, (SignInRow, Timestamp)>>);

impl Remembered {
    /// The candidate's sign-in with this token, if it was seen lately and has not ended.
    pub(super) fn find(&self, token: &Digest, now: Timestamp) -> Option<SignInRow> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (row, asked) = known.get(token)?;
        // A clock that was set back makes us ask again.
        let lately = *asked <= now && now < *asked + BELIEVED;
        (lately && now < row.expires_at).then(|| row.clone())
    }

    /// Remembers a candidate's sign-in that the database has just confirmed.
    pub(super) fn note(&self, row: &SignInRow, now: Timestamp) {
        if row.application_id.is_none() || row.revoked_at.is_some() {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(row.token_digest, (row.clone(), now));
    }

    /// Forgets a sign-in that has ended.
    pub(super) fn forget(&self, id: SignInId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (row, _)| row.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{ApplicationId, HOUR, SeededEntropy, SessionId};

    const NOON: Timestamp = Timestamp::from_millis(1_780_000_000_000);

    fn row() -> SignInRow {
        let dice = SeededEntropy::new(1);
        SignInRow {
            id: SignInId::new(NOON, &dice),
            token_digest: Digest::of(b"token"),
            csrf: String::new(),
            account_id: None,
            application_id: Some(ApplicationId::new(NOON, &dice)),
            session_id: Some(SessionId::new(NOON, &dice)),
            created_at: NOON,
            expires_at: NOON + HOUR,
            revoked_at: None,
        }
    }

    #[test]
    fn a_candidate_is_believed_for_half_a_minute_and_not_after_a_clock_was_set_back() {
        let (known, row) = (Remembered::default(), row());
        known.note(&row, NOON);
        assert!(known.find(&row.token_digest, NOON + (BELIEVED - 1)).is_some());
        assert!(known.find(&row.token_digest, NOON + BELIEVED).is_none());
        assert!(known.find(&row.token_digest, NOON + -1).is_none());
    }

    #[test]
    fn a_sign_in_that_ended_is_not_believed_and_staff_never() {
        let (known, row) = (Remembered::default(), row());
        known.note(&row, NOON);
        known.forget(row.id);
        assert!(known.find(&row.token_digest, NOON).is_none());
        let short = SignInRow {
            expires_at: NOON + 5,
            ..row.clone()
        };
        known.note(&short, NOON);
        assert!(known.find(&row.token_digest, NOON + 4).is_some());
        assert!(known.find(&row.token_digest, NOON + 5).is_none());
        let staff = SignInRow {
            application_id: None,
            token_digest: Digest::of(b"staff"),
            ..row
        };
        known.note(&staff, NOON);
        assert!(known.find(&staff.token_digest, NOON).is_none());
    }
}
