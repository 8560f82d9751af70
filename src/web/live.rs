//! Live streams: what a room tells each second, as server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use tokio::sync::{mpsc, watch};

use super::App;
use super::caller::Visitor;
use super::path::Path;
use super::refusal::respond;
use crate::kernel::SessionId;
use crate::office::Refusal;
use crate::office::room::{self, Tick};

/// After this long a stream ends; the watcher's browser comes again and is asked anew who it is.
const LONGEST: Duration = Duration::from_secs(300);
/// How many events wait for a watcher that reads slowly.
const WAITING: usize = 4;

/// The body of a stream.
struct Events(mpsc::Receiver<Bytes>);

impl axum::body::HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(context)
            .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// `GET /rooms/{session}/live`: the room, each second.
pub(super) async fn room(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let looks = match session.parse::<SessionId>() {
        Ok(session) => room::watch(&app.office, &visitor.caller, session).await,
        Err(_) => Err(Refusal::NotFound),
    };
    let looks = match looks {
        Ok(looks) => looks,
        Err(refusal) => return respond(&app, &visitor, refusal, true),
    };
    let (events, body) = mpsc::channel(WAITING);
    tokio::spawn(feed(looks, events, app.stopping.subscribe()));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // A proxy that collects answers before it sends them would hold the stream back.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::new(Events(body))).into_response()
}

/// Tells one watcher, until it leaves, the server stops, or it is time to ask again who it is.
async fn feed(mut looks: watch::Receiver<Arc<Tick>>, events: mpsc::Sender<Bytes>, mut stopping: watch::Receiver<bool>) {
    let end = tokio::time::sleep(LONGEST);
    tokio::pin!(end);
    let mut last = 0;
    loop {
        let tick = looks.borrow_and_update().clone();
        if tick.number > 0 {
            let text = if last + 1 == tick.number {
                &tick.change
            } else {
                &tick.whole
            };
            last = tick.number;
            let event = Bytes::from(format!("retry: 2000\ndata: {text}\n\n"));
            if events.send(event).await.is_err() {
                return;
            }
        }
        tokio::select! {
            changed = looks.changed() => if changed.is_err() { return },
            () = events.closed() => return,
            _ = stopping.wait_for(|stopping| *stopping) => return,
            () = &mut end => return,
        }
    }
}
