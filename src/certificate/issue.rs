//! Issuing: record in, signed file out.

use super::lint::{Drawn, lint, proofread};
use super::sign::{self, SigningError};
use super::{
    CertificateRecord, Credential, Finding, LedgerEvidence, Scheme, Signer, SignerError, Statement, StatusPlace, layout,
};
use crate::document::{Artwork, Attachment, DocumentError, Finished, Fonts, qr};
use crate::kernel::{Digest, Timestamp};

/// The name of the record inside the file.
pub(super) const CREDENTIAL_NAME: &str = "credential.json";

/// A finished certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The signed file.
    pub pdf: Vec<u8>,
    /// Its digest: what is recorded, and compared first when it comes back.
    pub digest: Digest,
    /// The QR code's text.
    pub statement: String,
}

/// Why nothing was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The record is not fit to be signed.
    #[error("the record is not fit to be signed: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Findings(Vec<Finding>),
    /// The sheet could not be drawn.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The key did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The file could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The record cannot be put inside.
    #[error("the record cannot be written as JSON")]
    Credential(#[from] serde_json::Error),
}

/// What travels inside a certificate besides its record.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// The proof that the record is in the ledger.
    pub ledger: Option<LedgerEvidence>,
    /// Where its status is published.
    pub status: Option<StatusPlace>,
}

/// Lints, draws and signs one certificate. The same record, faces, key and instant give the same bytes.
pub fn issue(
    record: &CertificateRecord,
    fonts: &Fonts,
    signer: &dyn Signer,
    now: Timestamp,
) -> Result<Issued, IssueError> {
    issue_with(record, fonts, signer, now, Extras::default())
}

/// The same, with what travels inside besides the record.
pub fn issue_with(
    record: &CertificateRecord,
    fonts: &Fonts,
    signer: &dyn Signer,
    now: Timestamp,
    extras: Extras,
) -> Result<Issued, IssueError> {
    let findings = lint(record, fonts, signer.chain(), now);
    let scheme = match Scheme::find(&record.scheme) {
        Some(scheme) if findings.is_empty() => scheme,
        _ => return Err(IssueError::Findings(findings)),
    };
    let drawn = draw(record, scheme, fonts, signer, now, extras)?;
    let findings = proofread(&Drawn {
        document: &drawn.document,
        record,
        scheme,
        statement: &drawn.statement,
        code: &drawn.code,
        chain: signer.chain(),
    });
    if !findings.is_empty() {
        return Err(IssueError::Findings(findings));
    }
    let pdf = sign::sign(
        drawn.document,
        &format!("颁发{} Certificate issued", record.title),
        signer,
        now,
    )?;
    Ok(Issued {
        digest: Digest::of(&pdf),
        pdf,
        statement: drawn.statement,
    })
}

/// A sheet that is not signed yet.
pub(super) struct Sheet {
    pub(super) document: Finished,
    pub(super) statement: String,
    pub(super) code: Artwork,
}

