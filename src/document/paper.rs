//! A document being written: sheets, and the text, lines and pictures on them.

use std::collections::{BTreeMap, BTreeSet};

use printpdf::{
    Color, DictItem, ExternalStream, ExternalXObject, FontId, FontType, Mm, Op, ParsedFont, PdfDocument, PdfFont,
    PdfFontHandle, PdfPage, PdfSaveOptions, Pt, Rgb, TextItem, TextMatrix, TextRenderingMode, XObject, XObjectId,
    XObjectTransform,
};

use super::fonts::{Face, Glyph};
use super::{About, Artwork, Drawing, Finished, Fonts, POINTS_PER_MM, metadata, wrap};
use crate::kernel::Digest;

/// The width of an A4 sheet in millimetres.
pub const SHEET_WIDTH: f32 = 210.0;
/// The height of an A4 sheet in millimetres.
pub const SHEET_HEIGHT: f32 = 297.0;

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

    fn colour(self) -> Color {
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

/// Why a document cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// No face has this character.
    #[error("no font has the character {0} (U+{code:04X}); add a font that has it", code = u32::from(*.0))]
    MissingGlyph(char),
    /// A face could not be cut down to the characters used.
    #[error("font {0} cannot be embedded")]
    Font(String),
    /// The finished document could not be put into bytes.
    #[error("the document cannot be written")]
    Unwritable,
}

/// A document of A4 sheets being written.
#[derive(Debug)]
pub struct Paper<'f> {
    fonts: &'f Fonts,
    about: About,
    sheets: Vec<Sheet>,
    used: BTreeMap<usize, BTreeMap<char, Glyph>>,
    missing: BTreeSet<char>,
    pictures: BTreeMap<String, XObject>,
}

#[derive(Debug, Default)]
struct Sheet {
    /// Lines and areas, which lie under the text.
    under: Drawing,
    ops: Vec<Op>,
}

impl<'f> Paper<'f> {
    /// A document with one empty sheet.
    pub fn new(fonts: &'f Fonts, about: About) -> Self {
        Self {
            fonts,
            about,
            sheets: vec![Sheet::default()],
            used: BTreeMap::new(),
            missing: BTreeSet::new(),
            pictures: BTreeMap::new(),
        }
    }

