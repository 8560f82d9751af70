//! Gathering what results are made of, and the two components' scores out of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::gap::{Gap, GapKind};
use crate::bank::{Bank, PracticalTask, VetoScope};
use crate::kernel::{ApplicationId, AttemptId, BatchId, Exact, Marks, SessionId, Vault};
use crate::marking::{MeanRule, Standing, TaskPart, mean_of_marks, practical_score, standing};
use crate::office::bank::open_bank;
use crate::office::{Office, Refusal};
use crate::paper::Paper;
use crate::store::Connection;
use crate::store::result::{self as rows, ApplicantRow, AttemptRow, BatchRow, DrawRow, SheetRow, VetoRow};
use crate::store::script::{self as scripts, MarkRow};

/// A component's score, and how it came about.
#[derive(Debug, Clone)]
pub(super) struct Score {
    pub(super) exact: Exact,
    pub(super) detail: Value,
    /// Written answers whose marks are not settled.
    pub(super) unmarked: usize,
}

impl Score {
    fn absent() -> Self {
        Self {
            exact: Exact::ZERO,
            detail: json!({ "absent": true }),
            unmarked: 0,
        }
    }
}

/// Everything that results of a batch are made of, except papers and answers.
pub(super) struct Facts {
    pub(super) batch: BatchRow,
    pub(super) applicants: Vec<ApplicantRow>,
    pub(super) closed: Vec<SessionId>,
    pub(super) seats: BTreeMap<(ApplicationId, &'static str), SessionId>,
    pub(super) attempts: BTreeMap<ApplicationId, AttemptRow>,
    pub(super) draws: Vec<DrawRow>,
    pub(super) sheets: Vec<SheetRow>,
    pub(super) vetoes: Vec<VetoRow>,
    pub(super) tasks: BTreeMap<String, TaskFacts>,
}

/// What is needed of a task.
#[derive(Debug, Clone)]
pub(super) struct TaskFacts {
    /// What it is worth.
    pub(super) most: Marks,
    /// How far each veto item reaches.
    pub(super) vetoes: BTreeMap<String, VetoScope>,
}

/// Reads the facts of a batch.
pub(super) async fn facts(office: &Office, id: BatchId) -> Result<Facts, Refusal> {
    let mut reading = office.store.read().await?;
    let connection = &mut reading;
    let batch = super::batch(connection, id).await?;
    let sessions = rows::sessions(connection, id).await?;
    let kind_of = |wanted: SessionId| {
        let session = sessions.iter().find(|session| session.id == wanted);
        match session.map(|session| session.component.as_str()) {
            Some("practical") => "practical",
            _ => "theory",
        }
    };
    let seats = rows::seats(connection, id).await?;
    let seats = seats
        .into_iter()
        .map(|seat| ((seat.application_id, kind_of(seat.session_id)), seat.session_id))
        .collect();
    let closed = sessions.iter().filter(|session| session.state == "closed");
    let closed = closed.map(|session| session.id).collect();
    let attempts = rows::attempts(connection, id).await?;
    let mut facts = Facts {
        applicants: rows::applicants(connection, id).await?,
        closed,
        seats,
        attempts: attempts.into_iter().map(|row| (row.application_id, row)).collect(),
        draws: rows::draws(connection, id).await?,
        sheets: rows::sheets(connection, id).await?,
        vetoes: rows::vetoes(connection, id).await?,
        tasks: BTreeMap::new(),
        batch,
    };
    drop(reading);
    if !facts.draws.is_empty() {
        facts.tasks = tasks(open_bank(office, facts.batch.bank_version_id).await?.as_ref());
    }
    Ok(facts)
}

fn tasks(bank: &Bank) -> BTreeMap<String, TaskFacts> {
    let facts = |task: &PracticalTask| TaskFacts {
        most: task.elements.iter().map(|element| element.marks).sum(),
        vetoes: task.vetoes.iter().map(|veto| (veto.code.clone(), veto.scope)).collect(),
    };
    bank.tasks.iter().map(|task| (task.code.clone(), facts(task))).collect()
}

impl Facts {
    fn over(&self, applicant: &ApplicantRow, component: &'static str) -> bool {
        let seat = self.seats.get(&(applicant.application_id, component));
        seat.is_some_and(|session| self.closed.contains(session))
    }

