//! The integrity report: whether every number that was ever taken has its story, and which stories are irregular.
//!
//! Numbers come in their order, so that any amount of them is gone through with the memory of one. What is only worth
//! knowing (a spoiled number, a later sheet) is told apart from what must not be (a gap, a missing approval).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{CertificateNumber, Scheme};
use crate::kernel::{HOUR, Timestamp};

/// A number that was taken, and what became of it.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// The number.
    pub number: String,
    /// When it was taken.
    pub made_at: Option<Timestamp>,
    /// When the certificate was issued.
    pub issued_at: Option<Timestamp>,
    /// Why it came to nothing.
    pub spoiled: Option<String>,
    /// Who settled the results and who approved them.
    pub results: [Option<String>; 2],
    /// Who prepared the list and who approved it.
    pub list: [Option<String>; 2],
    /// When the list was approved.
    pub approved_at: Option<Timestamp>,
    /// When the publicity ended.
    pub publicity_until: Option<Timestamp>,
    /// How many later sheets there are.
    pub prints: i64,
    /// How many other certificates of the same occupation and level the same person has in force.
    pub others: i64,
}

/// What kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Irregular {
    /// Numbers between others that nobody took.
    Gap,
    /// A number twice.
    Duplicate,
    /// A number beyond the counter, which nobody can have taken.
    BeyondCounter,
    /// No number at all.
    NotANumber,
    /// Issued from a list or from results that nobody approved, or approved by who made them.
    NoApproval,
    /// Issued before the list was approved.
    BeforeApproval,
    /// Issued before the publicity ended.
    BeforePublicity,
    /// One person with two certificates in force for the same occupation and level.
    TwoForOne,
    /// Taken long ago, and neither issued nor spoiled.
    Open,
    /// Spoiled: worth knowing.
    Spoiled,
    /// A later sheet was printed: worth knowing.
    LaterSheet,
}

impl Irregular {
    /// All kinds, the grave ones first.
    pub const ALL: [Self; 11] = [
        Self::Gap,
        Self::Duplicate,
        Self::BeyondCounter,
        Self::NotANumber,
        Self::NoApproval,
        Self::BeforeApproval,
        Self::BeforePublicity,
        Self::TwoForOne,
        Self::Open,
        Self::Spoiled,
        Self::LaterSheet,
    ];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Duplicate => "duplicate",
            Self::BeyondCounter => "beyond_counter",
            Self::NotANumber => "not_a_number",
            Self::NoApproval => "no_approval",
            Self::BeforeApproval => "before_approval",
            Self::BeforePublicity => "before_publicity",
            Self::TwoForOne => "two_for_one",
            Self::Open => "open",
            Self::Spoiled => "spoiled",
            Self::LaterSheet => "later_sheet",
        }
    }

    /// As reports print it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Gap => "编号断号",
            Self::Duplicate => "编号重号",
            Self::BeyondCounter => "编号超出已发放范围",
            Self::NotANumber => "不是证书编号",
            Self::NoApproval => "缺少他人审批",
            Self::BeforeApproval => "早于名单审批签发",
            Self::BeforePublicity => "公示期满前签发",
            Self::TwoForOne => "同一人同职业同等级多本有效",
            Self::Open => "占号后长期未签发",
            Self::Spoiled => "作废的编号",
            Self::LaterSheet => "补发、更正或换证",
        }
    }

    /// Whether it must not be, and somebody has to explain it.
    pub const fn grave(self) -> bool {
        !matches!(self, Self::Spoiled | Self::LaterSheet)
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IntegrityFinding {
    /// What kind.
    pub kind: Irregular,
    /// The number, or the first of a gap.
    pub number: String,
    /// The last number of a gap; a cause; how many: else empty.
    pub detail: String,
}

/// The report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Integrity {
    /// How many numbers were taken.
    pub taken: usize,
    /// How many certificates were issued.
    pub issued: usize,
    /// How many findings there are of each kind.
    pub counts: BTreeMap<String, usize>,
    /// The findings, in the order of their numbers.
    pub findings: Vec<IntegrityFinding>,
    /// Whether there were more than are listed.
    pub more: bool,
}

impl Integrity {
    /// How many findings need an explanation.
    pub fn grave(&self) -> usize {
        let grave = Irregular::ALL.iter().filter(|kind| kind.grave());
        grave.filter_map(|kind| self.counts.get(kind.name())).sum()
    }
}

/// So many findings are listed at most.
pub const MOST_FINDINGS: usize = 20_000;

