//! `certificate verify` and `certificate sample`: what works without a server.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::print_set::{PrintSetArguments, print_set};
use super::{Failure, say};
use crate::certificate::{
    Authority, Crl, Genuine, NotGenuine, SampleClock, Scheme, Signer, Stamping, TrustRoot, issue, samples, verify,
    verify_slip,
};
use crate::document::Fonts;
use crate::kernel::{Clock, Language, OsEntropy, SystemClock};
use crate::ledger::NoteKey;
use crate::office::verification::{TrustedKeys, reason_code};
use crate::web::{Messages, offline_page};

#[derive(Debug, Subcommand)]
pub(super) enum CertificateCommand {
    /// Checks a certificate's file without any network. Exit status: 0 genuine, 1 not genuine, 2 not readable.
    Verify {
        /// The PDF.
        file: PathBuf,
        /// The root certificate that you trust (`root.pem` of the issuing body).
        #[arg(long)]
        trust: PathBuf,
        /// Lists of revoked certificates of the issuing body (`/crl/…` of its site), DER or PEM.
        #[arg(long)]
        crl: Vec<PathBuf>,
        /// The public key of the ledger that you trust (`log.vkey`, the file or its line): the certificate must be in it.
        #[arg(long)]
        log: Option<String>,
        /// The file is a slip of a list check, not a certificate.
        #[arg(long)]
        slip: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes a batch's sheets as one file to print, with bookmarks. Interrupted, it goes on where it stopped.
    PrintSet(PrintSetArguments),
    /// Makes sample certificates of invented people, with a throw-away authority and its root beside them.
    Sample {
        /// The number scheme's id, as `vocational-skill-level`.
        #[arg(long)]
        scheme: String,
        /// How many.
        #[arg(long, default_value_t = 1)]
        count: u32,
        /// With the time stamps of a throw-away authority too; its root is written beside the samples (`time.pem`).
        #[arg(long)]
        time_stamps: bool,
        /// The folder for `root.pem`, `verify.html`, `001.pdf` and `001.json` (the record).
        #[arg(long)]
        out: PathBuf,
    },
}

const NOT_GENUINE: u8 = 1;
const UNREADABLE: u8 = 2;

pub(super) fn certificate(command: CertificateCommand, language: Language) -> Result<(), Failure> {
    match command {
        CertificateCommand::Verify {
            file,
            trust,
            crl,
            slip: true,
            json,
            ..
        } => check_slip(&file, trusted(&trust, &crl)?, json, language),
        CertificateCommand::Verify {
            file,
            trust,
            crl,
            log,
            json,
            ..
        } => check(&file, (&trust, &crl), log.as_deref(), json, language),
        CertificateCommand::PrintSet(arguments) => print_set(&arguments),
        CertificateCommand::Sample {
            scheme,
            count,
            time_stamps,
            out,
        } => sample(&scheme, count, time_stamps, &out),
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure {
        message: format!("{}: {error}", path.display()),
        code: UNREADABLE,
    }
}

/// Checks the signature of a slip; what it says stands on its sheets.
fn check_slip(file: &Path, root: TrustRoot, json: bool, language: Language) -> Result<(), Failure> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    match verify_slip(&bytes, &[root]) {
        Ok(slip) if json => say(&json!({
            "verdict": "genuine", "signer": slip.signer, "signed_at": slip.signed_at.to_string(), "sha256": slip.digest,
        })
        .to_string()),
        Ok(slip) => {
            let messages = Messages::of(language);
            let told = |key: &str, value: &dyn std::fmt::Display| format!("  {}  {value}", messages.say(key, &[]));
            say(&messages.say("verify-cli-genuine", &[]));
            say(&told("verify-signed-by", &slip.signer));
            say(&told("verify-signed-at", &slip.signed_at));
        }
        Err(reason) => {
            let verified = Err(reason);
            let text = if json {
                told_json(&verified)
            } else {
                told(&verified, language)
            };
            say(&text);
            return Err(Failure::silent(exit_status(&verified)));
        }
    }
    Ok(())
}

/// The root that is trusted, with what is known of revoked certificates under it.
fn trusted(trust: &Path, lists: &[PathBuf]) -> Result<TrustRoot, Failure> {
    let pem = std::fs::read_to_string(trust).map_err(|error| unreadable(trust, &error))?;
    let mut root = TrustRoot::from_pem(&pem).map_err(|error| unreadable(trust, &error))?;
    for path in lists {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        let read = match std::str::from_utf8(&bytes) {
            Ok(pem) => Crl::all_from_pem(pem),
            Err(_) => Crl::from_der(&bytes).map(|one| vec![one]),
        };
        let read = read.map_err(|error| unreadable(path, &error))?;
        if read.is_empty() {
            return Err(unreadable(path, &"no list of revoked certificates"));
        }
        root = root.with_lists(read);
    }
    Ok(root)
}

fn check(
    file: &Path,
    (trust, lists): (&Path, &[PathBuf]),
    log: Option<&str>,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let root = trusted(trust, lists)?;
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    let log = log.map(|log| {
        let text = std::fs::read_to_string(log).unwrap_or_else(|_| log.to_owned());
        text.trim()
            .parse::<NoteKey>()
            .map_err(|error| unreadable(Path::new(log), &error))
    });
    let log = log.transpose()?;
    let verified = verify(&bytes, &[root]).and_then(|genuine| in_ledger(genuine, log.as_ref()));
    let code = exit_status(&verified);
    let text = if json {
        told_json(&verified)
    } else {
        told(&verified, language)
    };
    say(&text);
    if code == 0 { Ok(()) } else { Err(Failure::silent(code)) }
}

/// With a ledger's key, only what that ledger has is genuine.
fn in_ledger(genuine: Genuine, log: Option<&NoteKey>) -> Result<Genuine, NotGenuine> {
    let inclusion = genuine.credential.inclusion().map_err(|_| NotGenuine::Ledger)?;
    match log {
        Some(log) if inclusion.is_none_or(|inclusion| inclusion.key != *log) => Err(NotGenuine::Ledger),
        _ => Ok(genuine),
    }
}

fn exit_status(verified: &Result<Genuine, NotGenuine>) -> u8 {
    match verified {
        Ok(_) => 0,
        Err(NotGenuine::Unreadable) => UNREADABLE,
        Err(_) => NOT_GENUINE,
    }
}

fn told_json(verified: &Result<Genuine, NotGenuine>) -> String {
    match verified {
        Ok(genuine) => json!({
            "verdict": "genuine",
            "signer": genuine.signer,
            "signed_at": genuine.signed_at.to_string(),
            "stamp": genuine.stamp.as_ref().map(|stamp| json!({ "at": stamp.at.to_string(), "by": stamp.by })),
            "sha256": genuine.digest,
            "record": genuine.credential.record,
            "ledger": ledger_json(genuine),
            "not_checked": ["revocation"],
        }),
        Err(reason) => json!({
            "verdict": if *reason == NotGenuine::Unreadable { "unreadable" } else { "not-genuine" },
            "reason": reason_code(reason),
            "detail": reason.to_string(),
        }),
    }
    .to_string()
}

fn ledger_json(genuine: &Genuine) -> serde_json::Value {
    match genuine.credential.inclusion() {
        Ok(Some(inclusion)) => json!({
            "key": inclusion.key.to_string(),
            "index": inclusion.proof.index,
            "entered_at": inclusion.entered_at.to_string(),
        }),
        _ => serde_json::Value::Null,
    }
}

fn told(verified: &Result<Genuine, NotGenuine>, language: Language) -> String {
    let say = |key: &str| Messages::of(language).say(key, &[]);
    match verified {
        Err(reason) => format!(
            "{} {}",
            say("verify-cli-not"),
            say(&format!("verify-reason-{}", reason_code(reason)))
        ),
        Ok(genuine) => {
            let record = &genuine.credential.record;
            let line = |key: &str, value: &dyn std::fmt::Display| format!("  {}  {value}", say(key));
            let sample = if record.sample {
                say("verify-sample")
            } else {
                String::new()
            };
            let stamp = genuine.stamp.as_ref().map_or_else(
                || line("verify-stamped-at", &"—"),
                |stamp| line("verify-stamped-at", &format!("{} {}", stamp.at, stamp.by)),
            );
            [
                format!("{} {sample}", say("verify-cli-genuine")).trim_end().to_owned(),
                line("verify-claim-title", &record.title),
                line("verify-claim-number", &record.number),
                line("verify-claim-name", &record.name),
                line("verify-claim-id", &record.citizen_id.masked()),
                line("verify-claim-occupation", &record.occupation),
                line("verify-claim-level", &record.level.chinese()),
                line("verify-claim-issuer", &record.issuer),
                line("verify-claim-issued", &record.issued_on),
                line("verify-signed-by", &genuine.signer),
                line("verify-signed-at", &genuine.signed_at),
                stamp,
                say("verify-cli-not-checked"),
            ]
            .join("\n")
        }
    }
}

fn sample(scheme: &str, count: u32, time_stamps: bool, out: &Path) -> Result<(), Failure> {
    let known: Vec<_> = Scheme::all().iter().map(|scheme| scheme.id.as_str()).collect();
    let missing = || Failure::new(format!("no scheme '{scheme}'; there are: {}", known.join(", ")));
    let scheme = Scheme::find(scheme).ok_or_else(missing)?;
    std::fs::create_dir_all(out)?;
    let now = SystemClock.now();
    let fonts = Fonts::built_in()?;
    let authority = Authority::create("样本 Sample", now, &OsEntropy)?;
    let signer = authority.signer();
    std::fs::write(out.join("root.pem"), authority.root_pem()?)?;
    let lists: Result<Vec<_>, _> = signer.chain().lists().iter().map(Crl::to_pem).collect();
    std::fs::write(out.join("crl.pem"), lists?.concat())?;
    let (page, _) = offline_page(&TrustedKeys::of(std::slice::from_ref(signer.chain()), now));
    std::fs::write(out.join("verify.html"), page)?;
    let clock = SampleClock::create("样本时间 Sample Time", now, &OsEntropy)?;
    let signer: Box<dyn Signer> = if time_stamps {
        std::fs::write(out.join("time.pem"), clock.root_pem()?)?;
        Box::new(Stamping { signer, time: clock })
    } else {
        Box::new(signer)
    };
    for (index, record) in samples(scheme, count, &OsEntropy, now)?.iter().enumerate() {
        let issued = issue(record, &fonts, signer.as_ref(), now)?;
        let name = format!("{:03}", index + 1);
        std::fs::write(out.join(format!("{name}.pdf")), &issued.pdf)?;
        std::fs::write(out.join(format!("{name}.json")), serde_json::to_vec_pretty(record)?)?;
    }
    say(&format!("{count} → {}", out.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_genuine_until_a_byte_changes_and_only_under_their_own_root() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        sample("vocational-skill-level", 1, false, folder.path()).unwrap();
        sample("vocational-qualification", 1, true, other.path()).unwrap();
        let pdf = folder.path().join("001.pdf");
        let root = folder.path().join("root.pem");
        let code = |pdf: &Path, root: &Path| {
            check(pdf, (root, &[]), None, true, Language::En)
                .err()
                .map_or(0, |failure| failure.code)
        };
        let key = "exam.example/ledger+00000000+AQ==";
        let refused = check(&pdf, (&root, &[]), Some(key), true, Language::En).unwrap_err();
        assert_eq!(refused.code, UNREADABLE, "no key at all");
        assert_eq!(code(&pdf, &root), 0);
        assert_eq!(code(&pdf, &other.path().join("root.pem")), NOT_GENUINE);
        assert_eq!(code(&root, &root), UNREADABLE);
        assert_eq!(code(&folder.path().join("none.pdf"), &root), UNREADABLE);
        let mut bytes = std::fs::read(&pdf).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&pdf, bytes).unwrap();
        assert_eq!(code(&pdf, &root), NOT_GENUINE);
    }
}
