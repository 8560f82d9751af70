//! XML without entities, in small trees: never the whole of a large file at once.
//!
//! A document type that only names its definition, as files of QTI 1.2 do, is passed over: nothing is ever fetched. One
//! that defines something, or points anywhere else, refuses the file.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::loss::{Refused, RefusedKind, short};

/// The deepest nesting.
pub(super) const MAX_DEPTH: usize = 100;
/// The most elements and texts of one question.
pub(super) const MAX_NODES: usize = 50_000;
/// The most elements and texts of a file.
pub(super) const MAX_TAGS: usize = 3_000_000;
const MAX_ATTRIBUTES: usize = 60;

/// An element with everything in it. Names are local (without prefix); those of QTI 3 are told as those of QTI 2, so that
/// `qti-choice-interaction max-choices` reads `choiceInteraction maxChoices`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Child>,
    /// The line on which it begins.
    pub(super) line: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Child {
    Node(Node),
    Text(String),
}

impl Node {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// An attribute, or an empty text.
    pub(super) fn get(&self, name: &str) -> &str {
        self.attribute(name).unwrap_or("")
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.nodes().filter(move |node| node.name == name)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.named(name).next()
    }

    /// All elements below, in their order.
    pub(super) fn below(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        for node in self.nodes() {
            found.push(node);
            found.extend(node.below());
        }
        found
    }

    /// All elements of a name below.
    pub(super) fn all(&self, name: &str) -> Vec<&Self> {
        let mut found = self.below();
        found.retain(|node| node.name == name);
        found
    }

    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        self.all(name).into_iter().next()
    }

    /// All text in it, without blanks around it.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.gather(&mut text);
        text.trim().to_owned()
    }

    fn gather(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(own) => text.push_str(own),
                Child::Node(node) => node.gather(text),
            }
        }
    }

    /// The text of a child, or an empty text.
    pub(super) fn text_of(&self, name: &str) -> String {
        self.child(name).map(Self::text).unwrap_or_default()
    }
}

/// Hands over each element for which `unit` says so, with all that is in it; what stands between them is passed over.
pub(super) fn each(
    text: &str,
    file: &str,
    unit: impl Fn(&str) -> bool,
    mut visit: impl FnMut(Node) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let mut walk = Walk::new(text, file);
    let mut open: Vec<Node> = Vec::new();
    let mut outside: Vec<String> = Vec::new();
    while let Some(step) = walk.next()? {
        match step {
            Step::Open(node) => {
                if open.len() + outside.len() >= MAX_DEPTH {
                    return Err(walk.refuse(RefusedKind::TooDeep { most: MAX_DEPTH }));
                }
                if open.is_empty() && !unit(&node.name) {
                    outside.push(node.name);
                } else {
                    open.push(node);
                }
            }
            Step::Text(text) => {
                if let Some(node) = open.last_mut() {
                    match node.children.last_mut() {
                        Some(Child::Text(before)) => before.push_str(&text),
                        _ => node.children.push(Child::Text(text)),
                    }
                }
            }
            Step::Close => match (open.pop(), open.last_mut()) {
                (Some(node), Some(parent)) => parent.children.push(Child::Node(node)),
                (Some(node), None) => {
                    walk.nodes = 0;
                    visit(node)?;
                }
                (None, _) => _ = outside.pop(),
            },
        }
        if open.is_empty() {
            walk.nodes = 0;
        }
    }
    Ok(())
}

/// The whole of a small file.
pub(super) fn tree(text: &str, file: &str) -> Result<Node, Refused> {
    let mut root = None;
    each(
        text,
        file,
        |_| true,
        |node| {
            root = Some(node);
            Ok(())
        },
    )?;
    root.ok_or_else(|| {
        let reason = "no element".to_owned();
        Refused::new(file, 1, RefusedKind::Xml { reason })
    })
}

enum Step {
    Open(Node),
    Text(String),
    Close,
}

