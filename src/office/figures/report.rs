//! The report of a bank for print: how dependable its scores are, how its items lie, and each item with its flags.
#![expect(
    clippy::float_arithmetic,
    reason = "page geometry and figures that describe; no score is made of them"
)]

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{BankFigures, ItemLine, ShowFigures, day, flag_name};
use crate::bank::{letter, level_name};
use crate::document::{
    About, Align, Column, DocumentError, Drawing, Fonts, Ink, Paper, Pen, SHEET_HEIGHT, SHEET_WIDTH, Table,
};
use crate::kernel::{BankVersionId, Language, Timestamp};
use crate::office::bank::aside;
use crate::office::{Act, Broken, Caller, Download, Office, Policy, Refusal, input, policy};

const LEFT: f32 = 18.0;
const WIDTH: f32 = SHEET_WIDTH - 2.0 * LEFT;
const GREY: Ink = Ink::rgb(90, 100, 110);
const BLUE: Ink = Ink::rgb(34, 94, 150);
const RED: Ink = Ink::rgb(190, 40, 40);
/// The drawings' height.
const HIGH: f32 = 62.0;
/// Bars of the share of marks.
const BANDS: usize = 10;

/// Gives the figures of a bank version as sheets to print.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FiguresReport {
    /// The bank version.
    pub bank: BankVersionId,
}

impl Act for FiguresReport {
    type Outcome = Download;
    const POLICY: Policy = policy::BANK_FIGURES_REPORT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Download, Refusal> {
        let all = ShowFigures { bank: self.bank }.perform(office, caller).await?;
        let Some(reckoned_at) = all.reckoned_at else {
            return Err(Broken::new("figures-unreckoned").into());
        };
        let report = Report {
            all,
            reckoned_at,
            zone: office.zone.clone(),
            language: caller.language,
        };
        let name = report.pick(
            format!("试题统计-{}-{}级.pdf", report.all.occupation, report.all.level),
            format!("item-figures-{}-{}.pdf", report.all.occupation_en, report.all.level),
        );
        let fonts = office.fonts.clone();
        let bytes = aside(move || report.print(&fonts))
            .await?
            .map_err(|error| Refusal::Fault(format!("figures: {error}")))?;
        Ok(Download::new(name, input::PDF, &bytes))
    }
}

struct Report {
    all: BankFigures,
    reckoned_at: Timestamp,
    zone: TimeZone,
    language: Language,
}

/// A figure with two digits; a zero has no sign.
fn told(value: f64) -> String {
    format!("{value:.2}").replace("-0.00", "0.00")
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "shares between -1 and 1, for a place in a drawing"
)]
fn place(value: f64) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a few thousand items at most, for a length in a drawing"
)]
fn length(count: usize) -> f32 {
    count as f32
}

