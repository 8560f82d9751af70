//! The desk at which certificates are signed: in this process, or behind a socket in one of another user.
//!
//! Whoever signs is told ids, never digests. It reads the facts from the register itself, draws and proofreads the sheet
//! itself, and notes what it signs before it signs. So a server that was taken over can ask for nothing but what the
//! register, two people and the ledger stand for.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::examine::{Allowed, examine, place};
use super::press::Issuer;
use super::record;
use super::signer_room::ask_signer;
use super::time::Timed;
use crate::certificate::{
    CertificateRecord, Finding, Genuine, IssueError, LedgerEvidence, NotSigned, Signer, SigningError, SoftSigner,
    issue_with, open_badge, status_list, verify,
};
use crate::kernel::{CertificateId, Digest, RequestId};
use crate::office::{Broken, Office, Refusal, ledger};
use crate::store::certificate::{self as rows, change};

/// What a signer is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// The first sheet of a certificate.
    Sheet {
        /// The certificate's id.
        id: CertificateId,
        /// The proof that its record is in the ledger.
        ledger: LedgerEvidence,
    },
    /// A later sheet.
    LaterSheet {
        /// The change that was granted.
        id: RequestId,
        /// The proof that its record is in the ledger.
        ledger: LedgerEvidence,
    },
    /// The status list: 1 voided, 2 suspended.
    StatusList {
        /// Which.
        list: u8,
    },
    /// A certificate as an Open Badge.
    Badge {
        /// The certificate.
        id: CertificateId,
    },
}

/// What a signer answers.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub(super) enum Answer {
    /// What was signed, in base 64.
    Signed {
        /// The file or text.
        content: String,
    },
    /// The facts do not allow it.
    Refused {
        /// The stable name of the reason.
        name: String,
        /// The reason.
        cause: String,
    },
    /// The record or the sheet is not fit to be signed.
    Unfit {
        /// The check that found it.
        check: String,
        /// What it found.
        cause: String,
    },
    /// It could not.
    Failed {
        /// Why.
        cause: String,
    },
}

const DIFFERS: &str = NotSigned::Differs("").name();

/// Why nothing was signed.
#[derive(Debug)]
pub enum SigningFailure {
    /// The facts do not allow it.
    Facts(NotSigned),
    /// The sheet is unfit: what a signer in this process found.
    Unfit(Vec<Finding>),
    /// The sheet is unfit: what a signer elsewhere found, by the name of its check.
    UnfitThere(String, String),
    /// Something else.
    Refusal(Refusal),
}

impl From<NotSigned> for SigningFailure {
    fn from(reason: NotSigned) -> Self {
        Self::Facts(reason)
    }
}

impl From<Refusal> for SigningFailure {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<crate::store::StoreError> for SigningFailure {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Refusal(error.into())
    }
}

impl From<IssueError> for SigningFailure {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Findings(findings) => Self::Unfit(findings),
            IssueError::Signing(SigningError::Stamp(cause)) => {
                Self::Refusal(Broken::new("time-stamp-silent").with("cause", cause.to_string()).into())
            }
            other => Self::Refusal(Refusal::Fault(other.to_string())),
        }
    }
}

impl SigningFailure {
    /// The check that found the sheet unfit, if that is why.
    pub(super) fn check(&self) -> Option<&str> {
        match self {
            Self::Unfit(findings) => Some(findings.first().map_or("unfit", Finding::check)),
            Self::UnfitThere(check, _) => Some(check),
            // Somebody changed the person's data meanwhile: the record is made anew, under another number.
            Self::Facts(NotSigned::Differs(_)) => Some(DIFFERS),
            Self::Facts(_) | Self::Refusal(_) => None,
        }
    }

    /// What the office is told.
    pub(super) fn told(self, name: &str) -> Refusal {
        match self {
            Self::Facts(reason) => refused(reason.name(), &reason.to_string()),
            Self::Unfit(findings) => Refusal::Invalid(record::problems(name, &findings)),
            Self::UnfitThere(_, cause) => {
                let broken = Broken::new("certificate-unfit").with("finding", cause);
                Refusal::Invalid(vec![broken.with("name", name).at("")])
            }
            Self::Refusal(refusal) => refusal,
        }
    }
}

fn refused(reason: &str, cause: &str) -> Refusal {
    let broken = Broken::new("signer-refused").with("reason", reason.to_owned());
    broken.with("cause", cause.to_owned()).into()
}

/// Where the key is.
pub enum Desk {
    /// In this process.
    Here(Arc<SoftSigner>),
    /// In another, behind this socket.
    Socket(PathBuf),
    /// It was given to a signer of its own, and nobody has said where that is.
    Nowhere,
}

/// A sheet that was signed.
pub(super) struct Sheet {
    pub(super) pdf: Vec<u8>,
    pub(super) digest: Digest,
}

