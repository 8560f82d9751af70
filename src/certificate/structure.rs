//! The parts of a certificate's file: known ones only, and nothing that acts by itself.

use lopdf::{Dictionary, Document, Object};

use super::NotGenuine;
use super::verify::Purpose;
use crate::kernel::Timestamp;

/// What a certificate's catalog may hold.
const CATALOG: [&[u8]; 13] = [
    b"Type",
    b"PageLayout",
    b"PageMode",
    b"Pages",
    b"Metadata",
    b"OutputIntents",
    b"Lang",
    b"ViewerPreferences",
    b"AF",
    b"Names",
    b"Perms",
    b"AcroForm",
    b"DSS",
];

/// Keys of active content and of forms that hide things.
const FORBIDDEN: [(&[u8], &str); 11] = [
    (b"JS", "script"),
    (b"JavaScript", "script"),
    (b"OpenAction", "an action on opening"),
    (b"AA", "an action"),
    (b"A", "an action"),
    (b"Launch", "a program to start"),
    (b"URI", "a link"),
    (b"XFA", "a form"),
    (b"RichMedia", "a medium"),
    (b"OCProperties", "layers"),
    (b"Encrypt", "encryption"),
];

/// Checks the object tree and returns the claimed instant. `hole` is the signature's place as the file has it.
pub(super) fn structure(doc: &Document, hole: &[u8], purpose: Purpose) -> Result<Timestamp, NotGenuine> {
    use NotGenuine::Structure;
    let catalog = doc.catalog().map_err(|_| NotGenuine::Unreadable)?;
    if catalog.iter().any(|(key, _)| !CATALOG.contains(&key.as_slice())) {
        return Err(Structure("an unknown entry in the catalog"));
    }
    for object in doc.objects.values() {
        forbid(object, 0)?;
    }
    if doc.trailer.has(b"Encrypt") || doc.trailer.has(b"Prev") {
        return Err(Structure("encryption or an earlier revision"));
    }
    let direct = |dictionary: &Dictionary, key: &[u8]| dictionary.get_deref(key, doc).ok().cloned();
    let names = direct(catalog, b"Names").and_then(|names| names.as_dict().cloned().ok());
    let sound = match purpose {
        Purpose::Certificate => names.is_some_and(|names| names.len() == 1 && names.has(b"EmbeddedFiles")),
        Purpose::Slip => names.is_none() && !catalog.has(b"AF"),
    };
    if !sound {
        return Err(Structure("names"));
    }
    if let Some(kept) = direct(catalog, b"DSS") {
        let known = |(key, value): (&Vec<u8>, &Object)| match key.as_slice() {
            b"Type" => value.as_name().is_ok_and(|name| name == b"DSS"),
            b"Certs" | b"CRLs" => value.as_array().is_ok(),
            _ => false,
        };
        if !kept.as_dict().is_ok_and(|kept| kept.iter().all(known)) {
            return Err(Structure("what a check needs"));
        }
    }
    let signature = direct(catalog, b"Perms")
        .and_then(|perms| direct(perms.as_dict().ok()?, b"DocMDP"))
        .and_then(|signature| signature.as_dict().cloned().ok())
        .ok_or(Structure("no permission \"no changes allowed\""))?;
    let fields = direct(catalog, b"AcroForm")
        .and_then(|form| direct(form.as_dict().ok()?, b"Fields"))
        .and_then(|fields| fields.as_array().map(Vec::len).ok());
    let sheets = doc.page_iter().count();
    if fields != Some(1) || sheets != 1 && (purpose == Purpose::Certificate || sheets == 0) {
        return Err(Structure("fields or sheets"));
    }
    let name = |key: &[u8]| {
        signature
            .get(key)
            .and_then(Object::as_name)
            .unwrap_or_default()
            .to_vec()
    };
    let contents = signature.get(b"Contents").and_then(Object::as_str).unwrap_or_default();
    let in_hole = hole.len() == contents.len() * 2 + 2;
    if name(b"SubFilter") != b"ETSI.CAdES.detached" || name(b"Filter") != b"Adobe.PPKLite" || !in_hole {
        return Err(Structure("another kind of signature"));
    }
    if !no_changes_allowed(&signature) {
        return Err(Structure("no permission \"no changes allowed\""));
    }
    let instant = signature.get(b"M").and_then(Object::as_str).ok().and_then(instant);
    instant.ok_or(Structure("no time of signing"))
}

/// The certificates that were put into the file for checks long afterwards.
pub(super) fn kept_certificates(doc: &Document) -> Vec<Vec<u8>> {
    let kept = doc
        .catalog()
        .ok()
        .and_then(|catalog| catalog.get_deref(b"DSS", doc).ok());
    let all = kept.and_then(|kept| kept.as_dict().ok()?.get_deref(b"Certs", doc).ok()?.as_array().ok());
    let bytes = |one: &Object| Some(doc.dereference(one).ok()?.1.as_stream().ok()?.content.clone());
    // What cannot be read is no certificate, and then the token's are not the same.
    let bytes = |one| bytes(one).unwrap_or_default();
    all.into_iter().flatten().map(bytes).collect()
}

fn forbid(object: &Object, depth: usize) -> Result<(), NotGenuine> {
    if depth > 16 {
        return Err(NotGenuine::Structure("a part within a part too deep"));
    }
    let dictionary = match object {
        Object::Array(items) => return items.iter().try_for_each(|item| forbid(item, depth + 1)),
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        _ => return Ok(()),
    };
    for (key, value) in dictionary {
        if let Some((_, what)) = FORBIDDEN.iter().find(|(forbidden, _)| key == forbidden) {
            return Err(NotGenuine::Structure(what));
        }
        forbid(value, depth + 1)?;
    }
    Ok(())
}

fn no_changes_allowed(signature: &Dictionary) -> bool {
    let reference = signature.get(b"Reference").and_then(Object::as_array);
    let Ok([Object::Dictionary(reference)]) = reference.map(Vec::as_slice) else {
        return false;
    };
    let method = reference.get(b"TransformMethod").and_then(Object::as_name).ok();
    let parameters = reference.get(b"TransformParams").and_then(Object::as_dict).ok();
    let permission = parameters.and_then(|parameters| parameters.get(b"P").and_then(Object::as_i64).ok());
    method == Some(b"DocMDP") && permission == Some(1)
}

/// `D:20261123083000Z`, the one form that we write.
fn instant(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let parsed = jiff::civil::DateTime::strptime("D:%Y%m%d%H%M%SZ", text).ok()?;
    let instant = jiff::tz::TimeZone::UTC.to_timestamp(parsed).ok()?;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_content_is_refused_by_its_name() {
        let script = |key: &str| {
            let mut dictionary = Dictionary::new();
            dictionary.set(key, Object::Null);
            forbid(&Object::Array(vec![Object::Dictionary(dictionary)]), 0)
        };
        assert_eq!(script("JS"), Err(NotGenuine::Structure("script")));
        assert_eq!(script("AA"), Err(NotGenuine::Structure("an action")));
        assert_eq!(script("Type"), Ok(()));
    }
}
