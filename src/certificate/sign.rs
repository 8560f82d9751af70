//! Signing a finished document: once, over the whole file, "no changes allowed" (PAdES baseline B).
//!
//! The file is written once with a hole for the signature, so there is one revision and nothing outside what was signed.
//! The instant is the claim in the signature dictionary; PAdES forbids a second one in the envelope.

use der::Encode;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;

use super::stamp::STAMP_SLACK;
use super::{Crl, Signer, SignerError, StampError, TimeAuthority, cms, stamp};
use crate::document::{DocumentError, Finished, SignatureSpace};
use crate::kernel::Timestamp;

/// Twice what an envelope with three certificates takes.
pub(super) const SIGNATURE_BYTES: usize = 3072;
/// With a time stamp there are so many times so many bytes more, by the size of its certificates.
pub(super) const STAMP_STEP: usize = 1024;
pub(super) const STAMP_STEPS: usize = 12;

/// Room for a token with these certificates, besides them a signature of 4096 bits and what it covers.
fn stamp_room(certificates: &[Vec<u8>]) -> usize {
    let size = certificates.iter().map(Vec::len).sum::<usize>() + 2 * STAMP_STEP;
    size.div_ceil(STAMP_STEP).min(STAMP_STEPS) * STAMP_STEP
}

/// Why a document was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The document could not be written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The key did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The time stamp could not be had.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// The envelope could not be put together.
    #[error("the signature's envelope cannot be written")]
    Envelope,
}

/// The signed file, with a time stamp if the signer has somebody who gives one.
pub(super) fn sign(
    document: Finished,
    reason: &str,
    signer: &dyn Signer,
    now: Timestamp,
) -> Result<Vec<u8>, SigningError> {
    let Some(time) = signer.time() else {
        return sign_once(document, reason, signer, now, None);
    };
    let stamped = || sign_once(document.clone(), reason, signer, now, Some(time));
    let outcome = match stamped() {
        // Its certificates are asked for anew, and signed with the file.
        Err(SigningError::Stamp(StampError::Changed)) => stamped(),
        other => other,
    };
    match outcome {
        Err(SigningError::Stamp(cause)) if time.may_be_left_out(&cause) => {
            sign_once(document, reason, signer, now, None)
        }
        other => other,
    }
}

fn sign_once(
    mut document: Finished,
    reason: &str,
    signer: &dyn Signer,
    now: Timestamp,
    time: Option<&dyn TimeAuthority>,
) -> Result<Vec<u8>, SigningError> {
    let chain = signer.chain();
    let name = chain.signer_name();
    // Known before the signature, so it is signed too: there is one revision, and it lasts.
    let clocks = time.map_or_else(|| Ok(Vec::new()), TimeAuthority::certificates)?;
    if !chain.lists().is_empty() || time.is_some() {
        let der = |one: &Certificate| one.to_der().map_err(|_| SigningError::Envelope);
        let lists: Result<_, _> = chain.lists().iter().map(Crl::to_der).collect();
        let mut certificates = vec![der(&chain.issuing)?, der(&chain.root)?];
        certificates.extend(clocks.iter().cloned());
        document.keep_for_checks(certificates, lists.map_err(|_| SigningError::Envelope)?);
    }
    let ready = document.leave_space(&SignatureSpace {
        name: &name,
        reason,
        signed_at: now,
        bytes: SIGNATURE_BYTES + if time.is_some() { stamp_room(&clocks) } else { 0 },
    })?;
    let mut hash = Sha256::new();
    ready.covered().iter().for_each(|part| hash.update(part));
    let envelope = |_| SigningError::Envelope;
    let attributes = cms::signed_attributes(&hash.finalize(), &chain.signing).map_err(envelope)?;
    let to_sign = Sha256::digest(attributes.to_der().map_err(envelope)?).into();
    let signature = signer.sign(&to_sign)?;
    let certificates = [&chain.signing, &chain.issuing, &chain.root];
    let token = match time {
        Some(time) => {
            let digest = stamp::of_signature(&cms::signature_value(&signature).map_err(envelope)?);
            let token = time.stamp(&digest)?;
            if stamp::read(&token, &digest, &clocks)?.at + STAMP_SLACK < now {
                return Err(StampError::Unsound("its clock or ours is wrong").into());
            }
            Some(token)
        }
        None => None,
    };
    let envelope = cms::envelope(attributes, &certificates, &signature, token.as_deref()).map_err(envelope)?;
    Ok(ready.fill(&envelope)?)
}
