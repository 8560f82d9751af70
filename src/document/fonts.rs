//! The faces that text is set in: built-in ones, and others that an office adds for rare characters.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Artwork;

/// The built-in faces: Chinese first, then Latin letters that it lacks.
const BUILT_IN: [(&str, &[u8]); 2] = [
    ("NotoSerifSC", include_bytes!("../../assets/fonts/NotoSerifSC-Exam.otf")),
    (
        "NotoSerif",
        include_bytes!("../../assets/fonts/NotoSerif-LatinExtended.ttf"),
    ),
];

/// The faces in the order in which they are asked for a character. Parsed once and shared.
#[derive(Debug, Clone)]
pub struct Fonts {
    faces: Arc<[Face]>,
    artwork: Arc<Mutex<BTreeMap<String, Arc<Artwork>>>>,
}

/// Why a font file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// The file cannot be read.
    #[error("font {path} cannot be read")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is no OpenType font, or lacks what setting text needs.
    #[error("{name} is not a usable OpenType font")]
    NotAFont {
        /// Which font.
        name: String,
    },
}

impl Fonts {
    /// The built-in faces alone.
    pub fn built_in() -> Result<Self, FontError> {
        Self::with_fallbacks(&[])
    }

    /// The built-in faces, then these files in turn for the characters that it lacks.
    pub fn with_fallbacks(paths: &[PathBuf]) -> Result<Self, FontError> {
        let built_in = BUILT_IN.map(|(name, bytes)| Face::parse(name, Cow::Borrowed(bytes)));
        let mut faces = built_in.into_iter().collect::<Result<Vec<_>, _>>()?;
        for path in paths {
            let bytes = std::fs::read(path).map_err(|source| FontError::Unreadable {
                path: path.clone(),
                source,
            })?;
            faces.push(Face::parse(&postscript_name(path), Cow::Owned(bytes))?);
        }
        Ok(Self {
            faces: faces.into(),
            artwork: Arc::default(),
        })
    }

    /// The characters of the text that no face has, each once, in order of code.
    pub fn missing(&self, text: &str) -> Vec<char> {
        let missing: BTreeSet<char> = text.chars().filter(|c| self.find(*c).is_none()).collect();
        missing.into_iter().collect()
    }

    /// The width of the text in points, set at so many points; a missing character counts as an em.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars()
            .map(|c| self.find(c).map_or(1.0, |found| found.glyph.advance) * size)
            .sum()
    }

    /// The first face that has the character.
    pub(super) fn find(&self, c: char) -> Option<Found> {
        self.faces
            .iter()
            .enumerate()
            .find_map(|(face, font)| font.glyph(c).map(|glyph| Found { face, glyph }))
    }

    pub(super) fn face(&self, index: usize) -> &Face {
        &self.faces[index]
    }

    /// A drawing that many sheets share: made at the first call with this name, then reused.
    pub fn shared_artwork(&self, name: &str, draw: impl FnOnce() -> Artwork) -> Arc<Artwork> {
        let mut kept = self.artwork.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(artwork) = kept.get(name) {
            return Arc::clone(artwork);
        }
        if kept.len() >= SHELF {
            kept.clear();
        }
        let artwork = Arc::new(draw());
        kept.insert(name.to_owned(), Arc::clone(&artwork));
        artwork
    }
}

/// How many shared drawings are kept; issuers and frames are few.
const SHELF: usize = 64;

/// A character's glyph, and the face that has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) face: usize,
    pub(super) glyph: Glyph,
}

/// A glyph and its advance width in ems.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub(super) id: u16,
    pub(super) advance: f32,
    pub(super) units: u16,
}

/// One parsed face.
pub(super) struct Face {
    pub(super) name: String,
    pub(super) data: Cow<'static, [u8]>,
    pub(super) units_per_em: u16,
    pub(super) ascent: i16,
    pub(super) descent: i16,
    pub(super) bounds: [i16; 4],
    pub(super) weight: u16,
    pub(super) cff: bool,
    /// Sorted by character.
    glyphs: Vec<(char, Glyph)>,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Face({}, {} characters)", self.name, self.glyphs.len())
    }
}

