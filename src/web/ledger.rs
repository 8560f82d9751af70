//! The ledger in public: a page for people, and plain files for programs, as C2SP's tlog-tiles has them.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::caller::Visitor;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, page, view};
use super::{App, Frame};
use crate::ledger::tile;
use crate::office::ledger::{LedgerCheckpoint, LedgerProof, LedgerState, ShowLedger};
use crate::office::{Refusal, Who, ledger, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/ledger", policy::LEDGER_SHOW, get(shown)),
        view("/ledger/checkpoint", policy::LEDGER_CHECKPOINT, get(checkpoint)),
        page("/ledger/log.vkey", Who::Anyone, get(key)),
        view("/ledger/proof/{index}", policy::LEDGER_PROOF, get(proof)),
        page("/ledger/tile/{*path}", Who::Anyone, get(one_tile)),
        act::<ShowLedger>(),
        act::<LedgerCheckpoint>(),
        act::<LedgerProof>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "ledger/page.html")]
struct LedgerPage {
    frame: Frame,
    ledger: LedgerState,
}

async fn shown(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ShowLedger {}, &visitor.caller).await {
        Ok(ledger) => render(&LedgerPage {
            frame: visitor.frame(&app),
            ledger,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// A text, or in plain words why there is none: programs read this.
fn told(text: Result<String, Refusal>) -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    match text {
        Ok(text) => (plain, text).into_response(),
        Err(Refusal::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(refusal) => (StatusCode::SERVICE_UNAVAILABLE, plain, format!("{refusal}\n")).into_response(),
    }
}

async fn checkpoint(State(app): State<App>, visitor: Visitor) -> Response {
    let signed = app.office.perform(LedgerCheckpoint {}, &visitor.caller).await;
    told(signed.map(|signed| signed.note))
}

async fn key(State(app): State<App>) -> Response {
    told(ledger::public_key(&app.office).await.map(|key| format!("{key}\n")))
}

async fn proof(State(app): State<App>, visitor: Visitor, Path(index): Path<u64>) -> Response {
    let shown = app.office.perform(LedgerProof { index }, &visitor.caller).await;
    told(shown.map(|shown| shown.proof))
}

async fn one_tile(State(app): State<App>, Path(path): Path<String>) -> Response {
    let Some((level, number, width)) = tile::asked(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match ledger::tile(&app.office, level, number, width).await {
        Ok(bytes) => {
            // What was published once never changes.
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream"),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, bytes).into_response()
        }
        Err(refusal) => told(Err(refusal)),
    }
}
