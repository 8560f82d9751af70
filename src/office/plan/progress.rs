//! Where a batch stands: each step of its work with a light and the numbers behind it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::kernel::{BatchId, Timestamp};
use crate::store::plan::{BatchRow, PlanRow};
use crate::store::readiness::{self, ListRow, ReadinessRow};
use crate::store::{Connection, StoreError};

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Done.
    Green,
    /// Begun, or to be done now.
    Amber,
    /// Something stops it.
    Red,
    /// Its turn has not come.
    Grey,
}

impl Light {
    /// The name for message keys and classes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Grey => "grey",
        }
    }
}

/// A number behind a light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Count {
    /// What is counted.
    pub name: &'static str,
    /// How many.
    pub number: i64,
}

/// A step of a batch's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// How it stands.
    pub light: Light,
    /// The numbers behind it.
    pub counts: Vec<Count>,
    /// Where it is done.
    pub href: String,
}

/// What the lights are made of.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a batch")]
pub(super) struct Facts {
    pub(super) batch: BatchId,
    pub(super) published: bool,
    pub(super) registration_over: bool,
    pub(super) theory: bool,
    pub(super) practical: bool,
    pub(super) state: String,
    pub(super) publicity_over: bool,
    pub(super) numbers: ReadinessRow,
    pub(super) list: Option<ListRow>,
}

impl Facts {
    pub(super) async fn gather(
        connection: &mut Connection,
        plan: &PlanRow,
        batch: &BatchRow,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            batch: batch.id,
            published: plan.state == "published",
            registration_over: plan.registration_until <= now,
            theory: batch.theory == 1,
            practical: batch.practical == 1,
            state: batch.state.clone(),
            publicity_over: batch.publicity_until.is_some_and(|until| until <= now),
            numbers: readiness::of(connection, batch.id).await?,
            list: readiness::certificate_list(connection, batch.id).await?,
        })
    }
}

/// Done, or begun when something is there, or not yet.
fn light(done: bool, begun: bool) -> Light {
    match (done, begun) {
        (true, _) => Light::Green,
        (false, true) => Light::Amber,
        (false, false) => Light::Grey,
    }
}

fn count(name: &'static str, number: i64) -> Count {
    Count { name, number }
}

/// The steps of a batch, in order. A component that is not examined has no step.
pub(super) fn steps(facts: &Facts) -> Vec<Step> {
    let n = &facts.numbers;
    let at = |place: &str| format!("/batches/{}{place}", facts.batch);
    let step = |name, light, counts: &[Count], href: String| Step {
        name,
        light,
        counts: counts.iter().copied().filter(|count| count.number != 0).collect(),
        href,
    };
    let people = n.approved > 0;
    let decided = n.registered == 0 && people;
    let mut steps = vec![
        step("plan", light(facts.published, true), &[], "/batches".to_owned()),
        step(
            "registration",
            light(facts.published && facts.registration_over, facts.published),
            &[
                count("applications", n.registered + n.approved + n.rejected),
                count("without-photo", n.without_photo),
            ],
            at("/applications"),
        ),
        step(
            "eligibility",
            light(decided, n.registered + n.approved > 0),
            &[
                count("undecided", n.registered),
                count("approved", n.approved),
                count("rejected", n.rejected),
            ],
            at("/applications"),
        ),
        seats(facts, &step),
        papers(facts, &step),
    ];
    if facts.theory {
        let counts = [
            count("papers", n.papers),
            count("submitted", n.submitted),
            count("closed", n.theory_closed),
        ];
        let over = n.theory_sessions > 0 && n.theory_closed == n.theory_sessions && n.theory_seats >= n.approved;
        steps.push(step(
            "theory",
            light(over, n.submitted + n.theory_closed > 0),
            &counts,
            at("/sessions"),
        ));
    }
    if facts.practical {
        let counts = [
            count("sheets-open", n.sheets_open),
            count("sheets-signed", n.sheets_signed),
            count("closed", n.practical_closed),
        ];
        let over =
            n.practical_sessions > 0 && n.practical_closed == n.practical_sessions && n.practical_seats >= n.approved;
        steps.push(step(
            "practical",
            light(over, n.sheets_open + n.sheets_signed > 0),
            &counts,
            at("/sessions"),
        ));
    }
    steps.extend(after(facts, &step, &at));
    steps
}

