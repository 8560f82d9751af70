//! Sessions, seats, staff, papers and drawn tasks.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{
    AccountId, ApplicationId, AttemptId, BatchId, CandidateId, Digest, PaperId, RoomId, Seed, SessionId, Timestamp,
};

/// A session: one component of one batch in one room.
#[derive(Debug, Clone, FromRow)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// The batch.
    pub batch_id: BatchId,
    /// The room.
    pub room_id: RoomId,
    /// `theory` or `practical`.
    pub component: String,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// The recorded seed of its papers or tasks; absent until they are drawn.
    pub seed: Option<Seed>,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was planned.
    pub created_at: Timestamp,
}

/// A seat with its person.
#[derive(Debug, Clone, FromRow)]
pub struct SeatRow {
    /// The number of the seat.
    pub seat_no: i64,
    /// Whose it is.
    pub application_id: ApplicationId,
    /// The state of the application: a seat stays when somebody withdraws.
    pub application_state: String,
    /// The person.
    pub candidate_id: CandidateId,
    /// The person's name.
    pub name: String,
    /// The id, masked.
    pub citizen_mask: String,
    /// The employer; may be empty.
    pub employer: String,
    /// The ticket's number.
    pub ticket_number: Option<String>,
    /// The digest of the ticket's code.
    pub ticket_code: Option<Digest>,
    /// The digest of the drawn paper.
    pub paper_digest: Option<Digest>,
    /// The state of the attempt.
    pub attempt_state: Option<String>,
}

/// Somebody who may be seated.
#[derive(Debug, Clone, FromRow)]
pub struct ApplicantRow {
    /// The application.
    pub application_id: ApplicationId,
    /// The person's name.
    pub name: String,
    /// The employer; may be empty.
    pub employer: String,
    /// 1 if already seated for this component in this batch.
    pub seated: i64,
    /// 1 if the same person sits elsewhere at that time.
    pub elsewhere: i64,
}

/// A task that the draw gave a session.
#[derive(Debug, Clone, FromRow)]
pub struct TaskRow {
    /// Its place, from 1.
    pub position: i64,
    /// The group of the structure.
    pub group_code: String,
    /// Its share of the test in percent.
    pub weight: i64,
    /// The task's code in the bank.
    pub task_code: String,
}

/// A drawn paper to be stored.
#[derive(Debug, Clone)]
pub struct NewPaper {
    /// Its id.
    pub id: PaperId,
    /// The attempt that will answer it.
    pub attempt: AttemptId,
    /// Whose it is.
    pub application: ApplicationId,
    /// Its serial under the session's seed.
    pub serial: i64,
    /// How many questions it has.
    pub questions: i64,
    /// The digest of the paper.
    pub digest: Digest,
    /// The whole, sealed.
    pub content: Vec<u8>,
    /// What the candidate may see, as JSON.
    pub view: String,
}

macro_rules! select_session {
    ($tail:literal) => {
        concat!(
            "SELECT id, batch_id, room_id, component, opens_at, closes_at, state, seed, started_at, closed_at, created_at
             FROM session ",
            $tail
        )
    };
}

