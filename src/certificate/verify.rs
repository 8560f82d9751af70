//! Checking a certificate's file offline: genuine, or the reason why not.
//!
//! Common readers let padding and appended junk pass; this verifier accepts only what it fully understands. One revision,
//! one signature over every byte but its own hole, one spelling of the envelope, a chain to a root that the caller trusts,
//! valid at the claimed instant, "no changes allowed", no active content. Therefore a file is either byte for byte what
//! was issued, or refused. Whether the certificate was voided since is not in the file: ask the ledger.

use der::Encode;
use lopdf::Document;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};

use super::authority::{DOCUMENT_SIGNING, EMAIL_PROTECTION};
use super::hole::{hole_content, is_room, single_revision};
use super::signer::{common_name, revoked, valid_at};
use super::stamp::STAMP_SLACK;
use super::structure::{kept_certificates, structure};
use super::{CREDENTIAL_FORMAT, Credential, Stamp, TrustRoot, cms, issue::CREDENTIAL_NAME, stamp};
use crate::kernel::{Digest, Timestamp};

/// What a genuine file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genuine {
    /// The record inside the file.
    pub credential: Credential,
    /// Who signed, as the signing certificate names it.
    pub signer: String,
    /// When, by the signer's claim.
    pub signed_at: Timestamp,
    /// When at the latest, by the word of somebody whom the signer named beforehand.
    pub stamp: Option<Stamp>,
    /// The file's digest.
    pub digest: Digest,
}

/// Why a file is not genuine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// No PDF at all, or damaged beyond reading.
    #[error("the file is not a readable PDF")]
    Unreadable,
    /// It has no signature.
    #[error("the file is not signed")]
    NotSigned,
    /// It has more than one signature.
    #[error("the file has more than one signature")]
    ManySignatures,
    /// Something was added after signing.
    #[error("something was added to the file after it was signed")]
    LaterRevision,
    /// The signature does not cover the whole file.
    #[error("the signature does not cover the whole file")]
    NotCovered,
    /// The signature's place holds something else besides the signature.
    #[error("the place of the signature holds something that does not belong there")]
    Hole,
    /// The envelope is not as this program writes it.
    #[error("the signature is not in the form that certificates have")]
    Envelope,
    /// The bytes are not those that were signed.
    #[error("the file was altered after it was signed")]
    Altered,
    /// The signature is not by the key in the certificate.
    #[error("the signature is wrong")]
    Signature,
    /// The chain does not end in a root that is trusted here.
    #[error("the signer is not vouched for by a trusted root")]
    Untrusted,
    /// A certificate in the chain may not do what it did.
    #[error("the signer's certificate is not one for signing documents")]
    Purpose,
    /// A certificate in the chain was not valid at the claimed instant.
    #[error("a certificate of the signer was not valid at the time of signing")]
    Expired,
    /// A certificate in the chain was revoked.
    #[error("a certificate of the signer was revoked")]
    Revoked,
    /// The time stamp is not one for this signature, or not by whom the signer named.
    #[error("the time stamp does not belong to this signature")]
    TimeStamp,
    /// The document's structure is not that of a certificate.
    #[error("the file has a part that certificates do not have: {0}")]
    Structure(&'static str),
    /// The record inside is missing or not readable.
    #[error("the record inside the file cannot be read")]
    Credential,
    /// A slip of a check, rightly signed: no certificate.
    #[error("the file is a slip of a check, not a certificate")]
    Slip,
    /// The proof inside is not about this certificate.
    #[error("the ledger's proof inside the file does not belong to it")]
    Ledger,
}

/// Checks a file against the roots that the caller trusts.
pub fn verify(bytes: &[u8], roots: &[TrustRoot]) -> Result<Genuine, NotGenuine> {
    let signed = signed(bytes, roots, Purpose::Certificate)?;
    let credential = credential(&signed.doc).ok_or(NotGenuine::Credential)?;
    credential.inclusion().map_err(|_| NotGenuine::Ledger)?;
    Ok(Genuine {
        credential,
        signer: signed.signer,
        signed_at: signed.signed_at,
        stamp: signed.stamp,
        digest: Digest::of(bytes),
    })
}

