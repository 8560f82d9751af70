//! The examiner's card (考评员证卡): for which occupations and levels, and until when.

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The grade of an examiner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExaminerGrade {
    /// 考评员
    Examiner,
    /// 高级考评员
    Senior,
}

impl ExaminerGrade {
    /// The levels that the grade may judge by the usual rule (1 is the highest). A card may say less.
    pub fn usual_levels(self) -> BTreeSet<u8> {
        match self {
            Self::Examiner => BTreeSet::from([3, 4, 5]),
            Self::Senior => BTreeSet::from([1, 2, 3, 4, 5]),
        }
    }
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExaminerCard {
    /// Its number.
    pub number: String,
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn card() -> ExaminerCard {
        ExaminerCard {
            number: "K001".to_owned(),
            occupations: BTreeSet::from(["6-18-01-01".to_owned()]),
            levels: ExaminerGrade::Examiner.usual_levels(),
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
        assert!(ExaminerGrade::Senior.usual_levels().contains(&1));
    }
}