    /// What is missing for theory, and whether the candidate was absent.
    pub(super) fn theory_gap(&self, applicant: &ApplicantRow) -> Option<Gap> {
        match self
            .attempts
            .get(&applicant.application_id)
            .map(|row| row.state.as_str())
        {
            Some("submitted") => None,
            Some("open") => Some(Gap::new(applicant, GapKind::AttemptOpen)),
            _ if self.over(applicant, "theory") => None,
            _ => Some(Gap::new(applicant, GapKind::NoTheory)),
        }
    }

    /// The attempt to be marked, if the candidate handed one in.
    pub(super) fn handed_in(&self, applicant: &ApplicantRow) -> Option<&AttemptRow> {
        let attempt = self.attempts.get(&applicant.application_id)?;
        (attempt.state == "submitted").then_some(attempt)
    }

    /// The practical score, with every gap that there is.
    pub(super) fn practical(&self, applicant: &ApplicantRow, rule: &MeanRule) -> (Score, Vec<Gap>) {
        let gap = |kind| Gap::new(applicant, kind);
        let own = |row: &&SheetRow| row.application_id == applicant.application_id;
        let sheets: Vec<&SheetRow> = self.sheets.iter().filter(own).collect();
        let Some(first) = sheets.first() else {
            let seen = self.over(applicant, "practical");
            let gaps = if seen {
                Vec::new()
            } else {
                vec![gap(GapKind::NoPractical)]
            };
            return (Score::absent(), gaps);
        };
        let seat = self.seats.get(&(applicant.application_id, "practical"));
        let session = seat.copied().unwrap_or(first.session_id);
        let drawn: Vec<&DrawRow> = self.draws.iter().filter(|draw| draw.session_id == session).collect();
        let mut gaps = Vec::new();
        let mut parts = Vec::new();
        let mut detail = Vec::new();
        for draw in drawn {
            let (part, told) = self.task(applicant, draw, &sheets, rule, &mut gaps);
            parts.push(part);
            detail.push(told);
        }
        if let Ok(exact) = practical_score(&parts) {
            let detail = json!({ "absent": false, "tasks": detail });
            let unmarked = 0;
            return (
                Score {
                    exact,
                    detail,
                    unmarked,
                },
                gaps,
            );
        }
        if gaps.is_empty() {
            gaps.push(gap(GapKind::NoDraw));
        }
        (Score::absent(), gaps)
    }

    fn task(
        &self,
        applicant: &ApplicantRow,
        draw: &DrawRow,
        sheets: &[&SheetRow],
        rule: &MeanRule,
        gaps: &mut Vec<Gap>,
    ) -> (TaskPart, Value) {
        let task = draw.task_code.clone();
        let mut gap = |kind| gaps.push(Gap::new(applicant, kind));
        let of_task: Vec<&&SheetRow> = sheets.iter().filter(|sheet| sheet.task_code == task).collect();
        if of_task.iter().any(|sheet| sheet.state != "signed") {
            gap(GapKind::Unsigned { task: task.clone() });
        }
        let totals: Vec<Marks> = of_task
            .iter()
            .filter(|sheet| sheet.state == "signed")
            .filter_map(|sheet| sheet.total)
            .collect();
        let facts = self.tasks.get(&task);
        let most = facts.map_or(Marks::ZERO, |facts| facts.most);
        let struck = self.struck(applicant, &task, &mut gap);
        let mean = mean_of_marks(&totals, rule).unwrap_or_else(|_| {
            let (signed, needed) = (totals.len(), rule.least_examiners);
            let task = task.clone();
            gap(GapKind::TooFew { task, signed, needed });
            Exact::ZERO
        });
        let spread = rule.spread(&totals, most);
        // Where a veto strikes the whole task, marks no longer matter.
        if let Some(spread) = spread.filter(|_| struck.is_none()) {
            let task = task.clone();
            gap(GapKind::Spread { task, spread });
        }
        let score = if struck.is_some() { Exact::ZERO } else { mean };
        let told = json!({
            "task": task, "weight": draw.weight, "most": most, "totals": totals, "mean": mean.to_string(),
            "spread": spread.is_some(), "veto": struck.map(|scope| if scope == VetoScope::Test { "test" } else { "task" }),
        });
        let part = TaskPart {
            task,
            weight_percent: u16::try_from(draw.weight).unwrap_or(0),
            most,
            score,
            overtime: Marks::ZERO,
            strikes_test: struck == Some(VetoScope::Test),
        };
        (part, told)
    }

