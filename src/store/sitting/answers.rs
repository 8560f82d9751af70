//! Answers: the latest of each question and the log of all, in few statements for many candidates.
//!
//! One statement for each row would cost more than the disk does, so rows go in groups of fixed sizes: few different
//! texts, which the engine keeps prepared.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sqlx::FromRow;

use crate::kernel::{ApplicationId, AttemptId, BatchId, Digest, SessionId, Timestamp};
use crate::store::{Connection, Engine, StoreError};

/// What the desk must know of an attempt before it writes.
#[derive(Debug, Clone, FromRow)]
pub struct FactsRow {
    /// The attempt.
    pub id: AttemptId,
    /// Its session.
    pub session_id: SessionId,
    /// Its application.
    pub application_id: ApplicationId,
    /// Its batch.
    pub batch_id: BatchId,
    /// Its state.
    pub state: String,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it ends; none while its time stands still.
    pub deadline: Option<Timestamp>,
    /// Since when its time stands still.
    pub paused_at: Option<Timestamp>,
    /// What was left then, in milliseconds.
    pub left_ms: Option<i64>,
    /// The terminal that may write.
    pub lease: Option<Digest>,
    /// When its terminal was last heard.
    pub last_seen_at: Option<Timestamp>,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// How it was handed in.
    pub submitted_how: Option<String>,
    /// How many questions there are.
    pub questions: i64,
}

/// An answer as stored.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AnswerRow {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// The question.
    pub number: i64,
    /// The client's revision: higher is later.
    pub revision: i64,
    /// The letters, `T`, `F`, or nothing.
    pub value: String,
    /// 1 when the candidate marked the question for another look.
    pub flagged: i64,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// 1 when it came after the deadline, within the grace. In the log only.
    pub late: i64,
}

/// Rows to a statement, largest first.
const GROUPS: [usize; 5] = [128, 32, 8, 2, 1];

struct Group {
    size: usize,
    text: String,
}

/// The statements of one kind, for each engine.
struct Statements {
    sqlite: Vec<Group>,
    postgres: Vec<Group>,
}

impl Statements {
    fn of(&self, engine: Engine) -> &[Group] {
        match engine {
            Engine::Sqlite => &self.sqlite,
            Engine::Postgres => &self.postgres,
        }
    }
}

/// The same text for both engines, but for the placeholders: SQLite's driver looks a numbered one up by its name, among
/// all of the statement, for each value that it binds; a bare one it just counts.
fn groups(head: &str, columns: usize, tail: &str) -> Statements {
    let made = |numbered: bool| {
        let group = |size: &usize| Group {
            size: *size,
            text: text(head, (*size, columns), tail, numbered),
        };
        GROUPS.iter().map(group).collect()
    };
    Statements {
        sqlite: made(false),
        postgres: made(true),
    }
}

fn text(head: &str, (size, columns): (usize, usize), tail: &str, numbered: bool) -> String {
    let place = |number: usize| {
        if numbered { format!("${number}") } else { "?".to_owned() }
    };
    let mut text = head.replace("{first}", &place(1));
    let shift = usize::from(head.contains("{first}"));
    for row in 0..size {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            let separator = if column == 1 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{}", place(shift + row * columns + column));
        }
        text.push(')');
    }
    text.push_str(tail);
    text
}

static UPSERT: LazyLock<Statements> = LazyLock::new(|| {
    groups(
        "INSERT INTO answer (attempt_id, number, revision, value, flagged, saved_at) VALUES ",
        6,
        " ON CONFLICT (attempt_id, number) DO UPDATE
          SET revision = excluded.revision, value = excluded.value, flagged = excluded.flagged,
              saved_at = excluded.saved_at
          WHERE excluded.revision > answer.revision",
    )
});

static APPEND: LazyLock<Statements> = LazyLock::new(|| {
    groups(
        "INSERT INTO answer_log (attempt_id, number, revision, value, flagged, saved_at, late) VALUES ",
        7,
        " ON CONFLICT (attempt_id, number, revision) DO NOTHING",
    )
});

/// The columns of [`FactsRow`], of the table `attempt`.
macro_rules! facts {
    () => {
        "id, session_id, application_id,
            (SELECT s.batch_id FROM session s WHERE s.id = attempt.session_id) AS batch_id, state, started_at, deadline,
            paused_at, left_ms, lease, last_seen_at, submitted_at, submitted_how,
            (SELECT p.questions FROM paper p WHERE p.id = attempt.paper_id) AS questions"
    };
}

/// Where several write at once: the attempts stay as they are until the transaction ends, because a change of an attempt
/// elsewhere waits for it.
static LOCK: LazyLock<Statements> = LazyLock::new(|| {
    groups(
        "UPDATE attempt SET extra_ms = extra_ms WHERE id IN (",
        1,
        concat!(") RETURNING ", facts!()),
    )
});