    /// The faces that it is set in.
    pub fn fonts(&self) -> &'f Fonts {
        self.fonts
    }

    /// How many sheets it has.
    pub fn sheets(&self) -> usize {
        self.sheets.len()
    }

    /// Takes another sheet.
    pub fn next_sheet(&mut self) {
        self.sheets.push(Sheet::default());
    }

    /// Writes a page number at the foot of every sheet, made by `words(page, pages)`.
    pub fn number_sheets(&mut self, pen: Pen, words: impl Fn(usize, usize) -> String) {
        let pages = self.sheets.len();
        for page in 0..pages {
            let text = words(page + 1, pages);
            self.text_on(
                page,
                (SHEET_WIDTH / 2.0, SHEET_HEIGHT - 12.0),
                pen,
                Align::Centre,
                &text,
            );
        }
    }

    /// Writes a line of text with its foot at this point.
    pub fn text(&mut self, at: (f32, f32), pen: Pen, align: Align, text: &str) {
        self.text_on(self.sheets.len() - 1, at, pen, align, text);
    }

    /// Writes text in lines of at most so many millimetres, so many points from foot to foot. Returns where the next
    /// line's foot would be.
    pub fn paragraph(&mut self, at: (f32, f32), width: f32, leading: f32, pen: Pen, text: &str) -> f32 {
        let (x, mut y) = at;
        for line in wrap::wrap(self.fonts, text, pen.size, width * POINTS_PER_MM) {
            self.text((x, y), pen, Align::Left, &line);
            y += leading / POINTS_PER_MM;
        }
        y
    }

    /// The lines that [`Paper::paragraph`] would make.
    pub fn lines(&self, width: f32, pen: Pen, text: &str) -> Vec<String> {
        wrap::wrap(self.fonts, text, pen.size, width * POINTS_PER_MM)
    }

    /// The width of a text in millimetres.
    pub fn width(&self, pen: Pen, text: &str) -> f32 {
        self.fonts.width(text, pen.size) / POINTS_PER_MM
    }

    /// A straight line, so many points wide.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        let (from, to) = (point(from), point(to));
        let sheet = self.last();
        sheet
            .under
            .line_style(ink, width)
            .move_to(from.0, from.1)
            .line_to(to.0, to.1)
            .stroke();
    }

    /// A framed rectangle from its upper left corner, with lines so many points wide.
    pub fn frame(&mut self, at: (f32, f32), size: (f32, f32), width: f32, ink: Ink) {
        let (x, y) = point((at.0, at.1 + size.1));
        let (across, up) = (size.0 * POINTS_PER_MM, size.1 * POINTS_PER_MM);
        self.last()
            .under
            .line_style(ink, width)
            .rectangle(x, y, across, up)
            .stroke();
    }

    /// A filled rectangle from its upper left corner.
    pub fn area(&mut self, at: (f32, f32), size: (f32, f32), ink: Ink) {
        let (x, y) = point((at.0, at.1 + size.1));
        let (across, up) = (size.0 * POINTS_PER_MM, size.1 * POINTS_PER_MM);
        self.last().under.fill_style(ink).rectangle(x, y, across, up).fill();
    }

    /// Places a drawing, so many millimetres wide, with its upper left corner at this point.
    pub fn artwork(&mut self, at: (f32, f32), width: f32, artwork: &Artwork) {
        let [left, bottom, right, top] = artwork.bounds;
        let scale = width * POINTS_PER_MM / (right - left);
        let (x, y) = point(at);
        let name = format!("D{}", self.pictures.len());
        let dict = BTreeMap::from([
            ("Type".to_owned(), DictItem::Name(b"XObject".to_vec())),
            ("Subtype".to_owned(), DictItem::Name(b"Form".to_vec())),
            ("Filter".to_owned(), DictItem::Name(b"FlateDecode".to_vec())),
            (
                "BBox".to_owned(),
                DictItem::Array(artwork.bounds.map(DictItem::Real).to_vec()),
            ),
            ("Resources".to_owned(), DictItem::Dict { map: BTreeMap::new() }),
        ]);
        self.place(
            name,
            dict,
            artwork.content.clone(),
            (x - left * scale, y - top * scale),
            (scale, scale),
        );
        _ = bottom;
    }

    /// Places a JPEG picture, byte for byte as it is, in a rectangle from its upper left corner.
    pub fn jpeg(&mut self, at: (f32, f32), size: (f32, f32), pixels: (u32, u32), jpeg: &[u8]) {
        let (x, y) = point((at.0, at.1 + size.1));
        let name = format!("P{}", self.pictures.len());
        let dict = BTreeMap::from([
            ("Type".to_owned(), DictItem::Name(b"XObject".to_vec())),
            ("Subtype".to_owned(), DictItem::Name(b"Image".to_vec())),
            ("Filter".to_owned(), DictItem::Name(b"DCTDecode".to_vec())),
            ("ColorSpace".to_owned(), DictItem::Name(b"DeviceRGB".to_vec())),
            ("BitsPerComponent".to_owned(), DictItem::Int(8)),
            ("Width".to_owned(), DictItem::Int(i64::from(pixels.0))),
            ("Height".to_owned(), DictItem::Int(i64::from(pixels.1))),
        ]);
        let scale = (size.0 * POINTS_PER_MM, size.1 * POINTS_PER_MM);
        self.place(name, dict, jpeg.to_vec(), (x, y), scale);
    }

    /// Ends the document: cuts the faces down to what was used and writes what the document says about itself.
    pub fn finish(self) -> Result<Finished, DocumentError> {
        if let Some(missing) = self.missing.first() {
            return Err(DocumentError::MissingGlyph(*missing));
        }
        let mut pdf = PdfDocument::new(&self.about.title);
        for (face, glyphs) in &self.used {
            let font = embed(self.fonts.face(*face), glyphs)?;
            pdf.resources.fonts.map.insert(font_id(*face), PdfFont::new(font));
        }
        for (name, picture) in self.pictures {
            pdf.resources.xobjects.map.insert(XObjectId(name), picture);
        }
        let mut under = Vec::with_capacity(self.sheets.len());
        for sheet in self.sheets {
            under.push(sheet.under);
            pdf.pages
                .push(PdfPage::new(Mm(SHEET_WIDTH), Mm(SHEET_HEIGHT), sheet.ops));
        }
        let options = PdfSaveOptions {
            optimize: false,
            subset_fonts: false,
            secure: true,
            image_optimization: None,
        };
        let mut doc = pdf.to_lopdf_document(&options, &mut Vec::new());
        put_under(&mut doc, &under);
        metadata::describe(&mut doc, &self.about);
        metadata::tidy(&mut doc);
        metadata::compress(&mut doc);
        Ok(Finished::new(doc))
    }

    fn last(&mut self) -> &mut Sheet {
        let last = self.sheets.len() - 1;
        &mut self.sheets[last]
    }

    fn text_on(&mut self, sheet: usize, at: (f32, f32), pen: Pen, align: Align, text: &str) {
        let width = self.fonts.width(text, pen.size);
        let (x, y) = point(at);
        let mut x = match align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        let mut ops = vec![Op::SetFillColor { col: pen.ink.colour() }];
        if pen.bold {
            // One regular face is embedded; a line around the letters of a fortieth of their size makes them heavy.
            ops.extend([
                Op::SetOutlineColor { col: pen.ink.colour() },
                Op::SetOutlineThickness {
                    pt: Pt(pen.size / 40.0),
                },
            ]);
        }
        ops.push(Op::StartTextSection);
        let mode = if pen.bold {
            TextRenderingMode::FillStroke
        } else {
            TextRenderingMode::Fill
        };
        ops.push(Op::SetTextRenderingMode { mode });
        for (face, run) in self.runs(text) {
            let advance = self.fonts.width(&run, pen.size);
            ops.extend([
                Op::SetFont {
                    font: PdfFontHandle::External(font_id(face)),
                    size: Pt(pen.size),
                },
                Op::SetTextMatrix {
                    matrix: TextMatrix::Raw([1.0, 0.0, 0.0, 1.0, x, y]),
                },
                Op::ShowText {
                    items: vec![TextItem::Text(run)],
                },
            ]);
            x += advance;
        }
        ops.push(Op::EndTextSection);
        self.sheets[sheet].ops.extend(ops);
    }

    /// The text cut where another face takes over; notes what was used and what is missing.
    fn runs(&mut self, text: &str) -> Vec<(usize, String)> {
        let mut runs: Vec<(usize, String)> = Vec::new();
        for c in text.chars() {
            let Some(found) = self.fonts.find(c) else {
                self.missing.insert(c);
                continue;
            };
            self.used.entry(found.face).or_default().insert(c, found.glyph);
            match runs.last_mut() {
                Some((face, run)) if *face == found.face => run.push(c),
                _ => runs.push((found.face, c.to_string())),
            }
        }
        runs
    }

    fn place(
        &mut self,
        name: String,
        dict: BTreeMap<String, DictItem>,
        content: Vec<u8>,
        at: (f32, f32),
        scale: (f32, f32),
    ) {
        let stream = ExternalStream {
            dict,
            content,
            compress: false,
        };
        let object = ExternalXObject {
            stream,
            width: None,
            height: None,
            dpi: None,
        };
        self.pictures.insert(name.clone(), XObject::External(object));
        self.last().ops.push(Op::UseXobject {
            id: XObjectId(name),
            transform: XObjectTransform {
                translate_x: Some(Pt(at.0)),
                translate_y: Some(Pt(at.1)),
                scale_x: Some(scale.0),
                scale_y: Some(scale.1),
                no_auto_scale: true,
                ..XObjectTransform::default()
            },
        });
    }
}

