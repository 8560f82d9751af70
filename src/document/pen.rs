//! What is written with: ink, the size and weight of letters, and where a text stands.

use printpdf::{Color, Rgb};

/// A colour of ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink(u8, u8, u8);

impl Ink {
    /// Black.
    pub const BLACK: Self = Self(0, 0, 0);
    /// White, for areas.
    pub const WHITE: Self = Self(255, 255, 255);

    /// Red, green and blue, 0 to 255 each.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self(red, green, blue)
    }

    pub(super) fn parts(self) -> (f32, f32, f32) {
        let part = |value: u8| f32::from(value) / 255.0;
        (part(self.0), part(self.1), part(self.2))
    }

    pub(super) fn colour(self) -> Color {
        let (r, g, b) = self.parts();
        Color::Rgb(Rgb {
            r,
            g,
            b,
            icc_profile: None,
        })
    }
}

/// What text is written with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Size in points.
    pub size: f32,
    /// Colour.
    pub ink: Ink,
    /// Thickened strokes.
    pub bold: bool,
}

impl Pen {
    /// Black at so many points.
    pub const fn new(size: f32) -> Self {
        Self {
            size,
            ink: Ink::BLACK,
            bold: false,
        }
    }

    /// The same in another colour.
    #[must_use]
    pub const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    /// The same with thickened strokes.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// Where a text stands against its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// It begins there.
    Left,
    /// Its middle is there.
    Centre,
    /// It ends there.
    Right,
}
