//! The ledger as it is kept: what grows is published, what was changed is found, what was rolled back stops.

use sqlx::Executor as _;

use super::{Stop, Trust, check, export, public_key, publish};
use crate::kernel::{Entropy, SeededEntropy};
use crate::office::testing::{office, office_over};
use crate::office::{Caller, Event, Office, Op, Refusal};
use crate::store::Store;

async fn record(office: &Office, count: usize) {
    let caller = Caller::system("test");
    for number in 0..count {
        let op = Op::begin_named(office, &caller, "test.act").await.unwrap();
        let event = Event::of(format!("thing_{number}"))
            .because("因为")
            .with(serde_json::json!({ "n": number }));
        op.commit(event).await.unwrap();
    }
}

fn stop_of(refused: Result<super::Published, Refusal>) -> String {
    match refused {
        Err(Refusal::Rule(broken)) => format!("{broken:?}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_event_is_an_entry_and_every_entry_has_its_proof() {
    let (office, _folder) = office().await;
    record(&office, 300).await;
    let published = publish(&office).await.unwrap();
    // The founding of the ledger is its own entry.
    assert_eq!(published.checkpoint.size, 301);
    let key = public_key(&office).await.unwrap();
    for index in [0, 1, 255, 256, 300] {
        let proof = super::show::prove(&office, &published, index).await.unwrap();
        let shown = proof.check(&key, &[]).unwrap();
        assert_eq!(shown.checkpoint.size, 301);
    }
    assert!(matches!(
        super::show::prove(&office, &published, 301).await,
        Err(Refusal::NotFound)
    ));
    assert_eq!(
        publish(&office).await.unwrap(),
        published,
        "nothing new, nothing signed"
    );
    let mut connection = office.store.read().await.unwrap();
    let trust = Trust {
        ledger: &key,
        witnesses: &[],
        vault: &office.keys.vault,
        kept: None,
    };
    let sound = check(&mut connection, trust).await.unwrap().unwrap();
    assert_eq!((sound.entries, sound.checkpoints, sound.uncovered), (301, 1, 0));
}

#[tokio::test]
async fn the_exported_files_are_a_whole_ledger() {
    let (office, _folder) = office().await;
    record(&office, 299).await;
    let mut files = std::collections::BTreeMap::new();
    let kept = export(&office, |path, bytes| {
        files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    });
    kept.await.unwrap();
    let paths: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "checkpoint",
            "log.vkey",
            "tile/0/000",
            "tile/0/001.p/44",
            "tile/1/000.p/1",
            "tile/entries/000",
            "tile/entries/001.p/44",
            "witnesses.vkey"
        ]
    );
    assert_eq!(files["tile/0/000"].len(), 256 * 32);
}

