//! `serve`: the production start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use super::{Failure, say};
use crate::certificate::TimeRoots;
use crate::config::{Config, LogFormat};
use crate::document::Fonts;
use crate::kernel::{Entropy, OsEntropy, Seed};
use crate::ledger::NoteKey;
use crate::office::certificate::TimeStamps;
use crate::office::ledger::WitnessAddress;
use crate::office::{Foundations, Keys, Office, account, time};
use crate::store::Store;
use crate::web::{App, Serving, Site};
use crate::{jobs, web};

/// Reads the settings; all problems become one failure.
pub(super) fn load_config(file: Option<&Path>) -> Result<Config, Failure> {
    Config::load(file).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        Failure::new(format!(
            "{} problem(s) in the settings:\n{}",
            lines.len(),
            lines.join("\n")
        ))
    })
}

pub(super) fn serve(file: Option<&Path>, signer: Option<PathBuf>) -> Result<(), Failure> {
    let mut config = load_config(file)?;
    config.signer = signer.or(config.signer);
    start_log(&config);
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        if let Some(path) = account::first_link(&office).await? {
            say(&format!("First administrator: {}{path}", config.base_url));
        }
        let serving = Serving::bind(config.listen)?;
        say(&format!("Listening on {}", serving.address));
        let site = Site {
            trust_proxy: config.trust_proxy,
        };
        run(Arc::new(office), site, serving).await
    })
}

/// A runtime with one worker for each core.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Serves until somebody asks to stop; then finishes what is under way.
pub(super) async fn run(office: Arc<Office>, site: Site, serving: Serving) -> Result<(), Failure> {
    let (stop, stopping) = watch::channel(false);
    let jobs = tokio::spawn(jobs::run(office.clone(), stopping));
    web::serve(serving, App::new(office.clone(), site), asked_to_stop()).await?;
    let _ = stop.send(true);
    jobs.await?;
    office.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

pub(super) async fn asked_to_stop() {
    let interrupt = async {
        // Without a handler the default action ends the process, which is a stop too.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { () = interrupt => {}, _ = terminate.recv() => {} },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

/// Begins the log, on the standard error.
pub(super) fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.init(),
    }
}

/// Opens the database and the keys of an installation.
pub(super) async fn open_office(config: &Config, demo: bool) -> Result<Office, Failure> {
    std::fs::create_dir_all(&config.data)?;
    let store = Store::open(&database_url(config)).await?;
    store.check_durability().await.map_err(Failure::new)?;
    let mut office = office_over(config, store, demo).await?;
    if let Some(socket) = &config.signer {
        office.press.ask_signer_at(socket.clone());
    }
    office.groups = config.groups;
    office.ledger.keep_at(kept_at(config));
    let witness = |(key, url): &(NoteKey, String)| WitnessAddress {
        key: key.clone(),
        url: url.clone(),
    };
    office
        .ledger
        .ask_witnesses(config.witnesses.iter().map(witness).collect());
    Ok(office)
}

/// Opens an installation for a process that reads and never writes.
pub(super) async fn open_reading_office(config: &Config) -> Result<Office, Failure> {
    let store = Store::open_reading(&database_url(config)).await?;
    office_over(config, store, false).await
}

fn database_url(config: &Config) -> String {
    let own = || format!("sqlite:{}", config.data.join("jianding.db").display());
    config.database_url.clone().unwrap_or_else(own)
}

async fn office_over(config: &Config, store: Store, demo: bool) -> Result<Office, Failure> {
    let keys = Keys::from_secret(secret(config)?);
    let fonts = Arc::new(Fonts::with_fallbacks(&config.fallback_fonts)?);
    let clock = time::steady_clock(&store).await?;
    let mut office = Office::open(Foundations {
        store,
        clock: Arc::new(clock),
        entropy: Arc::new(OsEntropy),
        keys,
        fonts,
        zone: config.zone.clone(),
        base_url: config.base_url.clone(),
        demo,
    });
    if let Some((url, roots, go_on)) = &config.time_stamps {
        let roots = TimeRoots::from_pem(&std::fs::read_to_string(roots)?)?;
        let time = TimeStamps::new(url, roots, *go_on, Arc::new(OsEntropy));
        office.press.stamp_by(Arc::new(time));
    }
    Ok(office)
}

/// Where the last checkpoint is kept: not in the data folder, or a backup of it would roll both back.
pub(super) fn kept_at(config: &Config) -> PathBuf {
    let beside = || PathBuf::from(format!("{}.checkpoint", config.data.display()));
    config.checkpoint.clone().unwrap_or_else(beside)
}

/// The installation's secret: from the settings, or a file in the data folder that only its owner can read.
fn secret(config: &Config) -> Result<[u8; 32], Failure> {
    let parse = |text: &str| text.trim().parse::<Seed>().map(|seed| seed.0);
    if let Some(secret) = &config.secret {
        return Ok(parse(secret)?);
    }
    let path = config.data.join("secret");
    if path.exists() {
        return Ok(parse(&std::fs::read_to_string(&path)?)?);
    }
    let seed = OsEntropy.seed();
    write_private(&path, seed.to_string().as_bytes())?;
    Ok(seed.0)
}

/// Writes a file that only its owner can read.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
