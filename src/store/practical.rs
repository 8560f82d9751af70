//! Practical judging: who judges which session, score sheets, vetoes.

#[cfg(test)]
pub(crate) mod fixture;

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, ApplicationId, BankVersionId, BatchId, Digest, Marks, SessionId, SheetId, Timestamp};

/// A session as its examiners and supervisors see it.
#[derive(Debug, Clone, FromRow)]
pub struct WorkRow {
    /// The session.
    pub id: SessionId,
    /// Its batch.
    pub batch_id: BatchId,
    /// The bank version of the batch.
    pub bank_version_id: BankVersionId,
    /// `theory` or `practical`.
    pub component: String,
    /// The station's name.
    pub station: String,
    /// The room's name.
    pub room: String,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation's Chinese name.
    pub occupation_name: String,
    /// The occupation's English name.
    pub occupation_name_en: String,
    /// The level.
    pub level: i64,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// The state of the batch.
    pub batch_state: String,
}

macro_rules! select_work {
    ($tail:literal) => {
        concat!(
            "SELECT s.id, s.batch_id, b.bank_version_id, s.component, t.name AS station, r.name AS room,
                    b.occupation_code, b.occupation_name, b.occupation_name_en, b.level, s.opens_at, s.closes_at, s.state,
                    b.state AS batch_state
             FROM session s JOIN batch b ON b.id = s.batch_id JOIN room r ON r.id = s.room_id
                  JOIN station t ON t.id = r.station_id ",
            $tail
        )
    };
}

/// The sessions that an account is assigned to with this duty, the latest first.
pub async fn assigned(
    connection: &mut Connection,
    account: AccountId,
    duty: &'static str,
) -> Result<Vec<WorkRow>, StoreError> {
    Ok(sqlx::query_as(select_work!(
        "JOIN assignment a ON a.session_id = s.id WHERE a.account_id = $1 AND a.duty = $2 ORDER BY s.opens_at DESC, s.id"
    ))
    .bind(account)
    .bind(duty)
    .fetch_all(connection)
    .await?)
}

/// One session.
pub async fn work(connection: &mut Connection, session: SessionId) -> Result<Option<WorkRow>, StoreError> {
    Ok(sqlx::query_as(select_work!("WHERE s.id = $1"))
        .bind(session)
        .fetch_optional(connection)
        .await?)
}

/// Whether an account has this duty at a session.
pub async fn is_assigned(
    connection: &mut Connection,
    session: SessionId,
    account: AccountId,
    duty: &'static str,
) -> Result<bool, StoreError> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM assignment WHERE session_id = $1 AND account_id = $2 AND duty = $3")
            .bind(session)
            .bind(account)
            .bind(duty)
            .fetch_one(connection)
            .await?;
    Ok(count > 0)
}

/// The examiners of a session, the leader first.
pub async fn examiners(connection: &mut Connection, session: SessionId) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(AccountId,)> = sqlx::query_as(
        "SELECT account_id FROM assignment WHERE session_id = $1 AND duty = 'examiner'
         ORDER BY leader DESC, account_id",
    )
    .bind(session)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(account,)| account).collect())
}

/// A seated candidate.
#[derive(Debug, Clone, FromRow)]
pub struct SeatedRow {
    /// The seat or station (工位) number.
    pub seat_no: i64,
    /// The application.
    pub application_id: ApplicationId,
    /// The candidate's name.
    pub name: String,
}

/// The candidates of a session by seat.
pub async fn seated(connection: &mut Connection, session: SessionId) -> Result<Vec<SeatedRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.seat_no, s.application_id, c.name
         FROM seat s JOIN application a ON a.id = s.application_id JOIN candidate c ON c.id = a.candidate_id
         WHERE s.session_id = $1 ORDER BY s.seat_no",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// A task that the draw gave a session.
#[derive(Debug, Clone, FromRow)]
pub struct DrawnRow {
    /// The order of the test.
    pub position: i64,
    /// The part of the structure table.
    pub group_code: String,
    /// The share of the test in percent.
    pub weight: i64,
    /// The task.
    pub task_code: String,
}

