//! How a certificate looks: one A4 sheet, bilingual, calm.
#![expect(clippy::float_arithmetic, reason = "page geometry")]

use super::{CertificateRecord, Scheme, frame};
use crate::document::{About, Align, Artwork, DocumentError, Finished, Fonts, Ink, Paper, Pen, SHEET_WIDTH, seal};
use crate::kernel::{Marks, Timestamp};

const MIDDLE: f32 = SHEET_WIDTH / 2.0;
const INK: Ink = Ink::rgb(24, 28, 32);
const QUIET: Ink = Ink::rgb(104, 114, 122);
const DEEP: Ink = Ink::rgb(30, 74, 98);
const RULE: Ink = Ink::rgb(190, 202, 208);
const WARNING: Ink = Ink::rgb(176, 48, 42);

const LEFT: f32 = 29.0;
const VALUE: f32 = 72.0;
const VALUE_END: f32 = 145.0;
const RIGHT: f32 = 181.0;
/// The middle of the issuer's block, which the seal overlaps at its end.
const BLOCK: f32 = 128.0;
/// 小四: what the rules ask for.
const TEXT: Pen = Pen::new(12.0).ink(INK);
const SMALL: Pen = Pen::new(7.2).ink(QUIET);

/// One line of the certificate.
pub(super) struct Field {
    pub(super) label: &'static str,
    pub(super) label_en: &'static str,
    pub(super) value: String,
    pub(super) value_en: Option<String>,
}

/// What is printed of a record, in order.
pub(super) fn fields(record: &CertificateRecord, scheme: &Scheme) -> Vec<Field> {
    let field = |label, label_en, value: &str, value_en: Option<&str>| Field {
        label,
        label_en,
        value: value.to_owned(),
        value_en: value_en.map(str::to_owned),
    };
    let mut fields = vec![
        field("姓名", "Name", record.name.as_str(), None),
        field(
            "证件类型",
            "Type of ID",
            record.id_kind.chinese(),
            Some(record.id_kind.english()),
        ),
        field("证件号码", "ID number", record.citizen_id.reveal(), None),
        field(
            "职业名称",
            "Occupation",
            &record.occupation,
            Some(&record.occupation_en),
        ),
        field("工种/职业方向", "Trade / direction", record.trade_printed(), None),
        field(
            "职业技能等级",
            "Skill level",
            record.level.chinese(),
            Some(record.level.english()),
        ),
    ];
    if let Some(results) = record.results.as_ref().filter(|_| scheme.results) {
        let marks = |marks: Option<Marks>| marks.map_or_else(|| "--".to_owned(), |marks| marks.to_string());
        let overall = results.overall.as_deref().unwrap_or("--");
        let scores = format!("{} / {} / {overall}", marks(results.theory), marks(results.practical));
        fields.push(field("理论/操作/评定", "Theory / practical / overall", &scores, None));
    }
    fields.push(field("证书编号", "Certificate No.", record.number.as_str(), None));
    if let Some(until) = record.valid_until {
        let english = format!("until the end of {until}");
        fields.push(field("有效期至", "Valid until", &until.chinese(), Some(&english)));
    }
    fields
}

/// Draws the certificate.
pub(super) fn draw(
    record: &CertificateRecord,
    scheme: &Scheme,
    code: &Artwork,
    fonts: &Fonts,
    now: Timestamp,
) -> Result<Finished, DocumentError> {
    let about = About {
        title: format!("{} {}", record.title, record.number),
        author: record.issuer.clone(),
        language: "zh-CN".to_owned(),
        created: now,
        identity: format!(
            "{}/{}/{}",
            record.number,
            record.print_serial.as_deref().unwrap_or(""),
            record.salt
        ),
    };
    let mut paper = Paper::new(fonts, about);
    let border = fonts.shared_artwork("certificate border", frame::border);
    paper.artwork((0.0, 0.0), SHEET_WIDTH, &border);
    heading(&mut paper, record, scheme);
    table(&mut paper, record, scheme);
    photograph(&mut paper, record);
    foot(&mut paper, record, code);
    if record.sample {
        mark_as_sample(&mut paper);
    }
    paper.finish()
}

