//! Embedding: a face cut down to the characters that one document uses.

use std::collections::BTreeMap;

use printpdf::{FontType, ParsedFont};

use super::DocumentError;
use super::fonts::{Face, Glyph};
use crate::kernel::Digest;

/// Cuts a face down to these glyphs, renumbered from 1 in the order of their characters.
pub(super) fn embed(face: &Face, glyphs: &BTreeMap<char, Glyph>) -> Result<ParsedFont, DocumentError> {
    let mut remapper = subsetter::GlyphRemapper::new();
    let mut characters = BTreeMap::new();
    let mut widths = BTreeMap::new();
    let mut tag = Vec::new();
    for (c, glyph) in glyphs {
        let id = remapper.remap(glyph.id);
        characters.insert(u32::from(*c), id);
        widths.insert(id, glyph.units);
        tag.extend_from_slice(&u32::from(*c).to_be_bytes());
    }
    let bytes = subsetter::subset(&face.data, 0, &remapper).map_err(|_| DocumentError::Font(face.name.clone()))?;
    let tag: String = Digest::of(&tag).bytes()[..6]
        .iter()
        .map(|byte| char::from(b'A' + byte % 26))
        .collect();
    let metrics = printpdf::FontMetrics {
        ascent: face.ascent,
        descent: face.descent,
    };
    let name = Some(format!("{tag}+{}", face.name));
    let mut font = ParsedFont::with_glyph_data(bytes, 0, name, characters, widths, face.units_per_em, metrics);
    font.font_type = if face.cff {
        FontType::OpenTypeCFF(())
    } else {
        FontType::TrueType
    };
    font.pdf_font_metrics.x_min = face.bounds[0];
    font.pdf_font_metrics.y_min = face.bounds[1];
    font.pdf_font_metrics.x_max = face.bounds[2];
    font.pdf_font_metrics.y_max = face.bounds[3];
    font.pdf_font_metrics.us_weight_class = face.weight;
    Ok(font)
}
