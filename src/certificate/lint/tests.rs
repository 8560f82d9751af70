//! Each check has a sample that fails it.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object};

use super::*;
use crate::certificate::issue::{Extras, draw};
use crate::certificate::sample::tests::{NOW, one, signer};
use crate::certificate::{IdKind, IssueDate, JpegPhoto, Results, Signer};
use crate::document::tests::FONTS;
use crate::kernel::Marks;

fn findings(change: impl FnOnce(&mut CertificateRecord)) -> Vec<Finding> {
    let mut record = one();
    change(&mut record);
    lint(&record, &FONTS, signer().chain(), NOW)
}

fn date(text: &str) -> IssueDate {
    text.parse().unwrap()
}

#[test]
fn a_sound_record_and_its_sheet_have_no_findings() {
    assert_eq!(findings(|_| ()), []);
    assert_eq!(sheet(|_| (), |_| ()), Vec::<&str>::new());
}

type Spoil = fn(&mut CertificateRecord);

/// A name that the door would refuse, as an old import may have left it.
fn name(record: &mut CertificateRecord, text: &str) {
    record.name = serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap();
}

const RECORDS: &[(&str, Spoil)] = &[
    ("scheme", |r| r.scheme.push('x')),
    ("title", |r| r.title.push('书')),
    ("number", |r| r.number = "0810012003412345".parse().unwrap()),
    ("level", |r| r.level = SkillLevel::Senior),
    ("year", |r| r.issued_on = date("2025-01-01")),
    ("print-serial", |r| r.print_serial = Some("a-1".to_owned())),
    ("empty", |r| r.trade = Some(" ".to_owned())),
    ("too-long", |r| r.issuer = "长".repeat(33)),
    ("unprintable", |r| r.occupation.push('\n')),
    ("missing-glyph", |r| r.occupation.push('\u{30EDD}')),
    ("private-use", |r| r.occupation.push('\u{E123}')),
    ("invisible", |r| r.issuer.push('\u{200B}')),
    ("lost-character", |r| r.occupation.push('□')),
    ("name-dot", |r| name(r, "买买提··吐尔逊")),
    ("name-blank", |r| name(r, "Anna  Maria")),
    ("name-mark", |r| name(r, "Zoe\u{308}")),
    ("name-script", |r| name(r, "Аnna")),
    ("id-kind", |r| r.id_kind = IdKind::ResidencePermit),
    ("id-birth", |r| {
        r.citizen_id = crate::kernel::CitizenId::complete("99000018990101123").unwrap();
    }),
    ("too-young", |r| {
        r.citizen_id = crate::kernel::CitizenId::complete("99000020150101123").unwrap();
    }),
    ("occupation-code", |r| "6-18-2-04".clone_into(&mut r.occupation_code)),
    ("english", |r| r.issuer_en.push('局')),
    ("chinese", |r| "Welder".clone_into(&mut r.occupation)),
    ("trade", |r| r.trade = Some(r.occupation.clone())),
    ("future", |r| r.issued_on = date("2026-12-31")),
    ("too-old", |r| r.issued_on = date("1999-12-31")),
    ("validity", |r| r.valid_until = Some(r.issued_on)),
    ("results", |r| {
        r.results = Some(Results {
            theory: None,
            practical: None,
            overall: None,
        });
    }),
    ("results-range", |r| {
        r.results = Some(Results {
            theory: Some(Marks::whole(101)),
            practical: None,
            overall: None,
        });
    }),
    ("results-word", |r| {
        r.results = Some(Results {
            theory: None,
            practical: None,
            overall: Some("通过".to_owned()),
        });
    }),
    ("no-photo", |r| r.photo = None),
    ("photo-size", |r| {
        r.photo = Some(JpegPhoto::larger(r.photo.as_ref().unwrap(), 41_000));
    }),
    ("verify-url", |r| "http://a/".clone_into(&mut r.verify_url)),
    ("query-url", |r| r.query_urls.push("click here".to_owned())),
    ("salt", |r| r.salt = "00000000000000000000000000000000".parse().unwrap()),
];

#[test]
fn each_check_of_the_record_has_a_sample_that_fails_it() {
    for (check, spoil) in RECORDS {
        let found: BTreeSet<_> = findings(spoil).iter().map(Finding::check).collect();
        assert!(found.contains(check), "{check}: {found:?}");
    }
}

type SpoilSheet = fn(&mut Document);

fn each(doc: &mut Document, change: impl Fn(&mut Dictionary)) {
    for object in doc.objects.values_mut() {
        match object {
            Object::Dictionary(dictionary) => change(dictionary),
            Object::Stream(stream) => change(&mut stream.dict),
            _ => {}
        }
    }
}

fn catalog(doc: &mut Document) -> &mut Dictionary {
    doc.catalog_mut().unwrap()
}

fn first_page(doc: &mut Document) -> &mut Dictionary {
    let page = doc.page_iter().next().unwrap();
    doc.get_object_mut(page).unwrap().as_dict_mut().unwrap()
}

