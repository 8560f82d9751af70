//! A small examination for tests of the room and the desk: one batch, one session, so many seats with papers.

use sqlx::Executor;

use crate::kernel::{
    AccountId, ApplicationId, AttemptId, BankVersionId, BatchId, CandidateId, Digest, Entropy, PaperId, PlanId, RoomId,
    SessionId, StationId, Timestamp,
};
use crate::store::Store;

/// What was made.
pub(crate) struct Hall {
    pub(crate) session: SessionId,
    pub(crate) staff: AccountId,
    pub(crate) seats: Vec<(ApplicationId, AttemptId)>,
}

/// The minutes: 90, not before 30, not later than 30.
pub(crate) const RULE: &str =
    r#"{"duration_minutes":90,"earliest_submit_minutes":30,"latest_entry_minutes":30,"warn_minutes":10}"#;
/// The view of a paper, with a key that must never come out.
fn view() -> String {
    let question = |number: i64| {
        let options = ["A", "B", "C", "D"].map(|letter| format!(r#"{{"letter":"{letter}","text":"选项"}}"#));
        let options = options.join(",");
        format!(r#"{{"number":{number},"kind":"multiple","stem":"题干","options":[{options}]}}"#)
    };
    let questions: Vec<String> = (1..=QUESTIONS).map(question).collect();
    format!(
        r#"{{"title":"试卷","questions":[{}],"key":"SECRET"}}"#,
        questions.join(",")
    )
}
/// How many questions.
pub(crate) const QUESTIONS: i64 = 200;

/// Makes a planned session with seats, tickets (`T1` …, digest `code(1)` …) and papers. All made at `now`.
#[expect(clippy::too_many_lines, reason = "rows of one small story, in order")]
pub(crate) async fn hall(
    store: &Store,
    dice: &dyn Entropy,
    now: Timestamp,
    seats: i64,
    code: impl Fn(i64) -> Digest,
) -> Hall {
    let (staff, site, hall_room) = (
        AccountId::new(now, dice),
        StationId::new(now, dice),
        RoomId::new(now, dice),
    );
    let (bank, scheme, batch) = (
        BankVersionId::new(now, dice),
        PlanId::new(now, dice),
        BatchId::new(now, dice),
    );
    let session = SessionId::new(now, dice);
    let mut tx = store.write().await.unwrap();
    let at = now.millis();
    let later = at + 7_200_000;
    let view = view();
    let mut rows = vec![
        format!("INSERT INTO account (id, login, name, created_at) VALUES ('{staff}', '{staff}', '监考', {at})"),
        format!(
            "INSERT INTO station (id, code, name, name_en, created_at) VALUES ('{site}', '{site}', '站', 'S', {at})"
        ),
        format!("INSERT INTO room (id, station_id, name, seats) VALUES ('{hall_room}', '{site}', '一考场', 2000)"),
        format!(
            "INSERT INTO bank_version (id, code, label, digest, kind, occupation_code, occupation_name,
             occupation_name_en, level, items, tasks, content, loaded_at, loaded_by)
             VALUES ('{bank}', 'x', '1', '{bank}', 'live', '6-31-01-03', '电工', 'Electrician', 4, 1, 1, '', {at}, 'x')"
        )
        .replace("1, 1, ''", "1, 1, CAST('' AS BLOB)"),
        format!(
            "INSERT INTO plan (id, number, title, registration_until, publicity_days, state, created_at, created_by)
             VALUES ('{scheme}', '{scheme}', 'p', {at}, 5, 'published', {at}, '{staff}')"
        ),
        format!(
            "INSERT INTO batch (id, plan_id, station_id, bank_version_id, occupation_code, occupation_name,
             occupation_name_en, level, paper_rule, scheme, theory, practical, state, created_at)
             VALUES ('{batch}', '{scheme}', '{site}', '{bank}', '6-31-01-03', '电工', 'Electrician', 4, '{RULE}', 's',
             1, 0, 'open', {at})"
        ),
        format!(
            "INSERT INTO session (id, batch_id, room_id, component, opens_at, closes_at, state, created_at)
             VALUES ('{session}', '{batch}', '{hall_room}', 'theory', {at}, {later}, 'planned', {at})"
        ),
        format!(
            "INSERT INTO assignment (session_id, account_id, duty, at) VALUES ('{session}', '{staff}', 'invigilator', {at})"
        ),
    ];
    let mut taken = Vec::new();
    for seat in 1..=seats {
        let (person, application) = (CandidateId::new(now, dice), ApplicationId::new(now, dice));
        let (sheet, attempt) = (PaperId::new(now, dice), AttemptId::new(now, dice));
        let digest = code(seat);
        rows.push(format!(
            "INSERT INTO candidate (id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, employer,
             created_at, changed_at) VALUES ('{person}', '考生{seat}', 'resident', CAST('x' AS BLOB), '{person}',
             '110***********002X', 'male', '1990-01-01', '', {at}, {at})"
        ));
        rows.push(format!(
            "INSERT INTO application (id, batch_id, candidate_id, exam_kind, source, profile, state, registered_by,
             registered_at, ticket_number, ticket_code) VALUES ('{application}', '{batch}', '{person}', 'new', 's', '{{}}',
             'approved', '{staff}', {at}, 'T{seat}', '{digest}')"
        ));
        rows.push(format!(
            "INSERT INTO seat (session_id, seat_no, application_id) VALUES ('{session}', {seat}, '{application}')"
        ));
        rows.push(format!(
            "INSERT INTO paper (id, session_id, application_id, serial, questions, digest, content, paper_view, drawn_at,
             drawn_by) VALUES ('{sheet}', '{session}', '{application}', {seat}, {QUESTIONS}, 'd', CAST('x' AS BLOB),
             '{view}', {at}, '{staff}')"
        ));
        rows.push(format!(
            "INSERT INTO attempt (id, session_id, application_id, paper_id, state)
             VALUES ('{attempt}', '{session}', '{application}', '{sheet}', 'seated')"
        ));
        taken.push((application, attempt));
    }
    for line in rows {
        tx.execute(sqlx::query(sqlx::AssertSqlSafe(line))).await.unwrap();
    }
    tx.commit().await.unwrap();
    Hall {
        session,
        staff,
        seats: taken,
    }
}