/// Has sheets signed, one for each order and in their order.
pub(super) async fn sheets(
    office: &Office,
    issuer: &Arc<Issuer>,
    orders: &[Order],
) -> Result<Vec<Result<Sheet, SigningFailure>>, Refusal> {
    match &issuer.desk {
        Desk::Nowhere => Err(Broken::new("signer-missing").into()),
        Desk::Here(signer) => {
            let log = ledger::public_key(office).await?;
            let mut examined = Vec::with_capacity(orders.len());
            for order in orders {
                examined.push(examine(office, order, &log).await);
            }
            draw(office, signer.clone(), examined).await
        }
        Desk::Socket(socket) => {
            let answers = ask_signer(socket, orders).await?;
            let root = issuer.root();
            let checked = tokio::task::spawn_blocking(move || {
                let check = |answer: Answer| {
                    let pdf = opened(answer)?;
                    // What comes back is believed no more than what a stranger brings.
                    let Genuine { digest, .. } = verify(&pdf, std::slice::from_ref(&root))
                        .map_err(|error| Refusal::Fault(format!("the signer's file: {error}")))?;
                    Ok(Sheet { pdf, digest })
                };
                answers.into_iter().map(check).collect()
            });
            checked.await.map_err(|error| Refusal::Fault(error.to_string()))
        }
    }
}

fn opened(answer: Answer) -> Result<Vec<u8>, SigningFailure> {
    match answer {
        Answer::Signed { content } => {
            let bytes = BASE64.decode(content);
            Ok(bytes.map_err(|error| Refusal::Fault(format!("signer: {error}")))?)
        }
        Answer::Refused { name, cause } if name == DIFFERS => Err(SigningFailure::UnfitThere(name, cause)),
        Answer::Refused { name, cause } => Err(refused(&name, &cause).into()),
        Answer::Unfit { check, cause } => Err(SigningFailure::UnfitThere(check, cause)),
        Answer::Failed { cause } => Err(Refusal::Fault(format!("signer: {cause}")).into()),
    }
}

/// Draws, proofreads and signs sheets that were allowed, away from the threads that serve.
pub(super) async fn draw(
    office: &Office,
    signer: Arc<dyn Signer>,
    examined: Vec<Result<Allowed, SigningFailure>>,
) -> Result<Vec<Result<Sheet, SigningFailure>>, Refusal> {
    let (fonts, now) = (office.fonts.clone(), office.now());
    let signer = Timed {
        signer,
        time: office.press.time(),
    };
    let drawn = tokio::task::spawn_blocking(move || {
        let sign = |one: Result<Allowed, SigningFailure>| {
            let Allowed { record, extras } = one?;
            let issued = issue_with(&record, &fonts, &signer, now, extras)?;
            Ok(Sheet {
                pdf: issued.pdf,
                digest: issued.digest,
            })
        };
        examined.into_iter().map(sign).collect()
    });
    drawn.await.map_err(|error| Refusal::Fault(error.to_string()))
}

/// Has one text signed: a status list or a badge.
pub(super) async fn text(office: &Office, issuer: &Issuer, order: Order) -> Result<String, Refusal> {
    match &issuer.desk {
        Desk::Nowhere => Err(Broken::new("signer-missing").into()),
        Desk::Here(signer) => signed_text(office, signer.as_ref(), &order).await,
        Desk::Socket(socket) => {
            let answer = ask_signer(socket, &[order]).await?.pop();
            let answer = answer.ok_or_else(|| Refusal::Fault("the signer did not answer".to_owned()))?;
            let text = opened(answer).map_err(|failure| failure.told(""))?;
            String::from_utf8(text).map_err(|error| Refusal::Fault(format!("signer: {error}")))
        }
    }
}

/// The signed text of an order, read from the register.
pub(super) async fn signed_text(office: &Office, signer: &dyn Signer, order: &Order) -> Result<String, Refusal> {
    match order {
        Order::StatusList { list } => status(office, signer, *list).await,
        Order::Badge { id } => badge(office, signer, *id).await,
        Order::Sheet { .. } | Order::LaterSheet { .. } => Err(Refusal::NotFound),
    }
}

/// The signed status list, read from the register.
async fn status(office: &Office, signer: &dyn Signer, list: u8) -> Result<String, Refusal> {
    let purpose = match list {
        1 => "revocation",
        2 => "suspension",
        _ => return Err(Refusal::NotFound),
    };
    let mut connection = office.store.read().await?;
    let set = change::set_bits(&mut connection).await?;
    drop(connection);
    let wanted = |voided: i64| (voided > 0) == (list == 1);
    let places = set.into_iter().filter(|(_, voided)| wanted(*voided));
    let places: Vec<u64> = places.filter_map(|(slot, _)| u64::try_from(slot).ok()).collect();
    let address = format!("{}/status/{list}", office.base_url);
    status_list(&address, purpose, &places, signer, office.now()).map_err(|error| Refusal::Fault(error.to_string()))
}

/// A certificate as an Open Badge, read from the register.
async fn badge(office: &Office, signer: &dyn Signer, id: CertificateId) -> Result<String, Refusal> {
    let mut connection = office.store.read().await?;
    let row = rows::by_id(&mut connection, id).await?.ok_or(Refusal::NotFound)?;
    let record: CertificateRecord = super::open_record(office, &mut connection, row.id).await?;
    drop(connection);
    open_badge(&record, &office.base_url, &place(office, row.slot), signer)
        .map_err(|error| Refusal::Fault(error.to_string()))
}
