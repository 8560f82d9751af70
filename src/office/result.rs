//! Settling, approving and publishing results.
