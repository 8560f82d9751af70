//! `authority init`, `rotate`, `revoke` and `crl`: the keys behind every signature, and lists of those that no longer are.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::serve::{load_config, open_office, runtime, write_private};
use super::signer::{lock_key, passphrase};
use super::{Failure, say};
use crate::certificate::{Keyring, Revocation, RevokedKey, SealedAuthority};
use crate::office::Office;
use crate::office::certificate::{create_authority, renew_authority, stored_authority};

#[derive(Debug, Subcommand)]
pub(super) enum AuthorityCommand {
    /// Makes the signing authority of an installation, once. The server keeps the signing key; the keys above it are
    /// written to a folder that belongs off the server.
    Init {
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
        /// The body's name as it stands in the signing certificates.
        #[arg(long)]
        name: String,
        /// The folder for `root.pem` and `authority.json` (all keys, sealed with the installation's secret).
        #[arg(long)]
        out: PathBuf,
    },
    /// Makes new keys for certificates and slips under the same root. What the earlier ones signed stays verifiable.
    Rotate {
        #[command(flatten)]
        place: Place,
        /// Also makes a new issuing authority.
        #[arg(long)]
        issuing: bool,
        /// The folder of the signer, when it is a process of its own: the new key is written there.
        #[arg(long, requires = "passphrase_file")]
        keys: Option<PathBuf>,
        /// A file with the signer's passphrase in its first line.
        #[arg(long)]
        passphrase_file: Option<PathBuf>,
    },
    /// Revokes a certificate of the authority from now on, and publishes it.
    Revoke {
        #[command(flatten)]
        place: Place,
        /// `signing`, `checking`, `issuing`, or a serial number in hexadecimal.
        #[arg(long)]
        certificate: String,
        /// Why.
        #[arg(long, value_enum)]
        because: Because,
    },
    /// Makes the lists of revoked certificates anew, before they fall due (90 days).
    Crl {
        #[command(flatten)]
        place: Place,
        /// A file to write the lists to, as PEM.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Place {
    /// The settings file.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The `authority.json` that `authority init` wrote, brought here for this.
    #[arg(long)]
    authority: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Because {
    /// Somebody else has the key, or may have: nothing that it signed is accepted offline any more.
    Compromised,
    /// Another took its place: what it signed before stands.
    Superseded,
    /// It is no longer used: what it signed before stands.
    Ended,
}

impl From<Because> for Revocation {
    fn from(because: Because) -> Self {
        match because {
            Because::Compromised => Self::Compromised,
            Because::Superseded => Self::Superseded,
            Because::Ended => Self::Ended,
        }
    }
}

pub(super) fn authority(command: AuthorityCommand) -> Result<(), Failure> {
    match command {
        AuthorityCommand::Init { config, name, out } => init(config.as_deref(), &name, &out),
        AuthorityCommand::Rotate {
            place,
            issuing,
            keys,
            passphrase_file,
        } => rotate(&place, issuing, keys.as_deref().zip(passphrase_file.as_deref())),
        AuthorityCommand::Revoke {
            place,
            certificate,
            because,
        } => {
            let what = match certificate.as_str() {
                "signing" => RevokedKey::Signing,
                "checking" => RevokedKey::Checking,
                "issuing" => RevokedKey::Issuing,
                serial => RevokedKey::Serial(serial.to_owned()),
            };
            change(&place, "authority.revoke", async |ring, office| {
                Ok(ring.revoke(&what, because.into(), office.now())?)
            })
        }
        AuthorityCommand::Crl { place, out } => {
            change(&place, "authority.crl", async |ring, office| {
                Ok(ring.renew_lists(office.now())?)
            })?;
            if let Some(out) = out {
                let sealed: SealedAuthority = serde_json::from_slice(&std::fs::read(&place.authority)?)?;
                std::fs::write(&out, sealed.lists.concat())?;
                say(&out.display().to_string());
            }
            Ok(())
        }
    }
}

fn init(config: Option<&Path>, name: &str, out: &Path) -> Result<(), Failure> {
    let config = load_config(config)?;
    std::fs::create_dir_all(out)?;
    let file = out.join("authority.json");
    if file.exists() {
        return Err(Failure::new(format!("{}: is already there", file.display())));
    }
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let made = create_authority(&office, name).await.map_err(Failure::new)?;
        office.store.close().await;
        let Some(sealed) = made else {
            return Err(Failure::new(
                "this installation already has a signing authority; nothing was changed",
            ));
        };
        write_private(&file, &serde_json::to_vec_pretty(&sealed)?)?;
        std::fs::write(out.join("root.pem"), &sealed.root_certificate)?;
        say(&format!("{} {}", out.join("root.pem").display(), file.display()));
        Ok(())
    })
}

fn rotate(place: &Place, issuing: bool, signer: Option<(&Path, &Path)>) -> Result<(), Failure> {
    change(place, "authority.rotate", async |ring, office| {
        let stored = stored_authority(office).await.map_err(Failure::new)?;
        if stored.signing_key.is_none() && signer.is_none() {
            return Err(Failure::new(
                "the signing key is with a signer of its own: give its folder (--keys) and passphrase",
            ));
        }
        let (vault, dice) = (&office.keys.vault, office.entropy.as_ref());
        ring.rotate(issuing, vault, office.now(), dice)?;
        if let Some((keys, file)) = signer {
            lock_key(office, ring.sealed(), keys, &passphrase(file)?).await?;
        }
        Ok(())
    })
}

/// Opens the keys, changes them, and keeps them: first off the server, then on it, with an entry in the ledger.
fn change(
    place: &Place,
    act: &'static str,
    work: impl AsyncFnOnce(&mut Keyring, &Office) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let config = load_config(place.config.as_deref())?;
    let sealed: SealedAuthority = serde_json::from_slice(&std::fs::read(&place.authority)?)?;
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let stored = stored_authority(&office).await.map_err(Failure::new)?;
        if stored.root_certificate != sealed.root_certificate
            || stored.signing_certificate != sealed.signing_certificate
        {
            return Err(Failure::new(format!(
                "{}: is not this installation's authority as it is now",
                place.authority.display()
            )));
        }
        let mut ring = Keyring::open(&sealed, &office.keys.vault, Some(&office.base_url))?;
        work(&mut ring, &office).await?;
        replace_private(&place.authority, &serde_json::to_vec_pretty(ring.sealed())?)?;
        renew_authority(&office, ring.sealed(), act)
            .await
            .map_err(Failure::new)?;
        office.store.close().await;
        say(&place.authority.display().to_string());
        Ok(())
    })
}

/// Puts a file that only its owner can read in the place of one; a power cut leaves one of the two.
pub(super) fn replace_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let _ = std::fs::remove_file(&new);
    write_private(&new, bytes)?;
    std::fs::rename(new, path)
}
