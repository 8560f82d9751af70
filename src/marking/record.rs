//! What an examiner entered on a sheet, as it is kept: faults counted, marks given, notes, and the time the candidate used.
//!
//! The record is made into a [`ScoreSheet`] with the task of the bank, so that totals are always computed and never
//! believed. Vetoes are kept beside it: they have signatures of their own.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Deduction, ElementForm, OvertimeRule, ScoreSheet, SheetForm, SheetRefusal, VetoCall, VetoForm};
use crate::bank::{PracticalTask, VetoEffect, VetoScope};
use crate::kernel::{AccountId, MINUTE, Marks, SECOND, Timestamp};

/// A sheet's entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetRecord {
    /// What stands beside each element, by its code.
    pub elements: BTreeMap<String, ElementRecord>,
    /// The time that the candidate used, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// What stands beside one element.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ElementRecord {
    /// Whether the examiner has judged it: without faults it then has full marks.
    pub marked: bool,
    /// Marks given at once, in place of faults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Marks>,
    /// The faults seen, rule by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deductions: Vec<Deduction>,
    /// The examiner's note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A veto with both signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedVeto {
    /// Its code on the task's sheet.
    pub code: String,
    /// What happened.
    pub reason: String,
    /// Who raised it.
    pub raised_by: AccountId,
    /// Who signed second.
    pub confirmed_by: AccountId,
    /// When it was confirmed.
    pub at: Timestamp,
}

impl ConfirmedVeto {
    /// The signature beside this examiner's own.
    fn second_to(&self, examiner: AccountId) -> AccountId {
        if self.confirmed_by == examiner {
            self.raised_by
        } else {
            self.confirmed_by
        }
    }
}

/// Why a time cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task stops at {limit} minutes")]
pub struct OverLimit {
    /// The limit, in minutes.
    pub limit: u16,
}

impl SheetForm {
    /// The blank sheet of a task.
    pub fn of(task: &PracticalTask) -> Self {
        let element = |element: &crate::bank::ScoreElement| ElementForm {
            code: element.code.clone(),
            name: element.name.clone(),
            marks: element.marks,
        };
        let veto = |veto: &crate::bank::Veto| VetoForm {
            code: veto.code.clone(),
            scope: match veto.scope {
                VetoScope::Element => super::VetoScope::Element,
                VetoScope::Task => super::VetoScope::Task,
                VetoScope::Test => super::VetoScope::Test,
            },
            effect: match veto.effect {
                VetoEffect::Zero => super::VetoEffect::Zero,
                VetoEffect::Terminate => super::VetoEffect::Terminate,
            },
        };
        Self {
            task: task.code.clone(),
            elements: task.elements.iter().map(element).collect(),
            vetoes: task.vetoes.iter().map(veto).collect(),
        }
    }
}

impl SheetRecord {
    /// What lateness takes off; refuses a time beyond the limit of a task that has no overtime.
    pub fn overtime(&self, task: &PracticalTask) -> Result<Marks, OverLimit> {
        let over = i64::from(self.seconds.unwrap_or(0)) * SECOND - i64::from(task.time_limit_minutes) * MINUTE;
        match task.overtime {
            _ if over <= 0 => Ok(Marks::ZERO),
            None => Err(OverLimit {
                limit: task.time_limit_minutes,
            }),
            Some(rule) => {
                let rule = OvertimeRule {
                    grace_ms: i64::from(rule.grace_seconds) * SECOND,
                    step_ms: i64::from(rule.step_seconds) * SECOND,
                    deduct_per_step: rule.deduct_per_step,
                    hard_stop_ms: i64::from(rule.hard_stop_seconds) * SECOND,
                };
                Ok(rule.overrun(over).deduction())
            }
        }
    }

