//! Proofreading the drawn sheet: what a reader and a machine will find in the file, compared with the record.
//!
//! The text is read back out of the sheet the way other programs read it: glyphs through the face's own table of characters.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, Stream};

use super::Finding;
use crate::certificate::layout;
use crate::certificate::{CertificateRecord, Chain, Credential, JpegPhoto, Scheme, Statement};
use crate::document::{Artwork, Finished};

/// A drawn sheet with what it was drawn from.
pub(in crate::certificate) struct Drawn<'a> {
    pub(in crate::certificate) document: &'a Finished,
    pub(in crate::certificate) record: &'a CertificateRecord,
    pub(in crate::certificate) scheme: &'a Scheme,
    pub(in crate::certificate) statement: &'a str,
    pub(in crate::certificate) code: &'a Artwork,
    pub(in crate::certificate) chain: &'a Chain,
}

/// Everything that is wrong with a drawn sheet.
pub(in crate::certificate) fn proofread(drawn: &Drawn<'_>) -> Vec<Finding> {
    let doc = drawn.document.tree();
    let sheets = drawn.document.sheets();
    if sheets != 1 {
        return vec![Finding::Sheets(sheets)];
    }
    let mut checks = faces(doc);
    checks.extend(texts(drawn, doc));
    checks.extend(inside(drawn, doc));
    checks.extend(document(drawn, doc));
    checks
        .into_iter()
        .filter(|(_, sound)| !sound)
        .map(|(check, _)| Finding::Failed(check))
        .collect()
}

type Checked = Vec<(&'static str, bool)>;

fn dictionaries(doc: &Document) -> impl Iterator<Item = &Dictionary> {
    doc.objects.values().filter_map(|object| match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    })
}

fn streams(doc: &Document) -> impl Iterator<Item = &Stream> {
    doc.objects.values().filter_map(|object| object.as_stream().ok())
}

fn faces(doc: &Document) -> Checked {
    let descriptors: Vec<_> = dictionaries(doc)
        .filter(|one| one.has_type(b"FontDescriptor"))
        .collect();
    let composite = |one: &&Dictionary| {
        one.get(b"Subtype")
            .and_then(Object::as_name)
            .is_ok_and(|kind| kind == b"Type0")
    };
    let faces: Vec<_> = dictionaries(doc).filter(composite).collect();
    let tagged = |one: &&Dictionary| {
        let name = one.get(b"FontName").and_then(Object::as_name).unwrap_or_default();
        name.get(6) == Some(&b'+') && name[..6].iter().all(u8::is_ascii_uppercase)
    };
    let embedded = |one: &&Dictionary| one.has(b"FontFile2") || one.has(b"FontFile3");
    vec![
        (
            "font-embedded",
            !descriptors.is_empty() && descriptors.iter().all(embedded),
        ),
        ("font-subset", descriptors.iter().all(tagged)),
        (
            "font-unicode",
            !faces.is_empty() && faces.iter().all(|one| one.has(b"ToUnicode")),
        ),
    ]
}

fn texts(drawn: &Drawn<'_>, doc: &Document) -> Checked {
    let record = drawn.record;
    let sheet = read(doc).unwrap_or_default();
    let says = |text: &str| sheet.contains(&dense(text));
    let fields = layout::fields(record, drawn.scheme);
    let field =
        |field: &layout::Field| says(&field.value) && field.value_en.as_deref().is_none_or(says) && says(field.label);
    vec![
        ("text-title", says(&record.title)),
        ("text-name", says(record.name.as_str())),
        ("text-id", says(record.citizen_id.reveal())),
        ("text-number", says(record.number.as_str())),
        ("text-fields", fields.iter().all(field)),
        ("text-issuer", says(&record.issuer) && says(&record.issuer_en)),
        (
            "text-date",
            says(&record.issued_on.chinese()) && says(&record.issued_on.to_string()),
        ),
        ("sample-mark", says("样张") == record.sample),
    ]
}

/// Without blanks: long texts stand on several lines.
fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The text of the only sheet, in the order in which it was written.
fn read(doc: &Document) -> Option<String> {
    let page = doc.page_iter().next()?;
    let dictionary = doc.get_dictionary(page).ok()?;
    let resources = dictionary.get_deref(b"Resources", doc).ok()?.as_dict().ok()?;
    let fonts = resources.get_deref(b"Font", doc).ok()?.as_dict().ok()?;
    let mut tables = BTreeMap::new();
    for (name, font) in fonts {
        let (_, font) = doc.dereference(font).ok()?;
        let table = font
            .as_dict()
            .ok()?
            .get_deref(b"ToUnicode", doc)
            .ok()?
            .as_stream()
            .ok()?;
        tables.insert(name.as_slice(), characters(&plain(table))?);
    }
    let contents = dictionary.get_deref(b"Contents", doc).ok()?.as_stream().ok()?;
    let content = Content::decode(&plain(contents)).ok()?;
    let (mut table, mut text) = (None, String::new());
    for operation in &content.operations {
        match operation.operator.as_str() {
            "Tf" => table = tables.get(operation.operands.first()?.as_name().ok()?),
            "Tj" | "TJ" => {
                let shown = operation.operands.first()?;
                let parts = shown.as_array().map_or(std::slice::from_ref(shown), Vec::as_slice);
                for glyphs in parts.iter().filter_map(|part| part.as_str().ok()) {
                    for glyph in glyphs.as_chunks::<2>().0 {
                        text.push(*table?.get(&u16::from_be_bytes(*glyph))?);
                    }
                }
            }
            _ => {}
        }
    }
    Some(dense(&text))
}

