//! What a bank knows and other formats have no field for, written as tags: `jianding-difficulty=3`.

use super::model::{Body, Question};
use super::text::percent_decoded;

const PREFIX: &str = "jianding-";

/// The tags of a question.
pub(super) fn of(question: &Question) -> Vec<String> {
    let mut tags = Vec::new();
    let mut tag = |name: &str, value: &str| tags.push(format!("{PREFIX}{name}={}", guarded(value)));
    if let Some(difficulty) = question.difficulty {
        tag("difficulty", &difficulty.to_string());
    }
    if !question.source.is_empty() {
        tag("source", &question.source);
    }
    for enemy in &question.enemies {
        tag("enemy", enemy);
    }
    if question.fixed_options {
        tag("options", "fixed");
    }
    // A bank leaves scoring to the paper rule; where the format must say something, this tells that it is not meant.
    if matches!(question.body, Body::Choice { several: true, .. } | Body::Cloze { .. }) {
        tag("scoring", "paper");
    }
    if matches!(question.body, Body::Cloze { .. }) {
        tag("type", "cloze");
    }
    tags
}

/// What a set of tags said.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Scoring is left to the paper.
    pub(super) paper_scores: bool,
    /// A single field in a text is a blank, not the whole answer.
    pub(super) cloze: bool,
}

/// Takes what the tags say; gives back those that are not ours.
pub(super) fn take(question: &mut Question, tags: &[String], known: &mut Known) -> Vec<String> {
    let mut foreign = Vec::new();
    for tag in tags {
        let ours = tag.trim().strip_prefix(PREFIX).and_then(|tag| tag.split_once('='));
        let Some((name, value)) = ours else {
            foreign.push(tag.clone());
            continue;
        };
        let value = percent_decoded(value);
        match name {
            "difficulty" => question.difficulty = value.parse().ok().filter(|grade| (1..=5).contains(grade)),
            "source" => question.source = value,
            "enemy" => question.enemies.push(value),
            "options" => question.fixed_options = value == "fixed",
            "type" => known.cloze = value == "cloze",
            "scoring" => known.paper_scores = value == "paper",
            _ => foreign.push(tag.clone()),
        }
    }
    foreign
}

/// Without the characters that end a tag somewhere.
fn guarded(value: &str) -> String {
    let mut guarded = String::new();
    for c in value.chars() {
        match c {
            '%' | '[' | ']' | ',' | '\n' | '\r' | '\t' | ':' => put!(guarded, "%{:02X}", u32::from(c)),
            c => guarded.push(c),
        }
    }
    guarded
}