impl Face {
    fn parse(name: &str, data: Cow<'static, [u8]>) -> Result<Self, FontError> {
        let refused = || FontError::NotAFont { name: name.to_owned() };
        let face = ttf_parser::Face::parse(&data, 0).map_err(|_| refused())?;
        let units_per_em = face.units_per_em();
        let mut glyphs: BTreeMap<char, Glyph> = BTreeMap::new();
        for table in face.tables().cmap.ok_or_else(refused)?.subtables {
            if !table.is_unicode() {
                continue;
            }
            table.codepoints(|point| {
                let found = char::from_u32(point).zip(table.glyph_index(point));
                let Some((c, id)) = found.filter(|(_, id)| id.0 != 0) else {
                    return;
                };
                let units = face.glyph_hor_advance(id).unwrap_or(units_per_em);
                glyphs.entry(c).or_insert(Glyph {
                    id: id.0,
                    advance: f32::from(units) / f32::from(units_per_em),
                    units,
                });
            });
        }
        let bounds = face.global_bounding_box();
        Ok(Self {
            name: name.to_owned(),
            units_per_em,
            ascent: face.ascender(),
            descent: face.descender(),
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max],
            weight: face.weight().to_number(),
            cff: face.tables().cff.is_some(),
            glyphs: glyphs.into_iter().collect(),
            data,
        })
    }

    fn glyph(&self, c: char) -> Option<Glyph> {
        let index = self.glyphs.binary_search_by_key(&c, |(known, _)| *known).ok()?;
        Some(self.glyphs[index].1)
    }
}

/// A name that a PDF may carry, out of a file's name.
fn postscript_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = stem.chars().filter(char::is_ascii_alphanumeric).collect();
    if name.is_empty() { "Fallback".to_owned() } else { name }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use super::*;

    /// The built-in faces, parsed once for all tests.
    pub(crate) static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::built_in().unwrap());

    #[test]
    fn the_built_in_face_has_rare_names_and_names_what_it_lacks() {
        assert!(
            FONTS
                .missing("李𬱟 赵龘 买买提·吐尔逊 Anna-Maria O'Neill ÿē 0Xx")
                .is_empty()
        );
        assert_eq!(FONTS.missing("王\u{30EDD}小\u{30EDD}"), ['\u{30EDD}']);
    }

    #[test]
    fn a_letter_comes_from_the_first_face_that_has_it() {
        let face = |c| FONTS.find(c).map(|found| FONTS.face(found.face).name.clone());
        assert_eq!(face('王').as_deref(), Some("NotoSerifSC"));
        assert_eq!(face('a').as_deref(), Some("NotoSerifSC"));
        assert_eq!(face('Š').as_deref(), Some("NotoSerif"));
    }

    #[test]
    fn a_font_of_the_office_is_asked_after_the_built_in_ones() {
        let file = tempfile::Builder::new().suffix(".ttf").tempfile().unwrap();
        std::fs::write(file.path(), BUILT_IN[1].1).unwrap();
        let fonts = Fonts::with_fallbacks(&[file.path().to_owned()]).unwrap();
        assert_eq!(fonts.faces.len(), 3);
        assert_eq!(fonts.find('Ž').map(|found| found.face), Some(1));
    }

    #[test]
    fn ideographs_are_one_em_wide() {
        assert!((FONTS.width("王伟", 12.0) - 24.0).abs() < 0.01);
        assert!(FONTS.width("ii", 12.0) < 12.0);
    }

    #[test]
    fn a_file_that_is_no_font_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"not a font").unwrap();
        let refused = Fonts::with_fallbacks(&[file.path().to_owned()]);
        assert!(matches!(refused, Err(FontError::NotAFont { .. })));
    }
}