/// What a genuine slip of a check says about its signature. What it tells stands on its sheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenuineSlip {
    /// Who signed, as the certificate names it.
    pub signer: String,
    /// When, by the signer's claim.
    pub signed_at: Timestamp,
    /// The file's digest.
    pub digest: Digest,
}

/// Checks a slip of a check, as strictly as a certificate.
pub fn verify_slip(bytes: &[u8], roots: &[TrustRoot]) -> Result<GenuineSlip, NotGenuine> {
    let signed = signed(bytes, roots, Purpose::Slip)?;
    Ok(GenuineSlip {
        signer: signed.signer,
        signed_at: signed.signed_at,
        digest: Digest::of(bytes),
    })
}

/// What a file claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Certificate,
    Slip,
}

/// A file whose every byte was signed.
struct Whole {
    doc: Document,
    signer: String,
    signed_at: Timestamp,
    stamp: Option<Stamp>,
}

fn signed(bytes: &[u8], roots: &[TrustRoot], purpose: Purpose) -> Result<Whole, NotGenuine> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(NotGenuine::Unreadable);
    }
    let hole = single_revision(bytes)?;
    let envelope = hole_content(&bytes[hole.0..hole.1])?;
    let opened = cms::open(&envelope).ok_or(NotGenuine::Envelope)?;
    if !is_room(hole.1 - hole.0, opened.token.is_some()) {
        return Err(NotGenuine::Envelope);
    }

    let mut hash = Sha256::new();
    hash.update(&bytes[..hole.0]);
    hash.update(&bytes[hole.1..]);
    let digest = hash.finalize();
    if opened.message_digest().as_deref() != Some(&digest[..]) {
        return Err(NotGenuine::Altered);
    }
    one_spelling(&opened, &digest, &envelope)?;
    let signing = &opened.certificates[opened.signing];
    let attributes = opened.attributes.to_der().map_err(|_| NotGenuine::Envelope)?;
    let signature = Signature::from_slice(&opened.signature).map_err(|_| NotGenuine::Signature)?;
    // The other of the two equal signatures would be a second file with the same claim.
    let lower = signature.normalize_s() == signature;
    let right = public_key(signing)?.verify_prehash(&Sha256::digest(&attributes), &signature);
    if !lower || right.is_err() {
        return Err(NotGenuine::Signature);
    }
    let chain = chain(&opened, roots, purpose)?;

    let doc = Document::load_mem(bytes).map_err(|_| NotGenuine::Unreadable)?;
    let signed_at = structure(&doc, &bytes[hole.0..hole.1], purpose)?;
    if !chain.iter().all(|certificate| valid_at(certificate, signed_at)) {
        return Err(NotGenuine::Expired);
    }
    let stamp = stamped(&opened, &doc, chain, signed_at)?;
    let at = stamp.as_ref().map_or(signed_at, |stamp| signed_at.max(stamp.at));
    let lists = roots.iter().find(|root| root.certificate() == chain[2]);
    if lists.is_some_and(|root| revoked(chain, root.lists(), at)) {
        return Err(NotGenuine::Revoked);
    }
    Ok(Whole {
        doc,
        signer: common_name(signing),
        signed_at,
        stamp,
    })
}

/// What the time stamp says, if there is one: by nobody but those whose certificates were signed with the file.
fn stamped(
    opened: &cms::Opened,
    doc: &Document,
    chain: [&Certificate; 3],
    signed_at: Timestamp,
) -> Result<Option<Stamp>, NotGenuine> {
    let above: Vec<_> = chain.iter().filter_map(|one| one.to_der().ok()).collect();
    let mut clocks = kept_certificates(doc);
    clocks.retain(|one| !above.contains(one));
    let Some(token) = &opened.token else {
        return if clocks.is_empty() {
            Ok(None)
        } else {
            Err(NotGenuine::TimeStamp)
        };
    };
    let value = cms::signature_value(&opened.signature).map_err(|_| NotGenuine::Envelope)?;
    let said = stamp::read(token, &stamp::of_signature(&value), &clocks);
    let said = said.map_err(|_| NotGenuine::TimeStamp)?;
    if said.at + STAMP_SLACK < signed_at {
        return Err(NotGenuine::TimeStamp);
    }
    Ok(Some(said))
}

