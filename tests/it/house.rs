//! A running installation for one test: its own database, a clock that the test moves, repeatable dice, real HTTP.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use jianding::document::Fonts;
use jianding::jobs;
use jianding::kernel::{ManualClock, SeededEntropy, Timestamp};
use jianding::office::{Foundations, Keys, Office};
use jianding::store::Store;
use jianding::web::{App, Serving, Site, serve};
use tokio::sync::{oneshot, watch};

use crate::people::Person;
use crate::postgres;

/// 2026-11-23 09:00 in Shanghai, a Monday.
pub(crate) const MONDAY_NINE: Timestamp = Timestamp::from_millis(1_795_395_600_000);

/// An installation.
pub(crate) struct House {
    pub(crate) office: Arc<Office>,
    pub(crate) clock: ManualClock,
    pub(crate) url: String,
    stop: Option<oneshot::Sender<()>>,
    _jobs: watch::Sender<bool>,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

/// Whether the checks require this tool instead of skipping what needs it.
pub(crate) fn required(tool: &str) -> bool {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    let tools = std::env::var("JIANDING_REQUIRE").unwrap_or_default();
    tools.split(',').any(|one| one == tool)
}

/// Tells the same story in a house on SQLite and, where it is installed, in one on PostgreSQL.
pub(crate) fn on_both_engines<F: Future<Output = ()>>(story: impl Fn(House) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        story(House::on_sqlite().await).await;
        if let Some(url) = postgres::fresh_database() {
            story(House::open(&url, tempfile::tempdir().unwrap()).await).await;
        }
    });
}

/// Tells a story on SQLite only: for what does not touch the database's ways.
pub(crate) fn on_sqlite<F: Future<Output = ()>>(story: impl Fn(House) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { story(House::on_sqlite().await).await });
}

impl House {
    pub(crate) async fn on_sqlite() -> Self {
        Self::on_sqlite_in(tempfile::tempdir().unwrap()).await
    }

    /// On SQLite, in this folder.
    pub(crate) async fn on_sqlite_in(folder: tempfile::TempDir) -> Self {
        let url = format!("sqlite:{}", folder.path().join("house.db").display());
        Self::open(&url, folder).await
    }

    async fn open(url: &str, folder: tempfile::TempDir) -> Self {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::open_at(url, folder, anywhere, ManualClock::at(MONDAY_NINE)).await
    }

    /// The same installation after its process was killed: on the same file, at the same address, at the same time of day.
    pub(crate) async fn opened_again(&self) -> Self {
        let url = format!("sqlite:{}", self.database_file().display());
        let address = self.url.trim_start_matches("http://").parse().unwrap();
        let mut again = Self::open_at(&url, tempfile::tempdir().unwrap(), address, self.clock.clone()).await;
        again.file.clone_from(&self.file);
        again
    }

    async fn open_at(url: &str, folder: tempfile::TempDir, address: SocketAddr, clock: ManualClock) -> Self {
        let store = Store::open(url).await.unwrap();
        store.check_durability().await.unwrap();
        let entropy = Arc::new(SeededEntropy::new(7));
        let keys = Keys::from_secret([9; 32]);
        let fonts = Arc::new(Fonts::built_in().unwrap());
        // A process that was killed a moment ago may still be letting the address go.
        let serving = loop {
            match Serving::bind(address) {
                Ok(serving) => break serving,
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                Err(error) => panic!("{address}: {error}"),
            }
        };
        let base_url = format!("http://{}", serving.address);
        let office = Arc::new(Office::open(Foundations {
            store,
            clock: Arc::new(clock.clone()),
            entropy,
            keys,
            fonts,
            zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(),
            base_url: base_url.clone(),
            demo: false,
        }));
        let (stop, stopped) = oneshot::channel();
        let (stop_jobs, stopping) = watch::channel(false);
        tokio::spawn(jobs::run(office.clone(), stopping));
        let app = App::new(office.clone(), Site::default());
        tokio::spawn(async move {
            serve(serving, app, async {
                let _ = stopped.await;
            })
            .await
            .unwrap();
        });
        Self {
            office,
            clock,
            url: base_url,
            stop: Some(stop),
            _jobs: stop_jobs,
            file: folder.path().join("house.db"),
            _folder: folder,
        }
    }

    /// The database's file, for a house on SQLite.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.file.clone()
    }

    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Person {
        Person::at(&self.url)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}
