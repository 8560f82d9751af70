//! What a passed examination earns: a numbered, signed certificate that a stranger can check without asking us.
//!
//! [`issue()`] is the one way in: it lints the record, draws the sheet, puts the record inside as data, and signs the file as
//! a whole, once. [`verify()`] is the one way back: it accepts only a file whose every byte was signed by a key that a trusted
//! root vouches for. Numbers are made by [`Scheme::number`]; drawing serials, and who may issue, are decided elsewhere.

mod authority;
mod cms;
mod codes;
mod crl;
mod export;
mod facts;
mod foreign;
mod frame;
mod hole;
mod integrity;
mod issue;
mod keyring;
mod layout;
mod level;
mod lint;
mod locked;
mod photo;
mod receipt;
mod record;
mod roster;
mod sample;
mod sample_clock;
mod scheme;
mod sealed;
mod sign;
mod signer;
mod slip;
mod stamp;
mod standing;
mod statement;
mod structure;
mod verify;

pub use authority::{Authority, AuthorityError};
pub use crl::{Crl, Revocation};
pub use export::{is_set, open_badge, opened, status_list};
pub use facts::{LaterFacts, NotSigned, SheetFacts};
pub use integrity::{Integrity, IntegrityCheck, IntegrityFinding, Irregular, MOST_FINDINGS, Taken};
pub use issue::{Extras, IssueError, Issued, issue, issue_with};
pub use keyring::{Keyring, RevokedKey};
pub use level::SkillLevel;
pub use lint::{CHECKS, Finding, lint};
pub use locked::LockedKey;
pub use photo::{JpegPhoto, MAX_PHOTO_BYTES, MAX_PHOTO_SIDE, PHOTO_HEIGHT, PHOTO_WIDTH, PhotoError, normalise};
pub use receipt::{ReceiptKey, ReceiptKeyError, receipt_code};
pub use record::{
    CREDENTIAL_FORMAT, CertificateRecord, Credential, ENTERED, IdKind, Inclusion, IssueDate, LedgerEvidence, NotADate,
    NotIncluded, Results, Salt, StatusPlace,
};
pub use roster::{Answer, Ask, ROSTER_COLUMNS, ROSTER_ROWS, RosterError, answer, asks};
pub use sample::{SampleError, samples};
pub use sample_clock::{SampleClock, Stamping};
pub use scheme::{CertificateNumber, Form, NumberError, NumberParts, Part, Scheme};
pub use sealed::{EarlierKey, IssuingAtRest, SealedAuthority};
pub use sign::SigningError;
pub use signer::{Chain, Signer, SignerError, SoftSigner, TrustRoot};
pub use slip::slip;
pub use stamp::{Received, Stamp, StampError, TimeAuthority, TimeRoots, query, receive};
pub use standing::{Change, Edition, Standing};
pub use statement::{Statement, StatementError};
pub use verify::{Genuine, GenuineSlip, NotGenuine, verify, verify_slip};
