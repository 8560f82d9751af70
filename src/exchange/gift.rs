//! GIFT: questions of Moodle as lines of text.

use super::answers::{self, ALL, Weighted};
use super::flow::Pictures;
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Body, Exchange, Number, Place, Question};
use super::number::Decimal;
use super::{html, tags, text};

/// The characters that mean something in GIFT, and what stands for an escaped one while a question is taken apart. Such
/// characters never come from outside: private use is refused before.
const ESCAPED: &[(char, char)] = &[
    ('~', '\u{F0001}'),
    ('=', '\u{F0002}'),
    ('#', '\u{F0003}'),
    ('{', '\u{F0004}'),
    ('}', '\u{F0005}'),
    (':', '\u{F0006}'),
    ('\\', '\u{F0007}'),
];
const LINE_END: char = '\u{F000B}';

/// Reads GIFT.
pub(super) fn read(text: &str, file: &str) -> Result<Exchange, Refused> {
    let mut exchange = Exchange::default();
    let mut path = Vec::new();
    let mut block = Block::default();
    for (line, number) in text.lines().chain([""]).zip(1..) {
        if let Some(private) = line.chars().find(|c| matches!(u32::from(*c), 0xF_0000..=0x10_FFFF)) {
            let code = format!("U+{:04X}", u32::from(private));
            return Err(Refused::new(file, number, RefusedKind::Control { code }));
        }
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix("//") {
            block.comment(comment);
        } else if let (Some(category), true) = (trimmed.strip_prefix("$CATEGORY:"), block.lines.is_empty()) {
            path = super::moodle::path(category);
            block = Block::default();
        } else if trimmed.is_empty() {
            if !block.lines.is_empty() {
                question(&std::mem::take(&mut block), &path, file, &mut exchange)?;
                exchange.has_room()?;
            }
        } else {
            if block.lines.is_empty() {
                block.line = number;
            }
            block.lines.push(line);
        }
    }
    Ok(exchange)
}

#[derive(Default)]
struct Block<'t> {
    line: u32,
    lines: Vec<&'t str>,
    id: String,
    tags: Vec<String>,
}

impl Block<'_> {
    /// `[id:x] [tag:y]` in a comment before the question.
    fn comment(&mut self, comment: &str) {
        for part in comment.split('[').skip(1) {
            let Some((part, _)) = part.split_once(']') else {
                continue;
            };
            if let Some(id) = part.strip_prefix("id:") {
                self.id = text::percent_decoded(id.trim());
            } else if let Some(tag) = part.strip_prefix("tag:") {
                self.tags.push(tag.trim().to_owned());
            }
        }
    }
}

/// The parts of a question, still with what stands for escaped characters.
struct Taken<'t> {
    before: &'t str,
    answer: &'t str,
    /// What stands behind the answer: the answer fills a gap.
    after: &'t str,
    general: &'t str,
}

/// Takes a question apart. None for a text without an answer.
fn take(rest: &str) -> Result<Option<Taken<'_>>, &'static str> {
    let Some(open) = rest.find('{') else {
        return if rest.contains('}') {
            Err("'}' without '{'")
        } else {
            Ok(None)
        };
    };
    let close = rest[open..].find('}').map(|at| at + open).ok_or("'{' without '}'")?;
    let (before, answer, after) = (&rest[..open], rest[open + 1..close].trim(), &rest[close + 1..]);
    if after.contains(['{', '}']) || answer.contains('{') {
        return Err("more than one answer in braces");
    }
    let (answer, general) = answer.split_once("####").unwrap_or((answer, ""));
    let answer = answer.trim();
    Ok(Some(Taken {
        before,
        answer,
        after,
        general,
    }))
}

fn question(block: &Block<'_>, path: &[String], file: &str, exchange: &mut Exchange) -> Result<(), Refused> {
    let place = Place {
        file: file.to_owned(),
        line: block.line,
    };
    let syntax = |reason: &str| {
        let reason = reason.to_owned();
        Refused::new(file, block.line, RefusedKind::Syntax { reason })
    };
    let hidden = hide(&block.lines.join("\n"));
    let mut rest = hidden.trim();
    let mut title = String::new();
    if let Some(after) = rest.strip_prefix("::") {
        let (name, after) = after
            .split_once("::")
            .ok_or_else(|| syntax("a title without its end '::'"))?;
        show(name).trim().clone_into(&mut title);
        rest = after.trim_start();
    }
    let (format, rest) = format(rest);
    let name = if title.is_empty() { show(rest) } else { title.clone() };
    let item = if block.id.is_empty() { name } else { block.id.clone() };
    let Some(taken) = take(rest).map_err(syntax)? else {
        let name = "description".to_owned();
        exchange.lose(&place, &item, LossKind::TypeUnsupported { name });
        return Ok(());
    };
    let mut losses = Vec::new();
    let stem = if taken.after.trim().is_empty() {
        words(taken.before.trim_end_matches(' '), format, &mut losses)
    } else {
        words(&[taken.before, "_____", taken.after].concat(), format, &mut losses)
    };
    let mut question = Question::bare(stem, Body::TrueFalse { key: true });
    let mut known = tags::Known::default();
    let field = |name: &str, value: &str| LossKind::Field {
        name: name.to_owned(),
        value: short(value, 60),
    };
    let foreign = tags::take(&mut question, &block.tags, &mut known);
    losses.extend(foreign.iter().map(|tag| field("tag", tag)));
    question.explanation = words(taken.general, format, &mut losses);
    question.path = path.to_vec();
    if !block.id.is_empty() && !title.is_empty() && title != block.id {
        losses.push(field("title", &title));
    }
    question.id = if block.id.is_empty() { title } else { block.id.clone() };
    let body = body(taken.answer, format, known.paper_scores, &mut losses).map(|body| known.applied(body));
    exchange.settle(place, &item, losses, question, body);
    Ok(())
}

