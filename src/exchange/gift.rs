//! GIFT: questions of Moodle as lines of text.

use super::answers::{self, ALL, Weighted};
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Body, Exchange, Number, Place, Question, Words};
use super::number::Decimal;
use super::text::{self, Pictures};
use super::{Written, tags};

/// The characters that mean something in GIFT, and what stands for an escaped one while a question is taken apart. Such
/// characters never come from outside: private use is refused before.
const ESCAPED: &[(char, char)] = &[('~', '\u{F0001}'), ('=', '\u{F0002}'), ('#', '\u{F0003}'), ('{', '\u{F0004}'), ('}', '\u{F0005}'), (':', '\u{F0006}'), ('\\', '\u{F0007}')];
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

fn question(block: &Block<'_>, path: &[String], file: &str, exchange: &mut Exchange) -> Result<(), Refused> {
    let place = Place { file: file.to_owned(), line: block.line };
    let syntax = |reason: &str| Refused::new(file, block.line, RefusedKind::Syntax { reason: reason.to_owned() });
    let hidden = hide(&block.lines.join("\n"));
    let mut rest = hidden.trim();
    let mut title = String::new();
    if let Some(after) = rest.strip_prefix("::") {
        let (name, after) = after.split_once("::").ok_or_else(|| syntax("a title without its end '::'"))?;
        title = show(name).trim().to_owned();
        rest = after.trim_start();
    }
    let (format, rest) = format(rest);
    let name = if title.is_empty() { show(rest) } else { title.clone() };
    let item = if block.id.is_empty() { name } else { block.id.clone() };
    let Some(open) = rest.find('{') else {
        if rest.contains('}') {
            return Err(syntax("'}' without '{'"));
        }
        exchange.lose(&place, &item, LossKind::TypeUnsupported { name: "description".to_owned() });
        return Ok(());
    };
    let close = rest[open..].find('}').map(|at| at + open).ok_or_else(|| syntax("'{' without '}'"))?;
    let (before, answer, after) = (&rest[..open], rest[open + 1..close].trim(), &rest[close + 1..]);
    if after.contains(['{', '}']) || answer.contains('{') {
        return Err(syntax("more than one answer in braces"));
    }
    let missing = if after.trim().is_empty() { "" } else { "_____" };
    let mut losses = Vec::new();
    let words = |raw: &str, losses: &mut Vec<LossKind>| words(raw, format, losses);
    let stem = words(&[before.trim_end_matches(if missing.is_empty() { ' ' } else { '\0' }), missing, after].concat(), &mut losses);
    let (answer, general) = answer.split_once("####").map_or((answer, ""), |(answer, general)| (answer.trim(), general));
    let mut question = Question::bare(stem, Body::TrueFalse { key: true });
    let mut known = tags::Known::default();
    for tag in tags::take(&mut question, &block.tags, &mut known) {
        losses.push(LossKind::Field { name: "tag".to_owned(), value: short(&tag, 60) });
    }
    question.explanation = words(general, &mut losses);
    question.id.clone_from(&block.id);
    question.path = path.to_vec();
    if !title.is_empty() && block.id.is_empty() {
        question.id = title;
    } else if !title.is_empty() && title != block.id {
        losses.push(LossKind::Field { name: "title".to_owned(), value: short(&title, 60) });
    }
    let body = body(answer, format, known.paper_scores, &mut losses);
    exchange.settle(place, &item, losses, question, body);
    Ok(())
}

/// `[html]` and its like before a text.
fn format(rest: &str) -> (&'static str, &str) {
    for format in ["html", "moodle", "plain", "markdown"] {
        if let Some(after) = rest.strip_prefix('[').and_then(|rest| rest.strip_prefix(format)) {
            if let Some(after) = after.strip_prefix(']') {
                return (format, after.trim_start());
            }
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
    let shown = if format == "html" { shown } else { shown.replace('\n', "<br/>") };
    let mut taken = std::collections::BTreeMap::new();
    let (text, lost) = text::from_html(&shown, &mut Pictures { find: &|_| None, taken: &mut taken });
    losses.extend(lost);
    text
}

/// Whether a text has what looks like a tag or a reference.
pub(super) fn looks_like_html(text: &str) -> bool {
    let tag = text.match_indices('<').any(|(at, _)| {
        let after = text[at + 1..].trim_start_matches('/');
        let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
        let known = ["p", "b", "i", "u", "br", "img", "div", "span", "sub", "sup", "em", "strong", "a", "table", "ul", "ol", "li", "script", "iframe", "svg", "video", "audio", "object", "font", "pre", "code", "style"];
        known.contains(&name.to_ascii_lowercase().as_str()) && after[name.len()..].starts_with([' ', '>', '/'])
    });
    tag || ["&nbsp;", "&lt;", "&gt;", "&amp;"].iter().any(|known| text.contains(known))
}

fn body(answer: &str, format: &'static str, paper: bool, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
    if answer.is_empty() {
        return Ok(Body::Written { max_chars: None, guide: String::new() });
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
            losses.push(LossKind::Feedback { to: short(&show(feedback), 40) });
        }
        return Ok(Body::TrueFalse { key });
    }
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
    let weighted = parts.into_iter().map(|part| Weighted { text: part.raw, share: part.weighted.share }).collect();
    answers::words(weighted, false, losses).map(Body::Words)
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
        return Err(LossKind::BadKey { key: short(&show(answer), 40) });
    }
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(answer.len());
        let wrong = answer[*start..].starts_with('~');
        // A share stands right behind its mark; an option that begins with a percent sign has a blank before it.
        let raw = answer[start + 1..end].trim_end();
        let (share, raw) = match raw.strip_prefix('%').and_then(|raw| raw.split_once('%')) {
            Some((share, raw)) => (answers::percent(&show(share)).ok_or_else(|| LossKind::BadKey { key: short(share, 20) })?, raw),
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
        parts.push(Part { wrong, weighted: Weighted { text, share }, raw, pair });
    }
    Ok(parts)
}

