//! Drawing: an own paper for every seat of a theory session, the tasks of a practical one.

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{before_start, load, only, rows};
use crate::bank::{Bank, Group};
use crate::identity::Duty;
use crate::kernel::{ApplicationId, AttemptId, Digest, Entropy, Language, PaperId, Seed, SessionId, Timestamp, Vault};
use crate::office::bank::{aside, open_bank};
use crate::office::plan::{Part, frozen_rule};
use crate::office::progress::Steps;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Problem, Refusal, policy};
use crate::paper::{Assembly, PaperRule, Shortages};
use crate::store::plan as plans;
use crate::store::session::{NewPaper, SeatRow, SessionRow, TaskRow};

/// Draws and stores the papers of a theory session.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DrawPapers {
    /// The session.
    pub session: SessionId,
}

/// What came of drawing papers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DrawnPapers {
    /// The session.
    pub session: SessionId,
    /// How many papers.
    pub papers: usize,
    /// How many questions each has.
    pub questions: u32,
}

/// Everything that drawing needs besides the bank.
struct Draw {
    rule: PaperRule,
    seed: Seed,
    seats: Vec<ApplicationId>,
    now: Timestamp,
    entropy: Arc<dyn Entropy>,
    vault: Vault,
    steps: Steps,
}

impl Draw {
    /// One sealed paper for each seat. Slow.
    fn papers(&self, bank: &Bank) -> Result<Result<Vec<NewPaper>, Shortages>, String> {
        let assembly = match Assembly::new(bank, &self.rule) {
            Ok(assembly) => assembly,
            Err(shortages) => return Ok(Err(shortages)),
        };
        let mut papers = Vec::with_capacity(self.seats.len());
        for (serial, application) in (0_u32..).zip(&self.seats) {
            let paper = match assembly.draw(self.seed, serial) {
                Ok(paper) => paper,
                Err(shortages) => return Ok(Err(shortages)),
            };
            let id = PaperId::new(self.now, self.entropy.as_ref());
            let plain = serde_json::to_vec(&paper).map_err(|error| error.to_string())?;
            let place = format!("paper.content/{id}");
            papers.push(NewPaper {
                id,
                attempt: AttemptId::new(self.now, self.entropy.as_ref()),
                application: *application,
                serial: serial.into(),
                questions: i64::try_from(paper.questions.len()).unwrap_or(i64::MAX),
                digest: paper.digest(),
                content: self.vault.seal(&place, &plain, self.entropy.as_ref()),
                view: serde_json::to_string(&paper.view()).map_err(|error| error.to_string())?,
            });
            self.steps.step();
        }
        Ok(Ok(papers))
    }
}

impl Act for DrawPapers {
    type Outcome = DrawnPapers;
    const POLICY: Policy = policy::PAPER_DRAW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DrawnPapers, Refusal> {
        let mut connection = office.store.read().await?;
        let (session, batch) = load(&mut connection, self.session).await?;
        let seats = rows::seats(&mut connection, self.session).await?;
        drop(connection);
        check_papers(&session, &seats)?;
        let seats = people(&seats);
        let bank = open_bank(office, batch.bank_version_id).await?;
        let draw = Draw {
            rule: frozen_rule(&batch)?,
            seed: office.entropy.seed(),
            seats: seats.clone(),
            now: office.now(),
            entropy: office.entropy.clone(),
            vault: office.keys.vault.clone(),
            steps: office.progress.begin(caller, seats.len()),
        };
        let (seed, questions) = (draw.seed, draw.rule.questions());
        let papers = aside(move || draw.papers(&bank))
            .await?
            .map_err(Refusal::Fault)?
            .map_err(|shortages| Refusal::Invalid(told(&shortages, caller.language)))?;

        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let by = op.take_duty(batch.id, Duty::PaperDrawer).await?;
        plans::hold_open_batch(op.connection(), batch.id).await?;
        // Seats may have changed while the papers were drawn: then these papers are nobody's.
        if people(&rows::seats(op.connection(), self.session).await?) != seats {
            return Err(Refusal::Stale);
        }
        rows::set_seed(op.connection(), self.session, seed).await?;
        let mut digests = Vec::new();
        for paper in &papers {
            rows::insert_paper(op.connection(), self.session, paper, now, by).await?;
            digests.extend_from_slice(paper.digest.bytes());
        }
        // Not the seed: whoever reads events could draw the papers again before the examination.
        let detail = json!({ "papers": papers.len(), "questions": questions, "digest": Digest::of(&digests) });
        op.commit(Event::of(self.session).in_batch(batch.id).with(detail))
            .await?;
        Ok(DrawnPapers {
            session: self.session,
            papers: papers.len(),
            questions,
        })
    }
}

fn people(seats: &[SeatRow]) -> Vec<ApplicationId> {
    let approved = seats.iter().filter(|seat| seat.application_state == "approved");
    approved.map(|seat| seat.application_id).collect()
}

fn check_papers(session: &SessionRow, seats: &[SeatRow]) -> Result<(), Broken> {
    only(session, Part::Theory)?;
    before_start(session)?;
    if session.seed.is_some() {
        return Err(Broken::new("papers-drawn-already"));
    }
    if people(seats).is_empty() {
        return Err(Broken::new("nobody-seated"));
    }
    Ok(())
}

