//! Attacks on the verifier: whatever somebody makes of genuine files, none of it is genuine.
//!
//! A generator plays the forger: later revisions that hide, replace or annotate; empty, moved and wrapped signatures; games
//! with the range; appended sheets; second signatures; foreign signers and self-made roots; swapped attachments, pictures and
//! codes; and plain damage. `JIANDING_ROUNDS=10000` plays them all; fewer suffice for every day.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jianding::certificate::{Authority, Scheme, TrustRoot, issue, samples, verify};
use jianding::document::Fonts;
use jianding::kernel::{Entropy, SeededEntropy, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_795_400_000_000);

/// Two genuine files, one of a forger who calls himself the same, and the one root that is trusted.
struct Desk {
    first: Vec<u8>,
    second: Vec<u8>,
    foreign: Vec<u8>,
    root: TrustRoot,
}

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let body = "某省职业技能鉴定指导中心";
    let ours = Authority::create(body, NOW, &SeededEntropy::new(7)).unwrap();
    let forger = Authority::create(body, NOW, &SeededEntropy::new(8)).unwrap();
    let fonts = Fonts::built_in().unwrap();
    let records = samples(&Scheme::all()[0], 3, &SeededEntropy::new(9), NOW).unwrap();
    let file =
        |authority: &Authority, record: usize| issue(&records[record], &fonts, &authority.signer(), NOW).unwrap().pdf;
    Desk {
        first: file(&ours, 0),
        second: file(&ours, 1),
        foreign: file(&forger, 0),
        root: ours.trust_root(),
    }
});

/// The forger's dice.
struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % end.max(1) as u64).unwrap()
    }

    fn one<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}

fn rfind(bytes: &[u8], needle: &[u8]) -> usize {
    bytes
        .windows(needle.len())
        .rposition(|window| window == needle)
        .unwrap()
}

/// Where the hole's `<` stands, and the byte after its `>`.
fn hole(bytes: &[u8]) -> (usize, usize) {
    let open = rfind(bytes, b"/Contents<") + b"/Contents".len();
    let close = open + bytes[open..].iter().position(|byte| *byte == b'>').unwrap() + 1;
    (open, close)
}

/// The byte range written anew, in the room that it has.
fn range(bytes: &mut [u8], numbers: &[String]) {
    let at = find(bytes, b"/ByteRange[") + b"/ByteRange[".len();
    let end = at + bytes[at..].iter().position(|byte| *byte == b']').unwrap();
    let text = numbers.join(" ");
    for (place, byte) in bytes[at..end]
        .iter_mut()
        .zip(text.bytes().chain(std::iter::repeat(b' ')))
    {
        *place = byte;
    }
}

type Attack = fn(&Dice) -> Vec<u8>;

const ATTACKS: [(&str, Attack); 18] = [
    ("later revision", later_revision),
    ("revision in place of the end", revision_without_mark),
    ("empty signature", empty_signature),
    ("range games", range_games),
    ("wrapped signature", wrapped),
    ("second signature", second_signature),
    ("foreign signer", foreign),
    ("foreign signature in our file", foreign_envelope),
    ("another file's signature", swapped_signature),
    ("swapped streams", swapped_streams),
    ("objects renamed in place", renamed),
    ("appended sheet in place", more_sheets),
    ("envelope damaged", envelope_flip),
    ("spelling of the hole", hole_spelling),
    ("truncated", truncated),
    ("block moved", moved),
    ("bytes put in", inserted),
    ("bytes flipped", flipped),
];

fn later_revision(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let number = 1 + dice.below(40);
    let body = *dice.one(&[
        "<</Type/Annot/Subtype/FreeText/Rect[100 400 400 500]/Contents(Level 1)/F 4>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        "<</Length 20>>stream\nBT (forged) Tj ET    \nendstream",
        "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(1)>>>>",
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached>>",
    ]);
    let at = bytes.len();
    bytes.extend(format!("{number} 0 obj\n{body}\nendobj\nxref\n{number} 1\n{at:010} 00000 n \n").bytes());
    let end = *dice.one(&["%%EOF\n", "%%EOF", "%%eof\n", "", "%%EOF\r\n", "\n%%EOF\n\n"]);
    bytes.extend(
        format!(
            "trailer\n<</Size 60/Prev {}/Root {number} 0 R>>\nstartxref\n{at}\n{end}",
            dice.below(at)
        )
        .bytes(),
    );
    bytes
}

/// The old end mark is spoilt first, so that there is only one again, and the range covers everything.
fn revision_without_mark(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let mark = rfind(&bytes, b"%%EOF");
    bytes[mark + dice.below(5)] = b' ';
    let at = rfind(&bytes, b"startxref");
    bytes[at] = b'S';
    let (open, close) = hole(&bytes);
    bytes.extend(
        format!(
            "9 0 obj\n<</Forged {}>>\nendobj\nstartxref\n{}\n%%EOF\n",
            dice.below(99),
            dice.below(9999)
        )
        .bytes(),
    );
    let rest = bytes.len() - close;
    range(
        &mut bytes,
        &["0".to_owned(), open.to_string(), close.to_string(), rest.to_string()],
    );
    bytes
}

