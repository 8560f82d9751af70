//! What a document says about itself: title, language, dates; the same in every place that readers look at.

use lopdf::{Dictionary, Document, Object, Stream, StringFormat, dictionary};

use crate::kernel::{Digest, Timestamp};

const SRGB: &[u8] = include_bytes!("../../assets/colour/sRGB-v2-magic.icc");
const PRODUCER: &str = "Jianding";

/// What a document says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The title that a reader shows.
    pub title: String,
    /// Who wrote it: the office.
    pub author: String,
    /// The language of its text (`zh-CN`).
    pub language: String,
    /// When it was made.
    pub created: Timestamp,
    /// What tells it from every other document: the file identifier is derived from it.
    pub identity: String,
}

/// Replaces what the rendering library wrote about the document by what PDF/A-3b asks for.
pub(super) fn describe(doc: &mut Document, about: &About) {
    "1.7".clone_into(&mut doc.version);
    let identifier = Digest::of(about.identity.as_bytes()).bytes()[..16].to_vec();
    let identifier = Object::String(identifier, StringFormat::Hexadecimal);
    doc.trailer
        .set("ID", Object::Array(vec![identifier.clone(), identifier]));
    let info = doc.add_object(dictionary! {
        "Title" => text(&about.title),
        "Author" => text(&about.author),
        "Producer" => text(PRODUCER),
        "CreationDate" => date(about.created),
        "ModDate" => date(about.created),
    });
    if let Ok(old) = doc.trailer.get(b"Info").and_then(Object::as_reference) {
        doc.objects.remove(&old);
    }
    doc.trailer.set("Info", info);

    let dictionary = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
    let metadata = doc.add_object(Stream::new(dictionary, xmp(about).into_bytes()).with_compression(false));
    let profile = doc.add_object(Stream::new(dictionary! { "N" => 3 }, SRGB.to_vec()));
    let intent = dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => Object::string_literal("sRGB"),
        "Info" => Object::string_literal("sRGB IEC61966-2.1"),
        "DestOutputProfile" => profile,
    };
    if let Ok(catalog) = doc.catalog_mut() {
        catalog.set("Metadata", metadata);
        catalog.set("OutputIntents", vec![Object::Dictionary(intent)]);
        catalog.set("Lang", Object::string_literal(about.language.as_str()));
        catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    }
}

/// A text string: plain when it can be, otherwise UTF-16 with its mark.
pub(super) fn text(value: &str) -> Object {
    if value.is_ascii() {
        return Object::string_literal(value);
    }
    let units = std::iter::once(0xFEFF).chain(value.encode_utf16());
    Object::String(units.flat_map(u16::to_be_bytes).collect(), StringFormat::Hexadecimal)
}

/// A date as PDF writes it.
pub(super) fn date(instant: Timestamp) -> Object {
    Object::string_literal(strftime(instant, "D:%Y%m%d%H%M%SZ"))
}

fn strftime(instant: Timestamp, format: &str) -> String {
    let instant = jiff::Timestamp::from_millisecond(instant.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.strftime(format).to_string()
}

fn xmp(about: &About) -> String {
    // Some readers refuse the Z that PDF dates have: the offset is written out.
    let date = strftime(about.created, "%Y-%m-%dT%H:%M:%S+00:00");
    let (title, author, language) = (escape(&about.title), escape(&about.author), escape(&about.language));
    format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{PRODUCER}</pdf:Producer>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate><xmp:MetadataDate>{date}</xmp:MetadataDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"#,
        bom = '\u{FEFF}'
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Compresses every stream that is not compressed yet, but for the metadata, which PDF/A wants readable.
pub(super) fn compress(doc: &mut Document) {
    for object in doc.objects.values_mut() {
        let Object::Stream(stream) = object else { continue };
        let kept = stream.dict.has(b"Filter") || !stream.allows_compression || stream.content.len() < 64;
        if kept {
            continue;
        }
        let packed = super::artwork::deflate(&stream.content);
        stream.set_content(packed);
        stream.dict.set("Filter", "FlateDecode");
    }
}

/// Removes the empty resource dictionaries and annotation lists that the rendering library leaves behind.
pub(super) fn tidy(doc: &mut Document) {
    let empty = |object: &Object| match object {
        Object::Array(items) => items.is_empty(),
        Object::Dictionary(items) => items.is_empty(),
        _ => false,
    };
    let hollow: Vec<_> = doc
        .objects
        .iter()
        .filter(|(_, object)| empty(object))
        .map(|(id, _)| *id)
        .collect();
    let prune = |dictionary: &mut Dictionary| {
        let gone: Vec<Vec<u8>> = dictionary
            .iter()
            .filter(|(_, value)| {
                empty(value) && value.as_array().is_ok() || value.as_reference().is_ok_and(|id| hollow.contains(&id))
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            dictionary.remove(&key);
        }
    };
    for object in doc.objects.values_mut() {
        if let Object::Dictionary(dictionary) = object {
            prune(dictionary);
        }
    }
    for id in hollow {
        doc.objects.remove(&id);
    }
}
