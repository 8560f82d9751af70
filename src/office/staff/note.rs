//! Notes on a card: whom its holder must not judge, and complaints.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::rows::{self, ComplaintRow, ConflictRow};
use crate::identity::Role;
use crate::kernel::{ApplicationId, CardId, CardNoteId, CitizenId, PersonName, Timestamp};
use crate::office::practical::reason;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::staff::Conflict;

/// Declares whom one must not judge. Examiners declare for themselves; an administrator for anybody on the register.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeclareConflict {
    /// The card, for an administrator; one's own when absent.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<String>")]
    pub card: Option<CardId>,
    /// Why.
    pub kind: Conflict,
    /// The person's name.
    #[serde(default)]
    pub name: String,
    /// The person's citizen id, when it is known; else everybody of this name is meant.
    #[serde(default)]
    pub citizen_id: String,
    /// Instead of a name: one certain candidate.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<String>")]
    pub application: Option<ApplicationId>,
}

/// A note on a card.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoteMade {
    /// The card.
    pub card: CardId,
    /// When.
    pub at: Timestamp,
}

impl Act for DeclareConflict {
    type Outcome = NoteMade;
    const POLICY: Policy = policy::CONFLICT_DECLARE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<NoteMade, Refusal> {
        let by = caller.account()?;
        let name = match (self.application, self.name.trim()) {
            (Some(_), _) => String::new(),
            (None, "") => return Err(Broken::new("reason-missing").at("name").into()),
            (None, name) => {
                let name = name
                    .parse::<PersonName>()
                    .map_err(|_| Broken::new("staff-name").at("name"))?;
                name.as_str().to_owned()
            }
        };
        let id = match self.citizen_id.trim() {
            "" => None,
            text => Some(
                text.parse::<CitizenId>()
                    .map_err(|_| Broken::new("citizen-id-shape").at("citizen_id"))?,
            ),
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let card = match self.card {
            Some(card) if caller.has(Role::Administrator) => rows::card(op.connection(), card).await?,
            Some(card) => rows::card(op.connection(), card)
                .await?
                .filter(|row| row.account_id == Some(by)),
            None => rows::cards_of(op.connection(), by).await?.into_iter().next(),
        };
        let card = card.ok_or_else(|| Broken::new("judge-no_card"))?.id;
        if let Some(application) = self.application {
            rows::employer_of(op.connection(), application)
                .await?
                .ok_or(Refusal::NotFound)?;
        }
        let row = ConflictRow {
            id: CardNoteId::new(now, office.entropy.as_ref()),
            card_id: card,
            kind: self.kind.name().to_owned(),
            name,
            citizen_index: id.map(|id| office.keys.digest("citizen-id", id.reveal())),
            application_id: self.application,
            declared_by: by,
            declared_at: now,
        };
        rows::insert_conflict(op.connection(), &row).await?;
        let detail = json!({ "kind": self.kind, "application": self.application });
        let at = op.commit(Event::of(card).with(detail)).await?;
        Ok(NoteMade { card, at })
    }
}

/// Records a complaint about somebody on the register.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecordComplaint {
    /// The card.
    pub card: CardId,
    /// What was said.
    pub text: String,
}

impl Act for RecordComplaint {
    type Outcome = NoteMade;
    const POLICY: Policy = policy::COMPLAINT_RECORD;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<NoteMade, Refusal> {
        let text = reason(&self.text, "text")?;
        let by = caller.account()?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let card = rows::card(op.connection(), self.card).await?.ok_or(Refusal::NotFound)?;
        let row = ComplaintRow {
            id: CardNoteId::new(now, office.entropy.as_ref()),
            card_id: card.id,
            text,
            recorded_by: by,
            recorded_at: now,
        };
        rows::insert_complaint(op.connection(), &row).await?;
        let at = op
            .commit(Event::of(card.id).with(json!({ "complaint": row.id })))
            .await?;
        Ok(NoteMade { card: card.id, at })
    }
}
