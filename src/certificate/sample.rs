//! Sample certificates: invented people with hard names, marked as samples, to look at and to try other people's tools on.

use std::collections::BTreeMap;
use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use super::{
    CertificateRecord, IdKind, IssueDate, JpegPhoto, NumberError, NumberParts, PhotoError, Results, Salt, Scheme,
    SkillLevel, normalise,
};
use crate::kernel::{CitizenId, Entropy, Marks, NameError, Timestamp};

/// Why no samples can be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The scheme gives no number.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The drawn portrait is no picture.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// The id could not be made up.
    #[error("no id could be made up")]
    Id,
}

/// Four-byte and rare characters, long names with their dot, Latin, one and fifty characters.
const NAMES: [&str; 16] = [
    "李𬱟",
    "买买提·吐尔逊",
    "赵龘",
    "欧阳娜娜",
    "Maximiliana-Theodora Featherstonehaugh-Cholmondele",
    "阿卜杜热合曼·阿卜杜热依木·麦麦提敏·托合提尼亚孜",
    "王伟",
    "𫖮𬀩",
    "旦增·曲珍",
    "Anna-Maria O'Neill",
    "㛃㐂",
    "呼格吉勒图·孛儿只斤",
    "司马相如",
    "鱻㙍",
    "Željko Müller-Šimić",
    "一",
];

const TRADES: [(&str, &str, &str, Option<&str>); 4] = [
    ("6-31-01-03", "电工", "Electrician", None),
    ("6-18-02-04", "焊工", "Welder", Some("手工焊条电弧焊工")),
    (
        "4-04-05-05",
        "信息通信网络运行管理员",
        "Information and Communication Network Operator",
        None,
    ),
    ("6-20-02-02", "铣工", "Milling Machine Operator", Some("数控铣工")),
];

/// So many sample records of a scheme, always the same for the same dice.
pub fn samples(
    scheme: &Scheme,
    count: u32,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Vec<CertificateRecord>, SampleError> {
    let portraits: Vec<JpegPhoto> = (0..4).map(portrait).collect::<Result<_, _>>()?;
    (0..count)
        .map(|index| sample(scheme, index, &portraits, entropy, now))
        .collect()
}

fn sample(
    scheme: &Scheme,
    index: u32,
    portraits: &[JpegPhoto],
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<CertificateRecord, SampleError> {
    let pick = |count: usize| usize::try_from(index).unwrap_or(0) % count;
    let issued_on = IssueDate::of(now);
    let level = SkillLevel::ALL[pick(5)];
    let (occupation_code, occupation, occupation_en, trade) = TRADES[pick(TRADES.len())];
    let parts = NumberParts {
        year: issued_on.date().year(),
        level,
        body: body(scheme),
    };
    let results = scheme.results.then(|| Results {
        theory: Some(Marks::from_hundredths(8_650)),
        practical: Some(Marks::whole(91)),
        overall: Some("合格".to_owned()),
    });
    Ok(CertificateRecord {
        scheme: scheme.id.clone(),
        title: scheme.title.clone(),
        number: scheme.number(&parts, index + 1)?,
        print_serial: Some(format!("A{:08}", index + 1)),
        name: NAMES[pick(NAMES.len())].parse()?,
        id_kind: IdKind::ResidentIdCard,
        citizen_id: made_up_id(index)?,
        occupation_code: occupation_code.to_owned(),
        occupation: occupation.to_owned(),
        occupation_en: occupation_en.to_owned(),
        trade: trade.map(str::to_owned),
        level,
        issuer: "某省职业技能鉴定指导中心".to_owned(),
        issuer_en: "Provincial Centre for Vocational Skill Appraisal (sample)".to_owned(),
        issued_on,
        valid_until: None,
        edition: None,
        results,
        photo: Some(portraits[pick(portraits.len())].clone()),
        verify_url: "https://exam.example/v/".to_owned(),
        query_urls: vec!["jndj.osta.org.cn".to_owned(), "pjjg.osta.org.cn".to_owned()],
        salt: Salt::throw(entropy),
        sample: true,
    })
}

/// Zeros wherever the scheme lets them: no body has such a number.
fn body(scheme: &Scheme) -> BTreeMap<String, String> {
    let own = scheme
        .parts
        .iter()
        .filter(|part| !["year", "level", "serial"].contains(&part.name.as_str()));
    own.map(|part| {
        let text = match part.form {
            super::Form::Digits => "0".repeat(part.width),
            super::Form::Letters => "S".repeat(part.width),
        };
        (part.name.clone(), text)
    })
    .collect()
}

/// Region 000000 does not exist, and neither does 990000: nobody has this id.
fn made_up_id(index: u32) -> Result<CitizenId, SampleError> {
    let (year, month, day) = (1970 + index % 35, 1 + index % 12, 1 + index % 28);
    let digits = format!("990000{year:04}{month:02}{day:02}{:03}", index % 1000);
    CitizenId::complete(&digits).ok_or(SampleError::Id)
}

/// A drawn head and shoulders on white: nobody's face.
fn portrait(variant: u32) -> Result<JpegPhoto, PhotoError> {
    const COATS: [[u8; 3]; 4] = [[52, 73, 94], [120, 60, 60], [60, 100, 70], [90, 80, 120]];
    let coat = COATS[usize::try_from(variant % 4).unwrap_or(0)];
    let round = |x: i64, y: i64, (cx, cy): (i64, i64), (rx, ry): (i64, i64)| {
        (x - cx).pow(2) * ry.pow(2) + (y - cy).pow(2) * rx.pow(2) <= rx.pow(2) * ry.pow(2)
    };
    let picture = RgbImage::from_fn(super::PHOTO_WIDTH, super::PHOTO_HEIGHT, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        if round(x, y, (147, 165), (62, 80)) && y > 120 + i64::from(variant) * 4 {
            Rgb([222, 184, 158])
        } else if round(x, y, (147, 150), (70, 84)) && y < 200 {
            Rgb([44, 38, 36])
        } else if round(x, y, (147, 250), (26, 50)) && y < 275 {
            Rgb([206, 166, 140])
        } else if round(x, y, (147, 420), (130, 160)) {
            Rgb(coat)
        } else {
            Rgb([250, 250, 250])
        }
    });
    let mut png = Cursor::new(Vec::new());
    picture
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|_| PhotoError::NotAPicture)?;
    normalise(&png.into_inner())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::certificate::{Authority, SoftSigner};
    use crate::document::tests::FONTS;
    use crate::kernel::SeededEntropy;

    /// 2026-11-23 in China.
    pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_400_000_000);

    pub(crate) fn signer() -> SoftSigner {
        Authority::create("某省职业技能鉴定指导中心", NOW, &SeededEntropy::new(7))
            .unwrap()
            .signer()
    }

    pub(crate) fn one() -> CertificateRecord {
        let scheme = Scheme::find("vocational-skill-level").unwrap();
        samples(scheme, 2, &SeededEntropy::new(8), NOW).unwrap().remove(1)
    }

    #[test]
    fn every_sample_of_every_scheme_can_be_issued() {
        let signer = signer();
        for scheme in Scheme::all() {
            for record in samples(scheme, 16, &SeededEntropy::new(8), NOW).unwrap() {
                let json = serde_json::to_string(&record).unwrap();
                assert_eq!(serde_json::from_str::<CertificateRecord>(&json).unwrap(), record);
                let issued = crate::certificate::issue(&record, &FONTS, &signer, NOW);
                assert!(issued.is_ok(), "{}: {:?}", record.name, issued.err());
            }
        }
    }
}
