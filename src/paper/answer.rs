//! An answer as a candidate gives it: a letter, letters, right or wrong, or nothing.

use std::fmt;

use crate::bank::{ItemKind, letter};

/// A parsed answer; its text is the only spelling of it (`""`, `"B"`, `"ACD"`, `"T"`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Answer(String);

/// Why a text is not an answer to this question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A letter that the question does not offer.
    #[error("{letter:?} is none of the {options} options")]
    NotAnOption {
        /// The letter.
        letter: char,
        /// How many options there are.
        options: usize,
    },
    /// More than one letter where one is asked for.
    #[error("one option is asked for, {given} were given")]
    TooMany {
        /// How many were given.
        given: usize,
    },
    /// Neither T nor F.
    #[error("a true/false question is answered T or F")]
    NotTrueFalse,
    /// A question that is not answered with letters of options.
    #[error("this question is not answered with letters")]
    NotLetters,
    /// Not of the form that the question asks for.
    #[error("the answer is not of the form {form}")]
    Form {
        /// The form.
        form: &'static str,
    },
    /// Longer than any answer.
    #[error("the answer is too long")]
    TooLong,
}

impl Answer {
    /// The longest text that is looked at, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Parses the answer to a question of a kind with so many options. Small letters, blanks, order and repetition do not
    /// matter; an empty text clears the answer. A multiple-choice answer may be unfinished: one letter is an answer.
    pub fn parse(kind: ItemKind, options: usize, text: &str) -> Result<Self, AnswerError> {
        if text.len() > Self::MAX_BYTES {
            return Err(AnswerError::TooLong);
        }
        let mut letters: Vec<char> = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        letters.sort_unstable();
        letters.dedup();
        match (kind, letters.as_slice()) {
            (_, []) | (ItemKind::TrueFalse, ['T' | 'F']) => {}
            (ItemKind::TrueFalse, _) => return Err(AnswerError::NotTrueFalse),
            (kind, _) if !kind.is_classic() => return Err(AnswerError::NotLetters),
            (_, letters) => {
                if let Some(wrong) = letters
                    .iter()
                    .find(|given| !(0..options).any(|place| letter(place) == **given))
                {
                    return Err(AnswerError::NotAnOption {
                        letter: *wrong,
                        options,
                    });
                }
                if kind == ItemKind::Single && letters.len() > 1 {
                    return Err(AnswerError::TooMany { given: letters.len() });
                }
            }
        }
        Ok(Self(letters.into_iter().collect()))
    }

    /// The answer's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no answer, or no longer one.
    pub fn is_cleared(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_one_spelling() {
        let parsed = |kind, options, text| Answer::parse(kind, options, text).unwrap().to_string();
        assert_eq!(parsed(ItemKind::Single, 4, " b "), "B");
        assert_eq!(parsed(ItemKind::Multiple, 5, "DCAD"), "ACD");
        assert_eq!(parsed(ItemKind::Multiple, 5, "E"), "E");
        assert_eq!(parsed(ItemKind::TrueFalse, 0, "f"), "F");
        for kind in ItemKind::ALL {
            assert!(Answer::parse(kind, 4, "").unwrap().is_cleared());
        }
        for kind in ItemKind::ALL.into_iter().filter(|kind| !kind.is_classic()) {
            assert_eq!(Answer::parse(kind, 4, "A"), Err(AnswerError::NotLetters));
        }
    }

    #[test]
    fn what_the_question_does_not_offer_is_refused() {
        let refused = |kind, text: &str| Answer::parse(kind, 4, text).unwrap_err();
        assert_eq!(
            refused(ItemKind::Single, "E"),
            AnswerError::NotAnOption {
                letter: 'E',
                options: 4
            }
        );
        assert_eq!(
            refused(ItemKind::Multiple, "A,B"),
            AnswerError::NotAnOption {
                letter: ',',
                options: 4
            }
        );
        assert_eq!(refused(ItemKind::Single, "AB"), AnswerError::TooMany { given: 2 });
        assert_eq!(refused(ItemKind::TrueFalse, "A"), AnswerError::NotTrueFalse);
        assert_eq!(refused(ItemKind::TrueFalse, "TF"), AnswerError::NotTrueFalse);
        assert_eq!(refused(ItemKind::Single, &"A".repeat(65)), AnswerError::TooLong);
    }
}