fn plain(stream: &Stream) -> Vec<u8> {
    if stream.dict.has(b"Filter") {
        stream.decompressed_content().unwrap_or_default()
    } else {
        stream.content.clone()
    }
}

/// Which character each glyph stands for, by the face's own table.
fn characters(table: &[u8]) -> Option<BTreeMap<u16, char>> {
    let text = std::str::from_utf8(table).ok()?;
    let mut characters = BTreeMap::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("beginbfchar") {
        let (lines, after) = after.split_once("endbfchar")?;
        for line in lines.lines() {
            let mut codes = line.split(['<', '>']).filter(|part| !part.trim().is_empty());
            let (Some(glyph), Some(code)) = (codes.next(), codes.next()) else {
                continue;
            };
            characters.insert(u16::from_str_radix(glyph, 16).ok()?, character(code)?);
        }
        rest = after;
    }
    Some(characters)
}

/// One character in UTF-16, in hexadecimal.
fn character(code: &str) -> Option<char> {
    let units: Option<Vec<u16>> = (0..code.len() / 4)
        .map(|at| u16::from_str_radix(code.get(at * 4..at * 4 + 4)?, 16).ok())
        .collect();
    let mut decoded = char::decode_utf16(units?);
    let one = decoded.next()?.ok()?;
    decoded.next().is_none().then_some(one)
}

fn inside(drawn: &Drawn<'_>, doc: &Document) -> Checked {
    let record = drawn.record;
    let keys = [drawn.chain.statement_key()];
    let stated = Statement::check(drawn.statement, &keys).is_ok_and(|statement| statement == Statement::of(record));
    let code = drawn.code.content();
    let photo = record.photo.as_ref().map(JpegPhoto::bytes);
    let holds = |bytes: &[u8]| streams(doc).any(|stream| stream.content == bytes);
    let attached = attached(doc);
    let same = attached
        .as_ref()
        .is_some_and(|credential| credential.statement == drawn.statement && *credential == credential.again(record));
    let proven = attached.is_none_or(|credential| credential.inclusion().is_ok());
    vec![
        ("qr-statement", stated),
        ("qr-printed", holds(code)),
        ("photo-printed", photo.is_some_and(holds)),
        ("attachment", same),
        ("ledger-proof", proven),
    ]
}

fn attached(doc: &Document) -> Option<Credential> {
    let file = dictionaries(doc).find(|one| one.has_type(b"Filespec"))?;
    let embedded = file.get(b"EF").ok()?.as_dict().ok()?.get_deref(b"F", doc).ok()?;
    serde_json::from_slice(&plain(embedded.as_stream().ok()?)).ok()
}

fn document(drawn: &Drawn<'_>, doc: &Document) -> Checked {
    let title = format!("{} {}", drawn.record.title, drawn.record.number);
    let xmp = streams(doc).find(|stream| stream.dict.has_type(b"Metadata"));
    let xmp = xmp
        .map(|stream| String::from_utf8_lossy(&stream.content).into_owned())
        .unwrap_or_default();
    let catalog = doc.catalog().ok();
    let has = |key: &[u8]| catalog.is_some_and(|catalog| catalog.has(key));
    let archive = "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>";
    let never = |keys: &[&[u8]]| !dictionaries(doc).any(|one| keys.iter().any(|key| one.has(key)));
    vec![
        ("page-size", page_size(doc)),
        ("document-title", xmp.contains(&format!(">{title}<"))),
        ("document-language", has(b"Lang")),
        ("archive", xmp.contains(archive)),
        ("colour", has(b"OutputIntents")),
        ("transparency", never(&[b"SMask", b"ca", b"CA", b"BM", b"Group"])),
        (
            "active-content",
            never(&[b"JS", b"JavaScript", b"OpenAction", b"AA", b"A", b"Launch", b"URI"]),
        ),
    ]
}

/// A4 to the nearest point.
fn page_size(doc: &Document) -> bool {
    let page = doc.page_iter().next().and_then(|page| doc.get_dictionary(page).ok());
    let size = page.and_then(|page| page.get_deref(b"MediaBox", doc).ok()?.as_array().ok());
    let number = |object: &Object| object.as_i64().ok().or_else(|| rounded(object));
    let numbers: Option<Vec<_>> = size.and_then(|numbers| numbers.iter().map(number).collect());
    numbers.as_deref() == Some(&[0, 0, 595, 842])
}

#[expect(clippy::cast_possible_truncation, reason = "a page's side is a small number")]
fn rounded(object: &Object) -> Option<i64> {
    Some(object.as_float().ok()?.round() as i64)
}