/// The session of this id.
pub async fn by_id(connection: &mut Connection, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
    Ok(sqlx::query_as(select_session!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The sessions of a batch, by time.
pub async fn of_batch(connection: &mut Connection, batch: BatchId) -> Result<Vec<SessionRow>, StoreError> {
    Ok(
        sqlx::query_as(select_session!("WHERE batch_id = $1 ORDER BY opens_at, id"))
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// A session that takes the room at this time.
pub async fn in_room_between(
    connection: &mut Connection,
    room: RoomId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    Ok(sqlx::query_as(select_session!(
        "WHERE room_id = $1 AND opens_at < $3 AND closes_at > $2 ORDER BY opens_at LIMIT 1"
    ))
    .bind(room)
    .bind(from)
    .bind(until)
    .fetch_optional(connection)
    .await?)
}

/// Writes a planned session.
pub async fn insert(connection: &mut Connection, row: &SessionRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO session (id, batch_id, room_id, component, opens_at, closes_at, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'planned', $7)",
    )
    .bind(row.id)
    .bind(row.batch_id)
    .bind(row.room_id)
    .bind(&row.component)
    .bind(row.opens_at)
    .bind(row.closes_at)
    .bind(row.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Holds the room for the rest of the transaction, so that two sessions do not take it at once.
pub async fn hold_room(connection: &mut Connection, room: RoomId) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE room SET seats = seats WHERE id = $1")
        .bind(room)
        .execute(connection)
        .await?;
    one_row(&done, "room")
}

/// The seats of a session, by number.
pub async fn seats(connection: &mut Connection, session: SessionId) -> Result<Vec<SeatRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT t.seat_no, t.application_id, a.state AS application_state, a.candidate_id, c.name, c.citizen_mask, c.employer, a.ticket_number,
                a.ticket_code, p.digest AS paper_digest, e.state AS attempt_state
         FROM seat t
         JOIN application a ON a.id = t.application_id
         JOIN candidate c ON c.id = a.candidate_id
         LEFT JOIN paper p ON p.session_id = t.session_id AND p.application_id = t.application_id
         LEFT JOIN attempt e ON e.session_id = t.session_id AND e.application_id = t.application_id
         WHERE t.session_id = $1 ORDER BY t.seat_no",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// The approved applications of a batch, in the order of registration, as they matter for seating in a session.
pub async fn applicants(connection: &mut Connection, session: &SessionRow) -> Result<Vec<ApplicantRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT a.id AS application_id, c.name, c.employer,
                (SELECT COUNT(*) FROM seat t JOIN session s ON s.id = t.session_id
                 WHERE t.application_id = a.id AND s.component = $2) AS seated,
                (SELECT COUNT(*) FROM seat t JOIN session s ON s.id = t.session_id
                 JOIN application o ON o.id = t.application_id
                 WHERE o.candidate_id = a.candidate_id AND s.id <> $3
                 AND s.opens_at < $5 AND s.closes_at > $4) AS elsewhere
         FROM application a JOIN candidate c ON c.id = a.candidate_id
         WHERE a.batch_id = $1 AND a.state = 'approved' ORDER BY a.id",
    )
    .bind(session.batch_id)
    .bind(&session.component)
    .bind(session.id)
    .bind(session.opens_at)
    .bind(session.closes_at)
    .fetch_all(connection)
    .await?)
}

/// Gives a seat.
pub async fn insert_seat(
    connection: &mut Connection,
    session: SessionId,
    seat_no: i64,
    application: ApplicationId,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO seat (session_id, seat_no, application_id) VALUES ($1, $2, $3)")
        .bind(session)
        .bind(seat_no)
        .bind(application)
        .execute(connection)
        .await?;
    Ok(())
}

/// How many seats each session of a batch has given.
pub async fn seat_counts(connection: &mut Connection, batch: BatchId) -> Result<Vec<(SessionId, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.id, COUNT(*) FROM seat t JOIN session s ON s.id = t.session_id
         WHERE s.batch_id = $1 GROUP BY s.id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Records the seed of a session's draw; refuses a second draw, and a draw after the start.
pub async fn set_seed(connection: &mut Connection, session: SessionId, seed: Seed) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE session SET seed = $2 WHERE id = $1 AND seed IS NULL AND state = 'planned'")
        .bind(session)
        .bind(seed)
        .execute(connection)
        .await?;
    one_row(&done, "session")
}

/// Stores a drawn paper, and the attempt that will answer it.
pub async fn insert_paper(
    connection: &mut Connection,
    session: SessionId,
    paper: &NewPaper,
    now: Timestamp,
    by: AccountId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO paper
            (id, session_id, application_id, serial, questions, digest, content, paper_view, drawn_at, drawn_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(paper.id)
    .bind(session)
    .bind(paper.application)
    .bind(paper.serial)
    .bind(paper.questions)
    .bind(paper.digest)
    .bind(paper.content.as_slice())
    .bind(&paper.view)
    .bind(now)
    .bind(by)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO attempt (id, session_id, application_id, paper_id, state) VALUES ($1, $2, $3, $4, 'seated')",
    )
    .bind(paper.attempt)
    .bind(session)
    .bind(paper.application)
    .bind(paper.id)
    .execute(connection)
    .await?;
    Ok(())
}

/// The drawn tasks of a session, in order.
pub async fn tasks(connection: &mut Connection, session: SessionId) -> Result<Vec<TaskRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT position, group_code, weight, task_code FROM task_draw WHERE session_id = $1 ORDER BY position",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Stores a drawn task.
pub async fn insert_task(
    connection: &mut Connection,
    session: SessionId,
    task: &TaskRow,
    now: Timestamp,
    by: AccountId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO task_draw (session_id, position, group_code, weight, task_code, drawn_at, drawn_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(session)
    .bind(task.position)
    .bind(&task.group_code)
    .bind(task.weight)
    .bind(&task.task_code)
    .bind(now)
    .bind(by)
    .execute(connection)
    .await?;
    Ok(())
}
