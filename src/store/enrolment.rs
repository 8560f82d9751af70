//! Candidates and applications.
