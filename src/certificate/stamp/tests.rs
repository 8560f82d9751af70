use super::*;
use crate::certificate::sample::tests::{NOW, one, signer};
use crate::certificate::{NotGenuine, SampleClock, Signer as _, SigningError, SoftSigner, Stamping, issue, verify};
use crate::document::tests::FONTS;
use crate::kernel::{DAY, HOUR, SeededEntropy};

fn clock(seed: u64) -> SampleClock {
    let made = SampleClock::create("授时", NOW + -2 * DAY, &SeededEntropy::new(seed));
    made.unwrap().at(NOW)
}

fn roots(clock: &SampleClock) -> TimeRoots {
    TimeRoots::from_pem(&clock.root_pem().unwrap()).unwrap()
}

fn stamped(clock: SampleClock) -> Vec<u8> {
    let signer = Stamping {
        signer: signer(),
        time: clock,
    };
    issue(&one(), &FONTS, &signer, NOW).unwrap().pdf
}

fn verdict(pdf: &[u8]) -> Result<Option<Stamp>, NotGenuine> {
    verify(pdf, &[signer().chain().trust_root()]).map(|genuine| genuine.stamp)
}

#[test]
fn a_stamped_certificate_tells_when_it_existed_and_who_says_so() {
    let pdf = stamped(clock(1));
    let stamp = verdict(&pdf).unwrap().unwrap();
    assert_eq!((stamp.at, stamp.by.as_str()), (NOW, "授时 Clock"));
    assert!(pdf.len() < 80_000, "{} bytes", pdf.len());
    let late = verdict(&stamped(clock(1).at(NOW + HOUR)));
    assert_eq!(late.unwrap().unwrap().at, NOW + HOUR);
    // A clock that is a day behind is not used.
    let behind = Stamping {
        signer: signer(),
        time: clock(1).at(NOW + -DAY),
    };
    assert!(issue(&one(), &FONTS, &behind, NOW).is_err());
}

/// The file with another token in its hole.
fn with_token(pdf: &[u8], token: &[u8]) -> Vec<u8> {
    let (open, close) = crate::certificate::hole::single_revision(pdf).unwrap();
    let der = crate::certificate::hole::hole_content(&pdf[open..close]).unwrap();
    let opened = crate::certificate::cms::open(&der).unwrap();
    let own = &opened.certificates[opened.signing];
    let mut certificates = vec![own];
    certificates.extend(opened.certificates.iter().filter(|one| *one != own));
    let envelope =
        crate::certificate::cms::envelope(opened.attributes.clone(), &certificates, &opened.signature, Some(token));
    let mut bytes = pdf.to_vec();
    bytes[open + 1..close - 1].fill(b'0');
    for (index, byte) in envelope.unwrap().iter().enumerate() {
        let at = open + 1 + 2 * index;
        bytes[at..at + 2].copy_from_slice(format!("{byte:02X}").as_bytes());
    }
    bytes
}

#[test]
fn a_token_by_a_clock_that_was_not_signed_with_the_file_is_refused() {
    let pdf = stamped(clock(1));
    let (open, close) = crate::certificate::hole::single_revision(&pdf).unwrap();
    let der = crate::certificate::hole::hole_content(&pdf[open..close]).unwrap();
    let opened = crate::certificate::cms::open(&der).unwrap();
    let digest = of_signature(&crate::certificate::cms::signature_value(&opened.signature).unwrap());
    assert_eq!(verdict(&with_token(&pdf, &opened.token.unwrap())), verdict(&pdf));
    let own = clock(1).at(NOW + HOUR).stamp(&digest).unwrap();
    assert_eq!(verdict(&with_token(&pdf, &own)).unwrap().unwrap().at, NOW + HOUR);
    let before = clock(1).at(NOW + -DAY).stamp(&digest).unwrap();
    assert_eq!(verdict(&with_token(&pdf, &before)), Err(NotGenuine::TimeStamp));
    let foreign = clock(2).stamp(&digest).unwrap();
    assert_eq!(verdict(&with_token(&pdf, &foreign)), Err(NotGenuine::TimeStamp));
    let other = clock(1).stamp(&[7; 32]).unwrap();
    assert_eq!(verdict(&with_token(&pdf, &other)), Err(NotGenuine::TimeStamp));
}

