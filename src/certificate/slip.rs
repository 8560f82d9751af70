//! The slip of a checking list: what was asked and answered, signed, as a sheet that goes into somebody's file.
//!
//! Whatever did not match is printed masked: nobody gets a sentence of their own signed by the authority.
#![expect(clippy::float_arithmetic, reason = "page geometry")]

use super::roster::{Answer, Ask};
use super::sign::{self, SigningError};
use super::{IssueDate, Signer};
use crate::document::{About, Align, Column, Fonts, Ink, Paper, Pen, SHEET_WIDTH, Table};
use crate::kernel::{Digest, Timestamp};

const LEFT: f32 = 15.0;
const WIDTH: f32 = 180.0;
const MIDDLE: f32 = SHEET_WIDTH / 2.0;
const GREY: Ink = Ink::rgb(70, 80, 90);
const SMALL: Pen = Pen::new(8.5).ink(GREY);

/// Draws and signs the slip of a list. `sent` is the digest of the file that was sent in.
pub fn slip(
    answers: &[(Ask, Answer)],
    sent: Digest,
    fonts: &Fonts,
    signer: &dyn Signer,
    now: Timestamp,
) -> Result<Vec<u8>, SigningError> {
    let who = signer.chain().organisation();
    let mut paper = Paper::new(
        fonts,
        About {
            title: "证书核验结果单".to_owned(),
            author: who.clone(),
            language: "zh-CN".to_owned(),
            created: now,
            identity: format!("slip/{sent}/{}", now.millis()),
        },
    );
    paper.text((MIDDLE, 24.0), Pen::new(18.0).bold(), Align::Centre, "证书核验结果单");
    paper.text((MIDDLE, 30.0), SMALL, Align::Centre, "Slip of a certificate check");
    let told = [
        format!("核验机构 Checked by：{who}"),
        format!("核验时间 Checked at：{}（北京时间 UTC+08:00）", shanghai(now)),
        format!("送核名单 SHA-256 of the list：{sent}"),
        format!("合计 Rows：{}　{}", answers.len(), counts(answers)),
    ];
    let mut y = 40.0;
    for line in &told {
        y = paper.paragraph((LEFT, y), WIDTH, 13.0, Pen::new(9.5), line);
    }
    // Before the table, so that they never stand on a sheet of their own.
    y += 1.5;
    for note in NOTES {
        y = paper.paragraph((LEFT, y), WIDTH, 11.5, SMALL, note) + 0.6;
    }
    let columns = [
        Column::new("行", 12.0).align(Align::Centre),
        Column::new("姓名 Name", 40.0),
        Column::new("证书编号 Number", 50.0),
        Column::new("证件号码 ID", 38.0),
        Column::new("结论 Answer", 40.0),
    ];
    let rows: Vec<_> = answers.iter().map(|(ask, answer)| row(fonts, ask, *answer)).collect();
    let table = Table::new(&columns).pen(Pen::new(9.0)).row_height(7.0);
    table.draw(&mut paper, (LEFT, y + 1.0), &rows);
    paper.number_sheets(SMALL, |page, pages| format!("{page} / {pages}"));
    sign::sign(paper.finish()?, "证书核验 Certificate check", signer, now)
}

const NOTES: [&str; 3] = [
    "本单只说明：所送姓名、证书编号、证件号码三项在核验时与登记是否同属一份证书，以及该证书当时的状态。任何一项不符与查无此证，答复相同；不相符的内容只显示首尾字符。",
    "This slip says only whether name, number and id belong to one certificate, and how it stood at that time. A wrong fact and a number that does not exist get the same answer.",
    "本单为带数字签名的电子文件，打印件不作为凭证；它不是职业技能证书。This slip is signed digitally; it is not a certificate of skill.",
];

fn counts(answers: &[(Ask, Answer)]) -> String {
    let count = |wanted: &Answer| answers.iter().filter(|(_, answer)| answer == wanted).count();
    let told = Answer::ALL
        .iter()
        .map(|one| (one, count(one)))
        .filter(|(_, count)| *count > 0);
    let told: Vec<_> = told.map(|(one, count)| format!("{} {count}", one.chinese())).collect();
    told.join("；")
}

