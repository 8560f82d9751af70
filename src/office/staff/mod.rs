//! The register of examiners and supervisors: cards, whom their holders must not judge, and each year's record.
//!
//! Rules it keeps: an administrator keeps the register and has no part in an examination, so that whoever forms a group does
//! not also say who has a card; a declared conflict and a complaint stay; full citizen ids go in and never come out.

mod card;
mod note;
mod roll;
#[cfg(test)]
pub(crate) mod tests;

pub use card::{CardSaved, SaveCard};
pub use note::{DeclareConflict, NoteMade, RecordComplaint};
pub use roll::{CheckStaff, ImportStaff, StaffImported, StaffModeTried, StaffTried, register_workbook, staff_template};

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Act, Caller, Office, Policy, Refusal, policy};
use crate::kernel::{AccountId, CardId, Timestamp};
use crate::staff::{Conflict, Declared, ExaminerCard, StaffEntry, StaffKind, any_may_judge};
use crate::store::Connection;
use crate::store::staff::{self as rows, CardRow};

/// So many days before its end a card is shown as ending soon.
const WARN_DAYS: i32 = 60;

/// The day on which an instant falls, in the installation's zone.
pub(super) fn day_of(office: &Office, instant: Timestamp) -> Date {
    jiff::Timestamp::from_millisecond(instant.millis())
        .map_or(Date::ZERO, |at| at.to_zoned_datetime(office.zone.clone()).date())
}

fn days_between(today: Date, until: Date) -> i32 {
    today.until(until).map_or(0, |span| span.get_days())
}

/// Whether a card that is valid today ends so soon that its holder is warned.
pub(super) fn ends_soon(today: Date, until: Date) -> bool {
    days_between(today, until) <= WARN_DAYS
}

fn corrupt(row: &CardRow, what: &str) -> Refusal {
    Refusal::Fault(format!("staff_card {}: {what} does not parse", row.id))
}

fn listed<T: std::str::FromStr + Ord>(
    row: &CardRow,
    text: &str,
    what: &str,
) -> Result<std::collections::BTreeSet<T>, Refusal> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_err(|_| corrupt(row, what))).collect()
}

/// The kind of a card.
fn kind_of(row: &CardRow) -> Result<StaffKind, Refusal> {
    row.kind.parse().map_err(|_| corrupt(row, "kind"))
}

fn date_of(row: &CardRow, text: &str) -> Result<Date, Refusal> {
    text.parse().map_err(|_| corrupt(row, "a date"))
}

/// The card as the rules of judging see it; nothing for a supervisor's.
pub(super) fn examiner_card(row: &CardRow) -> Result<Option<ExaminerCard>, Refusal> {
    let kind = kind_of(row)?;
    if !kind.judges() {
        return Ok(None);
    }
    Ok(Some(ExaminerCard {
        number: row.number.clone(),
        senior: kind == StaffKind::SeniorExaminer,
        suspended: row.state != "active",
        occupations: listed(row, &row.occupations, "occupations")?,
        levels: listed(row, &row.levels, "levels")?,
        valid_from: date_of(row, &row.valid_from)?,
        valid_until: date_of(row, &row.valid_until)?,
    }))
}

/// Refuses whose cards do not let judge in a batch at an instant: none, not for the occupation or level, or not valid.
pub(super) async fn card_permits(
    office: &Office,
    connection: &mut Connection,
    (occupation, level): (&str, i64),
    examiner: AccountId,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut cards = Vec::new();
    for row in &rows::cards_of(connection, examiner).await? {
        cards.extend(examiner_card(row)?);
    }
    let level = u8::try_from(level).unwrap_or(0);
    Ok(any_may_judge(&cards, occupation, level, day_of(office, now))?)
}

/// Whether one of these cards lets its holder supervise on this day.
pub(super) fn any_may_supervise(rows: &[CardRow], on: Date) -> Result<bool, Refusal> {
    for row in rows {
        let valid = date_of(row, &row.valid_from)? <= on && on < date_of(row, &row.valid_until)?;
        if valid && row.state == "active" && !kind_of(row)?.judges() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lists the register with a year's record.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct ListStaff {
    /// The year of the record; the present one when absent.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub year: Option<i16>,
}

/// The register.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StaffList {
    /// The year of the record.
    pub year: i16,
    /// The cards, by kind and name.
    pub cards: Vec<CardView>,
    /// How many end soon.
    pub ending: usize,
    /// How many have ended.
    pub ended: usize,
}

/// A card, with its holder's record of a year.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CardView {
    /// Its id.
    pub card: CardId,
    /// The number that people see.
    pub number: String,
    /// The kind.
    pub kind: StaffKind,
    /// The holder's name.
    pub name: String,
    /// The login of the holder's account; empty without one.
    pub login: String,
    /// The codes of the occupations.
    pub occupations: Vec<String>,
    /// The levels; 1 is the highest.
    pub levels: Vec<u8>,
    /// The first valid day.
    pub valid_from: String,
    /// The last valid day.
    pub valid_through: String,
    /// `valid`, `ending`, `ended`, `not_yet`, `suspended` or `withdrawn`.
    pub standing: String,
    /// So many valid days are left.
    pub days_left: i32,
    /// The holder's employer.
    pub employer: String,
    /// The body that the holder trains for.
    pub training_body: String,
    /// In how many sessions of the year the holder judged.
    pub judged: i64,
    /// How many sessions of the year the holder supervised.
    pub supervised: i64,
    /// The year's complaints.
    pub complaints: Vec<ComplaintView>,
    /// Whom the holder must not judge: the kind of conflict, and the name (empty where one certain application is meant).
    pub conflicts: Vec<ConflictView>,
}

