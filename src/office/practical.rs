//! Examiners' score sheets and vetoes.
