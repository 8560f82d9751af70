//! The document that identifies a candidate, with its number checked as its kind demands.

use std::fmt;

use crate::kernel::CitizenId;

use super::{DocumentKind, RowErrorKind};

/// The document that identifies a candidate.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Document {
    kind: DocumentKind,
    number: String,
}

impl Document {
    /// Checks the number as its kind demands.
    pub fn parse(kind: DocumentKind, text: &str) -> Result<Self, RowErrorKind> {
        let number = match kind {
            DocumentKind::CitizenCard | DocumentKind::ResidencePermit => {
                let id: CitizenId = without_blanks(text).parse().map_err(RowErrorKind::CitizenId)?;
                return Ok(Self::of_citizen(&id));
            }
            DocumentKind::Officer
            | DocumentKind::HongKongMacao
            | DocumentKind::Taiwan
            | DocumentKind::Passport
            | DocumentKind::ForeignPermanent => other_number(text)?,
        };
        Ok(Self { kind, number })
    }

    /// The document with a citizen id. The number tells which of the two kinds it is, whatever the row calls it: one
    /// person must not get onto the roll twice under two names of one card.
    pub fn of_citizen(id: &CitizenId) -> Self {
        let number = id.reveal().to_owned();
        let permit = ["810000", "820000", "830000"]
            .iter()
            .any(|region| number.starts_with(region));
        let kind = if permit {
            DocumentKind::ResidencePermit
        } else {
            DocumentKind::CitizenCard
        };
        Self { kind, number }
    }

    /// Its kind.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The full number: to seal or to show where the real thing is the point.
    pub fn reveal(&self) -> &str {
        &self.number
    }

    /// The citizen id, when the document has one.
    pub fn citizen_id(&self) -> Option<CitizenId> {
        match self.kind {
            DocumentKind::CitizenCard | DocumentKind::ResidencePermit => self.number.parse().ok(),
            DocumentKind::Officer
            | DocumentKind::HongKongMacao
            | DocumentKind::Taiwan
            | DocumentKind::Passport
            | DocumentKind::ForeignPermanent => None,
        }
    }
}

/// Without the number, so that a log line never carries it.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?}, ..)", self.kind)
    }
}

fn other_number(text: &str) -> Result<String, RowErrorKind> {
    let number = without_blanks(text);
    // Military ids read 军字第0012345号: Chinese letters are letters.
    let fits = (4..=30).contains(&number.chars().count()) && number.chars().all(char::is_alphanumeric);
    if fits {
        Ok(number.to_uppercase())
    } else {
        Err(RowErrorKind::DocumentNumber)
    }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