const SHEETS: &[(&str, SpoilSheet)] = &[
    ("sheets", |doc| {
        let page = doc.page_iter().next().unwrap();
        let twice = vec![Object::Reference(page), Object::Reference(page)];
        each(doc, |one| {
            if one.has_type(b"Pages") {
                one.set("Kids", twice.clone());
                one.set("Count", 2);
            }
        });
    }),
    ("page-size", |doc| {
        first_page(doc).set("MediaBox", vec![0.into(), 0.into(), 612.into(), 792.into()]);
    }),
    ("font-embedded", |doc| each(doc, |one| _ = one.remove(b"FontFile3"))),
    ("font-subset", |doc| {
        each(doc, |one| {
            if one.has_type(b"FontDescriptor") {
                one.set("FontName", "NotoSerifSC");
            }
        });
    }),
    ("font-unicode", |doc| each(doc, |one| _ = one.remove(b"ToUnicode"))),
    ("document-title", |doc| {
        for object in doc.objects.values_mut() {
            if let Object::Stream(stream) = object
                && stream.dict.has_type(b"Metadata")
            {
                let text = String::from_utf8(stream.content.clone()).unwrap();
                stream.content = text.replace("证书", "文书").into_bytes();
            }
        }
    }),
    ("archive", |doc| {
        for object in doc.objects.values_mut() {
            if let Object::Stream(stream) = object
                && stream.dict.has_type(b"Metadata")
            {
                stream.content.clear();
            }
        }
    }),
    ("document-language", |doc| _ = catalog(doc).remove(b"Lang")),
    ("colour", |doc| _ = catalog(doc).remove(b"OutputIntents")),
    ("transparency", |doc| first_page(doc).set("Group", Dictionary::new())),
    ("active-content", |doc| {
        catalog(doc).set("OpenAction", Dictionary::new());
    }),
    ("attachment", |doc| {
        for object in doc.objects.values_mut() {
            if let Object::Stream(stream) = object
                && stream.dict.has_type(b"EmbeddedFile")
            {
                stream.dict.remove(b"Filter");
                stream.content = b"{}".to_vec();
            }
        }
    }),
    ("photo-printed", |doc| {
        for object in doc.objects.values_mut() {
            if let Object::Stream(stream) = object
                && stream.content.starts_with(&[0xFF, 0xD8])
            {
                stream.content.push(0);
            }
        }
    }),
];

/// What proofreading says of a sheet, when the record that it is compared with, or the sheet, was changed.
fn sheet(other: impl FnOnce(&mut CertificateRecord), spoil: impl FnOnce(&mut Document)) -> Vec<&'static str> {
    let (record, signer) = (one(), signer());
    let scheme = Scheme::find(&record.scheme).unwrap();
    let mut drawn = draw(&record, scheme, &FONTS, &signer, NOW, Extras::default()).unwrap();
    spoil(drawn.document.tree_mut());
    let mut compared = record;
    other(&mut compared);
    let drawn = Drawn {
        document: &drawn.document,
        record: &compared,
        scheme,
        statement: &drawn.statement,
        code: &drawn.code,
        chain: signer.chain(),
    };
    proofread(&drawn).iter().map(Finding::check).collect()
}

/// What the sheet does not show, because the record was changed after it was drawn.
const OTHERS: &[(&str, Spoil)] = &[
    ("text-title", |r| r.title.push('副')),
    ("text-name", |r| name(r, "买买提·吐尔逊江")),
    ("text-id", |r| {
        r.citizen_id = crate::kernel::CitizenId::complete("99000019810101123").unwrap();
    }),
    ("text-number", |r| {
        let other = r.number.as_str().replace("000002", "000003");
        r.number = other.parse().unwrap();
    }),
    ("text-fields", |r| r.occupation.push('工')),
    ("text-issuer", |r| r.issuer.push('局')),
    ("text-date", |r| r.issued_on = date("2026-11-22")),
    ("sample-mark", |r| r.sample = false),
    ("qr-statement", |r| {
        r.salt = "0123456789abcdef0123456789abcdef".parse().unwrap();
    }),
];

#[test]
fn each_check_of_the_sheet_has_a_sample_that_fails_it() {
    for (check, spoil) in SHEETS {
        let found = sheet(|_| (), spoil);
        assert!(found.contains(check), "{check}: {found:?}");
    }
    for (check, spoil) in OTHERS {
        let found = sheet(spoil, |_| ());
        assert!(found.contains(check), "{check}: {found:?}");
    }
}

#[test]
fn another_code_on_the_sheet_or_a_proof_of_another_record_is_found() {
    let (record, signer) = (one(), signer());
    let scheme = Scheme::find(&record.scheme).unwrap();
    let mut other = record.clone();
    other.salt = "0123456789abcdef0123456789abcdef".parse().unwrap();
    let evidence = crate::certificate::issue::tests::evidence(&other);
    let extras = Extras {
        ledger: Some(evidence),
        status: None,
    };
    let drawn = draw(&record, scheme, &FONTS, &signer, NOW, extras).unwrap();
    let code = crate::document::qr("HTTPS://ELSEWHERE/V/AAAA").unwrap();
    let compared = Drawn {
        document: &drawn.document,
        record: &record,
        scheme,
        statement: &drawn.statement,
        code: &code,
        chain: signer.chain(),
    };
    let found: Vec<_> = proofread(&compared).iter().map(Finding::check).collect();
    assert_eq!(found, ["qr-printed", "ledger-proof"]);
}

#[test]
fn a_key_whose_certificate_ends_is_not_used() {
    let chain = signer().chain().clone();
    let later = NOW + 3 * 365 * DAY;
    assert!(lint(&one(), &FONTS, &chain, later).contains(&Finding::SignerEndsSoon));
    assert!(lint(&one(), &FONTS, &chain, later + 2 * DAY).contains(&Finding::SignerNotValid));
}

#[test]
fn there_are_forty_checks_and_each_is_tried() {
    let elsewhere = ["signer-not-valid", "signer-ends-soon", "qr-printed", "ledger-proof"];
    let tried: BTreeSet<_> = RECORDS
        .iter()
        .chain(OTHERS)
        .map(|(check, _)| *check)
        .chain(SHEETS.iter().map(|(check, _)| *check))
        .chain(elsewhere)
        .collect();
    let all: BTreeSet<_> = CHECKS.iter().map(|(check, _)| *check).collect();
    assert_eq!(tried, all);
    assert!(all.len() >= 40 && all.len() == CHECKS.len());
}
