//! The rules of assignment: what keeps somebody out of a group, or is wrong with a group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::named;

use super::CardError;

named! {
    /// What keeps somebody out of a group, or is wrong with a group.
    Rule {
        /// No card is on the register.
        NoCard = "no_card",
        /// The card is suspended or withdrawn.
        Suspended = "suspended",
        /// The card is not valid yet on the day.
        NotYetValid = "not_yet_valid",
        /// The card has expired by the day.
        Expired = "expired",
        /// The card is for other occupations.
        Occupation = "occupation",
        /// The card is for other levels.
        Level = "level",
        /// A relative is among the candidates.
        Relative = "relative",
        /// An own trainee is among the candidates.
        Trainee = "trainee",
        /// The person asked not to judge one of the candidates.
        Asked = "asked",
        /// Another duty on the batch excludes judging.
        Duty = "duty",
        /// Works at the same time elsewhere.
        Busy = "busy",
        /// A candidate has the same employer.
        Employer = "employer",
        /// A candidate comes from the body that the person trains for.
        TrainingBody = "training_body",
        /// Judged too many batches of this body in a row.
        Rotation = "rotation",
        /// The group is too small at all.
        Size = "size",
        /// The group is too small for so many candidates.
        Ratio = "ratio",
        /// The group's number is even.
        Parity = "parity",
        /// Not exactly one leads.
        Leader = "leader",
        /// Somebody is in the group twice.
        Twice = "twice",
        /// Too few members are new since the batch before.
        Changed = "changed",
    }
}

impl Rule {
    /// Whether a second person may let it be broken, with a reason. Never: a card, a recorded conflict, separated duties,
    /// the least number, the leader.
    pub const fn overridable(self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::Employer
                | Self::TrainingBody
                | Self::Rotation
                | Self::Ratio
                | Self::Parity
                | Self::Changed
        )
    }

    /// Whether it keeps somebody from judging on who is in the group already.
    pub const fn ends_judging(self) -> bool {
        matches!(
            self,
            Self::NoCard
                | Self::Suspended
                | Self::NotYetValid
                | Self::Expired
                | Self::Occupation
                | Self::Level
                | Self::Relative
                | Self::Trainee
                | Self::Asked
        )
    }
}

named! {
    /// A recorded reason not to judge a certain candidate (回避).
    Conflict {
        /// 亲属
        Relative = "relative",
        /// 师生、师徒或学员
        Trainee = "trainee",
        /// The person asked to stay out.
        Asked = "asked",
    }
}

impl Conflict {
    /// The rule that it breaks.
    pub const fn rule(self) -> Rule {
        match self {
            Self::Relative => Rule::Relative,
            Self::Trainee => Rule::Trainee,
            Self::Asked => Rule::Asked,
        }
    }
}

impl CardError {
    /// The rule that the card breaks.
    pub const fn rule(&self) -> Rule {
        match self {
            Self::None => Rule::NoCard,
            Self::Suspended { .. } => Rule::Suspended,
            Self::NotYetValid { .. } => Rule::NotYetValid,
            Self::Expired { .. } => Rule::Expired,
            Self::Occupation { .. } => Rule::Occupation,
            Self::Level { .. } => Rule::Level,
        }
    }

    /// The fact that shows it: a day, or the card's number.
    pub(super) fn fact(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::NotYetValid { from: day, .. } | Self::Expired { until: day, .. } => day.to_string(),
            Self::Suspended { number } | Self::Occupation { number, .. } | Self::Level { number, .. } => number.clone(),
        }
    }
}
