//! Check-lists, findings and holds.
