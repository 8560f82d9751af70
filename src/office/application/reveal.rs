//! Shows what is personal: the photo, and, for a recorded reason, the whole citizen id.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::ApplicationId;
use crate::office::{Act, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::enrolment;

use super::{person, reason_given};

/// A candidate's photo, for whoever may see the application.
pub async fn photo(office: &Office, caller: &Caller, id: ApplicationId) -> Result<Vec<u8>, Refusal> {
    caller.may(&policy::APPLICATION_SHOW)?;
    let mut connection = office.store.read().await?;
    let row = enrolment::application(&mut connection, id)
        .await?
        .ok_or(Refusal::NotFound)?;
    enrolment::photo(&mut connection, row.candidate_id)
        .await?
        .ok_or(Refusal::NotFound)
}

/// Shows the whole citizen id, for a reason that is recorded.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RevealApplication {
    /// The application.
    pub application: ApplicationId,
    /// Why it has to be seen.
    pub reason: String,
}

/// What was hidden.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Revealed {
    /// The whole citizen id.
    pub citizen_id: String,
    /// The whole mobile number.
    pub phone: Option<String>,
    /// Both in one line, as the page shows them.
    pub shown: String,
}

impl Act for RevealApplication {
    type Outcome = Revealed;
    const POLICY: Policy = policy::APPLICATION_REVEAL;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Revealed, Refusal> {
        let reason = reason_given(&self.reason)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let row = enrolment::application(op.connection(), self.application)
            .await?
            .ok_or(Refusal::NotFound)?;
        let citizen_id = person::citizen_id(office, &row)?.reveal().to_owned();
        let phone = person::phone(office, &row)?;
        op.commit(Event::of(row.id).in_batch(row.batch_id).because(reason))
            .await?;
        let shown = [Some(citizen_id.as_str()), phone.as_deref()];
        Ok(Revealed {
            shown: shown.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            citizen_id,
            phone,
        })
    }
}