/// Going through the numbers.
#[derive(Debug)]
pub struct IntegrityCheck {
    now: Timestamp,
    /// The next serial of each scope, as the counters have it.
    counters: BTreeMap<String, u64>,
    last: String,
    /// The scope that is gone through, and its last serial.
    scope: Option<(String, u64)>,
    report: Integrity,
}

/// The number cut before its serial: scope, digits before it, serial, and how wide it is.
fn cut(number: &str) -> Option<(String, &str, u64, usize)> {
    let parsed: CertificateNumber = number.parse().ok()?;
    let scheme = parsed.scheme()?;
    let width = scheme.parts.last()?.width;
    let (head, serial) = number.split_at_checked(number.len().checked_sub(width)?)?;
    Some((scope(scheme, head), head, serial.parse().ok()?, width))
}

fn scope(scheme: &Scheme, head: &str) -> String {
    format!("certificate/{}/{head}", scheme.id)
}

impl IntegrityCheck {
    /// Begins, with the next serial of each scope.
    pub fn new(now: Timestamp, counters: impl IntoIterator<Item = (String, i64)>) -> Self {
        let counters = counters.into_iter();
        Self {
            now,
            counters: counters
                .map(|(scope, next)| (scope, u64::try_from(next).unwrap_or(0)))
                .collect(),
            last: String::new(),
            scope: None,
            report: Integrity::default(),
        }
    }

    /// Takes the next number; they come in their order.
    pub fn take(&mut self, taken: &Taken) {
        self.report.taken += 1;
        self.report.issued += usize::from(taken.issued_at.is_some());
        if taken.number == self.last {
            self.find(Irregular::Duplicate, &taken.number, String::new());
        } else {
            self.place(&taken.number);
        }
        taken.number.clone_into(&mut self.last);
        self.story(taken);
    }

    /// Ends: the numbers after the last ones, and scopes without any.
    pub fn finish(mut self) -> Integrity {
        self.leave();
        for (scope, next) in std::mem::take(&mut self.counters) {
            self.gap(&scope, 1, next);
        }
        self.report
    }

    fn place(&mut self, number: &str) {
        let Some((scope, _, serial, _)) = cut(number) else {
            self.find(Irregular::NotANumber, number, String::new());
            return;
        };
        if self.scope.as_ref().is_none_or(|(known, _)| *known != scope) {
            self.leave();
            self.scope = Some((scope.clone(), 0));
        }
        let before = self.scope.as_ref().map_or(0, |(_, serial)| *serial);
        self.gap(&scope, before + 1, serial);
        self.scope = Some((scope.clone(), serial));
        if self.counters.get(&scope).is_none_or(|next| serial >= *next) {
            self.find(Irregular::BeyondCounter, number, String::new());
        }
    }

    /// Leaves a scope: what its counter says was taken after its last number is missing.
    fn leave(&mut self) {
        if let Some((scope, serial)) = self.scope.take()
            && let Some(next) = self.counters.remove(&scope)
        {
            self.gap(&scope, serial + 1, next);
        }
    }

    /// Serials from the first until before the end are missing.
    fn gap(&mut self, scope: &str, first: u64, end: u64) {
        if first >= end {
            return;
        }
        let mut parts = scope.splitn(3, '/').skip(1);
        let (id, head) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let width = Scheme::find(id)
            .and_then(|scheme| scheme.parts.last())
            .map_or(1, |part| part.width);
        let number = |serial: u64| format!("{head}{serial:0width$}");
        let until = if first + 1 == end {
            String::new()
        } else {
            number(end - 1)
        };
        self.find(Irregular::Gap, &number(first), until);
    }

    fn story(&mut self, taken: &Taken) {
        let number = &taken.number;
        if let Some(cause) = &taken.spoiled {
            self.find(Irregular::Spoiled, number, cause.clone());
        }
        if taken.prints > 0 {
            self.find(Irregular::LaterSheet, number, taken.prints.to_string());
        }
        let Some(issued_at) = taken.issued_at else {
            let old = taken.made_at.is_none_or(|made| made + HOUR < self.now);
            if taken.spoiled.is_none() && old {
                self.find(Irregular::Open, number, String::new());
            }
            return;
        };
        let two = |people: &[Option<String>; 2]| matches!(people, [Some(one), Some(other)] if one != other);
        if !two(&taken.results) || !two(&taken.list) || taken.approved_at.is_none() {
            self.find(Irregular::NoApproval, number, String::new());
        } else if taken.approved_at.is_some_and(|approved| issued_at < approved) {
            self.find(Irregular::BeforeApproval, number, String::new());
        }
        if taken.publicity_until.is_none_or(|until| issued_at < until) {
            self.find(Irregular::BeforePublicity, number, String::new());
        }
        if taken.others > 0 {
            self.find(Irregular::TwoForOne, number, (taken.others + 1).to_string());
        }
    }

