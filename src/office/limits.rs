//! Limits for strangers: how often one address, one network, and all together may try what needs no account.
//!
//! Counted in this process and in windows of a minute and a day; what is refused is not counted, so that nobody uses up
//! the others' share with tries that were refused. Addresses are forgotten with their window.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::{Policy, Refusal, policy};
use crate::kernel::{DAY, MINUTE, Timestamp};

/// What strangers have tried lately.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<i64, Window>>);

#[derive(Debug, Default)]
struct Window {
    number: i64,
    counts: HashMap<(&'static str, Tier), u32>,
}

/// How wide a count is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Tier {
    Address(String),
    Network(String),
    Everybody,
}

/// How much in one window: for an address, for its network, for all together.
struct Allowance {
    window: i64,
    most: [u32; 3],
}

/// The rows of checking lists, which are counted besides the lists.
pub const LIST_ROWS: &str = "verify.list rows";
/// With more counts than this, those whom nobody counted yet share one: memory stays bounded.
const MOST_COUNTS: usize = 200_000;

/// The halls of a whole city may share one address and sign in in the same minute, so that candidates are bounded by their
/// 73-bit code and hardly here. A number with a name is a guess, of which a day allows few; a file or a QR code is none.
fn allowances(name: &str) -> Vec<Allowance> {
    let minute = |most| Allowance { window: MINUTE, most };
    let day = |most| Allowance { window: DAY, most };
    match name {
        name if name == policy::SIGN_IN.name => vec![minute([60, 180, 600])],
        name if name == policy::SET_UP.name || name == policy::PASSWORD_SET.name => vec![minute([20, 60, 200])],
        name if name == policy::TERMINAL_SIGN_IN.name => vec![minute([30_000, 30_000, 60_000])],
        name if name == policy::TERMINAL_BIND.name => vec![minute([600, 600, 6_000])],
        name if name == policy::VERIFY_NUMBER.name => vec![minute([30, 90, 1_200]), day([1_000, 3_000, 60_000])],
        name if name == policy::VERIFY_FILE.name => vec![minute([30, 90, 600])],
        name if name == policy::VERIFY_STATEMENT.name => vec![minute([60, 240, 3_000])],
        name if name == policy::VERIFY_LIST.name => vec![minute([6, 12, 60])],
        LIST_ROWS => vec![minute([1_000, 2_000, 6_000]), day([5_000, 10_000, 100_000])],
        _ => Vec::new(),
    }
}

impl Limits {
    /// Counts one try of an act; refuses beyond the allowance.
    pub fn count(&self, policy: &Policy, address: &str, now: Timestamp) -> Result<(), Refusal> {
        self.spend(policy.name, address, 1, now)
    }

    /// Counts so many tries at once, all or none.
    pub fn spend(&self, name: &'static str, address: &str, tries: u32, now: Timestamp) -> Result<(), Refusal> {
        let allowances = allowances(name);
        if allowances.is_empty() {
            return Ok(());
        }
        let tiers = tiers(address);
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for Allowance { window, most } in &allowances {
            let number = now.millis().div_euclid(*window);
            let counted = windows.entry(*window).or_default();
            if counted.number != number {
                *counted = Window {
                    number,
                    counts: HashMap::new(),
                };
            }
            let over = |(tier, most): (&Tier, &u32)| counted.count(name, tier).saturating_add(tries) > *most;
            if tiers.iter().zip(most).any(over) {
                let left = (number + 1) * window - now.millis();
                let retry_after = u32::try_from(left.div_euclid(1000) + 1).unwrap_or(u32::MAX);
                return Err(Refusal::Busy { retry_after });
            }
        }
        for Allowance { window, .. } in &allowances {
            let counted = windows.entry(*window).or_default();
            for tier in &tiers {
                *counted.slot(name, tier) += tries;
            }
        }
        Ok(())
    }
}

impl Window {
    fn key(&self, name: &'static str, tier: &Tier) -> (&'static str, Tier) {
        let key = (name, tier.clone());
        if self.counts.len() < MOST_COUNTS || self.counts.contains_key(&key) {
            return key;
        }
        let shared = match tier {
            Tier::Address(_) => Tier::Address(String::new()),
            Tier::Network(_) => Tier::Network(String::new()),
            Tier::Everybody => Tier::Everybody,
        };
        (name, shared)
    }

