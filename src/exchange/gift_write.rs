//! GIFT, written.

use super::loss::LossKind;
use super::model::{Body, Exchange, Question, Words};
use super::{Written, joined, moodle, tags, text};

/// Writes GIFT.
pub(super) fn write(exchange: &Exchange) -> Written {
    let mut written = Written::new("gift");
    let mut out = String::new();
    let mut category: Option<&[String]> = None;
    for found in &exchange.questions {
        let question = &found.question;
        let body = match told(question) {
            Ok(body) => body,
            Err(loss) => {
                written.lose(found, loss);
                continue;
            }
        };
        if category != Some(&question.path) {
            put!(out, "$CATEGORY: {}\n\n", moodle::category(&question.path));
            category = Some(&question.path);
        }
        let tags = joined(tags::of(question).iter().map(|tag| format!(" [tag:{tag}]")));
        if !question.id.is_empty() || !tags.is_empty() {
            put!(out, "// [id:{}]{tags}\n", question.id);
        }
        let unsaid = match &question.body {
            Body::Written { guide, .. } if !guide.is_empty() => Some("guide"),
            // The tag brings them back; nobody else would show them.
            Body::Number(number) if !number.units.is_empty() => Some("unit"),
            _ => None,
        };
        if let Some(what) = unsaid {
            let (what, format) = (what.to_owned(), "GIFT".to_owned());
            written.lose(found, LossKind::Unsaid { what, format });
        }
        out.push_str(&body);
        out.push_str("\n\n");
    }
    written.bytes = out.into_bytes();
    written
}

fn told(question: &Question) -> Result<String, LossKind> {
    let said = |text: &str| text::flat(text).map(|flat| escaped(&flat));
    let unsaid = || LossKind::TypeUnsaid {
        name: question.body.word().to_owned(),
        format: "GIFT".to_owned(),
    };
    let stem = said(&question.stem)?;
    let explanation = said(&question.explanation)?;
    let general = if explanation.is_empty() {
        String::new()
    } else {
        format!("\n\t####{explanation}")
    };
    let answer = match &question.body {
        Body::TrueFalse { key } => if *key { "TRUE" } else { "FALSE" }.to_owned(),
        Body::Choice { several, options, keys } => {
            let mut lines = String::new();
            for (place, option) in options.iter().enumerate() {
                let mark = match (several, keys.contains(&place)) {
                    (false, true) => "=".to_owned(),
                    (false, false) => "~".to_owned(),
                    (true, true) => format!("~%{}%", share(keys.len())),
                    (true, false) => "~%-100%".to_owned(),
                };
                let said = said(option)?;
                let gap = if said.starts_with('%') { " " } else { "" };
                put!(lines, "\n\t{mark}{gap}{said}");
            }
            lines
        }
        Body::Words(Words {
            accept,
            case_matters: false,
            ..
        }) => {
            let mut lines = String::new();
            for right in accept {
                if right.contains("->") || right.starts_with('%') {
                    return Err(unsaid());
                }
                put!(lines, "\n\t={}", escaped(&right.replace('*', "\\*")));
            }
            lines
        }
        Body::Number(number) => format!("#{}:{}", number.value, number.tolerance),
        Body::Matching { prompts, options, keys } => {
            let mut lines = String::new();
            for (prompt, key) in prompts.iter().map(String::as_str).zip(keys) {
                let option = options.get(*key).map(String::as_str).unwrap_or_default();
                if [prompt, option]
                    .iter()
                    .any(|text| text.contains("->") || text.starts_with('%'))
                {
                    return Err(unsaid());
                }
                put!(lines, "\n\t={} -> {}", said(prompt)?, said(option)?);
            }
            for (place, option) in options.iter().enumerate() {
                if !keys.contains(&place) {
                    put!(lines, "\n\t= -> {}", said(option)?);
                }
            }
            lines
        }
        Body::Written { .. } => String::new(),
        Body::Words(_) | Body::Cloze { .. } | Body::Ordering { .. } | Body::Hotspot(_) => return Err(unsaid()),
    };
    Ok(format!("[plain]{stem} {{{answer}{general}\n}}"))
}

/// A share of so many equal ones, as Moodle writes it.
pub(super) fn share(count: usize) -> String {
    let hundred_thousandths = 10_000_000 / i64::try_from(count.max(1)).unwrap_or(1);
    let (whole, rest) = (hundred_thousandths / 100_000, hundred_thousandths % 100_000);
    if rest == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{rest:05}")
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '~' | '=' | '#' | '{' | '}' | ':' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}
