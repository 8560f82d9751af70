//! Moodle's cloze text: `{1:MULTICHOICE:=right~wrong}` within a text.

use super::answers::{self, ALL, Weighted, percent};
use super::flow::Pictures;
use super::loss::{LossKind, short};
use super::model::{Blank, Body, Exchange, Place, Question};
use super::{html, text};

/// What stands for a blank while the text around it is read.
const OPEN: char = '\u{F0010}';
const CLOSE: char = '\u{F0011}';

/// Reads a file of cloze texts; a line of `---` stands between two.
pub(super) fn read(text: &str, file: &str) -> Exchange {
    let mut exchange = Exchange::default();
    let (mut start, mut lines) = (1, Vec::new());
    for (line, number) in text.lines().chain(["---"]).zip(1..) {
        if line.trim() != "---" {
            lines.push(line);
            continue;
        }
        let raw = std::mem::take(&mut lines).join("\n");
        if !raw.trim().is_empty() {
            let blank = raw.lines().take_while(|line| line.trim().is_empty()).count();
            let line = start + u32::try_from(blank).unwrap_or(0);
            one(
                &raw,
                Place {
                    file: file.to_owned(),
                    line,
                },
                &mut exchange,
            );
        }
        start = number + 1;
    }
    exchange
}

fn one(raw: &str, place: Place, exchange: &mut Exchange) {
    let item = short(raw.trim(), 60);
    let mut losses = Vec::new();
    let parsed = if raw.chars().any(|c| matches!(u32::from(c), 0xF_0000..=0x10_FFFF)) {
        Err(LossKind::BadCharacter {
            code: "U+F0000".to_owned(),
        })
    } else {
        parse(raw, &mut losses)
    };
    match parsed {
        Ok((marked, blanks)) => {
            let text = if super::gift::looks_like_html(&marked) {
                let mut taken = std::collections::BTreeMap::new();
                let (text, lost) = html::from_html(
                    &marked,
                    &mut Pictures {
                        find: &|_| None,
                        taken: &mut taken,
                    },
                );
                losses.extend(lost);
                exchange.pictures.extend(taken);
                text
            } else {
                text::foreign(marked.trim())
            };
            let question = Question::bare(unmark(&text), Body::TrueFalse { key: true });
            exchange.settle(place, &item, losses, question, Ok(Body::Cloze { blanks }));
        }
        Err(loss) => {
            _ = exchange.settle(
                place,
                &item,
                losses,
                Question::bare(String::new(), Body::TrueFalse { key: true }),
                Err(loss),
            );
        }
    }
}

/// Puts our marks where the blanks were.
pub(super) fn unmark(text: &str) -> String {
    text.replace(OPEN, "{{").replace(CLOSE, "}}")
}

/// Takes the blanks out of a text.
pub(super) fn parse(raw: &str, losses: &mut Vec<LossKind>) -> Result<(String, Vec<Blank>), LossKind> {
    let mut blanks = Vec::new();
    let mut marked = String::new();
    let mut rest = raw;
    while let Some(open) = rest.find('{') {
        let (before, inner) = rest.split_at(open);
        marked.push_str(before);
        if before.ends_with('\\') && head(&inner[1..]).is_some() {
            marked.pop();
            marked.push('{');
            rest = &inner[1..];
            continue;
        }
        if let Some((weight, kind, after)) = head(&inner[1..]) {
            let end = end(after).ok_or_else(|| LossKind::BadKey { key: short(inner, 40) })?;
            if weight != "1" && !weight.is_empty() {
                losses.push(LossKind::Marks {
                    value: short(weight, 20),
                });
            }
            blanks.push(blank(kind, &after[..end], losses)?);
            put!(marked, "{OPEN}{}{CLOSE}", blanks.len());
            rest = &after[end + 1..];
        } else {
            marked.push('{');
            rest = &inner[1..];
        }
    }
    marked.push_str(rest);
    if blanks.is_empty() {
        return Err(LossKind::NoKey {});
    }
    if blanks.len() > 1 {
        losses.push(LossKind::PartialCredit {
            rule: format!("1/{}", blanks.len()),
        });
    }
    Ok((marked, blanks))
}

/// `1:SHORTANSWER:` after a brace.
fn head(inner: &str) -> Option<(&str, &str, &str)> {
    let near = inner.char_indices().nth(60).map_or(inner.len(), |(at, _)| at);
    let (weight, after) = inner[..near].split_once(':')?;
    let (kind, _) = after.split_once(':')?;
    let weight = weight.trim();
    let word = kind.trim();
    let fits = weight.bytes().all(|byte| byte.is_ascii_digit())
        && !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let start = inner[..near].find(':')? + 1 + kind.len() + 1;
    fits.then_some((weight, word, &inner[start..]))
}

