//! Text between formats: ours, plain text of others, and HTML, with a note of everything that stays behind.

use std::collections::{BTreeMap, BTreeSet};

use super::loss::LossKind;
use super::package::Files;
use crate::kernel::Digest;

/// Full-width letters, digits and marks as half-width ones; the ideographic space as a space.
pub(super) fn narrow(text: &str) -> String {
    let narrow = text.chars().map(|c| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' => ' ',
        c => c,
    });
    narrow.collect()
}

/// A piece of one of our texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Plain(String),
    Formula(&'t str),
    Picture { shows: &'t str, name: &'t str },
    Blank(usize),
}

/// The pieces of one of our texts.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\$") {
            plain.push('$');
            rest = after;
        } else if let Some((piece, after)) = special(rest) {
            if !plain.is_empty() {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            }
            pieces.push(piece);
            rest = after;
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

fn special(rest: &str) -> Option<(Piece<'_>, &str)> {
    if let Some(after) = rest.strip_prefix('$') {
        let end = formula_end(after)?;
        return Some((Piece::Formula(&after[..end]), &after[end + 1..]));
    }
    if let Some(after) = rest.strip_prefix("![") {
        let (shows, after) = split_near(after, "](")?;
        let (name, after) = split_near(after, ")")?;
        let plain = !shows.contains('\n') && !name.contains(['\n', ' ']);
        return plain.then_some((Piece::Picture { shows: shows.trim(), name }, after));
    }
    let (number, after) = rest.strip_prefix("{{")?.split_once("}}")?;
    let number = number.parse().ok().filter(|number| (1..=99).contains(number))?;
    Some((Piece::Blank(number), after))
}

/// Splits where a mark stands, if it is near: a text full of beginnings without ends is not searched through for each.
fn split_near<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let near = text.char_indices().nth(NEAR_CHARS).map_or(text.len(), |(at, _)| at);
    let at = text[..near].find(mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// The longest formula, or description of a picture, in characters.
const NEAR_CHARS: usize = 1_000;

fn formula_end(after: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in after.char_indices().take(NEAR_CHARS) {
        match c {
            '$' if !escaped => return (at > 0).then_some(at),
            '\n' if after[at..].starts_with("\n\n") => return None,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// The names of the pictures in a text.
pub(super) fn pictures(text: &str) -> Vec<&str> {
    let names = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Picture { name, .. } => Some(name),
        Piece::Plain(_) | Piece::Formula(_) | Piece::Blank(_) => None,
    });
    names.collect()
}

/// Plain text of another format as a text of ours: formulas in `\(…\)`, `\[…\]` and `$$…$$` become ours, a dollar sign
/// stays one, and what would read as a picture or a blank of ours is set apart.
pub(super) fn foreign(text: &str) -> String {
    let mut ours = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let formula = [("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$")].into_iter().find_map(|(open, close)| {
            let (formula, after) = split_near(rest.strip_prefix(open)?, close)?;
            let fits = !formula.trim().is_empty() && !formula.contains('$') && !formula.contains("\\(") && !formula.contains("\n\n");
            (fits && !formula.ends_with('\\')).then_some((formula.trim(), after))
        });
        if let Some((formula, after)) = formula {
            // A backslash before a formula would read as a dollar sign.
            ours.push_str(if ours.ends_with('\\') { " $" } else { "$" });
            ours.push_str(formula);
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
            Piece::Plain(text) => flat.push_str(&text),
            Piece::Formula(tex) => {
                flat.push_str("\\(");
                flat.push_str(tex);
                flat.push_str("\\)");
            }
            Piece::Picture { name, .. } => return Err(LossKind::PictureUnsaid { name: name.to_owned() }),
            Piece::Blank(number) => flat.push_str(&format!("({number})")),
        }
    }
    Ok(flat)
}

/// A text of ours as HTML. `picture` gives the address of a picture, `blank` what stands for a blank.
pub(super) fn html(text: &str, picture: &dyn Fn(&str) -> String, blank: &dyn Fn(usize) -> String) -> String {
    let mut html = String::from("<p>");
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => lines(&plain, &mut html),
            Piece::Formula(tex) => {
                html.push_str("\\(");
                html.push_str(&super::xml::escaped(tex));
                html.push_str("\\)");
            }
            Piece::Picture { shows, name } => {
                let (source, alt) = (super::xml::escaped(&picture(name)), super::xml::escaped(shows));
                html.push_str(&format!("<img src=\"{source}\" alt=\"{alt}\"/>"));
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
            c => html.push_str(&super::xml::escaped(c.encode_utf8(&mut [0; 4]))),
        }
        before = if c == '\n' { ' ' } else { c };
    }
}

/// Pictures on their way in: looked for where the text says they are, told apart by content.
pub(super) struct Pictures<'p> {
    /// The files that came with the text, by the address used in it.
    pub(super) find: &'p dyn Fn(&str) -> Option<Vec<u8>>,
    /// What was taken, by its new name.
    pub(super) taken: &'p mut BTreeMap<String, Vec<u8>>,
}

