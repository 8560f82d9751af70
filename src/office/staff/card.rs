//! One card, saved by hand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::rows::{self, CardRow, ConflictRow};
use crate::identity::Role;
use crate::kernel::{AccountId, CardId, CardNoteId};
use crate::office::practical::reason;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Problem, Refusal, policy};
use crate::staff::{Declared, EntryProblem, RegisterColumn, StaffEntry};
use crate::store::{Connection, account};

/// Puts a card on the register, or changes one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct SaveCard {
    /// The card to change; a new one when absent.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<String>")]
    pub card: Option<CardId>,
    /// The holder's name.
    #[serde(default)]
    pub name: String,
    /// The login of the holder's account; may be empty.
    #[serde(default)]
    pub login: String,
    /// `examiner`, `senior_examiner`, `external_supervisor` or `internal_supervisor`.
    #[serde(default)]
    pub kind: String,
    /// The card's number.
    #[serde(default)]
    pub number: String,
    /// The codes of the occupations, with semicolons.
    #[serde(default)]
    pub occupations: String,
    /// The levels, with commas; 1 is the highest.
    #[serde(default)]
    pub levels: String,
    /// The first valid day.
    #[serde(default)]
    pub valid_from: String,
    /// The last valid day.
    #[serde(default)]
    pub valid_through: String,
    /// The holder's employer.
    #[serde(default)]
    pub employer: String,
    /// The body that the holder trains for.
    #[serde(default)]
    pub training_body: String,
    /// Whom the holder must not judge, to be added: `relative Name; trainee Name id`.
    #[serde(default)]
    pub declared: String,
    /// `active`, `suspended` or `withdrawn`; active when empty.
    #[serde(default)]
    pub state: String,
    /// Why it is changed; needed for a change.
    #[serde(default)]
    pub reason: String,
}

/// A saved card.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardSaved {
    /// Its id.
    pub card: CardId,
}

impl SaveCard {
    fn field(&self, column: RegisterColumn) -> &str {
        match column {
            RegisterColumn::Name => &self.name,
            RegisterColumn::Login => &self.login,
            RegisterColumn::Kind => &self.kind,
            RegisterColumn::Number => &self.number,
            RegisterColumn::Occupations => &self.occupations,
            RegisterColumn::Levels => &self.levels,
            RegisterColumn::ValidFrom => &self.valid_from,
            RegisterColumn::ValidThrough => &self.valid_through,
            RegisterColumn::Employer => &self.employer,
            RegisterColumn::TrainingBody => &self.training_body,
            RegisterColumn::Declared => &self.declared,
        }
    }

    fn entry(&self, caller: &Caller) -> Result<StaffEntry, Refusal> {
        let (entry, wrong) = StaffEntry::read(|column| self.field(column));
        let problem = |(column, problem): (RegisterColumn, EntryProblem)| -> Problem {
            Broken::new("staff-entry")
                .with("problem", problem.message(caller.language))
                .at(column.name())
        };
        entry.ok_or_else(|| Refusal::Invalid(wrong.into_iter().map(problem).collect()))
    }
}

