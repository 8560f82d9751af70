//! Preparing, approving, issuing and revoking certificates.
