//! The answer desk: the one queue and writer through which all answers go.
