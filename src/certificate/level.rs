//! The five skill levels, and how certificates write them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A skill level; five is the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkillLevel {
    /// 五级/初级工
    Junior,
    /// 四级/中级工
    Intermediate,
    /// 三级/高级工
    Senior,
    /// 二级/技师
    Technician,
    /// 一级/高级技师
    SeniorTechnician,
}

impl SkillLevel {
    /// Every level, from the lowest.
    pub const ALL: [Self; 5] = [
        Self::Junior,
        Self::Intermediate,
        Self::Senior,
        Self::Technician,
        Self::SeniorTechnician,
    ];

    /// The digit in numbers: 5 to 1.
    pub const fn digit(self) -> u8 {
        match self {
            Self::Junior => 5,
            Self::Intermediate => 4,
            Self::Senior => 3,
            Self::Technician => 2,
            Self::SeniorTechnician => 1,
        }
    }

    /// The level of a digit.
    pub fn of_digit(digit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.digit() == digit)
    }

    /// As certificates print it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Junior => "五级/初级工",
            Self::Intermediate => "四级/中级工",
            Self::Senior => "三级/高级工",
            Self::Technician => "二级/技师",
            Self::SeniorTechnician => "一级/高级技师",
        }
    }

    /// The same in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Junior => "Level 5 / Junior",
            Self::Intermediate => "Level 4 / Intermediate",
            Self::Senior => "Level 3 / Senior",
            Self::Technician => "Level 2 / Technician",
            Self::SeniorTechnician => "Level 1 / Senior Technician",
        }
    }
}
