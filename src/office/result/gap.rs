//! Gaps: what stands between a batch and its results, candidate by candidate.

use crate::kernel::Marks;
use crate::marking::SpreadExceeded;
use crate::office::{Broken, Problem, Refusal};
use crate::store::result::ApplicantRow;

/// So many are told; the rest are counted.
const TOLD: usize = 40;

/// One thing that is missing for one candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) name: String,
    pub(super) ticket: String,
    pub(super) kind: GapKind,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GapKind {
    /// The attempt is under way.
    AttemptOpen,
    /// Nobody saw the candidate at the theory examination, which is not over.
    NoTheory,
    /// A practical session without drawn tasks.
    NoDraw,
    /// Nobody saw the candidate at the practical examination, which is not over.
    NoPractical,
    /// A sheet is not signed.
    Unsigned { task: String },
    /// Fewer examiners signed than the rule asks for.
    TooFew { task: String, signed: usize, needed: usize },
    /// A veto waits for its second signature.
    VetoPending { task: String, code: String },
    /// Written answers that too few people marked, or that a third must mark.
    Written { answers: usize },
    /// The examiners are too far apart.
    Spread { task: String, spread: SpreadExceeded },
}

impl Gap {
    pub(super) fn new(applicant: &ApplicantRow, kind: GapKind) -> Self {
        Self {
            name: applicant.name.clone(),
            ticket: applicant.ticket_number.clone().unwrap_or_default(),
            kind,
        }
    }

    /// Whether a person may decide, with a reason, to settle all the same.
    fn field(&self) -> &'static str {
        match self.kind {
            GapKind::NoTheory | GapKind::NoPractical => "accept_absent",
            GapKind::Spread { .. } => "accept_spread",
            _ => "",
        }
    }

    fn problem(&self) -> Problem {
        let named = |code| {
            Broken::new(code)
                .with("name", self.name.as_str())
                .with("ticket", self.ticket.as_str())
        };
        let broken = match &self.kind {
            GapKind::AttemptOpen => named("result-attempt-open"),
            GapKind::NoTheory => named("result-no-theory"),
            GapKind::NoDraw => named("result-no-draw"),
            GapKind::NoPractical => named("result-no-practical"),
            GapKind::Unsigned { task } => named("result-unsigned").with("task", task.as_str()),
            GapKind::TooFew { task, signed, needed } => named("result-too-few")
                .with("task", task.as_str())
                .with("signed", *signed)
                .with("needed", *needed),
            GapKind::VetoPending { task, code } => named("result-veto-pending")
                .with("task", task.as_str())
                .with("code", code.as_str()),
            GapKind::Written { answers } => named("result-written").with("answers", *answers),
            GapKind::Spread { task, spread } => named("result-spread")
                .with("task", task.as_str())
                .with("lowest", marks(spread.lowest))
                .with("highest", marks(spread.highest)),
        };
        broken.at(self.field())
    }
}

fn marks(marks: Marks) -> String {
    marks.to_string()
}

/// Refuses because of the gaps that nobody gave a reason to pass over; returns those that somebody did.
pub(super) fn refuse(gaps: Vec<Gap>, accept_absent: &str, accept_spread: &str) -> Result<Vec<Gap>, Refusal> {
    let accepted = |gap: &Gap| match gap.field() {
        "accept_absent" => !accept_absent.trim().is_empty(),
        "accept_spread" => !accept_spread.trim().is_empty(),
        _ => false,
    };
    let (passed_over, open): (Vec<Gap>, Vec<Gap>) = gaps.into_iter().partition(accepted);
    if open.is_empty() {
        return Ok(passed_over);
    }
    let mut problems: Vec<Problem> = open.iter().take(TOLD).map(Gap::problem).collect();
    if open.len() > TOLD {
        problems.push(Broken::new("result-gaps-more").with("count", open.len() - TOLD).at(""));
    }
    Err(Refusal::Invalid(problems))
}
