//! For tests: a batch with one practical and one theory session, seats, staff and a drawn task, as plain rows.

use crate::identity::Role;
use crate::kernel::{
    AccountId, ApplicationId, BankVersionId, BatchId, CandidateId, Digest, Entropy, PlanId, RoomId, SessionId,
    StationId, Timestamp,
};
use crate::store::{Connection, StoreError};

/// What was made.
pub(crate) struct Hall {
    pub(crate) batch: BatchId,
    pub(crate) session: SessionId,
    pub(crate) seated: Vec<ApplicationId>,
}

/// An account with one role.
pub(crate) async fn account(
    connection: &mut Connection,
    login: &str,
    role: Role,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<AccountId, StoreError> {
    let id = AccountId::new(now, entropy);
    sqlx::query("INSERT INTO account (id, login, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(login)
        .bind(login)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO account_role (account_id, role) VALUES ($1, $2)")
        .bind(id)
        .bind(role.name())
        .execute(connection)
        .await?;
    Ok(id)
}

/// A batch on a sealed bank, with a practical session of two seats that opens now and lasts four hours.
pub(crate) async fn hall(
    connection: &mut Connection,
    bank: (BankVersionId, &[u8]),
    officer: AccountId,
    tasks: &[&str],
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Hall, StoreError> {
    let (station, room) = (StationId::new(now, entropy), RoomId::new(now, entropy));
    let (plan, batch) = (PlanId::new(now, entropy), BatchId::new(now, entropy));
    let session = SessionId::new(now, entropy);
    let (bank, content) = bank;
    sqlx::query("INSERT INTO station (id, code, name, name_en, created_at) VALUES ($1, '001', '站', 'Station', $2)")
        .bind(station)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO room (id, station_id, name, seats) VALUES ($1, $2, '热菜间', 8)")
        .bind(room)
        .bind(station)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO bank_version (id, code, label, digest, kind, occupation_code, occupation_name, occupation_name_en,
                                   level, items, tasks, content, loaded_at, loaded_by)
         VALUES ($1, 'c', '1', $2, 'live', '4-03-02-01', '中式烹调师', 'Chinese cook', 5, 0, 1, $3, $4, 'test')",
    )
    .bind(bank)
    .bind(Digest::of(content))
    .bind(content)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO plan (id, number, title, registration_until, publicity_days, state, created_at, created_by)
         VALUES ($1, 'P1', '计划', $2, 5, 'published', $2, $3)",
    )
    .bind(plan)
    .bind(now)
    .bind(officer)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO batch (id, plan_id, station_id, bank_version_id, occupation_code, occupation_name,
                            occupation_name_en, level, paper_rule, scheme, theory, practical, state, created_at)
         VALUES ($1, $2, $3, $4, '4-03-02-01', '中式烹调师', 'Chinese cook', 5, '{}', '{}', 1, 1, 'open', $5)",
    )
    .bind(batch)
    .bind(plan)
    .bind(station)
    .bind(bank)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO session (id, batch_id, room_id, component, opens_at, closes_at, state, created_at)
         VALUES ($1, $2, $3, 'practical', $4, $5, 'planned', $4)",
    )
    .bind(session)
    .bind(batch)
    .bind(room)
    .bind(now)
    .bind(now + 4 * crate::kernel::HOUR)
    .execute(&mut *connection)
    .await?;
    for (position, task) in (1_i64..).zip(tasks) {
        sqlx::query(
            "INSERT INTO task_draw (session_id, position, group_code, weight, task_code, drawn_at, drawn_by)
             VALUES ($1, $2, 'P1', 100, $3, $4, $5)",
        )
        .bind(session)
        .bind(position)
        .bind(*task)
        .bind(now)
        .bind(officer)
        .execute(&mut *connection)
        .await?;
    }
    let mut seated = Vec::new();
    for seat in 1..=2_i64 {
        seated.push(candidate(connection, batch, session, seat, officer, now, entropy).await?);
    }
    Ok(Hall { batch, session, seated })
}

async fn candidate(
    connection: &mut Connection,
    batch: BatchId,
    session: SessionId,
    seat: i64,
    officer: AccountId,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<ApplicationId, StoreError> {
    let (candidate, application) = (CandidateId::new(now, entropy), ApplicationId::new(now, entropy));
    sqlx::query(
        "INSERT INTO candidate (id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, employer,
                                created_at, changed_at)
         VALUES ($1, $2, 'citizen', $3, $4, '*', 'male', '2000-01-01', '', $5, $5)",
    )
    .bind(candidate)
    .bind(format!("考生{seat}"))
    .bind(b"sealed".as_slice())
    .bind(candidate.to_string())
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO application (id, batch_id, candidate_id, exam_kind, source, profile, state, registered_by,
                                  registered_at)
         VALUES ($1, $2, $3, 'new', 'form', '{}', 'approved', $4, $5)",
    )
    .bind(application)
    .bind(batch)
    .bind(candidate)
    .bind(officer)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO seat (session_id, seat_no, application_id) VALUES ($1, $2, $3)")
        .bind(session)
        .bind(seat)
        .bind(application)
        .execute(connection)
        .await?;
    Ok(application)
}

/// A card on the register for every occupation of the fixtures: valid from 2020 until before this day.
pub(crate) async fn card(
    connection: &mut Connection,
    account: AccountId,
    until: &str,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<crate::kernel::CardId, StoreError> {
    let id = crate::kernel::CardId::new(now, entropy);
    sqlx::query(
        "INSERT INTO staff_card (id, number, kind, account_id, name, occupations, levels, valid_from, valid_until,
                                 employer, training_body, state, created_at, changed_at)
         VALUES ($1, $1, 'senior_examiner', $2, '员工', '4-03-02-01,6-31-01-03', '1,2,3,4,5', '2020-01-01', $3,
                 '考评单位', '', 'active', $4, $4)",
    )
    .bind(id)
    .bind(account)
    .bind(until)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(id)
}

/// Assigns somebody to a session.
pub(crate) async fn assign(
    connection: &mut Connection,
    session: SessionId,
    account: AccountId,
    duty: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO assignment (session_id, account_id, duty, leader, at) VALUES ($1, $2, $3, 0, $4)")
        .bind(session)
        .bind(account)
        .bind(duty)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Settles a batch, as the results do.
pub(crate) async fn settle(connection: &mut Connection, batch: BatchId) -> Result<(), StoreError> {
    sqlx::query("UPDATE batch SET state = 'settled' WHERE id = $1")
        .bind(batch)
        .execute(connection)
        .await?;
    Ok(())
}

/// Tries what nobody may: to change a signed sheet behind the office's back.
pub(crate) async fn tamper(connection: &mut Connection, sheet: crate::kernel::SheetId) -> Result<(), StoreError> {
    sqlx::query("UPDATE score_sheet SET total = 10000 WHERE id = $1")
        .bind(sheet)
        .execute(connection)
        .await?;
    Ok(())
}