impl Report {
    fn pick<T>(&self, zh: T, en: T) -> T {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn figure(&self, value: Option<f64>) -> String {
        value.map_or_else(|| self.pick("不可估计", "not estimable").to_owned(), told)
    }

    fn day(&self, at: Timestamp) -> String {
        day(&self.zone, at)
    }

    /// The sheets. Slow.
    fn print(&self, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
        let title = self.pick("试题统计报告", "Report on a question bank's items");
        let mut paper = Paper::new(
            fonts,
            About {
                title: title.to_owned(),
                author: self.all.reckoned_by.clone(),
                language: self.pick("zh-CN", "en").to_owned(),
                created: self.reckoned_at,
                identity: format!("figures/{}/{}", self.all.bank, self.reckoned_at.millis()),
            },
        );
        let mut y = self.head(&mut paper, title);
        y = self.difficulty(&mut paper, y);
        y = self.scatter(&mut paper, y);
        y = self.flags(&mut paper, y);
        if y > SHEET_HEIGHT - 60.0 {
            paper.next_sheet();
            y = 22.0;
        }
        self.items(&mut paper, y);
        paper.number_sheets(Pen::new(9.0).ink(GREY), |number, all| format!("{number} / {all}"));
        paper.finish()?.bytes()
    }

    fn head(&self, paper: &mut Paper<'_>, title: &str) -> f32 {
        paper.text((LEFT, 22.0), Pen::new(17.0).bold(), Align::Left, title);
        let level = level_name(u8::try_from(self.all.level).unwrap_or(0), self.language);
        let occupation = self.pick(&self.all.occupation, &self.all.occupation_en);
        let bank = format!("{occupation} · {level} · {}", self.all.label);
        paper.text((LEFT, 29.0), Pen::new(11.0).ink(GREY), Align::Left, &bank);
        let seen = self.all.items.iter().filter(|line| seen(line) > 0).count();
        let facts = [
            (
                self.pick("计算时间", "Reckoned"),
                format!("{}　{}", self.day(self.reckoned_at), self.all.reckoned_by),
            ),
            (self.pick("交卷人数", "Candidates"), self.all.candidates.to_string()),
            (
                self.pick("有人作答的试题", "Items answered"),
                format!("{seen} / {}", self.all.items.len()),
            ),
            (
                self.pick("成绩信度（随机组卷）", "Dependability (random papers)"),
                self.figure(self.all.dependability),
            ),
            (self.pick("克龙巴赫 α", "Cronbach's alpha"), self.figure(self.all.alpha)),
        ];
        let mut y = 38.0;
        for (name, value) in facts {
            paper.text((LEFT, y), Pen::new(10.0).ink(GREY), Align::Left, name);
            paper.text((LEFT + 62.0, y), Pen::new(10.0), Align::Left, &value);
            y += 6.0;
        }
        y + 4.0
    }

    /// How many items lie in each tenth of the share of marks.
    fn difficulty(&self, paper: &mut Paper<'_>, top: f32) -> f32 {
        let mut bands = [0_usize; BANDS];
        for share in self.all.items.iter().filter_map(|line| line.figures.as_ref()?.correct) {
            let band = (0..BANDS - 1).find(|band| place(share) < length(band + 1) / length(BANDS));
            bands[band.unwrap_or(BANDS - 1)] += 1;
        }
        let most = length(bands.iter().copied().max().unwrap_or(0).max(1));
        let heading = self.pick("得分率分布（试题数）", "Items by share of marks earned");
        paper.text((LEFT, top), Pen::new(11.0).bold(), Align::Left, heading);
        let (foot, wide) = (top + 40.0, WIDTH / length(BANDS));
        for (band, count) in bands.iter().enumerate() {
            let x = LEFT + wide * length(band);
            let high = 30.0 * length(*count) / most;
            paper.area((x + 1.5, foot - high), (wide - 3.0, high), BLUE);
            let middle = x + wide / 2.0;
            paper.text(
                (middle, foot - high - 1.2),
                Pen::new(8.0),
                Align::Centre,
                &count.to_string(),
            );
            let range = format!("{:.1}–{:.1}", length(band) / 10.0, length(band + 1) / 10.0);
            paper.text((middle, foot + 4.0), Pen::new(8.0).ink(GREY), Align::Centre, &range);
        }
        paper.line((LEFT, foot), (LEFT + WIDTH, foot), 0.6, GREY);
        foot + 14.0
    }

    /// A dot for each item: share of marks to the right, discrimination upwards.
    fn scatter(&self, paper: &mut Paper<'_>, top: f32) -> f32 {
        let heading = self.pick(
            "每点一题：横轴得分率，纵轴区分度，红点有提示",
            "A dot for each item: share of marks to the right, discrimination upwards; red has a flag",
        );
        paper.text((LEFT, top), Pen::new(11.0).bold(), Align::Left, heading);
        let (x, y, wide) = (LEFT + 8.0, top + 4.0, WIDTH - 8.0);
        paper.frame((x, y), (wide, HIGH), 0.6, GREY);
        paper.line((x, y + HIGH / 2.0), (x + wide, y + HIGH / 2.0), 0.4, GREY);
        for (label, part) in [("1", 0.0), ("0", 0.5), ("−1", 1.0)] {
            paper.text(
                (x - 1.5, y + HIGH * part + 1.2),
                Pen::new(8.0).ink(GREY),
                Align::Right,
                label,
            );
        }
        for (label, part) in [("0", 0.0), ("0.5", 0.5), ("1", 1.0)] {
            paper.text(
                (x + wide * part, y + HIGH + 4.0),
                Pen::new(8.0).ink(GREY),
                Align::Centre,
                label,
            );
        }
        let mut dots = Drawing::new();
        for line in &self.all.items {
            let Some(own) = &line.figures else { continue };
            let (Some(correct), Some(told)) = (own.correct, own.discrimination) else {
                continue;
            };
            dots.fill_style(if line.flags.is_empty() { BLUE } else { RED });
            dots.circle(place(correct) * wide, place(told).midpoint(1.0) * HIGH, 0.8)
                .fill();
        }
        // A millimetre of margin, so that no dot on the edge is cut.
        paper.artwork(
            (x - 1.0, y - 1.0),
            wide + 2.0,
            &dots.finish([-1.0, -1.0, wide + 1.0, HIGH + 1.0]),
        );
        y + HIGH + 12.0
    }

    fn flags(&self, paper: &mut Paper<'_>, top: f32) -> f32 {
        let mut y = top;
        for flag in crate::result::figures::Flag::ALL {
            let count = self.all.items.iter().filter(|line| line.flags.contains(&flag)).count();
            paper.text((LEFT, y), Pen::new(10.0), Align::Left, flag_name(flag, self.language));
            paper.text((LEFT + 62.0, y), Pen::new(10.0), Align::Left, &count.to_string());
            y += 6.0;
        }
        let warning = self.pick(
            "统计提示只供人复核，不会自动修改答案、成绩或题库。作答人数不足 30 的试题不作提示。",
            "Flags are for people to look at: none changes a key, a score or a bank. Items with fewer than 30 candidates get none.",
        );
        paper.paragraph((LEFT, y), WIDTH, 13.0, Pen::new(9.0).ink(GREY), warning) + 6.0
    }

    fn items(&self, paper: &mut Paper<'_>, top: f32) {
        let heads = self.pick(
            [
                "试题",
                "最近使用",
                "组卷",
                "作答",
                "得分率",
                "区分度",
                "各选项（√ 正确）",
                "提示",
            ],
            [
                "Item",
                "Last used",
                "Papers",
                "Seen",
                "Share",
                "Discr.",
                "Options (√ right)",
                "Flags",
            ],
        );
        let widths = [28.0, 21.0, 14.0, 14.0, 16.0, 16.0, 35.0, 30.0];
        let aligns = [
            Align::Left,
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Left,
            Align::Left,
        ];
        let heads = heads.into_iter().zip(widths).zip(aligns);
        let columns: Vec<Column> = heads
            .map(|((head, width), align)| Column::new(head, width).align(align))
            .collect();
        let rows: Vec<Vec<String>> = self.all.items.iter().filter_map(|line| self.row(line)).collect();
        let table = Table::new(&columns).pen(Pen::new(8.0)).row_height(6.0);
        let end = table.draw(paper, (LEFT, top), &rows);
        let idle = self.all.items.len() - rows.len();
        let note = self.pick(
            format!("另有 {idle} 题没有上过试卷。"),
            format!("Items that were on no paper: {idle}."),
        );
        paper.text((LEFT, end + 6.0), Pen::new(9.0).ink(GREY), Align::Left, &note);
    }

    /// The row of an item that was on a paper.
    fn row(&self, line: &ItemLine) -> Option<Vec<String>> {
        let own = line.figures.as_ref()?;
        let option = |(place, option): (usize, &crate::result::figures::OptionFigures)| {
            let right = if line.right.contains(&place) { "√" } else { "" };
            format!("{}{right} {}", letter(place), option.taken)
        };
        let options: Vec<String> = own.options.iter().enumerate().map(option).collect();
        let flags: Vec<&str> = line.flags.iter().map(|flag| flag_name(*flag, self.language)).collect();
        Some(vec![
            line.item.clone(),
            own.last.map_or_else(|| "—".to_owned(), |at| self.day(at)),
            own.papers.to_string(),
            own.seen.to_string(),
            self.figure(own.correct),
            self.figure(own.discrimination),
            options.join("  "),
            flags.join(self.pick("；", "; ")),
        ])
    }
}

fn seen(line: &ItemLine) -> u64 {
    line.figures.as_ref().map_or(0, |own| own.seen)
}
