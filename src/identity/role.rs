//! Roles: what an account may do at all. What it may do on one batch is the business of duties.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$item_doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $type { $($(#[$item_doc])* $variant,)+ }

        impl $type {
            /// All of them, in the order of the story.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name: in the database, the API and the message files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|one| one.name() == text).ok_or_else(|| format!("unknown: {text}"))
            }
        }
    };
}
pub(crate) use named;

named! {
    /// What an account may do.
    Role {
        /// Keeps accounts and stations; has no part in any examination.
        Administrator = "administrator",
        /// 题库管理: loads question banks.
        BankKeeper = "bank_keeper",
        /// 报名: registers candidates.
        Clerk = "clerk",
        /// 资格审查: decides who may sit.
        EligibilityApprover = "eligibility_approver",
        /// 考务: plans, seats, papers, settling of results.
        ExamOfficer = "exam_officer",
        /// 监考
        Invigilator = "invigilator",
        /// 考评员
        Examiner = "examiner",
        /// 督导员
        Supervisor = "supervisor",
        /// Approves results that another settled.
        ScoreApprover = "score_approver",
        /// Prepares certificate lists and issues them.
        CertificateOfficer = "certificate_officer",
        /// Approves certificate lists, revokes certificates.
        CertificateApprover = "certificate_approver",
        /// Reads every recorded event.
        Auditor = "auditor",
    }
}
