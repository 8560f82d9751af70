//! A finished document: files can be attached, room for a signature can be left, and it can be put into bytes.

use lopdf::{Document, Object, Stream, StringFormat, dictionary};

use super::{DocumentError, metadata};
use crate::kernel::Timestamp;

/// A finished document.
#[derive(Debug, Clone)]
pub struct Finished(Document);

/// A file inside the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment<'a> {
    /// Its name: letters, digits and dots.
    pub name: &'a str,
    /// What it is, for a reader's list of attachments.
    pub description: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// When it was made.
    pub made: Timestamp,
}

/// What is known of a signature before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureSpace<'a> {
    /// Who signs, as the certificate names it.
    pub name: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The instant that the signer claims.
    pub signed_at: Timestamp,
    /// How many bytes the signature may have.
    pub bytes: usize,
}

/// The whole file with a hole for the signature.
#[derive(Debug, Clone)]
pub struct ReadyToSign {
    bytes: Vec<u8>,
    /// Where the hole's `<` stands, and where the byte after its `>` stands.
    hole: (usize, usize),
}

impl Finished {
    pub(super) fn new(doc: Document) -> Self {
        Self(doc)
    }

    /// The objects that will be written, for proofreading.
    pub fn tree(&self) -> &Document {
        &self.0
    }

    /// The same to be spoilt by tests.
    #[cfg(test)]
    pub(crate) fn tree_mut(&mut self) -> &mut Document {
        &mut self.0
    }

    /// How many sheets it has.
    pub fn sheets(&self) -> usize {
        self.0.page_iter().count()
    }

    /// Puts a file inside, as the data that the document shows (`AFRelationship Data`).
    pub fn attach(&mut self, attachment: &Attachment<'_>) {
        let made = metadata::date(attachment.made);
        let size = i64::try_from(attachment.bytes.len()).unwrap_or(i64::MAX);
        let packed = super::artwork::deflate(attachment.bytes);
        let file = dictionary! {
            "Type" => "EmbeddedFile",
            "Subtype" => attachment.media_type,
            "Filter" => "FlateDecode",
            "Params" => dictionary! { "ModDate" => made, "Size" => size },
        };
        let file = self.0.add_object(Stream::new(file, packed).with_compression(false));
        let specification = self.0.add_object(dictionary! {
            "Type" => "Filespec",
            "F" => Object::string_literal(attachment.name),
            "UF" => Object::string_literal(attachment.name),
            "Desc" => metadata::text(attachment.description),
            "AFRelationship" => "Data",
            "EF" => dictionary! { "F" => file, "UF" => file },
        });
        let names = vec![Object::string_literal(attachment.name), specification.into()];
        if let Ok(catalog) = self.0.catalog_mut() {
            catalog.set("AF", vec![Object::Reference(specification)]);
            catalog.set(
                "Names",
                dictionary! { "EmbeddedFiles" => dictionary! { "Names" => names } },
            );
        }
    }

    /// Puts in what a check needs long afterwards: certificates, and lists of revoked ones (the DSS of PAdES).
    pub fn keep_for_checks(&mut self, certificates: Vec<Vec<u8>>, lists: Vec<Vec<u8>>) {
        let mut kept = |all: Vec<Vec<u8>>| {
            let streams = all
                .into_iter()
                .map(|bytes| Stream::new(dictionary! {}, bytes).with_compression(false));
            let ids: Vec<Object> = streams.map(|one| self.0.add_object(one).into()).collect();
            ids
        };
        let (certificates, lists) = (kept(certificates), kept(lists));
        if let Ok(catalog) = self.0.catalog_mut() {
            catalog.set(
                "DSS",
                dictionary! { "Type" => "DSS", "Certs" => certificates, "CRLs" => lists },
            );
        }
    }

    /// The document as a file, without signature.
    pub fn bytes(mut self) -> Result<Vec<u8>, DocumentError> {
        write(&mut self.0)
    }