/// The envelope is exactly what we would write with these certificates and this signature.
fn one_spelling(opened: &cms::Opened, digest: &[u8], envelope: &[u8]) -> Result<(), NotGenuine> {
    let signing = &opened.certificates[opened.signing];
    let others = opened
        .certificates
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != opened.signing);
    let certificates: Vec<&Certificate> = std::iter::once(signing).chain(others.map(|(_, other)| other)).collect();
    let rebuilt = cms::signed_attributes(digest, signing)
        .and_then(|attributes| cms::envelope(attributes, &certificates, &opened.signature, opened.token.as_deref()));
    if rebuilt.ok().as_deref() == Some(envelope) {
        Ok(())
    } else {
        Err(NotGenuine::Envelope)
    }
}

/// The three certificates in order: signing key, issuing authority, trusted root; each vouched for by the next.
fn chain<'c>(
    opened: &'c cms::Opened,
    roots: &[TrustRoot],
    purpose: Purpose,
) -> Result<[&'c Certificate; 3], NotGenuine> {
    let [_, _, _] = opened.certificates[..] else {
        return Err(NotGenuine::Untrusted);
    };
    let signing = &opened.certificates[opened.signing];
    let trusted = |certificate: &Certificate| roots.iter().any(|root| root.certificate() == certificate);
    let root = opened
        .certificates
        .iter()
        .find(|one| trusted(one))
        .ok_or(NotGenuine::Untrusted)?;
    let issuing = opened.certificates.iter().find(|one| *one != signing && *one != root);
    let issuing = issuing.ok_or(NotGenuine::Untrusted)?;
    for (below, above) in [(signing, issuing), (issuing, root), (root, root)] {
        if !vouched(below, above)? {
            return Err(NotGenuine::Untrusted);
        }
    }
    if !(is_authority(issuing, 0) && is_authority(root, 1)) {
        return Err(NotGenuine::Purpose);
    }
    match (purpose_of(signing), purpose) {
        (Some(Purpose::Slip), Purpose::Certificate) => Err(NotGenuine::Slip),
        (Some(own), wanted) if own == wanted => Ok([signing, issuing, root]),
        _ => Err(NotGenuine::Purpose),
    }
}

fn vouched(below: &Certificate, above: &Certificate) -> Result<bool, NotGenuine> {
    let tbs = below.tbs_certificate();
    let named = tbs.issuer() == above.tbs_certificate().subject() && tbs.signature() == below.signature_algorithm();
    let signature = below.signature().as_bytes().unwrap_or_default();
    let Ok(signature) = Signature::from_der(signature) else {
        return Ok(false);
    };
    let bytes = tbs.to_der().map_err(|_| NotGenuine::Envelope)?;
    let right = public_key(above)?.verify(&bytes, &signature).is_ok();
    Ok(named && right && signature.normalize_s() == signature)
}

fn public_key(certificate: &Certificate) -> Result<VerifyingKey, NotGenuine> {
    let spki = certificate.tbs_certificate().subject_public_key_info().to_der();
    let spki = spki.map_err(|_| NotGenuine::Envelope)?;
    VerifyingKey::from_public_key_der(&spki).map_err(|_| NotGenuine::Envelope)
}

fn is_authority(certificate: &Certificate, below: u8) -> bool {
    let tbs = certificate.tbs_certificate();
    let constraints = tbs.get_extension::<BasicConstraints>().ok().flatten();
    let constrained = constraints.is_some_and(|(_, c)| c.ca && c.path_len_constraint.is_none_or(|most| most >= below));
    constrained && has_usage(certificate, KeyUsages::KeyCertSign) && understood(certificate)
}

