//! Who people are here: roles, and duties that exclude each other on one batch.

mod duty;
mod password;
mod role;

pub use duty::{Duty, INCOMPATIBLE, Incompatible, may_take};
pub use password::{PasswordError, back_off, check_password};
pub use role::Role;
pub(crate) use role::named;
