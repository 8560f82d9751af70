//! A text of ours as it grows from tags and words, with a note of everything that stays behind.

use std::collections::{BTreeMap, BTreeSet};

use super::loss::{LossKind, short};
use super::text::{base64, foreign};
use crate::kernel::Digest;

/// Pictures on their way in: looked for where the text says they are, told apart by content.
pub(super) struct Pictures<'p> {
    /// The files that came with the text, by the address used in it.
    pub(super) find: &'p dyn Fn(&str) -> Option<Vec<u8>>,
    /// What was taken, by its new name.
    pub(super) taken: &'p mut BTreeMap<String, Vec<u8>>,
}

/// The most losses of one text.
const MAX_LOSSES: usize = 500;
const MAX_PICTURE_BYTES: usize = 2_000_000;

impl Pictures<'_> {
    /// Takes a picture by its address and gives its name.
    fn take(&mut self, address: &str) -> Result<String, LossKind> {
        let name = short(address, 80);
        let embedded = address.strip_prefix("data:").map(|data| {
            let (_, code) = data.split_once(";base64,")?;
            base64(code)
        });
        let bytes = match embedded {
            Some(bytes) => bytes.ok_or_else(|| LossKind::PictureUnusable {
                name: "data:".to_owned(),
            })?,
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
        let long = ending == "jpg" && super::ends_with(last, &["jpeg"]);
        let known = if long { "jpeg" } else { ending };
        let own = last.rsplit_once('.').map(|(stem, _)| format!("{stem}.{known}"));
        let own = own.filter(|name| !address.starts_with("data:") && crate::bank::is_picture_name(name));
        let mut name = if let Some(own) = own {
            own
        } else {
            format!("picture-{}.{ending}", &digest[..12])
        };
        if self.taken.get(&name).is_some_and(|other| *other != bytes) {
            name = format!("picture-{}.{ending}", &digest[..12]);
        }
        self.taken.insert(name.clone(), bytes);
        Ok(name)
    }
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
const ARRANGING: &str = "p div span br body html section article prompt itemBody tbody thead simpleChoice \
    simpleAssociableChoice inlineChoice contentBody";
/// Tags whose loss changes how the text looks, not what it says.
const FORMATTING: &str = "b strong i em u s strike del ins small big tt code pre kbd samp var q cite abbr font center \
    blockquote h1 h2 h3 h4 h5 h6 ul ol li dl dt dd hr table tr td th caption colgroup col figure \
    figcaption label mark tfoot address ruby rt rp rb bdo dfn header footer main nav aside o:p nobr wbr";
fn listed(tags: &str, tag: &str) -> bool {
    tags.split(' ').any(|known| known == tag)
}

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
        if self.losses.len() > MAX_LOSSES {
            return;
        }
        if self.losses.len() == MAX_LOSSES {
            // A text of nothing but losses is none.
            let what = format!("> {MAX_LOSSES}");
            self.losses.push(LossKind::Media { what });
        }
        if self.hidden > 0 || HIDDEN.contains(&tag) {
            if HIDDEN.contains(&tag) {
                self.formatting.insert(tag.to_owned());
            }
            self.hidden += usize::from(!is_void(tag));
            return;
        }
        match tag {
            "p" | "div" | "ul" | "ol" | "table" | "blockquote" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            | "hr" | "prompt" => self.end_paragraph(),
            "br" | "li" | "tr" | "dt" | "dd" => self.end_line(),
            "td" | "th" if !self.out.ends_with('\n') && !self.out.is_empty() => self.out.push_str(" | "),
            "sub" | "sup" => self.raise(tag == "sup"),
            "img" | "object" => self.picture(tag, attribute),
            "a" => {
                if let Some(to) = attribute("href") {
                    self.losses.push(LossKind::Link { to: short(&to, 80) });
                }
            }
            _ => {}
        }
        if tag == "pre" {
            self.preformatted += 1;
        }
        if listed(FORMATTING, tag) {
            self.formatting.insert(tag.to_owned());
        } else if !listed(ARRANGING, tag) && !matches!(tag, "sub" | "sup" | "img" | "object" | "a") {
            self.losses.push(LossKind::Media { what: short(tag, 40) });
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
            "p" | "div" | "ul" | "ol" | "table" | "blockquote" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            | "prompt" => {
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
                let alt: String = alt
                    .chars()
                    .map(|c| if matches!(c, ']' | '[' | '\n') { ' ' } else { c })
                    .collect();
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
            None => put!(self.out, "${}{{\\text{{{content}}}}}$", if up { '^' } else { '_' }),
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

const SUPER: &[(char, char)] = &[
    ('0', '⁰'),
    ('1', '¹'),
    ('2', '²'),
    ('3', '³'),
    ('4', '⁴'),
    ('5', '⁵'),
    ('6', '⁶'),
    ('7', '⁷'),
    ('8', '⁸'),
    ('9', '⁹'),
    ('+', '⁺'),
    ('-', '⁻'),
    ('n', 'ⁿ'),
];
const SUB: &[(char, char)] = &[
    ('0', '₀'),
    ('1', '₁'),
    ('2', '₂'),
    ('3', '₃'),
    ('4', '₄'),
    ('5', '₅'),
    ('6', '₆'),
    ('7', '₇'),
    ('8', '₈'),
    ('9', '₉'),
    ('+', '₊'),
    ('-', '₋'),
];

pub(super) fn is_void(tag: &str) -> bool {
    matches!(
        tag,
        "br" | "img"
            | "hr"
            | "meta"
            | "link"
            | "input"
            | "col"
            | "wbr"
            | "embed"
            | "source"
            | "track"
            | "area"
            | "base"
            | "param"
    )
}
