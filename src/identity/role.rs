//! Roles, which say what an account is for in general, and duties, which say what a person does in one batch.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The text names no role or duty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not known")]
pub struct UnknownRole(pub String);

/// An enum of names that are stored, sent and shown to message files, and therefore never change.
macro_rules! named {
    ($(#[$doc:meta])* $kind:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $kind {
            $($(#[$variant_doc])* #[serde(rename = $name)] $variant,)+
        }

        impl $kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $kind {
            type Err = UnknownRole;

            fn from_str(text: &str) -> Result<Self, UnknownRole> {
                let found = Self::ALL.iter().find(|one| one.name() == text);
                found.copied().ok_or_else(|| UnknownRole(text.to_owned()))
            }
        }
    };
}

named! {
    /// What an account is for.
    Role {
        /// 系统管理员: accounts and settings; no examination data
        Administrator = "administrator",
        /// 报名员: registers candidates
        Clerk = "clerk",
        /// 资格审核员
        EligibilityApprover = "eligibility_approver",
        /// 考务员: sessions, rooms, seats, staff
        ExamOfficer = "exam_officer",
        /// 监考员
        Invigilator = "invigilator",
        /// 考评员
        Examiner = "examiner",
        /// 督导员
        Supervisor = "supervisor",
        /// 成绩审批人
        ScoreApprover = "score_approver",
        /// 证书经办人
        CertificateOfficer = "certificate_officer",
        /// 证书审批人
        CertificateApprover = "certificate_approver",
        /// 审计员: reads everything recorded, changes nothing
        Auditor = "auditor",
        /// 题库管理员
        BankKeeper = "bank_keeper",
    }
}

named! {
    /// What a person did, or is to do, in one batch.
    Duty {
        /// Registers candidates.
        Registrar = "registrar",
        /// Approves applications.
        EligibilityApprover = "eligibility_approver",
        /// Draws the papers.
        PaperDrawer = "paper_drawer",
        /// Watches a room.
        Invigilator = "invigilator",
        /// Judges practical work.
        Examiner = "examiner",
        /// Marks (评分人).
        Scorer = "scorer",
        /// Checks marks (核分人).
        Checker = "checker",
        /// Adds up marks (统分人).
        Totaller = "totaller",
        /// Settles the results.
        ResultSettler = "result_settler",
        /// Approves the results.
        ScoreApprover = "score_approver",
        /// Prepares certificates.
        CertificateOfficer = "certificate_officer",
        /// Approves certificates.
        CertificateApprover = "certificate_approver",
        /// Supervises.
        Supervisor = "supervisor",
        /// Keeps the question bank.
        BankKeeper = "bank_keeper",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_storage() {
        for role in Role::ALL {
            assert_eq!(role.name().parse::<Role>().as_ref(), Ok(role));
            assert_eq!(serde_json::to_string(role).unwrap(), format!("\"{role}\""));
        }
        for duty in Duty::ALL {
            assert_eq!(duty.name().parse::<Duty>().as_ref(), Ok(duty));
        }
        assert!("root".parse::<Role>().is_err());
        assert_eq!((Role::ALL.len(), Duty::ALL.len()), (12, 14));
    }
}
