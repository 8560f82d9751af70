//! The holder's photograph: whatever was handed in, made into one small picture of the size that certificates print.
//!
//! The result is a baseline JPEG in colour, 295 × 413 pixels (one inch in China's sense, 25 × 35 mm at 300 dots), on
//! white where the original was transparent. It goes into the PDF byte for byte.

use std::fmt;
use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes;
use crate::kernel::Digest;

/// The largest file that is looked at.
pub const MAX_PHOTO_BYTES: usize = 10 * 1024 * 1024;
/// The longest side of a picture that is decoded.
pub const MAX_PHOTO_SIDE: u32 = 6000;
/// The width of the result.
pub const PHOTO_WIDTH: u32 = 295;
/// The height of the result.
pub const PHOTO_HEIGHT: u32 = 413;

const MIN_WIDTH: u32 = 150;
const MIN_HEIGHT: u32 = 210;
const AIM_BYTES: usize = 22_000;
const MAX_DECODED_BYTES: u64 = 6000 * 6000 * 4 + 16 * 1024 * 1024;

/// A photograph as certificates carry it.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct JpegPhoto(#[schemars(with = "String")] Vec<u8>);

/// Why a picture is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// More bytes or pixels than a photograph needs.
    #[error("the picture is too large: at most 10 MB and 6000 pixels a side")]
    TooLarge,
    /// Neither JPEG nor PNG, or damaged.
    #[error("the file is not a JPEG or PNG picture, or it is damaged")]
    NotAPicture,
    /// Too few pixels to print.
    #[error("the picture has {w} × {h} pixels; at least 150 × 210 are needed")]
    TooSmall {
        /// Its width.
        w: u32,
        /// Its height.
        h: u32,
    },
}

impl JpegPhoto {
    /// The JPEG file.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same picture with so many bytes after it, for tests of what is too large.
    #[cfg(test)]
    pub(crate) fn larger(photo: &Self, bytes: usize) -> Self {
        let mut padded = photo.0.clone();
        padded.resize(bytes, 0);
        Self(padded)
    }

    /// Its digest.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

/// Makes the certificate's photograph out of a file that someone handed in.
pub fn normalise(bytes: &[u8]) -> Result<JpegPhoto, PhotoError> {
    if bytes.len() > MAX_PHOTO_BYTES {
        return Err(PhotoError::TooLarge);
    }
    let picture = flatten(&decode(bytes)?);
    let (w, h) = picture.dimensions();
    if w < MIN_WIDTH || h < MIN_HEIGHT {
        return Err(PhotoError::TooSmall { w, h });
    }
    let (x, y, across, down) = cut(w, h);
    let cut = image::imageops::crop_imm(&picture, x, y, across, down).to_image();
    let scaled = image::imageops::resize(&cut, PHOTO_WIDTH, PHOTO_HEIGHT, FilterType::CatmullRom);
    compress(&scaled)
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, PhotoError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| PhotoError::NotAPicture)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(PhotoError::NotAPicture);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_PHOTO_SIDE);
    limits.max_image_height = Some(MAX_PHOTO_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let refused = |error: image::ImageError| match error {
        image::ImageError::Limits(_) => PhotoError::TooLarge,
        _ => PhotoError::NotAPicture,
    };
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (w, h) = decoder.dimensions();
    if w > MAX_PHOTO_SIDE || h > MAX_PHOTO_SIDE {
        return Err(PhotoError::TooLarge);
    }
    // Telephones store portraits lying, with a note how to turn them.
    let orientation = decoder.orientation().map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// On white where it was transparent: a PDF/A has no transparency.
fn flatten(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let source = picture.to_rgba8();
    let mut flat = RgbImage::new(source.width(), source.height());
    for (to, from) in flat.pixels_mut().zip(source.pixels()) {
        let alpha = u32::from(from[3]);
        let over_white =
            |value: u8| u8::try_from((u32::from(value) * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        *to = Rgb([over_white(from[0]), over_white(from[1]), over_white(from[2])]);
    }
    flat
}

/// The largest part of the certificate's proportions: the middle across, and rather the top than the middle down, where
/// the head is.
fn cut(w: u32, h: u32) -> (u32, u32, u32, u32) {
    if w * PHOTO_HEIGHT > h * PHOTO_WIDTH {
        let across = h * PHOTO_WIDTH / PHOTO_HEIGHT;
        ((w - across) / 2, 0, across, h)
    } else {
        let down = (w * PHOTO_HEIGHT / PHOTO_WIDTH).min(h);
        (0, (h - down) / 3, w, down)
    }
}

fn compress(picture: &RgbImage) -> Result<JpegPhoto, PhotoError> {
    let mut jpeg = Vec::new();
    for quality in [90, 82, 74, 64, 50, 35, 20] {
        jpeg.clear();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode_image(picture)
            .map_err(|_| PhotoError::NotAPicture)?;
        if jpeg.len() <= AIM_BYTES {
            break;
        }
    }
    Ok(JpegPhoto(jpeg))
}

impl fmt::Debug for JpegPhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JpegPhoto({} bytes)", self.0.len())
    }
}

impl Serialize for JpegPhoto {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&codes::base64(&self.0))
    }
}

impl<'de> Deserialize<'de> for JpegPhoto {
    /// Only a picture that [`normalise`] could have made is read.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = codes::from_base64(&text).ok_or_else(|| serde::de::Error::custom(PhotoError::NotAPicture))?;
        let picture = decode(&bytes).map_err(serde::de::Error::custom)?;
        if (picture.width(), picture.height()) != (PHOTO_WIDTH, PHOTO_HEIGHT) {
            return Err(serde::de::Error::custom(
                "the photograph has not the certificate's size",
            ));
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(w: u32, h: u32, alpha: u8) -> Vec<u8> {
        let part = |value: u32| u8::try_from(value % 256).unwrap();
        let picture =
            image::RgbaImage::from_fn(w, h, |x, y| image::Rgba([part(x * 7), part(y * 5), part(x ^ y), alpha]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn any_picture_becomes_a_small_jpeg_of_the_right_size() {
        for (w, h) in [(600, 400), (400, 900), (295, 413)] {
            let photo = normalise(&png(w, h, 255)).unwrap();
            assert!(photo.bytes().len() <= 40 * 1024, "{} bytes", photo.bytes().len());
            let decoded = image::load_from_memory(photo.bytes()).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (PHOTO_WIDTH, PHOTO_HEIGHT));
        }
    }

    #[test]
    fn transparency_becomes_white() {
        let decoded = image::load_from_memory(normalise(&png(300, 420, 0)).unwrap().bytes())
            .unwrap()
            .to_rgb8();
        assert!(decoded.get_pixel(100, 100).0.iter().all(|value| *value > 250));
    }

    #[test]
    fn what_is_too_large_too_small_or_no_picture_is_refused() {
        assert_eq!(
            normalise(&png(100, 300, 255)),
            Err(PhotoError::TooSmall { w: 100, h: 300 })
        );
        assert_eq!(normalise(b"GIF89a"), Err(PhotoError::NotAPicture));
        assert_eq!(normalise(&vec![0; MAX_PHOTO_BYTES + 1]), Err(PhotoError::TooLarge));
        let whole = png(300, 420, 255);
        assert_eq!(normalise(&whole[..whole.len() / 2]), Err(PhotoError::NotAPicture));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        // A header that promises 60,000 × 60,000 pixels.
        let mut bomb = png(200, 300, 255);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(matches!(
            normalise(&bomb),
            Err(PhotoError::TooLarge | PhotoError::NotAPicture)
        ));
    }
}
