//! Simulated attempts: papers drawn from a bank and invented answers, to measure how fast a batch is scored again.

use std::collections::BTreeMap;

use super::GradeRule;
use super::bundle::{AttemptLine, Bundle, BundleError, PaperLine, Rules};
use super::recompute::recompute;
use super::scoring::Logged;
use crate::bank::{Bank, letter};
use crate::kernel::{ApplicationId, Entropy, PaperId, Timestamp};
use crate::marking::MeanRule;
use crate::paper::{Assembly, Paper, PaperRule, Question, Shortages};

/// Why nothing was simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The bank lacks items.
    #[error(transparent)]
    Shortages(#[from] Shortages),
    /// The bundle cannot be made.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// So many people have the same paper, so that the bundle stays small enough to be carried.
const BEGAN: Timestamp = Timestamp::from_millis(1_750_000_000_000);

/// A bundle of so many attempts at so many papers, with the scores that they have.
pub fn simulated(
    bank: &Bank,
    rule: &PaperRule,
    attempts: u32,
    papers: u32,
    dice: &dyn Entropy,
) -> Result<Bundle, SimulationError> {
    let assembly = Assembly::new(bank, rule)?;
    let seed = dice.seed();
    let mut drawn = Vec::new();
    for serial in 0..papers.max(1) {
        let content = assembly.draw(seed, serial)?;
        drawn.push(PaperLine {
            paper: PaperId::new(BEGAN, dice),
            content,
        });
    }
    let sit = |number: u32| {
        let place = usize::try_from(number).unwrap_or(0) % drawn.len();
        AttemptLine {
            application: ApplicationId::new(BEGAN + i64::from(number), dice),
            paper: Some(drawn[place].paper),
            log: answers(&drawn[place].content, dice),
            marks: Vec::new(),
            differs: Vec::new(),
        }
    };
    let mut bundle = Bundle {
        about: BTreeMap::from([
            ("simulated".to_owned(), attempts.to_string()),
            ("rule".to_owned(), rule.id.clone()),
        ]),
        rules: Rules {
            grade: GradeRule::default(),
            mean: MeanRule::default(),
            theory: true,
            practical: false,
        },
        corrections: Vec::new(),
        tasks: Vec::new(),
        attempts: (0..attempts).map(sit).collect(),
        papers: drawn,
        practical: Vec::new(),
        results: Vec::new(),
    };
    bundle.results = recompute(&bundle)?.scores;
    Ok(bundle)
}

/// Somebody who knows between a third and all of it, leaves little blank and changes some answers.
fn answers(paper: &Paper, dice: &dyn Entropy) -> Vec<Logged> {
    let mut bytes = vec![0; paper.questions.len() * 2 + 1];
    dice.fill(&mut bytes);
    let knows = 85 + bytes[0] / 3 * 2;
    let mut log = Vec::new();
    for (question, thrown) in paper.questions.iter().zip(bytes[1..].chunks_exact(2)) {
        let other = guess(question, thrown[1]);
        let last = if thrown[0] <= knows {
            question.key.clone()
        } else {
            other.clone()
        };
        if thrown[1] < 12 {
            continue;
        }
        if thrown[1] > 220 {
            log.push((question.number, 1, other));
        }
        let revision = 1 + i64::from(thrown[1] > 220);
        log.push((question.number, revision, last));
    }
    log
}

fn guess(question: &Question, thrown: u8) -> String {
    let options = question.options.len().max(2);
    letter(usize::from(thrown) % options).to_string()
}