    /// The sheet that these entries make, with the vetoes that stand on this candidate's task.
    pub fn sheet(
        &self,
        task: &PracticalTask,
        examiner: AccountId,
        vetoes: &[ConfirmedVeto],
    ) -> Result<ScoreSheet, SheetRefusal> {
        let mut sheet = ScoreSheet::new(SheetForm::of(task), examiner)?;
        for (code, element) in &self.elements {
            match element.given {
                Some(given) => sheet.give(code, given)?,
                None if element.marked => sheet.deduct(code, element.deductions.clone())?,
                None if task.element(code).is_none() => {
                    return Err(SheetRefusal::NoSuchElement { code: code.clone() });
                }
                None => {}
            }
        }
        let mut called: Vec<&str> = Vec::new();
        for veto in vetoes {
            // Two examiners may raise the same veto on their own sheets: it strikes once.
            if called.contains(&veto.code.as_str()) {
                continue;
            }
            called.push(&veto.code);
            sheet.veto(VetoCall {
                code: veto.code.clone(),
                element: task.veto(&veto.code).and_then(|veto| veto.element.clone()),
                reason: veto.reason.clone(),
                at: veto.at,
                second_signer: veto.second_to(examiner),
            })?;
        }
        sheet.late(self.overtime(task).unwrap_or(Marks::ZERO));
        Ok(sheet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{Importance, Overtime, ScoreElement, TaskForm, Veto};
    use crate::kernel::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn task() -> PracticalTask {
        let element = |code: &str, marks: i64| ScoreElement {
            code: code.to_owned(),
            name: code.to_owned(),
            requirement: String::new(),
            marks: Marks::whole(marks),
            deductions: Vec::new(),
        };
        PracticalTask {
            code: "T1".to_owned(),
            title: "接线".to_owned(),
            title_en: "Wiring".to_owned(),
            form: TaskForm::HandsOn,
            time_limit_minutes: 60,
            importance: Importance::X,
            task: String::new(),
            notes: Vec::new(),
            site_preparation: Vec::new(),
            candidate_preparation: Vec::new(),
            overtime: Some(Overtime {
                grace_seconds: 0,
                step_seconds: 60,
                deduct_per_step: Marks::whole(2),
                hard_stop_seconds: 300,
            }),
            elements: vec![element("A", 60), element("B", 40)],
            vetoes: vec![Veto {
                code: "V1".to_owned(),
                text: "短路".to_owned(),
                scope: VetoScope::Task,
                effect: VetoEffect::Zero,
                element: None,
            }],
        }
    }

    fn record(seconds: u32) -> SheetRecord {
        let full = ElementRecord {
            marked: true,
            ..ElementRecord::default()
        };
        let elements = [("A".to_owned(), full.clone()), ("B".to_owned(), full)];
        SheetRecord {
            elements: elements.into(),
            seconds: Some(seconds),
        }
    }

    #[test]
    fn lateness_comes_off_the_total_and_a_task_without_overtime_stops() {
        let examiner = AccountId::new(NOW, &SeededEntropy::new(1));
        let total = |seconds| record(seconds).sheet(&task(), examiner, &[]).unwrap().total();
        assert_eq!(total(3_600), Marks::whole(100));
        assert_eq!(total(3_601), Marks::whole(98));
        assert_eq!(
            total(9_000),
            Marks::whole(90),
            "the hard stop is the most that lateness costs"
        );
        let mut strict = task();
        strict.overtime = None;
        assert_eq!(record(3_601).overtime(&strict), Err(OverLimit { limit: 60 }));
    }

    #[test]
    fn a_confirmed_veto_strikes_the_sheet_of_every_examiner_also_of_who_signed_second() {
        let entropy = SeededEntropy::new(1);
        let people = [1, 2, 3].map(|_| AccountId::new(NOW, &entropy));
        let veto = ConfirmedVeto {
            code: "V1".to_owned(),
            reason: "送电短路".to_owned(),
            raised_by: people[0],
            confirmed_by: people[1],
            at: NOW,
        };
        for examiner in people {
            let sheet = record(60)
                .sheet(&task(), examiner, &[veto.clone(), veto.clone()])
                .unwrap();
            assert_eq!(sheet.total(), Marks::ZERO);
            assert_ne!(sheet.vetoes()[0].second_signer, examiner);
        }
    }

    #[test]
    fn an_element_that_nobody_judged_is_not_full_marks() {
        let examiner = AccountId::new(NOW, &SeededEntropy::new(1));
        let mut open = record(60);
        open.elements.remove("B");
        let sheet = open.sheet(&task(), examiner, &[]).unwrap();
        assert_eq!(sheet.unmarked(), ["B"]);
        open.elements.insert("C".to_owned(), ElementRecord::default());
        assert!(matches!(
            open.sheet(&task(), examiner, &[]),
            Err(SheetRefusal::NoSuchElement { .. })
        ));
    }
}
