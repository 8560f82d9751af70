//! `signer init` and `signer run`: the signing key in a process and with a user of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use tokio::net::UnixListener;

use super::authority::replace_private;
use super::serve::{asked_to_stop, load_config, open_office, open_reading_office, runtime, start_log};
use super::{Failure, say};
use crate::certificate::{LockedKey, SealedAuthority};
use crate::kernel::OsEntropy;
use crate::ledger::NoteKey;
use crate::office::certificate::{SignerRoom, give_up_key, stored_authority};
use crate::office::{Office, ledger};

/// The file with the locked key in the signer's folder.
const KEY: &str = "signing.json";
/// The file in which every signature is noted before it is made.
const JOURNAL: &str = "journal.jsonl";
/// No passphrase is shorter.
const LEAST: usize = 15;

#[derive(Debug, Subcommand)]
pub(super) enum SignerCommand {
    /// Moves the signing key out of the database into a folder of the signer's own, locked with a passphrase. From then on
    /// the server can only ask.
    Init {
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
        /// The signer's folder.
        #[arg(long)]
        keys: PathBuf,
        /// A file with the passphrase in its first line; `/dev/fd/3` for a file that is open already.
        #[arg(long)]
        passphrase_file: PathBuf,
    },
    /// Waits at a socket and signs what the register allows. To be run as a user of its own, with a database user that can
    /// only read.
    Run(Running),
}

#[derive(Debug, Args)]
pub(super) struct Running {
    /// The settings file: the same secret and address as the server's.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The database, for a user that can only read; wins over the settings.
    #[arg(long)]
    database_url: Option<String>,
    /// The signer's folder: the key, and the journal of what was signed.
    #[arg(long)]
    keys: PathBuf,
    /// A file with the passphrase in its first line; `/dev/fd/3` for a file that is open already.
    #[arg(long)]
    passphrase_file: PathBuf,
    /// The socket to wait at. The server's user must be in the signer's group.
    #[arg(long)]
    socket: PathBuf,
    /// The most sheets in an hour.
    #[arg(long, default_value_t = 20_000)]
    hourly: u32,
    /// Only processes of this user id may ask.
    #[arg(long)]
    user: Option<u32>,
}

pub(super) fn signer(command: SignerCommand) -> Result<(), Failure> {
    match command {
        SignerCommand::Init {
            config,
            keys,
            passphrase_file,
        } => init(config.as_deref(), &keys, &passphrase(&passphrase_file)?),
        SignerCommand::Run(running) => run(&running),
    }
}

pub(super) fn passphrase(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path)?;
    let first = text.lines().next().unwrap_or_default().trim().to_owned();
    if first.chars().count() < LEAST {
        let told = format!("{}: a passphrase has at least {LEAST} characters", path.display());
        return Err(Failure::new(told));
    }
    Ok(first)
}

fn init(config: Option<&Path>, keys: &Path, passphrase: &str) -> Result<(), Failure> {
    let config = load_config(config)?;
    std::fs::create_dir_all(keys)?;
    let file = keys.join(KEY);
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let sealed = stored_authority(&office).await.map_err(Failure::new)?;
        if file.exists() {
            return Err(Failure::new(format!("{}: is already there", file.display())));
        }
        lock_key(&office, &sealed, keys, passphrase).await?;
        give_up_key(&office).await.map_err(Failure::new)?;
        office.store.close().await;
        say(&file.display().to_string());
        Ok(())
    })
}

/// Writes the signing key into the signer's folder, locked with its passphrase.
pub(super) async fn lock_key(
    office: &Office,
    sealed: &SealedAuthority,
    keys: &Path,
    passphrase: &str,
) -> Result<(), Failure> {
    let log = ledger::public_key(office).await.map_err(Failure::new)?;
    let locked = LockedKey::lock(sealed, &office.keys.vault, passphrase, &log.to_string(), &OsEntropy)?;
    // Only what can be opened again may leave the database.
    locked.open(passphrase)?;
    Ok(replace_private(&keys.join(KEY), &serde_json::to_vec_pretty(&locked)?)?)
}

fn run(running: &Running) -> Result<(), Failure> {
    let locked: LockedKey = serde_json::from_slice(&std::fs::read(running.keys.join(KEY))?)?;
    let opened = locked.open(&passphrase(&running.passphrase_file)?)?;
    let log: NoteKey = locked.ledger.parse()?;
    let mut config = load_config(running.config.as_deref())?;
    config.database_url = running.database_url.clone().or(config.database_url);
    start_log(&config);
    runtime()?.block_on(async {
        let office = open_reading_office(&config).await?;
        // Lists of revoked certificates are public and signed: the server's are later than those beside the key.
        let stored = stored_authority(&office).await.map_err(Failure::new)?;
        let opened = opened.with_lists(&stored.lists()?);
        let journal = running.keys.join(JOURNAL);
        let room = SignerRoom::new(office, Arc::new(opened), log, (&journal, running.hourly))?;
        let socket = bind(&running.socket)?;
        say(&format!("Signing at {}", running.socket.display()));
        Arc::new(room).serve(socket, running.user, asked_to_stop()).await;
        let _ = std::fs::remove_file(&running.socket);
        Ok(())
    })
}

/// The socket has its rights before it has its name, and takes the place of one that a killed process left.
fn bind(path: &Path) -> std::io::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;
    let new = path.with_extension("new");
    let _ = std::fs::remove_file(&new);
    let socket = UnixListener::bind(&new)?;
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o660))?;
    std::fs::rename(&new, path)?;
    Ok(socket)
}
