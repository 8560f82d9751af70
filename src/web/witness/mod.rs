//! The witness program: remembers the last checkpoint of one ledger, and signs the next only if the past is still in it.
//!
//! It is meant to run where the ledger's operator has no power: at an authority, a station, a newspaper. All it keeps is a
//! key and one checkpoint, in one folder.

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::kernel::{Clock, Seed, SystemClock};
use crate::ledger::witness::{AddCheckpoint, Refused, consider};
use crate::ledger::{Checkpoint, KeyKind, Note, NoteError, NoteKey, NoteSigner};

/// A witness of one ledger.
#[derive(Debug, Clone)]
pub struct Witness {
    signer: Arc<NoteSigner>,
    ledger: NoteKey,
    folder: PathBuf,
    /// One request is decided at a time: what was compared is what is replaced.
    turn: Arc<Mutex<()>>,
}

/// Why a witness cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// Its folder cannot be used.
    #[error("the witness's folder: {0}")]
    Folder(#[from] io::Error),
    /// Its key cannot be used.
    #[error("the witness's key: {0}")]
    Key(#[from] NoteError),
    /// There is no key, and none was given.
    #[error("the witness's folder has no key yet")]
    NoKey,
    /// What it remembers cannot be read. It does not start anew by itself: forgetting is what it must never do.
    #[error("what the witness remembers cannot be read; it does not begin without")]
    Memory,
}

impl Witness {
    /// Opens the witness in this folder; with a seed it makes its key there, unless it has one.
    pub fn open(folder: &Path, name: &str, ledger: &NoteKey, seed: Option<[u8; 32]>) -> Result<Self, WitnessError> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("key");
        if let (false, Some(seed)) = (path.exists(), seed) {
            replace(&path, Seed(seed).to_string().as_bytes())?;
        }
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(WitnessError::NoKey),
            other => other?,
        };
        let seed: Seed = text.trim().parse().map_err(|_| NoteError::Key)?;
        let witness = Self {
            signer: Arc::new(NoteSigner::new(name, KeyKind::Witness, &seed.0)?),
            ledger: ledger.clone(),
            folder: folder.to_owned(),
            turn: Arc::default(),
        };
        witness.seen()?;
        Ok(witness)
    }

    /// Its public key.
    pub fn public(&self) -> &NoteKey {
        self.signer.public()
    }

    /// The last checkpoint that it signed, as a note.
    fn remembered(&self) -> Result<Option<String>, WitnessError> {
        match std::fs::read_to_string(self.folder.join("checkpoint")) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn seen(&self) -> Result<Option<Checkpoint>, WitnessError> {
        let Some(text) = self.remembered()? else {
            return Ok(None);
        };
        let note: Note = text.parse().map_err(|_| WitnessError::Memory)?;
        let checkpoint = Checkpoint::open(&note, &self.ledger).map_err(|_| WitnessError::Memory)?;
        Ok(Some(checkpoint))
    }

    /// Decides on a request, remembers, and only then signs.
    fn answer(&self, request: &str, second: u64) -> Result<Result<String, Refused>, WitnessError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = self.seen()?;
        let request: AddCheckpoint = match request.parse() {
            Ok(request) => request,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Err(refused) = consider(&request, &self.ledger, seen.as_ref()) {
            return Ok(Err(refused));
        }
        let line = self.signer.sign(&request.note.body, second);
        let mut note = request.note;
        note.signatures.push(line.clone());
        replace(&self.folder.join("checkpoint"), note.to_string().as_bytes())?;
        Ok(Ok(line.to_string()))
    }
}

/// Writes a file anew, durably, so that after a power cut it is the old or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let next = path.with_extension("next");
    let mut file = File::create(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&next, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Serves a witness until the process ends.
pub async fn serve_witness(witness: Witness, listener: TcpListener) -> io::Result<()> {
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/checkpoint", get(checkpoint))
        .with_state(witness);
    axum::serve(listener, router).await
}

async fn add_checkpoint(State(witness): State<Witness>, request: String) -> Response {
    let second = u64::try_from(SystemClock.now().millis() / 1000).unwrap_or(0);
    let answered = tokio::task::spawn_blocking(move || witness.answer(&request, second)).await;
    match answered {
        Ok(Ok(Ok(line))) => line.into_response(),
        Ok(Ok(Err(refused))) => refuse(&refused),
        Ok(Err(error)) => {
            tracing::error!(%error, "witness");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refuse(refused: &Refused) -> Response {
    tracing::warn!(%refused, "not signed");
    let status = match refused {
        Refused::Shape => StatusCode::BAD_REQUEST,
        Refused::UnknownLedger => StatusCode::NOT_FOUND,
        Refused::Unsigned => StatusCode::FORBIDDEN,
        Refused::OtherSize(size) => {
            let kind = [(header::CONTENT_TYPE, "text/x.tlog.size")];
            return (StatusCode::CONFLICT, kind, format!("{size}\n")).into_response();
        }
        Refused::Changed { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, format!("{refused}\n")).into_response()
}

async fn checkpoint(State(witness): State<Witness>) -> Response {
    match witness.remembered() {
        Ok(Some(note)) => note.into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
