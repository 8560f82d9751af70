//! Practical judging: an examiner's sessions, own score sheets, vetoes with a second signature.
//!
//! Rules it keeps: only examiners assigned to a session judge there, only its seated candidates and its drawn tasks; an
//! examiner gets own sheets and nobody else's marks; a signed sheet never changes; totals are computed here and never
//! taken from a browser. What it does not do: make several examiners' totals one score (the settling of results does).

mod fields;
mod judged;
mod sheet;
mod show;
#[cfg(test)]
pub(crate) mod tests;
mod veto;
mod work;

pub use judged::{Judged, judged};
pub use sheet::{OpenSheet, OpenedSheet, SaveSheet, SheetState, SignSheet};
pub use show::{DeductionView, ElementView, NextSheet, SheetView, ShowSheet, VetoView};
pub use veto::{ConfirmVeto, RaiseVeto, VetoDone, WithdrawVeto};
pub use work::{
    BlankSheets, BlankView, CandidateView, ExaminerSession, ExaminerWork, SessionBrief, SessionView, SheetBrief,
    TaskBrief, WaitingVeto,
};

use super::bank::open_bank;
use super::staff::{card_permits, day_of, ends_soon, examiner_card};
use super::{Broken, Caller, Office, Refusal};
use crate::bank::{Bank, PracticalTask};
use crate::kernel::{AccountId, ApplicationId, SessionId, SheetId, Timestamp};
use crate::marking::{ConfirmedVeto, SheetRefusal};
use crate::staff::{CardError, Objection, Rule, any_may_judge, may_judge as card_lets};
use crate::store::Connection;
use crate::store::practical::{self as store, SheetRow, VetoRow, WorkRow};
use crate::store::staff::{self as register, CardRow};

/// The duty under which an examiner stands in `assignment`.
const EXAMINER: &str = "examiner";

/// A task that the draw named; the bank has it, or something is broken.
fn task_of<'b>(bank: &'b Bank, code: &str) -> Result<&'b PracticalTask, Refusal> {
    bank.task(code)
        .ok_or_else(|| Refusal::Fault(format!("task {code} is not in bank {}", bank.code)))
}

/// The practical session, if the caller is one of its examiners.
async fn own_session(connection: &mut Connection, session: SessionId, examiner: AccountId) -> Result<WorkRow, Refusal> {
    if !store::is_assigned(connection, session, examiner, EXAMINER).await? {
        return Err(Refusal::NotFound);
    }
    store::work(connection, session)
        .await?
        .filter(|work| work.component == "practical")
        .ok_or(Refusal::NotFound)
}

/// Whether tasks may be seen: from the opening on, so that nobody learns them before.
fn has_begun(work: &WorkRow, now: Timestamp) -> bool {
    now >= work.opens_at || work.state != "planned"
}

/// Refuses judging before the session opens and after the batch's results are settled.
fn may_judge(work: &WorkRow, now: Timestamp) -> Result<(), Broken> {
    if work.batch_state != "open" {
        return Err(Broken::new("judging-over"));
    }
    if !has_begun(work, now) {
        return Err(Broken::new("judging-not-begun").with("at", work.opens_at));
    }
    Ok(())
}

/// Refuses who may not judge this candidate today: without a valid card for the occupation and level, where a conflict is
/// recorded, or where the candidate comes from the own employer or training body and no second person let that go. Asked at
/// every step that counts, so that a card that ends in the middle of a session ends the judging, and a candidate seated
/// after the group was formed is checked too; what was entered until then stays saved.
async fn permit(
    office: &Office,
    connection: &mut Connection,
    work: &WorkRow,
    (examiner, application): (AccountId, ApplicationId),
    now: Timestamp,
) -> Result<(), Refusal> {
    let scope = (work.occupation_code.as_str(), work.level);
    card_permits(office, connection, scope, examiner, now).await?;
    let conflicts = register::conflicts_in(connection, work.batch_id).await?;
    let found = conflicts
        .into_iter()
        .find(|(account, of, _)| *account == examiner && *of == application);
    if let Some((_, _, kind)) = found {
        return Err(Broken::new("judge-conflict").with("kind", kind).into());
    }
    let rows = register::cards_of(connection, examiner).await?;
    let employer = register::employer_of(connection, application)
        .await?
        .unwrap_or_default();
    let shares = |own: fn(&CardRow) -> &str| rows.iter().any(|row| own(row).trim() == employer.trim());
    let rule = match employer.trim() {
        "" => None,
        _ if shares(|row| &row.employer) => Some(Rule::Employer),
        _ if shares(|row| &row.training_body) => Some(Rule::TrainingBody),
        _ => None,
    };
    match rule {
        Some(rule) if !let_go(connection, work.id, examiner, rule).await? => {
            Err(Broken::new("judge-employer").with("employer", employer).into())
        }
        _ => Ok(()),
    }
}

