//! Limits for strangers: how often one address may try a sign-in or a certificate number.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::kernel::{MINUTE, Timestamp};
use crate::office::{Policy, Refusal, policy};

/// Counts of the present minute, by act and address.
#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    minute: i64,
    counts: BTreeMap<(&'static str, String), u32>,
}

/// How often a minute one address may perform this act, and all addresses together. The halls of a whole city may share
/// one address and sign in in the same minute, so that candidates are bounded by their 73-bit code and hardly here.
fn allowance(policy: &Policy) -> Option<(u32, u32)> {
    match policy.name {
        name if name == policy::SIGN_IN.name => Some((60, 600)),
        name if name == policy::SET_UP.name || name == policy::PASSWORD_SET.name => Some((20, 200)),
        name if name == policy::VERIFY_NUMBER.name => Some((30, 1_200)),
        name if name == policy::VERIFY_FILE.name => Some((30, 600)),
        name if name == policy::TERMINAL_SIGN_IN.name => Some((30_000, 60_000)),
        _ => None,
    }
}

const WHOLE: &str = "";

impl Limits {
    /// Counts one try; refuses beyond the allowance.
    pub(super) fn count(&self, policy: &Policy, address: &str, now: Timestamp) -> Result<(), Refusal> {
        let Some((each, together)) = allowance(policy) else {
            return Ok(());
        };
        let minute = now.millis().div_euclid(MINUTE);
        let mut window = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.minute != minute {
            *window = Window {
                minute,
                counts: BTreeMap::new(),
            };
        }
        for (key, limit) in [(WHOLE, together), (address, each)] {
            let count = window.counts.entry((policy.name, key.to_owned())).or_default();
            *count += 1;
            if *count > limit {
                return Err(Refusal::Busy { retry_after: 60 });
            }
        }
        Ok(())
    }
}
