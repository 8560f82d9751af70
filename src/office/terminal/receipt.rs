//! A receipt, looked up later: what it states, and whether that is what is stored.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Timestamp;
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::sitting::{ReceiptStatement, answers_digest};
use crate::store::sitting;
use crate::store::sitting::receipt as receipts;

/// Looks a receipt up.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowReceipt {
    /// Its code; case, blanks and hyphens do not matter.
    pub code: String,
}

/// A receipt and what became of it. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReceiptView {
    /// Its code.
    pub code: String,
    /// When the paper was handed in.
    pub handed_in_at: Timestamp,
    /// `candidate`, `deadline` or `invigilator`.
    pub how: String,
    /// How many questions had an answer.
    pub answered: i64,
    /// How many questions there were.
    pub questions: i64,
    /// The digest of the answers as stated.
    pub digest: String,
    /// The digest of the answers as the log has them now.
    pub stored: String,
    /// Whether the two are one.
    pub matches: bool,
    /// Whether the signature is ours.
    pub signed: bool,
    /// Whether the paper was opened again later, so that another receipt counts.
    pub replaced: bool,
    /// The statement as it was signed.
    pub statement: String,
    /// The signature.
    pub signature: String,
    /// The public key, as PEM.
    pub key: String,
}

impl Act for ShowReceipt {
    type Outcome = ReceiptView;
    const POLICY: Policy = policy::RECEIPT_SHOW;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<ReceiptView, Refusal> {
        let kept = |letter: &char| letter.is_ascii_alphanumeric();
        let code: String = self.code.chars().filter(kept).collect::<String>().to_ascii_uppercase();
        let mut connection = office.store.read().await?;
        let row = receipts::by_code(&mut connection, &code)
            .await?
            .ok_or(Refusal::NotFound)?;
        let logged = receipts::logged(&mut connection, row.attempt_id).await?;
        let attempt = sitting::attempt(&mut connection, row.attempt_id).await?;
        drop(connection);
        let statement: ReceiptStatement = serde_json::from_str(&row.statement)
            .map_err(|error| Refusal::Fault(format!("receipt.statement: {error}")))?;
        // The last revision of each question is the one that counts.
        let latest: BTreeMap<i64, String> = logged.into_iter().collect();
        let (_, stored) = answers_digest(latest.iter().map(|(number, value)| (*number, value.as_str())));
        let key = office
            .keys
            .receipt_key()
            .map_err(|error| Refusal::Fault(error.to_string()))?;
        Ok(ReceiptView {
            matches: stored.to_string() == statement.answers,
            signed: key.is_ours(&row.statement, &row.signature),
            replaced: attempt.and_then(|attempt| attempt.submitted_at) != Some(statement.handed_in_at),
            stored: stored.to_string(),
            code: row.code,
            handed_in_at: statement.handed_in_at,
            how: statement.how,
            answered: statement.answered,
            questions: statement.questions,
            digest: statement.answers,
            statement: row.statement,
            signature: row.signature,
            key: key.public_pem().map_err(|error| Refusal::Fault(error.to_string()))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::MINUTE;
    use crate::office::Actor;
    use crate::office::room::close_overdue;
    use crate::office::terminal::SubmitAttempt;
    use crate::office::terminal::tests::{Room, caller, room};
    use crate::store::sitting::fixture;

    async fn looked_up(room: &Room, code: &str) -> Result<ReceiptView, Refusal> {
        let act = ShowReceipt { code: code.to_owned() };
        room.office.perform(act, &caller(Actor::Anonymous)).await
    }

    #[tokio::test]
    async fn a_receipt_leads_back_to_what_was_stored() {
        let room = room().await;
        room.session_starts().await;
        let candidate = room.works(0).await;
        room.saves(&candidate, 1, "A", 1).await.unwrap();
        room.saves(&candidate, 2, "A", 1).await.unwrap();
        room.saves(&candidate, 1, "C", 2).await.unwrap();
        room.clock.advance(30 * MINUTE);
        let receipt = room.office.perform(SubmitAttempt {}, &candidate).await.unwrap();
        let code = receipt.code.clone().unwrap();
        assert_eq!(room.sees(&candidate).await.receipt, Some(receipt.clone()));
        let typed = format!("{}-{}", &code[..4].to_lowercase(), &code[4..]);
        let view = looked_up(&room, &typed).await.unwrap();
        assert!(view.matches && view.signed && !view.replaced);
        assert_eq!((view.answered, Some(view.digest.clone())), (2, receipt.digest));
        assert!(matches!(
            looked_up(&room, "AAAAAAAAAAAAAAAA").await,
            Err(Refusal::NotFound)
        ));
        let forged = "INSERT INTO answer_log (attempt_id, number, revision, value, flagged, saved_at, late)
             SELECT attempt_id, number, 9, 'D', 0, saved_at, 0 FROM answer_log WHERE number = 2";
        fixture::run(&room.office.store, forged).await;
        assert!(
            !looked_up(&room, &code).await.unwrap().matches,
            "what was changed shows"
        );
    }

    #[tokio::test]
    async fn a_paper_handed_in_by_the_clock_has_its_receipt_after_the_grace() {
        let room = room().await;
        room.session_starts().await;
        let candidate = room.works(0).await;
        room.clock.advance(90 * MINUTE);
        close_overdue(&room.office).await.unwrap();
        room.saves(&candidate, 5, "B", 1).await.unwrap();
        assert_eq!(room.sees(&candidate).await.receipt.unwrap().code, None);
        room.clock.advance(MINUTE);
        let receipt = room.sees(&candidate).await.receipt.unwrap();
        assert_eq!(receipt.answered, 1, "with what came in the grace");
        assert!(looked_up(&room, &receipt.code.unwrap()).await.unwrap().matches);
    }
}