fn empty_signature(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let (open, close) = hole(&bytes);
    let fill = *dice.one(b"0F ");
    let from = open + 1 + dice.below(200);
    bytes[from..close - 1].fill(fill);
    match dice.below(4) {
        0 => bytes[open - 9..open].copy_from_slice(b"/Kontents"),
        1 => bytes[open..open + 6].copy_from_slice(b"<null>"),
        2 => bytes[open] = b'(',
        _ => {}
    }
    bytes
}

fn range_games(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let (open, close) = hole(&bytes);
    let length = bytes.len();
    let mut numbers = [0, open, close, length - close].map(|number| number.to_string());
    let wrong = [
        "-1".to_owned(),
        "99999999999".to_owned(),
        "0x10".to_owned(),
        "1e3".to_owned(),
        "+0".to_owned(),
        "null".to_owned(),
        (open + 1).to_string(),
        (close - 1).to_string(),
        dice.below(length).to_string(),
        (length - close + 1 + dice.below(9)).to_string(),
    ];
    let place = dice.below(4);
    let other = dice.one(&wrong).clone();
    numbers[place] = if numbers[place] == other { "7".to_owned() } else { other };
    range(&mut bytes, &numbers);
    bytes
}

/// The signed bytes stay; something else is put between them, where the range does not look.
fn wrapped(dice: &Dice) -> Vec<u8> {
    let (open, close) = hole(&DESK.first);
    let (head, tail) = (&DESK.first[..open], &DESK.first[close..]);
    let envelope = &DESK.first[open..close];
    let evil = format!(
        "\n7 0 obj\n<</Length {}>>\nstream\nforged\nendstream\nendobj\n",
        dice.below(99)
    );
    let mut bytes = match dice.below(3) {
        0 => [head, envelope, evil.as_bytes(), tail].concat(),
        1 => [head, evil.as_bytes(), envelope, tail].concat(),
        _ => [evil.as_bytes(), head, envelope, tail].concat(),
    };
    if dice.below(2) == 0 {
        let moved = bytes.len() - tail.len();
        range(
            &mut bytes,
            &[
                "0".to_owned(),
                open.to_string(),
                moved.to_string(),
                tail.len().to_string(),
            ],
        );
    }
    bytes
}

fn second_signature(dice: &Dice) -> Vec<u8> {
    let (open, close) = hole(&DESK.first);
    let from = DESK.first[..open]
        .windows(4)
        .rposition(|window| window == b" obj")
        .unwrap()
        - 8;
    let signature = DESK.first[from..close + 2].to_vec();
    let at = *dice.one(&[9, from, DESK.first.len() - 6, DESK.first.len()]);
    [&DESK.first[..at], &signature, &DESK.first[at..]].concat()
}

fn foreign(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.foreign.clone();
    // As the forger sends it, or with a part of a genuine file.
    let (at, length) = (dice.below(bytes.len() - 600), dice.below(500));
    if dice.below(2) == 0 {
        bytes[at..at + length].copy_from_slice(&DESK.first[at..at + length]);
    }
    bytes
}

fn foreign_envelope(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let (open, close) = hole(&bytes);
    let (theirs, _) = hole(&DESK.foreign);
    let kept = 1 + dice.below(1400) * 2;
    let envelope = DESK.foreign[theirs + kept..theirs + (close - open)].to_vec();
    bytes[open + kept..close].copy_from_slice(&envelope);
    bytes
}

fn swapped_signature(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let (open, close) = hole(&bytes);
    let (other, end) = hole(&DESK.second);
    let length = (close - open).min(end - other);
    let part = 400 + dice.below(length - 400);
    bytes[open..open + part].copy_from_slice(&DESK.second[other..other + part]);
    bytes
}

/// A stream of the other file (attachment, photograph, code, text) in the place of ours.
fn swapped_streams(dice: &Dice) -> Vec<u8> {
    let streams = |bytes: &[u8]| -> Vec<(usize, usize)> {
        let starts = bytes
            .windows(7)
            .enumerate()
            .filter(|(_, window)| *window == b"stream\n" || *window == b"stream\r");
        let starts = starts
            .map(|(at, _)| at + 7)
            .filter(|at| !bytes[..at - 7].ends_with(b"end"));
        starts.map(|at| (at, at + find(&bytes[at..], b"endstream"))).collect()
    };
    let (own, theirs) = (streams(&DESK.first), streams(&DESK.second));
    let (from, to) = *dice.one(&own);
    let (start, end) = *dice.one(&theirs);
    let mut part = DESK.second[start..end].to_vec();
    if dice.below(2) == 0 {
        part.resize(to - from, b'\n');
    }
    [&DESK.first[..from], &part, &DESK.first[to..]].concat()
}

