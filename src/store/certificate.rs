//! Certificate lists, numbers, certificates and their status.
