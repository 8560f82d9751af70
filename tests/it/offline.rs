//! Without the server: the page that anybody can keep, and other people's programs, on certificates and the ledger.

use std::path::{Path, PathBuf};
use std::process::Command;

use jianding::certificate::{
    Authority, Credential, ENTERED, Extras, LedgerEvidence, SampleClock, Scheme, Signer, Stamping, StatusPlace,
    issue_with, samples, status_list, verify,
};
use jianding::document::Fonts;
use jianding::kernel::{Digest, SeededEntropy, Timestamp};
use jianding::ledger::{Checkpoint, Entry, KeyKind, NoteSigner, Proof, tree};
use jianding::office::verification::TrustedKeys;

use crate::house::required;

const NOW: Timestamp = Timestamp::from_millis(1_795_400_000_000);

fn missing(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    assert!(found || !required(tool), "{tool} is not installed");
    if !found {
        eprintln!("skipped: {tool} is not installed");
    }
    !found
}

/// Certificates with their proofs, the issuer's keys, a status list and the page, in a folder.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let dice = SeededEntropy::new(21);
    let authority = Authority::create("某省职业技能鉴定指导中心", NOW, &dice).unwrap();
    let signer = authority.signer();
    let fonts = Fonts::built_in().unwrap();
    let stamping = Stamping {
        signer: authority.signer(),
        time: SampleClock::create("授时", NOW, &dice).unwrap(),
    };
    let plain = Scheme::all().iter().map(|scheme| (scheme, scheme.id.as_str(), false));
    for (scheme, name, stamped) in plain.chain([(&Scheme::all()[0], "stamped", true)]) {
        let record = samples(scheme, 2, &dice, NOW).unwrap().remove(1);
        let extras = Extras {
            ledger: Some(evidence(record.claims_digest())),
            status: Some(StatusPlace {
                list: "https://exam.example/status/1".to_owned(),
                index: 7,
            }),
        };
        let by: &dyn Signer = if stamped { &stamping } else { &signer };
        let issued = issue_with(&record, &fonts, by, NOW, extras).unwrap();
        let credential: Credential = verify(&issued.pdf, &[authority.trust_root()]).unwrap().credential;
        write(&format!("{name}.pdf"), &issued.pdf);
        write(&format!("{name}.json"), &serde_json::to_vec(&credential).unwrap());
    }
    let keys = TrustedKeys::of(std::slice::from_ref(signer.chain()), NOW);
    let mut told = serde_json::to_value(&keys).unwrap();
    told["serials"] = serde_json::json!([signer.chain().serial_hex()]);
    write("keys.json", &serde_json::to_vec(&told).unwrap());
    let status = status_list("https://exam.example/status/1", "revocation", &[7], &signer, NOW).unwrap();
    write("status.jwt", status.as_bytes());
    write("verify.html", jianding::web::offline_page(&keys).0.as_bytes());
    folder
}

fn evidence(about: Digest) -> LedgerEvidence {
    let signer = NoteSigner::new("exam.example/ledger", KeyKind::Log, &[1; 32]).unwrap();
    let entry = Entry {
        act: ENTERED.to_owned(),
        at: NOW,
        event: Digest::of(b"facts"),
        about: Some(about),
    };
    let leaves = [tree::leaf_hash(b"before"), entry.leaf()];
    let root = tree::root(2, &mut tree::over(&leaves)).unwrap();
    let checkpoint = Checkpoint {
        origin: "exam.example/ledger".to_owned(),
        size: 2,
        root,
    };
    let checkpoint = checkpoint.sign(&signer);
    let proof = Proof {
        entry,
        index: 1,
        path: vec![leaves[0]],
        checkpoint,
    };
    LedgerEvidence {
        key: signer.public().to_string(),
        proof: proof.to_string(),
    }
}

fn says(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    told
}

#[test]
fn the_offline_page_knows_genuine_from_altered() {
    if missing("node") {
        return;
    }
    let folder = folder();
    let told = says(Command::new("node").arg("tests/js/offline.mjs").arg(folder.path()));
    assert!(told.contains("altered ones refused"), "{told}");
}

/// In a browser without network, as a file: the code in the address is checked.
#[test]
fn the_offline_page_works_in_a_browser_as_a_file() {
    if missing("chromium") {
        return;
    }
    let folder = folder();
    let name = format!("{}.json", Scheme::all()[0].id);
    let credential = std::fs::read(folder.path().join(name)).unwrap();
    let credential: Credential = serde_json::from_slice(&credential).unwrap();
    let verdict = |code: &str| {
        let page = format!("file://{}/verify.html#{code}", folder.path().display());
        let dom = says(
            Command::new("chromium")
                .args([
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--virtual-time-budget=4000",
                    "--dump-dom",
                ])
                .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
                .arg("--host-resolver-rules=MAP * ~NOTFOUND")
                .arg(page),
        );
        dom.split("data-verdict=\"")
            .nth(1)
            .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
    };
    assert_eq!(verdict(&credential.statement).as_deref(), Some("code"));
    let mut altered = credential.statement;
    let at = altered.len() - 30;
    let other = if &altered[at..=at] == "A" { "B" } else { "A" };
    altered.replace_range(at..=at, other);
    assert_eq!(verdict(&altered).as_deref(), Some("false"));
}

/// A ledger of a real installation, as exported files.
fn exported() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jianding"));
        command
            .args(arguments)
            .env("JIANDING__STORAGE__DATA", folder.path().join("data"))
            .env("JIANDING__SERVER__BASE_URL", "https://exam.example");
        says(&mut command)
    };
    let keys = folder.path().join("keys").display().to_string();
    run(&["authority", "init", "--name", "Centre", "--out", &keys]);
    run(&["ledger", "export", "--out", &out.display().to_string()]);
    let told = run(&["ledger", "verify", "--json"]);
    assert!(
        told.contains("\"verdict\":\"sound\"") && told.contains("\"kept_outside\":true"),
        "{told}"
    );
    (folder, out)
}

#[test]
fn a_second_verifier_agrees_about_the_whole_ledger() {
    if missing("python3")
        || !Command::new("python3")
            .args(["-c", "import cryptography"])
            .status()
            .unwrap()
            .success()
    {
        return;
    }
    let (_folder, out) = exported();
    let verifier = |out: &Path| {
        let mut command = Command::new("python3");
        command.arg("tests/ledger_verify.py").arg(out);
        command
    };
    let told = says(&mut verifier(&out));
    assert!(told.starts_with("ok exam.example/ledger: 2 entries"), "{told}");
    let bundle = out.join("tile/entries/000.p/2");
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[60] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    assert!(!verifier(&out).output().unwrap().status.success());

    let proof = out.join("one.tlog-proof");
    let signer = NoteSigner::new("exam.example/ledger", KeyKind::Log, &[1; 32]).unwrap();
    std::fs::write(&proof, evidence(Digest::of(b"x")).proof).unwrap();
    let mut command = Command::new("python3");
    command
        .arg("tests/ledger_verify.py")
        .arg("--proof")
        .arg(&proof)
        .arg("--key")
        .arg(signer.public().to_string());
    assert!(says(&mut command).contains("entry 1 of 2"));
}