/// Millimetres from the upper left as points from the lower left.
fn point((x, y): (f32, f32)) -> (f32, f32) {
    (x * POINTS_PER_MM, (SHEET_HEIGHT - y) * POINTS_PER_MM)
}

fn font_id(face: usize) -> FontId {
    FontId(format!("T{face}"))
}

/// Puts each sheet's lines and areas before its text.
fn put_under(doc: &mut lopdf::Document, under: &[Drawing]) {
    let pages: Vec<_> = doc.page_iter().collect();
    for (page, drawing) in pages.into_iter().zip(under) {
        if drawing.operators().is_empty() {
            continue;
        }
        let contents = doc.get_dictionary(page).and_then(|page| page.get(b"Contents"));
        let Ok(id) = contents.and_then(lopdf::Object::as_reference) else {
            continue;
        };
        if let Some(lopdf::Object::Stream(stream)) = doc.objects.get_mut(&id) {
            let text = std::mem::take(&mut stream.content);
            stream.set_content([b"q\n", drawing.operators().as_bytes(), b"Q\n", &text].concat());
        }
    }
}

/// Cuts a face down to these glyphs, renumbered from 1 in the order of their characters.
fn embed(face: &Face, glyphs: &BTreeMap<char, Glyph>) -> Result<ParsedFont, DocumentError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::fonts::tests::FONTS;
    use crate::document::{Column, Table, qr, seal};
    use crate::kernel::Timestamp;

    fn about() -> About {
        About {
            title: "准考证".to_owned(),
            author: "某鉴定站".to_owned(),
            language: "zh-CN".to_owned(),
            created: Timestamp::from_millis(1_700_000_000_000),
            identity: "tkt_1".to_owned(),
        }
    }

    fn ticket() -> Vec<u8> {
        let mut paper = Paper::new(&FONTS, about());
        paper.text(
            (105.0, 30.0),
            Pen::new(24.0).bold(),
            Align::Centre,
            "准考证 Admission ticket",
        );
        paper.frame((20.0, 40.0), (170.0, 60.0), 0.8, Ink::BLACK);
        paper.artwork((150.0, 50.0), 30.0, &qr("JIANDING:TKT_1").unwrap());
        paper.artwork((100.0, 60.0), 40.0, &seal(&FONTS, "某市职业技能鉴定中心", "考务专用章"));
        let columns = [
            Column::new("座位 Seat", 25.0),
            Column::new("姓名 Name", 60.0),
            Column::new("准考证号 Ticket", 75.0),
        ];
        let rows: Vec<Vec<String>> = (1..=60)
            .map(|seat| vec![seat.to_string(), "李𬱟".to_owned(), format!("2026{seat:06}")])
            .collect();
        Table::new(&columns).draw(&mut paper, (25.0, 110.0), &rows);
        paper.number_sheets(Pen::new(8.0), |page, pages| format!("{page} / {pages}"));
        paper.finish().unwrap().bytes().unwrap()
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let first = ticket();
        assert!(first == ticket());
        assert!(first.starts_with(b"%PDF-1.7"));
        assert!(first.len() < 60_000, "{} bytes", first.len());
    }

    #[test]
    fn a_long_table_runs_over_sheets_and_repeats_its_header() {
        let doc = lopdf::Document::load_mem(&ticket()).unwrap();
        assert_eq!(doc.get_pages().len(), 3);
    }

    #[test]
    fn a_character_without_glyph_is_refused_by_name() {
        let mut paper = Paper::new(&FONTS, about());
        paper.text((20.0, 20.0), Pen::new(12.0), Align::Left, "王\u{30EDD}");
        assert_eq!(paper.finish().err(), Some(DocumentError::MissingGlyph('\u{30EDD}')));
    }
}
