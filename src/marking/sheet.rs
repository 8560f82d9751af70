//! An examiner's score sheet: marked element by element, then signed, then unchangeable.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{AccountId, Marks, Timestamp};

use super::{FormError, SheetForm, VetoEffect, VetoScope};

/// A sheet that its examiner is filling in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScoreSheet {
    form: SheetForm,
    examiner: AccountId,
    entries: BTreeMap<String, Entry>,
    vetoes: Vec<RaisedVeto>,
}

/// A signed sheet. It is read; nothing changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignedSheet {
    sheet: ScoreSheet,
    signed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// What was taken off, rule by rule.
    Deductions(Vec<Deduction>),
    /// Marks given at once.
    Given(Marks),
}

/// Marks taken off by one rule of the scoring standard: "each wrong tool −1", twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deduction {
    /// The rule, as the standard has it.
    pub rule: String,
    /// What each case costs.
    pub each: Marks,
    /// How many cases there were.
    pub count: u16,
}

/// A veto as an examiner calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VetoCall {
    /// The code of the veto on the form.
    pub code: String,
    /// The element that it strikes, for a veto on an element.
    pub element: Option<String>,
    /// What happened.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Who else saw it and signs.
    pub second_signer: AccountId,
}

/// A veto that stands on a sheet, with both signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RaisedVeto {
    /// The code of the veto on the form.
    pub code: String,
    /// What it strikes.
    pub scope: VetoScope,
    /// What it does.
    pub effect: VetoEffect,
    /// The element that it strikes, for a veto on an element.
    pub element: Option<String>,
    /// What happened.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The second signature; the first is the examiner's.
    pub second_signer: AccountId,
}

/// Why a sheet does not take what was entered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetRefusal {
    /// The form itself is wrong.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The form has no such element.
    #[error("the sheet has no element '{code}'")]
    NoSuchElement {
        /// What was named.
        code: String,
    },
    /// More marks than the element is worth.
    #[error("element '{code}' is worth {most}; {given} were given")]
    TooMany {
        /// The element.
        code: String,
        /// What it is worth.
        most: Marks,
        /// What was given.
        given: Marks,
    },
    /// Marks, or a deduction, below nothing.
    #[error("element '{code}' cannot have {given} marks")]
    Negative {
        /// The element.
        code: String,
        /// What was given.
        given: Marks,
    },
    /// Elements are not marked yet.
    #[error("not marked yet: {}", .codes.join(", "))]
    Unmarked {
        /// Which.
        codes: Vec<String>,
    },
    /// The form has no such veto.
    #[error("the sheet has no veto '{code}'")]
    NoSuchVeto {
        /// What was named.
        code: String,
    },
    /// The veto was called before.
    #[error("the veto '{code}' stands already")]
    VetoStands {
        /// Which.
        code: String,
    },
    /// A veto without a reason.
    #[error("a veto needs a reason")]
    VetoWithoutReason,
    /// The second signature is the examiner's own.
    #[error("a veto needs a second signature by somebody else")]
    SameSigner,
    /// A veto on an element names the element, any other names none.
    #[error("a veto on an element, and only that, names the element")]
    VetoElement,
}

impl ScoreSheet {
    /// A blank sheet for an examiner.
    pub fn new(form: SheetForm, examiner: AccountId) -> Result<Self, SheetRefusal> {
        form.check()?;
        Ok(Self {
            form,
            examiner,
            entries: BTreeMap::new(),
            vetoes: Vec::new(),
        })
    }

    /// The form.
    pub fn form(&self) -> &SheetForm {
        &self.form
    }

    /// Whose sheet it is.
    pub fn examiner(&self) -> AccountId {
        self.examiner
    }

    /// The vetoes that stand on it.
    pub fn vetoes(&self) -> &[RaisedVeto] {
        &self.vetoes
    }

    /// Marks an element by what is taken off; no deductions means full marks. Together they take at most what the element
    /// is worth. A second entry replaces the first.
    pub fn deduct(&mut self, code: &str, deductions: Vec<Deduction>) -> Result<(), SheetRefusal> {
        self.most_of(code)?;
        if let Some(wrong) = deductions.iter().find(|deduction| deduction.each < Marks::ZERO) {
            let (code, given) = (code.to_owned(), wrong.each);
            return Err(SheetRefusal::Negative { code, given });
        }
        self.entries.insert(code.to_owned(), Entry::Deductions(deductions));
        Ok(())
    }

    /// Marks an element with marks given at once. A second entry replaces the first.
    pub fn give(&mut self, code: &str, given: Marks) -> Result<(), SheetRefusal> {
        let most = self.most_of(code)?;
        let code = code.to_owned();
        if given < Marks::ZERO {
            return Err(SheetRefusal::Negative { code, given });
        }
        if given > most {
            return Err(SheetRefusal::TooMany { code, most, given });
        }
        self.entries.insert(code, Entry::Given(given));
        Ok(())
    }

