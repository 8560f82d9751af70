//! Signing a finished document: once, over the whole file, "no changes allowed" (PAdES baseline B).
//!
//! The file is written once with a hole for the signature, so there is one revision and nothing outside what was signed.
//! The instant is the claim in the signature dictionary; PAdES forbids a second one in the envelope.

use der::Encode;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;

use super::{Crl, Signer, SignerError, cms};
use crate::document::{DocumentError, Finished, SignatureSpace};
use crate::kernel::Timestamp;

/// Twice what an envelope with three certificates takes.
pub(super) const SIGNATURE_BYTES: usize = 3072;

/// Why a document was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The document could not be written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The key did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The envelope could not be put together.
    #[error("the signature's envelope cannot be written")]
    Envelope,
}

/// The signed file.
pub(super) fn sign(
    mut document: Finished,
    reason: &str,
    signer: &dyn Signer,
    now: Timestamp,
) -> Result<Vec<u8>, SigningError> {
    let chain = signer.chain();
    let name = chain.signer_name();
    // Known before the signature, so it is signed too: there is one revision, and it lasts.
    if !chain.lists().is_empty() {
        let der = |one: &Certificate| one.to_der().map_err(|_| SigningError::Envelope);
        let lists: Result<_, _> = chain.lists().iter().map(Crl::to_der).collect();
        let certificates = vec![der(&chain.issuing)?, der(&chain.root)?];
        document.keep_for_checks(certificates, lists.map_err(|_| SigningError::Envelope)?);
    }
    let ready = document.leave_space(&SignatureSpace {
        name: &name,
        reason,
        signed_at: now,
        bytes: SIGNATURE_BYTES,
    })?;
    let mut hash = Sha256::new();
    ready.covered().iter().for_each(|part| hash.update(part));
    let envelope = |_| SigningError::Envelope;
    let attributes = cms::signed_attributes(&hash.finalize(), &chain.signing).map_err(envelope)?;
    let to_sign = Sha256::digest(attributes.to_der().map_err(envelope)?).into();
    let signature = signer.sign(&to_sign)?;
    let certificates = [&chain.signing, &chain.issuing, &chain.root];
    let envelope = cms::envelope(attributes, &certificates, &signature).map_err(envelope)?;
    Ok(ready.fill(&envelope)?)
}
