//! Supervision, told through its acts on a database of its own.
