//! How a certificate stands, and which changes that lets somebody ask for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In force.
    Valid,
    /// Not in force until somebody decides.
    Suspended,
    /// Never in force again.
    Void,
}

/// A change to a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Out of force for ever (作废).
    Void,
    /// Out of force for the time being (暂停).
    Suspend,
    /// In force again (恢复).
    Reinstate,
    /// A new sheet with corrected data (更正).
    Correct,
    /// A new sheet after loss (补发).
    Reissue,
    /// A new sheet with a new end of validity (复审换证).
    Renew,
}

/// Why a later sheet was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// 更正
    Corrected,
    /// 补发
    Reissued,
    /// 复审换证
    Renewed,
}

impl Standing {
    /// Whether a change can be asked for now.
    pub const fn allows(self, change: Change) -> bool {
        match (self, change) {
            (Self::Valid, Change::Reinstate) | (Self::Void, _) => false,
            (Self::Valid, _) | (Self::Suspended, Change::Void | Change::Reinstate) => true,
            (Self::Suspended, _) => false,
        }
    }
}

impl Change {
    /// All changes.
    pub const ALL: [Self; 6] = [
        Self::Void,
        Self::Suspend,
        Self::Reinstate,
        Self::Correct,
        Self::Reissue,
        Self::Renew,
    ];

    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Void => "void",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Correct => "correct",
            Self::Reissue => "reissue",
            Self::Renew => "renew",
        }
    }
}

impl Edition {
    /// As the sheet notes it.
    pub const fn noted(self) -> &'static str {
        match self {
            Self::Corrected => "更正 Corrected",
            Self::Reissued => "补发 Reissued",
            Self::Renewed => "复审换证 Renewed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_brings_a_void_certificate_back() {
        assert!(Change::ALL.iter().all(|change| !Standing::Void.allows(*change)));
        let suspended: Vec<_> = Change::ALL
            .into_iter()
            .filter(|change| Standing::Suspended.allows(*change))
            .collect();
        assert_eq!(suspended, [Change::Void, Change::Reinstate]);
        assert!(!Standing::Valid.allows(Change::Reinstate) && Standing::Valid.allows(Change::Renew));
    }
}