fn heading(paper: &mut Paper<'_>, record: &CertificateRecord, scheme: &Scheme) {
    paper.text(
        (MIDDLE, 47.0),
        Pen::new(31.0).ink(DEEP).bold(),
        Align::Centre,
        &record.title,
    );
    paper.text(
        (MIDDLE, 56.5),
        Pen::new(12.5).ink(QUIET),
        Align::Centre,
        &scheme.title_en,
    );
    paper.line((MIDDLE - 46.0, 62.0), (MIDDLE - 3.0, 62.0), 0.5, DEEP);
    paper.line((MIDDLE + 3.0, 62.0), (MIDDLE + 46.0, 62.0), 0.5, DEEP);
    paper.text((MIDDLE, 63.3), Pen::new(9.0).ink(DEEP), Align::Centre, "◆");
    let width = RIGHT - LEFT;
    let text = format!("　　{}", scheme.text);
    let y = paper.paragraph((LEFT, 74.0), width, 20.0, TEXT, &text);
    paper.paragraph((LEFT, y - 0.6), width, 11.5, Pen::new(8.5).ink(QUIET), &scheme.text_en);
}

/// A field set in lines.
struct Row {
    field: Field,
    pen: Pen,
    lines: Vec<String>,
    english: Vec<String>,
}

impl Row {
    fn set(paper: &Paper<'_>, field: Field) -> Self {
        let pen = fit(paper, TEXT, &field.value);
        let width = VALUE_END - VALUE;
        let english = field.value_en.as_deref().map(|text| paper.lines(width, SMALL, text));
        Self {
            pen,
            lines: paper.lines(width, pen, &field.value),
            english: english.unwrap_or_default(),
            field,
        }
    }

    /// How much it is higher than a row of one line with its English.
    fn extra(&self) -> f32 {
        let more = |lines: &[String], pitch: f32| lines.iter().skip(1).map(|_| pitch).sum::<f32>();
        more(&self.lines, LINE_PITCH) + more(&self.english, SMALL_PITCH)
    }

    fn draw(&self, paper: &mut Paper<'_>, mut y: f32) {
        paper.text((LEFT, y), TEXT, Align::Left, self.field.label);
        paper.text((LEFT, y + SMALL_PITCH), SMALL, Align::Left, self.field.label_en);
        let rule = y + self.extra() + 5.0;
        for line in &self.lines {
            paper.text((VALUE, y), self.pen, Align::Left, line);
            y += LINE_PITCH;
        }
        y += SMALL_PITCH - LINE_PITCH;
        for line in &self.english {
            paper.text((VALUE, y), SMALL, Align::Left, line);
            y += SMALL_PITCH;
        }
        paper.line((VALUE - 1.0, rule), (VALUE_END, rule), 0.4, RULE);
    }
}

const TABLE_TOP: f32 = 108.0;
const FOOT_TOP: f32 = 206.0;
const LINE_PITCH: f32 = 4.6;
const SMALL_PITCH: f32 = 3.6;

/// Rows stand closer when long texts need their room; the longest that lint lets pass still end above the foot.
fn table(paper: &mut Paper<'_>, record: &CertificateRecord, scheme: &Scheme) {
    let rows: Vec<Row> = fields(record, scheme)
        .into_iter()
        .map(|field| Row::set(paper, field))
        .collect();
    let extra: f32 = rows.iter().map(Row::extra).sum();
    let count = rows.iter().map(|_| 1.0).sum::<f32>();
    let pitch = ((FOOT_TOP - TABLE_TOP - extra) / count).clamp(8.6, 11.6);
    let mut y = TABLE_TOP;
    for row in rows {
        row.draw(paper, y);
        y += pitch + row.extra();
    }
}

