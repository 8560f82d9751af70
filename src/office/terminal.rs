//! What a candidate does at a terminal.
