//! The signer's own process: it waits at a socket, examines every order itself, writes down what it is about to sign, signs.

use std::collections::{HashMap, VecDeque};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, Semaphore};

use super::examine::examine;
use super::signing::{Answer, Order, SigningFailure, draw, signed_text};
use crate::certificate::{NotSigned, Signer};
use crate::kernel::{Digest, HOUR, Timestamp};
use crate::ledger::NoteKey;
use crate::office::{Office, Refusal};

/// No order is longer.
const LONGEST_ORDER: usize = 64 * 1024;
/// No answer is longer.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;
/// So many may speak with a signer at once.
const CONVERSATIONS: usize = 8;

/// A signer that waits for orders.
pub struct SignerRoom {
    office: Office,
    signer: Arc<dyn Signer>,
    log: NoteKey,
    journal: Mutex<Journal>,
    places: Semaphore,
}

/// What was signed, line by line, in a file of the signer's own. Each line has the digest of the one before.
struct Journal {
    file: std::fs::File,
    last: Digest,
    /// When the signatures of the last hour were made.
    recent: VecDeque<Timestamp>,
    limit: u32,
    /// For which certificate a number's first sheet was signed; both as the start of their digests.
    numbers: HashMap<u64, u64>,
}

/// A line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    before: Digest,
    at: i64,
    order: String,
    id: String,
    number: String,
    claims: Digest,
}

impl Journal {
    /// Opens the journal; one that was altered, or that another signer has open, is refused.
    fn open(path: &Path, limit: u32, now: Timestamp) -> std::io::Result<Self> {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        file.try_lock()
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        let mut journal = Self {
            file,
            last: Digest::of(b""),
            recent: VecDeque::new(),
            limit,
            numbers: HashMap::new(),
        };
        let text = std::fs::read_to_string(path)?;
        let broken = |number: usize| std::io::Error::other(format!("the journal was altered at line {}", number + 1));
        for (number, text) in text.split_inclusive('\n').enumerate() {
            let Some(text) = text.strip_suffix('\n') else {
                // A power cut in the middle of a line: nothing was signed for it.
                let kept = journal.file.metadata()?.len() - u64::try_from(text.len()).unwrap_or(0);
                journal.file.set_len(kept)?;
                break;
            };
            let line: Line = serde_json::from_str(text).map_err(|_| broken(number))?;
            if line.before != journal.last {
                return Err(broken(number));
            }
            let at = Timestamp::from_millis(line.at);
            if at + HOUR > now {
                journal.recent.push_back(at);
            }
            journal.remember(&line);
            journal.last = Digest::of(text.as_bytes());
        }
        Ok(journal)
    }

    fn remember(&mut self, line: &Line) {
        if line.order == SHEET {
            self.numbers.insert(short(&line.number), short(&line.id));
        }
    }

    /// Writes a line that is safe on disk before anything is signed; refuses beyond the hour's limit, and a number that was
    /// signed for another certificate.
    fn note(&mut self, mut line: Line, now: Timestamp) -> Result<(), SigningFailure> {
        while self.recent.front().is_some_and(|at| *at + HOUR <= now) {
            self.recent.pop_front();
        }
        if self.recent.len() >= usize::try_from(self.limit).unwrap_or(usize::MAX) {
            return Err(NotSigned::Limit(self.limit).into());
        }
        let earlier = self.numbers.get(&short(&line.number));
        if line.order == SHEET && earlier.is_some_and(|id| *id != short(&line.id)) {
            return Err(NotSigned::Number.into());
        }
        line.before = self.last;
        let fault = |error: std::io::Error| Refusal::Fault(format!("journal: {error}"));
        let mut text = serde_json::to_vec(&line).map_err(|error| Refusal::Fault(error.to_string()))?;
        let digest = Digest::of(&text);
        text.push(b'\n');
        let length = self.file.metadata().map_err(fault)?.len();
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // Half a line would make the next one unreadable.
            let _ = self.file.set_len(length);
            return Err(fault(error).into());
        }
        self.last = digest;
        self.recent.push_back(now);
        self.remember(&line);
        Ok(())
    }
}

const SHEET: &str = "sheet";

fn short(text: &str) -> u64 {
    let digest = Digest::of(text.as_bytes());
    u64::from_be_bytes(std::array::from_fn(|index| digest.bytes()[index]))
}

impl SignerRoom {
    /// A signer over an office that can only read. It believes entries of this ledger, keeps this journal, and signs so many
    /// sheets an hour at most.
    pub fn new(
        office: Office,
        signer: Arc<dyn Signer>,
        log: NoteKey,
        (journal, limit): (&Path, u32),
    ) -> std::io::Result<Self> {
        let journal = Journal::open(journal, limit, office.now())?;
        Ok(Self {
            office,
            signer,
            log,
            journal: Mutex::new(journal),
            places: Semaphore::new(CONVERSATIONS),
        })
    }