const MAX_PICTURE_BYTES: usize = 2_000_000;

impl Pictures<'_> {
    /// Takes a picture by its address and gives its name.
    fn take(&mut self, address: &str) -> Result<String, LossKind> {
        let name = super::loss::short(address, 80);
        let embedded = address.strip_prefix("data:").map(|data| {
            let (_, code) = data.split_once(";base64,")?;
            base64(code)
        });
        let bytes = match embedded {
            Some(bytes) => bytes.ok_or_else(|| LossKind::PictureUnusable { name: "data:".to_owned() })?,
            None => (self.find)(address).ok_or_else(|| LossKind::PictureMissing { name: name.clone() })?,
        };
        let ending = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            "png"
        } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            "jpg"
        } else {
            return Err(LossKind::PictureUnusable { name });
        };
        if bytes.len() > MAX_PICTURE_BYTES {
            return Err(LossKind::PictureUnusable { name });
        }
        let digest = Digest::of(&bytes).to_string();
        let last = address.rsplit('/').next().unwrap_or("");
        let stem: String = last.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned();
        let usable = !stem.is_empty()
            && stem.len() <= 60
            && !address.starts_with("data:")
            && stem.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !stem.starts_with('-');
        let mut name = if usable { format!("{stem}.{ending}") } else { format!("picture-{}.{ending}", &digest[..12]) };
        if self.taken.get(&name).is_some_and(|other| *other != bytes) {
            name = format!("picture-{}.{ending}", &digest[..12]);
        }
        self.taken.insert(name.clone(), bytes);
        Ok(name)
    }
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
    let bare = address.trim_start_matches("$IMS-CC-FILEBASE$").trim_start_matches("%24IMS-CC-FILEBASE%24");
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
        let code = bytes.get(at + 1..at + 3).and_then(|code| std::str::from_utf8(code).ok());
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

/// Builds a text of ours from tags and the text between them, whether they come from HTML or from XML.
pub(super) struct Flow<'p, 'q> {
    out: String,
    pictures: &'q mut Pictures<'p>,
    formatting: BTreeSet<String>,
    losses: Vec<LossKind>,
    /// Raised and lowered letters that were opened, with the place where they begin.
    raised: Vec<(bool, usize)>,
    /// How deep within something that is left out.
    hidden: usize,
    /// A blank is due before the next text.
    blank: bool,
    preformatted: usize,
}

/// Tags that only arrange text; losing them loses nothing.
const ARRANGING: &[&str] = &["p", "div", "span", "br", "body", "html", "section", "article", "prompt", "itemBody", "tbody", "thead", "simpleChoice", "simpleAssociableChoice", "inlineChoice", "contentBody"];
/// Tags whose loss changes how the text looks, not what it says.
const FORMATTING: &[&str] = &["b", "strong", "i", "em", "u", "s", "strike", "del", "ins", "small", "big", "tt", "code", "pre", "kbd", "samp", "var", "q", "cite", "abbr", "font", "center", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "hr", "table", "tr", "td", "th", "caption", "colgroup", "col", "figure", "figcaption", "label", "mark", "tfoot", "address", "ruby", "rt", "rp", "rb", "bdo", "dfn", "header", "footer", "main", "nav", "aside", "o:p", "nobr", "wbr"];
/// Tags of which the content is not for readers.
const HIDDEN: &[&str] = &["style", "head", "title", "meta", "link", "colgroup"];

