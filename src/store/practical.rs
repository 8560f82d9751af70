//! Score sheets and vetoes.