/// The tasks of a session in the order of the test.
pub async fn drawn(connection: &mut Connection, session: SessionId) -> Result<Vec<DrawnRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT position, group_code, weight, task_code FROM task_draw WHERE session_id = $1 ORDER BY position",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// A score sheet.
#[derive(Debug, Clone, FromRow)]
pub struct SheetRow {
    /// Its id.
    pub id: SheetId,
    /// The session.
    pub session_id: SessionId,
    /// The candidate's application.
    pub application_id: ApplicationId,
    /// The task.
    pub task_code: String,
    /// Whose sheet it is.
    pub examiner_id: AccountId,
    /// The entries, a `SheetRecord` as canonical JSON.
    pub content: String,
    /// Counts its savings.
    pub revision: i64,
    /// `draft` or `signed`.
    pub state: String,
    /// The total that the examiner signed.
    pub total: Option<Marks>,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
    /// The digest of what was signed.
    pub digest: Option<Digest>,
}

impl SheetRow {
    /// Whether it is signed.
    pub fn is_signed(&self) -> bool {
        self.state == "signed"
    }
}

macro_rules! select_sheet {
    ($tail:literal) => {
        concat!(
            "SELECT id, session_id, application_id, task_code, examiner_id, content, revision, state, total, saved_at,
                    signed_at, digest
             FROM score_sheet ",
            $tail
        )
    };
}

