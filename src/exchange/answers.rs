//! Answers with weights, as several formats have them, against what a bank can say: right or wrong, all or nothing.

use super::loss::{LossKind, short};
use super::model::{Blank, Body, Number, Unit, Words};
use super::number::{Decimal, plain};

/// An answer with its share of the marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weighted {
    /// What is answered.
    pub(super) text: String,
    /// The share, in units of 1/100,000 of a percent.
    pub(super) share: i64,
}

/// All of the marks.
pub(super) const ALL: i64 = 10_000_000;

/// A share in percent.
pub(super) fn percent(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('%');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (negative, whole) = whole.strip_prefix('-').map_or((false, whole), |whole| (true, whole));
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digits: String = fraction.chars().chain("00000".chars()).take(5).collect();
    let digits: i64 = digits
        .parse()
        .ok()
        .filter(|_| fraction.bytes().all(|b| b.is_ascii_digit()))?;
    let share = whole.checked_mul(100_000)?.checked_add(digits)?;
    (whole <= 1_000).then_some(if negative { -share } else { share })
}

/// Shares as people read them.
fn shown(shares: impl Iterator<Item = i64>) -> String {
    let shown: Vec<String> = shares
        .take(12)
        .map(|share| {
            let sign = if share < 0 { "-" } else { "" };
            format!("{sign}{}%", share.abs() / 100_000)
        })
        .collect();
    shown.join(", ")
}

/// Options of which one or several are right. `paper` says that the weights were only written because the format wants them.
pub(super) fn choice(
    answers: Vec<Weighted>,
    several: bool,
    paper: bool,
    losses: &mut Vec<LossKind>,
) -> Result<Body, LossKind> {
    let shares: Vec<i64> = answers.iter().map(|answer| answer.share).collect();
    let best = shares.iter().copied().max().unwrap_or(0);
    if best <= 0 {
        return Err(LossKind::NoKey {});
    }
    let keys: Vec<usize> = if several {
        (0..shares.len()).filter(|place| shares[*place] > 0).collect()
    } else {
        (0..shares.len()).filter(|place| shares[*place] == best).collect()
    };
    if !several && keys.len() > 1 {
        let rule = shown(shares.into_iter());
        return Err(LossKind::ResponseRule { rule });
    }
    let partial = if several {
        keys.len() > 1
    } else {
        best != ALL || shares.iter().any(|share| *share > 0 && *share < best)
    };
    let sum: i64 = shares.iter().filter(|share| **share > 0).sum();
    if several && (sum - ALL).abs() > 1_000 && !paper {
        // Not all the right ones together are worth all the marks: which answer is full is not clear.
        let rule = shown(shares.into_iter());
        return Err(LossKind::ResponseRule { rule });
    }
    if partial && !paper {
        losses.push(LossKind::PartialCredit {
            rule: shown(shares.iter().copied()),
        });
    }
    if !several && shares.iter().any(|share| *share < 0) && !paper {
        losses.push(LossKind::Penalty {
            rule: shown(shares.iter().copied()),
        });
    }
    let options = answers.into_iter().map(|answer| answer.text).collect();
    Ok(Body::Choice { several, options, keys })
}

/// Words that are right; those worth less are left out and told.
pub(super) fn words(answers: &[Weighted], case_matters: bool, losses: &mut Vec<LossKind>) -> Result<Words, LossKind> {
    let full: Vec<&Weighted> = answers.iter().filter(|answer| answer.share == ALL).collect();
    if full.is_empty() || full.iter().any(|answer| answer.text == "*") {
        let rule = full.first().map_or_else(String::new, |answer| answer.text.clone());
        return Err(if rule.is_empty() {
            LossKind::NoKey {}
        } else {
            LossKind::ResponseRule { rule }
        });
    }
    for answer in answers {
        if answer.share != ALL && answer.share != 0 {
            let rule = format!("{}: {}", short(&answer.text, 40), shown(std::iter::once(answer.share)));
            losses.push(LossKind::PartialCredit { rule });
        }
    }
    let mut accept = Vec::new();
    for answer in full {
        if answer.text.contains('*') && !answer.text.contains("\\*") {
            losses.push(LossKind::Wildcard {
                answer: short(&answer.text, 40),
            });
        }
        let text = answer.text.replace("\\*", "*");
        if !accept.contains(&text) {
            accept.push(text);
        }
    }
    // Other systems compare what is typed as it stands, blanks included.
    Ok(Words {
        accept,
        case_matters,
        blanks_matter: true,
    })
}

/// A number with what it may lie off; of several, the one worth all.
pub(super) fn number(
    answers: &[(Weighted, String)],
    units: Vec<Unit>,
    losses: &mut Vec<LossKind>,
) -> Result<Number, LossKind> {
    let mut full = answers.iter().filter(|(answer, _)| answer.share == ALL);
    let (Some((answer, tolerance)), rest) = (full.next(), full.next()) else {
        return Err(LossKind::NoKey {});
    };
    if rest.is_some() {
        let rule = answers
            .iter()
            .map(|(answer, _)| short(&answer.text, 20))
            .collect::<Vec<_>>()
            .join(", ");
        return Err(LossKind::ResponseRule { rule });
    }
    let other = answers
        .iter()
        .filter(|(answer, _)| answer.share != ALL && answer.share != 0);
    for (answer, _) in other {
        let rule = format!("{}: {}", short(&answer.text, 40), shown(std::iter::once(answer.share)));
        losses.push(LossKind::PartialCredit { rule });
    }
    let bad = || LossKind::BadKey {
        key: short(&answer.text, 40),
    };
    let value = plain(&answer.text).ok_or_else(bad)?;
    let tolerance = if tolerance.trim().is_empty() { "0" } else { tolerance };
    let width = Decimal::parse(tolerance).filter(|width| !width.is_negative());
    let width = width.ok_or_else(|| LossKind::BadKey {
        key: short(tolerance, 40),
    })?;
    Ok(Number {
        value,
        tolerance: width.to_string(),
        units,
    })
}

/// A choice as a blank.
pub(super) fn blank(body: Body) -> Option<Blank> {
    match body {
        Body::Choice {
            several: false,
            options,
            keys,
        } => Some(Blank::Choice {
            options,
            key: *keys.first()?,
        }),
        Body::Number(number) => Some(Blank::Number(number)),
        Body::Words(words) => Some(Blank::Words(words)),
        Body::Choice { .. }
        | Body::TrueFalse { .. }
        | Body::Cloze { .. }
        | Body::Matching { .. }
        | Body::Ordering { .. }
        | Body::Hotspot(_)
        | Body::Written { .. } => None,
    }
}

/// A matching question of prompts, each with its option; an option without a prompt only distracts.
pub(super) fn matching(pairs: Vec<(String, String)>) -> Body {
    let (mut prompts, mut options, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for (prompt, option) in pairs {
        let place = options.iter().position(|known| *known == option).unwrap_or_else(|| {
            options.push(option);
            options.len() - 1
        });
        if !prompt.is_empty() {
            prompts.push(prompt);
            keys.push(place);
        }
    }
    Body::Matching { prompts, options, keys }
}
