//! Issuing: record in, signed file out.

use super::lint::lint;
use super::sign::{self, SigningError};
use super::{CertificateRecord, Credential, Finding, Scheme, Signer, SignerError, Statement, layout};
use crate::document::{Attachment, DocumentError, Fonts};
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

/// Lints, draws and signs one certificate. The same record, faces, key and instant give the same bytes.
pub fn issue(
    record: &CertificateRecord,
    fonts: &Fonts,
    signer: &dyn Signer,
    now: Timestamp,
) -> Result<Issued, IssueError> {
    let findings = lint(record, fonts, signer.chain(), now);
    let scheme = match Scheme::find(&record.scheme) {
        Some(scheme) if findings.is_empty() => scheme,
        _ => return Err(IssueError::Findings(findings)),
    };
    let statement = Statement::of(record).sign(&record.verify_url, signer)?;
    let mut document = layout::draw(record, scheme, &statement, fonts, now)?;
    if document.sheets() != 1 {
        return Err(IssueError::Findings(vec![Finding::Sheets(document.sheets())]));
    }
    let credential = serde_json::to_vec_pretty(&Credential::of(record, statement.clone()))?;
    document.attach(&Attachment {
        name: CREDENTIAL_NAME,
        description: "证书数据 Certificate record",
        media_type: "application/json",
        bytes: &credential,
        made: now,
    });
    let pdf = sign::sign(
        document,
        &format!("颁发{} Certificate issued", record.title),
        signer,
        now,
    )?;
    Ok(Issued {
        digest: Digest::of(&pdf),
        pdf,
        statement,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