/// A complaint.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ComplaintView {
    /// What was said.
    pub text: String,
    /// When it was recorded.
    pub at: Timestamp,
}

/// Whom somebody must not judge.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ConflictView {
    /// Why.
    pub kind: Conflict,
    /// The name; empty where one certain application is meant.
    pub name: String,
    /// When it was declared.
    pub at: Timestamp,
}

impl Act for ListStaff {
    type Outcome = StaffList;
    const POLICY: Policy = policy::STAFF_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<StaffList, Refusal> {
        let today = day_of(office, office.now());
        let year = self.year.unwrap_or(today.year());
        let (from, until) = year_span(office, year)?;
        let mut connection = office.store.read().await?;
        let record = Record::of(&mut connection, from, until).await?;
        let conflicts = rows::conflicts(&mut connection).await?;
        let complaints = rows::complaints(&mut connection).await?;
        let mut cards = Vec::new();
        for row in rows::cards(&mut connection).await? {
            let mut view = card_view(&row, today)?;
            (view.judged, view.supervised) = record.of_account(row.account_id);
            let said = complaints.iter().filter(|one| one.card_id == row.id);
            view.complaints = said
                .filter(|one| one.recorded_at >= from && one.recorded_at < until)
                .map(|one| ComplaintView {
                    text: one.text.clone(),
                    at: one.recorded_at,
                })
                .collect();
            for one in conflicts.iter().filter(|one| one.card_id == row.id) {
                view.conflicts.push(ConflictView {
                    kind: one.kind.parse().map_err(|_| corrupt(&row, "conflict"))?,
                    name: one.name.clone(),
                    at: one.declared_at,
                });
            }
            cards.push(view);
        }
        let standing = |wanted: &str| cards.iter().filter(|card| card.standing == wanted).count();
        Ok(StaffList {
            year,
            ending: standing("ending"),
            ended: standing("ended"),
            cards,
        })
    }
}

/// The first instant of a year, and the first of the next.
pub(super) fn year_span(office: &Office, year: i16) -> Result<(Timestamp, Timestamp), Refusal> {
    let first = |year: i16| {
        let day = Date::new(year, 1, 1).ok()?;
        let midnight = office
            .zone
            .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
            .ok()?;
        Some(Timestamp::from_millis(midnight.as_millisecond()))
    };
    match (first(year), first(year.saturating_add(1))) {
        (Some(from), Some(until)) if year >= 1900 => Ok((from, until)),
        _ => Err(super::Broken::new("year-unknown").at("year").into()),
    }
}

/// Who judged and supervised how often.
pub(super) struct Record {
    judged: BTreeMap<AccountId, i64>,
    supervised: BTreeMap<AccountId, i64>,
}

impl Record {
    pub(super) async fn of(connection: &mut Connection, from: Timestamp, until: Timestamp) -> Result<Self, Refusal> {
        Ok(Self {
            judged: rows::judged_sessions(connection, from, until)
                .await?
                .into_iter()
                .collect(),
            supervised: rows::supervised_sessions(connection, from, until)
                .await?
                .into_iter()
                .collect(),
        })
    }

    pub(super) fn of_account(&self, account: Option<AccountId>) -> (i64, i64) {
        let of = |counts: &BTreeMap<AccountId, i64>| account.and_then(|id| counts.get(&id)).copied().unwrap_or(0);
        (of(&self.judged), of(&self.supervised))
    }
}

fn card_view(row: &CardRow, today: Date) -> Result<CardView, Refusal> {
    let (from, until) = (date_of(row, &row.valid_from)?, date_of(row, &row.valid_until)?);
    let days_left = days_between(today, until);
    let standing = match row.state.as_str() {
        "active" if today < from => "not_yet",
        "active" if today >= until => "ended",
        "active" if ends_soon(today, until) => "ending",
        "active" => "valid",
        other => other,
    };
    Ok(CardView {
        card: row.id,
        number: row.number.clone(),
        kind: kind_of(row)?,
        name: row.name.clone(),
        login: row.login.clone().unwrap_or_default(),
        occupations: listed(row, &row.occupations, "occupations")?.into_iter().collect(),
        levels: listed::<u8>(row, &row.levels, "levels")?.into_iter().rev().collect(),
        valid_from: row.valid_from.clone(),
        valid_through: until.yesterday().unwrap_or(until).to_string(),
        standing: standing.to_owned(),
        days_left,
        employer: row.employer.clone(),
        training_body: row.training_body.clone(),
        judged: 0,
        supervised: 0,
        complaints: Vec::new(),
        conflicts: Vec::new(),
    })
}

/// A card as an entry of the workbook.
fn entry_of(view: &CardView) -> Result<StaffEntry, Refusal> {
    let fault = || Refusal::Fault(format!("staff_card {}: no entry", view.card));
    let declared = view.conflicts.iter().filter(|one| !one.name.is_empty());
    Ok(StaffEntry {
        name: view.name.parse().map_err(|_| fault())?,
        login: (!view.login.is_empty()).then(|| view.login.clone()),
        kind: view.kind,
        number: view.number.clone(),
        occupations: view.occupations.iter().cloned().collect(),
        levels: view.levels.iter().copied().collect(),
        valid_from: view.valid_from.parse().map_err(|_| fault())?,
        valid_through: view.valid_through.parse().map_err(|_| fault())?,
        employer: view.employer.clone(),
        training_body: view.training_body.clone(),
        declared: declared
            .map(|one| {
                Ok(Declared {
                    conflict: one.kind,
                    name: one.name.parse().map_err(|_| fault())?,
                    citizen_id: None,
                })
            })
            .collect::<Result<_, Refusal>>()?,
    })
}