/// Whether an examiner's card lets judge in a session now (`valid`, `ending`, or the rule that keeps from it), and the last
/// valid day of one that ends soon.
async fn card_standing(
    office: &Office,
    connection: &mut Connection,
    work: &WorkRow,
    examiner: AccountId,
    now: Timestamp,
) -> Result<(String, String), Refusal> {
    let mut cards = Vec::new();
    for row in &register::cards_of(connection, examiner).await? {
        cards.extend(examiner_card(row)?);
    }
    let (level, today) = (u8::try_from(work.level).unwrap_or(0), day_of(office, now));
    if let Err(error) = any_may_judge(&cards, &work.occupation_code, level, today) {
        return Ok((error.rule().name().to_owned(), String::new()));
    }
    let good = cards
        .iter()
        .filter(|card| card_lets(card, &work.occupation_code, level, today).is_ok());
    let until = good.map(|card| card.valid_until).max().unwrap_or(today);
    if ends_soon(today, until) {
        let last = until.yesterday().unwrap_or(until);
        return Ok(("ending".to_owned(), last.to_string()));
    }
    Ok(("valid".to_owned(), String::new()))
}

/// Whether a second person let this examiner break this rule in this session.
async fn let_go(
    connection: &mut Connection,
    session: SessionId,
    examiner: AccountId,
    rule: Rule,
) -> Result<bool, Refusal> {
    for row in register::overrides(connection, session).await? {
        let broken: Vec<Objection> = serde_json::from_str(&row.broken)
            .map_err(|error| Refusal::Fault(format!("group_override.broken: {error}")))?;
        let same = |one: &Objection| one.rule == rule && one.account == Some(examiner);
        if row.granted == Some(1) && broken.iter().any(same) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl From<CardError> for Refusal {
    fn from(error: CardError) -> Self {
        let broken = match error {
            CardError::None => Broken::new("judge-no_card"),
            CardError::Suspended { number } => Broken::new("judge-suspended").with("number", number),
            CardError::NotYetValid { number, from } => Broken::new("judge-not_yet_valid")
                .with("number", number)
                .with("day", from.to_string()),
            CardError::Expired { number, until } => Broken::new("judge-expired")
                .with("number", number)
                .with("day", until.to_string()),
            CardError::Occupation { number, .. } => Broken::new("judge-occupation").with("number", number),
            CardError::Level { number, level } => Broken::new("judge-level")
                .with("number", number)
                .with("level", i64::from(level)),
        };
        broken.into()
    }
}

/// The caller's own sheet with its session.
async fn own_sheet(connection: &mut Connection, id: SheetId, caller: &Caller) -> Result<(SheetRow, WorkRow), Refusal> {
    let examiner = caller.account()?;
    let sheet = store::sheet(connection, id).await?.ok_or(Refusal::NotFound)?;
    let work = own_session(connection, sheet.session_id, examiner).await?;
    if sheet.examiner_id != examiner {
        return Err(Broken::new("sheet-of-another").into());
    }
    Ok((sheet, work))
}

/// Why a sheet that is signed takes no more.
fn signed(sheet: &SheetRow) -> Refusal {
    let broken = Broken::new("sheet-signed");
    match sheet.signed_at {
        Some(at) => broken.with("at", at).into(),
        None => Refusal::Stale,
    }
}

/// The vetoes that have both signatures.
fn confirmed(vetoes: &[VetoRow]) -> Vec<ConfirmedVeto> {
    let one = |veto: &VetoRow| {
        Some(ConfirmedVeto {
            code: veto.code.clone(),
            reason: veto.reason.clone(),
            raised_by: veto.raised_by,
            confirmed_by: veto.confirmed_by?,
            at: veto.confirmed_at?,
        })
    };
    vetoes.iter().filter_map(one).collect()
}

impl From<SheetRefusal> for Refusal {
    fn from(refusal: SheetRefusal) -> Self {
        match refusal {
            SheetRefusal::NoSuchElement { code } => Broken::new("element-unknown").with("element", code).into(),
            SheetRefusal::TooMany { code, most, .. } => Broken::new("marks-above")
                .with("most", most.to_string())
                .at(format!("marks.{code}"))
                .into(),
            SheetRefusal::Negative { code, .. } => Broken::new("marks-negative").at(format!("marks.{code}")).into(),
            SheetRefusal::Unmarked { codes } => Broken::new("sheet-unmarked")
                .with("count", codes.len())
                .with("elements", codes.join("、"))
                .into(),
            SheetRefusal::NoSuchVeto { .. } => Broken::new("veto-unknown").at("code").into(),
            SheetRefusal::VetoStands { .. } => Broken::new("veto-stands").into(),
            SheetRefusal::VetoWithoutReason => Broken::new("reason-missing").at("reason").into(),
            SheetRefusal::SameSigner => Broken::new("veto-same-signer").into(),
            SheetRefusal::Form(_) | SheetRefusal::VetoElement => Self::Fault(refusal.to_string()),
        }
    }
}

/// A reason that says something.
pub(super) fn reason(text: &str, field: &str) -> Result<String, Refusal> {
    const MOST_CHARS: usize = 500;
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Broken::new("reason-missing").at(field).into()),
        chars if chars > MOST_CHARS => Err(Broken::new("text-too-long").with("most", MOST_CHARS).at(field).into()),
        _ => Ok(text.to_owned()),
    }
}
