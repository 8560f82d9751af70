//! Locked terminals: what a session asks of the browser, set by the examination office, kept by every request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kernel::{SECOND, SessionId, Timestamp};
use crate::office::account::Done;
use crate::office::{Act, Broken, Caller, Download, Event, Office, Op, Policy, Refusal, policy};
use crate::sitting::{SebSettings, key_hash, quit_hash};
use crate::store::sitting::board;
use crate::store::sitting::lock::{self, LockRow};

/// A lock that was changed holds everywhere after this long.
const REMEMBERED: i64 = 5 * SECOND;

/// The locks that were looked up lately.
#[derive(Debug, Default)]
pub struct Locks(Mutex<BTreeMap<SessionId, Remembered>>);

/// What was found at this instant.
type Remembered = (Timestamp, Option<Arc<LockRow>>);

/// Sets what the session asks of its terminals' browsers.
#[derive(Debug, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four boxes of one form, each of which stands for itself"
)]
pub struct LockSession {
    /// The session.
    pub session: SessionId,
    /// Whether the paper fills the screen; leaving it is told to the invigilator.
    #[serde(default)]
    pub full_screen: bool,
    /// Whether copying, pasting and printing are off.
    #[serde(default)]
    pub no_copy: bool,
    /// Whether only Safe Exam Browser with this session's settings is let in.
    #[serde(default)]
    pub seb: bool,
    /// Whether papers open only at the machine that is bound to the candidate's own seat.
    #[serde(default)]
    pub own_seat: bool,
    /// The password that closes Safe Exam Browser; without one it closes after handing in only.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub quit_password: Option<String>,
}

fn settings(office: &Office, quit_hash: Option<String>) -> SebSettings {
    SebSettings {
        start_url: format!("{}/exam", office.base_url),
        quit_url: format!("{}/exam/leave", office.base_url),
        quit_hash,
    }
}

impl Act for LockSession {
    type Outcome = Done;
    const POLICY: Policy = policy::SESSION_LOCK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let session = board::session(op.connection(), self.session)
            .await?
            .ok_or(Refusal::NotFound)?;
        if session.state != "planned" {
            return Err(Broken::new("session-begun").with("state", session.state).into());
        }
        let quit = self.quit_password.as_deref().filter(|_| self.seb).map(quit_hash);
        let row = LockRow {
            session_id: session.id,
            full_screen: i64::from(self.full_screen),
            no_copy: i64::from(self.no_copy),
            config_key: self.seb.then(|| settings(office, quit.clone()).config_key()),
            quit_hash: quit,
            own_seat: i64::from(self.own_seat),
            set_at: now,
            set_by: caller.account()?,
        };
        lock::put(op.connection(), &row).await?;
        let event = Event::of(session.id)
            .in_batch(session.batch_id)
            .with(json!({ "full_screen": self.full_screen, "no_copy": self.no_copy, "seb": self.seb, "own_seat": self.own_seat }));
        let at = op.commit(event).await?;
        let mut known = office.locks.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&self.session);
        Ok(Done { at })
    }
}

/// Gives the settings file of Safe Exam Browser.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SebFile {
    /// The session.
    pub session: SessionId,
}

impl Act for SebFile {
    type Outcome = Download;
    const POLICY: Policy = policy::SESSION_SEB;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Download, Refusal> {
        let mut connection = office.store.read().await?;
        let row = lock::of_session(&mut connection, self.session).await?;
        let row = row.filter(|row| row.config_key.is_some());
        let row = row.ok_or_else(|| Broken::new("seb-not-set"))?;
        let file = settings(office, row.quit_hash).file();
        let name = format!("{}.seb", self.session);
        Ok(Download::new(name, "application/seb", file.as_bytes()))
    }
}

/// What a terminal is told of its session's lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LockView {
    /// Whether the paper fills the screen.
    pub full_screen: bool,
    /// Whether copying, pasting and printing are off.
    pub no_copy: bool,
    /// Whether the browser is Safe Exam Browser, which is left by its own address.
    pub seb: bool,
}

impl From<&LockRow> for LockView {
    fn from(row: &LockRow) -> Self {
        Self {
            full_screen: row.full_screen == 1,
            no_copy: row.no_copy == 1,
            seb: row.config_key.is_some(),
        }
    }
}

/// The lock of a session, looked up at most every few seconds.
pub async fn lock_of(office: &Office, session: SessionId) -> Result<Option<Arc<LockRow>>, Refusal> {
    let now = office.now();
    let known = |locks: &Locks| {
        let locks = locks.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = locks
            .get(&session)
            .filter(|(at, _)| (0..REMEMBERED).contains(&(now - *at)));
        fresh.map(|(_, row)| row.clone())
    };
    if let Some(row) = known(&office.locks) {
        return Ok(row);
    }
    let mut connection = office.store.read().await?;
    let row = lock::of_session(&mut connection, session).await?.map(Arc::new);
    drop(connection);
    let mut locks = office.locks.0.lock().unwrap_or_else(PoisonError::into_inner);
    locks.insert(session, (now, row.clone()));
    Ok(row)
}

/// Refuses a request of a candidate that does not come from the browser that the session asks for. `sent` is what the
/// browser says of its settings for this address.
pub async fn check_browser(
    office: &Office,
    session: SessionId,
    path_and_query: &str,
    sent: Option<&str>,
) -> Result<(), Refusal> {
    let Some(lock) = lock_of(office, session).await? else {
        return Ok(());
    };
    let Some(key) = &lock.config_key else { return Ok(()) };
    let expected = key_hash(&format!("{}{path_and_query}", office.base_url), key);
    if sent.is_some_and(|sent| sent.eq_ignore_ascii_case(&expected)) {
        Ok(())
    } else {
        Err(Broken::new("seb-required").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;
    use crate::office::terminal::tests::{code, room};
    use crate::office::testing::staff;

    #[tokio::test]
    async fn with_a_lock_only_the_right_settings_for_the_right_address_are_let_in() {
        let room = room().await;
        let officer = staff(&room.office, "office", &[Role::ExamOfficer]).await;
        let session = room.hall.session;
        let path = "/api/v1/terminal?brief=true";
        check_browser(&room.office, session, path, None).await.unwrap();
        assert_eq!(
            code(room.office.perform(SebFile { session }, &officer).await),
            "seb-not-set"
        );
        let lock = LockSession {
            session,
            full_screen: false,
            no_copy: true,
            seb: true,
            own_seat: false,
            quit_password: Some("leave".to_owned()),
        };
        room.office.perform(lock, &officer).await.unwrap();
        let refused = check_browser(&room.office, session, path, None).await;
        assert_eq!(code(refused), "seb-required");
        let key = settings(&room.office, Some(quit_hash("leave"))).config_key();
        let hash = key_hash(&format!("{}{path}", room.office.base_url), &key);
        check_browser(&room.office, session, path, Some(&hash)).await.unwrap();
        let elsewhere = check_browser(&room.office, session, "/exam/paper", Some(&hash)).await;
        assert_eq!(code(elsewhere), "seb-required");
        let file = room.office.perform(SebFile { session }, &officer).await.unwrap();
        assert_eq!(file.media_type, "application/seb");
        room.session_starts().await;
        let late = LockSession {
            session,
            full_screen: false,
            no_copy: false,
            seb: false,
            own_seat: false,
            quit_password: None,
        };
        assert_eq!(code(room.office.perform(late, &officer).await), "session-begun");
    }
}
