//! The response rules of QTI 2 and 3, as far as they are of the kinds that a bank has.

use std::collections::BTreeMap;

use super::loss::{LossKind, short};
use super::xml::Node;

/// What the response rules of an item come to.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) mapped: bool,
    pub(super) summed: bool,
    pub(super) case_matters: bool,
    pub(super) tolerance: BTreeMap<String, String>,
}

/// The elements of rules that are understood.
const KNOWN: &str = "responseCondition responseIf responseElse responseElseIf match variable correct setOutcomeValue baseValue mapResponse mapResponsePoint isNull sum and not equal stringMatch multiple";

/// The response rules, as far as they are of the kinds that a bank has.
pub(super) fn rules(root: &Node) -> Result<Rules, LossKind> {
    let Some(processing) = root.child("responseProcessing") else {
        return Ok(Rules::default());
    };
    let template = processing.get("template");
    let template = template.rsplit('/').next().unwrap_or("").trim_end_matches(".xml");
    let mut rules = Rules::default();
    match template {
        "" => {}
        "map_response" | "map_response_point" => {
            rules.mapped = true;
            return Ok(rules);
        }
        "match_correct" | "CC2_match" | "CC2_match_basic" => return Ok(rules),
        other => return Err(LossKind::ResponseRule { rule: short(other, 40) }),
    }
    for node in processing.below() {
        if !KNOWN.split(' ').any(|known| known == node.name) {
            return Err(LossKind::ResponseRule {
                rule: short(&node.name, 40),
            });
        }
        match node.name.as_str() {
            "mapResponse" | "mapResponsePoint" => rules.mapped = true,
            "match" | "equal" | "stringMatch" => comparison(root, node, &mut rules)?,
            "setOutcomeValue"
                if node.find("sum").is_some()
                    && node
                        .find("variable")
                        .is_some_and(|variable| variable.get("identifier") == node.get("identifier")) =>
            {
                rules.summed = true;
            }
            _ => {}
        }
    }
    Ok(rules)
}

/// A comparison must be of an answer with its key, or of a feedback, or a single right value.
fn comparison(root: &Node, node: &Node, rules: &mut Rules) -> Result<(), LossKind> {
    let strange = || LossKind::ResponseRule {
        rule: format!("{} …", node.name),
    };
    let variable = node
        .child("variable")
        .map(|variable| variable.get("identifier").to_owned());
    if node.child("mapResponse").is_some() && node.child("baseValue").is_some() {
        return Ok(());
    }
    if node.name == "equal" {
        let tolerance = node
            .get("tolerance")
            .split_whitespace()
            .next()
            .unwrap_or("0")
            .to_owned();
        match node.get("toleranceMode") {
            "absolute" | "exact" | "" => {}
            _ => return Err(strange()),
        }
        rules.tolerance.insert(
            variable.clone().ok_or_else(strange)?,
            if node.get("toleranceMode") == "absolute" {
                tolerance
            } else {
                "0".to_owned()
            },
        );
    }
    if node.name == "stringMatch" && node.get("caseSensitive") == "true" {
        rules.case_matters = true;
    }
    if node.child("correct").is_some() {
        return Ok(());
    }
    // `match(variable RESPONSE, baseValue X)` gives partial marks; how many, cannot be told from here. Of an outcome it
    // only chooses a feedback.
    let answers = |id: &String| {
        root.named("responseDeclaration")
            .any(|node| node.get("identifier") == id)
    };
    match variable {
        Some(variable) if !answers(&variable) => Ok(()),
        _ => Err(strange()),
    }
}
