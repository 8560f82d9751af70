//! An import into a bank's folder: all of it, or nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Failure, at, refused};
use crate::bank::{self, Bank};
use crate::exchange::{self, Coming, Plan};

/// Writes the plan into the bank's folder, all of it or nothing, and tells which files were written: every file is made
/// beside its place and the whole bank is read from a copy before one is replaced; should replacing fail, what was
/// replaced is put back.
pub(super) fn apply(plan: &Plan, bank: &Bank, folder: &Path, file: &Path) -> Result<Vec<PathBuf>, Failure> {
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
