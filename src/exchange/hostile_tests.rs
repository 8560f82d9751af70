//! Files that somebody made to harm: each is refused at once, with a message that names the place.

#![expect(
    clippy::format_collect,
    clippy::too_many_lines,
    reason = "long lists of small files, built once"
)]

use std::io::{Cursor, Write as _};
use std::time::Instant;

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

struct Hostile {
    what: String,
    file: &'static str,
    format: Option<Format>,
    bytes: Vec<u8>,
}

fn hostile(what: impl Into<String>, file: &'static str, format: Format, bytes: impl Into<Vec<u8>>) -> Hostile {
    Hostile {
        what: what.into(),
        file,
        format: Some(format),
        bytes: bytes.into(),
    }
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const ITEM: &str = "<assessmentItem identifier=\"a\"><responseDeclaration identifier=\"R\" cardinality=\"single\" baseType=\"identifier\"><correctResponse><value>A</value></correctResponse></responseDeclaration><itemBody><p>x</p><choiceInteraction responseIdentifier=\"R\" maxChoices=\"1\"><simpleChoice identifier=\"A\">a</simpleChoice></choiceInteraction></itemBody></assessmentItem>";

/// XML that is broken or dangerous whatever it should say.
fn xml_tricks() -> Vec<(&'static str, String)> {
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    vec![
        ("billion laughs", format!("<?xml version=\"1.0\"?><!DOCTYPE q [<!ENTITY l0 \"ha\">{laughs}]><quiz>&l9;</quiz>")),
        ("quadratic entity", format!("<!DOCTYPE q [<!ENTITY a \"{}\">]><quiz>{}</quiz>", "a".repeat(50_000), "&a;".repeat(10_000))),
        ("external entity", "<!DOCTYPE q [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><quiz><question type=\"essay\"><questiontext><text>&x;</text></questiontext></question></quiz>".to_owned()),
        ("external entity by http", "<!DOCTYPE q [<!ENTITY x SYSTEM \"http://127.0.0.1/x\">]><quiz>&x;</quiz>".to_owned()),
        ("parameter entity", "<!DOCTYPE q [<!ENTITY % p SYSTEM \"http://127.0.0.1/x.dtd\">%p;]><quiz/>".to_owned()),
        ("external document type", "<!DOCTYPE quiz SYSTEM \"http://127.0.0.1/x.dtd\"><quiz/>".to_owned()),
        ("public document type", "<!DOCTYPE quiz PUBLIC \"-//x//y\" \"/etc/passwd\"><quiz/>".to_owned()),
        ("unknown entity", "<quiz><question type=\"essay\"><questiontext><text>&nbsp;</text></questiontext></question></quiz>".to_owned()),
        ("100,000 deep", "<a>".repeat(100_000)),
        ("deep and closed", format!("<quiz>{}{}</quiz>", "<a>".repeat(5_000), "</a>".repeat(5_000))),
        ("never closed", "<quiz><question type=\"essay\">".to_owned()),
        ("wrong end", "<quiz><question></quiz></question>".to_owned()),
        ("zero by reference", "<quiz>&#0;</quiz>".to_owned()),
        ("control by reference", "<quiz>&#8;</quiz>".to_owned()),
        ("reference beyond all characters", "<quiz>&#x110000;</quiz>".to_owned()),
        ("half a pair by reference", "<quiz>&#xD800;</quiz>".to_owned()),
        ("a million elements in one question", format!("<quiz><question>{}</question></quiz>", "<a/>".repeat(1_000_000))),
        ("ten thousand attributes", format!("<quiz><question {}/></quiz>", (0..10_000).map(|n| format!("a{n}=\"\" ")).collect::<String>())),
        ("the same attribute twice", "<quiz><question a=\"1\" a=\"2\"/></quiz>".to_owned()),
        ("open comment", format!("<quiz><!-- {}", "x".repeat(100_000))),
        ("open CDATA", format!("<quiz><![CDATA[{}", "x".repeat(100_000))),
    ]
}

fn archives() -> Vec<Hostile> {
    let zeros = vec![b' '; 30_000_000];
    let item = ITEM.as_bytes();
    let qti = |what: &str, bytes: Vec<u8>| hostile(what, "a.zip", Format::Qti22, bytes);
    let named = |name: &str| packed(&[(name, item)]);
    let inner = packed(&[("a.xml", item)]);
    let deep = (0..5).fold(inner.clone(), |inner, _| packed(&[("inner.zip", &inner)]));
    let mut found = vec![
        qti("ratio of 1:1000", packed(&[("a.xml", &zeros)])),
        qti(
            "many that are large together",
            packed(&[("a.xml", &zeros[..900_000]), ("b.xml", &zeros), ("c.xml", &zeros)]),
        ),
        qti(
            "an archive in the archive",
            packed(&[("a.xml", item), ("b.zip", &inner)]),
        ),
        qti(
            "an archive in the archive by another name",
            packed(&[("a.xml", item), ("b.png", &inner)]),
        ),
        qti("archives five deep", deep),
        qti("no item", packed(&[("readme.txt", b"x")])),
        qti("empty archive", packed(&[])),
        qti("torn archive", inner[..inner.len() - 30].to_vec()),
        qti("twice the same name", twice(item)),
        qti(
            "names that differ by separator",
            packed(&[("a/b.xml", item), ("a\\b.xml", item)]),
        ),
        qti(
            "a manifest with entities",
            packed(&[
                (
                    "imsmanifest.xml",
                    b"<!DOCTYPE m [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><manifest>&x;</manifest>",
                ),
                ("a.xml", item),
            ]),
        ),
        qti(
            "one item with an entity among good ones",
            packed(&[
                ("a.xml", item),
                (
                    "b.xml",
                    b"<!DOCTYPE a [<!ENTITY b 'c'>]><assessmentItem>&b;</assessmentItem>",
                ),
            ]),
        ),
        qti("nothing but a bad item", packed(&[("b.xml", b"<assessmentItem>")])),
        qti(
            "an item with a zero byte",
            packed(&[("a.xml", b"<assessmentItem>\0</assessmentItem>")]),
        ),
        qti("a link", link()),
        qti("100,000 entries", many(100_000)),
        qti("5,001 entries", many(5_001)),
        qti("overlapping entries", overlapping()),
        qti("a flipped byte", {
            let mut bytes = inner.clone();
            bytes[60] ^= 0xFF;
            bytes
        }),
        qti("a locked entry", {
            // The flag of encryption in both headers.
            let mut bytes = inner.clone();
            bytes[6] |= 1;
            let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
            bytes[central + 8] |= 1;
            bytes
        }),
    ];
    for name in [
        "../a.xml",
        "..\\a.xml",
        "/etc/a.xml",
        "C:\\a.xml",
        "a/../../b.xml",
        "a//b.xml",
        "./a.xml",
        "a\nb.xml",
        "a\0b.xml",
        "con .xml/ ",
        "nul:.xml",
    ] {
        found.push(qti(&format!("the name {name:?}"), named(name)));
    }
    let long = "a/".repeat(20) + "a.xml";
    found.push(qti("a name of twenty folders", named(&long)));
    found.push(qti(
        "a name of a thousand letters",
        named(&("a".repeat(1_000) + ".xml")),
    ));
    found.push(hostile(
        "a package of QTI 1.2 with a bomb",
        "a.zip",
        Format::Qti12,
        packed(&[("a.dat", &zeros)]),
    ));
    found
}

fn twice(item: &[u8]) -> Vec<u8> {
    // The writer refuses equal names: another is written and renamed in the bytes.
    let mut bytes = packed(&[("a.xml", item), ("b.xml", item)]);
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"b.xml" {
            bytes[at] = b'a';
        }
    }
    bytes
}

