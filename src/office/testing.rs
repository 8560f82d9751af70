//! An office on a database of its own, for tests of acts.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Actor, Caller, Foundations, Keys, Office};
use crate::document::Fonts;
use crate::identity::Role;
use crate::kernel::{AccountId, Entropy, Language, MINUTE, ManualClock, SeededEntropy, SignInId, Timestamp};
use crate::store::{Store, account};

/// When tests begin: 2026-05-06 09:00 in Shanghai.
pub(crate) const MORNING: Timestamp = Timestamp::from_millis(1_778_029_200_000);

/// An office half an hour into the morning, and the folder that it lives in.
pub(crate) async fn office() -> (Office, tempfile::TempDir) {
    let (office, clock, folder) = office_with_clock().await;
    clock.advance(30 * MINUTE);
    (office, folder)
}

/// An office in the morning, the clock that the test turns, and the folder that it lives in.
pub(crate) async fn office_with_clock() -> (Office, ManualClock, tempfile::TempDir) {
    let clock = ManualClock::at(MORNING);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("office.db")).await.unwrap();
    let office = office_over(store, &clock, Arc::new(SeededEntropy::new(11)), false);
    (office, clock, folder)
}

/// An office over this database, with these dice.
pub(crate) fn office_over(store: Store, clock: &ManualClock, entropy: Arc<dyn Entropy>, demo: bool) -> Office {
    Office::open(Foundations {
        store,
        clock: Arc::new(clock.clone()),
        entropy,
        keys: Keys::from_secret([7; 32]),
        fonts: Arc::new(Fonts::built_in().unwrap()),
        zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(),
        base_url: "https://exam.example".to_owned(),
        demo,
    })
}

/// A member of staff with these roles, stored and signed in.
pub(crate) async fn staff(office: &Office, login: &str, roles: &[Role]) -> Caller {
    let id = AccountId::new(office.now(), office.entropy.as_ref());
    let row = account::AccountRow {
        id,
        login: login.to_owned(),
        name: format!("员工{login}"),
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
            login: row.login,
            name: row.name,
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            sign_in: SignInId::new(office.now(), office.entropy.as_ref()),
        },
        request_id: "test".to_owned(),
        language: Language::Zh,
        address: String::new(),
        terminal: None,
    }
}
