//! A batch with two examined components, written straight into the tables, for tests of what comes after.

use crate::kernel::{
    AccountId, ApplicationId, AttemptId, BankVersionId, BatchId, CandidateId, Digest, Entropy, Marks, PaperId, PlanId,
    RoomId, SessionId, SheetId, StationId, Timestamp,
};
use crate::store::Tx;

/// The ids of a batch's surroundings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground {
    pub(crate) batch: BatchId,
    pub(crate) theory: SessionId,
    pub(crate) practical: SessionId,
}

/// Station, plan, bank, batch and two sessions; one task is drawn, worth everything.
pub(crate) async fn ground(
    tx: &mut Tx,
    bank: (BankVersionId, &[u8]),
    by: AccountId,
    now: Timestamp,
    dice: &dyn Entropy,
) -> Ground {
    let (station, room, plan) = (
        StationId::new(now, dice),
        RoomId::new(now, dice),
        PlanId::new(now, dice),
    );
    let ground = Ground {
        batch: BatchId::new(now, dice),
        theory: SessionId::new(now, dice),
        practical: SessionId::new(now, dice),
    };
    sqlx::query("INSERT INTO station (id, code, name, name_en, created_at) VALUES ($1, '42001007', '第七鉴定所', 'Station Seven', $2)")
        .bind(station).bind(now).execute(&mut **tx).await.unwrap();
    sqlx::query("INSERT INTO room (id, station_id, name, seats) VALUES ($1, $2, '一号考场', 30)")
        .bind(room)
        .bind(station)
        .execute(&mut **tx)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO bank_version (id, code, label, digest, kind, occupation_code, occupation_name, occupation_name_en,
            level, items, tasks, content, loaded_at, loaded_by)
         VALUES ($1, 'generated-4', '1', $2, 'practice', '6-31-01-03', '电工', 'Electrician', 4, 400, 1, $3, $4, '')",
    )
    .bind(bank.0)
    .bind(Digest::of(bank.1))
    .bind(bank.1)
    .bind(now)
    .execute(&mut **tx)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO plan (id, number, title, registration_until, publicity_days, state, created_at, created_by)
         VALUES ($1, 'P-1', '五月计划', $2, 5, 'published', $2, $3)",
    )
    .bind(plan)
    .bind(now)
    .bind(by)
    .execute(&mut **tx)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO batch (id, plan_id, station_id, bank_version_id, occupation_code, occupation_name,
            occupation_name_en, level, paper_rule, scheme, theory, practical, state, created_at)
         VALUES ($1, $2, $3, $4, '6-31-01-03', '电工', 'Electrician', 4, '{}', 'vocational-skill-level', 1, 1, 'open', $5)",
    )
    .bind(ground.batch).bind(plan).bind(station).bind(bank.0).bind(now).execute(&mut **tx).await.unwrap();
    for (session, component) in [(ground.theory, "theory"), (ground.practical, "practical")] {
        sqlx::query(
            "INSERT INTO session (id, batch_id, room_id, component, opens_at, closes_at, state, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'running', $5)",
        )
        .bind(session)
        .bind(ground.batch)
        .bind(room)
        .bind(component)
        .bind(now)
        .bind(now + 1)
        .execute(&mut **tx)
        .await
        .unwrap();
    }
    sqlx::query(
        "INSERT INTO task_draw (session_id, position, group_code, weight, task_code, drawn_at, drawn_by)
         VALUES ($1, 1, 'P1', 100, 'G-P-01', $2, $3)",
    )
    .bind(ground.practical)
    .bind(now)
    .bind(by)
    .execute(&mut **tx)
    .await
    .unwrap();
    ground
}

/// Somebody who applied, was approved and is seated in both sessions.
pub(crate) struct Person<'a> {
    pub(crate) id: CandidateId,
    pub(crate) name: &'a str,
    pub(crate) seat: i64,
    pub(crate) citizen_id: Vec<u8>,
    pub(crate) photo: Option<&'a [u8]>,
}

/// Writes a person with an approved application.
pub(crate) async fn person(
    tx: &mut Tx,
    ground: &Ground,
    person: &Person<'_>,
    by: AccountId,
    now: Timestamp,
    dice: &dyn Entropy,
) -> ApplicationId {
    let application = ApplicationId::new(now, dice);
    sqlx::query(
        "INSERT INTO candidate (id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, employer,
            photo, created_at, changed_at)
         VALUES ($1, $2, 'citizen_card', $3, $4, '1*2', 'male', '1990-01-01', '', $5, $6, $6)",
    )
    .bind(person.id)
    .bind(person.name)
    .bind(&person.citizen_id)
    .bind(person.id.to_string())
    .bind(person.photo)
    .bind(now)
    .execute(&mut **tx)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO application (id, batch_id, candidate_id, exam_kind, source, profile, state, registered_by,
            registered_at, ticket_number)
         VALUES ($1, $2, $3, 'new', 'society', '{}', 'approved', $4, $5, $6)",
    )
    .bind(application)
    .bind(ground.batch)
    .bind(person.id)
    .bind(by)
    .bind(now)
    .bind(format!("2605000{}", person.seat))
    .execute(&mut **tx)
    .await
    .unwrap();
    for session in [ground.theory, ground.practical] {
        sqlx::query("INSERT INTO seat (session_id, seat_no, application_id) VALUES ($1, $2, $3)")
            .bind(session)
            .bind(person.seat)
            .bind(application)
            .execute(&mut **tx)
            .await
            .unwrap();
    }
    application
}

