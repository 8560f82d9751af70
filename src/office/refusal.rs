//! A refusal: why somebody could not do what they asked, with the facts that a page needs to say so.
//!
//! `code` names a message in the message files (`refusal-<code>`) and is the stable code of the API. Facts are its
//! arguments. What went wrong inside us is a [`Refusal::Fault`]: logged once, at the boundary, never shown.

use std::fmt;

use serde::Serialize;

use crate::kernel::Timestamp;
use crate::store::StoreError;

/// Why an act was not done. Nothing was saved.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody is signed in, or the sign-in has ended.
    SignInFirst,
    /// Signed in, but this role may not.
    Forbidden,
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// The input is wrong; all problems at once.
    Invalid(Vec<Problem>),
    /// A rule of the trade forbids it.
    Rule(Broken),
    /// Somebody changed it meanwhile: look again.
    Stale,
    /// Too many at once, or too often: come back after so many seconds.
    Busy {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The disk is full: nothing was saved, what was saved before is safe.
    StorageFull,
    /// Our fault.
    Fault(String),
}

/// A broken rule: a stable code and its facts.
#[derive(Debug, Clone, Serialize)]
pub struct Broken {
    /// The stable code, in kebab case.
    pub code: &'static str,
    /// The facts, by name.
    pub facts: Vec<(&'static str, Fact)>,
}

/// One problem of an input.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The field, as the input names it; empty for the whole.
    pub field: String,
    /// What is wrong.
    #[serde(flatten)]
    pub broken: Broken,
}

/// A fact of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// A number.
    Number(i64),
    /// An instant, shown in the installation's zone.
    Time(Timestamp),
    /// A name or another word.
    Text(String),
}

impl From<i64> for Fact {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Fact {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Fact {
    fn from(instant: Timestamp) -> Self {
        Self::Time(instant)
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Broken {
    /// A broken rule without facts.
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            facts: Vec::new(),
        }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.facts.push((name, fact.into()));
        self
    }

    /// As a problem of one field.
    pub fn at(self, field: impl Into<String>) -> Problem {
        Problem {
            field: field.into(),
            broken: self,
        }
    }
}

impl From<Broken> for Refusal {
    fn from(broken: Broken) -> Self {
        Self::Rule(broken)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Invalid(vec![problem])
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale(_) => Self::Stale,
            StoreError::Busy => Self::Busy { retry_after: 2 },
            StoreError::Full => Self::StorageFull,
            StoreError::Conflict(what) => Self::Rule(Broken::new("already-there").with("what", what)),
            StoreError::Corrupt { .. } | StoreError::Driver(_) => Self::Fault(error.to_string()),
        }
    }
}

impl From<crate::identity::Incompatible> for Refusal {
    fn from(error: crate::identity::Incompatible) -> Self {
        Broken::new("duty-excluded")
            .with("held", error.held.name())
            .with("wanted", error.wanted.name())
            .into()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Refusal {}

/// Gathers the problems of an input, so that all are told at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Takes the value, or notes the problem of this field.
    pub fn take<T, E: Into<Broken>>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.0.push(error.into().at(field))).ok()
    }

    /// Notes a problem.
    pub fn note(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Refuses if any was noted.
    pub fn refuse(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(self.0))
        }
    }
}