#[test]
fn no_bit_of_a_token_can_be_changed() {
    let pdf = stamped(clock(1));
    let (open, close) = crate::certificate::hole::single_revision(&pdf).unwrap();
    let der = crate::certificate::hole::hole_content(&pdf[open..close]).unwrap();
    let opened = crate::certificate::cms::open(&der).unwrap();
    let token = opened.token.unwrap();
    let digest = of_signature(&crate::certificate::cms::signature_value(&opened.signature).unwrap());
    let kept = clock(1).certificates().unwrap();
    read(&token, &digest, &kept).unwrap();
    for at in 0..token.len() {
        for bit in 0..8 {
            let mut altered = token.clone();
            altered[at] ^= 1 << bit;
            assert!(read(&altered, &digest, &kept).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn an_answer_is_taken_only_from_whom_one_believes_and_only_to_the_own_question() {
    let ours = clock(1);
    let answer = ours.answer(&query(&[3; 32], 77).unwrap()).unwrap();
    let received = receive(&answer, &[3; 32], 77, &roots(&ours)).unwrap();
    assert_eq!(received.certificates, ours.certificates().unwrap());
    let refused = |digest, nonce, roots| receive(&answer, &digest, nonce, &roots).unwrap_err();
    assert_eq!(
        refused([3; 32], 77, roots(&clock(2))),
        Unsound("no root that is believed")
    );
    assert_eq!(refused([4; 32], 77, roots(&ours)), Unsound("of something else"));
    assert_eq!(
        refused([3; 32], 78, roots(&ours)),
        Unsound("not the answer to this question")
    );
    // PKIStatus 2: rejection.
    let no = [0x30, 5, 0x30, 3, 2, 1, 2];
    assert_eq!(receive(&no, &[3; 32], 77, &roots(&ours)), Err(StampError::Refused(2)));
    assert!(TimeRoots::from_pem("nothing").is_err());
}

/// A clock that is silent, or that changes its certificate before the first token.
struct Moody {
    clock: SampleClock,
    before: Option<SampleClock>,
    asked: std::sync::atomic::AtomicUsize,
    silent: bool,
    left_out: bool,
}

impl TimeAuthority for Moody {
    fn certificates(&self) -> Result<Vec<Vec<u8>>, StampError> {
        let asked = self.asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        match &self.before {
            Some(before) if asked == 0 => before.certificates(),
            _ => self.clock.certificates(),
        }
    }

    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError> {
        if self.silent {
            return Err(StampError::Silent("nobody there".to_owned()));
        }
        self.clock.stamp(digest)
    }

    fn may_be_left_out(&self, _cause: &StampError) -> bool {
        self.left_out
    }
}

fn moody(silent: bool, left_out: bool, before: Option<SampleClock>) -> Stamping<SoftSigner, Moody> {
    let time = Moody {
        clock: clock(1),
        before,
        asked: 0.into(),
        silent,
        left_out,
    };
    Stamping { signer: signer(), time }
}

#[test]
fn without_a_clock_nothing_is_signed_or_it_is_signed_without() {
    let waits = issue(&one(), &FONTS, &moody(true, false, None), NOW).unwrap_err();
    let silent = StampError::Silent("nobody there".to_owned());
    assert!(matches!(
        waits,
        crate::certificate::IssueError::Signing(SigningError::Stamp(cause)) if cause == silent
    ));
    let without = issue(&one(), &FONTS, &moody(true, true, None), NOW).unwrap().pdf;
    assert_eq!(without, issue(&one(), &FONTS, &signer(), NOW).unwrap().pdf);
}

#[test]
fn a_clock_that_changes_its_certificate_is_asked_again() {
    let pdf = issue(&one(), &FONTS, &moody(false, false, Some(clock(2))), NOW)
        .unwrap()
        .pdf;
    assert_eq!(verdict(&pdf).unwrap().unwrap().at, NOW);
}

/// Answers of another program (`openssl ts -reply`) to our question, by keys of the kinds that authorities have.
#[test]
fn the_authorities_of_others_are_understood_whatever_their_keys() {
    let rsa: (&[u8], _) = (include_bytes!("rsa.tsr"), include_str!("rsa-root.pem"));
    let p384: (&[u8], _) = (include_bytes!("p384.tsr"), include_str!("p384-root.pem"));
    for (answer, root) in [rsa, p384] {
        let roots = TimeRoots::from_pem(root).unwrap();
        let received = receive(answer, &[3; 32], 77, &roots).unwrap();
        // The clock's certificate and the one above it; the root is not carried.
        assert_eq!(received.certificates.len(), 2);
        let stamp = read(&received.token, &[3; 32], &received.certificates).unwrap();
        assert_eq!(stamp.by, "Time Clock");
        for at in (0..received.token.len()).step_by(3) {
            let mut altered = received.token.clone();
            altered[at] ^= 1 << (at % 8);
            assert!(read(&altered, &[3; 32], &received.certificates).is_err(), "byte {at}");
        }
    }
    let (rsa, p384) = (rsa.0, TimeRoots::from_pem(p384.1).unwrap());
    assert_eq!(
        receive(rsa, &[3; 32], 77, &p384),
        Err(Unsound("no root that is believed"))
    );
}
