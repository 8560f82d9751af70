//! Many documents as one, for printing: each document's sheets under a bookmark, written as they come.
//!
//! What is kept in memory is where each object stands, so that ten thousand documents need little more than one. Parts that
//! documents share (a border, a colour profile) are written once. Forms and signatures stay behind: a print set is ink, not
//! evidence. The same documents give the same bytes; the state between two documents can be saved and gone on from.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use serde::{Deserialize, Serialize};

use super::{About, DocumentError, metadata};
use crate::kernel::Digest;

const ROOT: u32 = 1;
const PAGES: u32 = 2;
const OUTLINES: u32 = 3;
const INFO: u32 = 4;
/// So many sheets stand under one node of the tree of sheets.
const NODE: usize = 100;

/// A print set that is being written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bundle {
    /// How many bytes were given out.
    length: u64,
    /// Where each object stands, by number from 1; 0 while it is not written.
    places: Vec<u64>,
    /// The numbers of objects by their content.
    known: HashMap<String, u32>,
    marks: Vec<Mark>,
    nodes: Vec<(u32, usize)>,
    /// The node that is being filled: its number, and its sheets.
    open: Option<(u32, Vec<u32>)>,
    documents: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    title: String,
    sheet: u32,
}

impl Bundle {
    /// Begins a print set; gives the first bytes.
    pub fn begin(about: &About) -> (Self, Vec<u8>) {
        let mut bundle = Self {
            length: 0,
            places: vec![0; 4],
            known: HashMap::new(),
            marks: Vec::new(),
            nodes: Vec::new(),
            open: None,
            documents: 0,
        };
        let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let info = dictionary! {
            "Title" => metadata::text(&about.title),
            "Author" => metadata::text(&about.author),
            "CreationDate" => metadata::date(about.created),
        };
        bundle.put(&mut out, INFO, &Object::Dictionary(info));
        bundle.length = len(&out);
        (bundle, out)
    }

    /// How many bytes were given out so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// How many documents are in it.
    pub fn documents(&self) -> usize {
        self.documents
    }

    /// Adds a document under this bookmark; gives the next bytes.
    pub fn add(&mut self, pdf: &[u8], title: &str) -> Result<Vec<u8>, DocumentError> {
        let doc = Document::load_mem(pdf).map_err(|_| DocumentError::Unwritable)?;
        let mut out = Vec::with_capacity(pdf.len());
        let mut copied = HashMap::new();
        let mut first = None;
        for page in doc.page_iter() {
            let dictionary = doc.get_dictionary(page).map_err(|_| DocumentError::Unwritable)?;
            let mut sheet = Dictionary::new();
            for key in [b"Resources".as_slice(), b"MediaBox", b"Contents", b"Rotate"] {
                if let Ok(value) = dictionary.get(key) {
                    let value = self.copy(&doc, &mut copied, &mut out, value, 0)?;
                    sheet.set(key, value);
                }
            }
            sheet.set("Type", "Page");
            let number = self.next();
            let node = self.node(number);
            sheet.set("Parent", reference(node));
            self.put(&mut out, number, &Object::Dictionary(sheet));
            first.get_or_insert(number);
            self.close_full_node(&mut out);
        }
        let sheet = first.ok_or(DocumentError::Unwritable)?;
        self.marks.push(Mark {
            title: title.to_owned(),
            sheet,
        });
        self.documents += 1;
        self.length += len(&out);
        Ok(out)
    }

