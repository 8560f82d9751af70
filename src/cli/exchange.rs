//! `bank import` and `bank export`: questions of other systems, at a trade expert's desk.

mod told;
mod written;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::bank::read_bank;
use super::{Failure, say};
use crate::exchange::{self, Defaults, Degree, Exchange, Format, Loss};
use crate::kernel::Language;
use told::{print, show_losses, show_plan, show_read, told};
use written::apply;

/// Losses were declared.
const LOSSES: u8 = 1;
/// The file was refused, or nothing could be written.
const REFUSED: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The file.
    file: PathBuf,
    /// Its format: xlsx, csv, gift, aiken, moodle, cloze, qti12, qti21, qti22, qti30, text. Without it, the file tells.
    #[arg(long)]
    format: Option<String>,
    /// The folder of the bank that takes the questions. Without it, only what was read is shown.
    #[arg(long)]
    bank: Option<PathBuf>,
    /// The point of questions that name none, or one that the bank does not have.
    #[arg(long)]
    point: Option<String>,
    /// Tell what would come in, change and be lost, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// The bank's folder.
    bank: PathBuf,
    /// The format: xlsx, csv, gift, moodle, qti22, qti30, text.
    #[arg(long)]
    format: String,
    /// The file to write. It must not exist.
    #[arg(long)]
    out: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn refused(message: impl std::fmt::Display) -> Failure {
    Failure {
        code: REFUSED,
        ..Failure::new(message)
    }
}

/// What went wrong with a file of ours: nothing was written.
fn at(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |error| refused(format!("{}: {error}", path.display()))
}

fn format_of(word: &str) -> Result<Format, Failure> {
    let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
    Format::of_word(word).ok_or_else(|| refused(format!("no format '{word}'; there are: {}", words.join(", "))))
}

/// Reads the file; a refusal is printed as JSON too, so that a program need not read two kinds of answers.
fn read(arguments: &ImportArguments, language: Language) -> Result<Exchange, Failure> {
    let format = arguments.format.as_deref().map(format_of).transpose()?;
    let name = arguments
        .file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let file =
        fs::File::open(&arguments.file).map_err(|error| refused(format!("{}: {error}", arguments.file.display())))?;
    let lines = format.is_some_and(Format::has_lines);
    let exchange = exchange::read_bytes(file, &name, lines).and_then(|bytes| exchange::read(&bytes, &name, format));
    exchange.map_err(|error| {
        if arguments.json {
            say(&json!({ "refused": error, "message": error.message(language) }).to_string());
            return Failure::silent(REFUSED);
        }
        refused(format!(
            "{}:{}: {}",
            error.place.file,
            error.place.line,
            error.message(language)
        ))
    })
}

pub(super) fn import(arguments: &ImportArguments, language: Language) -> Result<(), Failure> {
    let exchange = read(arguments, language)?;
    let Some(folder) = &arguments.bank else {
        if !arguments.dry_run {
            return Err(refused(
                "without --bank there is nothing to write into; add --dry-run to see what the file has",
            ));
        }
        show_read(&exchange, arguments.json, language)?;
        return status(&exchange.losses);
    };
    let bank = read_bank(folder).map_err(|failure| Failure {
        code: REFUSED,
        ..failure
    })?;
    if let Some(point) = arguments.point.as_deref().filter(|point| bank.point(point).is_none()) {
        return Err(refused(format!("the bank has no point {point}")));
    }
    let plan = exchange::plan(
        &exchange,
        &bank,
        &Defaults {
            point: arguments.point.clone(),
        },
    );
    let written = if arguments.dry_run {
        Vec::new()
    } else {
        apply(&plan, &bank, folder, &arguments.file)?
    };
    show_plan(&plan, &written, arguments.json, language)?;
    status(&plan.losses)
}

fn status(losses: &[Loss]) -> Result<(), Failure> {
    if losses.iter().any(|loss| loss.degree != Degree::Note) {
        return Err(Failure::silent(LOSSES));
    }
    Ok(())
}

pub(super) fn export(arguments: &ExportArguments, language: Language) -> Result<(), Failure> {
    let format = format_of(&arguments.format)?;
    let bank = read_bank(&arguments.bank).map_err(|failure| Failure {
        code: REFUSED,
        ..failure
    })?;
    let written = exchange::write(&exchange::questions(&bank), format).map_err(refused)?;
    let out = &arguments.out;
    let place = out
        .parent()
        .filter(|place| !place.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut draft = tempfile::NamedTempFile::new_in(place).map_err(at(out))?;
    draft.write_all(&written.bytes).map_err(at(out))?;
    draft.as_file().sync_all().map_err(at(out))?;
    draft.persist_noclobber(out).map_err(|error| at(out)(error.error))?;
    if arguments.json {
        let losses = told(&written.losses, language);
        print(&json!({ "items": bank.items.len(), "bytes": written.bytes.len(), "losses": losses }))?;
    } else {
        show_losses(&written.losses, language);
    }
    status(&written.losses)
}
