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
    drawing.line_style(PALE, 0.1);
    rosette(&mut drawing, (SHEET_WIDTH / 2.0, 147.0), 52.0);
    drawing.line_style(FINE, 0.11);
    braid(&mut drawing);
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
            drawing.line_style(DEEP, 0.09);
            rosette(&mut drawing, (x, y), 3.7);
        }
    }
    drawing.finish([0.0, 0.0, SHEET_WIDTH, SHEET_HEIGHT])
}

fn outline(drawing: &mut Drawing, inset: f32) {
    drawing
        .rectangle(inset, inset, SHEET_WIDTH - 2.0 * inset, SHEET_HEIGHT - 2.0 * inset)
        .stroke();
}

/// Three strands woven along all four sides, one wave repeated.
fn braid(drawing: &mut Drawing) {
    for (length, across) in [(SHEET_WIDTH - 2.0 * BAND, true), (SHEET_HEIGHT - 2.0 * BAND, false)] {
        let waves = (length / 7.0).round();
        let wave = wave(length / waves);
        let far = if across {
            SHEET_HEIGHT - BAND
        } else {
            SHEET_WIDTH - BAND
        };
        for base in [BAND, far] {
            let mut along = BAND;
            while along < BAND + length - 1.0 {
                let matrix = if across {
                    [1.0, 0.0, 0.0, 1.0, along, base]
                } else {
                    [0.0, 1.0, -1.0, 0.0, base, along]
                };
                drawing.repeat(matrix, &wave);
                along += length / waves;
            }
        }
    }
}

/// One wave of the three strands.
fn wave(length: f32) -> Drawing {
    const STEPS: u8 = 16;
    let mut wave = Drawing::new();
    for strand in [0.0_f32, 1.0, 2.0] {
        for step in 0..=STEPS {
            let part = f32::from(step) / f32::from(STEPS);
            let (x, y) = (length * part, AMPLITUDE * (TAU * (part + strand / 3.0)).sin());
            if step == 0 {
                wave.move_to(x, y);
            } else {
                wave.line_to(x, y);
            }
        }
    }
    wave.stroke();
    wave
}

/// A rosette: loops around a middle, each a turned copy of the first.
fn rosette(drawing: &mut Drawing, (x, y): (f32, f32), radius: f32) {
    const LOOPS: u8 = 36;
    let mut one = Drawing::new();
    let (near, far) = (radius * 0.16, radius);
    let wide = radius * 0.46;
    one.move_to(near, 0.0)
        .curve_to((near, wide * 0.7), (far, wide), (far, 0.0))
        .curve_to((far, -wide), (near, -wide * 0.7), (near, 0.0))
        .stroke();
    for turn in 0..LOOPS {
        let (sin, cos) = (TAU * f32::from(turn) / f32::from(LOOPS)).sin_cos();
        drawing.repeat([cos, sin, -sin, cos, x, y], &one);
    }
}
