//! Reading the recorded events.