fn seats(facts: &Facts, step: &impl Fn(&'static str, Light, &[Count], String) -> Step) -> Step {
    let n = &facts.numbers;
    let wanted = n.approved * (i64::from(facts.theory) + i64::from(facts.practical));
    let given = i64::from(facts.theory) * n.theory_seats + i64::from(facts.practical) * n.practical_seats;
    let sessions = n.theory_sessions + n.practical_sessions;
    let unstaffed = n.theory_unstaffed + n.practical_unstaffed;
    let missing = wanted - given;
    let counts = [
        count("sessions", sessions),
        count("seated", given),
        count("unseated", missing),
        count("unstaffed", unstaffed),
        count("tickets", n.tickets),
    ];
    let done = wanted > 0 && missing == 0 && unstaffed == 0 && n.tickets == n.approved;
    let href = format!("/batches/{}/sessions", facts.batch);
    step("seats", light(done, n.approved > 0), &counts, href)
}

fn papers(facts: &Facts, step: &impl Fn(&'static str, Light, &[Count], String) -> Step) -> Step {
    let n = &facts.numbers;
    let counts = [count("papers", n.papers), count("tasks-drawn", n.tasks_drawn)];
    let theory = !facts.theory || (n.theory_seats > 0 && n.papers >= n.theory_seats && n.theory_seats >= n.approved);
    let practical = !facts.practical || (n.practical_sessions > 0 && n.tasks_drawn == n.practical_sessions);
    let begun = n.papers + n.tasks_drawn > 0 || n.theory_seats + n.practical_seats > 0;
    let href = format!("/batches/{}/sessions", facts.batch);
    step("papers", light(theory && practical, begun), &counts, href)
}

/// Results, publicity and certificates.
fn after(
    facts: &Facts,
    step: &impl Fn(&'static str, Light, &[Count], String) -> Step,
    at: &impl Fn(&str) -> String,
) -> Vec<Step> {
    let n = &facts.numbers;
    let settled = facts.state != "open";
    let approved = facts.state == "approved" || facts.state == "published";
    let published = facts.state == "published";
    let results = if n.holds > 0 {
        Light::Red
    } else {
        light(approved, settled)
    };
    let publicity = if published && n.holds > 0 {
        Light::Red
    } else {
        light(published && facts.publicity_over, published || approved)
    };
    let total = facts.list.as_ref().map_or(0, |list| list.total);
    let issued = facts.list.is_some() && n.certificates >= total;
    vec![
        step(
            "results",
            results,
            &[count("results", n.results), count("holds", n.holds)],
            at("/results"),
        ),
        step("publicity", publicity, &[], at("/results")),
        step(
            "certificates",
            light(issued && published, facts.list.is_some() || facts.publicity_over),
            &[count("listed", total), count("issued", n.certificates)],
            at("/certificates"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{SeededEntropy, Timestamp};

    fn facts() -> Facts {
        Facts {
            batch: BatchId::new(Timestamp::from_millis(1), &SeededEntropy::new(1)),
            published: true,
            registration_over: true,
            theory: true,
            practical: true,
            state: "open".to_owned(),
            publicity_over: false,
            numbers: ReadinessRow::default(),
            list: None,
        }
    }

    fn of(facts: &Facts, name: &str) -> Light {
        let step = steps(facts).into_iter().find(|step| step.name == name);
        step.unwrap().light
    }

    #[test]
    fn a_fresh_batch_waits_for_its_people() {
        let fresh = facts();
        assert_eq!(of(&fresh, "plan"), Light::Green);
        assert_eq!(of(&fresh, "eligibility"), Light::Grey);
        assert_eq!(of(&fresh, "seats"), Light::Grey);
        assert_eq!(of(&fresh, "certificates"), Light::Grey);
    }

    #[test]
    fn seats_are_green_only_when_everybody_has_seat_staff_and_ticket() {
        let mut facts = facts();
        facts.numbers = ReadinessRow {
            approved: 3,
            theory_sessions: 1,
            practical_sessions: 1,
            theory_seats: 3,
            practical_seats: 3,
            tickets: 3,
            ..ReadinessRow::default()
        };
        assert_eq!(of(&facts, "seats"), Light::Green);
        facts.numbers.tickets = 2;
        assert_eq!(of(&facts, "seats"), Light::Amber);
        facts.numbers.tickets = 3;
        facts.numbers.practical_unstaffed = 1;
        assert_eq!(of(&facts, "seats"), Light::Amber);
        facts.practical = false;
        assert!(steps(&facts).iter().all(|step| step.name != "practical"));
    }

    #[test]
    fn a_hold_turns_the_results_red() {
        let mut facts = facts();
        facts.state = "approved".to_owned();
        assert_eq!(of(&facts, "results"), Light::Green);
        facts.numbers.holds = 1;
        assert_eq!(of(&facts, "results"), Light::Red);
    }
}
