//! Scores reckoned again out of a bundle: marked, added and held against the pass mark anew, each difference named.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Component;
use super::bundle::{AttemptLine, Bundle, BundleError, PracticalLine, ScoreLine, SheetLine, TaskLine, VetoLine};
use super::scoring::{self, Judged, JudgedTask, PracticalGap};
use crate::bank::PracticalTask;
use crate::kernel::{ApplicationId, Digest, Exact, Marks, PaperId, Timestamp, canonical_json};
use crate::marking::ConfirmedVeto;
use crate::paper::Paper;

/// What came of reckoning again. Its JSON is the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recomputed {
    /// The batch, as the bundle tells it.
    pub about: BTreeMap<String, String>,
    /// Every score, by application and component.
    pub scores: Vec<ScoreLine>,
    /// The fingerprint of the scores.
    pub digest: Digest,
    /// What is stored otherwise, or does not add up.
    pub differences: Vec<Difference>,
}

/// Something that is stored otherwise than it is reckoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The candidate's application.
    pub application: ApplicationId,
    /// The component.
    pub component: Component,
    /// `score`, `missing`, `extra`, `answers`, `sheet`, `unmarked` or `unsettled`.
    pub what: &'static str,
    /// Which sheet or questions.
    pub place: String,
    /// What is stored.
    pub stored: String,
    /// What was reckoned.
    pub reckoned: String,
}

/// Scores everything again and compares.
pub fn recompute(bundle: &Bundle) -> Result<Recomputed, BundleError> {
    let papers: BTreeMap<PaperId, &Paper> = bundle.papers.iter().map(|line| (line.paper, &line.content)).collect();
    let mut marked = Vec::new();
    if bundle.rules.theory {
        marked.extend(side_by_side(&bundle.attempts, &|line| attempt(bundle, &papers, line)));
    }
    if bundle.rules.practical {
        marked.extend(side_by_side(&bundle.practical, &|line| judged(bundle, line)));
    }
    let (mut scores, mut differences) = (Vec::with_capacity(marked.len()), Vec::new());
    for (score, found) in marked {
        scores.push(score);
        differences.extend(found);
    }
    let key = |line: &ScoreLine| (line.application, line.component);
    scores.sort_by_key(key);
    compare(&bundle.results, &scores, &mut differences);
    differences.sort_by(|a, b| (a.application, a.component, a.what).cmp(&(b.application, b.component, b.what)));
    Ok(Recomputed {
        about: bundle.about.clone(),
        digest: Digest::of(&canonical_json(&scores)?),
        scores,
        differences,
    })
}

type Scored = (ScoreLine, Vec<Difference>);

/// On two processors in half the time; the order stays.
fn side_by_side<T: Sync>(rows: &[T], score: &(dyn Fn(&T) -> Scored + Sync)) -> Vec<Scored> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = rows.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = rows
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(score).collect::<Vec<_>>()))
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn line(bundle: &Bundle, application: ApplicationId, component: Component, exact: Exact) -> ScoreLine {
    ScoreLine {
        application,
        component,
        exact: exact.to_string(),
        passed: exact >= bundle.rules.grade.pass.exact(),
    }
}

fn attempt(bundle: &Bundle, papers: &BTreeMap<PaperId, &Paper>, row: &AttemptLine) -> Scored {
    let found = |what, place: String| Difference {
        application: row.application,
        component: Component::Theory,
        what,
        place,
        stored: String::new(),
        reckoned: String::new(),
    };
    let mut differences = Vec::new();
    if !row.differs.is_empty() {
        differences.push(found("answers", numbers(&row.differs)));
    }
    let paper = row.paper.and_then(|paper| papers.get(&paper));
    if row.paper.is_some() && paper.is_none() {
        differences.push(found("missing", "paper".to_owned()));
    }
    let mut exact = Exact::ZERO;
    if let Some(paper) = paper {
        let marks: Vec<(u16, Exact)> = row
            .marks
            .iter()
            .filter_map(|(number, mark)| Some((*number, mark.parse().ok()?)))
            .collect();
        let score = scoring::theory(paper, &scoring::answers_of(&row.log), &marks, &bundle.corrections);
        if !score.unmarked.is_empty() {
            differences.push(found("unmarked", numbers(&score.unmarked)));
        }
        exact = score.exact;
    }
    (line(bundle, row.application, Component::Theory, exact), differences)
}

