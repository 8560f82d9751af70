//! Component results and the state of a batch.
