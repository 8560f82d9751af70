//! A witness and a ledger talk to each other over HTTP.

use sqlx::Executor as _;

use super::{Witness, serve_witness};
use crate::office::ledger::{Trust, WitnessAddress, check, public_key, publish};
use crate::office::testing::office;
use crate::office::{Caller, Event, Office, Op};

async fn record(office: &Office, count: usize) {
    let caller = Caller::system("test");
    for number in 0..count {
        let op = Op::begin_named(office, &caller, "test.act").await.unwrap();
        op.commit(Event::of(number)).await.unwrap();
    }
}

/// Without the kept file a witness is the second line.
#[tokio::test]
async fn a_witness_that_remembers_more_stops_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (office, _folder) = office().await;
    record(&office, 4).await;
    let key = public_key(&office).await.unwrap();
    let seed = [9; 32];
    let witness = Witness::open(folder.path(), "witness.example/w1", &key, Some(seed)).unwrap();
    let public = witness.public().clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve_witness(witness, listener));
    office.ledger.ask_witnesses(vec![WitnessAddress {
        key: public.clone(),
        url,
    }]);
    let published = publish(&office).await.unwrap();
    assert!(public.check(&published.note).unwrap().is_some());
    record(&office, 300).await;
    let grown = publish(&office).await.unwrap();
    assert!(public.check(&grown.note).unwrap().is_some());
    let trust = Trust {
        ledger: &key,
        witnesses: &[public],
        vault: &office.keys.vault,
        kept: None,
    };
    let mut connection = office.store.read().await.unwrap();
    assert_eq!(check(&mut connection, trust).await.unwrap().unwrap().cosignatures, 2);
    drop(connection);

    // Somebody with all rights takes the last entries away, and everything that speaks of them.
    let mut tx = office.store.write().await.unwrap();
    for statement in [
        "PRAGMA defer_foreign_keys = ON",
        "DROP TRIGGER event_no_delete",
        "DROP TRIGGER ledger_head_only_grows",
        "DROP TRIGGER ledger_entry_no_delete",
        "DROP TRIGGER ledger_tile_no_delete",
        "DROP TRIGGER ledger_checkpoint_no_delete",
        "DROP TRIGGER ledger_cosignature_no_delete",
        "DELETE FROM ledger_cosignature WHERE size > 5",
        "DELETE FROM ledger_checkpoint WHERE size > 5",
        "DELETE FROM ledger_tile",
        "DELETE FROM ledger_salt WHERE position >= 100",
        "CREATE TEMP TABLE gone AS SELECT event_id FROM ledger_entry WHERE position >= 100",
        "DELETE FROM ledger_entry WHERE position >= 100",
        "DELETE FROM event WHERE id IN (SELECT event_id FROM gone)",
        "UPDATE ledger_head SET size = 100",
    ] {
        tx.execute(statement).await.unwrap();
    }
    tx.commit().await.unwrap();
    office.ledger.restart().await;
    let stopped = format!("{:?}", publish(&office).await.unwrap_err());
    assert!(stopped.contains("remembers another past"), "{stopped}");
}
