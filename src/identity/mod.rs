//! Who may act: roles of an account, duties in a batch and which of them exclude each other, passwords, log-in delays.

mod duty;
mod login;
mod password;
mod role;

pub use duty::{INCOMPATIBLE, Incompatible, may_take};
pub use login::{BackOff, TryAgainAt};
pub use password::{CorruptHash, PasswordError, check_password, hash_password, verify_password};
pub use role::{Duty, Role, UnknownRole};
