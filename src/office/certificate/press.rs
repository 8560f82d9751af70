//! The press: the signing authority, the address that certificates carry, and the lists that are being issued.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde_json::json;

use super::issue::Step;
use super::signing::Desk;
use crate::certificate::{Authority, AuthorityError, Chain, SealedAuthority, SoftSigner, TimeAuthority, TrustRoot};
use crate::kernel::{BatchId, Digest};
use crate::office::{Broken, Caller, Event, Office, Op, Refusal};
use crate::store::setting;

/// The setting that holds the authority.
const AUTHORITY: &str = "authority";

/// Where certificates are made.
#[derive(Default)]
pub struct Press {
    /// The authority, with the digest of what it was opened from.
    issuer: RwLock<Option<(Digest, Arc<Issuer>)>>,
    site_url: String,
    specimen: bool,
    /// The socket of the signer, when it is a process of its own.
    signer: Option<PathBuf>,
    /// Who stamps signatures with the time, if anybody does.
    time: Option<Arc<dyn TimeAuthority>>,
    lists: Mutex<BTreeMap<BatchId, Run>>,
    turn: tokio::sync::Mutex<()>,
    /// Where a test stops the work.
    #[cfg(test)]
    pub(super) stop_at: Mutex<Option<Step>>,
}

/// Who signs, and whom others trust.
pub struct Issuer {
    /// The certificates over the signing key.
    pub chain: Chain,
    /// Where the signing key is.
    pub desk: Desk,
    /// The certificates over the keys before this one too, that in use first.
    pub chains: Vec<Chain>,
    /// The signer of slips; absent in an authority that was made before there were slips.
    pub checker: Option<SoftSigner>,
    /// The root's certificate, to be given away.
    pub root_pem: String,
}

/// How issuing a list goes.
pub(super) enum Run {
    /// Somebody asked; the next beat begins.
    Wanted(Caller),
    /// Under way.
    Running,
    /// It stopped, and why.
    Stopped(Refusal),
}

impl fmt::Debug for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Press({})", self.site_url)
    }
}

impl Press {
    /// A press whose certificates carry this address.
    pub fn new(base_url: &str, specimen: bool) -> Self {
        Self {
            site_url: base_url.trim_end_matches('/').to_owned(),
            specimen,
            ..Self::default()
        }
    }

    /// Signatures are asked for at this socket, and the key is not looked for here.
    pub fn ask_signer_at(&mut self, socket: PathBuf) {
        self.signer = Some(socket);
    }

    /// Signatures are stamped by this authority.
    pub fn stamp_by(&mut self, time: Arc<dyn TimeAuthority>) {
        self.time = Some(time);
    }

    pub(super) fn time(&self) -> Option<Arc<dyn TimeAuthority>> {
        self.time.clone()
    }

    /// What a QR code's text begins with.
    pub(super) fn verify_url(&self) -> String {
        format!("{}/v/", self.site_url)
    }

    /// Where people query a certificate, as printed.
    pub(super) fn query_url(&self) -> String {
        let host = self
            .site_url
            .split_once("://")
            .map_or(self.site_url.as_str(), |(_, host)| host);
        format!("{host}/verify")
    }

    /// Whether certificates are marked as samples.
    pub(super) fn specimen(&self) -> bool {
        self.specimen
    }

    /// Waits for the turn to issue.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Says that a step is done; a test stops the work here.
    #[cfg(test)]
    pub(super) fn reached(&self, step: Step) -> Result<(), Refusal> {
        let wanted = *self.stop_at.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted == Some(step) {
            return Err(Refusal::Fault(format!("stopped at {step:?}")));
        }
        Ok(())
    }

    /// Says that a step is done.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests stop here")]
    pub(super) fn reached(&self, _step: Step) -> Result<(), Refusal> {
        Ok(())
    }

    pub(super) fn lists(&self) -> MutexGuard<'_, BTreeMap<BatchId, Run>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Issuer {
    fn open(office: &Office, stored: &[u8]) -> Result<Self, String> {
        let sealed: SealedAuthority = serde_json::from_slice(stored).map_err(|error| error.to_string())?;
        let chain = sealed.chain().map_err(|error| error.to_string())?;
        let desk = match (&office.press.signer, &sealed.signing_key) {
            (Some(socket), _) => Desk::Socket(socket.clone()),
            (None, None) => Desk::Nowhere,
            (None, Some(_)) => {
                let signer = sealed.signer(&office.keys.vault);
                Desk::Here(Arc::new(signer.map_err(|error| error.to_string())?))
            }
        };
        let checker = match sealed.checker(&office.keys.vault) {
            Err(AuthorityError::Absent(_)) => None,
            opened => Some(opened.map_err(|error| error.to_string())?),
        };
        Ok(Self {
            chains: sealed.chains().map_err(|error| error.to_string())?,
            chain,
            desk,
            checker,
            root_pem: sealed.root_certificate,
        })
    }

    /// The keys whose statements are believed, with their ids.
    pub fn statement_keys(&self) -> Vec<([u8; 4], p256::ecdsa::VerifyingKey)> {
        let sound = self.chains.iter().filter(|chain| !chain.is_compromised());
        sound.map(Chain::statement_key).collect()
    }