/// `[html]` and its like before a text.
fn format(rest: &str) -> (&'static str, &str) {
    for format in ["html", "moodle", "plain", "markdown"] {
        if let Some(after) = rest.strip_prefix('[').and_then(|rest| rest.strip_prefix(format))
            && let Some(after) = after.strip_prefix(']')
        {
            return (format, after.trim_start());
        }
    }
    ("", rest)
}

fn words(raw: &str, default: &'static str, losses: &mut Vec<LossKind>) -> String {
    let (own, raw) = format(raw.trim());
    let format = if own.is_empty() { default } else { own };
    let shown = show(raw);
    // Moodle reads tags in its own format too.
    let tagged = format == "html" || (format != "plain" && looks_like_html(&shown));
    if !tagged {
        return text::foreign(shown.trim());
    }
    let shown = if format == "html" {
        shown
    } else {
        shown.replace('\n', "<br/>")
    };
    let mut taken = std::collections::BTreeMap::new();
    let (text, lost) = html::from_html(
        &shown,
        &mut Pictures {
            find: &|_| None,
            taken: &mut taken,
        },
    );
    losses.extend(lost);
    text
}

/// Whether a text has what looks like a tag or a reference.
pub(super) fn looks_like_html(text: &str) -> bool {
    let tag = text.match_indices('<').any(|(at, _)| {
        let after = text[at + 1..].trim_start_matches('/');
        let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
        let known = [
            "p", "b", "i", "u", "br", "img", "div", "span", "sub", "sup", "em", "strong", "a", "table", "ul", "ol",
            "li", "script", "iframe", "svg", "video", "audio", "object", "font", "pre", "code", "style",
        ];
        known.contains(&name.to_ascii_lowercase().as_str()) && after[name.len()..].starts_with([' ', '>', '/'])
    });
    tag || ["&nbsp;", "&lt;", "&gt;", "&amp;"]
        .iter()
        .any(|known| text.contains(known))
}

fn body(answer: &str, format: &'static str, paper: bool, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
    if answer.is_empty() {
        return Ok(Body::Written {
            max_chars: None,
            guide: String::new(),
        });
    }
    if let Some(numbers) = answer.strip_prefix('#') {
        return numeric(numbers, losses).map(Body::Number);
    }
    let (first, feedback) = answer.split_once('#').unwrap_or((answer, ""));
    let truth = match first.trim() {
        "T" | "TRUE" => Some(true),
        "F" | "FALSE" => Some(false),
        _ => None,
    };
    if let Some(key) = truth {
        for feedback in feedback.split('#').filter(|feedback| !feedback.trim().is_empty()) {
            losses.push(LossKind::Feedback {
                to: short(&show(feedback), 40),
            });
        }
        return Ok(Body::TrueFalse { key });
    }
    // One right answer needs no mark before it.
    let alone;
    let answer = if answer.contains(['~', '=']) {
        answer
    } else {
        alone = format!("={answer}");
        &alone
    };
    let parts = parts(answer, format, losses)?;
    if parts.iter().any(|part| part.wrong) {
        let several = parts.iter().all(|part| part.wrong);
        let weighted = parts.into_iter().map(|part| part.weighted).collect();
        return answers::choice(weighted, several, paper, losses);
    }
    if parts.iter().any(|part| part.pair.is_some()) {
        return matching(parts);
    }
    // What candidates type is plain text.
    let weighted: Vec<Weighted> = parts
        .into_iter()
        .map(|part| Weighted {
            text: part.raw,
            share: part.weighted.share,
        })
        .collect();
    answers::words(&weighted, false, losses).map(Body::Words)
}