    /// Calls a veto, with the second signature.
    pub fn veto(&mut self, call: VetoCall) -> Result<(), SheetRefusal> {
        let form = self.form.vetoes.iter().find(|veto| veto.code == call.code);
        let Some(form) = form else {
            return Err(SheetRefusal::NoSuchVeto { code: call.code });
        };
        if call.reason.trim().is_empty() {
            return Err(SheetRefusal::VetoWithoutReason);
        }
        if call.second_signer == self.examiner {
            return Err(SheetRefusal::SameSigner);
        }
        if (form.scope == VetoScope::Element) != call.element.is_some() {
            return Err(SheetRefusal::VetoElement);
        }
        if let Some(element) = &call.element {
            self.most_of(element)?;
        }
        let stands = |veto: &RaisedVeto| veto.code == call.code && veto.element == call.element;
        if self.vetoes.iter().any(stands) {
            return Err(SheetRefusal::VetoStands { code: call.code });
        }
        self.vetoes.push(RaisedVeto {
            scope: form.scope,
            effect: form.effect,
            code: call.code,
            element: call.element,
            reason: call.reason.trim().to_owned(),
            at: call.at,
            second_signer: call.second_signer,
        });
        Ok(())
    }

    /// What an element has, vetoes applied; `None` while it is not marked.
    pub fn marks_of(&self, code: &str) -> Option<Marks> {
        let most = self.most_of(code).ok()?;
        if self.vetoes.iter().any(|veto| veto.element.as_deref() == Some(code)) {
            return Some(Marks::ZERO);
        }
        match self.entries.get(code)? {
            Entry::Given(given) => Some(*given),
            Entry::Deductions(deductions) => {
                let off: Marks = deductions.iter().map(Deduction::total).sum();
                Some((most - off).max(Marks::ZERO))
            }
        }
    }

    /// The sum of what is marked, vetoes applied.
    pub fn total(&self) -> Marks {
        let struck = |veto: &RaisedVeto| matches!(veto.scope, VetoScope::Task | VetoScope::Test);
        if self.vetoes.iter().any(struck) {
            return Marks::ZERO;
        }
        self.form
            .elements
            .iter()
            .filter_map(|element| self.marks_of(&element.code))
            .sum()
    }

    /// The elements that are not marked yet.
    pub fn unmarked(&self) -> Vec<String> {
        let open = self
            .form
            .elements
            .iter()
            .filter(|element| self.marks_of(&element.code).is_none());
        open.map(|element| element.code.clone()).collect()
    }

    /// Signs. Every element must be marked, unless a veto has ended the task.
    pub fn sign(self, now: Timestamp) -> Result<SignedSheet, SheetRefusal> {
        let ended = |veto: &RaisedVeto| veto.effect == VetoEffect::Terminate || veto.scope != VetoScope::Element;
        let codes = self.unmarked();
        if !codes.is_empty() && !self.vetoes.iter().any(ended) {
            return Err(SheetRefusal::Unmarked { codes });
        }
        Ok(SignedSheet {
            sheet: self,
            signed_at: now,
        })
    }

    fn most_of(&self, code: &str) -> Result<Marks, SheetRefusal> {
        let element = self.form.elements.iter().find(|element| element.code == code);
        element
            .map(|element| element.marks)
            .ok_or_else(|| SheetRefusal::NoSuchElement { code: code.to_owned() })
    }
}

impl Deduction {
    /// What the rule takes off altogether.
    pub fn total(&self) -> Marks {
        // Saturating: an absurd figure takes the whole element, and must not wrap around into a gift.
        let off = self.each.hundredths().saturating_mul(i64::from(self.count));
        Marks::from_hundredths(off.min(MOST_DEDUCTED))
    }
}

/// A million marks, in hundredths: far above any element, far below what sums of it could overflow.
const MOST_DEDUCTED: i64 = 100_000_000;

impl SignedSheet {
    /// The sheet, to read.
    pub fn sheet(&self) -> &ScoreSheet {
        &self.sheet
    }

    /// When it was signed.
    pub fn signed_at(&self) -> Timestamp {
        self.signed_at
    }

    /// The total that the examiner stands for.
    pub fn total(&self) -> Marks {
        self.sheet.total()
    }

    /// Whether a veto on it strikes the whole practical test.
    pub fn strikes_test(&self) -> bool {
        self.sheet.vetoes.iter().any(|veto| veto.scope == VetoScope::Test)
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
pub(super) mod tests;
