//! How far slow work has come, for the page of the person who waits for it.
//!
//! Kept in the memory of the node that does the work and nowhere else: a page that asks another node sees that its work
//! goes on, without the count.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Act, Actor, Caller, Office, Policy, Refusal, policy};
use crate::kernel::AccountId;

/// The work that goes on now, by person, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    works: Arc<Mutex<BTreeMap<Key, Arc<Work>>>>,
}

/// Whose work, and which of theirs.
type Key = (Option<AccountId>, u64);

#[derive(Debug)]
struct Work {
    done: AtomicUsize,
    total: usize,
}

/// One piece of slow work, from its first step to its end.
#[derive(Debug)]
pub struct Steps {
    key: Key,
    work: Arc<Work>,
    progress: Progress,
}

impl Progress {
    /// Begins work of so many steps for this caller.
    pub fn begin(&self, caller: &Caller, total: usize) -> Steps {
        let who = account(caller);
        let work = Arc::new(Work {
            done: AtomicUsize::new(0),
            total,
        });
        let mut works = self.works.lock().unwrap_or_else(PoisonError::into_inner);
        let last = works.range((who, 0)..=(who, u64::MAX)).next_back();
        let key = (who, last.map_or(0, |((_, number), _)| number + 1));
        works.insert(key, work.clone());
        Steps {
            key,
            work,
            progress: self.clone(),
        }
    }

    fn of(&self, caller: &Caller) -> Vec<Arc<Work>> {
        let who = account(caller);
        let works = self.works.lock().unwrap_or_else(PoisonError::into_inner);
        let own = works.range((who, 0)..=(who, u64::MAX));
        own.map(|(_, work)| work.clone()).collect()
    }
}

impl Steps {
    /// One step is done.
    pub fn step(&self) {
        self.work.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        let mut works = self.progress.works.lock().unwrap_or_else(PoisonError::into_inner);
        works.remove(&self.key);
    }
}

fn account(caller: &Caller) -> Option<AccountId> {
    match &caller.actor {
        Actor::Staff { account, .. } => Some(*account),
        Actor::Anonymous | Actor::Candidate { .. } | Actor::System(_) => None,
    }
}

/// Tells how far one's own slow work has come.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowProgress {}

/// A piece of work that goes on.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Running {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
}

impl Act for ShowProgress {
    type Outcome = Vec<Running>;
    const POLICY: Policy = policy::PROGRESS;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Vec<Running>, Refusal> {
        let running = |work: Arc<Work>| Running {
            done: work.done.load(Ordering::Relaxed).min(work.total),
            total: work.total,
        };
        Ok(office.progress.of(caller).into_iter().map(running).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;
    use crate::office::testing::{office, staff};

    #[tokio::test]
    async fn people_see_how_far_their_own_work_is_until_it_ends() {
        let (office, _folder) = office().await;
        let officer = staff(&office, "officer", &[Role::ExamOfficer]).await;
        let other = staff(&office, "other", &[Role::ExamOfficer]).await;
        let steps = office.progress.begin(&officer, 2);
        let second = office.progress.begin(&officer, 5);
        steps.step();
        let seen = office.perform(ShowProgress {}, &officer).await.unwrap();
        assert_eq!(seen, [Running { done: 1, total: 2 }, Running { done: 0, total: 5 }]);
        assert!(office.perform(ShowProgress {}, &other).await.unwrap().is_empty());
        drop((steps, second));
        assert!(office.perform(ShowProgress {}, &officer).await.unwrap().is_empty());
    }
}
