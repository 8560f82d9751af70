//! `bank import` and `bank export`: questions of other systems, at a trade expert's desk.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::bank::read_bank;
use super::{Failure, say};
use crate::bank::{self, Bank};
use crate::exchange::{self, Coming, Defaults, Degree, Exchange, Format, Loss, Plan};
use crate::kernel::Language;

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
        show_read(&exchange, arguments.json, language);
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
    show_plan(&plan, &written, arguments.json, language);
    status(&plan.losses)
}

fn status(losses: &[Loss]) -> Result<(), Failure> {
    if losses.iter().any(|loss| loss.degree != Degree::Note) {
        return Err(Failure::silent(LOSSES));
    }
    Ok(())
}

fn losses_json(losses: &[Loss], language: Language) -> Vec<serde_json::Value> {
    let told = losses.iter().map(|loss| {
        let mut told = json!(loss);
        told["message"] = json!(loss.message(language));
        told
    });
    told.collect()
}

fn show_losses(losses: &[Loss], language: Language) {
    for loss in losses {
        let mark = match loss.degree {
            Degree::Item => "!!",
            Degree::Part => " !",
            Degree::Note => "  ",
        };
        say(&format!(
            "{mark} {}:{} [{}] {}",
            loss.place.file,
            loss.place.line,
            loss.item,
            loss.message(language)
        ));
    }
}

fn show_read(exchange: &Exchange, json: bool, language: Language) {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for found in &exchange.questions {
        *kinds.entry(found.question.body.word()).or_default() += 1;
    }
    if json {
        let losses = losses_json(&exchange.losses, language);
        let pictures: Vec<&String> = exchange.pictures.keys().collect();
        let questions = &exchange.questions;
        let told = json!({
            "read": questions.len(),
            "kinds": kinds,
            "questions": questions,
            "pictures": pictures,
            "losses": losses,
        });
        say(&told.to_string());
        return;
    }
    show_losses(&exchange.losses, language);
    for (kind, count) in kinds {
        say(&format!("{count:>6} {kind}"));
    }
}

fn show_plan(plan: &Plan, written: &[PathBuf], json: bool, language: Language) {
    if json {
        let mut told = json!(plan);
        told["losses"] = json!(losses_json(&plan.losses, language));
        told["written"] = json!(written);
        say(&told.to_string());
        return;
    }
    show_losses(&plan.losses, language);
    for coming in &plan.changed {
        say(&format!(" ~ {}: {}", coming.item.id, coming.fields.join(", ")));
    }
    for picture in &plan.pictures {
        say(&format!(" + {}", picture.name));
    }
    for path in written {
        say(&path.display().to_string());
    }
    let (left_out, parts) = (plan.count(Degree::Item), plan.count(Degree::Part));
    say(&match language {
        Language::Zh => format!(
            "读到 {} 题：新增 {}，改变 {}，相同 {}；不导入 {left_out} 处，部分不保留 {parts} 处",
            plan.read,
            plan.new.len(),
            plan.changed.len(),
            plan.same
        ),
        Language::En => format!(
            "{} read: {} new, {} changed, {} the same; {left_out} left out, {parts} partly lost",
            plan.read,
            plan.new.len(),
            plan.changed.len(),
            plan.same
        ),
    });
}

/// Writes the plan into the bank's folder, all of it or nothing, and tells which files were written: every file is made
/// beside its place and the whole bank is read from a copy before one is replaced; should replacing fail, what was
/// replaced is put back.
fn apply(plan: &Plan, bank: &Bank, folder: &Path, file: &Path) -> Result<Vec<PathBuf>, Failure> {
    if plan.new.is_empty() && plan.changed.is_empty() {
        return Ok(Vec::new());
    }
    let files = files(plan, folder, file)?;
    check(plan, bank, folder, &files)?;
    let mut drafts = Vec::new();
    for (name, bytes) in &files {
        let target = folder.join(name);
        let place = target.parent().unwrap_or(folder);
        fs::create_dir_all(place).map_err(at(place))?;
        let mut draft = tempfile::NamedTempFile::new_in(place).map_err(at(place))?;
        draft.write_all(bytes).map_err(at(&target))?;
        // The file may be read by those who could read it before, or who can read the bank.
        let like = if target.exists() {
            target.clone()
        } else {
            folder.join("bank.toml")
        };
        let rights = fs::metadata(&like).map_err(at(&like))?.permissions();
        draft.as_file().set_permissions(rights).map_err(at(&target))?;
        draft.as_file().sync_all().map_err(at(&target))?;
        let before = if target.exists() {
            Some(fs::read(&target).map_err(at(&target))?)
        } else {
            None
        };
        drafts.push((target, draft, before));
    }
    let mut written: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    for (target, draft, before) in drafts {
        if let Err(error) = draft.persist(&target) {
            for (target, before) in written {
                let put_back = match before {
                    Some(bytes) => fs::write(&target, bytes),
                    None => fs::remove_file(&target),
                };
                put_back.map_err(at(&target))?;
            }
            return Err(at(&target)(error.error));
        }
        written.push((target, before));
    }
    Ok(written.into_iter().map(|(target, _)| target).collect())
}