    /// Ends the print set; gives the last bytes.
    pub fn finish(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.close_node(&mut out);
        let kids: Vec<Object> = self.nodes.iter().map(|(node, _)| reference(*node)).collect();
        let count: usize = self.nodes.iter().map(|(_, sheets)| sheets).sum();
        let pages = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => integer(count) };
        self.put(&mut out, PAGES, &Object::Dictionary(pages));
        self.put_marks(&mut out);
        let catalog = dictionary! {
            "Type" => "Catalog",
            "Pages" => reference(PAGES),
            "Outlines" => reference(OUTLINES),
            "PageMode" => "UseOutlines",
            "Lang" => Object::string_literal("zh-CN"),
        };
        self.put(&mut out, ROOT, &Object::Dictionary(catalog));
        let table = self.length + len(&out);
        let size = self.places.len() + 1;
        out.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
        for place in &self.places {
            out.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
        }
        let trailer = format!("trailer\n<</Size {size}/Root {ROOT} 0 R/Info {INFO} 0 R>>\nstartxref\n{table}\n%%EOF\n");
        out.extend_from_slice(trailer.as_bytes());
        out
    }

    fn put_marks(&mut self, out: &mut Vec<u8>) {
        let marks = std::mem::take(&mut self.marks);
        let numbers: Vec<u32> = marks.iter().map(|_| self.next()).collect();
        let mut outlines = dictionary! { "Type" => "Outlines", "Count" => integer(marks.len()) };
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            outlines.set("First", reference(*first));
            outlines.set("Last", reference(*last));
        }
        for (at, mark) in marks.iter().enumerate() {
            let mut item = dictionary! {
                "Title" => metadata::text(&mark.title),
                "Parent" => reference(OUTLINES),
                "Dest" => vec![reference(mark.sheet), "Fit".into()],
            };
            if let Some(before) = at.checked_sub(1) {
                item.set("Prev", reference(numbers[before]));
            }
            if let Some(after) = numbers.get(at + 1) {
                item.set("Next", reference(*after));
            }
            self.put(out, numbers[at], &Object::Dictionary(item));
        }
        self.put(out, OUTLINES, &Object::Dictionary(outlines));
    }

    /// The value with every object that it refers to written, and its references renumbered.
    fn copy(
        &mut self,
        doc: &Document,
        copied: &mut HashMap<ObjectId, u32>,
        out: &mut Vec<u8>,
        value: &Object,
        depth: usize,
    ) -> Result<Object, DocumentError> {
        // What goes in circles is no sheet of ours.
        if depth > 32 {
            return Err(DocumentError::Unwritable);
        }
        Ok(match value {
            Object::Reference(id) => {
                if let Some(number) = copied.get(id) {
                    return Ok(reference(*number));
                }
                let target = doc.get_object(*id).map_err(|_| DocumentError::Unwritable)?;
                let target = self.copy(doc, copied, out, target, depth + 1)?;
                let number = self.put_once(out, &target);
                copied.insert(*id, number);
                reference(number)
            }
            Object::Array(items) => {
                let copy = items.iter().map(|item| self.copy(doc, copied, out, item, depth + 1));
                Object::Array(copy.collect::<Result<_, _>>()?)
            }
            Object::Dictionary(items) => Object::Dictionary(self.copy_all(doc, copied, out, items, depth)?),
            Object::Stream(stream) => {
                let dictionary = self.copy_all(doc, copied, out, &stream.dict, depth)?;
                Object::Stream(Stream::new(dictionary, stream.content.clone()).with_compression(false))
            }
            other => other.clone(),
        })
    }

    fn copy_all(
        &mut self,
        doc: &Document,
        copied: &mut HashMap<ObjectId, u32>,
        out: &mut Vec<u8>,
        items: &Dictionary,
        depth: usize,
    ) -> Result<Dictionary, DocumentError> {
        let mut copy = Dictionary::new();
        for (key, value) in items {
            copy.set(key.clone(), self.copy(doc, copied, out, value, depth + 1)?);
        }
        Ok(copy)
    }

    /// Writes an object, unless the very same was written before.
    fn put_once(&mut self, out: &mut Vec<u8>, object: &Object) -> u32 {
        let mut bytes = Vec::new();
        write(&mut bytes, object);
        let mut content = Digest::of(&bytes).to_string();
        content.truncate(32);
        if let Some(number) = self.known.get(&content) {
            return *number;
        }
        let number = self.next();
        self.known.insert(content, number);
        self.put_bytes(out, number, &bytes);
        number
    }

    fn put(&mut self, out: &mut Vec<u8>, number: u32, object: &Object) {
        let mut bytes = Vec::new();
        write(&mut bytes, object);
        self.put_bytes(out, number, &bytes);
    }

    fn put_bytes(&mut self, out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
        let place = self.length + len(out);
        if let Some(slot) = usize::try_from(number - 1).ok().and_then(|at| self.places.get_mut(at)) {
            *slot = place;
        }
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(bytes);
        out.extend_from_slice(b"\nendobj\n");
    }

    fn next(&mut self) -> u32 {
        self.places.push(0);
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// The node that this sheet stands under.
    fn node(&mut self, sheet: u32) -> u32 {
        let open = self.open.take();
        let (node, mut sheets) = open.unwrap_or_else(|| (self.next(), Vec::new()));
        sheets.push(sheet);
        self.open = Some((node, sheets));
        node
    }

    fn close_full_node(&mut self, out: &mut Vec<u8>) {
        if self.open.as_ref().is_some_and(|(_, sheets)| sheets.len() == NODE) {
            self.close_node(out);
        }
    }

    fn close_node(&mut self, out: &mut Vec<u8>) {
        let Some((node, sheets)) = self.open.take() else { return };
        let kids: Vec<Object> = sheets.iter().map(|sheet| reference(*sheet)).collect();
        let count = integer(sheets.len());
        let dictionary =
            dictionary! { "Type" => "Pages", "Parent" => reference(PAGES), "Kids" => kids, "Count" => count };
        self.put(out, node, &Object::Dictionary(dictionary));
        self.nodes.push((node, sheets.len()));
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn integer(count: usize) -> Object {
    Object::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn reference(number: u32) -> Object {
    Object::Reference((number, 0))
}

fn write(out: &mut Vec<u8>, object: &Object) {
    match object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Object::Integer(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Object::Real(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Object::Name(name) => write_name(out, name),
        Object::String(bytes, _) => {
            out.push(b'<');
            for byte in bytes {
                out.extend_from_slice(format!("{byte:02X}").as_bytes());
            }
            out.push(b'>');
        }
        Object::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                write(out, item);
            }
            out.push(b']');
        }
        Object::Dictionary(items) => write_dictionary(out, items),
        Object::Stream(stream) => {
            let mut dictionary = stream.dict.clone();
            dictionary.set("Length", integer(stream.content.len()));
            write_dictionary(out, &dictionary);
            out.extend_from_slice(b"\nstream\n");
            out.extend_from_slice(&stream.content);
            out.extend_from_slice(b"\nendstream");
        }
        Object::Reference((number, generation)) => {
            out.extend_from_slice(format!("{number} {generation} R").as_bytes());
        }
    }
}

fn write_dictionary(out: &mut Vec<u8>, items: &Dictionary) {
    out.extend_from_slice(b"<<");
    for (key, value) in items {
        write_name(out, key);
        out.push(b' ');
        write(out, value);
    }
    out.extend_from_slice(b">>");
}

fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for byte in name {
        if byte.is_ascii_alphanumeric() || b"+-._,:".contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::FONTS;
    use crate::document::{Align, Paper, Pen, seal};
    use crate::kernel::Timestamp;

    fn about(identity: &str) -> About {
        About {
            title: "打印".to_owned(),
            author: "某鉴定站".to_owned(),
            language: "zh-CN".to_owned(),
            created: Timestamp::from_millis(1_700_000_000_000),
            identity: identity.to_owned(),
        }
    }

    fn sheet(name: &str) -> Vec<u8> {
        let mut paper = Paper::new(&FONTS, about(name));
        paper.artwork((120.0, 200.0), 40.0, &seal(&FONTS, "某鉴定站", "专用章"));
        paper.text((30.0, 40.0), Pen::new(20.0), Align::Left, name);
        paper.finish().unwrap().bytes().unwrap()
    }

    fn all(names: &[String]) -> Vec<u8> {
        let (mut bundle, mut out) = Bundle::begin(&about("set"));
        for name in names {
            out.extend(bundle.add(&sheet(name), name).unwrap());
        }
        out.extend(bundle.finish());
        out
    }

    #[test]
    fn every_document_stands_under_its_bookmark_and_what_they_share_is_there_once() {
        let names: Vec<_> = (0..230).map(|n| format!("李{n}")).collect();
        let set = all(&names);
        let document = Document::load_mem(&set).unwrap();
        assert_eq!(document.page_iter().count(), 230);
        for (page, name) in [(1, "李0"), (100, "李99"), (101, "李100"), (230, "李229")] {
            assert_eq!(document.extract_text(&[page]).unwrap().trim(), name);
        }
        let outlines = document.catalog().unwrap().get_deref(b"Outlines", &document).unwrap();
        let outlines = outlines.as_dict().unwrap();
        assert_eq!(outlines.get(b"Count").unwrap().as_i64().unwrap(), 230);
        let (mut mark, mut seen) = (outlines.get(b"First").unwrap().as_reference().unwrap(), 1);
        while let Ok(next) = document.get_dictionary(mark).unwrap().get(b"Next") {
            mark = next.as_reference().unwrap();
            seen += 1;
        }
        assert_eq!(seen, 230);
        let each = sheet("李0").len();
        assert!(set.len() < 230 * each * 2 / 3, "{} of {each} each", set.len());
    }

    #[test]
    fn a_set_that_was_interrupted_goes_on_to_the_same_bytes() {
        let names: Vec<_> = (0..12).map(|n| format!("王{n}")).collect();
        let (mut bundle, mut out) = Bundle::begin(&about("set"));
        for name in &names[..7] {
            out.extend(bundle.add(&sheet(name), name).unwrap());
        }
        let saved = serde_json::to_string(&bundle).unwrap();
        assert_eq!(bundle.length(), u64::try_from(out.len()).unwrap());
        let mut again: Bundle = serde_json::from_str(&saved).unwrap();
        for name in &names[again.documents()..] {
            out.extend(again.add(&sheet(name), name).unwrap());
        }
        out.extend(again.finish());
        assert!(out == all(&names));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let (mut bundle, _) = Bundle::begin(&about("set"));
        assert_eq!(
            bundle.add(b"%PDF-1.7 nothing", "x").unwrap_err(),
            DocumentError::Unwritable
        );
    }
}
