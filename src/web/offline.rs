//! The page that checks certificates without us: everything in one file, which anybody can keep.
//!
//! Its scripts are the modules under `static/offline`; they stand inside the file, and its policy names their digest, so that
//! nothing else runs and nothing is sent anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::kernel::Digest;
use crate::office::verification::TrustedKeys;

const PAGE: &str = include_str!("static/offline/page.html");
const CSS: &str = include_str!("static/offline/page.css");
const WORDS: &str = include_str!("static/offline/words.json");
const CORE: &str = include_str!("static/offline/core.js");
const SCRIPT: &str = include_str!("static/offline/page.js");

/// The page with these keys, and the policy under which it runs.
pub fn page(keys: &TrustedKeys) -> (String, String) {
    // One module: what one exports the other need not import.
    let core = CORE.replace("\nexport ", "\n");
    let script: Vec<_> = SCRIPT.lines().filter(|line| !line.starts_with("import ")).collect();
    let script = format!("{core}\n{}\n", script.join("\n"));
    let digest = |text: &str| format!("'sha256-{}'", BASE64.encode(Digest::of(text.as_bytes()).bytes()));
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; media-src blob:; base-uri 'none'; form-action 'none'",
        digest(&script),
        digest(CSS)
    );
    // Base 64 and dates: nothing that could end the script element.
    let keys = serde_json::to_string(keys).unwrap_or_default();
    let html = PAGE
        .replace("{{policy}}", &policy)
        .replace("{{css}}", CSS)
        .replace("{{keys}}", &keys)
        .replace("{{words}}", WORDS)
        .replace("{{script}}", &script);
    (html, policy)
}