impl<'p, 'q> Flow<'p, 'q> {
    pub(super) fn new(pictures: &'q mut Pictures<'p>) -> Self {
        Self {
            out: String::new(),
            pictures,
            formatting: BTreeSet::new(),
            losses: Vec::new(),
            raised: Vec::new(),
            hidden: 0,
            blank: false,
            preformatted: 0,
        }
    }

    pub(super) fn open(&mut self, tag: &str, attribute: &dyn Fn(&str) -> Option<String>) {
        if self.hidden > 0 || HIDDEN.contains(&tag) {
            if HIDDEN.contains(&tag) {
                self.formatting.insert(tag.to_owned());
            }
            self.hidden += usize::from(!is_void(tag));
            return;
        }
        match tag {
            "br" => self.end_line(),
            "p" | "div" | "ul" | "ol" | "table" | "blockquote" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" | "prompt" => self.end_paragraph(),
            "li" | "tr" | "dt" | "dd" => self.end_line(),
            "td" | "th" if !self.out.ends_with('\n') && !self.out.is_empty() => self.out.push_str(" | "),
            "sub" | "sup" => self.raise(tag == "sup"),
            "img" | "object" => self.picture(tag, attribute),
            "a" => {
                if let Some(to) = attribute("href") {
                    self.losses.push(LossKind::Link { to: super::loss::short(&to, 80) });
                }
            }
            _ => {}
        }
        if tag == "pre" {
            self.preformatted += 1;
        }
        if FORMATTING.contains(&tag) {
            self.formatting.insert(tag.to_owned());
        } else if !ARRANGING.contains(&tag) && !matches!(tag, "sub" | "sup" | "img" | "object" | "a") {
            self.losses.push(LossKind::Media { what: super::loss::short(tag, 40) });
            self.hidden += usize::from(!is_void(tag));
        }
        if attribute("style").is_some_and(|style| !style.trim().is_empty()) {
            self.formatting.insert("style".to_owned());
        }
    }

    pub(super) fn close(&mut self, tag: &str) {
        if self.hidden > 0 {
            self.hidden -= usize::from(!is_void(tag));
            return;
        }
        match tag {
            "p" | "div" | "ul" | "ol" | "table" | "blockquote" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "prompt" => {
                self.end_paragraph();
            }
            "li" | "tr" | "dt" | "dd" => self.end_line(),
            "sub" | "sup" => self.lower(),
            _ => {}
        }
        if tag == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if self.preformatted > 0 {
            self.out.push_str(&foreign(text));
            return;
        }
        let mut words = text.split([' ', '\n', '\t', '\r']).peekable();
        let mut gathered = String::new();
        while let Some(word) = words.next() {
            if !word.is_empty() {
                if self.blank && !(gathered.is_empty() && (self.out.is_empty() || self.out.ends_with('\n'))) {
                    gathered.push(' ');
                }
                self.blank = false;
                gathered.push_str(word);
            }
            if words.peek().is_some() {
                self.blank = true;
            }
        }
        self.out.push_str(&foreign(&gathered).replace('\u{A0}', " "));
    }