/// A number that one statement counts.
pub(crate) async fn number(store: &Store, statement: String) -> i64 {
    let mut connection = store.read().await.unwrap();
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .fetch_one(&mut *connection)
        .await
        .unwrap()
}

/// Does what nobody does in the program.
pub(crate) async fn run(store: &Store, statement: &'static str) {
    let mut tx = store.write().await.unwrap();
    tx.execute(sqlx::query(statement)).await.unwrap();
    tx.commit().await.unwrap();
}

/// What SQLite says about its file: `ok` when nothing is damaged.
pub(crate) async fn integrity(store: &Store) -> String {
    let mut connection = store.read().await.unwrap();
    sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut *connection)
        .await
        .unwrap()
}

/// Opens an attempt at this instant under this lease, for so many milliseconds.
pub(crate) async fn open(store: &Store, attempt: AttemptId, lease: Digest, now: Timestamp, ms: i64) {
    let mut tx = store.write().await.unwrap();
    let text = format!(
        "UPDATE attempt SET state = 'open', started_at = {}, deadline = {}, lease = '{lease}' WHERE id = '{attempt}'",
        now.millis(),
        now.millis() + ms
    );
    tx.execute(sqlx::query(sqlx::AssertSqlSafe(text))).await.unwrap();
    let line = format!(
        "INSERT INTO time_change (id, session_id, attempt_id, kind, ms, at, by_whom, reason)
         SELECT '{}', session_id, id, 'start', 0, {}, 'x', '' FROM attempt WHERE id = '{attempt}'",
        attempt.to_string().replace("att_", "tim_"),
        now.millis()
    );
    tx.execute(sqlx::query(sqlx::AssertSqlSafe(line))).await.unwrap();
    tx.commit().await.unwrap();
}
