//! Machines and their seats: the page on which a machine is bound, and the room's list of them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::caller::Visitor;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, page, view};
use super::{App, Frame};
use crate::kernel::{RoomId, Timestamp};
use crate::office::terminal::{
    BindTerminal, ListTerminals, MakeBindingCode, RoomTerminals, Standpoint, TerminalSeat, standpoint,
};
use crate::office::{Who, policy};
use crate::sitting::SPARE;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        page("/exam/terminal", Who::Anyone, get(bind)),
        view("/stations/rooms/{room}", policy::TERMINAL_LIST, get(room)),
        act::<ListTerminals>(),
        act::<MakeBindingCode>(),
        act::<BindTerminal>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "candidate/terminal.html")]
struct BindPage {
    frame: Frame,
    here: Option<Standpoint>,
}

/// `GET /exam/terminal`: which seat is this?
async fn bind(State(app): State<App>, visitor: Visitor) -> Response {
    match standpoint(&app.office, &visitor.caller).await {
        Ok(here) => render(&BindPage {
            frame: visitor.frame(&app),
            here,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "office/room.html")]
struct RoomPage {
    frame: Frame,
    base_url: String,
    room: RoomTerminals,
}

impl RoomPage {
    /// What is typed at each machine to bind it.
    fn address(&self) -> String {
        format!("{}/exam/terminal", self.base_url)
    }

    fn spare(&self) -> usize {
        self.at(SPARE).count()
    }

    fn seated(&self) -> usize {
        self.room.terminals.len() - self.spare()
    }

    fn at(&self, seat: i64) -> impl Iterator<Item = &TerminalSeat> {
        self.room.terminals.iter().filter(move |terminal| terminal.seat == seat)
    }

    /// Each seat, and since when its machine is bound.
    fn map(&self) -> Vec<(i64, Option<Timestamp>)> {
        let bound_at = |seat| self.at(seat).next().map(|terminal| terminal.bound_at);
        (1..=self.room.seats).map(|seat| (seat, bound_at(seat))).collect()
    }
}

/// `GET /stations/rooms/{room}`
async fn room(State(app): State<App>, visitor: Visitor, Path(room): Path<RoomId>) -> Response {
    match app.office.perform(ListTerminals { room }, &visitor.caller).await {
        Ok(room) => render(&RoomPage {
            frame: visitor.frame(&app),
            base_url: app.office.base_url.clone(),
            room,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
