//! A seal (公章): a red ring with the office's name along it and a star in the middle, drawn, not scanned.

use std::f32::consts::{PI, TAU};
use std::sync::Arc;

use super::{Artwork, Drawing, Fonts, Ink};

/// The diameter of a seal's drawing, in its own units.
const DIAMETER: f32 = 120.0;
const RED: Ink = Ink::rgb(200, 30, 36);

/// The seal of an office: its name along the ring, a line under the star. Letters are drawn as shapes, so that a text
/// search of the sheet does not find them twice. Letters without a glyph are left out: the caller has checked the name.
pub fn seal(fonts: &Fonts, office: &str, line: &str) -> Arc<Artwork> {
    let name = format!("seal/{office}/{line}");
    fonts.shared_artwork(&name, || draw(fonts, office, line))
}

fn draw(fonts: &Fonts, office: &str, line: &str) -> Artwork {
    let mut drawing = Drawing::new();
    drawing.line_style(RED, 3.2).circle(0.0, 0.0, 56.0).stroke();
    drawing.line_style(RED, 0.7).circle(0.0, 0.0, 52.2).stroke();
    drawing.fill_style(RED);
    star(&mut drawing, 17.0);

    let letters: Vec<char> = office.chars().filter(|c| !c.is_whitespace()).collect();
    let size = (200.0 / super::count(letters.len().max(1))).clamp(6.0, 14.0);
    // From lower left over the top to lower right, the gap at the bottom as wide as the name leaves it.
    let step = (size * 1.22 / 44.0).min(TAU * 0.78 / super::count(letters.len().max(1)));
    let first = PI / 2.0 + step * (super::count(letters.len()) - 1.0) / 2.0;
    for (index, letter) in letters.iter().enumerate() {
        let angle = first - step * super::count(index);
        let turn = angle - PI / 2.0;
        let radius = 49.0 - size;
        let centre = (radius * angle.cos(), radius * angle.sin());
        outline(&mut drawing, fonts, *letter, size, &Turn::about(centre, turn));
    }
    let small = 9.0;
    let width = fonts.width(line, small);
    let mut x = -width / 2.0;
    for letter in line.chars() {
        let advance = fonts.width(letter.encode_utf8(&mut [0; 4]), small);
        let turn = Turn::about((x + advance / 2.0, -33.0), 0.0);
        outline(&mut drawing, fonts, letter, small, &turn);
        x += advance;
    }
    let half = DIAMETER / 2.0;
    drawing.finish([-half, -half, half, half])
}

fn star(drawing: &mut Drawing, radius: f32) {
    for point in 0..10_u8 {
        let angle = PI / 2.0 + f32::from(point) * PI / 5.0;
        let reach = if point % 2 == 0 { radius } else { radius * 0.382 };
        let (x, y) = (reach * angle.cos(), reach * angle.sin());
        if point == 0 {
            drawing.move_to(x, y);
        } else {
            drawing.line_to(x, y);
        }
    }
    drawing.close().fill();
}

/// A place for a letter: where its foot's middle stands, and how far it leans.
struct Turn {
    centre: (f32, f32),
    cos: f32,
    sin: f32,
}

impl Turn {
    fn about(centre: (f32, f32), angle: f32) -> Self {
        Self {
            centre,
            cos: angle.cos(),
            sin: angle.sin(),
        }
    }
}

fn outline(drawing: &mut Drawing, fonts: &Fonts, letter: char, size: f32, turn: &Turn) {
    let Some(found) = fonts.find(letter) else { return };
    let face = fonts.face(found.face);
    let Ok(parsed) = ttf_parser::Face::parse(&face.data, 0) else {
        return;
    };
    let mut pen = Outline {
        drawing,
        scale: size / f32::from(face.units_per_em),
        half: found.glyph.advance * size / 2.0,
        turn,
        last: (0.0, 0.0),
    };
    parsed.outline_glyph(ttf_parser::GlyphId(found.glyph.id), &mut pen);
    drawing.fill();
}

struct Outline<'a> {
    drawing: &'a mut Drawing,
    scale: f32,
    half: f32,
    turn: &'a Turn,
    last: (f32, f32),
}

impl Outline<'_> {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x * self.scale - self.half, y * self.scale);
        let Turn { centre, cos, sin } = self.turn;
        (centre.0 + x * cos - y * sin, centre.1 + x * sin + y * cos)
    }
}

impl ttf_parser::OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.last = (x, y);
        let (x, y) = self.place(x, y);
        self.drawing.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.last = (x, y);
        let (x, y) = self.place(x, y);
        self.drawing.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (x0, y0) = self.last;
        let toward = |from: f32, control: f32| from + (control - from) * 2.0 / 3.0;
        let first = self.place(toward(x0, x1), toward(y0, y1));
        let second = self.place(toward(x, x1), toward(y, y1));
        self.last = (x, y);
        let end = self.place(x, y);
        self.drawing.curve_to(first, second, end);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second, end) = (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.last = (x, y);
        self.drawing.curve_to(first, second, end);
    }

    fn close(&mut self) {
        self.drawing.close();
    }
}