fn link() -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink("a.xml", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    writer.finish().unwrap().into_inner()
}

fn many(count: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for number in 0..count {
        writer.start_file(format!("{number}.xml"), stored).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Two entries of the directory that point to the same bytes.
fn overlapping() -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a.xml", SimpleFileOptions::default()).unwrap();
    writer.write_all(ITEM.as_bytes()).unwrap();
    writer.start_file("b.xml", SimpleFileOptions::default()).unwrap();
    writer.write_all(ITEM.as_bytes()).unwrap();
    let mut bytes = writer.finish().unwrap().into_inner();
    let second = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| window == b"PK\x01\x02")
        .map(|(at, _)| at)
        .nth(1)
        .unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&[0; 4]);
    bytes
}

/// A workbook whose parts are changed after it was written.
fn workbook(change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in ["题型", "题干", "选项A", "选项B", "答案"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *header).unwrap();
    }
    sheet.write(1, 0, "单选题").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
        parts.push((name.clone(), change(&name, text)));
    }
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    packed(&parts)
}

fn sheet_with(rows: &str) -> Vec<u8> {
    workbook(|name, text| {
        if name.ends_with("sheet1.xml") {
            text.replace("</sheetData>", &format!("{rows}</sheetData>"))
        } else {
            text
        }
    })
}

