//! The time stamp authority of an office, asked over HTTP (RFC 3161) for each signature.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::certificate::{Chain, Received, Signer, SignerError, StampError, TimeAuthority, TimeRoots, query, receive};
use crate::kernel::Entropy;
use crate::office::ledger::ask::post_bytes;

/// A time stamp authority at an address, whose word is believed when it leads to one of these roots.
pub struct TimeStamps {
    url: String,
    roots: TimeRoots,
    go_on: bool,
    entropy: Arc<dyn Entropy>,
    /// The certificates of its last token.
    known: Mutex<Option<Vec<Vec<u8>>>>,
}

impl TimeStamps {
    /// Whether to go on signing without it while it is silent is the office's rule.
    pub fn new(url: &str, roots: TimeRoots, go_on: bool, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            url: url.to_owned(),
            roots,
            go_on,
            entropy,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<Vec<Vec<u8>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks from a thread that may wait; sheets are drawn and signed on such threads.
    fn ask(&self, digest: &[u8; 32]) -> Result<Received, StampError> {
        let silent = |cause: &dyn std::fmt::Display| StampError::Silent(format!("{}: {cause}", self.url));
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        let nonce = u64::from_be_bytes(bytes);
        let question = query(digest, nonce)?;
        let handle = tokio::runtime::Handle::try_current().map_err(|error| silent(&error))?;
        let answer = handle.block_on(post_bytes(&self.url, "application/timestamp-query", &question));
        match answer.map_err(|error| silent(&error))? {
            (200, answer) => receive(&answer, digest, nonce, &self.roots),
            (status, _) => Err(silent(&status)),
        }
    }
}

impl TimeAuthority for TimeStamps {
    fn certificates(&self) -> Result<Vec<Vec<u8>>, StampError> {
        if let Some(known) = self.known().clone() {
            return Ok(known);
        }
        let received = self.ask(&[0; 32])?;
        *self.known() = Some(received.certificates.clone());
        Ok(received.certificates)
    }

    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError> {
        let received = self.ask(digest)?;
        let known = self.known().replace(received.certificates.clone());
        if known.as_ref() == Some(&received.certificates) {
            Ok(received.token)
        } else {
            Err(StampError::Changed)
        }
    }

    fn may_be_left_out(&self, cause: &StampError) -> bool {
        tracing::warn!(%cause, without = self.go_on, "no time stamp");
        self.go_on
    }
}

/// A signer whose signatures are stamped, when the office has somebody who does.
pub(super) struct Timed {
    pub(super) signer: Arc<dyn Signer>,
    pub(super) time: Option<Arc<dyn TimeAuthority>>,
}

impl Signer for Timed {
    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64], SignerError> {
        self.signer.sign(digest)
    }

    fn chain(&self) -> &Chain {
        self.signer.chain()
    }

    fn time(&self) -> Option<&dyn TimeAuthority> {
        self.time.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::tests::{codes, house, staff};
    use super::super::*;
    use super::*;
    use crate::certificate::{SampleClock, verify};
    use crate::identity::Role;
    use crate::kernel::{OsEntropy, SeededEntropy};

    /// Answers questions about the time until the test ends.
    async fn time_server(clock: SampleClock) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut bytes = Vec::new();
                let head = loop {
                    let mut part = [0; 1024];
                    let read = stream.read(&mut part).await.unwrap();
                    bytes.extend_from_slice(&part[..read]);
                    if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                        break at + 4;
                    }
                };
                let length = usize::from(bytes[head + 1]) + 2;
                while bytes.len() < head + length {
                    let mut part = [0; 1024];
                    let read = stream.read(&mut part).await.unwrap();
                    bytes.extend_from_slice(&part[..read]);
                }
                let answer = clock.answer(&bytes[head..]).unwrap();
                let top = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", answer.len());
                stream.write_all(top.as_bytes()).await.unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        });
        url
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn issued_certificates_are_stamped_and_a_silent_authority_is_waited_for_or_not() {
        let mut house = house().await;
        house.finish().await;
        let batch = house.ground.batch;
        let officer = staff(&house.office, "officer", Role::CertificateOfficer).await;
        let approver = staff(&house.office, "approver", Role::CertificateApprover).await;
        house.perform(PrepareCertificates { batch }, &officer).await.unwrap();
        house.perform(ApproveCertificates { batch }, &approver).await.unwrap();

        let clock = SampleClock::create("授时", house.office.now(), &SeededEntropy::new(8)).unwrap();
        let roots = TimeRoots::from_pem(&clock.root_pem().unwrap()).unwrap();
        let by = |url: &str, go_on| TimeStamps::new(url, roots.clone(), go_on, Arc::new(OsEntropy));
        let one = |application| IssueCertificates {
            batch,
            application: Some(application),
        };
        // Nobody listens at port 9: the office waits, and nothing is lost.
        house.office.press.stamp_by(Arc::new(by("http://127.0.0.1:9/", false)));
        let refused = house.perform(one(house.people[0]), &officer).await.unwrap_err();
        assert_eq!(codes(refused), ["time-stamp-silent"]);
        let url = time_server(clock).await;
        house.office.press.stamp_by(Arc::new(by(&url, false)));
        house.perform(one(house.people[0]), &officer).await.unwrap();
        // Or it goes on without.
        house.office.press.stamp_by(Arc::new(by("http://127.0.0.1:9/", true)));
        issue_list(&house.office, &officer, batch).await.unwrap();

        let list = house.perform(ListCertificates { batch }, &officer).await.unwrap();
        let issued: Vec<_> = list.rows.into_iter().filter_map(|row| row.certificate).collect();
        assert_eq!(issued.len(), 2);
        let root = issuer(&house.office).await.unwrap().root();
        let mut stamped = Vec::new();
        for certificate in issued {
            let pdf = house.pdf(certificate.id).await;
            let genuine = verify(&pdf, std::slice::from_ref(&root)).unwrap();
            stamped.push(genuine.stamp.map(|stamp| stamp.by));
        }
        stamped.sort();
        assert_eq!(stamped, [None, Some("授时 Clock".to_owned())]);
        house.sound().await.unwrap();
    }
}