/// Writes a paper and its attempt with these answers.
pub(crate) async fn attempt(
    tx: &mut Tx,
    ground: &Ground,
    who: ApplicationId,
    paper: (PaperId, &[u8]),
    answers: &[(i64, String)],
    now: Timestamp,
    dice: &dyn Entropy,
) {
    let attempt = AttemptId::new(now, dice);
    sqlx::query(
        "INSERT INTO paper (id, session_id, application_id, serial, questions, digest, content, paper_view, drawn_at, drawn_by)
         SELECT $1, $2, $3, 0, 20, $4, $5, '{}', $6, MIN(created_by) FROM plan",
    )
    .bind(paper.0).bind(ground.theory).bind(who).bind(Digest::of(paper.1)).bind(paper.1).bind(now)
    .execute(&mut **tx).await.unwrap();
    sqlx::query(
        "INSERT INTO attempt (id, session_id, application_id, paper_id, state) VALUES ($1, $2, $3, $4, 'open')",
    )
    .bind(attempt)
    .bind(ground.theory)
    .bind(who)
    .bind(paper.0)
    .execute(&mut **tx)
    .await
    .unwrap();
    for (number, value) in answers {
        sqlx::query(
            "INSERT INTO answer (attempt_id, number, revision, value, flagged, saved_at) VALUES ($1, $2, 1, $3, 0, $4)",
        )
        .bind(attempt)
        .bind(*number)
        .bind(value)
        .bind(now)
        .execute(&mut **tx)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO answer_log (attempt_id, number, revision, value, flagged, saved_at, late)
             VALUES ($1, $2, 1, $3, 0, $4, 0)",
        )
        .bind(attempt)
        .bind(*number)
        .bind(value)
        .bind(now)
        .execute(&mut **tx)
        .await
        .unwrap();
    }
}

/// Hands all papers in and closes both sessions.
pub(crate) async fn close(tx: &mut Tx, ground: &Ground) {
    sqlx::query("UPDATE attempt SET state = 'submitted'")
        .execute(&mut **tx)
        .await
        .unwrap();
    sqlx::query("UPDATE session SET state = 'closed' WHERE batch_id = $1")
        .bind(ground.batch)
        .execute(&mut **tx)
        .await
        .unwrap();
}

/// Writes a signed sheet.
pub(crate) async fn sheet(
    tx: &mut Tx,
    ground: &Ground,
    who: ApplicationId,
    examiner: AccountId,
    total: Marks,
    now: Timestamp,
    dice: &dyn Entropy,
) -> SheetId {
    let id = SheetId::new(now, dice);
    sqlx::query(
        "INSERT INTO score_sheet (id, session_id, application_id, task_code, examiner_id, content, revision, state, total,
            saved_at, signed_at)
         VALUES ($1, $2, $3, 'G-P-01', $4, '{}', 1, 'signed', $5, $6, $6)",
    )
    .bind(id).bind(ground.practical).bind(who).bind(examiner).bind(total).bind(now).execute(&mut **tx).await.unwrap();
    id
}

/// Raises a veto on a sheet; `second` signs it too.
pub(crate) async fn veto(tx: &mut Tx, sheet: SheetId, first: AccountId, second: Option<AccountId>, now: Timestamp) {
    sqlx::query(
        "INSERT INTO veto (sheet_id, code, reason, raised_by, raised_at, confirmed_by, confirmed_at)
         VALUES ($1, 'V1', '短路', $2, $3, $4, $3)
         ON CONFLICT (sheet_id, code) DO UPDATE SET confirmed_by = excluded.confirmed_by",
    )
    .bind(sheet)
    .bind(first)
    .bind(now)
    .bind(second)
    .execute(&mut **tx)
    .await
    .unwrap();
}

/// A supervisor's hold, and its lifting.
pub(crate) async fn hold(tx: &mut Tx, ground: &Ground, by: AccountId, lifted: bool, now: Timestamp) {
    sqlx::query(
        "INSERT INTO hold (id, session_id, batch_id, reason, raised_by, raised_at, lifted_at)
         VALUES ('hld_00000000000000000000000000000001', $1, $2, '核查', $3, $4, NULL) ON CONFLICT (id) DO NOTHING",
    )
    .bind(ground.practical)
    .bind(ground.batch)
    .bind(by)
    .bind(now)
    .execute(&mut **tx)
    .await
    .unwrap();
    if lifted {
        sqlx::query("UPDATE hold SET lifted_at = $1")
            .bind(now)
            .execute(&mut **tx)
            .await
            .unwrap();
    }
}
