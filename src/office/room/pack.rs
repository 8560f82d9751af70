//! The fallback pack: what a room needs on paper when screens fail. Register, slips with second codes, incident form.
#![expect(
    clippy::float_arithmetic,
    reason = "page geometry: nothing that is counted or marked"
)]

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bank::level_name;
use crate::document::{About, Align, Column, DocumentError, Fonts, Ink, Paper, Pen, SHEET_HEIGHT, SHEET_WIDTH, Table};
use crate::kernel::{Language, OneTimeCode, SessionId, Timestamp};
use crate::office::bank::aside;
use crate::office::{Act, Broken, Caller, Download, Event, Office, Op, Policy, Refusal, input, policy};
use crate::store::sitting::board::{self, SessionRow};
use crate::store::sitting::pack::{self, PackRow};

const LEFT: f32 = 18.0;
const WIDTH: f32 = SHEET_WIDTH - 2.0 * LEFT;
const GREY: Ink = Ink::rgb(90, 100, 110);
/// The height of a slip, so that ten are on a sheet.
const SLIP: f32 = 26.0;

/// Prints the fallback pack, with fresh second codes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PreparePack {
    /// The session.
    pub session: SessionId,
}

/// The pack, once: the codes are nowhere else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pack {
    /// The session.
    pub session: SessionId,
    /// How many seats.
    pub seats: usize,
    /// The sheets to print.
    pub download: Download,
}

impl Act for PreparePack {
    type Outcome = Pack;
    const POLICY: Policy = policy::SESSION_PACK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Pack, Refusal> {
        let mut connection = office.store.read().await?;
        let session = board::session(&mut connection, self.session)
            .await?
            .ok_or(Refusal::NotFound)?;
        let seats = pack::seats(&mut connection, self.session).await?;
        drop(connection);
        check(office, &session, &seats)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let (now, by) = (op.now, caller.account()?);
        let mut codes = Vec::with_capacity(seats.len());
        for seat in &seats {
            let code = OneTimeCode::throw(office.entropy.as_ref());
            let digest = office.keys.digest("ticket", code.as_str());
            pack::set_code(op.connection(), seat.application_id, digest, by, now).await?;
            codes.push(code);
        }
        let event = Event::of(session.id)
            .in_batch(session.batch_id)
            .with(json!({ "codes": codes.len() }));
        op.commit(event).await?;
        let count = seats.len();
        let book = Book {
            session,
            seats: seats.into_iter().zip(codes).collect(),
            zone: office.zone.clone(),
            now,
        };
        let (fonts, language) = (office.fonts.clone(), caller.language);
        let bytes = aside(move || book.print(&fonts))
            .await?
            .map_err(|error| Refusal::Fault(format!("pack: {error}")))?;
        let file_name = match language {
            Language::Zh => format!("应急资料-{count}人.pdf"),
            Language::En => format!("fallback-pack-{count}.pdf"),
        };
        Ok(Pack {
            session: self.session,
            seats: count,
            download: Download::new(file_name, input::PDF, &bytes),
        })
    }
}

/// What cannot be printed is told before any code is replaced.
fn check(office: &Office, session: &SessionRow, seats: &[PackRow]) -> Result<(), Broken> {
    if session.state == "closed" {
        return Err(Broken::new("session-begun").with("state", "closed"));
    }
    if seats.is_empty() {
        return Err(Broken::new("nobody-seated"));
    }
    for seat in seats {
        if let Some(missing) = office.fonts.missing(&seat.name).first() {
            let glyph = Broken::new("glyph-missing").with("name", seat.name.as_str());
            return Err(glyph.with("character", missing.to_string()));
        }
    }
    Ok(())
}

struct Book {
    session: SessionRow,
    seats: Vec<(PackRow, OneTimeCode)>,
    zone: TimeZone,
    now: Timestamp,
}

impl Book {
    /// The sheets. Slow.
    fn print(&self, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
        let about = About {
            title: format!("应急资料 {} {}", self.session.station, self.session.room),
            author: self.session.station.clone(),
            language: "zh-CN".to_owned(),
            created: self.now,
            identity: format!("pack/{}/{}", self.session.id, self.now.millis()),
        };
        let mut paper = Paper::new(fonts, about);
        self.register(&mut paper);
        paper.next_sheet();
        self.slips(&mut paper);
        paper.next_sheet();
        self.incidents(&mut paper);
        paper.number_sheets(Pen::new(9.0).ink(GREY), |number, all| format!("{number} / {all}"));
        paper.finish()?.bytes()
    }

    fn heading(&self, paper: &mut Paper<'_>, title: &str) -> f32 {
        let level = level_name(u8::try_from(self.session.level).unwrap_or(0), Language::Zh);
        let what = format!(
            "{}　{}　{}{level}　{}",
            self.session.station,
            self.session.room,
            self.session.occupation_name,
            self.local(self.session.opens_at)
        );
        paper.text((SHEET_WIDTH / 2.0, 22.0), Pen::new(17.0).bold(), Align::Centre, title);
        paper.text(
            (SHEET_WIDTH / 2.0, 29.0),
            Pen::new(10.0).ink(GREY),
            Align::Centre,
            &what,
        );
        35.0
    }

