//! Passwords: length and a list of the bad ones, no rules of composition, no forced change; kept as argon2id.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};

use crate::kernel::Entropy;

/// The least characters of a password that stands alone.
const LEAST_ALONE: usize = 15;
/// The least characters of a password beside a second factor.
const LEAST_WITH_SECOND_FACTOR: usize = 8;
/// The most characters that are hashed: longer ones only cost us time.
const MOST: usize = 128;
/// Words that guessers try first. A password that is nothing but repetitions of one of them is refused.
const GUESSED_FIRST: &[&str] = &[
    "password",
    "passw0rd",
    "qwerty",
    "qwertyuiop",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "admin",
    "jianding",
    "woaini",
    "zhongguo",
    "5201314",
    "1314520",
    "1qaz2wsx",
    "qazwsx",
    "asdfgh",
    "zxcvbn",
    "abc123",
    "123456",
    "1234567890",
    "12345678",
    "abcdefgh",
    "jiandingzhongxin",
    "test",
];

/// Memory in KiB, passes and lanes as OWASP recommends for argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("the password has {chars} characters; at least {least} are needed")]
    TooShort {
        /// How many it has.
        chars: usize,
        /// How many are needed.
        least: usize,
    },
    /// Too many characters.
    #[error("the password has {chars} characters; at most {max} are taken", max = MOST)]
    TooLong {
        /// How many it has.
        chars: usize,
    },
    /// Guessers try it first.
    #[error("the password is one of those that are guessed first")]
    GuessedFirst,
    /// It is, or is mostly, the log-in name.
    #[error("the password must not be made of the log-in name")]
    LikeLogin,
    /// It consists of hardly more than one character, or of a row of keys.
    #[error("the password repeats one or two characters")]
    Monotonous,
}

/// Checks a new password.
pub fn check_password(password: &str, login: &str, has_second_factor: bool) -> Result<(), PasswordError> {
    let chars = password.chars().count();
    let least = if has_second_factor {
        LEAST_WITH_SECOND_FACTOR
    } else {
        LEAST_ALONE
    };
    if chars < least {
        return Err(PasswordError::TooShort { chars, least });
    }
    if chars > MOST {
        return Err(PasswordError::TooLong { chars });
    }
    let folded = password.to_lowercase();
    let login = login.trim().to_lowercase();
    if made_of(&folded, &login) {
        return Err(PasswordError::LikeLogin);
    }
    if GUESSED_FIRST.iter().any(|word| made_of(&folded, word)) {
        return Err(PasswordError::GuessedFirst);
    }
    let different: std::collections::BTreeSet<char> = folded.chars().collect();
    if different.len() <= 2 {
        return Err(PasswordError::Monotonous);
    }
    Ok(())
}

/// Whether so little is left without the word, its repetitions, and digits and signs, that it would be guessed.
fn made_of(password: &str, word: &str) -> bool {
    if word.chars().count() < 3 || !password.contains(word) {
        return false;
    }
    let rest = password.replace(word, "");
    rest.chars().filter(|c| c.is_alphabetic()).count() < 4
}

/// The hash of a password under a fresh salt, as a PHC string. Takes about 30 ms of one processor.
pub fn hash_password(password: &str, entropy: &dyn Entropy) -> String {
    let mut salt = [0; SALT_BYTES];
    entropy.fill(&mut salt);
    #[expect(
        clippy::expect_used,
        reason = "constant parameters and a salt of 16 bytes are always accepted"
    )]
    let hash = hasher()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .expect("constant parameters and a salt of 16 bytes are accepted");
    hash.to_string()
}

/// The stored hash cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored password hash cannot be read")]
pub struct CorruptHash;

/// Whether a password is the one that was hashed. The parameters are those of the stored hash, so that old hashes stay
/// valid when ours rise.
pub fn verify_password(password: &str, stored: &str) -> Result<bool, CorruptHash> {
    let stored = PasswordHash::new(stored).map_err(|_| CorruptHash)?;
    if stored.algorithm.as_str() != "argon2id" || stored.hash.is_none() || stored.salt.is_none() {
        return Err(CorruptHash);
    }
    Ok(hasher().verify_password(password.as_bytes(), &stored).is_ok())
}

fn hasher() -> Argon2<'static> {
    #[expect(clippy::expect_used, reason = "constants within argon2's bounds")]
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("constants within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SeededEntropy;

    #[test]
    fn length_counts_in_characters_and_depends_on_the_second_factor() {
        let check = |password, second| check_password(password, "wangwei", second);
        assert_eq!(check("青山绿水好地方一二三四五六七八", false), Ok(()));
        let short = PasswordError::TooShort { chars: 14, least: 15 };
        assert_eq!(check("correct horse ", false), Err(short));
        assert_eq!(check("correct horse ", true), Ok(()));
        let long = "ab cd".repeat(26);
        assert_eq!(check(&long, false), Err(PasswordError::TooLong { chars: 130 }));
    }

    #[test]
    fn what_guessers_try_first_is_refused_and_composition_is_free() {
        let check = |password| check_password(password, "wangwei", false);
        assert_eq!(check("passwordpassword1"), Err(PasswordError::GuessedFirst));
        assert_eq!(check("Wangwei1234567890"), Err(PasswordError::LikeLogin));
        assert_eq!(check("aaaaaaaaabbbbbbbbb"), Err(PasswordError::Monotonous));
        assert_eq!(check("quiet lathe under the moon"), Ok(()));
        assert_eq!(check("my password is a lathe and a moon"), Ok(()));
    }

    #[test]
    fn only_the_right_password_opens_and_salts_differ() {
        let entropy = SeededEntropy::new(9);
        let hash = hash_password("quiet lathe under the moon", &entropy);
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(verify_password("quiet lathe under the moon", &hash), Ok(true));
        assert_eq!(verify_password("quiet lathe under the Moon", &hash), Ok(false));
        assert_ne!(hash, hash_password("quiet lathe under the moon", &entropy));
        assert_eq!(verify_password("x", "plain"), Err(CorruptHash));
        assert_eq!(verify_password("x", "$argon2id$v=19$m=19456,t=2,p=1"), Err(CorruptHash));
    }
}
