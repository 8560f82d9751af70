//! Attempts, answers and incidents.
