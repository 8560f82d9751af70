//! Duties: what a person did on one batch, and which of them one person may not combine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::role::named;

named! {
    /// What a person did on one batch.
    Duty {
        /// Registered candidates.
        Registrar = "registrar",
        /// Decided on eligibility.
        EligibilityApprover = "eligibility_approver",
        /// Had the papers or tasks drawn.
        PaperDrawer = "paper_drawer",
        /// Invigilated a session.
        Invigilator = "invigilator",
        /// Judged practical work, or marked written answers (评分人).
        Examiner = "examiner",
        /// Settled the results (统分人).
        ResultSettler = "result_settler",
        /// Approved the results.
        ScoreApprover = "score_approver",
        /// Prepared or issued certificates.
        CertificateOfficer = "certificate_officer",
        /// Approved the certificate list.
        CertificateApprover = "certificate_approver",
        /// Rechecked and decided objections.
        ObjectionDecider = "objection_decider",
        /// Supervised.
        Supervisor = "supervisor",
    }
}

/// Pairs that one person may not combine on one batch. Source: the trade's separation of duties (docs/duties.md).
pub const INCOMPATIBLE: &[(Duty, Duty)] = &[
    (Duty::Registrar, Duty::EligibilityApprover),
    (Duty::Registrar, Duty::PaperDrawer),
    (Duty::Registrar, Duty::Examiner),
    (Duty::EligibilityApprover, Duty::Examiner),
    (Duty::PaperDrawer, Duty::Examiner),
    (Duty::Examiner, Duty::Invigilator),
    (Duty::Examiner, Duty::ResultSettler),
    (Duty::Examiner, Duty::ScoreApprover),
    (Duty::Examiner, Duty::CertificateOfficer),
    (Duty::Examiner, Duty::CertificateApprover),
    (Duty::ResultSettler, Duty::ScoreApprover),
    (Duty::ScoreApprover, Duty::CertificateOfficer),
    (Duty::ScoreApprover, Duty::CertificateApprover),
    (Duty::CertificateOfficer, Duty::CertificateApprover),
    (Duty::ObjectionDecider, Duty::Registrar),
    (Duty::ObjectionDecider, Duty::EligibilityApprover),
    (Duty::ObjectionDecider, Duty::PaperDrawer),
    (Duty::ObjectionDecider, Duty::Invigilator),
    (Duty::ObjectionDecider, Duty::Examiner),
    (Duty::ObjectionDecider, Duty::ResultSettler),
    (Duty::ObjectionDecider, Duty::ScoreApprover),
    (Duty::ObjectionDecider, Duty::CertificateOfficer),
    (Duty::ObjectionDecider, Duty::CertificateApprover),
    (Duty::Supervisor, Duty::Registrar),
    (Duty::Supervisor, Duty::EligibilityApprover),
    (Duty::Supervisor, Duty::PaperDrawer),
    (Duty::Supervisor, Duty::Invigilator),
    (Duty::Supervisor, Duty::Examiner),
    (Duty::Supervisor, Duty::ResultSettler),
    (Duty::Supervisor, Duty::ScoreApprover),
    (Duty::Supervisor, Duty::CertificateOfficer),
    (Duty::Supervisor, Duty::CertificateApprover),
    (Duty::Supervisor, Duty::ObjectionDecider),
];

/// The person holds a duty on this batch that excludes the wanted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("'{held}' on this batch excludes '{wanted}'")]
pub struct Incompatible {
    /// What the person did already.
    pub held: Duty,
    /// What the person was about to do.
    pub wanted: Duty,
}

/// Whether somebody with these duties on a batch may take one more.
pub fn may_take(held: &[Duty], wanted: Duty) -> Result<(), Incompatible> {
    let excludes = |held: Duty| INCOMPATIBLE.contains(&(held, wanted)) || INCOMPATIBLE.contains(&(wanted, held));
    match held.iter().copied().find(|duty| excludes(*duty)) {
        Some(held) => Err(Incompatible { held, wanted }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisor_does_nothing_else_on_the_batch() {
        for duty in Duty::ALL.iter().copied().filter(|duty| *duty != Duty::Supervisor) {
            assert!(may_take(&[Duty::Supervisor], duty).is_err(), "{duty}");
            assert!(may_take(&[duty], Duty::Supervisor).is_err(), "{duty}");
        }
    }

    #[test]
    fn an_objection_is_decided_by_somebody_who_did_nothing_on_the_batch_before() {
        let others = Duty::ALL.iter().copied().filter(|duty| *duty != Duty::ObjectionDecider);
        for duty in others {
            assert!(may_take(&[duty], Duty::ObjectionDecider).is_err(), "{duty}");
            assert!(may_take(&[Duty::ObjectionDecider], duty).is_err(), "{duty}");
        }
    }

    #[test]
    fn the_same_duty_twice_is_no_conflict() {
        for duty in Duty::ALL {
            assert_eq!(may_take(&[*duty], *duty), Ok(()));
        }
    }
}