/// What this certificate's key may sign: only one of the two.
fn purpose_of(certificate: &Certificate) -> Option<Purpose> {
    let tbs = certificate.tbs_certificate();
    let (_, purposes) = tbs.get_extension::<ExtendedKeyUsage>().ok().flatten()?;
    let constraints = tbs.get_extension::<BasicConstraints>().ok().flatten();
    let signs = constraints.is_none_or(|(_, constraints)| !constraints.ca)
        && has_usage(certificate, KeyUsages::DigitalSignature)
        && has_usage(certificate, KeyUsages::NonRepudiation)
        && understood(certificate);
    match (signs, purposes.0.contains(&DOCUMENT_SIGNING)) {
        (false, _) => None,
        (true, true) => Some(Purpose::Certificate),
        (true, false) => (purposes.0 == [EMAIL_PROTECTION]).then_some(Purpose::Slip),
    }
}

fn has_usage(certificate: &Certificate, wanted: KeyUsages) -> bool {
    let usage = certificate.tbs_certificate().get_extension::<KeyUsage>().ok().flatten();
    usage.is_some_and(|(_, usage)| usage.0.contains(wanted))
}

/// A critical extension that is not understood forbids the certificate's use.
fn understood(certificate: &Certificate) -> bool {
    use der::oid::AssociatedOid;
    let known = [BasicConstraints::OID, KeyUsage::OID, ExtendedKeyUsage::OID];
    let extensions = certificate
        .tbs_certificate()
        .extensions()
        .map(Vec::as_slice)
        .unwrap_or_default();
    extensions
        .iter()
        .all(|extension| !extension.critical || known.contains(&extension.extn_id))
}

