//! Working on the paper: reading it, saving answers, handing in.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{CandidatePaper, place};
use crate::kernel::{AttemptId, Digest, MINUTE};
use crate::office::desk::{Answer, Receipt, Saved};
use crate::office::{Act, Broken, Caller, Office, Policy, Refusal, policy};
use crate::store::sitting;

/// No save carries more answers than this.
const MOST_ANSWERS: usize = 1_000;

/// Gives the candidate's paper.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowPaper {}

impl Act for ShowPaper {
    type Outcome = CandidatePaper;
    const POLICY: Policy = policy::TERMINAL_PAPER;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CandidatePaper, Refusal> {
        let (application, session, sign_in) = caller.candidate()?;
        let mut connection = office.store.read().await?;
        let attempt = sitting::attempt_of(&mut connection, session, application).await?;
        let attempt = attempt.ok_or_else(|| Broken::new("gate-no-paper"))?;
        match attempt.state.as_str() {
            "open" if attempt.lease == Some(office.lease(sign_in)) => {}
            "open" => return Err(Broken::new("second-terminal").into()),
            "submitted" => {
                let at = attempt.submitted_at.unwrap_or(office.now());
                return Err(Broken::new("attempt-closed").with("at", at).into());
            }
            _ => return Err(Broken::new("attempt-not-started").into()),
        }
        let view = sitting::paper_view(&mut connection, session, application).await?;
        let paper = CandidatePaper::read(&view.ok_or(Refusal::NotFound)?)?;
        office.shapes.note(attempt.id, &paper);
        Ok(paper)
    }
}

/// Saves answers.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SaveAnswers {
    /// The answers that changed.
    pub answers: Vec<Answer>,
}

impl Act for SaveAnswers {
    type Outcome = Saved;
    const POLICY: Policy = policy::TERMINAL_SAVE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Saved, Refusal> {
        if self.answers.len() > MOST_ANSWERS {
            return Err(Broken::new("too-many-answers").with("max", MOST_ANSWERS).into());
        }
        let (attempt, lease) = own_attempt(office, caller).await?;
        let answers = office.shapes.fitted(office, caller, attempt, self.answers).await?;
        office.desk.save(attempt, lease, answers).await
    }
}

async fn own_attempt(office: &Office, caller: &Caller) -> Result<(AttemptId, Digest), Refusal> {
    let (application, session, sign_in) = caller.candidate()?;
    let attempt = office.desk.attempt_of(&office.store, session, application).await?;
    let attempt = attempt.ok_or_else(|| Broken::new("attempt-not-started"))?;
    Ok((attempt, office.lease(sign_in)))
}

/// Hands the paper in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SubmitAttempt {}

impl Act for SubmitAttempt {
    type Outcome = Receipt;
    const POLICY: Policy = policy::TERMINAL_SUBMIT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Receipt, Refusal> {
        let mut connection = office.store.read().await?;
        let minutes = place(&mut connection, caller).await?.minutes;
        drop(connection);
        let (attempt, lease) = own_attempt(office, caller).await?;
        let earliest = minutes.earliest_submit_minutes * MINUTE;
        office
            .desk
            .submit(attempt, lease, earliest, caller.request_id.clone())
            .await
    }
}