/// Draws the sheet and puts the data inside.
pub(super) fn draw(
    record: &CertificateRecord,
    scheme: &Scheme,
    fonts: &Fonts,
    signer: &dyn Signer,
    now: Timestamp,
    extras: Extras,
) -> Result<Sheet, IssueError> {
    let statement = Statement::of(record).sign(&record.verify_url, signer)?;
    let code = qr(&statement).map_err(|_| DocumentError::Unwritable)?;
    let mut document = layout::draw(record, scheme, &code, fonts, now)?;
    let credential = Credential {
        ledger: extras.ledger,
        status: extras.status,
        ..Credential::of(record, statement.clone())
    };
    document.attach(&Attachment {
        name: CREDENTIAL_NAME,
        description: "证书数据 Certificate record",
        media_type: "application/json",
        bytes: &serde_json::to_vec(&credential)?,
        made: now,
    });
    Ok(Sheet {
        document,
        statement,
        code,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ledger::{Checkpoint, Entry, KeyKind, NoteSigner, Proof, tree};

    /// A proof that this record was entered, as the only entry of a small ledger.
    pub(crate) fn evidence(record: &CertificateRecord) -> LedgerEvidence {
        let signer = NoteSigner::new("exam.example/ledger", KeyKind::Log, &[1; 32]).unwrap();
        let entry = Entry {
            act: crate::certificate::ENTERED.to_owned(),
            at: NOW,
            event: Digest::of(b"facts"),
            about: Some(record.claims_digest()),
        };
        let leaves = [tree::leaf_hash(b"before"), entry.leaf()];
        let checkpoint = Checkpoint {
            origin: "exam.example/ledger".to_owned(),
            size: 2,
            root: tree::root(2, &mut tree::over(&leaves)).unwrap(),
        };
        let proof = Proof {
            entry,
            index: 1,
            path: vec![leaves[0]],
            checkpoint: checkpoint.sign(&signer),
        };
        LedgerEvidence {
            key: signer.public().to_string(),
            proof: proof.to_string(),
        }
    }

    #[test]
    fn the_proof_travels_with_the_file() {
        let signer = signer();
        let extras = Extras {
            ledger: Some(evidence(&one())),
            status: Some(StatusPlace {
                list: "https://exam.example/status/1".to_owned(),
                index: 7,
            }),
        };
        let issued = issue_with(&one(), &FONTS, &signer, NOW, extras).unwrap();
        assert!(issued.pdf.len() < 80_000, "{} bytes", issued.pdf.len());
        let genuine = crate::certificate::verify(&issued.pdf, &[signer.chain().trust_root()]).unwrap();
        let inclusion = genuine.credential.inclusion().unwrap().unwrap();
        assert_eq!((inclusion.proof.index, inclusion.entered_at), (1, NOW));
        assert_eq!(genuine.credential.status.unwrap().index, 7);
    }

    use crate::certificate::sample::tests::{NOW, one, signer};
    use crate::document::tests::FONTS;

    #[test]
    fn the_same_record_gives_the_same_bytes() {
        let first = issue(&one(), &FONTS, &signer(), NOW).unwrap();
        assert!(first == issue(&one(), &FONTS, &signer(), NOW).unwrap());
        assert!(first.pdf.len() < 80_000, "{} bytes", first.pdf.len());
    }

    #[test]
    fn a_faulty_record_is_not_signed() {
        let mut record = one();
        record.photo = None;
        let refused = issue(&record, &FONTS, &signer(), NOW);
        assert!(matches!(refused, Err(IssueError::Findings(found)) if found == [Finding::NoPhoto]));
    }

    /// No validator for PDF/A-3b is at hand, so the object tree is walked for its clauses.
    #[test]
    fn the_file_keeps_the_rules_of_archiving() {
        use lopdf::{Document, Object};
        let doc = Document::load_mem(&issue(&one(), &FONTS, &signer(), NOW).unwrap().pdf).unwrap();
        assert_eq!(doc.version, "1.7");
        assert!(doc.trailer.has(b"ID") && !doc.trailer.has(b"Encrypt"));
        let catalog = doc.catalog().unwrap();
        assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"zh-CN");
        let metadata = catalog.get_deref(b"Metadata", &doc).unwrap().as_stream().unwrap();
        assert!(
            !metadata.dict.has(b"Filter"),
            "metadata must be readable without unpacking"
        );
        let xmp = String::from_utf8(metadata.content.clone()).unwrap();
        let title = format!("职业技能等级证书 {}", one().number);
        for wanted in [
            "<pdfaid:part>3<",
            "<pdfaid:conformance>B<",
            "2026-11-23T02:13:20+00:00",
            &title,
        ] {
            assert!(xmp.contains(wanted), "{wanted}");
        }
        let intents = catalog.get(b"OutputIntents").unwrap().as_array().unwrap();
        let intent = intents[0].as_dict().unwrap();
        assert_eq!(intent.get(b"S").unwrap().as_name().unwrap(), b"GTS_PDFA1");
        assert!(
            intent
                .get_deref(b"DestOutputProfile", &doc)
                .unwrap()
                .as_stream()
                .is_ok()
        );
        let mut fonts = 0;
        for object in doc.objects.values() {
            let dictionary = match object {
                Object::Dictionary(dictionary) => dictionary,
                Object::Stream(stream) => &stream.dict,
                _ => continue,
            };
            for forbidden in [
                b"SMask".as_slice(),
                b"ca",
                b"CA",
                b"BM",
                b"TR",
                b"Interpolate",
                b"Alternates",
                b"OPI",
            ] {
                assert!(!dictionary.has(forbidden), "{}", String::from_utf8_lossy(forbidden));
            }
            let kind = dictionary.get(b"Type").and_then(Object::as_name).unwrap_or_default();
            if kind == b"FontDescriptor" {
                assert!(dictionary.has(b"FontFile3") || dictionary.has(b"FontFile2"), "embedded");
                let name = dictionary.get(b"FontName").unwrap().as_name().unwrap();
                assert_eq!(name[6], b'+', "a subset has a tag");
                fonts += 1;
            }
            if dictionary.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Type0") {
                assert!(dictionary.has(b"ToUnicode"));
            }
            if kind == b"Filespec" {
                assert_eq!(dictionary.get(b"AFRelationship").unwrap().as_name().unwrap(), b"Data");
                assert!(dictionary.has(b"UF") && dictionary.has(b"F"));
            }
            if kind == b"Annot" {
                assert_eq!(
                    dictionary.get(b"F").unwrap().as_i64().unwrap() & 0b10_0111,
                    4,
                    "printed, not hidden"
                );
            }
        }
        assert_eq!(fonts, 1);
    }
}