    /// Answers orders at the socket until `stop` completes. Only processes of this user may speak, if one is named.
    pub async fn serve(self: Arc<Self>, socket: UnixListener, user: Option<u32>, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                () = &mut stop => return,
            };
            let Ok((stream, _)) = accepted else { continue };
            let known = stream
                .peer_cred()
                .is_ok_and(|peer| user.is_none_or(|user| peer.uid() == user));
            if !known {
                tracing::warn!("somebody else knocked at the signer's socket");
                continue;
            }
            let room = self.clone();
            tokio::spawn(async move {
                let Ok(_place) = room.places.acquire().await else {
                    return;
                };
                if let Err(error) = room.converse(stream).await {
                    tracing::warn!(%error, "a conversation with the signer broke off");
                }
            });
        }
    }

    async fn converse(&self, mut stream: UnixStream) -> std::io::Result<()> {
        while let Some(bytes) = read_frame(&mut stream, LONGEST_ORDER).await? {
            let answer = match serde_json::from_slice::<Order>(&bytes) {
                Ok(order) => self.answer(&order).await,
                Err(error) => Answer::Failed {
                    cause: format!("not an order: {error}"),
                },
            };
            write_frame(&mut stream, &serde_json::to_vec(&answer)?).await?;
        }
        Ok(())
    }

    async fn answer(&self, order: &Order) -> Answer {
        match self.fulfil(order).await {
            Ok(content) => Answer::Signed {
                content: BASE64.encode(content),
            },
            Err(SigningFailure::Facts(reason)) => {
                tracing::warn!(%reason, "not signed");
                Answer::Refused {
                    name: reason.name().to_owned(),
                    cause: reason.to_string(),
                }
            }
            Err(SigningFailure::Refusal(refusal)) => Answer::Failed {
                cause: refusal.to_string(),
            },
            Err(SigningFailure::UnfitThere(check, cause)) => Answer::Unfit { check, cause },
            Err(SigningFailure::Unfit(findings)) => Answer::Unfit {
                check: findings
                    .first()
                    .map_or("unfit", crate::certificate::Finding::check)
                    .to_owned(),
                cause: findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            },
        }
    }

    /// Examines an order, notes it, and signs.
    pub async fn fulfil(&self, order: &Order) -> Result<Vec<u8>, SigningFailure> {
        let (name, id) = match order {
            Order::Sheet { id, .. } => (SHEET, id.to_string()),
            Order::LaterSheet { id, .. } => ("later-sheet", id.to_string()),
            Order::StatusList { .. } | Order::Badge { .. } => {
                let text = signed_text(&self.office, self.signer.as_ref(), order).await?;
                return Ok(text.into_bytes());
            }
        };
        let allowed = examine(&self.office, order, &self.log).await?;
        let now = self.office.now();
        let line = Line {
            before: Digest::of(b""),
            at: now.millis(),
            order: name.to_owned(),
            id,
            number: allowed.record.number.to_string(),
            claims: allowed.record.claims_digest(),
        };
        self.journal.lock().await.note(line, now)?;
        let mut drawn = draw(&self.office, self.signer.clone(), vec![Ok(allowed)]).await?;
        let sheet = drawn.pop().ok_or(NotSigned::Unknown)?;
        sheet.map(|sheet| sheet.pdf)
    }
}

/// Sends orders to a signer's socket, one conversation for all of them.
pub(super) async fn ask_signer(socket: &Path, orders: &[Order]) -> Result<Vec<Answer>, Refusal> {
    let fault = |error: std::io::Error| Refusal::Fault(format!("signer at {}: {error}", socket.display()));
    let mut stream = UnixStream::connect(socket).await.map_err(fault)?;
    let mut answers = Vec::with_capacity(orders.len());
    for order in orders {
        let bytes = serde_json::to_vec(order).map_err(|error| Refusal::Fault(error.to_string()))?;
        write_frame(&mut stream, &bytes).await.map_err(fault)?;
        let answer = read_frame(&mut stream, LONGEST_ANSWER).await.map_err(fault)?;
        let answer = answer.ok_or_else(|| Refusal::Fault("the signer hung up".to_owned()))?;
        answers.push(serde_json::from_slice(&answer).map_err(|error| Refusal::Fault(format!("signer: {error}")))?);
    }
    Ok(answers)
}

async fn write_frame(stream: &mut UnixStream, bytes: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(bytes).await
}

/// A frame; `None` when the other side has hung up between two of them.
async fn read_frame(stream: &mut UnixStream, most: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > most {
        return Err(std::io::Error::other(format!("a frame of {length} bytes")));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests;