/// Where a write transaction is alone anyway, reading is enough, and leaves the pages of the attempts unwritten.
static LOOK: LazyLock<Statements> =
    LazyLock::new(|| groups(concat!("SELECT ", facts!(), " FROM attempt WHERE id IN ("), 1, ")"));

static SEEN: LazyLock<Statements> =
    LazyLock::new(|| groups("UPDATE attempt SET last_seen_at = {first} WHERE id IN (", 1, ")"));

/// Splits rows into groups of the prepared sizes, each with its statement.
fn parts<'r, T>(statements: &'static Statements, engine: Engine, mut rows: &'r [T]) -> Vec<(&'static str, &'r [T])> {
    let mut parts = Vec::new();
    for group in statements.of(engine) {
        while rows.len() >= group.size {
            let (part, rest) = rows.split_at(group.size);
            parts.push((group.text.as_str(), part));
            rows = rest;
        }
    }
    parts
}

/// The facts of these attempts, held until the transaction ends.
pub async fn lock(connection: &mut Connection, engine: Engine, ids: &[AttemptId]) -> Result<Vec<FactsRow>, StoreError> {
    let statements = match engine {
        Engine::Sqlite => &LOOK,
        Engine::Postgres => &LOCK,
    };
    let mut facts = Vec::with_capacity(ids.len());
    for (text, part) in parts(statements, engine, ids) {
        let mut query = sqlx::query_as(text);
        for id in part {
            query = query.bind(*id);
        }
        facts.extend(query.fetch_all(&mut *connection).await?);
    }
    Ok(facts)
}

/// Notes that the terminals of these attempts were heard.
pub async fn note_seen(
    connection: &mut Connection,
    engine: Engine,
    ids: &[AttemptId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for (text, part) in parts(&SEEN, engine, ids) {
        let mut query = sqlx::query(text).bind(now);
        for id in part {
            query = query.bind(*id);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes the latest answers; an older revision changes nothing. No key may occur twice.
pub async fn put(connection: &mut Connection, engine: Engine, rows: &[&AnswerRow]) -> Result<(), StoreError> {
    for (text, part) in parts(&UPSERT, engine, rows) {
        let mut query = sqlx::query(text);
        for row in part {
            query = query
                .bind(row.attempt_id)
                .bind(row.number)
                .bind(row.revision)
                .bind(&row.value)
                .bind(row.flagged)
                .bind(row.saved_at);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Appends to the log; tells how many rows were new.
pub async fn append(connection: &mut Connection, engine: Engine, rows: &[&AnswerRow]) -> Result<u64, StoreError> {
    let mut new = 0;
    for (text, part) in parts(&APPEND, engine, rows) {
        let mut query = sqlx::query(text);
        for row in part {
            query = query
                .bind(row.attempt_id)
                .bind(row.number)
                .bind(row.revision)
                .bind(&row.value)
                .bind(row.flagged)
                .bind(row.saved_at)
                .bind(row.late);
        }
        new += query.execute(&mut *connection).await?.rows_affected();
    }
    Ok(new)
}

/// What the log has under this key: value and flag.
pub async fn logged(
    connection: &mut Connection,
    attempt: AttemptId,
    number: i64,
    revision: i64,
) -> Result<Option<(String, i64)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT value, flagged FROM answer_log WHERE attempt_id = $1 AND number = $2 AND revision = $3")
            .bind(attempt)
            .bind(number)
            .bind(revision)
            .fetch_optional(connection)
            .await?,
    )
}

/// The highest revision stored for a question.
pub async fn revision(connection: &mut Connection, attempt: AttemptId, number: i64) -> Result<i64, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT revision FROM answer WHERE attempt_id = $1 AND number = $2")
            .bind(attempt)
            .bind(number)
            .fetch_optional(connection)
            .await?
            .unwrap_or(0),
    )
}

/// The latest answers of an attempt, by number.
pub async fn of_attempt(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<AnswerRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT attempt_id, number, revision, value, flagged, saved_at, CAST(0 AS BIGINT) AS late
         FROM answer WHERE attempt_id = $1 ORDER BY number",
    )
    .bind(attempt)
    .fetch_all(connection)
    .await?)
}

/// How many questions of an attempt have an answer.
pub async fn answered(connection: &mut Connection, attempt: AttemptId) -> Result<i64, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT COUNT(*) FROM answer WHERE attempt_id = $1 AND value <> ''")
            .bind(attempt)
            .fetch_one(connection)
            .await?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_split_into_groups_of_known_sizes_and_none_is_left() {
        let rows: Vec<usize> = (0..299).collect();
        let parts = parts(&APPEND, Engine::Sqlite, &rows);
        let sizes: Vec<usize> = parts.iter().map(|(_, part)| part.len()).collect();
        assert_eq!(sizes, [128, 128, 32, 8, 2, 1]);
        assert_eq!(sizes.iter().sum::<usize>(), rows.len());
    }
}
