//! Durable saves beside empty requests, in one run: what `jianding rehearse --bench` measures, with two hundred candidates.
//!
//! `cargo bench --bench saves`; for other numbers call the command itself.

use std::process::{Command, ExitCode};

fn main() -> std::io::Result<ExitCode> {
    let done = Command::new(env!("CARGO_BIN_EXE_jianding"))
        .args([
            "--language",
            "en",
            "rehearse",
            "--bench",
            "--candidates",
            "200",
            "--seconds",
            "5",
        ])
        .status()?;
    Ok(if done.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