/// One change made with all rights: the statement, with its parameter drawn from the dice.
fn change(dice: &SeededEntropy, entries: u64) -> (String, &'static str) {
    let number = |below: u64| {
        let mut bytes = [0; 8];
        dice.fill(&mut bytes);
        u64::from_be_bytes(bytes) % below
    };
    let at = number(entries);
    let event = format!("(SELECT event_id FROM ledger_entry WHERE position = {at})");
    let statements: [(String, &'static str); 15] = [
        (
            format!("UPDATE event SET reason = reason || ' ' WHERE id = {event}"),
            "an event's reason",
        ),
        (
            format!("UPDATE event SET detail = '{{\"n\":-1}}' WHERE id = {event}"),
            "an event's detail",
        ),
        (
            format!("UPDATE event SET at = at + 1 WHERE id = {event}"),
            "an event's time",
        ),
        (
            format!("UPDATE event SET subject = subject || 'x' WHERE id = {event}"),
            "an event's subject",
        ),
        (
            format!("UPDATE event SET act = 'other' WHERE id = {event}"),
            "an event's act",
        ),
        (
            format!("UPDATE event SET request_id = '' WHERE id = {event}"),
            "an event's request",
        ),
        (format!("DELETE FROM event WHERE id = {event}"), "a deleted event"),
        (
            format!(
                "INSERT INTO event (id, at, actor_kind, actor_id, act, subject, reason, detail, request_id) SELECT \
                 'evt_' || substr(id, 5, 31) || (CASE substr(id, 36) WHEN '0' THEN '1' ELSE '0' END), at, actor_kind, \
                 actor_id, act, subject, reason, detail, request_id FROM event WHERE id = {event}"
            ),
            "an inserted event",
        ),
        (
            format!("DELETE FROM ledger_entry WHERE position = {at}"),
            "a deleted entry",
        ),
        (
            format!(
                "UPDATE ledger_entry SET leaf = replace(leaf, 'about -', 'about {}') WHERE position = {at}",
                "0".repeat(64)
            ),
            "an entry's text",
        ),
        (
            format!("UPDATE ledger_salt SET salt = x'00' WHERE position = {at}"),
            "a salt",
        ),
        (
            format!("DELETE FROM ledger_salt WHERE position = {at}"),
            "a deleted salt",
        ),
        ("UPDATE ledger_tile SET hashes = zeroblob(8192)".to_owned(), "a tile"),
        (
            format!(
                "UPDATE ledger_checkpoint SET note = substr(note, 1, {0}) || '!' || substr(note, {0} + 2)",
                number(150)
            ),
            "a checkpoint",
        ),
        (
            format!(
                "UPDATE ledger_entry SET position = position + 100000 WHERE position >= {at}; \
                 UPDATE ledger_entry SET position = position - 100001 WHERE position > 100000 + {at}"
            ),
            "an entry taken out",
        ),
    ];
    let chosen = usize::try_from(number(statements.len() as u64)).unwrap();
    statements.into_iter().nth(chosen).unwrap()
}

const TABLES: [&str; 5] = [
    "event",
    "ledger_entry",
    "ledger_salt",
    "ledger_tile",
    "ledger_checkpoint",
];

async fn drop_guards(tx: &mut crate::store::Tx) {
    tx.execute("PRAGMA defer_foreign_keys = ON").await.unwrap();
    let triggers: Vec<(String, String)> =
        sqlx::query_as("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
            .fetch_all(&mut **tx)
            .await
            .unwrap();
    for (name, _) in triggers.iter().filter(|(_, table)| TABLES.contains(&table.as_str())) {
        tx.execute(sqlx::AssertSqlSafe(format!("DROP TRIGGER {name}")))
            .await
            .unwrap();
    }
}

/// All rounds take `JIANDING_ROUNDS=1000`.
fn rounds(usual: usize) -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a test runs is no setting of the program"
    )]
    let told = std::env::var("JIANDING_ROUNDS").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(usual)
}

#[tokio::test]
async fn whatever_is_changed_with_all_rights_is_found_and_named() {
    let (office, _folder) = office().await;
    record(&office, 270).await;
    publish(&office).await.unwrap();
    let key = public_key(&office).await.unwrap();
    let trust = Trust {
        ledger: &key,
        witnesses: &[],
        vault: &office.keys.vault,
        kept: None,
    };
    let dice = SeededEntropy::new(5);
    let mut met = std::collections::BTreeMap::new();
    for round in 0..rounds(120) {
        let (statement, what) = change(&dice, 271);
        let mut tx = office.store.write().await.unwrap();
        drop_guards(&mut tx).await;
        tx.execute(sqlx::AssertSqlSafe(statement.clone())).await.unwrap();
        let found = check(&mut tx, trust).await.unwrap();
        assert!(found.is_err(), "round {round}: {what} was not found: {statement}");
        met.insert(what, found.unwrap_err().to_string());
        tx.rollback().await.unwrap();
    }
    assert!(met.len() > 12, "{met:#?}");
    let mut connection = office.store.read().await.unwrap();
    check(&mut connection, trust).await.unwrap().unwrap();
}

