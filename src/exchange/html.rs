//! HTML and our text, either way.

use super::flow::{Flow, Pictures, is_void};
use super::loss::LossKind;
use super::text::pieces;
use super::xml::escaped;
use crate::bank::rich::Piece;

/// A text of ours as HTML. `picture` gives the address of a picture, `blank` what stands for a blank.
pub(super) fn html(text: &str, picture: &dyn Fn(&str) -> String, blank: &dyn Fn(usize) -> String) -> String {
    let mut html = String::from("<p>");
    for piece in pieces(text) {
        match piece {
            Piece::Text(plain) => lines(&plain, &mut html),
            Piece::Formula(tex) => {
                html.push_str("\\(");
                html.push_str(&escaped(tex));
                html.push_str("\\)");
            }
            Piece::Picture { shows, name } => {
                let (source, alt) = (escaped(&picture(name)), escaped(shows));
                put!(html, "<img src=\"{source}\" alt=\"{alt}\"/>");
            }
            Piece::Blank(number) => html.push_str(&blank(number)),
        }
    }
    html.push_str("</p>");
    html
}

/// Plain text with its line ends as tags. Runs of blanks, which HTML would make one, keep their length.
fn lines(plain: &str, html: &mut String) {
    let mut before = ' ';
    let mut rest = plain.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' if rest.peek() == Some(&'\n') => {
                rest.next();
                html.push_str("</p><p>");
            }
            '\n' => html.push_str("<br/>"),
            ' ' if before == ' ' || matches!(rest.peek(), Some('\n') | None) => html.push_str("&#160;"),
            '\t' => html.push_str("&#160;"),
            c => html.push_str(&escaped(c.encode_utf8(&mut [0; 4]))),
        }
        before = if c == '\n' { ' ' } else { c };
    }
}

/// HTML as a text of ours, with everything that stays behind.
pub(super) fn from_html(html: &str, pictures: &mut Pictures<'_>) -> (String, Vec<LossKind>) {
    if html.len() > MAX_HTML_BYTES {
        let (what, most) = ("HTML".to_owned(), MAX_HTML_BYTES);
        return (String::new(), vec![LossKind::TooLong { what, most }]);
    }
    let mut flow = Flow::new(pictures);
    let mut rest = html;
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            flow.text(&unescaped(rest));
            break;
        };
        let (before, tag) = rest.split_at(at);
        if let Some(comment) = tag.strip_prefix("<!--") {
            flow.text(&unescaped(before));
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let second = tag.chars().nth(1);
        let looks = second.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let end = if looks { tag_end(tag) } else { None };
        if end.is_none() && looks {
            // A tag that never ends: nothing after it is one.
            flow.text(&unescaped(rest));
            break;
        }
        let Some(end) = end else {
            // No tag: `a < b`.
            flow.text(&unescaped(&rest[..=at]));
            rest = &rest[at + 1..];
            continue;
        };
        flow.text(&unescaped(before));
        one_tag(&tag[1..end], &mut flow);
        rest = &tag[end + 1..];
        // A program or a style sheet is not HTML until it ends.
        let name = tag[1..end].split_whitespace().next().unwrap_or("").to_ascii_lowercase();
        if matches!(name.as_str(), "script" | "style") {
            let ends = |at: &usize| {
                let after = rest.get(at + 2..at + 2 + name.len());
                after.is_some_and(|after| after.eq_ignore_ascii_case(&name))
            };
            let close = rest.match_indices("</").map(|(at, _)| at).find(ends);
            rest = &rest[close.unwrap_or(rest.len())..];
        }
    }
    flow.finish()
}

/// The longest HTML of one text, with the pictures embedded in it, in bytes.
const MAX_HTML_BYTES: usize = 8_000_000;

fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

fn one_tag(inner: &str, flow: &mut Flow<'_, '_>) {
    if inner.starts_with(['!', '?']) {
        return;
    }
    let (closing, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let empty = inner.ends_with('/');
    let inner = inner.trim_end_matches('/');
    let end = inner.find(|c: char| c.is_whitespace()).unwrap_or(inner.len());
    let name = inner[..end].to_ascii_lowercase();
    if closing {
        if !is_void(&name) {
            flow.close(&name);
        }
        return;
    }
    let attributes = attributes(&inner[end..]);
    flow.open(&name, &|wanted| {
        attributes
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.clone())
    });
    if empty && !is_void(&name) {
        flow.close(&name);
    }
}

fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        if rest.is_empty() || found.len() > 60 {
            return found;
        }
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
        }
        found.push((name, unescaped(value)));
    }
}

const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("times", '×'),
    ("divide", '÷'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("middot", '·'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("micro", 'µ'),
    ("Omega", 'Ω'),
    ("omega", 'ω'),
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("Delta", 'Δ'),
    ("theta", 'θ'),
    ("lambda", 'λ'),
    ("mu", 'μ'),
    ("pi", 'π'),
    ("phi", 'φ'),
    ("rho", 'ρ'),
    ("sigma", 'σ'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
    ("asymp", '≈'),
    ("infin", '∞'),
    ("radic", '√'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("frac12", '½'),
    ("rarr", '→'),
    ("larr", '←'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("uuml", 'ü'),
    ("ouml", 'ö'),
    ("auml", 'ä'),
    ("copy", '©'),
    ("reg", '®'),
    ("bull", '•'),
    ("ensp", ' '),
    ("emsp", '\u{3000}'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("permil", '‰'),
    ("Phi", 'Φ'),
    ("zwnj", '\u{200C}'),
    ("shy", '\u{AD}'),
    ("ang", '∠'),
    ("perp", '⊥'),
];

/// References to characters undone; what is no known reference stays as it is.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
        let found = end.and_then(|end| {
            let name = &rest[1..end];
            let c = match name.strip_prefix('#') {
                Some(number) => match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
                    None => number.parse().ok().and_then(char::from_u32),
                },
                None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c),
            };
            c.map(|c| (c, end))
        });
        if let Some((c, end)) = found {
            plain.push(c);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain
}
