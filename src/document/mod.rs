//! Sheets of paper: what is printed and kept, from an admission ticket to a certificate, as PDF.
//!
//! Rules kept here: every character that is printed has a glyph in an embedded face, or the document is refused naming the
//! character; the same input gives the same bytes; what is written is PDF/A-3b (version 1.7, own metadata, embedded
//! subsets, no transparency, no script). Distances are millimetres from the upper left corner of the sheet, text sizes are
//! points. Nothing here knows what an examination is, and nowhere else is a PDF written.
#![expect(
    clippy::float_arithmetic,
    reason = "page geometry: nothing that is counted or marked"
)]

mod artwork;
mod bundle;
mod embed;
mod finished;
mod fonts;
mod metadata;
mod paper;
mod pen;
mod seal;
mod table;
mod wrap;

pub use artwork::{Artwork, Drawing, QrError, qr};
pub use bundle::Bundle;
pub use finished::{Attachment, Finished, ReadyToSign, SignatureSpace};
#[cfg(test)]
pub(crate) use fonts::tests;
pub use fonts::{FontError, Fonts};
pub use metadata::About;
pub use paper::{DocumentError, Paper, SHEET_HEIGHT, SHEET_WIDTH};
pub use pen::{Align, Ink, Pen};
pub use seal::seal;
pub use table::{Column, Table};

/// Points in a millimetre.
const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// A count as a length; beyond 65,535 a sheet is full anyway.
fn count(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