/// Everything that is to be written, by its name in the folder.
fn files(plan: &Plan, folder: &Path, file: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failure> {
    let mut files: BTreeMap<PathBuf, Vec<u8>> = changed_files(plan, folder)?
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    if !plan.new.is_empty() {
        let stem: String = file
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let tame = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        };
        let stem: String = stem.chars().take(60).map(tame).collect();
        let coming: Vec<&Coming> = plan.new.iter().collect();
        let name = free_name(&folder.join("theory"), &stem)?;
        let text = exchange::theory_file(&coming);
        files.insert(PathBuf::from("theory").join(name), text.into_bytes());
    }
    for picture in &plan.pictures {
        let name = PathBuf::from("pictures").join(&picture.name);
        if folder.join(&name).exists() {
            return Err(refused(format!("{} is already there", name.display())));
        }
        files.insert(name, picture.file.clone());
    }
    Ok(files)
}

/// Reads the bank as it would be from a copy of its folder: it must be the bank that was shown.
fn check(plan: &Plan, bank: &Bank, folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<(), Failure> {
    let copy = tempfile::tempdir().map_err(at(folder))?;
    copy_folder(folder, copy.path(), 0).map_err(at(folder))?;
    for (name, bytes) in files {
        let target = copy.path().join(name);
        let place = target.parent().unwrap_or(folder);
        fs::create_dir_all(place)
            .and_then(|()| fs::write(&target, bytes))
            .map_err(at(&target))?;
    }
    let reading = bank::read(copy.path());
    if reading.bank.as_ref().map(Bank::digest) == Some(plan.applied(bank).digest()) {
        return Ok(());
    }
    let told: Vec<String> = reading.errors().take(20).map(ToString::to_string).collect();
    Err(refused(format!(
        "the bank would not be what was shown; nothing was written\n{}",
        told.join("\n")
    )))
}

fn free_name(theory: &Path, stem: &str) -> Result<String, Failure> {
    let name = format!("import-{stem}.toml");
    let mut names =
        std::iter::once(name.clone()).chain((2..1_000).map(|number| format!("import-{stem}-{number}.toml")));
    names
        .find(|name| !theory.join(name).exists())
        .ok_or_else(|| refused(format!("{name} and its like are all there")))
}

/// The theory files in which changed items stand, with their tables replaced; everything else in them stays as it is.
fn changed_files(plan: &Plan, folder: &Path) -> Result<BTreeMap<PathBuf, String>, Failure> {
    let mut texts = BTreeMap::new();
    let mut wanted: BTreeMap<&str, &Coming> = plan
        .changed
        .iter()
        .map(|coming| (coming.item.id.as_str(), coming))
        .collect();
    let theory = folder.join("theory");
    if wanted.is_empty() {
        return Ok(texts);
    }
    for entry in fs::read_dir(&theory).map_err(at(&theory))? {
        let path = entry.map_err(at(&theory))?.path();
        if wanted.is_empty() || path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let mut parts = text
            .split_inclusive('\n')
            .fold(vec![String::new()], |mut parts: Vec<String>, line| {
                if line.trim_end() == "[[item]]" {
                    parts.push(String::new());
                }
                if let Some(part) = parts.last_mut() {
                    part.push_str(line);
                }
                parts
            });
        let mut touched = false;
        for part in &mut parts {
            let id = part
                .lines()
                .find_map(|line| line.strip_prefix("id = \"")?.split('"').next().map(str::to_owned));
            if let Some(coming) = id.and_then(|id| wanted.remove(id.as_str())) {
                *part = exchange::theory_table(&coming.item) + "\n";
                touched = true;
            }
        }
        if let (true, Some(name)) = (touched, path.file_name()) {
            texts.insert(PathBuf::from("theory").join(name), parts.concat());
        }
    }
    match wanted.keys().next() {
        Some(id) => Err(refused(format!(
            "the item {id} could not be found in the theory files; nothing was written"
        ))),
        None => Ok(texts),
    }
}

fn copy_folder(from: &Path, to: &Path, depth: usize) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() && depth < 3 {
            copy_folder(&entry.path(), &target, depth + 1)?;
        } else if entry.path().is_file() {
            fs::copy(entry.path(), target)?;
        }
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
        let losses = losses_json(&written.losses, language);
        say(&json!({ "items": bank.items.len(), "bytes": written.bytes.len(), "losses": losses }).to_string());
    } else {
        show_losses(&written.losses, language);
    }
    status(&written.losses)
}