struct Walk<'t> {
    reader: Reader<&'t [u8]>,
    text: &'t str,
    file: &'t str,
    /// How far the lines were counted.
    counted: usize,
    line: u32,
    nodes: usize,
    tags: usize,
    depth: usize,
    /// An element without content was opened and is to be closed.
    close: bool,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, file: &'t str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        Self {
            reader,
            text,
            file,
            counted: 0,
            line: 1,
            nodes: 0,
            tags: 0,
            depth: 0,
            close: false,
        }
    }

    fn refuse(&self, kind: RefusedKind) -> Refused {
        Refused::new(self.file, self.line, kind)
    }

    fn broken(&self, error: &dyn std::fmt::Display) -> Refused {
        let reason = short(&error.to_string(), 120);
        self.refuse(RefusedKind::Xml { reason })
    }

    /// Counts the lines up to a place. Places only move forward.
    fn count(&mut self, place: u64) {
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(self.text.len());
        if let Some(passed) = self.text.as_bytes().get(self.counted..place) {
            self.line = self.line.saturating_add(super::input::lines_in(passed) - 1);
            self.counted = place;
        }
    }

    fn next(&mut self) -> Result<Option<Step>, Refused> {
        if self.close {
            self.close = false;
            self.depth -= 1;
            return Ok(Some(Step::Close));
        }
        loop {
            self.nodes += 1;
            self.tags += 1;
            if self.nodes > MAX_NODES || self.tags > MAX_TAGS {
                let (what, most) = (
                    "elements".to_owned(),
                    if self.nodes > MAX_NODES { MAX_NODES } else { MAX_TAGS },
                );
                return Err(self.refuse(RefusedKind::TooMany { what, most }));
            }
            self.count(self.reader.buffer_position());
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    self.count(self.reader.error_position());
                    return Err(self.broken(&error));
                }
            };
            match event {
                Event::Start(start) => {
                    self.depth += 1;
                    return self.open(&start).map(Some);
                }
                Event::Empty(start) => {
                    self.depth += 1;
                    self.close = true;
                    return self.open(&start).map(Some);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Step::Close));
                }
                Event::Text(text) => return Ok(Some(Step::Text(text.xml10_content().into_owned()))),
                Event::CData(text) => return Ok(Some(Step::Text(text.xml10_content().into_owned()))),
                Event::GeneralRef(reference) => {
                    let own = match reference.resolve_char_ref() {
                        Ok(Some(c)) if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => {
                            let code = format!("U+{:04X}", u32::from(c));
                            return Err(self.refuse(RefusedKind::Control { code }));
                        }
                        Ok(Some(c)) => c.to_string(),
                        Ok(None) => {
                            if let Some(text) = quick_xml::escape::resolve_predefined_entity(&reference) {
                                text.to_owned()
                            } else {
                                let name = short(&reference, 40);
                                return Err(self.refuse(RefusedKind::Entity { name }));
                            }
                        }
                        Err(error) => return Err(self.broken(&error)),
                    };
                    return Ok(Some(Step::Text(own)));
                }
                Event::DocType(declared) if !is_plain(&declared) => {
                    return Err(self.refuse(RefusedKind::DocumentType {}));
                }
                Event::Eof if self.depth > 0 => return Err(self.broken(&"it ends within an element")),
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
            }
        }
    }

    fn open(&self, start: &BytesStart<'_>) -> Result<Step, Refused> {
        let name = start.local_name();
        let name: &str = name.as_ref();
        let third = name.starts_with("qti-");
        let mut node = Node {
            name: if third { camel(&name[4..]) } else { name.to_owned() },
            line: self.line,
            ..Node::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.broken(&error))?;
            let key = attribute.key.local_name();
            let key: &str = key.as_ref();
            let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| self.broken(&error))?;
            // As XML has it: line ends and tabs in an attribute are blanks.
            let value = value.replace(['\n', '\t'], " ");
            let key = if third { camel(key) } else { key.to_owned() };
            node.attributes.push((key, value));
            if node.attributes.len() > MAX_ATTRIBUTES {
                let what = "attributes".to_owned();
                return Err(self.refuse(RefusedKind::TooMany {
                    what,
                    most: MAX_ATTRIBUTES,
                }));
            }
        }
        Ok(Step::Open(node))
    }
}

/// Whether a document type defines nothing itself and names at most the definition of a format by its usual name.
fn is_plain(declared: &str) -> bool {
    let quotes = |c: char| matches!(c, '"' | '\'');
    let system = declared
        .trim()
        .strip_suffix(quotes)
        .and_then(|rest| rest.rsplit(quotes).next());
    let usual = system.is_none_or(|name| {
        let known = [
            "http://www.imsglobal.org/",
            "http://www.imsproject.org/",
            "https://www.imsglobal.org/",
        ];
        let rest = known.iter().find_map(|known| name.strip_prefix(known)).unwrap_or(name);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        super::ends_with(rest, &["dtd"]) && !rest.starts_with('/') && !rest.contains("..") && rest.chars().all(plain)
    });
    usual && !declared.contains('[') && declared.len() < 400
}

/// `choice-interaction` as `choiceInteraction`.
fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let mut camel = words.next().unwrap_or("").to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// A text as it stands in XML. Characters that XML cannot hold do not occur: banks refuse them.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_told_with_their_lines_and_third_names_as_second() {
        let text = "<a>\n <qti-choice-interaction max-choices='1'>\n<p>x &amp; <![CDATA[<y>]]> &#x4e2d;</p></qti-choice-interaction></a>";
        let tree = tree(text, "a.xml").unwrap();
        let choice = tree.child("choiceInteraction").unwrap();
        assert_eq!((choice.get("maxChoices"), choice.line), ("1", 2));
        assert_eq!(choice.text(), "x & <y> 中");
    }

    #[test]
    fn entities_document_types_and_depths_are_refused_with_their_line() {
        let kind = |text: &str| tree(text, "a.xml").unwrap_err();
        assert!(matches!(
            kind("\n<!DOCTYPE a [<!ENTITY b 'c'>]><a/>").kind,
            RefusedKind::DocumentType {}
        ));
        for far in [
            "SYSTEM 'http://127.0.0.1/x.dtd'",
            "SYSTEM '/x.dtd'",
            "PUBLIC '-//x' '../x.dtd'",
            "SYSTEM 'x'",
        ] {
            assert!(
                matches!(
                    kind(&format!("<!DOCTYPE a {far}><a/>")).kind,
                    RefusedKind::DocumentType {}
                ),
                "{far}"
            );
        }
        for near in [
            "",
            " SYSTEM \"ims_qtiasiv1p2p1.dtd\"",
            " PUBLIC '-//IMS' 'http://www.imsglobal.org/x.dtd'",
        ] {
            assert!(tree(&format!("<!DOCTYPE a{near}><a/>"), "a.xml").is_ok(), "{near}");
        }
        assert!(matches!(kind("<a>&nbsp;</a>").kind, RefusedKind::Entity { .. }));
        assert!(matches!(kind("<a>&#0;</a>").kind, RefusedKind::Xml { .. }));
        assert!(matches!(kind("<a>&#1;</a>").kind, RefusedKind::Control { .. }));
        assert!(matches!(kind(&"<a>".repeat(200)).kind, RefusedKind::TooDeep { .. }));
        assert_eq!(kind("<a>\n<b>\n</a>").place.line, 3);
        assert!(matches!(kind("<a><b></b>").kind, RefusedKind::Xml { .. }));
    }
}