/// Where a blank ends.
fn end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().take(20_000) {
        match c {
            '}' if !escaped => return Some(at),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

fn blank(kind: &str, inner: &str, losses: &mut Vec<LossKind>) -> Result<Blank, LossKind> {
    let unescaped = html::unescaped(inner);
    let mut answers = Vec::new();
    for part in split(&unescaped) {
        let (share, text) = match part.strip_prefix('=') {
            Some(text) => (ALL, text),
            None => match part.strip_prefix('%').and_then(|part| part.split_once('%')) {
                Some((share, text)) => (
                    percent(share).ok_or_else(|| LossKind::BadKey { key: short(&part, 40) })?,
                    text,
                ),
                None => (0, part.as_str()),
            },
        };
        let (text, feedback) = split_at_mark(text);
        if !feedback.trim().is_empty() {
            losses.push(LossKind::Feedback { to: short(&text, 40) });
        }
        answers.push(Weighted {
            text: text.trim().to_owned(),
            share,
        });
    }
    match kind {
        "MULTICHOICE" | "MC" | "MULTICHOICE_V" | "MCV" | "MULTICHOICE_H" | "MCH" | "MULTICHOICE_S" | "MCS"
        | "MULTICHOICE_VS" | "MCVS" | "MULTICHOICE_HS" | "MCHS" => {
            for answer in &mut answers {
                answer.text = text::foreign(&answer.text);
            }
            let body = answers::choice(answers, false, false, losses)?;
            answers::blank(body).ok_or(LossKind::NoKey {})
        }
        "SHORTANSWER" | "SA" | "MW" | "SHORTANSWER_C" | "SAC" | "MWC" => {
            let case_matters = kind.ends_with('C');
            answers::words(&answers, case_matters, losses).map(Blank::Words)
        }
        "NUMERICAL" | "NM" => {
            let found: Vec<(Weighted, String)> = answers
                .into_iter()
                .map(|answer| {
                    let (value, tolerance) = answer.text.split_once(':').unwrap_or((&answer.text, "0"));
                    (
                        Weighted {
                            text: value.to_owned(),
                            share: answer.share,
                        },
                        tolerance.to_owned(),
                    )
                })
                .collect();
            answers::number(&found, Vec::new(), losses).map(Blank::Number)
        }
        other => Err(LossKind::TypeUnsupported { name: short(other, 40) }),
    }
}

/// The parts between tildes that are not escaped.
fn split(inner: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = inner.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                if let Some(part) = parts.last_mut() {
                    // The mark of a feedback stays escaped until it was looked for.
                    if rest.peek() == Some(&'#')
                        || !matches!(rest.peek(), Some('~' | '=' | '}' | '{' | '"' | '/' | '\\'))
                    {
                        part.push('\\');
                    }
                    part.extend(rest.next());
                }
            }
            '~' => parts.push(String::new()),
            c => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    // `{1:MC:~wrong~=right}` begins with nothing.
    if parts.first().is_some_and(|part| part.trim().is_empty()) && parts.len() > 1 {
        parts.remove(0);
    }
    parts
}

fn split_at_mark(text: &str) -> (String, String) {
    let hidden = text.replace("\\#", "\u{F0012}");
    let (text, feedback) = hidden.split_once('#').unwrap_or((&hidden, ""));
    (text.replace('\u{F0012}', "#"), feedback.replace('\u{F0012}', "#"))
}

/// A blank as cloze text.
pub(super) fn told(blank: &Blank) -> String {
    let said = |text: &str| {
        let mut escaped = String::new();
        for c in text::flat(text).unwrap_or_default().chars() {
            if matches!(c, '~' | '=' | '}' | '{' | '#' | '"' | '\\' | '/') {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        super::xml::escaped(&escaped)
    };
    match blank {
        Blank::Choice { options, key } => {
            let told: Vec<String> = options
                .iter()
                .enumerate()
                .map(|(place, option)| format!("{}{}", if place == *key { "=" } else { "" }, said(option)))
                .collect();
            format!("{{1:MULTICHOICE:{}}}", told.join("~"))
        }
        Blank::Words(words) => {
            let told: Vec<String> = words
                .accept
                .iter()
                .map(|right| format!("={}", said(&right.replace('*', "\\*"))))
                .collect();
            let kind = if words.case_matters {
                "SHORTANSWER_C"
            } else {
                "SHORTANSWER"
            };
            format!("{{1:{kind}:{}}}", told.join("~"))
        }
        Blank::Number(number) => format!("{{1:NUMERICAL:={}:{}}}", number.value, number.tolerance),
    }
}