fn credential(doc: &Document) -> Option<Credential> {
    let catalog = doc.catalog().ok()?;
    let [file] = catalog.get_deref(b"AF", doc).ok()?.as_array().ok()?.as_slice() else {
        return None;
    };
    let (_, file) = doc.dereference(file).ok()?;
    let file = file.as_dict().ok()?;
    if file.get(b"UF").ok()?.as_str().ok()? != CREDENTIAL_NAME.as_bytes() {
        return None;
    }
    let embedded = file
        .get(b"EF")
        .ok()?
        .as_dict()
        .ok()?
        .get_deref(b"F", doc)
        .ok()?
        .as_stream()
        .ok()?;
    let bytes = embedded.decompressed_content().ok()?;
    let credential: Credential = serde_json::from_slice(&bytes).ok()?;
    (credential.format == CREDENTIAL_FORMAT).then_some(credential)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::hole::positions;
    use super::*;
    use crate::certificate::sample::tests::{NOW, one, signer};
    use crate::certificate::{Authority, Signer, issue};
    use crate::document::tests::FONTS;
    use crate::kernel::SeededEntropy;

    static ISSUED: LazyLock<Vec<u8>> = LazyLock::new(|| issue(&one(), &FONTS, &signer(), NOW).unwrap().pdf);

    fn roots() -> [TrustRoot; 1] {
        [signer().chain().trust_root()]
    }

    fn refused(bytes: &[u8]) -> NotGenuine {
        verify(bytes, &roots()).expect_err("an altered file must be refused")
    }

    fn hole() -> (usize, usize) {
        single_revision(&ISSUED).unwrap()
    }

    /// The issued file with one byte changed.
    fn with(at: usize, change: impl FnOnce(u8) -> u8) -> Vec<u8> {
        let mut bytes = ISSUED.clone();
        bytes[at] = change(bytes[at]);
        bytes
    }

    #[test]
    fn an_issued_certificate_is_genuine_and_tells_its_record() {
        let genuine = verify(&ISSUED, &roots()).unwrap();
        let record = one();
        assert_eq!(genuine.credential.record.name, record.name);
        assert_eq!(
            genuine.credential.photo_sha256,
            record.photo.map(|photo| photo.digest())
        );
        assert_eq!(genuine.signed_at, NOW);
        assert_eq!(genuine.digest, Digest::of(&ISSUED));
        assert!(genuine.signer.starts_with("某省职业技能鉴定指导中心"));
    }

    #[test]
    fn another_authority_of_the_same_name_is_not_trusted() {
        let other = Authority::create("某省职业技能鉴定指导中心", NOW, &SeededEntropy::new(99)).unwrap();
        assert_eq!(verify(&ISSUED, &[other.trust_root()]), Err(NotGenuine::Untrusted));
        assert_eq!(verify(&ISSUED, &[]), Err(NotGenuine::Untrusted));
    }

    #[test]
    fn a_certificate_that_is_not_for_signing_documents_does_not_sign_them() {
        let wrong = Authority::of_wrong_purpose("Centre", NOW, &SeededEntropy::new(6));
        let issued = issue(&one(), &FONTS, &wrong.signer(), NOW).unwrap();
        assert_eq!(verify(&issued.pdf, &[wrong.trust_root()]), Err(NotGenuine::Purpose));
    }

    #[test]
    fn what_is_no_pdf_is_unreadable_and_an_unsigned_one_not_signed() {
        assert_eq!(refused(b""), NotGenuine::Unreadable);
        assert_eq!(refused(b"PK\x03\x04"), NotGenuine::Unreadable);
        assert_eq!(refused(b"%PDF-1.7\n1 0 obj\n"), NotGenuine::NotSigned);
    }

    #[test]
    fn a_changed_byte_in_what_is_covered_is_an_alteration() {
        let (open, close) = hole();
        for at in [20, open / 2, open - 4000, close + 30] {
            assert_eq!(refused(&with(at, |byte| byte ^ 1)), NotGenuine::Altered, "byte {at}");
        }
    }

    #[test]
    fn a_changed_signature_padding_or_spelling_is_refused() {
        let (open, close) = hole();
        assert_eq!(refused(&with(close - 5, |_| b'1')), NotGenuine::Hole);
        assert_eq!(refused(&with(close - 5, |_| b' ')), NotGenuine::Hole);
        let capital = (open..close).find(|at| ISSUED[*at].is_ascii_uppercase()).unwrap();
        assert_eq!(
            refused(&with(capital, |byte| byte.to_ascii_lowercase())),
            NotGenuine::Hole
        );
        let digits = std::str::from_utf8(&ISSUED[open + 1..close - 1]).unwrap();
        let last = open + 1 + digits.trim_end_matches('0').len() - 1;
        assert!(matches!(
            refused(&with(last, |byte| if byte == b'1' { b'2' } else { b'1' })),
            NotGenuine::Signature | NotGenuine::Envelope
        ));
    }

    #[test]
    fn the_twin_of_the_signature_is_refused() {
        let (open, close) = hole();
        let der = hole_content(&ISSUED[open..close]).unwrap();
        let opened = cms::open(&der).unwrap();
        let signature = Signature::from_slice(&opened.signature).unwrap();
        let (r, s) = (signature.r(), -*signature.s());
        let twin = Signature::from_scalars(r.to_bytes(), s.to_bytes()).unwrap();
        let certificates: Vec<&Certificate> = opened.certificates.iter().collect();
        let mut ordered = vec![certificates[opened.signing]];
        ordered.extend(
            certificates
                .iter()
                .filter(|one| **one != ordered[0])
                .copied()
                .collect::<Vec<_>>(),
        );
        let envelope = cms::envelope(opened.attributes.clone(), &ordered, &twin.to_bytes().into(), None).unwrap();
        assert_eq!(refused(&refill(&envelope)), NotGenuine::Signature);
    }

    /// The issued file with another envelope in the hole.
    fn refill(envelope: &[u8]) -> Vec<u8> {
        let (open, close) = hole();
        let mut bytes = ISSUED.clone();
        bytes[open + 1..close - 1].fill(b'0');
        for (index, byte) in envelope.iter().enumerate() {
            let at = open + 1 + 2 * index;
            bytes[at..at + 2].copy_from_slice(format!("{byte:02X}").as_bytes());
        }
        bytes
    }

    #[test]
    fn an_envelope_without_its_root_or_with_a_stranger_is_refused() {
        let (open, close) = hole();
        let opened = cms::open(&hole_content(&ISSUED[open..close]).unwrap()).unwrap();
        let chain = signer().chain().clone();
        let without = [&chain.signing, &chain.issuing];
        let envelope = cms::envelope(opened.attributes.clone(), &without, &opened.signature, None).unwrap();
        assert_eq!(refused(&refill(&envelope)), NotGenuine::Untrusted);
        let other = Authority::create("Other", NOW, &SeededEntropy::new(5))
            .unwrap()
            .signer();
        let with = [&chain.signing, &chain.issuing, &chain.root, &other.chain().root];
        let envelope = cms::envelope(opened.attributes, &with, &opened.signature, None).unwrap();
        assert_eq!(refused(&refill(&envelope)), NotGenuine::Untrusted);
    }

    #[test]
    fn appended_bytes_and_later_revisions_are_refused() {
        let mut junk = ISSUED.clone();
        junk.extend_from_slice(b"junk");
        assert_eq!(refused(&junk), NotGenuine::LaterRevision);
        let mut blank = ISSUED.clone();
        blank.push(b'\n');
        assert!(matches!(
            refused(&blank),
            NotGenuine::LaterRevision | NotGenuine::NotCovered
        ));
        let mut revision = ISSUED.clone();
        revision.extend_from_slice(b"99 0 obj\n<</Type/Annot>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n");
        assert_eq!(refused(&revision), NotGenuine::LaterRevision);
        let mut second = ISSUED.clone();
        second.extend_from_slice(b"/ByteRange[0 1 2 3]");
        assert_eq!(refused(&second), NotGenuine::ManySignatures);
    }

    #[test]
    fn games_with_the_range_are_refused() {
        let at = positions(&ISSUED, b"/ByteRange[0 ")[0] + b"/ByteRange[".len();
        assert_eq!(refused(&with(at, |_| b'1')), NotGenuine::NotCovered);
        assert_eq!(refused(&with(at + 2, |byte| byte ^ 1)), NotGenuine::NotCovered);
    }

    /// A certificate signed without lint at some instant, with or without its record inside.
    fn signed_at(instant: Timestamp, with_record: bool) -> Vec<u8> {
        let record = one();
        let scheme = crate::certificate::Scheme::find(&record.scheme).unwrap();
        let mut sheet = super::super::layout::draw(
            &record,
            scheme,
            &crate::document::qr("HTTPS://X/").unwrap(),
            &FONTS,
            instant,
        )
        .unwrap();
        let credential = serde_json::to_vec(&Credential::of(&record, String::new())).unwrap();
        if with_record {
            sheet.attach(&crate::document::Attachment {
                name: CREDENTIAL_NAME,
                description: "record",
                media_type: "application/json",
                bytes: &credential,
                made: instant,
            });
        }
        super::super::sign::sign(sheet, "issued", &signer(), instant).unwrap()
    }

    #[test]
    fn the_time_of_validity_includes_both_of_its_ends() {
        use crate::kernel::{DAY, SECOND};
        let end = NOW + 3 * 365 * DAY;
        assert!(verify(&signed_at(NOW, true), &roots()).is_ok());
        assert!(verify(&signed_at(end, true), &roots()).is_ok());
        assert_eq!(refused(&signed_at(end + SECOND, true)), NotGenuine::Expired);
        assert_eq!(refused(&signed_at(NOW + -SECOND, true)), NotGenuine::Expired);
    }

    #[test]
    fn a_sheet_of_ours_that_is_no_certificate_is_refused() {
        assert_eq!(refused(&signed_at(NOW, false)), NotGenuine::Structure("names"));
    }

    #[test]
    fn hundreds_of_random_flips_are_all_refused() {
        let dice = SeededEntropy::new(42);
        let roots = roots();
        for round in 0..400 {
            let mut throw = [0; 5];
            crate::kernel::Entropy::fill(&dice, &mut throw);
            let at = u32::from_be_bytes([throw[0], throw[1], throw[2], throw[3]]) as usize % ISSUED.len();
            let bytes = with(at, |byte| byte ^ (1 << (throw[4] % 8)));
            assert!(verify(&bytes, &roots).is_err(), "round {round}, byte {at}");
        }
    }
}
