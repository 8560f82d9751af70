//! The response conditions of QTI 1.2.

use super::answers::{self, ALL};
use super::loss::{LossKind, short};
use super::number::Decimal;
use super::xml::Node;

/// What an answer must be to be worth something.
#[derive(Debug, Default)]
pub(super) struct Condition {
    /// Answer and value that must be.
    pub(super) equal: Vec<(String, String)>,
    pub(super) least: Option<String>,
    pub(super) most: Option<String>,
    pub(super) case_matters: bool,
    /// A kind of condition that we do not have.
    pub(super) strange: Option<String>,
    pub(super) share: i64,
    pub(super) adds: bool,
}

/// The conditions of an item, each with its share of the marks.
pub(super) fn conditions(node: &Node) -> Vec<Condition> {
    let processing: Vec<&Node> = node.named("resprocessing").collect();
    let declared = processing
        .iter()
        .flat_map(|node| node.all("decvar"))
        .find_map(|node| Decimal::parse(node.get("maxvalue")).and_then(|_| answers::percent(node.get("maxvalue"))));
    let mut conditions = Vec::new();
    let mut most = 0;
    for node in processing.iter().flat_map(|node| node.named("respcondition")) {
        let Some(set) = node.child("setvar") else {
            continue;
        };
        let value = set.text();
        let share = if value == "SCORE.max" {
            declared.filter(|max| *max > 0).unwrap_or(ALL)
        } else {
            answers::percent(&value).unwrap_or(0)
        };
        most = most.max(share);
        let mut condition = Condition {
            share,
            adds: set.get("action") == "Add",
            ..Condition::default()
        };
        if let Some(var) = node.child("conditionvar") {
            gather(var, &mut condition);
        }
        conditions.push(condition);
    }
    let total: i64 = conditions
        .iter()
        .filter(|condition| condition.adds && condition.share > 0)
        .map(|condition| condition.share)
        .sum();
    let full = declared.filter(|max| *max > 0).unwrap_or(most.max(total)).max(1);
    for condition in &mut conditions {
        condition.share = condition.share.saturating_mul(ALL) / full;
        if (condition.share - ALL).abs() < 100 {
            condition.share = ALL;
        }
    }
    conditions
}

/// Refuses conditions of kinds that we do not have.
pub(super) fn strange(conditions: &[Condition]) -> Result<(), LossKind> {
    let strange = conditions.iter().find_map(|condition| condition.strange.clone());
    strange.map_or(Ok(()), |rule| Err(LossKind::ResponseRule { rule }))
}

/// What a condition asks for. What stands under `not` must not be; a choice that is not listed is not chosen anyway.
fn gather(node: &Node, condition: &mut Condition) {
    for child in node.nodes() {
        let text = child.text();
        match child.name.as_str() {
            "varequal" => {
                condition.case_matters |= child.get("case").eq_ignore_ascii_case("yes");
                condition.equal.push((child.get("respident").to_owned(), text));
            }
            "vargte" => condition.least = Some(text),
            "varlte" => condition.most = Some(text),
            "and" | "or" => gather(child, condition),
            "not" | "other" | "unanswered" => {}
            other => condition.strange = Some(short(other, 40)),
        }
    }
}