    fn count(&self, name: &'static str, tier: &Tier) -> u32 {
        self.counts.get(&self.key(name, tier)).copied().unwrap_or(0)
    }

    fn slot(&mut self, name: &'static str, tier: &Tier) -> &mut u32 {
        let key = self.key(name, tier);
        self.counts.entry(key).or_default()
    }
}

/// The address (of IPv6 the 64 bits that one household has), its network (24 bits of IPv4, 48 of IPv6), and everybody.
fn tiers(address: &str) -> [Tier; 3] {
    let prefix = |address: u128, bits: u32| format!("{:x}/{bits}", address >> (128 - bits));
    let (own, network) = match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            (v4.to_string(), format!("{a}.{b}.{c}/24"))
        }
        Ok(IpAddr::V6(v6)) => (prefix(v6.to_bits(), 64), prefix(v6.to_bits(), 48)),
        Err(_) => (address.to_owned(), address.to_owned()),
    };
    [Tier::Address(own), Tier::Network(network), Tier::Everybody]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_400_000_000);

    fn tries(limits: &Limits, address: impl Fn(u32) -> String, count: u32, now: Timestamp) -> u32 {
        let passed = |n| limits.count(&policy::VERIFY_NUMBER, &address(n), now).is_ok();
        u32::try_from((0..count).filter(|n| passed(*n)).count()).unwrap()
    }

    #[test]
    fn an_address_its_network_and_all_together_have_an_end_each() {
        let limits = Limits::default();
        assert_eq!(tries(&limits, |_| "192.0.2.7".to_owned(), 100, NOW), 30);
        let neighbours = |n| format!("192.0.2.{}", n % 200 + 20);
        assert_eq!(tries(&limits, neighbours, 1_000, NOW), 60, "90 for the network");
        let world = |n: u32| format!("10.{}.{}.1", n / 250 % 250, n % 250);
        assert_eq!(tries(&limits, world, 20_000, NOW), 1_200 - 90);
        assert_eq!(tries(&limits, world, 20_000, NOW + MINUTE), 1_200, "a minute later");
    }

    #[test]
    fn a_household_cannot_change_its_address_to_try_again() {
        let limits = Limits::default();
        let house = |n: u32| format!("2001:db8:1:1::{:x}", n + 1);
        assert_eq!(tries(&limits, house, 1_000, NOW), 30);
        let site = |n: u32| format!("2001:db8:1:{:x}::1", n % 500 + 2);
        assert_eq!(tries(&limits, site, 1_000, NOW), 60);
        let mapped = |_: u32| "::ffff:198.51.100.1".to_owned();
        assert_eq!(tries(&limits, mapped, 20, NOW), 20);
        assert_eq!(
            tries(&limits, |_| "198.51.100.1".to_owned(), 20, NOW),
            10,
            "the same machine"
        );
    }

    #[test]
    fn a_days_guesses_have_an_end_too_and_what_was_refused_takes_nothing_from_others() {
        let limits = Limits::default();
        let day = (0..100).map(|minute| tries(&limits, |_| "192.0.2.7".to_owned(), 100, NOW + minute * MINUTE));
        assert_eq!(day.sum::<u32>(), 1_000);
        assert_eq!(tries(&limits, |_| "192.0.3.7".to_owned(), 100, NOW + 100 * MINUTE), 30);
        assert!(matches!(
            limits.count(&policy::VERIFY_NUMBER, "192.0.2.7", NOW + 100 * MINUTE),
            Err(Refusal::Busy { retry_after }) if retry_after > 3_600
        ));
    }

    #[test]
    fn a_list_is_counted_by_its_rows_all_or_none() {
        let limits = Limits::default();
        assert!(limits.spend(LIST_ROWS, "192.0.2.7", 600, NOW).is_ok());
        assert!(limits.spend(LIST_ROWS, "192.0.2.7", 600, NOW).is_err());
        assert!(limits.spend(LIST_ROWS, "192.0.2.7", 400, NOW).is_ok());
    }
}
