//! Portraits of nobody: drawn heads and shoulders on white, so that no real face is needed.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

const WIDTH: i32 = 413;
const HEIGHT: i32 = 579;

const SKINS: [[u8; 3]; 4] = [[240, 205, 177], [229, 190, 158], [214, 170, 136], [246, 217, 194]];
const SHIRTS: [[u8; 3]; 6] = [
    [44, 82, 110],
    [92, 60, 80],
    [52, 96, 74],
    [120, 84, 48],
    [70, 70, 90],
    [140, 60, 52],
];
const HAIR: [u8; 3] = [38, 32, 30];

/// The portrait of the person with this number, as PNG.
pub(super) fn portrait(number: usize) -> Vec<u8> {
    let skin = Rgb(SKINS[number % SKINS.len()]);
    let shirt = Rgb(SHIRTS[number % SHIRTS.len()]);
    let long_hair = number % 2 == 1;
    let mut picture = RgbImage::from_pixel(413, 579, Rgb([255, 255, 255]));
    let middle = WIDTH / 2;
    ellipse(&mut picture, (middle, HEIGHT + 20), (185, 170), shirt);
    if long_hair {
        ellipse(&mut picture, (middle, 265), (128, 175), Rgb(HAIR));
    }
    ellipse(&mut picture, (middle, 400), (44, 70), skin);
    ellipse(&mut picture, (middle, 215), (120, 135), Rgb(HAIR));
    ellipse(&mut picture, (middle, 250), (102, 130), skin);
    for side in [-1, 1] {
        ellipse(&mut picture, (middle + side * 40, 240), (9, 7), Rgb(HAIR));
    }
    ellipse(&mut picture, (middle, 315), (26, 7), Rgb([176, 96, 90]));
    let mut bytes = Cursor::new(Vec::new());
    // Writing a picture into memory cannot fail; an empty photo would be refused later by name.
    let _ = picture.write_to(&mut bytes, ImageFormat::Png);
    bytes.into_inner()
}

fn ellipse(picture: &mut RgbImage, centre: (i32, i32), radius: (i32, i32), ink: Rgb<u8>) {
    let inside = |x: i32, y: i32| {
        let (dx, dy) = (i64::from(x - centre.0), i64::from(y - centre.1));
        let (rx, ry) = (i64::from(radius.0), i64::from(radius.1));
        dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
    };
    for y in (centre.1 - radius.1).max(0)..(centre.1 + radius.1).min(HEIGHT) {
        for x in (centre.0 - radius.0).max(0)..(centre.0 + radius.0).min(WIDTH) {
            if inside(x, y)
                && let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            {
                picture.put_pixel(x, y, ink);
            }
        }
    }
}
