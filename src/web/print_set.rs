//! The print set of a batch, sent while it is made: ten thousand sheets need no more memory than a few.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use tokio::sync::mpsc;

use super::App;
use super::caller::Visitor;
use super::path::Path;
use super::refusal::respond;
use super::result::batch;
use crate::office::certificate::{PrintSet, feed_print_set};
use crate::office::input::PDF;
use crate::office::{Refusal, policy};

/// How many sheets are made ahead of a slow reader.
const AHEAD: usize = 4;

/// The body; it breaks off when a sheet cannot be made, so that nobody takes half a set for the whole.
struct Pieces(mpsc::Receiver<Result<Vec<u8>, Refusal>>);

impl axum::body::HttpBody for Pieces {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.0.poll_recv(context).map(|piece| match piece? {
            Ok(bytes) => Some(Ok(Frame::data(Bytes::from(bytes)))),
            Err(refusal) => {
                tracing::error!(%refusal, "print set");
                Some(Err(BrokenOff))
            }
        })
    }
}

/// The file could not be made to its end.
#[derive(Debug, thiserror::Error)]
#[error("the print set broke off")]
struct BrokenOff;

/// `GET /batches/{batch}/certificates/print.pdf`
pub(super) async fn stream(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let opened = async {
        visitor.caller.may(&policy::CERTIFICATE_PRINT)?;
        PrintSet::open(&app.office, batch(&path)?, 1, None).await
    };
    let set = match opened.await {
        Ok(set) => set,
        Err(refusal) => return respond(&app, &visitor, refusal, false),
    };
    let name: String = form_urlencoded::byte_serialize(set.file_name.as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", name.replace('+', "%20"));
    let (pieces, body) = mpsc::channel(AHEAD);
    tokio::spawn(feed_print_set(app.office.clone(), set, pieces));
    let headers = [
        (header::CONTENT_TYPE, PDF.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, Body::new(Pieces(body))).into_response()
}
