//! Files that pages give away: workbooks and signed certificates.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::App;
use super::caller::Visitor;
use super::forms::file_response;
use super::refusal::respond;
use crate::office::{Download, Refusal};

/// The file as a download, or why not.
pub(super) fn show(app: &App, visitor: &Visitor, file: Result<Download, Refusal>) -> Response {
    let opened = file.and_then(|file| {
        let bytes = BASE64.decode(&file.content);
        let bytes = bytes.map_err(|error| Refusal::Fault(error.to_string()))?;
        Ok((file, bytes))
    });
    match opened {
        Ok((file, bytes)) => file_response(&file.file_name, &file.media_type, bytes),
        Err(refusal) => respond(app, visitor, refusal, false),
    }
}
