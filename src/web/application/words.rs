//! The words for what applications say: claims, conditions, states.

use crate::enrolment::Need;
use crate::office::application::{ListedApplication, VerdictView};
use crate::web::Frame;

/// The word under which a value of the chapters stands in forms and message files.
pub(super) fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

pub(super) fn source(frame: &Frame, one: &ListedApplication) -> String {
    if one.source.is_empty() {
        String::new()
    } else {
        frame.join("source-", &one.source)
    }
}

pub(super) fn education(frame: &Frame, one: &ListedApplication) -> String {
    let education = one.claims.education;
    education.map_or_else(String::new, |education| frame.join("education-", word(education)))
}

pub(super) fn years(one: &ListedApplication) -> String {
    one.claims
        .trade_years
        .map_or_else(String::new, |years| years.to_string())
}

/// The colour of a state; its word stands beside it.
pub(super) fn tone(one: &ListedApplication) -> &'static str {
    match one.state.as_str() {
        "approved" => "good",
        "rejected" => "bad",
        "registered" => "warn",
        _ => "",
    }
}

/// What the conditions say: the line that is met, or what the nearest one lacks.
pub(super) fn verdict(frame: &Frame, verdict: &VerdictView) -> String {
    if let Some(line) = &verdict.met {
        return frame.say("verdict-met", "line", line);
    }
    match verdict.missing.first() {
        Some(nearest) => frame.say("verdict-missing", "what", lacks(frame, &nearest.needs)),
        None => frame.t("verdict-no-rule"),
    }
}

/// What a line of the conditions lacks, in words.
pub(super) fn lacks(frame: &Frame, needs: &[Need]) -> String {
    let needs: Vec<String> = needs.iter().map(|need| need_words(frame, need)).collect();
    needs.join(&frame.t("list-and"))
}

fn need_words(frame: &Frame, need: &Need) -> String {
    match need {
        Need::Age { years } => frame.n("need-age", "years", *years),
        Need::Work { years } => frame.n("need-work", "years", *years),
        Need::Held { level, years } => {
            let held = frame.say("need-held", "level", frame.join("level-", level));
            if *years > 0 {
                format!("{held}{}", frame.n("need-held-years", "years", *years))
            } else {
                held
            }
        }
        Need::Education { any_of } => {
            let names: Vec<String> = any_of
                .iter()
                .map(|education| frame.join("education-", word(education)))
                .collect();
            frame.say("need-education", "any", names.join(&frame.t("list-or")))
        }
        Need::Title { class, years } => {
            let title = frame.join("need-title-", word(class));
            format!("{title}{}", frame.n("need-held-years", "years", *years))
        }
        Need::Training { hours } => frame.n("need-training", "hours", *hours),
    }
}