    /// The document as a file with room for one certification signature over all of it ("no changes allowed").
    pub fn leave_space(mut self, space: &SignatureSpace<'_>) -> Result<ReadyToSign, DocumentError> {
        let page = self.0.page_iter().next().ok_or(DocumentError::Unwritable)?;
        let transform = dictionary! {
            "Type" => "SigRef",
            "TransformMethod" => "DocMDP",
            "TransformParams" => dictionary! { "Type" => "TransformParams", "P" => 1, "V" => "1.2" },
        };
        let signature = self.0.add_object(dictionary! {
            "Type" => "Sig",
            "Filter" => "Adobe.PPKLite",
            "SubFilter" => "ETSI.CAdES.detached",
            "Name" => metadata::text(space.name),
            "Reason" => metadata::text(space.reason),
            "M" => metadata::date(space.signed_at),
            "Reference" => vec![Object::Dictionary(transform)],
            "ByteRange" => vec![0.into(), PLACE.into(), PLACE.into(), PLACE.into()],
            "Contents" => Object::String(vec![0; space.bytes], StringFormat::Hexadecimal),
        });
        let widget = self.0.add_object(dictionary! {
            "Type" => "Annot",
            "Subtype" => "Widget",
            "FT" => "Sig",
            "T" => Object::string_literal("Signature1"),
            "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
            "F" => 132,
            "P" => page,
            "V" => signature,
        });
        let page = self.0.get_object_mut(page).and_then(Object::as_dict_mut);
        page.map_err(|_| DocumentError::Unwritable)?
            .set("Annots", vec![Object::Reference(widget)]);
        let catalog = self.0.catalog_mut().map_err(|_| DocumentError::Unwritable)?;
        catalog.set("Perms", dictionary! { "DocMDP" => signature });
        catalog.set(
            "AcroForm",
            dictionary! { "Fields" => vec![Object::Reference(widget)], "SigFlags" => 3 },
        );
        ReadyToSign::find(write(&mut self.0)?, space.bytes).ok_or(DocumentError::Unwritable)
    }
}

/// Ten digits: room for every offset that the range may have.
const PLACE: i64 = 9_999_999_999;

impl ReadyToSign {
    fn find(mut bytes: Vec<u8>, room: usize) -> Option<Self> {
        let digits = PLACE.to_string();
        let range = format!("[0 {digits} {digits} {digits}]");
        let range_at = rfind(&bytes, range.as_bytes())?;
        let opening = b"/Contents<0000000000";
        let open = rfind(&bytes, opening)? + b"/Contents".len();
        let close = open + 2 * room + 2;
        let written = format!("[0 {open} {close} {}", bytes.len() - close);
        let padded = format!("{written:<width$}]", width = range.len() - 1);
        bytes[range_at..range_at + range.len()].copy_from_slice(padded.as_bytes());
        Some(Self {
            bytes,
            hole: (open, close),
        })
    }

    /// The parts that the signature covers: everything but the hole.
    pub fn covered(&self) -> [&[u8]; 2] {
        [&self.bytes[..self.hole.0], &self.bytes[self.hole.1..]]
    }

    /// Puts the signature into the hole.
    pub fn fill(mut self, signature: &[u8]) -> Result<Vec<u8>, DocumentError> {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let hole = &mut self.bytes[self.hole.0 + 1..self.hole.1 - 1];
        if signature.len() * 2 > hole.len() {
            return Err(DocumentError::Unwritable);
        }
        for (pair, byte) in hole.chunks_exact_mut(2).zip(signature) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Ok(self.bytes)
    }
}

fn rfind(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).rposition(|window| window == needle)
}

fn write(doc: &mut Document) -> Result<Vec<u8>, DocumentError> {
    let mut bytes = Vec::with_capacity(80_000);
    doc.save_to(&mut bytes).map_err(|_| DocumentError::Unwritable)?;
    bytes.push(b'\n');
    Ok(bytes)
}