    fn register(&self, paper: &mut Paper<'_>) {
        let top = self.heading(paper, "考生签到表");
        let columns = [
            Column::new("座位", 14.0).align(Align::Right),
            Column::new("姓名", 32.0),
            Column::new("准考证号", 36.0),
            Column::new("证件号码", 42.0),
            Column::new("考生签名", 30.0),
            Column::new("备注", 20.0),
        ];
        let rows: Vec<Vec<String>> = self
            .seats
            .iter()
            .map(|(seat, _)| {
                vec![
                    seat.seat_no.to_string(),
                    seat.name.clone(),
                    seat.ticket_number.clone().unwrap_or_default(),
                    seat.citizen_mask.clone(),
                    String::new(),
                    String::new(),
                ]
            })
            .collect();
        let end = Table::new(&columns).row_height(9.5).draw(paper, (LEFT, top), &rows);
        let sign = if end > SHEET_HEIGHT - 30.0 {
            paper.next_sheet();
            24.0
        } else {
            end + 12.0
        };
        let line = "监考员签名：____________________　____________________　　应到 ____ 人　实到 ____ 人";
        paper.text((LEFT, sign), Pen::new(10.5), Align::Left, line);
    }

    fn slips(&self, paper: &mut Paper<'_>) {
        let mut top = self.heading(paper, "备用登录口令");
        let advice =
            "准考证遗失时核验身份后剪下交给本人；口令只供本人使用一场。准考证上的口令同样有效。用后在签到表备注。";
        top = paper.paragraph((LEFT, top), WIDTH, 14.0, Pen::new(9.5), advice) + 3.0;
        for (seat, code) in &self.seats {
            if top + SLIP > SHEET_HEIGHT - 18.0 {
                paper.next_sheet();
                top = 20.0;
            }
            paper.frame((LEFT, top), (WIDTH, SLIP - 3.0), 0.4, GREY);
            let number = seat.seat_no.to_string();
            paper.text((LEFT + 12.0, top + 14.5), Pen::new(20.0).bold(), Align::Centre, &number);
            paper.text((LEFT + 26.0, top + 9.0), Pen::new(12.0), Align::Left, &seat.name);
            let ticket = seat.ticket_number.clone().unwrap_or_default();
            paper.text(
                (LEFT + 26.0, top + 17.0),
                Pen::new(10.0).ink(GREY),
                Align::Left,
                &ticket,
            );
            let code = code.to_string();
            paper.text(
                (LEFT + WIDTH - 4.0, top + 14.0),
                Pen::new(17.0).bold(),
                Align::Right,
                &code,
            );
            top += SLIP;
        }
    }

    fn incidents(&self, paper: &mut Paper<'_>) {
        let top = self.heading(paper, "考场情况记录表");
        let kinds = "类别：违纪　设备故障　身体不适　身份问题　离场　断电断网　其他（每行一件，时间写到分）";
        paper.text((LEFT, top + 2.0), Pen::new(9.5).ink(GREY), Align::Left, kinds);
        let columns = [
            Column::new("时间", 18.0),
            Column::new("座位", 14.0),
            Column::new("类别", 24.0),
            Column::new("经过与处理", 88.0),
            Column::new("签名", 30.0),
        ];
        let rows = vec![vec![String::new(); 5]; 12];
        let end = Table::new(&columns)
            .row_height(15.0)
            .draw(paper, (LEFT, top + 6.0), &rows);
        let line = "监考员签名：____________________　____________________";
        paper.text((LEFT, end + 12.0), Pen::new(10.5), Align::Left, line);
    }

    fn local(&self, instant: Timestamp) -> String {
        jiff::Timestamp::from_millisecond(instant.millis())
            .map(|instant| {
                let local = instant.to_zoned_datetime(self.zone.clone());
                local.strftime("%Y年%-m月%-d日 %H:%M").to_string()
            })
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;
    use crate::office::terminal::tests::room;
    use crate::office::testing::staff;
    use crate::store::sitting::fixture;

    #[tokio::test]
    async fn the_pack_is_printed_by_the_office_and_its_codes_open_terminals_beside_those_of_the_tickets() {
        let room = room().await;
        let officer = staff(&room.office, "office", &[Role::ExamOfficer]).await;
        let session = room.hall.session;
        let refused = room.office.perform(PreparePack { session }, &room.invigilator()).await;
        assert!(matches!(refused, Err(Refusal::Forbidden)));
        let pack = room.office.perform(PreparePack { session }, &officer).await.unwrap();
        assert_eq!(pack.seats, 3);
        assert!(pack.download.content.starts_with("JVBERi"));
        assert!(room.signs_in(0).await.is_ok(), "the ticket's own code still works");
        let told = "SELECT COUNT(*) FROM event WHERE act = 'session.pack' AND detail = '{\"codes\":3}'";
        assert_eq!(fixture::number(&room.office.store, told.to_owned()).await, 1);
        let mut tx = room.office.store.write().await.unwrap();
        let code = OneTimeCode::throw(room.office.entropy.as_ref());
        let digest = room.office.keys.digest("ticket", code.as_str());
        let (application, by) = (room.hall.seats[1].0, room.hall.staff);
        pack::set_code(&mut tx, application, digest, by, room.office.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let sign_in = crate::office::terminal::TerminalSignIn {
            ticket: "T2".to_owned(),
            code: code.to_string(),
        };
        let anonymous = crate::office::terminal::tests::caller(crate::office::Actor::Anonymous);
        assert!(room.office.perform(sign_in, &anonymous).await.is_ok());
    }
}