    /// Something that is ours already, such as the mark of a blank.
    pub(super) fn ours(&mut self, text: &str) {
        if self.blank && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push(' ');
        }
        self.blank = false;
        self.out.push_str(text);
    }

    pub(super) fn lose(&mut self, kind: LossKind) {
        self.losses.push(kind);
    }

    fn end_line(&mut self) {
        self.blank = false;
        self.out.push('\n');
    }

    fn end_paragraph(&mut self) {
        self.blank = false;
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push_str(if self.out.ends_with('\n') { "\n" } else { "\n\n" });
        }
    }

    fn picture(&mut self, tag: &str, attribute: &dyn Fn(&str) -> Option<String>) {
        let address = attribute(if tag == "img" { "src" } else { "data" }).unwrap_or_default();
        match self.pictures.take(&address) {
            Ok(name) => {
                let alt = attribute("alt").or_else(|| attribute("title")).unwrap_or_default();
                let alt: String = alt.chars().map(|c| if matches!(c, ']' | '[' | '\n') { ' ' } else { c }).collect();
                let alt = if alt.trim().is_empty() { "图" } else { alt.trim() };
                self.ours(&format!("![{alt}]({name})"));
            }
            Err(kind) => self.losses.push(kind),
        }
        self.hidden += usize::from(tag == "object");
    }

    fn raise(&mut self, up: bool) {
        self.text("");
        self.raised.push((up, self.out.len()));
    }

    /// Raised and lowered letters as letters of their own where there are such, as a formula where not.
    fn lower(&mut self) {
        let Some((up, start)) = self.raised.pop() else {
            return;
        };
        let content = self.out.split_off(start.min(self.out.len()));
        let signs = if up { SUPER } else { SUB };
        let letters: Option<String> = content
            .chars()
            .map(|c| signs.iter().find(|(plain, _)| *plain == c).map(|(_, sign)| *sign))
            .collect();
        match letters {
            Some(letters) => self.out.push_str(&letters),
            None if content.contains('$') => {
                self.formatting.insert(if up { "sup" } else { "sub" }.to_owned());
                self.out.push_str(&content);
            }
            None => self.out.push_str(&format!("${}{{\\text{{{content}}}}}$", if up { '^' } else { '_' })),
        }
    }

    /// The text, and everything that stayed behind.
    pub(super) fn finish(mut self) -> (String, Vec<LossKind>) {
        let mut lines: Vec<&str> = Vec::new();
        for line in self.out.lines() {
            let line = line.trim_end_matches([' ', '\t']);
            if !(line.is_empty() && lines.last().is_none_or(|before| before.is_empty())) {
                lines.push(line);
            }
        }
        let text = lines.join("\n").trim().to_owned();
        if !self.formatting.is_empty() {
            let tags: Vec<String> = self.formatting.into_iter().collect();
            self.losses.push(LossKind::Formatting { tags: tags.join(", ") });
        }
        (text, self.losses)
    }
}

const SUPER: &[(char, char)] = &[('0', '⁰'), ('1', '¹'), ('2', '²'), ('3', '³'), ('4', '⁴'), ('5', '⁵'), ('6', '⁶'), ('7', '⁷'), ('8', '⁸'), ('9', '⁹'), ('+', '⁺'), ('-', '⁻'), ('n', 'ⁿ')];
const SUB: &[(char, char)] = &[('0', '₀'), ('1', '₁'), ('2', '₂'), ('3', '₃'), ('4', '₄'), ('5', '₅'), ('6', '₆'), ('7', '₇'), ('8', '₈'), ('9', '₉'), ('+', '₊'), ('-', '₋')];

fn is_void(tag: &str) -> bool {
    matches!(tag, "br" | "img" | "hr" | "meta" | "link" | "input" | "col" | "wbr" | "embed" | "source" | "track" | "area" | "base" | "param")
}

/// HTML as a text of ours, with everything that stays behind.
pub(super) fn from_html(html: &str, pictures: &mut Pictures<'_>) -> (String, Vec<LossKind>) {
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
    flow.open(&name, &|wanted| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()));
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

const NAMED: &[(&str, char)] = &[("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{A0}'), ("times", '×'), ("divide", '÷'), ("deg", '°'), ("plusmn", '±'), ("middot", '·'), ("ndash", '–'), ("mdash", '—'), ("hellip", '…'), ("ldquo", '“'), ("rdquo", '”'), ("lsquo", '‘'), ("rsquo", '’'), ("micro", 'µ'), ("Omega", 'Ω'), ("omega", 'ω'), ("alpha", 'α'), ("beta", 'β'), ("gamma", 'γ'), ("delta", 'δ'), ("Delta", 'Δ'), ("theta", 'θ'), ("lambda", 'λ'), ("mu", 'μ'), ("pi", 'π'), ("phi", 'φ'), ("rho", 'ρ'), ("sigma", 'σ'), ("le", '≤'), ("ge", '≥'), ("ne", '≠'), ("asymp", '≈'), ("infin", '∞'), ("radic", '√'), ("sup2", '²'), ("sup3", '³'), ("frac12", '½'), ("rarr", '→'), ("larr", '←'), ("eacute", 'é'), ("egrave", 'è'), ("uuml", 'ü'), ("ouml", 'ö'), ("auml", 'ä'), ("copy", '©'), ("reg", '®'), ("bull", '•'), ("ensp", ' '), ("emsp", '\u{3000}'), ("laquo", '«'), ("raquo", '»'), ("permil", '‰'), ("Phi", 'Φ'), ("zwnj", '\u{200C}'), ("shy", '\u{AD}'), ("ang", '∠'), ("perp", '⊥')];

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
        match found {
            Some((c, end)) => {
                plain.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}
