//! An office on a throw-away database, for tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Actor, Caller, Hasher, Keys, Office};
use crate::document::Fonts;
use crate::identity::Role;
use crate::kernel::{AccountId, Language, ManualClock, SeededEntropy, SignInId, Timestamp};
use crate::store::Store;
use crate::store::account::{self, AccountRow};

/// When tests begin: 2026-05-06 09:00 in China.
pub(crate) const MORNING: Timestamp = Timestamp::from_millis(1_778_029_200_000);

/// An office whose clock the test turns; the folder lives as long as the third.
pub(crate) async fn office() -> (Office, ManualClock, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(MORNING);
    let office = Office {
        store: Store::open_file(&folder.path().join("jianding.db")).await.unwrap(),
        clock: Arc::new(clock.clone()),
        entropy: Arc::new(SeededEntropy::new(7)),
        keys: Keys::from_secret([7; 32]),
        hasher: Hasher::new(1),
        fonts: Arc::new(Fonts::built_in().unwrap()),
    };
    (office, clock, folder)
}

/// A member of staff with these roles, with an account.
pub(crate) async fn staff(office: &Office, login: &str, roles: &[Role]) -> Caller {
    let id = AccountId::new(office.now(), office.entropy.as_ref());
    let row = AccountRow {
        id,
        login: login.to_owned(),
        name: login.to_owned(),
        password: None,
        active: 1,
        must_change_password: 0,
        failures: 0,
        locked_until: Timestamp::from_millis(0),
        created_at: office.now(),
    };
    let mut tx = office.store.write().await.unwrap();
    account::insert(&mut tx, &row).await.unwrap();
    account::set_roles(&mut tx, id, roles).await.unwrap();
    tx.commit().await.unwrap();
    Caller {
        actor: Actor::Staff {
            account: id,
            login: login.to_owned(),
            name: login.to_owned(),
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            sign_in: SignInId::new(office.now(), office.entropy.as_ref()),
        },
        request_id: "test".to_owned(),
        language: Language::Zh,
        address: String::new(),
    }
}
