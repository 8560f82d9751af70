//! Pictures of a bank: PNG and JPEG files that are opened, measured and written anew before they become part of it.
//!
//! Written anew, because a file may hold more than the picture: the place where it was taken, a script behind its end, a
//! second format. SVG is refused: it is a document that can run programs, not a picture.

use std::fmt;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Digest;

/// The largest picture file that is looked at, in bytes.
pub const MAX_PICTURE_BYTES: usize = 2_000_000;
/// The longest side, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 2_400;
/// The shortest side, in pixels.
const MIN_SIDE: u32 = 16;
/// The most pictures of a bank.
pub const MAX_PICTURES: usize = 500;
const QUALITY: u8 = 88;

/// A picture of a bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// The name of its file, by which texts refer to it.
    pub name: String,
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// The digest of its bytes.
    #[schemars(with = "String")]
    pub digest: Digest,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The file, written anew.
    pub bytes: PictureBytes,
}

/// The bytes of a picture; as text, in base64.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct PictureBytes(#[schemars(with = "String")] Vec<u8>);

impl PictureBytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PictureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for PictureBytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for PictureBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Picture {
    /// Opens the picture in a file and writes it anew, or tells why not.
    pub fn open(name: &str, file: &[u8]) -> Result<Self, String> {
        if file.len() > MAX_PICTURE_BYTES {
            return Err(format!("> {MAX_PICTURE_BYTES} bytes"));
        }
        let (picture, format) = decode(file)?;
        let (width, height) = (picture.width(), picture.height());
        if width.min(height) < MIN_SIDE || width.max(height) > MAX_PICTURE_SIDE {
            return Err(format!("{width} × {height} px; {MIN_SIDE} … {MAX_PICTURE_SIDE}"));
        }
        let mut bytes = Vec::new();
        let (media_type, written) = if format == ImageFormat::Jpeg {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            ("image/jpeg", picture.to_rgb8().write_with_encoder(encoder))
        } else if picture.color().has_alpha() {
            (
                "image/png",
                picture.to_rgba8().write_with_encoder(PngEncoder::new(&mut bytes)),
            )
        } else if picture.color().has_color() {
            (
                "image/png",
                picture.to_rgb8().write_with_encoder(PngEncoder::new(&mut bytes)),
            )
        } else {
            (
                "image/png",
                picture.to_luma8().write_with_encoder(PngEncoder::new(&mut bytes)),
            )
        };
        written.map_err(|error| error.to_string())?;
        if bytes.len() > MAX_PICTURE_BYTES {
            return Err(format!("{} > {MAX_PICTURE_BYTES} bytes", bytes.len()));
        }
        Ok(Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            digest: Digest::of(&bytes),
            width,
            height,
            bytes: PictureBytes(bytes),
        })
    }
}

fn decode(file: &[u8]) -> Result<(DynamicImage, ImageFormat), String> {
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let format = reader
        .format()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png));
    let format = format.ok_or("PNG / JPEG")?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_PICTURE_SIDE);
    limits.max_image_height = Some(MAX_PICTURE_SIDE);
    limits.max_alloc = Some(64_000_000);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    let orientation = decoder.orientation().map_err(|error| error.to_string())?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

#[cfg(test)]
pub(crate) mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    /// A small picture of one colour, for tests.
    pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_pixel(width, height, Rgb([200, 220, 240]));
        let mut bytes = Vec::new();
        picture.write_with_encoder(PngEncoder::new(&mut bytes)).unwrap();
        bytes
    }

    #[test]
    fn what_stands_behind_the_picture_is_left_out() {
        let mut file = png(40, 30);
        file.extend_from_slice(b"<script>alert(1)</script>");
        let picture = Picture::open("a.png", &file).unwrap();
        assert_eq!(
            (picture.width, picture.height, picture.media_type.as_str()),
            (40, 30, "image/png")
        );
        assert!(!picture.bytes.0.windows(8).any(|window| window == b"<script>"));
        let stored: Picture = serde_json::from_str(&serde_json::to_string(&picture).unwrap()).unwrap();
        assert_eq!(stored, picture);
    }

    #[test]
    fn other_formats_and_sizes_are_refused() {
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        assert!(Picture::open("a.svg", svg).is_err());
        assert!(Picture::open("a.png", b"GIF89a").is_err());
        assert!(Picture::open("a.png", &png(8, 8)).is_err());
        assert!(Picture::open("a.png", &png(2_500, 20)).is_err());
        assert!(Picture::open("a.png", &vec![0; MAX_PICTURE_BYTES + 1]).is_err());
        assert!(Picture::open("a.png", &png(40, 30)[..60]).is_err(), "cut off");
    }
}
