//! Text between formats: ours, plain text of others, and HTML, with a note of everything that stays behind.

use super::loss::LossKind;
use super::package::Files;
use crate::bank::rich::{self, Piece};

/// Full-width letters, digits and marks as half-width ones; the ideographic space as a space.
pub(super) fn narrow(text: &str) -> String {
    let narrow = text.chars().map(|c| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' => ' ',
        c => c,
    });
    narrow.collect()
}

/// The longest formula, or description of a picture, in characters.
const NEAR_CHARS: usize = 1_000;

/// The pieces of one of our texts.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    rich::pieces_within(text, NEAR_CHARS)
}

/// The names of the pictures in a text.
pub(super) fn pictures(text: &str) -> Vec<&str> {
    let names = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Picture { name, .. } => Some(name),
        Piece::Text(_) | Piece::Formula(_) | Piece::Blank(_) => None,
    });
    names.collect()
}

/// A text of ours with its pictures told anew; everything else stays as it is written.
pub(super) fn with_pictures(text: &str, tell: &dyn Fn(&str, &str) -> String) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = if rest.starts_with("\\$") {
            None
        } else {
            rich::special(rest, NEAR_CHARS)
        };
        if let Some((Piece::Picture { shows, name }, after)) = found {
            told.push_str(&tell(shows, name));
            rest = after;
            continue;
        }
        let kept = match found {
            Some((_, after)) => rest.len() - after.len(),
            None if rest.starts_with("\\$") => 2,
            None => c.len_utf8(),
        };
        told.push_str(&rest[..kept]);
        rest = &rest[kept..];
    }
    told
}

/// Plain text of another format as a text of ours: formulas in `\(…\)`, `\[…\]` and `$$…$$` become ours, a dollar sign
/// stays one, and what would read as a picture or a blank of ours is set apart.
pub(super) fn foreign(text: &str) -> String {
    let mut ours = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let formula = [("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$")]
            .into_iter()
            .find_map(|(open, close)| {
                let (formula, after) = rich::split_near(rest.strip_prefix(open)?, close, NEAR_CHARS)?;
                let fits = !formula.trim().is_empty()
                    && !formula.contains('$')
                    && !formula.contains("\\(")
                    && !formula.contains("\n\n");
                (fits && !formula.ends_with('\\')).then_some((formula.trim(), after))
            });
        if let Some((formula, after)) = formula {
            // A backslash before a formula would read as a dollar sign.
            ours.push_str(if ours.ends_with('\\') { " $" } else { "$" });
            // A line end in a formula is a blank; not every format keeps it.
            let words: Vec<&str> = formula.split_whitespace().collect();
            ours.push_str(&words.join(" "));
            ours.push('$');
            rest = after;
            continue;
        }
        match c {
            '$' => ours.push_str("\\$"),
            '{' if rest.starts_with("{{") => ours.push_str("{ "),
            '!' if rest.starts_with("![") => ours.push_str("! "),
            c => ours.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    ours
}

/// A text of ours for a format of plain text, with its formulas as `\(…\)`. None when it has a picture.
pub(super) fn flat(text: &str) -> Result<String, LossKind> {
    let mut flat = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => flat.push_str(&text),
            Piece::Formula(tex) => {
                flat.push_str("\\(");
                flat.push_str(tex);
                flat.push_str("\\)");
            }
            Piece::Picture { name, .. } => return Err(LossKind::PictureUnsaid { name: name.to_owned() }),
            Piece::Blank(number) => put!(flat, "({number})"),
        }
    }
    Ok(flat)
}

/// What base64 says, blanks and line ends aside.
pub(super) fn base64(code: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let code: String = code.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(code).ok()
}

/// The file of an address in an archive, seen from the file that names it.
pub(super) fn in_archive<'f>(files: &'f Files, from: &str, address: &str) -> Option<&'f Vec<u8>> {
    let address = percent_decoded(address.split(['?', '#']).next().unwrap_or(""));
    let bare = address
        .trim_start_matches("$IMS-CC-FILEBASE$")
        .trim_start_matches("%24IMS-CC-FILEBASE%24");
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in bare.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let near = parts.join("/");
    let plain = bare.trim_start_matches('/');
    let tried = [near.as_str(), plain, &format!("web_resources/{plain}")].map(|name| files.get(name));
    tried.into_iter().flatten().next()
}

/// `%20` and its like undone.
pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes
            .get(at + 1..at + 3)
            .and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
