//! The certificate's border: fine interwoven lines, as securities have them, drawn once and shared by all sheets.
#![expect(clippy::float_arithmetic, reason = "page geometry")]

use std::f32::consts::TAU;

use crate::document::{Artwork, Drawing, Ink, SHEET_HEIGHT, SHEET_WIDTH};

const DEEP: Ink = Ink::rgb(30, 74, 98);
const FINE: Ink = Ink::rgb(96, 142, 158);
const PALE: Ink = Ink::rgb(226, 234, 236);

/// Where the band's middle runs, in millimetres from the sheet's edge.
const BAND: f32 = 14.0;
const AMPLITUDE: f32 = 2.1;

/// The border and the pale rosette behind the text. One unit is a millimetre.
pub(super) fn border() -> Artwork {
    let mut drawing = Drawing::new();
    rosette(&mut drawing, (SHEET_WIDTH / 2.0, 152.0), 50.0, (PALE, 0.10));
    drawing.line_style(FINE, 0.11);
    for phase in [0.0, TAU / 3.0, TAU * 2.0 / 3.0] {
        braid(&mut drawing, phase);
    }
    drawing.line_style(DEEP, 0.35);
    outline(&mut drawing, BAND - 3.4);
    drawing.line_style(DEEP, 0.12);
    outline(&mut drawing, BAND - 2.7);
    outline(&mut drawing, BAND + 2.7);
    drawing.line_style(DEEP, 0.25);
    outline(&mut drawing, BAND + 3.4);
    for x in [BAND, SHEET_WIDTH - BAND] {
        for y in [BAND, SHEET_HEIGHT - BAND] {
            drawing
                .fill_style(Ink::WHITE)
                .rectangle(x - 4.4, y - 4.4, 8.8, 8.8)
                .fill();
            drawing
                .line_style(DEEP, 0.3)
                .rectangle(x - 4.4, y - 4.4, 8.8, 8.8)
                .stroke();
            rosette(&mut drawing, (x, y), 3.7, (DEEP, 0.09));
        }
    }
    drawing.finish([0.0, 0.0, SHEET_WIDTH, SHEET_HEIGHT])
}

fn outline(drawing: &mut Drawing, inset: f32) {
    drawing
        .rectangle(inset, inset, SHEET_WIDTH - 2.0 * inset, SHEET_HEIGHT - 2.0 * inset)
        .stroke();
}

/// One strand of the braid along all four sides: half waves as Bézier curves.
fn braid(drawing: &mut Drawing, phase: f32) {
    let strand = |x: f32, waves: f32, length: f32| AMPLITUDE * (TAU * waves * x / length + phase).sin();
    for (length, across) in [(SHEET_WIDTH - 2.0 * BAND, true), (SHEET_HEIGHT - 2.0 * BAND, false)] {
        let far = if across {
            SHEET_HEIGHT - BAND
        } else {
            SHEET_WIDTH - BAND
        };
        let waves = (length / 7.0).round();
        for base in [BAND, far] {
            let mut x = 0.0;
            let step = length / waves / 8.0;
            let place = |x: f32| {
                let (along, aside) = (BAND + x, base + strand(x, waves, length));
                if across { (along, aside) } else { (aside, along) }
            };
            let (start_x, start_y) = place(0.0);
            drawing.move_to(start_x, start_y);
            while x < length - step / 2.0 {
                x += step;
                let (to_x, to_y) = place(x);
                drawing.line_to(to_x, to_y);
            }
            drawing.stroke();
        }
    }
}

/// A rosette: the curve of a point on a small wheel that rolls in a large one.
fn rosette(drawing: &mut Drawing, centre: (f32, f32), radius: f32, (ink, width): (Ink, f32)) {
    drawing.line_style(ink, width);
    for (petals, depth) in [(11.0_f32, 0.42_f32), (17.0, 0.30), (7.0, 0.55)] {
        let steps: u16 = if radius > 10.0 { 360 } else { 120 };
        for step in 0..=steps {
            let angle = TAU * f32::from(step) / f32::from(steps);
            let reach = radius * (1.0 - depth * (0.5 + 0.5 * (petals * angle).cos()));
            let (x, y) = (centre.0 + reach * angle.cos(), centre.1 + reach * angle.sin());
            if step == 0 {
                drawing.move_to(x, y);
            } else {
                drawing.line_to(x, y);
            }
        }
        drawing.close().stroke();
    }
}