    /// The root that our certificates lead to.
    pub fn root(&self) -> TrustRoot {
        self.chain.trust_root()
    }
}

impl From<AuthorityError> for Refusal {
    fn from(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Name(name) => Broken::new("authority-name").with("name", name).into(),
            other => Self::Fault(other.to_string()),
        }
    }
}

/// The signing authority of this installation, opened once, and again when its keys or lists were renewed.
pub async fn issuer(office: &Office) -> Result<Arc<Issuer>, Refusal> {
    let mut connection = office.store.read().await?;
    let stored = setting::get(&mut connection, AUTHORITY).await?;
    drop(connection);
    let stored = stored.ok_or_else(|| Broken::new("authority-missing"))?;
    let digest = Digest::of(&stored);
    let known = office
        .press
        .issuer
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let Some((_, issuer)) = known.filter(|(of, _)| *of == digest) {
        return Ok(issuer);
    }
    let issuer = Issuer::open(office, &stored);
    let issuer = Arc::new(issuer.map_err(|cause| Refusal::Fault(format!("authority: {cause}")))?);
    let mut known = office.press.issuer.write().unwrap_or_else(PoisonError::into_inner);
    *known = Some((digest, issuer.clone()));
    Ok(issuer)
}

/// The authority as the database has it.
pub async fn stored_authority(office: &Office) -> Result<SealedAuthority, Refusal> {
    let mut connection = office.store.read().await?;
    let stored = setting::get(&mut connection, AUTHORITY).await?;
    let stored = stored.ok_or_else(|| Broken::new("authority-missing"))?;
    serde_json::from_slice(&stored).map_err(|error| Refusal::Fault(format!("authority: {error}")))
}

/// Takes the signing key out of the database: from now on it is only with the signer.
pub async fn give_up_key(office: &Office) -> Result<(), Refusal> {
    let stored = stored_authority(office).await?;
    let certificate = Digest::of(stored.signing_certificate.as_bytes());
    let event = Event::of(AUTHORITY).with(json!({ "signing_pem_sha256": certificate, "kept": "signer" }));
    keep_authority(office, "authority.give-key", &stored.without_signing_key(), event).await
}

/// Writes an authority whose keys or lists are new. It must lead to the same root.
pub async fn renew_authority(office: &Office, renewed: &SealedAuthority, why: &'static str) -> Result<(), Refusal> {
    let stored = stored_authority(office).await?;
    if stored.root_certificate != renewed.root_certificate {
        return Err(Broken::new("authority-other-root").into());
    }
    let mut kept = renewed.for_server();
    // A key that is with a signer of its own does not come back.
    if stored.signing_key.is_none() {
        kept = kept.without_signing_key();
    }
    let digest = |pem: &str| Digest::of(pem.as_bytes());
    let facts = json!({
        "signing_pem_sha256": digest(&kept.signing_certificate),
        "issuing_pem_sha256": digest(&kept.issuing_certificate),
        "lists_sha256": kept.lists.iter().map(|list| digest(list)).collect::<Vec<_>>(),
    });
    keep_authority(office, why, &kept, Event::of(AUTHORITY).with(facts)).await
}

/// Writes the authority over the one that is there, with its entry in the ledger.
pub(super) async fn keep_authority(
    office: &Office,
    act: &'static str,
    authority: &SealedAuthority,
    event: Event,
) -> Result<(), Refusal> {
    let kept = serde_json::to_vec(authority).map_err(|error| Refusal::Fault(error.to_string()))?;
    let caller = Caller::system("authority");
    let mut op = Op::begin_named(office, &caller, act).await?;
    let now = op.now;
    setting::put(op.connection(), AUTHORITY, &kept, now).await?;
    op.commit(event).await?;
    Ok(())
}

/// Makes the signing authority, unless there is one. The server keeps the signing key only; what is returned has the keys
/// above it too, sealed, and belongs off the server.
pub async fn create_authority(office: &Office, name: &str) -> Result<Option<SealedAuthority>, Refusal> {
    let authority = Authority::create_at(name, Some(&office.base_url), office.now(), office.entropy.as_ref())?;
    let sealed = authority.seal(&office.keys.vault, office.entropy.as_ref())?;
    let kept = serde_json::to_vec(&sealed.for_server()).map_err(|error| Refusal::Fault(error.to_string()))?;
    let caller = Caller::system("authority");
    let mut op = Op::begin_named(office, &caller, "authority.create").await?;
    let now = op.now;
    if !setting::insert_new(op.connection(), AUTHORITY, &kept, now).await? {
        return Ok(None);
    }
    let root = Digest::of(sealed.root_certificate.as_bytes());
    let event = Event::of(AUTHORITY).with(json!({ "name": name, "root_pem_sha256": root }));
    op.commit(event).await?;
    Ok(Some(sealed))
}

/// Makes sure that there is a signing authority; an existing one keeps its name.
pub async fn ensure_authority(office: &Office, name: &str) -> Result<(), Refusal> {
    create_authority(office, name).await.map(|_| ())
}
