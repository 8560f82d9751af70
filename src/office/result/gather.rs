//! Gathering what results are made of, and the two components' scores out of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::gap::{Gap, GapKind};
use crate::bank::{Bank, PracticalTask, VetoScope};
use crate::kernel::{ApplicationId, AttemptId, BatchId, Exact, Marks, PaperId, SessionId, Vault};
use crate::marking::MeanRule;
use crate::office::bank::open_bank;
use crate::office::{Office, Refusal};
use crate::paper::Paper;
use crate::result::scoring::{self, Correction, Judged, JudgedTask, Logged, PracticalGap, ScoredTask, Theory};
use crate::store::Connection;
use crate::store::result::{self as rows, ApplicantRow, AttemptRow, BatchRow, DrawRow, SheetRow, VetoRow};
use crate::store::script as scripts;

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
        let judged = Judged {
            tasks: drawn.iter().map(|draw| self.judged(applicant, draw, &sheets)).collect(),
        };
        let scored = scoring::practical(&judged, rule);
        let mut gaps: Vec<Gap> = scored.gaps.iter().map(|found| gap(found.clone().into())).collect();
        if let Some(exact) = scored.exact {
            let tasks: Vec<Value> = judged.tasks.iter().zip(&scored.tasks).map(told).collect();
            let score = Score {
                exact,
                detail: json!({ "absent": false, "tasks": tasks }),
                unmarked: 0,
            };
            return (score, gaps);
        }
        if gaps.is_empty() {
            gaps.push(gap(GapKind::NoDraw));
        }
        (Score::absent(), gaps)
    }

    fn judged(&self, applicant: &ApplicantRow, draw: &DrawRow, sheets: &[&SheetRow]) -> JudgedTask {
        let of_task: Vec<&&SheetRow> = sheets
            .iter()
            .filter(|sheet| sheet.task_code == draw.task_code)
            .collect();
        let facts = self.tasks.get(&draw.task_code);
        let signed = of_task.iter().filter(|sheet| sheet.state == "signed");
        let own = |veto: &&VetoRow| veto.application_id == applicant.application_id && veto.task_code == draw.task_code;
        let veto = |veto: &VetoRow| {
            let scope = facts.and_then(|facts| facts.vetoes.get(&veto.code)).copied();
            (veto.code.clone(), scope, veto.confirmed == 1)
        };
        JudgedTask {
            task: draw.task_code.clone(),
            weight: u16::try_from(draw.weight).unwrap_or(0),
            most: facts.map_or(Marks::ZERO, |facts| facts.most),
            totals: signed.filter_map(|sheet| sheet.total).collect(),
            unsigned: of_task.iter().filter(|sheet| sheet.state != "signed").count(),
            vetoes: self.vetoes.iter().filter(own).map(veto).collect(),
        }
    }
}

fn told((judged, scored): (&JudgedTask, &ScoredTask)) -> Value {
    json!({
        "task": judged.task, "weight": judged.weight, "most": judged.most, "totals": judged.totals,
        "mean": scored.mean.to_string(), "spread": scored.spread,
        "veto": scored.struck.map(|scope| if scope == VetoScope::Test { "test" } else { "task" }),
    })
}

impl From<PracticalGap> for GapKind {
    fn from(gap: PracticalGap) -> Self {
        match gap {
            PracticalGap::Unsigned { task } => Self::Unsigned { task },
            PracticalGap::VetoPending { task, code } => Self::VetoPending { task, code },
            PracticalGap::TooFew { task, signed, needed } => Self::TooFew { task, signed, needed },
            PracticalGap::Spread { task, spread } => Self::Spread { task, spread },
        }
    }
}

/// The theory score of an absent candidate.
pub(super) fn absent() -> Score {
    Score::absent()
}

/// Marks attempts against their papers, out of the log of answers, away from the threads that serve.
pub(super) async fn theory(
    office: &Office,
    connection: &mut Connection,
    attempts: &[&AttemptRow],
    later: &[Correction],
) -> Result<BTreeMap<AttemptId, Score>, Refusal> {
    let mut scores = BTreeMap::new();
    for attempt in attempts {
        let content = rows::paper_content(connection, attempt.paper_id).await?;
        let log = logged(connection, attempt.id).await?;
        let given = given(connection, attempt.id).await?;
        let (vault, later) = (office.keys.vault.clone(), later.to_vec());
        let paper = attempt.paper_id;
        let marked = tokio::task::spawn_blocking(move || {
            let paper = open_paper(&vault, paper, &content)?;
            Ok(scored(
                &paper,
                &scoring::theory(&paper, &scoring::answers_of(&log), &given, &later),
            ))
        });
        let marked: Result<Score, Refusal> = marked.await.map_err(|error| Refusal::Fault(error.to_string()))?;
        scores.insert(attempt.id, marked?);
    }
    Ok(scores)
}

/// Every acknowledged answer of an attempt.
pub(super) async fn logged(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<Logged>, Refusal> {
    let log = rows::logged(connection, attempt).await?;
    let one = |row: rows::LoggedRow| Some((u16::try_from(row.number).ok()?, row.revision, row.value));
    Ok(log.into_iter().filter_map(one).collect())
}

/// The marks that people gave for an attempt's written answers.
pub(super) async fn given(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<(u16, Exact)>, Refusal> {
    let given = scripts::marks_of(connection, attempt).await?;
    Ok(given
        .into_iter()
        .filter_map(|mark| Some((u16::try_from(mark.number).ok()?, mark.exact)))
        .collect())
}

/// A sealed paper, opened.
pub(in crate::office) fn open_paper(vault: &Vault, id: PaperId, content: &[u8]) -> Result<Paper, Refusal> {
    let place = format!("paper.content/{id}");
    let broken = |cause: String| Refusal::Fault(format!("paper {id}: {cause}"));
    let plain = vault.open(&place, content).map_err(|error| broken(error.to_string()))?;
    serde_json::from_slice(&plain).map_err(|error| broken(error.to_string()))
}

fn scored(paper: &Paper, score: &Theory) -> Score {
    let mut detail = json!({
        "absent": false, "right": score.right, "answered": score.answered, "questions": paper.questions.len(),
        "paper": paper.digest(),
    });
    let written = score.written.iter();
    let written: Vec<Value> = written
        .map(|(number, marks, mean)| json!({ "question": number, "marks": marks, "mean": mean.to_string() }))
        .collect();
    if !written.is_empty() {
        detail["written"] = json!(written);
    }
    Score {
        exact: score.exact,
        detail,
        unmarked: score.unmarked.len(),
    }
}
