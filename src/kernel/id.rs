//! Typed ids: a candidate's id can never stand where an account's is asked for.
//!
//! An id is a kind's prefix and a version-7 UUID (`app_0193…`), so that ids sort by the time they were made. People see
//! ticket and certificate numbers instead; those are made elsewhere.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entropy, Timestamp};

/// The text is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of kind '{expected}'")]
pub struct NotAnId {
    /// The prefix that was expected.
    pub expected: &'static str,
}

fn time_ordered(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, NotAnId> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
        .and_then(|hex| Uuid::try_parse(hex).ok())
        .ok_or(NotAnId { expected: prefix })
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
        #[schemars(transparent)]
        pub struct $name(#[schemars(with = "String")] Uuid);

        impl $name {
            /// The prefix of this kind.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, ordered by the time it was made.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(time_ordered(now, entropy))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse($prefix, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed_ids! {
    /// A member of staff who can sign in.
    AccountId = "acc";
    /// One sign-in, of staff or of a candidate.
    SignInId = "sig";
    /// A station (鉴定所/站点).
    StationId = "stn";
    /// A room (考场) of a station.
    RoomId = "room";
    /// A machine that is bound to a seat.
    TerminalId = "mac";
    /// A loaded, immutable version of a question bank.
    BankVersionId = "bnk";
    /// A plan (计划).
    PlanId = "pln";
    /// A batch: one plan item, an occupation at a level within a plan (计划项).
    BatchId = "bat";
    /// A person who applies.
    CandidateId = "can";
    /// One candidate's application in one batch.
    ApplicationId = "app";
    /// A session (场次), theory or practical.
    SessionId = "ses";
    /// A drawn paper.
    PaperId = "pap";
    /// An attempt: one person's one go at one paper.
    AttemptId = "att";
    /// An examiner's score sheet for one task of one candidate.
    SheetId = "sht";
    /// A card on the register of examiners and supervisors.
    CardId = "crd";
    /// A recorded conflict, or a complaint, of somebody on the register.
    CardNoteId = "cnt";
    /// A rule of assignment that a second person may let go.
    OverrideId = "ovr";
    /// A written answer as its markers see it.
    ScriptId = "scr";
    /// A finding of a supervisor.
    FindingId = "fnd";
    /// A hold that stops the release of results.
    HoldId = "hld";
    /// A candidate's objection to a result.
    ObjectionId = "obj";
    /// A recheck of what an objection is about.
    RecheckId = "rck";
    /// A correction of results that was proposed.
    RegradeId = "rgr";
    /// A change of time of an attempt or a room.
    TimeChangeId = "tim";
    /// Extra time proposed for an outage.
    CompensationId = "cmp";
    /// An incident in an examination room.
    IncidentId = "inc";
    /// A certificate.
    CertificateId = "crt";
    /// A change to a certificate that somebody asked for.
    RequestId = "req";
    /// A recorded event.
    EventId = "evt";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SeededEntropy;

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let entropy = SeededEntropy::new(1);
        let id = AccountId::new(Timestamp::from_millis(1_700_000_000_000), &entropy);
        assert_eq!(id.to_string().parse::<AccountId>(), Ok(id));
        assert!(id.to_string().parse::<PlanId>().is_err());
        assert!(id.to_string().to_uppercase().parse::<AccountId>().is_err());
    }

    #[test]
    fn later_ids_sort_later() {
        let entropy = SeededEntropy::new(1);
        let first = EventId::new(Timestamp::from_millis(1_700_000_000_000), &entropy);
        let second = EventId::new(Timestamp::from_millis(1_700_000_000_001), &entropy);
        assert!(first.to_string() < second.to_string());
    }
}
