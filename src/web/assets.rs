//! Stylesheet, scripts and pictures: part of the program, cached by the digest in their address.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::path::Path;
use crate::kernel::Digest;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $media_type:literal),+ $(,)?) => {
        &[$(Asset { name: $name, media_type: $media_type, bytes: include_bytes!(concat!("static/", $name)) },)+]
    };
}

const ASSETS: &[Asset] = assets! {
    "style.css": "text/css; charset=utf-8",
    "told.js": "text/javascript; charset=utf-8",
    "waiting.js": "text/javascript; charset=utf-8",
    "form.js": "text/javascript; charset=utf-8",
    "sheet.js": "text/javascript; charset=utf-8",
    "check-all.js": "text/javascript; charset=utf-8",
    "roll.js": "text/javascript; charset=utf-8",
    "bank-import.js": "text/javascript; charset=utf-8",
    "progress.js": "text/javascript; charset=utf-8",
    "drop.js": "text/javascript; charset=utf-8",
    "scan.js": "text/javascript; charset=utf-8",
    "exam-core.js": "text/javascript; charset=utf-8",
    "exam-keep.js": "text/javascript; charset=utf-8",
    "exam-link.js": "text/javascript; charset=utf-8",
    "marking.js": "text/javascript; charset=utf-8",
    "exam-rich.js": "text/javascript; charset=utf-8",
    "exam-field-core.js": "text/javascript; charset=utf-8",
    "exam-field.js": "text/javascript; charset=utf-8",
    "exam-spot.js": "text/javascript; charset=utf-8",
    "exam-view.js": "text/javascript; charset=utf-8",
    "exam-review.js": "text/javascript; charset=utf-8",
    "exam-page.js": "text/javascript; charset=utf-8",
    "exam-wait.js": "text/javascript; charset=utf-8",
    "exam-lock.js": "text/javascript; charset=utf-8",
    "exam-presence.js": "text/javascript; charset=utf-8",
    "exam-tabs.js": "text/javascript; charset=utf-8",
    "exam-done.js": "text/javascript; charset=utf-8",
    "exam-display.js": "text/javascript; charset=utf-8",
    "room.js": "text/javascript; charset=utf-8",
    "room-wall.js": "text/javascript; charset=utf-8",
    "room-live.js": "text/javascript; charset=utf-8",
    "hall-clock.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
};

/// Changes whenever any asset changes, so that a browser never mixes old and new.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<u8> = ASSETS.iter().flat_map(|asset| asset.bytes.iter().copied()).collect();
    Digest::of(&all).to_string()[..12].to_owned()
});

/// The part of the addresses that changes with the assets.
pub(super) fn version() -> &'static str {
    &VERSION
}

/// Serves `/static/{version}/{name}`.
pub(super) async fn serve(Path((_, name)): Path<(String, String)>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.media_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, asset.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