    /// How far the confirmed vetoes on a candidate's task reach, beyond single elements: those are in the sheets' totals.
    fn struck(&self, applicant: &ApplicantRow, task: &str, gap: &mut impl FnMut(GapKind)) -> Option<VetoScope> {
        let own = |veto: &&VetoRow| veto.application_id == applicant.application_id && veto.task_code == task;
        let mut struck = None;
        for veto in self.vetoes.iter().filter(own) {
            if veto.confirmed == 0 {
                let (task, code) = (task.to_owned(), veto.code.clone());
                gap(GapKind::VetoPending { task, code });
                continue;
            }
            match self.tasks.get(task).and_then(|facts| facts.vetoes.get(&veto.code)) {
                Some(VetoScope::Test) => struck = Some(VetoScope::Test),
                Some(VetoScope::Task) => struck = struck.or(Some(VetoScope::Task)),
                Some(VetoScope::Element) | None => {}
            }
        }
        struck
    }
}

/// The theory score of an absent candidate.
pub(super) fn absent() -> Score {
    Score::absent()
}

/// Marks attempts against their papers, away from the threads that serve.
pub(super) async fn theory(
    office: &Office,
    connection: &mut Connection,
    attempts: &[&AttemptRow],
) -> Result<BTreeMap<AttemptId, Score>, Refusal> {
    let mut scores = BTreeMap::new();
    for attempt in attempts {
        let content = rows::paper_content(connection, attempt.paper_id).await?;
        let answers = rows::answers(connection, attempt.id).await?;
        let answers: BTreeMap<u16, String> = answers
            .into_iter()
            .filter_map(|answer| Some((u16::try_from(answer.number).ok()?, answer.value)))
            .collect();
        let given = scripts::marks_of(connection, attempt.id).await?;
        let vault = office.keys.vault.clone();
        let place = format!("paper.content/{}", attempt.paper_id);
        let marked = tokio::task::spawn_blocking(move || mark(&vault, &place, &content, &answers, &given));
        let marked = marked.await.map_err(|error| Refusal::Fault(error.to_string()))?;
        let score = marked.map_err(|cause| Refusal::Fault(format!("paper {}: {cause}", attempt.paper_id)))?;
        scores.insert(attempt.id, score);
    }
    Ok(scores)
}

fn mark(
    vault: &Vault,
    place: &str,
    content: &[u8],
    answers: &BTreeMap<u16, String>,
    given: &[MarkRow],
) -> Result<Score, String> {
    let plain = vault.open(place, content).map_err(|error| error.to_string())?;
    let paper: Paper = serde_json::from_slice(&plain).map_err(|error| error.to_string())?;
    let score = paper.mark(answers);
    let mut exact = score.total.exact();
    let mut unmarked = 0;
    let mut written = Vec::new();
    // What was left blank is nobody's to mark: it earns nothing.
    let open = paper
        .written()
        .filter(|one| answers.get(&one.number).is_some_and(|answer| !answer.is_empty()));
    for question in open {
        let own = given.iter().filter(|mark| mark.number == i64::from(question.number));
        let marks: Vec<Exact> = own.map(|mark| mark.exact).collect();
        match standing(&marks, question.marks, paper.rule.written) {
            Standing::Settled { mark } => {
                exact = exact.plus(mark);
                written.push(json!({ "question": question.number, "marks": marks.len(), "mean": mark.to_string() }));
            }
            Standing::Wanting { .. } => unmarked += 1,
        }
    }
    let mut detail = json!({
        "absent": false, "right": score.right, "answered": score.answered, "questions": paper.questions.len(),
        "paper": paper.digest(),
    });
    if !written.is_empty() {
        detail["written"] = json!(written);
    }
    Ok(Score {
        exact,
        detail,
        unmarked,
    })
}