#[tokio::test]
async fn every_single_bit_of_an_entry_its_salt_and_its_event_counts() {
    let (office, _folder) = office().await;
    record(&office, 3).await;
    publish(&office).await.unwrap();
    let key = public_key(&office).await.unwrap();
    let trust = Trust {
        ledger: &key,
        witnesses: &[],
        vault: &office.keys.vault,
        kept: None,
    };
    let dice = SeededEntropy::new(6);
    let columns = [
        ("ledger_entry", "leaf", "position = 1"),
        ("ledger_salt", "salt", "position = 1"),
        ("ledger_checkpoint", "note", "size = 4"),
        ("event", "detail", "subject = 'thing_1'"),
        ("event", "reason", "subject = 'thing_1'"),
        ("event", "actor_kind", "subject = 'thing_1'"),
    ];
    for round in 0..rounds(120) {
        let (table, column, row) = columns[round % columns.len()];
        let mut tx = office.store.write().await.unwrap();
        drop_guards(&mut tx).await;
        let read = format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {row}");
        let mut bytes: Vec<u8> = sqlx::query_scalar(sqlx::AssertSqlSafe(read))
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let mut place = [0; 4];
        dice.fill(&mut place);
        let place = u32::from_be_bytes(place) as usize % (bytes.len() * 7);
        // The highest bit of a byte would make text that is none; the driver refuses that by itself.
        bytes[place / 7] ^= 1 << (place % 7);
        let write = if column == "salt" {
            format!("UPDATE {table} SET {column} = $1 WHERE {row}")
        } else {
            format!("UPDATE {table} SET {column} = CAST($1 AS TEXT) WHERE {row}")
        };
        sqlx::query(sqlx::AssertSqlSafe(write))
            .bind(bytes)
            .execute(&mut *tx)
            .await
            .unwrap();
        let found = check(&mut tx, trust).await;
        assert!(
            !matches!(found, Ok(Ok(_))),
            "round {round}: bit {place} of {table}.{column}"
        );
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn an_older_backup_is_noticed_and_nothing_more_is_published() {
    let (first, folder) = office().await;
    let kept = tempfile::tempdir().unwrap();
    let keep = kept.path().join("checkpoint");
    first.ledger.keep_at(keep.clone());
    let clock = crate::kernel::ManualClock::at(crate::office::testing::MORNING);
    record(&first, 5).await;
    publish(&first).await.unwrap();
    for round in 0..20 {
        let backup = folder.path().join(format!("backup-{round}.db"));
        let copy = format!("VACUUM INTO '{}'", backup.display());
        vacuum(&first, &copy).await;
        record(&first, 1 + round % 3).await;
        let size = publish(&first).await.unwrap().checkpoint.size;

        // The old backup comes back to life, with the same secret and the same kept checkpoint.
        let dice = std::sync::Arc::new(SeededEntropy::new(1000 + round as u64));
        let second = office_over(Store::open_file(&backup).await.unwrap(), &clock, dice, false);
        second.ledger.keep_at(keep.clone());
        assert!(stop_of(publish(&second).await).contains("rolled back"), "round {round}");
        assert!(matches!(second.ledger.stopped().await, Some(Stop::RolledBack { kept, .. }) if kept == size));
        // Going on working does not help: the new entries are not those that were published.
        record(&second, 5).await;
        second.ledger.restart().await;
        assert!(
            stop_of(publish(&second).await).contains("past was changed"),
            "round {round}"
        );
        second.store.close().await;
    }
}

async fn vacuum(office: &Office, copy: &str) {
    let mut connection = office.store.read().await.unwrap();
    connection.execute("PRAGMA query_only = OFF").await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(copy.to_owned())).await.unwrap();
    connection.execute("PRAGMA query_only = ON").await.unwrap();
}
