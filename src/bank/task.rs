//! Practical tasks: what the site prepares, what the candidate does, and how the score sheet takes marks off.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::Importance;
use crate::kernel::Marks;

/// One part of a practical test (考核内容结构表): so many of these tasks are drawn for a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The code of the part.
    pub code: String,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// The part's share of the test in percent; all parts together are 100.
    pub weight: u8,
    /// How many tasks are drawn.
    pub draw: u8,
    /// The way they are chosen (选考方式).
    pub selection: Selection,
    /// The codes of the tasks.
    pub tasks: Vec<String>,
}

/// The way tasks of a group are chosen (选考方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// All of them (必考).
    Must,
    /// One of them (任选一项).
    OneOf,
    /// Some of them (抽考).
    NOfM,
}

/// One practical task with its score sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PracticalTask {
    /// The code, unique in the bank.
    pub code: String,
    /// The Chinese title.
    pub title: String,
    /// The English title.
    pub title_en: String,
    /// How it is examined (考核形式).
    pub form: TaskForm,
    /// The time allowed.
    pub time_limit_minutes: u16,
    /// How important it is.
    pub importance: Importance,
    /// The text for the candidate: content, requirements.
    pub task: String,
    /// Rules for the candidate, one line each.
    pub notes: Vec<String>,
    /// What the site prepares for one station (工位).
    pub site_preparation: Vec<Preparation>,
    /// What the candidate brings.
    pub candidate_preparation: Vec<Preparation>,
    /// What lateness costs; without it the task stops at its limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overtime: Option<Overtime>,
    /// The rows of the score sheet (评分记录表); their marks sum to 100.
    pub elements: Vec<ScoreElement>,
    /// What ends all bargaining (否定项).
    pub vetoes: Vec<Veto>,
}

impl PracticalTask {
    /// The name of the element that every score sheet has.
    pub const SAFETY_ELEMENT: &'static str = "安全与文明生产";

    /// The row of this code.
    pub fn element(&self, code: &str) -> Option<&ScoreElement> {
        self.elements.iter().find(|element| element.code == code)
    }

    /// The veto of this code.
    pub fn veto(&self, code: &str) -> Option<&Veto> {
        self.vetoes.iter().find(|veto| veto.code == code)
    }
}

/// How a task is examined (考核形式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TaskForm {
    /// Done by hand (实操).
    #[serde(rename = "实操")]
    HandsOn,
    /// Written (笔试).
    #[serde(rename = "笔试")]
    Written,
    /// Spoken (口试).
    #[serde(rename = "口试")]
    Oral,
    /// Simulated (模拟).
    #[serde(rename = "模拟")]
    Simulated,
}

/// One line of a preparation notice (准备通知单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preparation {
    /// What.
    pub name: String,
    /// Of which kind or size.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub specification: String,
    /// Counted in.
    pub unit: String,
    /// How many.
    pub quantity: u32,
}

/// What lateness costs: after the grace, each step begun takes marks, until the hard stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Overtime {
    /// Lateness that costs nothing.
    pub grace_seconds: u32,
    /// The length of a step.
    pub step_seconds: u32,
    /// What each step takes.
    pub deduct_per_step: Marks,
    /// Lateness at which the task is stopped.
    pub hard_stop_seconds: u32,
}

/// One row of the score sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreElement {
    /// The code, unique in the sheet.
    pub code: String,
    /// What is judged.
    pub name: String,
    /// What is required (考核要求).
    pub requirement: String,
    /// What it is worth (配分).
    pub marks: Marks,
    /// What is taken off for what (评分标准); together never more than `marks`.
    pub deductions: Vec<Deduction>,
}

/// A fault and what it costs, each time it is seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deduction {
    /// The fault, in words.
    pub text: String,
    /// What it costs each time.
    pub marks: Marks,
}

/// A veto item (否定项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Veto {
    /// The code, unique in the sheet.
    pub code: String,
    /// What must not happen.
    pub text: String,
    /// How far it reaches.
    pub scope: VetoScope,
    /// What it does.
    pub effect: VetoEffect,
    /// The element it reaches, when its scope is one element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}

/// How far a veto reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VetoScope {
    /// One row of the sheet.
    Element,
    /// The task.
    Task,
    /// The whole practical test.
    Test,
}

/// What a veto does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VetoEffect {
    /// The marks in its scope are nothing.
    Zero,
    /// The marks in its scope are nothing, and the candidate stops at once.
    Terminate,
}