/// Two prompts may have the same option, and an option may have no prompt.
fn matching(parts: Vec<Part>) -> Result<Body, LossKind> {
    let (mut prompts, mut options, mut keys) = (Vec::new(), Vec::<String>::new(), Vec::new());
    for part in parts {
        let Some(option) = part.pair else {
            return Err(LossKind::BadKey { key: short(&part.weighted.text, 40) });
        };
        let place = options.iter().position(|known| *known == option).unwrap_or(options.len());
        if place == options.len() {
            options.push(option);
        }
        if !part.weighted.text.is_empty() {
            prompts.push(part.weighted.text);
            keys.push(place);
        }
    }
    Ok(Body::Matching { prompts, options, keys })
}

fn numeric(raw: &str, losses: &mut Vec<LossKind>) -> Result<Number, LossKind> {
    let mut found = Vec::new();
    let several = raw.trim_start().starts_with('=');
    let alternatives: Vec<&str> = if several { raw.split('=').skip(1).collect() } else { vec![raw] };
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
            losses.push(LossKind::Feedback { to: short(&show(number), 40) });
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
    answers::number(&found, String::new(), losses)
}

/// Puts something else for what is escaped.
fn hide(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let stands = next.and_then(|next| ESCAPED.iter().find(|(plain, _)| *plain == next)).map(|(_, stands)| *stands);
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
            ESCAPED.iter().find(|(_, stands)| *stands == c).map_or(c, |(plain, _)| *plain)
        }
    });
    shown.collect()
}

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
            out.push_str(&format!("$CATEGORY: {}\n\n", super::moodle::category(&question.path)));
            category = Some(&question.path);
        }
        let tags: String = tags::of(question).iter().map(|tag| format!(" [tag:{tag}]")).collect();
        if !question.id.is_empty() || !tags.is_empty() {
            out.push_str(&format!("// [id:{}]{tags}\n", question.id));
        }
        if let Body::Written { guide, max_chars } = &question.body {
            if !guide.is_empty() {
                written.lose(found, LossKind::Unsaid { what: "guide".to_owned(), format: "GIFT".to_owned() });
            }
            if max_chars.is_some() {
                written.lose(found, LossKind::Unsaid { what: "max_chars".to_owned(), format: "GIFT".to_owned() });
            }
        }
        if let Body::Number(Number { unit, .. }) = &question.body
            && !unit.is_empty()
        {
            written.lose(found, LossKind::Unsaid { what: "unit".to_owned(), format: "GIFT".to_owned() });
        }
        out.push_str(&body);
        out.push_str("\n\n");
    }
    written.bytes = out.into_bytes();
    written
}

fn told(question: &Question) -> Result<String, LossKind> {
    let said = |text: &str| text::flat(text).map(|flat| escaped(&flat));
    let unsaid = || LossKind::TypeUnsaid { name: question.body.word().to_owned(), format: "GIFT".to_owned() };
    let stem = said(&question.stem)?;
    let explanation = said(&question.explanation)?;
    let general = if explanation.is_empty() { String::new() } else { format!("\n\t####{explanation}") };
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
                lines.push_str(&format!("\n\t{mark}{gap}{said}"));
            }
            lines
        }
        Body::Words(Words { accept, case_matters: false }) => {
            let mut lines = String::new();
            for right in accept {
                if right.contains("->") || right.starts_with('%') {
                    return Err(unsaid());
                }
                lines.push_str(&format!("\n\t={}", escaped(&right.replace('*', "\\*"))));
            }
            lines
        }
        Body::Number(number) => format!("#{}:{}", number.value, number.tolerance),
        Body::Matching { prompts, options, keys } => {
            let mut lines = String::new();
            for (prompt, key) in prompts.iter().map(String::as_str).zip(keys) {
                let option = options.get(*key).map(String::as_str).unwrap_or_default();
                if [prompt, option].iter().any(|text| text.contains("->") || text.starts_with('%')) {
                    return Err(unsaid());
                }
                lines.push_str(&format!("\n\t={} -> {}", said(prompt)?, said(option)?));
            }
            for (place, option) in options.iter().enumerate() {
                if !keys.contains(&place) {
                    lines.push_str(&format!("\n\t= -> {}", said(option)?));
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
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:05}") }
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
