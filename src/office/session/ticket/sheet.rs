//! The sheet of an admission ticket: two on a page, to be cut apart.
#![expect(
    clippy::float_arithmetic,
    reason = "page geometry: nothing that is counted or marked"
)]

use jiff::tz::TimeZone;

use crate::bank::level_name;
use crate::certificate::{PHOTO_HEIGHT, PHOTO_WIDTH};
use crate::document::{About, Align, DocumentError, Fonts, Ink, Paper, Pen, SHEET_HEIGHT, SHEET_WIDTH};
use crate::enrolment::TicketNumber;
use crate::kernel::{Language, OneTimeCode, SessionId, Timestamp};
use crate::office::progress::Steps;
use crate::store::ticket::TicketSessionRow;

const LEFT: f32 = 18.0;
const RIGHT: f32 = SHEET_WIDTH - 18.0;
const HALF: f32 = SHEET_HEIGHT / 2.0;
const GREY: Ink = Ink::rgb(90, 100, 110);
const PHOTO: (f32, f32) = (25.0, 35.0);

/// The rules of the day, as tickets print them.
const RULES: &[&str] = &[
    "1. 凭本准考证和有效身份证件入场，开考前 30 分钟起核验身份，对号入座。",
    "2. 迟到超过规定时间不得入场；手机等通信工具关机，放在指定位置。",
    "3. 登录口令只供本人使用，请勿给他人看；遗失时立即报告考务人员，旧口令随即作废。",
    "4. 考试时间以考试机显示的时间为准；每次作答自动保存，机器故障时举手，由监考员处理。",
];

/// What is printed on one ticket.
pub(super) struct Ticket {
    pub(super) name: String,
    pub(super) citizen_mask: String,
    pub(super) photo: Option<Vec<u8>>,
    pub(super) number: TicketNumber,
    pub(super) code: OneTimeCode,
    pub(super) sessions: Vec<TicketSessionRow>,
}

/// The tickets of a session.
pub(super) struct Book {
    pub(super) station: String,
    pub(super) occupation: String,
    pub(super) level: u8,
    pub(super) zone: TimeZone,
    pub(super) now: Timestamp,
    pub(super) session: SessionId,
    pub(super) tickets: Vec<Ticket>,
}

impl Book {
    /// The sheets. Slow.
    pub(super) fn print(&self, fonts: &Fonts, steps: &Steps) -> Result<Vec<u8>, DocumentError> {
        let about = About {
            title: format!("准考证 {} {}", self.occupation, level_name(self.level, Language::Zh)),
            author: self.station.clone(),
            language: "zh-CN".to_owned(),
            created: self.now,
            identity: format!("tickets/{}/{}", self.session, self.now.millis()),
        };
        let mut paper = Paper::new(fonts, about);
        for (index, ticket) in self.tickets.iter().enumerate() {
            let upper = index % 2 == 0;
            if upper && index > 0 {
                paper.next_sheet();
            }
            if upper {
                paper.line((LEFT, HALF), (RIGHT, HALF), 0.4, GREY);
            }
            self.ticket(&mut paper, if upper { 0.0 } else { HALF }, ticket);
            steps.step();
        }
        paper.finish()?.bytes()
    }

    fn ticket(&self, paper: &mut Paper<'_>, top: f32, ticket: &Ticket) {
        let centre = SHEET_WIDTH / 2.0;
        paper.text((centre, top + 18.0), Pen::new(20.0).bold(), Align::Centre, "准 考 证");
        let under = format!("{}　Admission Ticket", self.station);
        paper.text((centre, top + 24.5), Pen::new(10.0).ink(GREY), Align::Centre, &under);
        let photo = (RIGHT - PHOTO.0, top + 30.0);
        paper.frame(photo, PHOTO, 0.5, GREY);
        match &ticket.photo {
            Some(jpeg) => paper.jpeg(photo, PHOTO, (PHOTO_WIDTH, PHOTO_HEIGHT), jpeg),
            None => paper.text(
                (photo.0 + PHOTO.0 / 2.0, photo.1 + PHOTO.1 / 2.0),
                Pen::new(10.0).ink(GREY),
                Align::Centre,
                "照片",
            ),
        }
        let level = level_name(self.level, Language::Zh);
        let facts = [
            ("姓名", ticket.name.clone()),
            ("证件号码", ticket.citizen_mask.clone()),
            ("职业", format!("{}　{level}", self.occupation)),
            ("准考证号", ticket.number.grouped()),
        ];
        let mut y = top + 34.0;
        for (label, value) in facts {
            paper.text((LEFT, y), Pen::new(10.5).ink(GREY), Align::Left, label);
            paper.text((LEFT + 22.0, y), Pen::new(13.0), Align::Left, &value);
            y += 8.0;
        }
        y = self
            .sessions(paper, y + 1.0, &ticket.sessions)
            .max(photo.1 + PHOTO.1 + 3.0);
        paper.frame((LEFT, y), (RIGHT - LEFT, 15.0), 1.0, Ink::BLACK);
        paper.text((LEFT + 4.0, y + 9.8), Pen::new(11.0), Align::Left, "登录口令 Code");
        paper.text(
            (RIGHT - 4.0, y + 10.6),
            Pen::new(22.0).bold(),
            Align::Right,
            &ticket.code.to_string(),
        );
        y += 21.0;
        for rule in RULES {
            y = paper.paragraph((LEFT, y), RIGHT - LEFT, 14.5, Pen::new(9.5), rule);
        }
    }

    fn sessions(&self, paper: &mut Paper<'_>, top: f32, sessions: &[TicketSessionRow]) -> f32 {
        let mut y = top;
        for session in sessions {
            let component = match session.component.as_str() {
                "theory" => "理论知识",
                _ => "操作技能",
            };
            let when = format!(
                "{}—{}",
                self.local(session.opens_at, "%Y年%-m月%-d日 %H:%M"),
                self.local(session.closes_at, "%H:%M")
            );
            paper.text((LEFT, y), Pen::new(10.5).ink(GREY), Align::Left, component);
            paper.text((LEFT + 22.0, y), Pen::new(11.0).bold(), Align::Left, &when);
            let place = format!("{}　{}　{} 号座位", session.station, session.room, session.seat_no);
            y = paper.paragraph((LEFT + 22.0, y + 5.5), 115.0, 14.0, Pen::new(11.0), &place) + 1.5;
        }
        y
    }

    fn local(&self, instant: Timestamp, pattern: &str) -> String {
        jiff::Timestamp::from_millisecond(instant.millis())
            .map(|instant| {
                instant
                    .to_zoned_datetime(self.zone.clone())
                    .strftime(pattern)
                    .to_string()
            })
            .unwrap_or_default()
    }
}