impl Act for SaveCard {
    type Outcome = CardSaved;
    const POLICY: Policy = policy::STAFF_SAVE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CardSaved, Refusal> {
        let entry = self.entry(caller)?;
        let state = match self.state.as_str() {
            "" | "active" => "active",
            "suspended" => "suspended",
            "withdrawn" => "withdrawn",
            _ => return Err(Broken::new("staff-state").at("state").into()),
        };
        let why = match self.card {
            Some(_) => reason(&self.reason, "reason")?,
            None => self.reason.trim().to_owned(),
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        let before = match self.card {
            Some(card) => Some(rows::card(op.connection(), card).await?.ok_or(Refusal::NotFound)?),
            None => None,
        };
        let account = account_for(op.connection(), &entry)
            .await?
            .map_err(|broken| broken.at("login"))?;
        holder(op.connection(), before.as_ref(), account, caller.account()?)
            .await?
            .map_err(|broken| broken.at("login"))?;
        let card = write(office, &mut op, before.as_ref(), &entry, account, state).await?;
        let declared = declare(office, &mut op, card, &entry.declared, caller.account()?).await?;
        let detail = json!({
            "old": before.as_ref().map(told), "new": told_entry(&entry, account, state), "declared": declared,
        });
        op.commit(Event::of(card).because(&why).with(detail)).await?;
        Ok(CardSaved { card })
    }
}

/// What the record says of a card: no names of people.
pub(super) fn told(row: &CardRow) -> serde_json::Value {
    json!({
        "number": row.number, "kind": row.kind, "account": row.account_id, "occupations": row.occupations,
        "levels": row.levels, "valid_from": row.valid_from, "valid_until": row.valid_until, "state": row.state,
    })
}

/// The same of what is about to be saved.
pub(super) fn told_entry(entry: &StaffEntry, account: Option<AccountId>, state: &str) -> serde_json::Value {
    json!({
        "number": entry.number, "kind": entry.kind, "account": account, "occupations": entry.occupations, "levels": entry.levels,
        "valid_from": entry.valid_from.to_string(), "valid_through": entry.valid_through.to_string(), "state": state,
    })
}

/// The account that an entry names, if it can hold such a card.
pub(super) async fn account_for(
    connection: &mut Connection,
    entry: &StaffEntry,
) -> Result<Result<Option<AccountId>, Broken>, Refusal> {
    let Some(login) = &entry.login else { return Ok(Ok(None)) };
    let Some(row) = account::by_login(connection, login).await? else {
        return Ok(Err(Broken::new("staff-login").with("login", login.as_str())));
    };
    let role = if entry.kind.judges() {
        Role::Examiner
    } else {
        Role::Supervisor
    };
    if !account::roles(connection, row.id).await?.contains(&role) {
        let without = Broken::new("account-without-role").with("name", row.name);
        return Ok(Err(without.with("role", role.name())));
    }
    Ok(Ok(Some(row.id)))
}

/// Refuses what would wash somebody clean: nobody keeps an own card, and a card with declared conflicts stays with its holder.
pub(super) async fn holder(
    connection: &mut Connection,
    before: Option<&CardRow>,
    account: Option<AccountId>,
    keeper: AccountId,
) -> Result<Result<(), Broken>, Refusal> {
    let held = before.and_then(|row| row.account_id);
    if account == Some(keeper) || held == Some(keeper) {
        return Ok(Err(Broken::new("staff-own-card")));
    }
    if let Some(row) = before
        && held.is_some()
        && held != account
        && rows::conflicts(connection)
            .await?
            .iter()
            .any(|one| one.card_id == row.id)
    {
        return Ok(Err(
            Broken::new("staff-holder-fixed").with("number", row.number.as_str())
        ));
    }
    Ok(Ok(()))
}

/// Writes an entry, over an earlier card or as a new one.
pub(super) async fn write(
    office: &Office,
    op: &mut Op<'_>,
    before: Option<&CardRow>,
    entry: &StaffEntry,
    account: Option<AccountId>,
    state: &str,
) -> Result<CardId, Refusal> {
    let now = op.now;
    let until = entry
        .valid_through
        .tomorrow()
        .map_err(|_| Broken::new("year-unknown").at("valid_through"))?;
    let joined = |parts: Vec<String>| parts.join(",");
    let row = CardRow {
        id: before.map_or_else(|| CardId::new(now, office.entropy.as_ref()), |row| row.id),
        number: entry.number.clone(),
        kind: entry.kind.name().to_owned(),
        account_id: account,
        login: None,
        name: entry.name.as_str().to_owned(),
        occupations: joined(entry.occupations.iter().cloned().collect()),
        levels: joined(entry.levels.iter().map(u8::to_string).collect()),
        valid_from: entry.valid_from.to_string(),
        valid_until: until.to_string(),
        employer: entry.employer.clone(),
        training_body: entry.training_body.clone(),
        state: state.to_owned(),
        created_at: before.map_or(now, |row| row.created_at),
        changed_at: now,
    };
    let saved = match before {
        Some(before) => rows::update_card(op.connection(), &row, before.changed_at).await,
        None => rows::insert_card(op.connection(), &row).await,
    };
    saved.map_err(|error| match error {
        crate::store::StoreError::Conflict(_) => Broken::new("staff-number-taken")
            .with("number", entry.number.as_str())
            .at("number")
            .into(),
        other => Refusal::from(other),
    })?;
    Ok(row.id)
}

/// Records declarations that are not there yet; tells how many were new.
pub(super) async fn declare(
    office: &Office,
    op: &mut Op<'_>,
    card: CardId,
    declared: &[Declared],
    by: AccountId,
) -> Result<usize, Refusal> {
    if declared.is_empty() {
        return Ok(0);
    }
    let now = op.now;
    let there = rows::conflicts(op.connection()).await?;
    let mut new = 0;
    for one in declared {
        let index = one
            .citizen_id
            .as_ref()
            .map(|id| office.keys.digest("citizen-id", id.reveal()));
        let known = there.iter().any(|row| {
            row.card_id == card
                && row.kind == one.conflict.name()
                && row.name == one.name.as_str()
                && (index.is_none() || row.citizen_index == index)
        });
        if known {
            continue;
        }
        let row = ConflictRow {
            id: CardNoteId::new(now, office.entropy.as_ref()),
            card_id: card,
            kind: one.conflict.name().to_owned(),
            name: one.name.as_str().to_owned(),
            citizen_index: index,
            application_id: None,
            declared_by: by,
            declared_at: now,
        };
        rows::insert_conflict(op.connection(), &row).await?;
        new += 1;
    }
    Ok(new)
}