/// The same pen, or a smaller one when the text would not go on the line; long names go on two lines at nine points.
fn fit(paper: &Paper<'_>, pen: Pen, text: &str) -> Pen {
    let sizes = [pen.size, 11.0, 10.0, 9.0];
    let fits = |size: &f32| paper.width(Pen { size: *size, ..pen }, text) <= VALUE_END - VALUE;
    let size = sizes.into_iter().find(|size| fits(size)).unwrap_or(9.0);
    Pen { size, ..pen }
}

fn photograph(paper: &mut Paper<'_>, record: &CertificateRecord) {
    let (at, size) = ((154.0, 103.0), (25.0, 35.0));
    match &record.photo {
        Some(photo) => {
            let pixels = (super::PHOTO_WIDTH, super::PHOTO_HEIGHT);
            paper.jpeg(at, size, pixels, photo.bytes());
        }
        None => paper.text((at.0 + size.0 / 2.0, at.1 + 18.5), SMALL, Align::Centre, "照片 Photo"),
    }
    paper.frame((at.0 - 0.5, at.1 - 0.5), (size.0 + 1.0, size.1 + 1.0), 0.4, RULE);
}

fn foot(paper: &mut Paper<'_>, record: &CertificateRecord, code: &Artwork) {
    let top = FOOT_TOP;
    paper.artwork((LEFT - 2.0, top), 34.0, code);
    paper.text(
        (LEFT + 15.0, top + 36.4),
        Pen::new(8.5).ink(INK),
        Align::Centre,
        "扫码核验",
    );
    paper.text((LEFT + 15.0, top + 40.0), SMALL, Align::Centre, "Scan to verify");

    let stamp = seal(paper.fonts(), &record.issuer, "证书专用章");
    paper.artwork((144.0, top - 6.0), 38.0, &stamp);
    paper.text((BLOCK, top + 2.0), SMALL, Align::Centre, "发证机构 Issued by");
    let issuer = fit(paper, TEXT, &record.issuer);
    paper.text((BLOCK, top + 10.0), issuer, Align::Centre, &record.issuer);
    paper.text((BLOCK, top + 14.4), SMALL, Align::Centre, &record.issuer_en);
    paper.text((BLOCK, top + 25.0), TEXT, Align::Centre, &record.issued_on.chinese());
    let date = format!("Date of issue {}", record.issued_on);
    paper.text((BLOCK, top + 29.0), SMALL, Align::Centre, &date);

    let y = 256.0;
    paper.line((LEFT, y - 4.4), (RIGHT, y - 4.4), 0.4, RULE);
    let urls = format!("查询网址 Query: {}", record.query_urls.join("　"));
    paper.text((LEFT, y), Pen::new(8.0).ink(INK), Align::Left, &urls);
    if let Some(serial) = &record.print_serial {
        let noted = record
            .edition
            .map_or_else(String::new, |edition| format!("　{}", edition.noted()));
        let serial = format!("印制流水码 Print serial {serial}{noted}");
        paper.text((RIGHT, y), Pen::new(8.0).ink(INK), Align::Right, &serial);
    }
    let width = RIGHT - LEFT;
    let y = paper.paragraph((LEFT, y + 4.8), width, 10.0, SMALL, HOW_TO_CHECK);
    paper.paragraph((LEFT, y), width, 10.0, SMALL, HOW_TO_CHECK_EN);
}

const HOW_TO_CHECK: &str = "本证书为带数字签名的电子文件。核验时请打开电子文件查看签名，或扫描二维码并与纸面逐项核对；纸面打印件本身不作为凭证。";
const HOW_TO_CHECK_EN: &str =
    "Digitally signed: open the file and look at its signature, or scan the code and compare every entry.";

fn mark_as_sample(paper: &mut Paper<'_>) {
    let pen = Pen::new(15.0).ink(WARNING).bold();
    paper.text((MIDDLE, 29.5), pen, Align::Centre, "样张 SPECIMEN 演示用，无效");
    let again = Pen::new(8.5).ink(WARNING);
    paper.text(
        (MIDDLE, 273.0),
        again,
        Align::Centre,
        "样张 SPECIMEN · 仅供演示，不具有任何效力 · for demonstration only",
    );
}
