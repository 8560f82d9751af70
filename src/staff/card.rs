//! The examiner's card (考评员证卡): for which occupations and levels, and until when.

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::named;

named! {
    /// What somebody on the register is.
    StaffKind {
        /// 考评员
        Examiner = "examiner",
        /// 高级考评员
        SeniorExaminer = "senior_examiner",
        /// 外部质量督导员 (外督)
        ExternalSupervisor = "external_supervisor",
        /// 内部质量督导员 (内督)
        InternalSupervisor = "internal_supervisor",
    }
}

impl StaffKind {
    /// Whether a card of this kind lets its holder judge.
    pub const fn judges(self) -> bool {
        matches!(self, Self::Examiner | Self::SeniorExaminer)
    }

    /// The levels that the kind may judge by the usual rule (1 is the highest). A card may say less.
    pub fn usual_levels(self) -> BTreeSet<u8> {
        match self {
            Self::Examiner => BTreeSet::from([3, 4, 5]),
            Self::SeniorExaminer => BTreeSet::from([1, 2, 3, 4, 5]),
            Self::ExternalSupervisor | Self::InternalSupervisor => BTreeSet::new(),
        }
    }
}

/// An examiner's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExaminerCard {
    /// Its number.
    pub number: String,
    /// Whether it is a senior examiner's.
    pub senior: bool,
    /// Whether it is suspended.
    pub suspended: bool,
    /// The codes of the occupations.
    pub occupations: BTreeSet<String>,
    /// The levels; 1 is the highest.
    pub levels: BTreeSet<u8>,
    /// The first day on which it is valid.
    pub valid_from: Date,
    /// The first day on which it is no longer valid.
    pub valid_until: Date,
}

/// Why a card's holder does not judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// There is no card.
    #[error("no examiner's card is on the register")]
    None,
    /// The card is suspended or withdrawn.
    #[error("card {number} is suspended")]
    Suspended {
        /// The card.
        number: String,
    },
    /// The card is not valid yet.
    #[error("card {number} is valid from {from}")]
    NotYetValid {
        /// The card.
        number: String,
        /// From when.
        from: Date,
    },
    /// The card has expired.
    #[error("card {number} was valid until {until}")]
    Expired {
        /// The card.
        number: String,
        /// The first day on which it was no longer valid.
        until: Date,
    },
    /// The card is for other occupations.
    #[error("card {number} is not for occupation {occupation}")]
    Occupation {
        /// The card.
        number: String,
        /// The occupation asked for.
        occupation: String,
    },
    /// The card is for other levels.
    #[error("card {number} is not for level {level}")]
    Level {
        /// The card.
        number: String,
        /// The level asked for.
        level: u8,
    },
}

/// Whether the holder of a card may judge this occupation at this level on this day.
pub fn may_judge(card: &ExaminerCard, occupation: &str, level: u8, on: Date) -> Result<(), CardError> {
    let number = card.number.clone();
    if card.suspended {
        return Err(CardError::Suspended { number });
    }
    if on < card.valid_from {
        return Err(CardError::NotYetValid {
            number,
            from: card.valid_from,
        });
    }
    if on >= card.valid_until {
        return Err(CardError::Expired {
            number,
            until: card.valid_until,
        });
    }
    if !card.occupations.contains(occupation) {
        return Err(CardError::Occupation {
            number,
            occupation: occupation.to_owned(),
        });
    }
    if !card.levels.contains(&level) {
        return Err(CardError::Level { number, level });
    }
    Ok(())
}

/// The same for somebody with several cards: one that lets judge is enough. Otherwise the refusal is about the card that is
/// for this occupation, if there is one.
pub fn any_may_judge(cards: &[ExaminerCard], occupation: &str, level: u8, on: Date) -> Result<(), CardError> {
    let mut refused = None;
    for card in cards {
        match may_judge(card, occupation, level, on) {
            Ok(()) => return Ok(()),
            Err(error) if refused.is_none() || card.occupations.contains(occupation) => refused = Some(error),
            Err(_) => {}
        }
    }
    Err(refused.unwrap_or(CardError::None))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn card() -> ExaminerCard {
        ExaminerCard {
            number: "K001".to_owned(),
            senior: false,
            suspended: false,
            occupations: BTreeSet::from(["6-18-01-01".to_owned()]),
            levels: StaffKind::Examiner.usual_levels(),
            valid_from: date(2024, 1, 1),
            valid_until: date(2027, 1, 1),
        }
    }

    #[test]
    fn a_card_is_valid_from_its_first_day_until_before_its_end() {
        let on = |day| may_judge(&card(), "6-18-01-01", 4, day);
        assert!(matches!(on(date(2023, 12, 31)), Err(CardError::NotYetValid { .. })));
        assert_eq!(on(date(2024, 1, 1)), Ok(()));
        assert_eq!(on(date(2026, 12, 31)), Ok(()));
        assert!(matches!(on(date(2027, 1, 1)), Err(CardError::Expired { .. })));
    }

    #[test]
    fn a_card_covers_its_occupations_and_levels_only() {
        let day = date(2025, 1, 1);
        assert!(matches!(
            may_judge(&card(), "6-18-02-04", 4, day),
            Err(CardError::Occupation { .. })
        ));
        assert_eq!(
            may_judge(&card(), "6-18-01-01", 2, day),
            Err(CardError::Level {
                number: "K001".to_owned(),
                level: 2
            })
        );
        assert!(StaffKind::SeniorExaminer.usual_levels().contains(&1));
    }

    #[test]
    fn the_right_card_of_several_is_enough_and_a_refusal_names_the_card_in_question() {
        let cook = ExaminerCard {
            number: "K002".to_owned(),
            occupations: BTreeSet::from(["4-03-02-01".to_owned()]),
            ..card()
        };
        let suspended = ExaminerCard {
            suspended: true,
            ..card()
        };
        let on = date(2025, 1, 1);
        let judge = |cards: &[ExaminerCard]| any_may_judge(cards, "6-18-01-01", 4, on);
        assert_eq!(judge(&[cook.clone(), card()]), Ok(()));
        assert_eq!(judge(&[]), Err(CardError::None));
        assert_eq!(
            judge(&[suspended, cook]),
            Err(CardError::Suspended {
                number: "K001".to_owned()
            })
        );
    }
}
