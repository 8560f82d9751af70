//! The words that every chapter needs: ids, time, dice, exact marks, parsed text, digests, languages.
//!
//! Nothing here knows what an examination is, and nothing here imports anything of ours.

mod canonical;
mod decimal;
mod digest;
mod entropy;
mod id;
mod language;
mod marks;
mod secret;
mod steady;
mod text;
mod time;

pub use canonical::canonical_json;
pub use decimal::{Decimal, NotADecimal};
pub use digest::{Digest, KeyedDigest};
pub use entropy::{Entropy, OsEntropy, Seed, SeededEntropy};
pub use id::*;
pub use language::Language;
pub use marks::{Exact, Marks, MarksError};
pub use secret::{OneTimeCode, Vault, VaultError};
pub use steady::{Boot, Mark, SteadyClock, resumed};
pub use text::{CitizenId, CitizenIdError, NameError, PersonName, Sex};
pub use time::{Clock, DAY, HOUR, MINUTE, ManualClock, SECOND, SystemClock, Timestamp};