fn tables() -> Vec<Hostile> {
    let xlsx = |what: &str, bytes: Vec<u8>| hostile(what, "a.xlsx", Format::Xlsx, bytes);
    let csv = |what: &str, bytes: Vec<u8>| hostile(what, "a.csv", Format::Csv, bytes);
    let zeros = vec![b' '; 30_000_000];
    let rows: String = (3..25_003)
        .map(|row| format!("<row r=\"{row}\"><c r=\"B{row}\" t=\"inlineStr\"><is><t>x</t></is></c></row>"))
        .collect();
    let merged: String = (0..30_000)
        .map(|row| format!("<mergeCell ref=\"A{}:B{}\"/>", 2 * row + 1, 2 * row + 2))
        .collect();
    vec![
        xlsx(
            "a cell in the last column",
            sheet_with("<row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>x</t></is></c></row>"),
        ),
        xlsx(
            "a cell beyond all columns",
            sheet_with("<row r=\"3\"><c r=\"ZZZZZZZ3\"><v>1</v></c></row>"),
        ),
        xlsx(
            "a sheet that claims all cells there can be",
            workbook(|name, text| {
                if name.ends_with("sheet1.xml") {
                    let (before, after) = text.split_once("<dimension ref=\"").unwrap();
                    let (_, after) = after.split_once('"').unwrap();
                    format!("{before}<dimension ref=\"A1:XFD1048576\"{after}")
                } else {
                    text
                }
            }),
        ),
        xlsx("25,000 rows", sheet_with(&rows)),
        xlsx(
            "30,000 merged ranges",
            workbook(|name, text| {
                if name.ends_with("sheet1.xml") {
                    text.replace(
                        "</sheetData>",
                        &format!("</sheetData><mergeCells>{merged}</mergeCells>"),
                    )
                } else {
                    text
                }
            }),
        ),
        xlsx(
            "a part that unpacks to much",
            packed(&[("xl/worksheets/sheet1.xml", &zeros)]),
        ),
        xlsx("torn workbook", workbook(|_, text| text)[..800].to_vec()),
        xlsx(
            "a sheet cut off",
            workbook(|name, text| {
                if name.ends_with("sheet1.xml") {
                    text[..text.len() / 2].to_owned()
                } else {
                    text
                }
            }),
        ),
        xlsx("no workbook", b"PK\x03\x04 and nothing".to_vec()),
        xlsx(
            "an old workbook",
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].to_vec(),
        ),
        xlsx("no header", {
            let mut workbook = Workbook::new();
            workbook.add_worksheet().write(0, 0, "hello").unwrap();
            workbook.save_to_buffer().unwrap()
        }),
        xlsx("a page for a workbook", b"<html><table></table></html>".to_vec()),
        csv(
            "zero bytes",
            b"\xE9\xA2\x98\xE5\x9E\x8B,\xE9\xA2\x98\xE5\xB9\xB2\n\0,a\nb,c\nd,e\nf,g".to_vec(),
        ),
        csv(
            "invalid bytes",
            "题型,题干\n\u{0}"
                .replace('\0', "x")
                .into_bytes()
                .into_iter()
                .chain([0xFF, 0xFF, 0xFE])
                .collect(),
        ),
        csv(
            "30,000 rows",
            format!("题型,题干\n{}", "单选题,x\n".repeat(30_000)).into_bytes(),
        ),
        csv(
            "5,000 columns",
            format!("题型,题干{}\n", ",x".repeat(5_000)).into_bytes(),
        ),
        csv(
            "an open quote",
            format!("题型,题干\n单选题,\"{}", "x\n".repeat(600_000)).into_bytes(),
        ),
    ]
}