struct Part {
    /// It began with `~`.
    wrong: bool,
    weighted: Weighted,
    /// As it was written.
    raw: String,
    /// What stands on the other side of `->`.
    pair: Option<String>,
}

fn parts(answer: &str, format: &'static str, losses: &mut Vec<LossKind>) -> Result<Vec<Part>, LossKind> {
    let mut parts = Vec::new();
    let starts: Vec<usize> = answer.match_indices(['~', '=']).map(|(at, _)| at).collect();
    if starts.first() != Some(&0) {
        return Err(LossKind::BadKey {
            key: short(&show(answer), 40),
        });
    }
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(answer.len());
        let wrong = answer[*start..].starts_with('~');
        // A share stands right behind its mark; an option that begins with a percent sign has a blank before it.
        let raw = answer[start + 1..end].trim_end();
        let (share, raw) = match raw.strip_prefix('%').and_then(|raw| raw.split_once('%')) {
            Some((share, raw)) => (
                answers::percent(&show(share)).ok_or_else(|| LossKind::BadKey { key: short(share, 20) })?,
                raw,
            ),
            None => (if wrong { 0 } else { ALL }, raw),
        };
        let (raw, feedback) = raw.split_once('#').unwrap_or((raw, ""));
        let (raw, pair) = match raw.split_once("->") {
            Some((left, right)) if !answer.contains('~') => (left, Some(words(right, format, losses))),
            _ => (raw, None),
        };
        let text = words(raw, format, losses);
        if !feedback.trim().is_empty() {
            losses.push(LossKind::Feedback { to: short(&text, 40) });
        }
        let raw = show(raw).trim().to_owned();
        parts.push(Part {
            wrong,
            weighted: Weighted { text, share },
            raw,
            pair,
        });
    }
    Ok(parts)
}

/// Two prompts may have the same option, and an option may have no prompt.
fn matching(parts: Vec<Part>) -> Result<Body, LossKind> {
    let pairs = parts.into_iter().map(|part| match part.pair {
        Some(option) => Ok((part.weighted.text, option)),
        None => Err(LossKind::BadKey {
            key: short(&part.weighted.text, 40),
        }),
    });
    Ok(answers::matching(pairs.collect::<Result<_, _>>()?))
}

fn numeric(raw: &str, losses: &mut Vec<LossKind>) -> Result<Number, LossKind> {
    let mut found = Vec::new();
    let several = raw.trim_start().starts_with('=');
    let alternatives: Vec<&str> = if several {
        raw.split('=').skip(1).collect()
    } else {
        vec![raw]
    };
    for alternative in alternatives {
        let alternative = alternative.trim();
        let (share, alternative) = match alternative.strip_prefix('%').and_then(|rest| rest.split_once('%')) {
            Some((share, rest)) => (answers::percent(&show(share)).unwrap_or(0), rest),
            None => (ALL, alternative),
        };
        let (number, feedback) = alternative.split_once('#').unwrap_or((alternative, ""));
        // A wrong answer with feedback of its own: `~#no`.
        let number = number.split('~').next().unwrap_or("");
        if !feedback.trim().is_empty() {
            losses.push(LossKind::Feedback {
                to: short(&show(number), 40),
            });
        }
        let shown = show(number);
        let bad = || LossKind::BadKey { key: short(&shown, 40) };
        let (value, tolerance) = if let Some((low, high)) = shown.split_once("..") {
            let ends = Decimal::parse(low).zip(Decimal::parse(high)).ok_or_else(bad)?;
            let (middle, half) = Decimal::middle(ends.0, ends.1).ok_or_else(bad)?;
            (middle.to_string(), half.to_string())
        } else {
            let (value, tolerance) = shown.split_once(':').unwrap_or((&shown, "0"));
            (value.trim().to_owned(), tolerance.trim().to_owned())
        };
        found.push((Weighted { text: value, share }, tolerance));
    }
    answers::number(&found, Vec::new(), losses)
}

/// Puts something else for what is escaped.
fn hide(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let stands = next
            .and_then(|next| ESCAPED.iter().find(|(plain, _)| *plain == next))
            .map(|(_, stands)| *stands);
        match (c, stands, next) {
            ('\\', Some(stands), _) => {
                hidden.push(stands);
                rest.next();
            }
            ('\\', None, Some('n')) => {
                hidden.push(LINE_END);
                rest.next();
            }
            (c, _, _) => hidden.push(c),
        }
    }
    // A numeric answer has a colon that is none of a title's; only `::` means something.
    hidden
}

/// Puts the escaped characters back.
fn show(text: &str) -> String {
    let shown = text.chars().map(|c| {
        if c == LINE_END {
            '\n'
        } else {
            ESCAPED
                .iter()
                .find(|(_, stands)| *stands == c)
                .map_or(c, |(plain, _)| *plain)
        }
    });
    shown.collect()
}
