//! `certificate print-set`: a batch's sheets as one file to print; interrupted, it goes on where it stopped.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;

use super::serve::{load_config, open_office, runtime};
use super::{Failure, say};
use crate::document::Bundle;
use crate::kernel::BatchId;
use crate::office::Office;
use crate::office::certificate::PrintSet;

/// After so many certificates it is noted how far the file has come.
const NOTED_EVERY: usize = 200;

/// What `certificate print-set` takes.
#[derive(Debug, Args)]
pub(super) struct PrintSetArguments {
    /// The settings file.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The batch.
    #[arg(long)]
    batch: BatchId,
    /// The file to write. While it is being written, `FILE.part` and `FILE.state` lie beside it.
    #[arg(long)]
    out: PathBuf,
    /// The first certificate, counted from 1.
    #[arg(long, default_value_t = 1)]
    from: usize,
    /// How many; else all.
    #[arg(long)]
    count: Option<usize>,
}

pub(super) fn print_set(arguments: &PrintSetArguments) -> Result<(), Failure> {
    let config = load_config(arguments.config.as_deref())?;
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let set = PrintSet::open(&office, arguments.batch, arguments.from, arguments.count).await;
        let set = set.map_err(Failure::new)?;
        let total = write(&office, set, &arguments.out, &ProgressBar::new(0)).await?;
        office.store.close().await;
        say(&format!("{total} → {}", arguments.out.display()));
        Ok(())
    })
}

fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What is noted of a file that is not finished.
#[derive(serde::Serialize, serde::Deserialize)]
struct Noted {
    /// The set that it is of: another one is begun anew.
    set: String,
    bundle: Bundle,
}

async fn write(office: &Office, mut set: PrintSet, out: &Path, bar: &ProgressBar) -> Result<usize, Failure> {
    let (part, state) = (beside(out, ".part"), beside(out, ".state"));
    let name = format!("{} {}", set.file_name, set.total);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&part)?;
    if let Some(noted) = noted(&state).filter(|noted| noted.set == name)
        && file.metadata()?.len() >= noted.bundle.length()
    {
        file.set_len(noted.bundle.length())?;
        set.resume(noted.bundle);
    } else {
        file.set_len(0)?;
    }
    file.seek(SeekFrom::End(0))?;
    bar.set_length(u64::try_from(set.total).unwrap_or(0));
    let total = set.total;
    while let Some(bytes) = set.next(office).await.map_err(Failure::new)? {
        file.write_all(&bytes)?;
        let Some(bundle) = set.made() else { continue };
        bar.set_position(u64::try_from(bundle.documents()).unwrap_or(0));
        if bundle.documents() > 0 && bundle.documents() % NOTED_EVERY == 0 {
            // First the bytes, then the note that they are there.
            file.sync_data()?;
            note(&state, &name, bundle)?;
        }
    }
    file.sync_all()?;
    std::fs::rename(&part, out)?;
    let _ = std::fs::remove_file(&state);
    bar.finish_and_clear();
    Ok(total)
}

fn noted(state: &Path) -> Option<Noted> {
    serde_json::from_slice(&std::fs::read(state).ok()?).ok()
}

fn note(state: &Path, set: &str, bundle: &Bundle) -> std::io::Result<()> {
    let noted = Noted {
        set: set.to_owned(),
        bundle: bundle.clone(),
    };
    let new = beside(state, ".new");
    let mut file = File::create(&new)?;
    file.write_all(&serde_json::to_vec(&noted)?)?;
    file.sync_all()?;
    std::fs::rename(new, state)
}