fn texts() -> Vec<Hostile> {
    let mut found = vec![
        hostile("an open brace", "a.gift", Format::Gift, "题 {=a"),
        hostile("100,000 open braces", "a.gift", Format::Gift, "{".repeat(100_000)),
        hostile("a closing brace alone", "a.gift", Format::Gift, "题 }"),
        hostile("an open title", "a.gift", Format::Gift, "::题 {T}"),
        hostile("private characters", "a.gift", Format::Gift, "题\u{F0001} {T}"),
        hostile("no question", "a.gift", Format::Gift, "// nothing\n"),
        hostile(
            "options out of order",
            "a.txt",
            Format::Aiken,
            "Q\nA. x\nC. y\nANSWER: A",
        ),
        hostile("30,000 questions", "a.gift", Format::Gift, "题 {T}\n\n".repeat(30_000)),
        hostile(
            "70,000 questions with keys beyond their options",
            "a.txt",
            Format::Aiken,
            "Q\nA. x\nANSWER: B\n".repeat(70_000),
        ),
        hostile(
            "more of our text than a bank's file holds",
            "a.toml",
            Format::Text,
            "# x\n".repeat(1_300_000),
        ),
        hostile("no end", "a.txt", Format::Aiken, "Q\n".repeat(100_000)),
        hostile(
            "an unknown key",
            "a.toml",
            Format::Text,
            "[[item]]\nid = \"a\"\nstem = \"x\"\ntype = \"single\"\nfoo = 1\n",
        ),
        hostile(
            "100,000 open lists",
            "a.toml",
            Format::Text,
            format!("a = {}", "[".repeat(100_000)),
        ),
        hostile("broken text", "a.toml", Format::Text, "[[item]\nid="),
        hostile(
            "not Moodle",
            "a.xml",
            Format::Moodle,
            "<html/>".replace("html/", "other></other").as_bytes().to_vec(),
        ),
        hostile("not QTI", "a.xml", Format::Qti21, "<quiz/>"),
        hostile("not QTI 1.2", "a.xml", Format::Qti12, "<quiz/>"),
        Hostile {
            what: "nothing".to_owned(),
            file: "a",
            format: None,
            bytes: Vec::new(),
        },
        Hostile {
            what: "noise".to_owned(),
            file: "a",
            format: None,
            bytes: (0_u32..5_000).map(|n| u8::try_from(n * 7_919 % 251).unwrap()).collect(),
        },
    ];
    for format in [Format::Gift, Format::Aiken, Format::Cloze, Format::Text, Format::Moodle] {
        found.push(hostile(
            format!("a zero byte in {format:?}"),
            "a.txt",
            format,
            "题\n\n干\0 {T}".as_bytes(),
        ));
        found.push(hostile(
            format!("invalid bytes in {format:?}"),
            "a.txt",
            format,
            [b"\xE9\xA2\x98\n".as_slice(), &[0xFF, 0xFE, 0xFF, 0x80]].concat(),
        ));
        found.push(hostile(
            format!("control characters in {format:?}"),
            "a.txt",
            format,
            "题 \u{1B}[2J {T}",
        ));
    }
    found.push(hostile(
        "a file beyond the limit",
        "a.xml",
        Format::Moodle,
        vec![b' '; usize::try_from(MAX_BYTES).unwrap() + 1],
    ));
    found
}

fn all() -> Vec<Hostile> {
    let mut all = archives();
    for (what, text) in xml_tricks() {
        for format in [Format::Moodle, Format::Qti22, Format::Qti12] {
            let text = match format {
                Format::Moodle => text.clone(),
                Format::Qti12 => text
                    .replace("quiz", "questestinterop")
                    .replace("question ", "item ")
                    .replace("question>", "item>")
                    .replace("<a>", "<questestinterop>"),
                _ => text.replace("quiz", "assessmentItem"),
            };
            all.push(hostile(format!("{what} in {format:?}"), "a.xml", format, text));
        }
    }
    all.extend(tables());
    all.extend(texts());
    all
}

#[test]
fn hostile_files_are_refused_at_once_with_their_place() {
    let all = all();
    assert!(all.len() >= 60, "{}", all.len());
    let mut slow = Vec::new();
    for Hostile {
        what,
        file,
        format,
        bytes,
    } in &all
    {
        let start = Instant::now();
        let refused = match read(bytes, file, *format) {
            Err(refused) => refused,
            Ok(exchange) => panic!(
                "{what} was read: {} questions, {:?}",
                exchange.questions.len(),
                exchange.losses.first()
            ),
        };
        let took = start.elapsed();
        // Two seconds are the limit for a built program; what is tested is built without optimisation.
        if took.as_secs() >= 6 {
            slow.push((what, took));
        }
        assert!(refused.place.file.starts_with(file), "{what}: {refused}");
        for language in [crate::kernel::Language::Zh, crate::kernel::Language::En] {
            let message = refused.message(language);
            assert!(
                !message.is_empty() && message.chars().all(|c| !c.is_control()) && message.len() < 1_000,
                "{what}: {message}"
            );
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}

#[test]
fn texts_full_of_beginnings_without_ends_are_read_in_linear_time() {
    let start = Instant::now();
    for trap in [
        "<a ", "![", "$", "\\(", "{{", "<!--", "<script>", "&", "<sup>", "{1:SA:", "<td>", "[[", "\\$",
    ] {
        let text = trap.repeat(60_000);
        let moodle = format!(
            "<quiz><question type=\"cloze\"><name><text>n</text></name><questiontext format=\"html\"><text><![CDATA[{text}]]></text></questiontext></question></quiz>"
        );
        let _ = read(moodle.as_bytes(), "a.xml", Some(Format::Moodle));
        let essay = moodle.replace("\"cloze\"", "\"essay\"");
        let _ = read(essay.as_bytes(), "a.xml", Some(Format::Moodle));
        let _ = read(
            format!("[html]{} {{T}}", text.replace(['{', '}'], "\\{")).as_bytes(),
            "a.gift",
            Some(Format::Gift),
        );
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
