//! Vetoes: raised by the examiner on the own sheet, and counted only with a second examiner's signature.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{may_judge, open_bank, own_session, own_sheet, permit, reason, signed, task_of};
use crate::identity::Duty;
use crate::kernel::{SheetId, Timestamp};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::practical::{self as store, VetoRow};

/// What was done about a veto.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VetoDone {
    /// The sheet.
    pub sheet: SheetId,
    /// The code of the veto item.
    pub code: String,
    /// When.
    pub at: Timestamp,
}

/// Raises a veto item on one's own draft sheet.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RaiseVeto {
    /// The sheet.
    pub sheet: SheetId,
    /// The code of the veto item.
    pub code: String,
    /// What happened.
    pub reason: String,
}

impl Act for RaiseVeto {
    type Outcome = VetoDone;
    const POLICY: Policy = policy::VETO_RAISE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<VetoDone, Refusal> {
        let reason = reason(&self.reason, "reason")?;
        let mut connection = office.store.read().await?;
        let (row, work) = own_sheet(&mut connection, self.sheet, caller).await?;
        drop(connection);
        if row.is_signed() {
            return Err(signed(&row));
        }
        let bank = open_bank(office, work.bank_version_id).await?;
        if task_of(&bank, &row.task_code)?.veto(&self.code).is_none() {
            return Err(Broken::new("veto-unknown").at("code").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        may_judge(&work, now)?;
        permit(
            office,
            op.connection(),
            &work,
            (row.examiner_id, row.application_id),
            now,
        )
        .await?;
        let raised_by = op.take_duty(work.batch_id, Duty::Examiner).await?;
        if !store::lock_draft(op.connection(), self.sheet).await? {
            return Err(Refusal::Stale);
        }
        let there = store::vetoes(op.connection(), self.sheet).await?;
        if there.iter().any(|veto| veto.code == self.code) {
            return Err(Broken::new("veto-stands").into());
        }
        let veto = VetoRow {
            sheet_id: self.sheet,
            code: self.code.clone(),
            reason: reason.clone(),
            raised_by,
            raised_at: now,
            confirmed_by: None,
            confirmed_at: None,
        };
        store::raise_veto(op.connection(), &veto).await?;
        let event = Event::of(self.sheet)
            .in_batch(work.batch_id)
            .because(&reason)
            .with(json!({ "veto": self.code }));
        Ok(VetoDone {
            sheet: self.sheet,
            code: self.code,
            at: op.commit(event).await?,
        })
    }
}

/// Takes one's own veto item back, while nobody has signed it second.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WithdrawVeto {
    /// The sheet.
    pub sheet: SheetId,
    /// The code of the veto item.
    pub code: String,
    /// Why it is taken back.
    pub reason: String,
}

impl Act for WithdrawVeto {
    type Outcome = VetoDone;
    const POLICY: Policy = policy::VETO_WITHDRAW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<VetoDone, Refusal> {
        let reason = reason(&self.reason, "reason")?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let (row, work) = own_sheet(op.connection(), self.sheet, caller).await?;
        let now = op.now;
        permit(
            office,
            op.connection(),
            &work,
            (row.examiner_id, row.application_id),
            now,
        )
        .await?;
        if !store::lock_draft(op.connection(), self.sheet).await? {
            return Err(signed(&row));
        }
        let vetoes = store::vetoes(op.connection(), self.sheet).await?;
        let veto = vetoes.iter().find(|veto| veto.code == self.code);
        if veto.ok_or(Refusal::NotFound)?.confirmed_by.is_some() {
            return Err(Broken::new("veto-confirmed").into());
        }
        store::withdraw_veto(op.connection(), self.sheet, &self.code).await?;
        let event = Event::of(self.sheet)
            .in_batch(work.batch_id)
            .because(&reason)
            .with(json!({ "veto": self.code }));
        Ok(VetoDone {
            sheet: self.sheet,
            code: self.code,
            at: op.commit(event).await?,
        })
    }
}

/// Gives the second signature to a veto that another examiner of the same session raised.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ConfirmVeto {
    /// The sheet on which it was raised.
    pub sheet: SheetId,
    /// The code of the veto item.
    pub code: String,
}

impl Act for ConfirmVeto {
    type Outcome = VetoDone;
    const POLICY: Policy = policy::VETO_CONFIRM;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<VetoDone, Refusal> {
        let examiner = caller.account()?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = store::sheet(op.connection(), self.sheet)
            .await?
            .ok_or(Refusal::NotFound)?;
        let work = own_session(op.connection(), row.session_id, examiner).await?;
        may_judge(&work, now)?;
        permit(office, op.connection(), &work, (examiner, row.application_id), now).await?;
        op.take_duty(work.batch_id, Duty::Examiner).await?;
        if !store::lock_draft(op.connection(), self.sheet).await? {
            return Err(signed(&row));
        }
        let vetoes = store::vetoes(op.connection(), self.sheet).await?;
        let veto = vetoes
            .iter()
            .find(|veto| veto.code == self.code)
            .ok_or(Refusal::NotFound)?;
        if veto.raised_by == examiner {
            return Err(Broken::new("veto-same-signer").into());
        }
        if let Some(at) = veto.confirmed_at {
            return Err(Broken::new("veto-signed-already").with("at", at).into());
        }
        let raised_by = veto.raised_by;
        store::confirm_veto(op.connection(), self.sheet, &self.code, examiner, now).await?;
        let event = Event::of(self.sheet)
            .in_batch(work.batch_id)
            .with(json!({ "veto": self.code, "raised_by": raised_by }));
        Ok(VetoDone {
            sheet: self.sheet,
            code: self.code,
            at: op.commit(event).await?,
        })
    }
}
