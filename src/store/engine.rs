//! The two engines: connecting, migrating, reading and writing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor, Row, SqlSafeStr, Transaction};

use super::StoreError;

/// Which database is behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded database: one file, one writing process.
    Sqlite,
    /// A server that several nodes share.
    Postgres,
}

/// A write transaction. Dropped without a commit, it leaves nothing behind.
pub type Tx = Transaction<'static, Any>;

/// Connections to one database.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    writers: AnyPool,
    readers: AnyPool,
    /// How many write transactions this process has begun, those of the answer desk aside.
    writes: Arc<AtomicU64>,
    /// How many it has begun in all since the last time that [`Store::carry_over`] had something to do.
    begun: Arc<AtomicU64>,
}

/// The state of an embedded database as far as others than the answer desk change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Write transactions of this process.
    here: u64,
    /// The engine's own count for what other processes change.
    elsewhere: i64,
}

const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;
const ACQUIRE: Duration = Duration::from_secs(10);
/// After fewer transactions than this nothing is carried over.
const WORTHWHILE: u64 = 64;

impl Store {
    /// Opens the database of this URL (`sqlite:PATH` or `postgres://…`) and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        // Once for the process; a second call only says that it was done.
        let _ = sqlx::any::install_drivers(&[sqlx_sqlite::any::DRIVER, sqlx_postgres::any::DRIVER]);
        let store = match url.strip_prefix("sqlite:") {
            Some(path) => Self::open_sqlite(path, SQLITE_PRAGMAS).await?,
            None => Self::open_postgres(url, "SET default_transaction_read_only = off").await?,
        };
        store.migrate().await?;
        Ok(store)
    }

    /// Opens the database for a process that never writes and may have no right to: nothing is migrated, and every connection
    /// refuses to write.
    pub async fn open_reading(url: &str) -> Result<Self, StoreError> {
        let _ = sqlx::any::install_drivers(&[sqlx_sqlite::any::DRIVER, sqlx_postgres::any::DRIVER]);
        let store = match url.strip_prefix("sqlite:") {
            Some(path) => Self::open_sqlite(path, READING_PRAGMAS).await?,
            None => Self::open_postgres(url, "SET default_transaction_read_only = on").await?,
        };
        Ok(Self {
            writers: store.readers.clone(),
            ..store
        })
    }

    /// Opens the database file of a data folder.
    pub async fn open_file(path: &Path) -> Result<Self, StoreError> {
        Self::open(&format!("sqlite:{}", path.display())).await
    }

    /// With a setting that loses answers in a power cut, to show that the test of power cuts would see it.
    #[cfg(test)]
    pub(crate) async fn open_weakly(path: &Path) -> Result<Self, StoreError> {
        let _ = sqlx::any::install_drivers(&[sqlx_sqlite::any::DRIVER, sqlx_postgres::any::DRIVER]);
        let pragmas = "PRAGMA busy_timeout = 8000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";
        let store = Self::open_sqlite(&path.display().to_string(), pragmas).await?;
        store.migrate().await?;
        Ok(store)
    }

    async fn open_sqlite(path: &str, pragmas: &'static str) -> Result<Self, StoreError> {
        let url = format!("sqlite://{path}?mode=rwc");
        let pool = |read_only: bool| {
            AnyPoolOptions::new()
                .acquire_timeout(ACQUIRE)
                // The database is in this process: asking whether it is there would cost more than a save.
                .test_before_acquire(false)
                // When the disk is full the engine rolls back by itself, and the driver still counts a transaction: such a
                // connection could never begin another one. It is dropped, and a new one takes its place.
                .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
                .after_connect(move |connection, _| {
                    Box::pin(async move {
                        connection.execute(pragmas).await?;
                        if read_only {
                            connection.execute("PRAGMA query_only = ON").await?;
                        }
                        Ok(())
                    })
                })
        };
        // One writer: SQLite has one anyway, and waiting here is fair where its own lock is not.
        let writers = pool(false).max_connections(1).connect(&url).await?;
        let readers = pool(true).max_connections(SQLITE_READERS).connect(&url).await?;
        Ok(Self {
            engine: Engine::Sqlite,
            writers,
            readers,
            writes: Arc::default(),
            begun: Arc::default(),
        })
    }

    async fn open_postgres(url: &str, writing: &'static str) -> Result<Self, StoreError> {
        let pool = AnyPoolOptions::new()
            .acquire_timeout(ACQUIRE)
            .max_connections(POSTGRES_CONNECTIONS)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(writing).await?;
                    connection.execute("SET lock_timeout = '8s'").await?;
                    connection.execute("SET client_min_messages = warning").await?;
                    Ok(())
                })
            })
            .connect(url)
            .await?;
        Ok(Self {
            engine: Engine::Postgres,
            writers: pool.clone(),
            readers: pool,
            writes: Arc::default(),
            begun: Arc::default(),
        })
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let twins = match self.engine {
            Engine::Sqlite => SQLITE_MIGRATIONS,
            Engine::Postgres => POSTGRES_MIGRATIONS,
        };
        let migration = |(version, name, text): &(i64, &'static str, &'static str)| {
            let kind = MigrationType::Simple;
            Migration::new(*version, (*name).into(), kind, (*text).into_sql_str(), false)
        };
        let migrations = twins.iter().map(migration).collect();
        let migrator = Migrator::with_migrations(migrations);
        migrator
            .run(&self.writers)
            .await
            .map_err(|error| StoreError::Driver(sqlx::Error::Migrate(Box::new(error))))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A connection for reading only.
    pub async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    /// Begins a write transaction; on SQLite it waits for its turn and is then alone.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let tx = self.write_answers().await?;
        self.writes.fetch_add(1, Ordering::Relaxed);
        Ok(tx)
    }

    /// What others have written so far, asked inside a write transaction: while it stays the same, rows that the desk has
    /// read are as they were. None where several processes write at once.
    pub async fn version(&self, tx: &mut AnyConnection) -> Result<Option<Version>, StoreError> {
        if self.engine == Engine::Postgres {
            return Ok(None);
        }
        let elsewhere = sqlx::query_scalar("PRAGMA data_version").fetch_one(tx).await?;
        let here = self.writes.load(Ordering::Relaxed);
        Ok(Some(Version { here, elsewhere }))
    }

    /// The same for the answer desk alone, which knows what it writes.
    pub async fn write_answers(&self) -> Result<Tx, StoreError> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        self.begun.fetch_add(1, Ordering::Relaxed);
        Ok(self.writers.begin_with(begin).await?)
    }

    /// Carries what stands in the embedded database's log over into its file, beside those who write: left to them, each
    /// saver who fills the log would do it while all others wait. To be called every second or so.
    pub async fn carry_over(&self) -> Result<(), StoreError> {
        if self.engine == Engine::Postgres || self.begun.load(Ordering::Relaxed) < WORTHWHILE {
            return Ok(());
        }
        self.begun.store(0, Ordering::Relaxed);
        // Most of it goes without keeping anybody; only when a writer does the little that has come meanwhile, with nobody
        // writing beside it, does the log begin anew.
        for pool in [&self.readers, &self.readers, &self.writers] {
            pool.acquire().await?.execute("PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        Ok(())
    }

    /// Refuses settings under which an acknowledged answer could be lost in a power cut.
    pub async fn check_durability(&self) -> Result<(), String> {
        let questions: &[(&'static str, &[&str])] = match self.engine {
            Engine::Sqlite => &[("PRAGMA synchronous", &["2", "3"]), ("PRAGMA journal_mode", &["wal"])],
            Engine::Postgres => &[
                ("SHOW fsync", &["on"]),
                ("SHOW synchronous_commit", &["on", "remote_apply"]),
            ],
        };
        let mut connection = self.writers.acquire().await.map_err(|error| error.to_string())?;
        for (question, accepted) in questions {
            let answer = single_value(&mut connection, question)
                .await
                .map_err(|error| error.to_string())?;
            if !accepted.contains(&answer.as_str()) {
                return Err(format!("{question} says '{answer}'; needed: {}", accepted.join(" or ")));
            }
        }
        Ok(())
    }

    /// Finishes running statements and closes all connections.
    pub async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

/// Both engines' migrations have the same numbers and names.
const SQLITE_MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "story", include_str!("../../migrations/sqlite/0001_story.sql")),
    (4, "console", include_str!("../../migrations/sqlite/0004_console.sql")),
    (5, "items", include_str!("../../migrations/sqlite/0005_items.sql")),
    (6, "ledger", include_str!("../../migrations/sqlite/0006_ledger.sql")),
    (7, "staff", include_str!("../../migrations/sqlite/0007_staff.sql")),
    (
        8,
        "certificate",
        include_str!("../../migrations/sqlite/0008_certificate.sql"),
    ),
    (10, "after", include_str!("../../migrations/sqlite/0010_after.sql")),
    (
        13,
        "terminal",
        include_str!("../../migrations/sqlite/0013_terminal.sql"),
    ),
    (14, "figures", include_str!("../../migrations/sqlite/0014_figures.sql")),
];

const POSTGRES_MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "story", include_str!("../../migrations/postgres/0001_story.sql")),
    (4, "console", include_str!("../../migrations/postgres/0004_console.sql")),
    (5, "items", include_str!("../../migrations/postgres/0005_items.sql")),
    (6, "ledger", include_str!("../../migrations/postgres/0006_ledger.sql")),
    (7, "staff", include_str!("../../migrations/postgres/0007_staff.sql")),
    (
        8,
        "certificate",
        include_str!("../../migrations/postgres/0008_certificate.sql"),
    ),
    (10, "after", include_str!("../../migrations/postgres/0010_after.sql")),
    (
        13,
        "terminal",
        include_str!("../../migrations/postgres/0013_terminal.sql"),
    ),
    (
        14,
        "figures",
        include_str!("../../migrations/postgres/0014_figures.sql"),
    ),
];

