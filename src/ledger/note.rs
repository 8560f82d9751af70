//! Signed notes: a short text with signatures under it, as C2SP's signed-note has it.
//!
//! A key's public form is one line, `name+id+key`, which people can put into a newspaper. Two kinds sign here: the ledger
//! itself, and witnesses, whose signatures also say when.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// Why a text is no note, or a key is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not in the form of a signed note.
    #[error("not a signed note")]
    Shape,
    /// Not in the form of a key.
    #[error("not a key of the form name+id+key")]
    Key,
    /// The wanted signature is missing.
    #[error("the note is not signed by {0}")]
    Unsigned(String),
    /// The signature is wrong.
    #[error("the signature of {0} is wrong")]
    Forged(String),
}

/// What a key signs, which is part of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A ledger's own key.
    Log,
    /// A witness: its signatures carry their time.
    Witness,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// A public key with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    kind: KeyKind,
    key: VerifyingKey,
}

impl NoteKey {
    /// The name: of a ledger its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Four bytes that name the key beside its name.
    pub fn id(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update([b'\n', self.kind.byte()]);
        hash.update(self.key.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// Checks that the note is signed by this key; of a witness it tells the second at which it signed.
    pub fn check(&self, note: &Note) -> Result<Option<u64>, NoteError> {
        let own = |line: &&SignatureLine| line.name == self.name && line.id == self.id();
        let mut lines = note.signatures.iter().filter(own);
        let line = lines.next().ok_or_else(|| NoteError::Unsigned(self.name.clone()))?;
        let forged = || NoteError::Forged(self.name.clone());
        if lines.next().is_some() {
            return Err(forged());
        }
        let (second, message, signature) = match self.kind {
            KeyKind::Log => (None, note.body.clone().into_bytes(), line.bytes.as_slice()),
            KeyKind::Witness => {
                let (time, signature) = line.bytes.split_first_chunk::<8>().ok_or_else(forged)?;
                let second = u64::from_be_bytes(*time);
                (Some(second), cosigned(second, &note.body), signature)
            }
        };
        let signature = Signature::from_slice(signature).map_err(|_| forged())?;
        self.key.verify_strict(&message, &signature).map_err(|_| forged())?;
        Ok(second)
    }
}

fn cosigned(second: u64, body: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {second}\n{body}").into_bytes()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains('+') && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind.byte()], self.key.as_bytes().as_slice()].concat();
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, BASE64.encode(key))
    }
}

impl FromStr for NoteKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let bytes = BASE64.decode(key).map_err(|_| NoteError::Key)?;
        let (kind, key) = match bytes.split_first() {
            Some((1, key)) => (KeyKind::Log, key),
            Some((4, key)) => (KeyKind::Witness, key),
            _ => return Err(NoteError::Key),
        };
        let key = key.try_into().map_err(|_| NoteError::Key)?;
        let key = Self {
            name: name.to_owned(),
            kind,
            key: VerifyingKey::from_bytes(key).map_err(|_| NoteError::Key)?,
        };
        // The id in the middle guards against a slip of the pen.
        (is_name(name) && key.to_string() == text.trim())
            .then_some(key)
            .ok_or(NoteError::Key)
    }
}

/// A key that signs notes.
pub struct NoteSigner {
    key: SigningKey,
    public: NoteKey,
}

impl NoteSigner {
    /// The signer of this name whose key grows from these 32 bytes.
    pub fn new(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Key);
        }
        let key = SigningKey::from_bytes(seed);
        let public = NoteKey {
            name: name.to_owned(),
            kind,
            key: key.verifying_key(),
        };
        Ok(Self { key, public })
    }

    /// The public key.
    pub fn public(&self) -> &NoteKey {
        &self.public
    }

    /// The line under this body; a witness also says the second.
    pub fn sign(&self, body: &str, second: u64) -> SignatureLine {
        let bytes = match self.public.kind {
            KeyKind::Log => self.key.sign(body.as_bytes()).to_vec(),
            KeyKind::Witness => {
                let signature = self.key.sign(&cosigned(second, body));
                [second.to_be_bytes().as_slice(), &signature.to_bytes()].concat()
            }
        };
        SignatureLine {
            name: self.public.name.clone(),
            id: self.public.id(),
            bytes,
        }
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.public.name)
    }
}

/// A signature under a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl SignatureLine {
    /// Who signed, as the line says.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.bytes].concat();
        writeln!(f, "\u{2014} {} {}", self.name, BASE64.encode(bytes))
    }
}

impl FromStr for SignatureLine {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let rest = line.strip_prefix("\u{2014} ").ok_or(NoteError::Shape)?;
        let (name, bytes) = rest.split_once(' ').ok_or(NoteError::Shape)?;
        let bytes = BASE64.decode(bytes).map_err(|_| NoteError::Shape)?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(NoteError::Shape)?;
        if !is_name(name) || bytes.is_empty() {
            return Err(NoteError::Shape);
        }
        Ok(Self {
            name: name.to_owned(),
            id: *id,
            bytes: bytes.to_vec(),
        })
    }
}

/// A text with signatures under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text; it ends with a line break.
    pub body: String,
    /// The signatures.
    pub signatures: Vec<SignatureLine>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.body)?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}

/// Longer than any note here.
const MAX_NOTE: usize = 100_000;

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > MAX_NOTE || text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Shape);
        }
        let at = text.rfind("\n\n").ok_or(NoteError::Shape)?;
        let (body, lines) = (&text[..=at], &text[at + 2..]);
        if body == "\n" || !lines.ends_with('\n') {
            return Err(NoteError::Shape);
        }
        let signatures: Result<Vec<_>, _> = lines.split_terminator('\n').map(str::parse).collect();
        let note = Self {
            body: body.to_owned(),
            signatures: signatures?,
        };
        (note.to_string() == text).then_some(note).ok_or(NoteError::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(kind: KeyKind) -> (Note, NoteSigner) {
        let signer = NoteSigner::new("exam.example/ledger", kind, &[7; 32]).unwrap();
        let body = "exam.example/ledger\n3\nroot\n".to_owned();
        let signatures = vec![signer.sign(&body, 1_679_315_147)];
        (Note { body, signatures }, signer)
    }

    #[test]
    fn a_note_survives_its_text_and_its_key_does_too() {
        for (kind, second) in [(KeyKind::Log, None), (KeyKind::Witness, Some(1_679_315_147))] {
            let (note, signer) = note(kind);
            let read: Note = note.to_string().parse().unwrap();
            let key: NoteKey = signer.public().to_string().parse().unwrap();
            assert_eq!((&read, &key), (&note, signer.public()));
            assert_eq!(key.check(&read), Ok(second));
        }
    }

    #[test]
    fn every_flipped_bit_of_a_note_is_noticed() {
        let (note, signer) = note(KeyKind::Witness);
        let text = note.to_string().into_bytes();
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut altered = text.clone();
                altered[at] ^= 1 << bit;
                let read = String::from_utf8(altered)
                    .ok()
                    .and_then(|text| text.parse::<Note>().ok());
                assert!(
                    read.is_none_or(|note| signer.public().check(&note).is_err()),
                    "byte {at} bit {bit}"
                );
            }
        }
    }

    #[test]
    fn a_slip_in_a_key_is_noticed() {
        let (_, signer) = note(KeyKind::Log);
        let text = signer.public().to_string();
        for at in 0..text.len() {
            let other = if &text[at..=at] == "a" { "b" } else { "a" };
            let altered = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(altered.parse::<NoteKey>(), Err(NoteError::Key), "{altered}");
        }
    }
}