fn renamed(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let words: [(&[u8], &[u8]); 10] = [
        (b"/DocMDP", b"/DocMDX"),
        (b"/P 1", b"/P 3"),
        (b"/AcroForm", b"/AcroFXrm"),
        (b"/Perms", b"/Parms"),
        (b"/EmbeddedFile", b"/EmbeddedFilX"),
        (b"/Annots", b"/AnnotZ"),
        (b"ETSI.CAdES", b"ETSI.CAdEZ"),
        (b"/Metadata", b"/Netadata"),
        (b"endobj", b"endobk"),
        (b" 0 R", b" 1 R"),
    ];
    let (word, other) = dice.one(&words);
    let places: Vec<_> = bytes
        .windows(word.len())
        .enumerate()
        .filter(|(_, w)| w == word)
        .map(|(at, _)| at)
        .collect();
    let at = *dice.one(&places);
    bytes[at..at + other.len()].copy_from_slice(other);
    bytes
}

fn more_sheets(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let at = find(&bytes, b"/Count 1") + 7;
    bytes[at] = b'2' + u8::try_from(dice.below(8)).unwrap();
    bytes
}

fn envelope_flip(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let (open, _) = hole(&bytes);
    let at = open + 1 + dice.below(3900);
    let digits = b"0123456789ABCDEF";
    let other = *dice.one(digits);
    bytes[at] = if bytes[at] == other {
        digits[(usize::from(other) + 1) % 16]
    } else {
        other
    };
    if bytes == DESK.first {
        bytes[at] = b'x';
    }
    bytes
}

fn hole_spelling(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let (open, close) = hole(&bytes);
    let letters: Vec<_> = (open..close).filter(|at| bytes[*at].is_ascii_uppercase()).collect();
    let letter = *dice.one(&letters);
    match dice.below(3) {
        0 => bytes[letter] = bytes[letter].to_ascii_lowercase(),
        1 => bytes[close - 2 - dice.below(900)] = *dice.one(b" \n1A\0"),
        _ => bytes[letter] = b' ',
    }
    bytes
}

fn truncated(dice: &Dice) -> Vec<u8> {
    DESK.first[..dice.below(DESK.first.len())].to_vec()
}

fn moved(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let length = 1 + dice.below(64);
    let (from, to) = (dice.below(bytes.len() - length), dice.below(bytes.len() - length));
    let block = bytes[from..from + length].to_vec();
    bytes[to..to + length].copy_from_slice(&block);
    if bytes == DESK.first {
        bytes[to] ^= 1;
    }
    bytes
}

fn inserted(dice: &Dice) -> Vec<u8> {
    let at = dice.below(DESK.first.len());
    let texts: [&[u8]; 6] = [b" ", b"\n", b"%\n", b"\0", b"/AA<<>>", b"%%EOF\n"];
    let what = *dice.one(&texts);
    [&DESK.first[..at], what, &DESK.first[at..]].concat()
}

fn flipped(dice: &Dice) -> Vec<u8> {
    let mut bytes = DESK.first.clone();
    let at = dice.below(bytes.len());
    bytes[at] ^= 1 << dice.below(8);
    bytes
}

fn rounds(usual: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    let told = std::env::var("JIANDING_ROUNDS").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_forgery_is_genuine() {
    let dice = Dice(SeededEntropy::new(77));
    let roots = [DESK.root.clone()];
    assert!(verify(&DESK.first, &roots).is_ok() && verify(&DESK.second, &roots).is_ok());
    let mut refused = BTreeMap::<&str, usize>::new();
    for round in 0..rounds(900) {
        let (name, attack) = &ATTACKS[round % ATTACKS.len()];
        let forged = attack(&dice);
        // The border is the same in both files: putting one in the other's place is no attack.
        if forged == DESK.first {
            continue;
        }
        if let Ok(genuine) = verify(&forged, &roots) {
            panic!(
                "round {round}: {name} was accepted as {}",
                genuine.credential.record.number
            );
        }
        *refused.entry(name).or_default() += 1;
    }
    assert_eq!(refused.len(), ATTACKS.len(), "{refused:?}");
}

/// Every byte in turn with `JIANDING_ROUNDS`; every ninety-seventh otherwise.
#[test]
fn no_single_byte_can_be_changed() {
    let roots = [DESK.root.clone()];
    let stride = if rounds(0) > 0 { 1 } else { 97 };
    for at in (0..DESK.first.len()).step_by(stride) {
        let mut bytes = DESK.first.clone();
        bytes[at] ^= 1 << (at % 8);
        assert!(verify(&bytes, &roots).is_err(), "byte {at}");
    }
}
