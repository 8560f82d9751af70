//! Password hashing by argon2id behind a fair queue: each costs 30 ms and 19 MiB, so few run at once and the rest wait in
//! order, or are asked to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use super::Refusal;
use crate::kernel::Entropy;

/// The queue.
#[derive(Debug, Clone)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// OWASP's parameters for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Beyond this many in the queue a person is better told to come back.
const MAX_WAITING: usize = 200;
const SALT_BYTES: usize = 16;

impl Hasher {
    /// A queue that hashes so many at once.
    pub fn new(at_once: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(at_once.max(1))),
            waiting: Arc::default(),
        }
    }

    /// Hashes a password into a PHC string.
    pub async fn hash(&self, password: &str, entropy: &dyn Entropy) -> Result<String, Refusal> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        let password = password.to_owned();
        self.queued(move || {
            argon2()?
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| Refusal::Fault(format!("argon2: {error}")))
        })
        .await
    }

    /// Whether the password is the one behind the PHC string. Without a string it takes as long and says no, so that
    /// the time does not tell whether an account exists.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, Refusal> {
        let password = password.to_owned();
        let stored = stored.map(str::to_owned);
        self.queued(move || {
            let argon2 = argon2()?;
            let Some(stored) = stored else {
                argon2
                    .hash_password_with_salt(password.as_bytes(), &[0; SALT_BYTES])
                    .map_err(|error| Refusal::Fault(format!("argon2: {error}")))?;
                return Ok(false);
            };
            let hash =
                PasswordHash::new(&stored).map_err(|error| Refusal::Fault(format!("stored password: {error}")))?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn queued<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= MAX_WAITING {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(Refusal::Busy { retry_after: 5 });
        }
        let permit = self.permits.clone().acquire_owned().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let permit = permit.map_err(|_| Refusal::Busy { retry_after: 5 })?;
        tokio::task::spawn_blocking(move || {
            let _held_until_done = permit;
            work()
        })
        .await
        .map_err(|error| Refusal::Fault(error.to_string()))?
    }
}

fn argon2() -> Result<Argon2<'static>, Refusal> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Refusal::Fault(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