/// The sheet of this id.
pub async fn sheet(connection: &mut Connection, id: SheetId) -> Result<Option<SheetRow>, StoreError> {
    Ok(sqlx::query_as(select_sheet!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// One examiner's sheets of a session.
pub async fn own_sheets(
    connection: &mut Connection,
    session: SessionId,
    examiner: AccountId,
) -> Result<Vec<SheetRow>, StoreError> {
    Ok(
        sqlx::query_as(select_sheet!("WHERE session_id = $1 AND examiner_id = $2 ORDER BY id"))
            .bind(session)
            .bind(examiner)
            .fetch_all(connection)
            .await?,
    )
}

/// All signed sheets of a session, by candidate and task.
pub async fn signed_sheets(connection: &mut Connection, session: SessionId) -> Result<Vec<SheetRow>, StoreError> {
    Ok(sqlx::query_as(select_sheet!(
        "WHERE session_id = $1 AND state = 'signed' ORDER BY application_id, task_code, examiner_id"
    ))
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Writes a new sheet.
pub async fn insert_sheet(connection: &mut Connection, row: &SheetRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO score_sheet
            (id, session_id, application_id, task_code, examiner_id, content, revision, state, total, saved_at,
             signed_at, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', NULL, $8, NULL, NULL)",
    )
    .bind(row.id)
    .bind(row.session_id)
    .bind(row.application_id)
    .bind(&row.task_code)
    .bind(row.examiner_id)
    .bind(&row.content)
    .bind(row.revision)
    .bind(row.saved_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Locks a draft until the end of the transaction; `false` when it is signed.
pub async fn lock_draft(connection: &mut Connection, id: SheetId) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE score_sheet SET saved_at = saved_at WHERE id = $1 AND state = 'draft'")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Saves a draft over the revision that the change started from.
pub async fn save_sheet(
    connection: &mut Connection,
    id: SheetId,
    from: i64,
    content: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE score_sheet SET content = $3, revision = revision + 1, saved_at = $4
         WHERE id = $1 AND revision = $2 AND state = 'draft'",
    )
    .bind(id)
    .bind(from)
    .bind(content)
    .bind(now)
    .execute(connection)
    .await?;
    one_row(&done, "score_sheet")
}

/// Signs a draft as it was saved with this revision.
pub async fn sign_sheet(
    connection: &mut Connection,
    id: SheetId,
    revision: i64,
    total: Marks,
    digest: Digest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE score_sheet SET state = 'signed', total = $3, digest = $4, signed_at = $5
         WHERE id = $1 AND revision = $2 AND state = 'draft'",
    )
    .bind(id)
    .bind(revision)
    .bind(total)
    .bind(digest)
    .bind(now)
    .execute(connection)
    .await?;
    one_row(&done, "score_sheet")
}

/// A veto on a sheet.
#[derive(Debug, Clone, FromRow)]
pub struct VetoRow {
    /// The sheet.
    pub sheet_id: SheetId,
    /// The code of the veto item.
    pub code: String,
    /// What happened.
    pub reason: String,
    /// Who raised it.
    pub raised_by: AccountId,
    /// When.
    pub raised_at: Timestamp,
    /// Who signed second.
    pub confirmed_by: Option<AccountId>,
    /// When.
    pub confirmed_at: Option<Timestamp>,
}

/// The vetoes of a sheet.
pub async fn vetoes(connection: &mut Connection, sheet: SheetId) -> Result<Vec<VetoRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT sheet_id, code, reason, raised_by, raised_at, confirmed_by, confirmed_at
         FROM veto WHERE sheet_id = $1 ORDER BY code",
    )
    .bind(sheet)
    .fetch_all(connection)
    .await?)
}

/// A confirmed veto with the candidate and the task that it strikes.
#[derive(Debug, Clone, FromRow)]
pub struct StruckRow {
    /// The sheet on which it was raised.
    pub sheet_id: SheetId,
    /// The candidate's application.
    pub application_id: ApplicationId,
    /// The task.
    pub task_code: String,
    /// The code of the veto item.
    pub code: String,
    /// What happened.
    pub reason: String,
    /// Who raised it.
    pub raised_by: AccountId,
    /// Who signed second.
    pub confirmed_by: AccountId,
    /// When.
    pub confirmed_at: Timestamp,
}

/// The confirmed vetoes of a session.
pub async fn confirmed_vetoes(connection: &mut Connection, session: SessionId) -> Result<Vec<StruckRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT v.sheet_id, s.application_id, s.task_code, v.code, v.reason, v.raised_by, v.confirmed_by, v.confirmed_at
         FROM veto v JOIN score_sheet s ON s.id = v.sheet_id
         WHERE s.session_id = $1 AND v.confirmed_by IS NOT NULL AND v.confirmed_at IS NOT NULL
         ORDER BY s.application_id, s.task_code, v.code, v.raised_at",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// A veto that waits for its second signature.
#[derive(Debug, Clone, FromRow)]
pub struct WaitingRow {
    /// The sheet.
    pub sheet_id: SheetId,
    /// The candidate's application.
    pub application_id: ApplicationId,
    /// The task.
    pub task_code: String,
    /// The code of the veto item.
    pub code: String,
    /// What happened.
    pub reason: String,
    /// Who raised it.
    pub raised_by: AccountId,
    /// Their name.
    pub raised_name: String,
    /// When.
    pub raised_at: Timestamp,
}

/// The vetoes of a session that wait for a second signature.
pub async fn waiting_vetoes(connection: &mut Connection, session: SessionId) -> Result<Vec<WaitingRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT v.sheet_id, s.application_id, s.task_code, v.code, v.reason, v.raised_by, a.name AS raised_name,
                v.raised_at
         FROM veto v JOIN score_sheet s ON s.id = v.sheet_id JOIN account a ON a.id = v.raised_by
         WHERE s.session_id = $1 AND v.confirmed_by IS NULL ORDER BY v.raised_at, v.sheet_id",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Writes a veto without its second signature.
pub async fn raise_veto(connection: &mut Connection, row: &VetoRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO veto (sheet_id, code, reason, raised_by, raised_at, confirmed_by, confirmed_at)
         VALUES ($1, $2, $3, $4, $5, NULL, NULL)",
    )
    .bind(row.sheet_id)
    .bind(&row.code)
    .bind(&row.reason)
    .bind(row.raised_by)
    .bind(row.raised_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a veto back that has no second signature; the event keeps that it was there.
pub async fn withdraw_veto(connection: &mut Connection, sheet: SheetId, code: &str) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM veto WHERE sheet_id = $1 AND code = $2 AND confirmed_by IS NULL")
        .bind(sheet)
        .bind(code)
        .execute(connection)
        .await?;
    one_row(&done, "veto")
}

/// Gives the second signature.
pub async fn confirm_veto(
    connection: &mut Connection,
    sheet: SheetId,
    code: &str,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE veto SET confirmed_by = $3, confirmed_at = $4
         WHERE sheet_id = $1 AND code = $2 AND confirmed_by IS NULL AND raised_by <> $3",
    )
    .bind(sheet)
    .bind(code)
    .bind(by)
    .bind(now)
    .execute(connection)
    .await?;
    one_row(&done, "veto")
}
