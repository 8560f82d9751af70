//! What the desk knows of attempts from one batch to the next.
//!
//! On the embedded database nobody else writes while the desk's transaction runs, and whether anybody wrote since the last
//! one can be asked in a single question. While nobody did, attempts need not be read again for every save. Where several
//! nodes write at once, each attempt is read and held in every transaction.

use std::collections::BTreeMap;

use crate::kernel::AttemptId;
use crate::store::sitting::answers::{self, FactsRow};
use crate::store::{Connection, Store, StoreError, Version};

/// More attempts than this are not kept.
const MOST: usize = 50_000;

/// Attempts as of the version.
#[derive(Default)]
pub(super) struct Held {
    version: Option<Version>,
    facts: BTreeMap<AttemptId, FactsRow>,
}

impl Held {
    /// The facts of these attempts, to be given back with [`Held::keep`] once what was decided on them is durable.
    pub(super) async fn take(
        &mut self,
        tx: &mut Connection,
        store: &Store,
        ids: &[AttemptId],
    ) -> Result<BTreeMap<AttemptId, FactsRow>, StoreError> {
        let version = store.version(tx).await?;
        if version.is_none() || version != self.version || self.facts.len() > MOST {
            self.facts.clear();
        }
        self.version = version;
        let mut facts = BTreeMap::new();
        let mut unknown = Vec::new();
        for id in ids {
            match self.facts.remove(id) {
                Some(known) => _ = facts.insert(*id, known),
                None => unknown.push(*id),
            }
        }
        let read = answers::lock(tx, store.engine(), &unknown).await?;
        facts.extend(read.into_iter().map(|row| (row.id, row)));
        Ok(facts)
    }

    /// Keeps facts that are as the database has them. A transaction that failed gives nothing back, and is read again.
    pub(super) fn keep(&mut self, facts: impl Iterator<Item = FactsRow>) {
        if self.version.is_some() {
            self.facts.extend(facts.map(|row| (row.id, row)));
        }
    }
}
