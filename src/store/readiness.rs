//! A batch in numbers: how far registration, seating, drawing, examining, settling and certifying are.

use sqlx::FromRow;

use super::{Connection, StoreError};
use crate::kernel::{BatchId, Timestamp};

/// A batch in numbers.
#[derive(Debug, Clone, Default, FromRow)]
pub struct ReadinessRow {
    /// Applications that nobody decided on yet.
    pub registered: i64,
    /// Approved applications.
    pub approved: i64,
    /// Rejected applications.
    pub rejected: i64,
    /// Approved applications without a photo.
    pub without_photo: i64,
    /// Approved applications with a ticket.
    pub tickets: i64,
    /// Theory sessions.
    pub theory_sessions: i64,
    /// Practical sessions.
    pub practical_sessions: i64,
    /// Approved applications with a seat in a theory session.
    pub theory_seats: i64,
    /// Approved applications with a seat in a practical session.
    pub practical_seats: i64,
    /// Theory sessions without an invigilator.
    pub theory_unstaffed: i64,
    /// Practical sessions with fewer than three examiners.
    pub practical_unstaffed: i64,
    /// Drawn papers.
    pub papers: i64,
    /// Practical sessions whose tasks are drawn.
    pub tasks_drawn: i64,
    /// Papers that were handed in.
    pub submitted: i64,
    /// Theory sessions that are closed.
    pub theory_closed: i64,
    /// Practical sessions that are closed.
    pub practical_closed: i64,
    /// Signed score sheets.
    pub sheets_signed: i64,
    /// Score sheets that nobody signed yet.
    pub sheets_open: i64,
    /// Settled results of components.
    pub results: i64,
    /// Holds that nobody lifted.
    pub holds: i64,
    /// Certificates issued.
    pub certificates: i64,
}

/// A certificate list: when prepared, when approved, of how many.
#[derive(Debug, Clone, FromRow)]
pub struct ListRow {
    /// When it was prepared.
    pub prepared_at: Timestamp,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// How many certificates it asks for.
    pub total: i64,
}

/// The numbers of a batch.
pub async fn of(connection: &mut Connection, batch: BatchId) -> Result<ReadinessRow, StoreError> {
    Ok(sqlx::query_as(
        "SELECT
            (SELECT COUNT(*) FROM application WHERE batch_id = $1 AND state = 'registered') AS registered,
            (SELECT COUNT(*) FROM application WHERE batch_id = $1 AND state = 'approved') AS approved,
            (SELECT COUNT(*) FROM application WHERE batch_id = $1 AND state = 'rejected') AS rejected,
            (SELECT COUNT(*) FROM application a JOIN candidate c ON c.id = a.candidate_id
             WHERE a.batch_id = $1 AND a.state = 'approved' AND c.photo IS NULL) AS without_photo,
            (SELECT COUNT(*) FROM application
             WHERE batch_id = $1 AND state = 'approved' AND ticket_code IS NOT NULL) AS tickets,
            (SELECT COUNT(*) FROM session WHERE batch_id = $1 AND component = 'theory') AS theory_sessions,
            (SELECT COUNT(*) FROM session WHERE batch_id = $1 AND component = 'practical') AS practical_sessions,
            (SELECT COUNT(*) FROM seat t JOIN session s ON s.id = t.session_id
             JOIN application a ON a.id = t.application_id
             WHERE s.batch_id = $1 AND s.component = 'theory' AND a.state = 'approved') AS theory_seats,
            (SELECT COUNT(*) FROM seat t JOIN session s ON s.id = t.session_id
             JOIN application a ON a.id = t.application_id
             WHERE s.batch_id = $1 AND s.component = 'practical' AND a.state = 'approved') AS practical_seats,
            (SELECT COUNT(*) FROM session s WHERE s.batch_id = $1 AND s.component = 'theory'
             AND (SELECT COUNT(*) FROM assignment g
                  WHERE g.session_id = s.id AND g.duty = 'invigilator') = 0) AS theory_unstaffed,
            (SELECT COUNT(*) FROM session s WHERE s.batch_id = $1 AND s.component = 'practical'
             AND (SELECT COUNT(*) FROM assignment g
                  WHERE g.session_id = s.id AND g.duty = 'examiner') < 3) AS practical_unstaffed,
            (SELECT COUNT(*) FROM paper p JOIN session s ON s.id = p.session_id WHERE s.batch_id = $1) AS papers,
            (SELECT COUNT(DISTINCT d.session_id) FROM task_draw d JOIN session s ON s.id = d.session_id
             WHERE s.batch_id = $1) AS tasks_drawn,
            (SELECT COUNT(*) FROM attempt t JOIN session s ON s.id = t.session_id
             WHERE s.batch_id = $1 AND t.state = 'submitted') AS submitted,
            (SELECT COUNT(*) FROM session
             WHERE batch_id = $1 AND component = 'theory' AND state = 'closed') AS theory_closed,
            (SELECT COUNT(*) FROM session
             WHERE batch_id = $1 AND component = 'practical' AND state = 'closed') AS practical_closed,
            (SELECT COUNT(*) FROM score_sheet h JOIN session s ON s.id = h.session_id
             WHERE s.batch_id = $1 AND h.state = 'signed') AS sheets_signed,
            (SELECT COUNT(*) FROM score_sheet h JOIN session s ON s.id = h.session_id
             JOIN assignment g ON g.session_id = h.session_id AND g.account_id = h.examiner_id
             WHERE s.batch_id = $1 AND h.state = 'draft' AND g.duty = 'examiner') AS sheets_open,
            (SELECT COUNT(*) FROM component_result r JOIN application a ON a.id = r.application_id
             WHERE a.batch_id = $1) AS results,
            (SELECT COUNT(*) FROM hold WHERE batch_id = $1 AND lifted_at IS NULL) AS holds,
            (SELECT COUNT(*) FROM certificate WHERE batch_id = $1) AS certificates",
    )
    .bind(batch)
    .fetch_one(connection)
    .await?)
}

/// The certificate list of a batch.
pub async fn certificate_list(connection: &mut Connection, batch: BatchId) -> Result<Option<ListRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT prepared_at, approved_at, total FROM certificate_list WHERE batch_id = $1")
            .bind(batch)
            .fetch_optional(connection)
            .await?,
    )
}