async fn single_value(connection: &mut AnyConnection, question: &'static str) -> Result<String, sqlx::Error> {
    let row = sqlx::query(question).fetch_one(connection).await?;
    row.try_get::<i64, _>(0)
        .map(|number| number.to_string())
        .or_else(|_| row.try_get::<String, _>(0))
}

/// For a process that never writes: how the file is kept is the server's affair.
const READING_PRAGMAS: &str = "PRAGMA busy_timeout = 8000; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;";

/// The waiting time comes first, so that the others can wait. FULL: with NORMAL a power cut loses acknowledged answers.
/// What a statement may have to undo is kept in memory: written to a file it cost a twentieth of each save. The log is
/// carried over by [`Store::carry_over`]; at 64 MB a writer does it, should nobody else.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 8000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 16000; PRAGMA temp_store = MEMORY;";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::setting;

    async fn write(store: &Store, times: u64) {
        for time in 0..times {
            let mut tx = store.write_answers().await.unwrap();
            setting::put(
                &mut tx,
                "carried",
                &time.to_be_bytes(),
                crate::kernel::Timestamp::from_millis(0),
            )
            .await
            .unwrap();
            tx.commit().await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_is_carried_over_stands_in_the_file_and_the_log_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let store = Store::open_file(&path).await.unwrap();
        write(&store, WORTHWHILE).await;
        store.carry_over().await.unwrap();
        std::fs::copy(&path, &copy).unwrap();
        let alone = Store::open_file(&copy).await.unwrap();
        let carried = setting::get(&mut alone.read().await.unwrap(), "carried").await.unwrap();
        assert_eq!(carried, Some((WORTHWHILE - 1).to_be_bytes().to_vec()));

        let log = || std::fs::metadata(folder.path().join("a.db-wal")).unwrap().len();
        let before = log();
        write(&store, WORTHWHILE / 2).await;
        assert_eq!(log(), before, "what comes after overwrites what was carried over");
    }
}