fn row(fonts: &Fonts, ask: &Ask, answer: Answer) -> Vec<String> {
    let name = ask.name.as_ref().map(|name| {
        let name = if answer.matches() {
            name.to_string()
        } else {
            name.masked()
        };
        // A registered name has its glyphs; in any other it does not matter which were there.
        let shown = |c: char| {
            if fonts.missing(c.encode_utf8(&mut [0; 4])).is_empty() {
                c
            } else {
                '?'
            }
        };
        name.chars().map(shown).collect()
    });
    let blank = || "—".to_owned();
    vec![
        ask.row.to_string(),
        name.unwrap_or_else(blank),
        ask.number.as_ref().map_or_else(blank, ToString::to_string),
        ask.citizen_id
            .as_ref()
            .map_or_else(blank, crate::kernel::CitizenId::masked),
        answer.chinese().to_owned(),
    ]
}

/// The instant as clocks in China show it.
fn shanghai(now: Timestamp) -> String {
    let minutes = (now.millis().div_euclid(60_000) + 8 * 60).rem_euclid(24 * 60);
    format!("{} {:02}:{:02}", IssueDate::of(now), minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::sample::tests::{NOW, one, signer};
    use crate::certificate::{Authority, NotGenuine, verify, verify_slip};
    use crate::document::tests::FONTS;
    use crate::kernel::SeededEntropy;

    fn asks(count: u32) -> Vec<(Ask, Answer)> {
        let record = one();
        let ask = |row| Ask {
            row,
            stated: Default::default(),
            name: Some(record.name.clone()),
            number: Some(record.number.clone()),
            citizen_id: Some(record.citizen_id.clone()),
        };
        let answer = |row| if row == 2 { Answer::Valid } else { Answer::NoMatch };
        (2..count + 2).map(|row| (ask(row), answer(row))).collect()
    }

    #[test]
    fn a_slip_is_signed_and_is_never_taken_for_a_certificate() {
        let authority = Authority::create("某省职业技能鉴定指导中心", NOW, &SeededEntropy::new(5)).unwrap();
        let roots = [authority.trust_root()];
        let sent = Digest::of(b"list");
        let pdf = slip(&asks(90), sent, &FONTS, &authority.checker(), NOW).unwrap();
        let genuine = verify_slip(&pdf, &roots).unwrap();
        assert_eq!(genuine.signed_at, NOW);
        assert!(genuine.signer.contains("Checking"));
        assert_eq!(verify(&pdf, &roots), Err(NotGenuine::Slip));
        let document = lopdf::Document::load_mem(&pdf).unwrap();
        assert!(document.page_iter().count() > 1);

        let mut altered = pdf.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        assert!(verify_slip(&altered, &roots).is_err());

        // The key of certificates signs no slips, and that of slips no certificates.
        let other = slip(&asks(1), sent, &FONTS, &authority.signer(), NOW).unwrap();
        assert_eq!(verify_slip(&other, &roots), Err(NotGenuine::Purpose));
        let forged = crate::certificate::issue(&one(), &FONTS, &authority.checker(), NOW).unwrap();
        assert_eq!(verify(&forged.pdf, &roots), Err(NotGenuine::Slip));
        let certificate = crate::certificate::issue(&one(), &FONTS, &signer(), NOW).unwrap();
        let own = [signer().chain().trust_root()];
        assert!(verify_slip(&certificate.pdf, &own).is_err());
    }

    #[test]
    fn what_did_not_match_is_masked() {
        let asks = asks(2);
        let shown = |index: usize| row(&FONTS, &asks[index].0, asks[index].1);
        assert_eq!(shown(0)[1], one().name.to_string());
        assert_eq!(shown(1)[1], one().name.masked());
        assert!(shown(0)[3].contains("****************"));
        assert_eq!(shanghai(NOW), "2026-11-23 10:13");
    }
}
