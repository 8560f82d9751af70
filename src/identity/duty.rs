//! The separation of duties: which two things the same person does not do in the same batch.

use super::role::Duty;

use Duty::{
    BankKeeper, CertificateApprover, CertificateOfficer, Checker, EligibilityApprover, Examiner, Invigilator,
    PaperDrawer, Registrar, ResultSettler, ScoreApprover, Scorer, Supervisor, Totaller,
};

/// Pairs of duties that exclude each other, each with the reason that a page shows. The order in a pair does not matter.
pub const INCOMPATIBLE: &[(Duty, Duty, &str)] = &[
    (Registrar, EligibilityApprover, "registrar / eligibility approver"),
    (Examiner, EligibilityApprover, "examiner / eligibility approver"),
    (Examiner, Registrar, "examiner / registrar"),
    (Examiner, PaperDrawer, "examiner / paper drawer"),
    (Examiner, CertificateOfficer, "examiner / certificate issuer"),
    (Examiner, CertificateApprover, "examiner / certificate issuer"),
    (Scorer, Checker, "scorer / checker"),
    (Scorer, Totaller, "scorer / totaller"),
    (Checker, Totaller, "checker / totaller"),
    (Examiner, ScoreApprover, "score entry / score approval"),
    (Scorer, ScoreApprover, "score entry / score approval"),
    (Totaller, ScoreApprover, "score entry / score approval"),
    (ResultSettler, ScoreApprover, "score entry / score approval"),
    (ScoreApprover, CertificateOfficer, "score approval / certificate issue"),
    (ScoreApprover, CertificateApprover, "score approval / certificate issue"),
    (
        CertificateOfficer,
        CertificateApprover,
        "certificate preparation / certificate approval",
    ),
    (Supervisor, Registrar, ALONE),
    (Supervisor, EligibilityApprover, ALONE),
    (Supervisor, PaperDrawer, ALONE),
    (Supervisor, Invigilator, ALONE),
    (Supervisor, Examiner, ALONE),
    (Supervisor, Scorer, ALONE),
    (Supervisor, Checker, ALONE),
    (Supervisor, Totaller, ALONE),
    (Supervisor, ResultSettler, ALONE),
    (Supervisor, ScoreApprover, ALONE),
    (Supervisor, CertificateOfficer, ALONE),
    (Supervisor, CertificateApprover, ALONE),
    (Supervisor, BankKeeper, ALONE),
];

const ALONE: &str = "supervisor / anything else";

/// The person has a duty in the batch that excludes the one wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{held} and {wanted} are not for the same person in one batch ({clause})")]
pub struct Incompatible {
    /// What the person has.
    pub held: Duty,
    /// What was wanted.
    pub wanted: Duty,
    /// The clause.
    pub clause: &'static str,
}

/// Whether a person with these duties in a batch may take another one in it.
pub fn may_take(existing: &[Duty], wanted: Duty) -> Result<(), Incompatible> {
    for held in existing {
        let excludes = |(one, other, _): &&(Duty, Duty, &str)| {
            (*one, *other) == (*held, wanted) || (*other, *one) == (*held, wanted)
        };
        if let Some((_, _, clause)) = INCOMPATIBLE.iter().find(excludes) {
            return Err(Incompatible {
                held: *held,
                wanted,
                clause,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incompatible_duties_are_refused_in_either_order() {
        for (one, other, clause) in INCOMPATIBLE {
            for (held, wanted) in [(*one, *other), (*other, *one)] {
                let refused = Err(Incompatible { held, wanted, clause });
                assert_eq!(may_take(&[held], wanted), refused);
            }
        }
    }

    #[test]
    fn a_supervisor_does_nothing_else() {
        for duty in Duty::ALL {
            assert_eq!(may_take(&[Supervisor], *duty).is_ok(), *duty == Supervisor);
        }
    }

    #[test]
    fn the_same_duty_and_unrelated_ones_go_together() {
        assert!(may_take(&[Examiner, Invigilator], Examiner).is_ok());
        assert!(may_take(&[Registrar], CertificateOfficer).is_ok());
        assert!(
            may_take(&[Registrar, Scorer], Checker).is_err(),
            "every duty held counts"
        );
        assert!(may_take(&[], ScoreApprover).is_ok());
    }
}
