//! Examinations of earlier years, made up to measure what a full database costs: attempts that were handed in, with answers.

use sqlx::Executor as _;

use crate::store::{Connection, StoreError};

/// The answers of each attempt that is made up, and the size of a session.
const ANSWERS: i64 = 10;
const SEATS: i64 = 2_000;

/// The numbers from `$1` to `$2`.
macro_rules! counted {
    ($select:literal) => {
        concat!(
            "WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) ",
            $select
        )
    };
}

/// An id that sorts before all real ones.
macro_rules! id {
    ($prefix:literal, $number:literal) => {
        concat!(
            "'",
            $prefix,
            "_0000000000000000' || CAST(1000000000000000 + ",
            $number,
            " AS TEXT)"
        )
    };
}

const BATCH: &str = "INSERT INTO batch (id, plan_id, station_id, bank_version_id, occupation_code, occupation_name,
     occupation_name_en, level, paper_rule, scheme, theory, practical, state, created_at)
     SELECT 'bat_00000000000000001000000000000000', plan_id, station_id, bank_version_id, 'past', occupation_name,
     occupation_name_en, level, paper_rule, scheme, 1, 0, 'published', created_at
     FROM batch ORDER BY id LIMIT 1";

const SESSIONS: &str = concat!(
    "INSERT INTO session (id, batch_id, room_id, component, opens_at, closes_at, state, created_at) ",
    counted!("SELECT "),
    id!("ses", "n.i"),
    ", 'bat_00000000000000001000000000000000', s.room_id, 'theory', 1, 2, 'closed', 1
     FROM n CROSS JOIN (SELECT room_id FROM session ORDER BY created_at DESC LIMIT 1) s"
);

/// In the order in which they refer to each other; `{}` of a macro would hide what is read here.
const PEOPLE: [&str; 6] = [
    concat!(
        "INSERT INTO candidate (id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, employer,
         created_at, changed_at) ",
        counted!("SELECT "),
        id!("can", "n.i"),
        ", '往年', 'resident', c.citizen_id, 'past' || CAST(n.i AS TEXT), c.citizen_mask, 'male', c.birth_date, '', 1, 1
         FROM n CROSS JOIN (SELECT citizen_id, citizen_mask, birth_date FROM candidate ORDER BY id DESC LIMIT 1) c"
    ),
    concat!(
        "INSERT INTO application (id, batch_id, candidate_id, exam_kind, source, profile, state, registered_by,
         registered_at) ",
        counted!("SELECT "),
        id!("app", "n.i"),
        ", 'bat_00000000000000001000000000000000', ",
        id!("can", "n.i"),
        ", 'new', 'past', '{}', 'approved', a.registered_by, 1
         FROM n CROSS JOIN (SELECT registered_by FROM application ORDER BY id DESC LIMIT 1) a"
    ),
    concat!(
        "INSERT INTO paper (id, session_id, application_id, serial, questions, digest, content, paper_view, drawn_at,
         drawn_by) ",
        counted!("SELECT "),
        id!("pap", "n.i"),
        ", ",
        id!("ses", "(n.i / 2000)"),
        ", ",
        id!("app", "n.i"),
        ", n.i, 100, p.digest, $3, '', 1, p.drawn_by
         FROM n CROSS JOIN (SELECT digest, drawn_by FROM paper ORDER BY id DESC LIMIT 1) p"
    ),
    concat!(
        "INSERT INTO attempt (id, session_id, application_id, paper_id, state, started_at, deadline, submitted_at,
         submitted_how) ",
        counted!("SELECT "),
        id!("att", "n.i"),
        ", ",
        id!("ses", "(n.i / 2000)"),
        ", ",
        id!("app", "n.i"),
        ", ",
        id!("pap", "n.i"),
        ", 'submitted', 1, 2, 2, 'candidate' FROM n"
    ),
    concat!(
        "INSERT INTO answer (attempt_id, number, revision, value, flagged, saved_at) ",
        counted!("SELECT "),
        id!("att", "(n.i / 10)"),
        ", n.i % 10 + 1, 1, 'A', 0, 1 FROM n"
    ),
    concat!(
        "INSERT INTO answer_log (attempt_id, number, revision, value, flagged, saved_at, late) ",
        counted!("SELECT "),
        id!("att", "(n.i / 10)"),
        ", n.i % 10 + 1, 1, 'A', 0, 1, 0 FROM n"
    ),
];

/// Makes up the attempts with these numbers. There must be an examination already, whose bank and staff they take;
/// `from` is a multiple of 2,000, so that sessions are made whole.
pub async fn make_up(connection: &mut Connection, from: i64, number: i64) -> Result<(), StoreError> {
    if from == 0 {
        connection.execute(BATCH).await?;
    }
    let last = from + number - 1;
    let sessions = sqlx::query(SESSIONS).bind(from / SEATS).bind(last / SEATS);
    sessions.execute(&mut *connection).await?;
    for (place, statement) in PEOPLE.into_iter().enumerate() {
        let answers = place > 3;
        let times = if answers { ANSWERS } else { 1 };
        let mut query = sqlx::query(statement).bind(from * times).bind(last * times + times - 1);
        if place == 2 {
            query = query.bind(Vec::<u8>::new());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Digest, SeededEntropy, Timestamp};
    use crate::store::Store;
    use crate::store::sitting::fixture::{hall, number};

    #[tokio::test]
    async fn what_is_made_up_is_as_much_as_was_asked() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_file(&folder.path().join("a.db")).await.unwrap();
        let now = Timestamp::from_millis(1_750_000_000_000);
        hall(&store, &SeededEntropy::new(1), now, 2, |seat| {
            Digest::of(&seat.to_be_bytes())
        })
        .await;
        for from in [0, 4_000] {
            let mut tx = store.write().await.unwrap();
            make_up(&mut tx, from, 4_000).await.unwrap();
            tx.commit().await.unwrap();
        }
        let count = |of: &str| number(&store, format!("SELECT COUNT(*) FROM {of}"));
        assert_eq!(count("attempt WHERE state = 'submitted'").await, 8_000);
        assert_eq!(count("answer").await, 80_000);
        assert_eq!(count("answer_log").await, 80_000);
        assert_eq!(count("session").await, 1 + 4);
    }
}
