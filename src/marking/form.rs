//! The blank score sheet of a task: its elements with their marks, and its vetoes.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Marks;

/// What an examiner is handed for one task of one candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SheetForm {
    /// The task's code.
    pub task: String,
    /// The scoring elements, in their order.
    pub elements: Vec<ElementForm>,
    /// The vetoes (否定项).
    pub vetoes: Vec<VetoForm>,
}

/// One scoring element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ElementForm {
    /// Its code, unique in the form.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is worth at most (配分).
    pub marks: Marks,
}

/// One veto.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VetoForm {
    /// Its code, unique in the form.
    pub code: String,
    /// What it strikes.
    pub scope: VetoScope,
    /// What it does.
    pub effect: VetoEffect,
}

/// What a veto strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VetoScope {
    /// One element of the task.
    Element,
    /// The whole task.
    Task,
    /// The whole practical test.
    Test,
}

/// What a veto does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VetoEffect {
    /// What it strikes counts nothing.
    Zero,
    /// The same, and the candidate stops at once: elements not yet marked count nothing.
    Terminate,
}

/// Why a form cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It has no element.
    #[error("the score sheet has no element")]
    NoElement,
    /// An element is worth nothing or less.
    #[error("element '{code}' must be worth more than nothing")]
    NoMarks {
        /// The element.
        code: String,
    },
    /// A code stands twice.
    #[error("the code '{code}' stands twice")]
    Twice {
        /// The code.
        code: String,
    },
}

impl SheetForm {
    /// What the task is worth at most.
    pub fn most(&self) -> Marks {
        self.elements.iter().map(|element| element.marks).sum()
    }

    /// Checks that marks can be given on it.
    pub fn check(&self) -> Result<(), FormError> {
        if self.elements.is_empty() {
            return Err(FormError::NoElement);
        }
        if let Some(element) = self.elements.iter().find(|element| element.marks <= Marks::ZERO) {
            let code = element.code.clone();
            return Err(FormError::NoMarks { code });
        }
        let mut elements = BTreeSet::new();
        let mut vetoes = BTreeSet::new();
        let twice = self
            .elements
            .iter()
            .map(|element| &element.code)
            .find(|code| !elements.insert(*code));
        let twice = twice.or_else(|| {
            self.vetoes
                .iter()
                .map(|veto| &veto.code)
                .find(|code| !vetoes.insert(*code))
        });
        match twice {
            Some(code) => Err(FormError::Twice { code: code.clone() }),
            None => Ok(()),
        }
    }
}