fn told(shortages: &Shortages, language: Language) -> Vec<Problem> {
    let problem = |message: String| Broken::new("paper-shortage").with("message", message).at("");
    shortages
        .0
        .iter()
        .map(|shortage| problem(shortage.message(language)))
        .collect()
}

/// Draws the tasks of a practical session.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DrawTasks {
    /// The session.
    pub session: SessionId,
}

/// What came of drawing tasks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DrawnTasks {
    /// The session.
    pub session: SessionId,
    /// The codes of the tasks, in the order of the test.
    pub tasks: Vec<String>,
}

impl Act for DrawTasks {
    type Outcome = DrawnTasks;
    const POLICY: Policy = policy::TASK_DRAW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DrawnTasks, Refusal> {
        let mut connection = office.store.read().await?;
        let (session, batch) = load(&mut connection, self.session).await?;
        drop(connection);
        only(&session, Part::Practical)?;
        before_start(&session)?;
        if session.seed.is_some() {
            return Err(Broken::new("tasks-drawn-already").into());
        }
        let bank = open_bank(office, batch.bank_version_id).await?;
        let seed = office.entropy.seed();
        let tasks = draw_tasks(&bank.structure, seed)?;

        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let by = op.take_duty(batch.id, Duty::PaperDrawer).await?;
        rows::set_seed(op.connection(), self.session, seed).await?;
        for task in &tasks {
            rows::insert_task(op.connection(), self.session, task, now, by).await?;
        }
        op.commit(
            Event::of(self.session)
                .in_batch(batch.id)
                .with(json!({ "tasks": tasks.len() })),
        )
        .await?;
        Ok(DrawnTasks {
            session: self.session,
            tasks: tasks.into_iter().map(|task| task.task_code).collect(),
        })
    }
}

/// From each group as many tasks as it says, in the group's order; they share the group's weight, the first the rest of it.
fn draw_tasks(structure: &[Group], seed: Seed) -> Result<Vec<TaskRow>, Broken> {
    let mut dice = ChaCha20Rng::from_seed(seed.0);
    let mut drawn = Vec::new();
    for group in structure {
        let wanted = usize::from(group.draw);
        if wanted == 0 || group.tasks.len() < wanted {
            return Err(Broken::new("tasks-short")
                .with("group", group.name.as_str())
                .with("wanted", wanted)
                .with("available", group.tasks.len()));
        }
        let mut places: Vec<usize> = (0..group.tasks.len()).collect();
        for chosen in 0..wanted {
            let other = chosen + below(&mut dice, places.len() - chosen);
            places.swap(chosen, other);
        }
        places.truncate(wanted);
        places.sort_unstable();
        let (share, rest) = (group.weight / group.draw, group.weight % group.draw);
        for (index, place) in places.into_iter().enumerate() {
            let extra = u8::from(index < usize::from(rest));
            drawn.push(TaskRow {
                position: i64::try_from(drawn.len() + 1).unwrap_or(i64::MAX),
                group_code: group.code.clone(),
                weight: i64::from(share + extra),
                task_code: group.tasks[place].clone(),
            });
        }
    }
    Ok(drawn)
}

/// Evenly from `0..bound`: words that would favour small numbers are thrown again.
fn below(dice: &mut ChaCha20Rng, bound: usize) -> usize {
    let wide = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
    let limit = u64::MAX - u64::MAX % wide;
    loop {
        let word = dice.next_u64();
        if word < limit {
            return usize::try_from(word % wide).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Selection;

    fn group(code: &str, weight: u8, draw: u8, tasks: &[&str]) -> Group {
        Group {
            code: code.to_owned(),
            name: code.to_owned(),
            name_en: code.to_owned(),
            weight,
            draw,
            selection: Selection::NOfM,
            tasks: tasks.iter().map(|task| (*task).to_owned()).collect(),
        }
    }

    #[test]
    fn weights_of_drawn_tasks_make_a_whole() {
        let structure = [group("A", 50, 3, &["1", "2", "3", "4"]), group("B", 50, 1, &["5", "6"])];
        for start in 0..30 {
            let tasks = draw_tasks(&structure, Seed([start; 32])).unwrap();
            assert_eq!(tasks.len(), 4);
            assert_eq!(tasks.iter().map(|task| task.weight).sum::<i64>(), 100);
            let codes: std::collections::BTreeSet<_> = tasks.iter().map(|task| &task.task_code).collect();
            assert_eq!(codes.len(), 4);
        }
    }

    #[test]
    fn every_task_has_its_chance_and_the_seed_decides() {
        let structure = [group("A", 100, 1, &["1", "2", "3"])];
        let draw = |start| draw_tasks(&structure, Seed([start; 32])).unwrap()[0].task_code.clone();
        assert_eq!(draw(4), draw(4));
        let codes: std::collections::BTreeSet<_> = (0..40).map(draw).collect();
        assert_eq!(codes.len(), 3);
    }

    #[test]
    fn a_group_with_too_few_tasks_is_told() {
        let refused = draw_tasks(&[group("A", 100, 2, &["1"])], Seed([0; 32])).unwrap_err();
        assert_eq!(refused.code, "tasks-short");
    }
}
