//! Passwords: long enough, not common; no rules of composition, no forced change. And how long to wait after failures.

use crate::kernel::{MINUTE, SECOND};

/// The shortest password where there is no second factor (OWASP ASVS 5.0, 6.2.1).
const MIN_CHARS: usize = 15;
const MAX_CHARS: usize = 128;

/// Why a password is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("the password needs {min} characters")]
    TooShort {
        /// How many it needs.
        min: usize,
    },
    /// Too many characters.
    #[error("the password may have {max} characters")]
    TooLong {
        /// How many it may have.
        max: usize,
    },
    /// One that attackers try first: repeated, counted up, or made of the login.
    #[error("the password is too easy to guess")]
    TooCommon,
}

/// Whether this may be the password of the account with this login.
pub fn check_password(password: &str, login: &str) -> Result<(), PasswordError> {
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(PasswordError::TooShort { min: MIN_CHARS });
    }
    if chars > MAX_CHARS {
        return Err(PasswordError::TooLong { max: MAX_CHARS });
    }
    if is_common(&password.to_lowercase(), &login.trim().to_lowercase()) {
        return Err(PasswordError::TooCommon);
    }
    Ok(())
}

/// Words of the blocklist; a password that is no more than these and repetitions of them is refused.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "0987654321",
    "123456789",
    "12345678",
    "abcdefg",
    "abc123",
    "admin",
    "administrator",
    "jianding",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "qwerty",
    "123456",
    "654321",
    "112233",
    "123123",
    "888888",
    "666666",
    "111111",
    "000000",
    "a1b2c3",
    "1q2w3e4r5t",
    "1q2w3e4r",
];

fn is_common(password: &str, login: &str) -> bool {
    let mut rest = password.to_owned();
    let own = Some(login).filter(|login| login.chars().count() >= 3);
    for word in COMMON.iter().copied().chain(own) {
        rest = rest.replace(word, "");
    }
    let distinct: std::collections::BTreeSet<char> = rest.chars().collect();
    rest.chars().count() < 5 || distinct.len() < 4
}

/// How many failures are free.
const FREE_FAILURES: i64 = 4;

/// How many milliseconds must pass after so many failures in a row: none at first, then doubling up to 15 minutes.
pub fn back_off(failures: i64) -> i64 {
    match failures - FREE_FAILURES {
        over if over <= 0 => 0,
        over => (SECOND << over.min(20)).min(15 * MINUTE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_composition_does_not() {
        assert_eq!(check_password("correct horse battery", "ada"), Ok(()));
        assert_eq!(check_password("春眠不觉晓处处闻啼鸟夜来风雨声", "ada"), Ok(()));
        assert_eq!(
            check_password("short one", "ada"),
            Err(PasswordError::TooShort { min: 15 })
        );
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for common in [
            "passwordpassword",
            "123456123456123456",
            "aaaaaaaaaaaaaaaaaaa",
            "zhangsanzhangsan1",
        ] {
            assert_eq!(
                check_password(common, "zhangsan"),
                Err(PasswordError::TooCommon),
                "{common}"
            );
        }
    }

    #[test]
    fn waiting_doubles_and_ends_at_a_quarter_of_an_hour() {
        assert_eq!(back_off(4), 0);
        assert_eq!(back_off(5), 2 * SECOND);
        assert_eq!(back_off(7), 8 * SECOND);
        assert_eq!(back_off(i64::MAX), 15 * MINUTE);
    }
}
