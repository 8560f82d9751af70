//! Resits: a passed component is kept for a time, only the others are taken again, and only so often.

use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Component;

/// The rule of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeepRule {
    /// A pass is kept for so many months from publication.
    pub keep_months: u16,
    /// A candidate may resit so many times.
    pub most_resits: u16,
}

impl Default for KeepRule {
    /// A year, and one resit.
    fn default() -> Self {
        Self {
            keep_months: 12,
            most_resits: 1,
        }
    }
}

/// A component passed in an earlier sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassedBefore {
    /// Which.
    pub component: Component,
    /// When its result was published.
    pub published: Date,
}

/// Why a candidate does not resit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResitRefusal {
    /// Every component is passed and still kept.
    #[error("every component is passed")]
    NothingToSit,
    /// The resits are used up; a new application takes all components.
    #[error("{taken} resits were taken; {most} are allowed")]
    UsedUp {
        /// How many were taken.
        taken: u16,
        /// How many are allowed.
        most: u16,
    },
}

/// The components that a resit on this day must take: those not passed, and those whose pass is no longer kept.
pub fn components_to_sit(
    required: &[Component],
    passed: &[PassedBefore],
    resits_taken: u16,
    rule: &KeepRule,
    on: Date,
) -> Result<Vec<Component>, ResitRefusal> {
    let kept = |component: &Component| {
        let mut of_it = passed.iter().filter(|before| before.component == *component);
        of_it.any(|before| rule.keeps(before.published, on))
    };
    let open: Vec<Component> = required.iter().filter(|component| !kept(component)).copied().collect();
    if open.is_empty() {
        return Err(ResitRefusal::NothingToSit);
    }
    if resits_taken >= rule.most_resits {
        return Err(ResitRefusal::UsedUp {
            taken: resits_taken,
            most: rule.most_resits,
        });
    }
    Ok(open)
}

impl KeepRule {
    /// The first day on which a pass published on that day is no longer kept.
    pub fn kept_until(self, published: Date) -> Option<Date> {
        published.checked_add(i32::from(self.keep_months).months()).ok()
    }

    fn keeps(self, published: Date, on: Date) -> bool {
        self.kept_until(published).is_some_and(|until| on < until)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const BOTH: [Component; 2] = [Component::Theory, Component::Practical];

    fn passed(component: Component) -> PassedBefore {
        let published = date(2024, 3, 1);
        PassedBefore { component, published }
    }

    fn sit(passed: &[PassedBefore], taken: u16, on: Date) -> Result<Vec<Component>, ResitRefusal> {
        components_to_sit(&BOTH, passed, taken, &KeepRule::default(), on)
    }

    #[test]
    fn only_the_failed_component_is_taken_again_while_the_pass_is_kept() {
        let theory = [passed(Component::Theory)];
        assert_eq!(sit(&theory, 0, date(2025, 2, 28)), Ok(vec![Component::Practical]));
        assert_eq!(sit(&theory, 0, date(2025, 3, 1)), Ok(BOTH.to_vec()));
    }

    #[test]
    fn resits_are_counted_and_a_full_pass_needs_none() {
        let theory = [passed(Component::Theory)];
        let used = ResitRefusal::UsedUp { taken: 1, most: 1 };
        assert_eq!(sit(&theory, 1, date(2024, 9, 1)), Err(used));
        let both = BOTH.map(passed);
        assert_eq!(sit(&both, 0, date(2024, 9, 1)), Err(ResitRefusal::NothingToSit));
    }
}
