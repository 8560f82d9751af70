//! How a certificate looks: one A4 sheet, bilingual, calm.
#![expect(clippy::float_arithmetic, reason = "page geometry")]

use super::{CertificateRecord, Scheme, frame};
use crate::document::{About, Align, DocumentError, Finished, Fonts, Ink, Paper, Pen, SHEET_WIDTH, qr, seal};
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
    fields
}

/// Draws the certificate.
pub(super) fn draw(
    record: &CertificateRecord,
    scheme: &Scheme,
    statement: &str,
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
    let end = table(&mut paper, record, scheme);
    photograph(&mut paper, record);
    foot(&mut paper, record, statement, end)?;
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

fn table(paper: &mut Paper<'_>, record: &CertificateRecord, scheme: &Scheme) -> f32 {
    let mut y = 108.0;
    for field in fields(record, scheme) {
        paper.text((LEFT, y), TEXT, Align::Left, field.label);
        paper.text((LEFT, y + 3.6), SMALL, Align::Left, field.label_en);
        let pen = fit(paper, TEXT, &field.value);
        let lines = paper.lines(VALUE_END - VALUE, pen, &field.value);
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                y += 4.6;
            }
            paper.text((VALUE, y), pen, Align::Left, line);
        }
        if let Some(english) = &field.value_en {
            for line in paper.lines(VALUE_END - VALUE, SMALL, english) {
                y += 3.6;
                paper.text((VALUE, y), SMALL, Align::Left, &line);
            }
            y -= 3.6;
        }
        paper.line((VALUE - 1.0, y + 5.0), (VALUE_END, y + 5.0), 0.4, RULE);
        y += 11.6;
    }
    y
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
    paper.frame(at, size, 0.4, RULE);
}

fn foot(paper: &mut Paper<'_>, record: &CertificateRecord, statement: &str, end: f32) -> Result<(), DocumentError> {
    let top = end.max(206.0);
    let code = qr(statement).map_err(|_| DocumentError::Unwritable)?;
    paper.artwork((LEFT - 2.0, top), 34.0, &code);
    paper.text(
        (LEFT + 15.0, top + 36.4),
        Pen::new(8.5).ink(INK),
        Align::Centre,
        "扫码核验",
    );
    paper.text((LEFT + 15.0, top + 40.0), SMALL, Align::Centre, "Scan to verify");

    let issuer = fit(paper, TEXT, &record.issuer);
    let stamp = seal(paper.fonts(), &record.issuer, "证书专用章");
    paper.artwork((127.0, top - 7.0), 40.0, &stamp);
    paper.text((147.0, top + 9.0), issuer, Align::Centre, &record.issuer);
    paper.text((147.0, top + 13.4), SMALL, Align::Centre, &record.issuer_en);
    paper.text((147.0, top + 24.0), TEXT, Align::Centre, &record.issued_on.chinese());
    let date = format!("Date of issue {}", record.issued_on);
    paper.text((147.0, top + 28.0), SMALL, Align::Centre, &date);
    paper.text((147.0, top + 6.0 - 12.0), SMALL, Align::Centre, "发证机构 Issued by");

    let y = 257.0;
    paper.line((LEFT, y - 4.4), (RIGHT, y - 4.4), 0.4, RULE);
    let urls = format!("查询网址 Query: {}", record.query_urls.join("　"));
    paper.text((LEFT, y), Pen::new(8.0).ink(INK), Align::Left, &urls);
    if let Some(serial) = &record.print_serial {
        let serial = format!("印制流水码 Print serial {serial}");
        paper.text((RIGHT, y), Pen::new(8.0).ink(INK), Align::Right, &serial);
    }
    paper.text((LEFT, y + 4.8), SMALL, Align::Left, HOW_TO_CHECK);
    paper.text((LEFT, y + 8.4), SMALL, Align::Left, HOW_TO_CHECK_EN);
    Ok(())
}

const HOW_TO_CHECK: &str = "本证书为带数字签名的电子文件。核验时请打开电子文件查看签名，或扫描二维码并与纸面逐项核对；纸面打印件本身不作为凭证。";
const HOW_TO_CHECK_EN: &str = "A digitally signed file. To check it, open the file and look at its signature, or scan the \
    code and compare every entry. A print alone proves nothing.";

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
