//! Pages of the bank keeper: loading a bank, and its counts.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::caller::Visitor;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::bank::{Importance, ItemKind, RangeCount};
use crate::identity::Role;
use crate::kernel::BankVersionId;
use crate::office::bank::{BankNumbers, BankView, ListBanks, LoadBank, ShowBank};
use crate::office::{Refusal, policy};
use crate::paper::Shortage;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/banks", policy::BANK_LIST, get(banks)),
        view("/banks/{bank}", policy::BANK_SHOW, get(bank)),
        act::<ListBanks>(),
        act::<ShowBank>(),
        act::<LoadBank>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "office/banks.html")]
struct BanksPage {
    frame: Frame,
    banks: Vec<BankView>,
    keeper: bool,
}

/// `GET /banks`
async fn banks(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ListBanks {}, &visitor.caller).await {
        Ok(banks) => render(&BanksPage {
            frame: visitor.frame(&app),
            banks,
            keeper: visitor.caller.has(Role::BankKeeper),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "office/bank.html")]
struct BankPage {
    frame: Frame,
    shown: BankNumbers,
}

impl BankPage {
    /// The classic kinds, and those that the bank has.
    fn kinds(&self) -> Vec<ItemKind> {
        let counts = &self.shown.summary.counts.kinds;
        let has = |kind: &ItemKind| counts.get(kind).is_some_and(|count| *count > 0);
        ItemKind::ALL
            .into_iter()
            .filter(|kind| kind.is_classic() || has(kind))
            .collect()
    }

    fn of_kind(range: &RangeCount, kind: ItemKind) -> usize {
        range.kinds.get(&kind).copied().unwrap_or(0)
    }

    fn kind(&self, kind: ItemKind) -> &'static str {
        kind.name(self.frame.language)
    }

    fn importances(&self) -> Vec<(Importance, usize, usize)> {
        let counts = &self.shown.summary.counts;
        let of = |importance: &Importance| {
            let points = counts.point_importances.get(importance).copied().unwrap_or(0);
            (
                *importance,
                points,
                counts.importances.get(importance).copied().unwrap_or(0),
            )
        };
        Importance::ALL.iter().map(of).collect()
    }

    fn importance(&self, importance: Importance) -> String {
        self.frame.join("bank-importance-", format!("{importance:?}"))
    }

    fn shortage(&self, shortage: &Shortage) -> String {
        shortage.message(self.frame.language)
    }
}

/// `GET /banks/{bank}`
async fn bank(State(app): State<App>, visitor: Visitor, Path(bank): Path<String>) -> Response {
    let Ok(bank) = bank.parse::<BankVersionId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ShowBank { bank }, &visitor.caller).await {
        Ok(shown) => render(&BankPage {
            frame: visitor.frame(&app),
            shown,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
