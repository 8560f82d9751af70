//! Drawings: lines, curves and filled shapes that are placed on a sheet as one piece, and the QR code.

use std::fmt::Write as _;
use std::io::Write as _;

use super::Ink;

/// A drawing being made, in its own units with the y axis upwards.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    content: String,
}

impl Drawing {
    /// An empty drawing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the colour of lines and their width.
    pub fn line_style(&mut self, ink: Ink, width: f32) -> &mut Self {
        let (red, green, blue) = ink.parts();
        _ = writeln!(self.content, "{red:.3} {green:.3} {blue:.3} RG {width:.3} w");
        self
    }

    /// Sets the colour of areas.
    pub fn fill_style(&mut self, ink: Ink) -> &mut Self {
        let (red, green, blue) = ink.parts();
        _ = writeln!(self.content, "{red:.3} {green:.3} {blue:.3} rg");
        self
    }

    /// Begins a path.
    pub fn move_to(&mut self, x: f32, y: f32) -> &mut Self {
        _ = writeln!(self.content, "{x:.2} {y:.2} m");
        self
    }

    /// A straight line.
    pub fn line_to(&mut self, x: f32, y: f32) -> &mut Self {
        _ = writeln!(self.content, "{x:.2} {y:.2} l");
        self
    }

    /// A Bézier curve with two control points.
    pub fn curve_to(&mut self, first: (f32, f32), second: (f32, f32), end: (f32, f32)) -> &mut Self {
        let ((ax, ay), (bx, by), (x, y)) = (first, second, end);
        _ = writeln!(self.content, "{ax:.2} {ay:.2} {bx:.2} {by:.2} {x:.2} {y:.2} c");
        self
    }

    /// A rectangle by its lower left corner.
    pub fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32) -> &mut Self {
        _ = writeln!(self.content, "{x:.2} {y:.2} {width:.2} {height:.2} re");
        self
    }

    /// A circle.
    pub fn circle(&mut self, x: f32, y: f32, radius: f32) -> &mut Self {
        // The control points that make four Bézier curves a circle to 0.03 %.
        let k = radius * 0.5523;
        self.move_to(x + radius, y)
            .curve_to((x + radius, y + k), (x + k, y + radius), (x, y + radius))
            .curve_to((x - k, y + radius), (x - radius, y + k), (x - radius, y))
            .curve_to((x - radius, y - k), (x - k, y - radius), (x, y - radius))
            .curve_to((x + k, y - radius), (x + radius, y - k), (x + radius, y))
            .close()
    }

    /// Closes the path.
    pub fn close(&mut self) -> &mut Self {
        self.content.push_str("h\n");
        self
    }

    /// Draws the path's line.
    pub fn stroke(&mut self) -> &mut Self {
        self.content.push_str("S\n");
        self
    }

    /// Fills the path.
    pub fn fill(&mut self) -> &mut Self {
        self.content.push_str("f\n");
        self
    }

    /// Draws another drawing here, moved and turned by a matrix (a b c d x y). Repeating one small drawing packs far
    /// better than writing every curve out.
    pub fn repeat(&mut self, matrix: [f32; 6], part: &Self) -> &mut Self {
        self.content.push('q');
        for number in matrix {
            _ = write!(self.content, " {number:.4}");
        }
        self.content.push_str(" cm\n");
        self.content.push_str(&part.content);
        self.content.push_str("Q\n");
        self
    }

    /// The operators so far.
    pub(super) fn operators(&self) -> &str {
        &self.content
    }

    /// The finished drawing with its bounds: left, bottom, right, top.
    pub fn finish(&self, bounds: [f32; 4]) -> Artwork {
        Artwork {
            content: deflate(self.content.as_bytes()),
            bounds,
        }
    }
}

/// A finished drawing, compressed once and placed as often as wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Artwork {
    pub(super) content: Vec<u8>,
    pub(super) bounds: [f32; 4],
}

impl Artwork {
    /// Its operators, as they stand compressed in the file.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Its width in its own units.
    pub fn width(&self) -> f32 {
        self.bounds[2] - self.bounds[0]
    }
}

/// Level 6: level 9 takes four times as long for two per cent.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2), flate2::Compression::new(6));
    _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The text does not fit a QR code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{chars} characters do not fit a QR code")]
pub struct QrError {
    /// How many characters the text has.
    pub chars: usize,
}

/// White modules around a QR code, which readers need to find it.
const QUIET_ZONE: usize = 4;

/// A QR code of error correction level M, with its quiet zone. One unit is one module.
pub fn qr(text: &str) -> Result<Artwork, QrError> {
    let code = fast_qr::QRBuilder::new(text)
        .ecl(fast_qr::ECL::M)
        .build()
        .map_err(|_| QrError {
            chars: text.chars().count(),
        })?;
    let side = code.size + 2 * QUIET_ZONE;
    let mut content = String::from("0 0 0 rg\n");
    for row in 0..code.size {
        let y = side - QUIET_ZONE - row - 1;
        let mut column = 0;
        while column < code.size {
            let run = (column..code.size).take_while(|at| code[row][*at].value()).count();
            if run > 0 {
                _ = writeln!(content, "{} {y} {run} 1 re", column + QUIET_ZONE);
            }
            column += run.max(1);
        }
    }
    content.push_str("f\n");
    let side = super::count(side);
    Ok(Artwork {
        content: deflate(content.as_bytes()),
        bounds: [0.0, 0.0, side, side],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_case_text_makes_a_small_code() {
        let text = format!("HTTPS://EXAM.EXAMPLE/V/{}", "A7".repeat(138));
        let code = qr(&text).unwrap();
        assert!(
            (code.width() - 65.0).abs() < 0.1,
            "version 10 is 57 modules wide: {}",
            code.width()
        );
        assert_eq!(qr(&"a".repeat(5000)), Err(QrError { chars: 5000 }));
    }
}