    fn find(&mut self, kind: Irregular, number: &str, detail: String) {
        *self.report.counts.entry(kind.name().to_owned()).or_default() += 1;
        if self.report.findings.len() >= MOST_FINDINGS {
            self.report.more = true;
            return;
        }
        self.report.findings.push(IntegrityFinding {
            kind,
            number: number.to_owned(),
            detail,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::DAY;

    const NOW: Timestamp = Timestamp::from_millis(1_795_400_000_000);

    fn sound(serial: u32) -> Taken {
        let who = |name: &str| Some(name.to_owned());
        Taken {
            number: format!("S000042001007264{serial:06}"),
            made_at: Some(NOW),
            issued_at: Some(NOW),
            results: [who("a"), who("b")],
            list: [who("c"), who("d")],
            approved_at: Some(NOW + (-DAY)),
            publicity_until: Some(NOW + (-2 * DAY)),
            ..Taken::default()
        }
    }

    fn report(next: i64, taken: &[Taken]) -> Vec<(Irregular, String, String)> {
        let scope = "certificate/vocational-skill-level/S000042001007264".to_owned();
        let mut check = IntegrityCheck::new(NOW, [(scope, next)]);
        for one in taken {
            check.take(one);
        }
        let report = check.finish();
        assert_eq!(report.taken, taken.len());
        let told = report.findings.into_iter();
        told.map(|finding| (finding.kind, finding.number, finding.detail))
            .collect()
    }

    fn kinds(next: i64, taken: &[Taken]) -> Vec<Irregular> {
        report(next, taken).into_iter().map(|(kind, ..)| kind).collect()
    }

    #[test]
    fn numbers_that_follow_each_other_with_their_approvals_are_regular() {
        assert!(report(4, &[sound(1), sound(2), sound(3)]).is_empty());
    }

    #[test]
    fn a_gap_is_named_wherever_it_is() {
        let number = |serial: u32| sound(serial).number;
        let found = report(9, &[sound(2), sound(5), sound(6)]);
        let expected = [
            (Irregular::Gap, number(1), String::new()),
            (Irregular::Gap, number(3), number(4)),
            (Irregular::Gap, number(7), number(8)),
        ];
        assert_eq!(found, expected);
        assert_eq!(report(3, &[]), [(Irregular::Gap, number(1), number(2))]);
    }

    #[test]
    fn a_number_twice_or_beyond_its_counter_is_found() {
        assert_eq!(kinds(3, &[sound(1), sound(1), sound(2)]), [Irregular::Duplicate]);
        assert_eq!(kinds(2, &[sound(1), sound(2)]), [Irregular::BeyondCounter]);
        let mut odd = sound(1);
        odd.number = "S1".to_owned();
        assert_eq!(kinds(1, &[odd]), [Irregular::NotANumber]);
    }

    #[test]
    fn what_nobody_else_approved_or_came_too_early_is_found() {
        let with = |change: fn(&mut Taken)| {
            let mut one = sound(1);
            change(&mut one);
            kinds(2, &[one])
        };
        assert_eq!(with(|one| one.list[1] = None), [Irregular::NoApproval]);
        assert_eq!(with(|one| one.list[1] = one.list[0].clone()), [Irregular::NoApproval]);
        assert_eq!(
            with(|one| one.results[1] = one.results[0].clone()),
            [Irregular::NoApproval]
        );
        assert_eq!(with(|one| one.approved_at = Some(NOW + 1)), [Irregular::BeforeApproval]);
        assert_eq!(
            with(|one| one.publicity_until = Some(NOW + 1)),
            [Irregular::BeforePublicity]
        );
        assert_eq!(with(|one| one.publicity_until = None), [Irregular::BeforePublicity]);
        assert_eq!(with(|one| one.others = 1), [Irregular::TwoForOne]);
    }

    #[test]
    fn spoiled_numbers_and_later_sheets_are_told_and_are_not_grave() {
        let mut spoiled = sound(1);
        spoiled.issued_at = None;
        spoiled.spoiled = Some("no-photo".to_owned());
        let mut again = sound(2);
        again.prints = 2;
        let found = kinds(3, &[spoiled, again]);
        assert_eq!(found, [Irregular::Spoiled, Irregular::LaterSheet]);
        assert!(found.iter().all(|kind| !kind.grave()));
        let mut open = sound(1);
        open.issued_at = None;
        assert!(kinds(2, std::slice::from_ref(&open)).is_empty(), "it may be under way");
        open.made_at = Some(NOW + (-2 * HOUR));
        assert_eq!(kinds(2, &[open]), [Irregular::Open]);
    }
}
