//! Other people's tools on certificates that the program makes: `tests/strangers.sh`, with and without time stamps.
//!
//! `JIANDING_NAMES=1000` tries a thousand hard names; two of each kind are enough for every day.

use std::path::Path;
use std::process::Command;

use crate::house::required;

const TOOLS: [&str; 6] = ["pdfsig", "pdftotext", "qpdf", "zbarimg", "pyhanko", "python3"];

fn names() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    let told = std::env::var("JIANDING_NAMES").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(2)
}

#[test]
fn strangers_tools_accept_what_is_genuine_and_refuse_what_was_altered() {
    for tool in TOOLS {
        if Command::new(tool).arg("--version").output().is_err() {
            assert!(!required("strangers"), "{tool} is not installed");
            eprintln!("skipped: {tool} is not installed");
            return;
        }
    }
    let program = env!("CARGO_BIN_EXE_jianding");
    for (scheme, stamps) in [("vocational-skill-level", true), ("vocational-qualification", false)] {
        let folder = tempfile::tempdir().unwrap();
        let mut sample = Command::new(program);
        sample.args([
            "certificate",
            "sample",
            "--scheme",
            scheme,
            "--count",
            &names().to_string(),
        ]);
        sample.args(stamps.then_some("--time-stamps"));
        let made = sample.arg("--out").arg(folder.path()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/strangers.sh");
        let said = Command::new("sh")
            .arg(script)
            .arg(folder.path())
            .arg(program)
            .output()
            .unwrap();
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
        assert!(said.status.success(), "{scheme}: {told}");
    }
}