fn numbers(numbers: &[u16]) -> String {
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

fn judged(bundle: &Bundle, row: &PracticalLine) -> Scored {
    let mut differences = Vec::new();
    let tasks = row
        .tasks
        .iter()
        .map(|task| judged_task(bundle, row.application, task, &mut differences))
        .collect();
    let sat = row.tasks.iter().any(|task| !task.sheets.is_empty());
    let score = scoring::practical(&Judged { tasks }, &bundle.rules.mean);
    // A spread is a person's to accept, with a reason; every other gap means that there is no score.
    let open = score
        .gaps
        .iter()
        .find(|gap| !matches!(gap, PracticalGap::Spread { .. }));
    if let Some(gap) = open.filter(|_| sat) {
        differences.push(difference(row.application, "unsettled", format!("{gap:?}")));
    }
    let exact = score.exact.filter(|_| sat).unwrap_or(Exact::ZERO);
    (line(bundle, row.application, Component::Practical, exact), differences)
}

fn difference(application: ApplicationId, what: &'static str, place: String) -> Difference {
    Difference {
        application,
        component: Component::Practical,
        what,
        place,
        stored: String::new(),
        reckoned: String::new(),
    }
}

fn judged_task(
    bundle: &Bundle,
    application: ApplicationId,
    row: &TaskLine,
    differences: &mut Vec<Difference>,
) -> JudgedTask {
    let task = bundle.tasks.iter().find(|task| task.code == row.task);
    let mut totals = Vec::new();
    for sheet in &row.sheets {
        let (Some(signed_at), Some(stored)) = (sheet.signed_at, sheet.total) else {
            continue;
        };
        let added = task.and_then(|task| add(task, sheet, &row.vetoes, signed_at));
        if added != Some(stored) {
            differences.push(Difference {
                stored: stored.to_string(),
                reckoned: added.map_or_else(String::new, |marks| marks.to_string()),
                ..difference(application, "sheet", sheet.sheet.to_string())
            });
        }
        totals.push(added.unwrap_or(stored));
    }
    let scope = |code: &str| task.and_then(|task| task.veto(code)).map(|veto| veto.scope);
    JudgedTask {
        task: row.task.clone(),
        weight: row.weight,
        most: task.map_or(Marks::ZERO, |task| {
            task.elements.iter().map(|element| element.marks).sum()
        }),
        unsigned: row.sheets.iter().filter(|sheet| sheet.signed_at.is_none()).count(),
        totals,
        vetoes: row
            .vetoes
            .iter()
            .map(|veto| (veto.code.clone(), scope(&veto.code), veto.confirmed.is_some()))
            .collect(),
    }
}

/// Adds a sheet up again, entry by entry, with the vetoes that stood when it was signed.
fn add(task: &PracticalTask, sheet: &SheetLine, vetoes: &[VetoLine], signed_at: Timestamp) -> Option<Marks> {
    let stood = |veto: &VetoLine| {
        let (confirmed_by, at) = veto.confirmed.filter(|(_, at)| *at <= signed_at)?;
        Some(ConfirmedVeto {
            code: veto.code.clone(),
            reason: "-".to_owned(),
            raised_by: veto.raised_by,
            confirmed_by,
            at,
        })
    };
    let vetoes: Vec<ConfirmedVeto> = vetoes.iter().filter_map(stood).collect();
    sheet
        .record
        .sheet(task, sheet.examiner, &vetoes)
        .ok()
        .map(|sheet| sheet.total())
}

fn compare(stored: &[ScoreLine], reckoned: &[ScoreLine], differences: &mut Vec<Difference>) {
    let key = |line: &&ScoreLine| (line.application, line.component);
    let kept: BTreeMap<_, &ScoreLine> = stored.iter().map(|line| (key(&line), line)).collect();
    let mut seen = std::collections::BTreeSet::new();
    let told = |line: &ScoreLine| format!("{}{}", line.exact, if line.passed { " +" } else { " -" });
    for line in reckoned {
        seen.insert(key(&line));
        let (what, before) = match kept.get(&key(&line)) {
            Some(kept) if *kept == line => continue,
            Some(kept) => ("score", told(kept)),
            None => ("missing", String::new()),
        };
        differences.push(Difference {
            component: line.component,
            stored: before,
            reckoned: told(line),
            ..difference(line.application, what, String::new())
        });
    }
    for line in stored.iter().filter(|line| !seen.contains(&key(line))) {
        differences.push(Difference {
            component: line.component,
            stored: told(line),
            ..difference(line.application, "extra", String::new())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::bundle::RESULTS;
    use super::super::package::{Package, PackageError};
    use super::super::simulate::simulated;
    use super::*;

    fn trial() -> Bundle {
        let bank = crate::bank::generated(800, &crate::kernel::SeededEntropy::new(1));
        let rule = crate::paper::shipped_rules()
            .into_iter()
            .find(|rule| rule.id == "demo-20")
            .unwrap();
        simulated(&bank, &rule, 60, 3, &crate::kernel::SeededEntropy::new(5)).unwrap()
    }

    #[test]
    fn a_bundle_scores_alike_wherever_it_was_carried() {
        let bundle = trial();
        let here = recompute(&bundle).unwrap();
        assert_eq!((here.scores.len(), here.differences.len()), (60, 0));
        let carried = Bundle::open(Package::unpack(&bundle.pack().unwrap()).unwrap()).unwrap();
        let there = recompute(&carried).unwrap();
        assert_eq!(canonical_json(&here).unwrap(), canonical_json(&there).unwrap());
        assert_eq!(bundle.pack().unwrap(), carried.pack().unwrap());
    }

    #[test]
    fn a_score_changed_in_the_database_is_named_and_a_file_changed_in_the_bundle_is_refused() {
        let mut bundle = trial();
        bundle.results[7].exact = "100/1".to_owned();
        let gone = bundle.results.remove(9);
        let found = recompute(&bundle).unwrap().differences;
        let whats: Vec<_> = found.iter().map(|one| (one.application, one.what)).collect();
        assert_eq!(
            whats,
            [(bundle.results[7].application, "score"), (gone.application, "missing")]
        );
        let mut package = Package::unpack(&bundle.pack().unwrap()).unwrap();
        package.add(RESULTS, "");
        assert!(matches!(
            Bundle::open(package),
            Err(BundleError::Package(PackageError::Defects { .. }))
        ));
    }

    #[test]
    fn an_answer_that_only_the_quick_table_has_is_named() {
        let mut bundle = trial();
        bundle.attempts[0].differs = vec![3, 4];
        let found = recompute(&bundle).unwrap().differences;
        assert_eq!((found[0].what, found[0].place.as_str()), ("answers", "3 4"));
    }
}
